"""unearth, PDM's finder: told the target's tags as pip is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import Base
from .pip import platforms

if TYPE_CHECKING:
    from wasm_platform_tags.conformance.cases import Case

    from ..runtimes.process import Answer


class Unearth(Base):
    """One unearth."""

    def observe(self, case: Case) -> Answer:
        """Ask its command which file it finds."""
        assert case.target
        return self.call(
            "unearth_worker.choose",
            folder=self.folder(self.cell.tool.requirement),
            arguments=[
                *("--index-url", self.bench.index.simple("dummy", str(self.cell.via))),
                *("--platforms", ",".join(platforms(case.target))),
                *("--python-version", case.target.python),
                *("--implementation", "cp", "--only-binary", case.project),
            ],
        )
