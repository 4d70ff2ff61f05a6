"""unearth, PDM's finder: told the target's tags as pip is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import Base
from .pip import CANONICAL, platforms

if TYPE_CHECKING:
    from wasm_platform_tags.conformance.cases import Case

    from ...toolkit.runtimes.worker import Reply


class Unearth(Base):
    """One unearth."""

    def observe(self, case: Case) -> Reply:
        """Ask its command which file it finds."""
        assert case.target
        alone = self.cell.via == CANONICAL
        style = "json" if alone else str(self.cell.via)
        told = platforms(case.target)[: 1 if alone else None]
        return self.call(
            "unearth_worker.choose",
            folder=self.folder(self.cell.tool.requirement),
            arguments=[
                *("--index-url", self.bench.index.simple("dummy", style)),
                *("--platforms", ",".join(told)),
                *("--python-version", case.target.python),
                *("--implementation", "cp", "--only-binary", case.project),
            ],
        )
