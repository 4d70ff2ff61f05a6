"""What a forum or a search engine shows of a page: its title and its first paragraph."""

from __future__ import annotations

from html import escape
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LENGTH = 300
# For pages that are made of data, which tell their prose only beside the data.
SITE = (
    "Which wheel fits which Python in a browser, under Node.js or in a WASI host: a PEP"
    " draft, a reference library, and what today's installers make of the tags."
)


def first_paragraph(document: nodes.document) -> str:
    """Return the first paragraph of prose: not in a list, a table or a preamble."""
    for paragraph in document.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section):
            return " ".join(paragraph.astext().split())
    return ""


def add_preview(
    app: Sphinx,
    page: str,
    _template: str,
    context: dict[str, Any],
    document: nodes.document | None,
) -> None:
    """Put the description into the page's head; Open Graph has names of its own."""
    if document is None:
        return
    data = Path(app.env.doc2path(page)).suffix == ".json"
    text = SITE if data else first_paragraph(document) or SITE
    description = escape(shorten(text, LENGTH, placeholder=" …"))
    title = escape(app.env.titles[page].astext())
    context["metatags"] = (
        f"{context.get('metatags', '')}"
        f'\n    <meta name="description" content="{description}">'
        f'\n    <meta property="og:title" content="{title}">'
        f'\n    <meta property="og:description" content="{description}">'
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the hook."""
    app.connect("html-page-context", add_preview)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
