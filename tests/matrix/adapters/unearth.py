"""unearth, PDM's finder of files: like pip, it receives the target's tags."""

from wasm_platform_tags.conformance.cases import Case

from ...toolkit.runtimes.worker import Reply
from ..cells import Cell
from .base import BOTH_SPELLINGS, Adapter, platforms
from .pip import CANONICAL


class Unearth(Adapter):
    """One unearth."""

    host_kinds = frozenset({"select"})

    @classmethod
    def describe(cls, cell: Cell) -> str:
        """The options name the target."""
        tags = "only the canonical tag" if cell.via == CANONICAL else BOTH_SPELLINGS
        return f"It receives the target's Python and, by --platforms, {tags}."

    def observe(self, case: Case) -> Reply:
        """Ask its command which file it finds."""
        assert case.target
        alone = self.cell.via == CANONICAL
        style = "json" if alone else str(self.cell.via)
        tags = platforms(case.target)[: 1 if alone else None]
        return self.call(
            "unearth_worker.choose",
            folder=self.folder(self.cell.tool.requirement),
            arguments=[
                *("--index-url", self.context.index.simple("dummy", style)),
                *("--platforms", ",".join(tags)),
                *("--python-version", case.target.python),
                *("--implementation", "cp", "--only-binary", case.project),
            ],
        )
