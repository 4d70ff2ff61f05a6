"""The ``{known-platforms}`` directive: the registry as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markup import html
from sphinx.util.docutils import SphinxDirective

import wasm_platform_tags
from wasm_platform_tags import known_platforms

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx


class KnownPlatforms(SphinxDirective):
    """Show every platform that the library knows, straight from its data."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(wasm_platform_tags.__file__)
        return [html(self.env, "platforms", platforms=known_platforms())]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("known-platforms", KnownPlatforms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
