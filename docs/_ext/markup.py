"""HTML of data: the templates in docs/_templates, and the functions that they call."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

import matrix_results
import wording
from docutils import nodes
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sphinx.util.osutil import relative_uri

from tests.toolkit.paths import ROOT

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment


FOLDER = ROOT / "docs" / "_templates"
TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
TEMPLATES.filters |= {"id": nodes.make_id, "told": attrgetter("description")}
TEMPLATES.globals |= {"results": matrix_results, "wording": wording}


def html(env: BuildEnvironment, template: str, **context: Any) -> nodes.raw:
    """Return a part of the page that is being read, made by a template.

    In the template, ``at(page, anchor)`` is a relative link.
    """
    here = f"{env.docname}.html"

    def at(page: str, anchor: str = "") -> str:
        address = relative_uri(here, f"{page}.html")
        return f"{address}#{anchor}" if anchor else address

    for name in (template, "macros"):
        env.note_dependency(str(FOLDER / "data" / f"{name}.html"))
    text = TEMPLATES.get_template(f"data/{template}.html").render(at=at, **context)
    return nodes.raw("", text, format="html")


def section(title: str, anchor: str, *content: nodes.Node) -> nodes.section:
    """Return a part of a page with a heading."""
    return nodes.section("", nodes.title("", title), *content, ids=[anchor])
