"""The ``{known-platforms}`` directive: the registry as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util.docutils import SphinxDirective
from tables import code, link, table

import wasm_platform_tags
from wasm_platform_tags import known_platforms

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from tables import Cell

    from wasm_platform_tags import KnownPlatform


class KnownPlatforms(SphinxDirective):
    """Show every platform that the library knows, straight from its data."""

    def run(self) -> list[nodes.Node]:
        """Build the table from platforms.json."""
        self.env.note_dependency(wasm_platform_tags.__file__)
        columns = ["Tags", "Toolchain", "Python", "Exceptions", "Lookup", "Status"]
        rows = [(known.tags[0], self.cells(known)) for known in known_platforms()]
        return [table(columns, rows, "platforms")]

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
            ", ".join(known.python),
            known.unwinding,
            known.library_lookup,
            [link(known.status, known.source)],
        ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("known-platforms", KnownPlatforms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
