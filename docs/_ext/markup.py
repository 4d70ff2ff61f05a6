"""Data as HTML: the templates in docs/_templates/data, and what they may ask."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import measured
from docutils import nodes
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tests.matrix.results import PERMALINK
from tests.matrix.settings import ROOT

if TYPE_CHECKING:
    from measured import Place
    from sphinx.environment import BuildEnvironment

TEMPLATES = ROOT / "docs" / "_templates"


@cache
def templates() -> Environment:
    """Return the environment; all that templates may ask is in `measured`."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters |= {
        "id": nodes.make_id,
        "lines": lambda url: measured.lines(PERMALINK.findall(url)[0]),
        "threads": measured.threads,
    }
    made.globals |= {"m": measured}
    return made


def html(env: BuildEnvironment, template: str, **context: Any) -> nodes.raw:
    """Return a part of the page that is being read, made by a template."""
    up = "../" * env.docname.count("/")

    def url(place: Place) -> str:
        page, anchor = place
        return f"{up}{page}.html#{anchor}" if anchor else f"{up}{page}.html"

    for path in (TEMPLATES / "data").glob("*.html"):
        env.note_dependency(str(path))
    made = templates().get_template(f"data/{template}.html")
    return nodes.raw("", made.render(url=url, **context), format="html")


def section(title: str, anchor: str, *content: nodes.Node) -> nodes.section:
    """Return a part of a page with a heading."""
    return nodes.section("", nodes.title("", title), *content, ids=[anchor])
