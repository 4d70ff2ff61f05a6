"""The ``{known-platforms}`` directive: the registry as a table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util.docutils import SphinxDirective
from tables import code, folded, link, table

import wasm_platform_tags
from wasm_platform_tags import known_platforms

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from tables import Cell

    from wasm_platform_tags import KnownPlatform


COLUMNS = (
    "Tags",
    "Toolchain",
    "Python",
    "Exceptions",
    "Status",
    "Source",
    "Libraries",
    "Lookup",
)
# A file on GitHub at a commit: the commit, and the file with its folder.
PERMALINK = re.compile(
    r"https://github\.com/[^/]+/[^/]+/blob/([0-9a-f]{40})/(?:.+/)?([^/]+/[^/]+)"
)
# A release on PyPI, whose files tell: its project and version.
RELEASE = re.compile(r"https://pypi\.org/project/([^/]+)/([^/]+)/")


def source_name(url: str) -> str:
    """Return what a source is, in short; an address of another form as it is."""
    if found := PERMALINK.fullmatch(url):
        return f"{found[2]} at {found[1][:7]}"
    if found := RELEASE.fullmatch(url):
        return f"{found[1]} {found[2]} on PyPI"
    return url


def libraries(names: tuple[str, ...]) -> Cell:
    """Return a cell that says how many there are and opens to tell which."""
    if not names:
        return "none"
    listed = nodes.paragraph("", ", ".join(names))
    return nodes.entry("", *folded(f"{len(names)} libraries", listed))


class KnownPlatforms(SphinxDirective):
    """Show every platform that the library knows, straight from its data."""

    def run(self) -> list[nodes.Node]:
        """Build the table from platforms.json."""
        self.env.note_dependency(wasm_platform_tags.__file__)
        rows = [(known.tags[0], self.cells(known)) for known in known_platforms()]
        return [table(COLUMNS, rows, "platforms")]

    def cells(self, known: KnownPlatform) -> list[Cell]:
        """Return what one record says."""
        tags: list[nodes.Node] = []
        for tag in known.tags:
            if tags:
                tags.append(nodes.Text(" or "))
            tags.append(code(tag))
        return [
            tags,
            known.toolchain,
            known.meant_for,
            known.unwinding,
            known.status,
            [link(source_name(known.source), known.source)],
            libraries(known.static_libraries),
            known.library_lookup,
        ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("known-platforms", KnownPlatforms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
