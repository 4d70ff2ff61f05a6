"""PDM: `pdm lock --platform` is how it is told a target, if it knows the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...toolkit.runtimes.worker import Reply, WorkerError
from ..wheels import NEEDED
from .base import Base, UnsupportedError

if TYPE_CHECKING:
    from wasm_platform_tags.conformance.cases import Case

    from ..cells import Cell
    from .base import AdapterContext

NOTHING_FITS = "[CandidateNotFound]"
REFUSED = "Unsupported platform"


class Pdm(Base):
    """One PDM."""

    def __init__(self, cell: Cell, bench: AdapterContext) -> None:
        super().__init__(cell, bench)
        self._refused: dict[str, str] = {}

    def observe(self, case: Case) -> Reply:
        """Lock for the target and see which file is chosen, or what is needed.

        A platform that it does not know is asked about once: no release knows one yet.
        """
        assert case.target
        assert case.target.platform, "who runs elsewhere is told a platform"
        if case.target.id in self._refused:
            raise UnsupportedError(self._refused[case.target.id])
        answer = self.call(
            "pdm_worker.lock",
            folder=self.folder(self.cell.tool.requirement),
            place=str(self.bench.scratch / "pdm"),
            index=self.bench.index.simple("dummy", "json"),
            project=case.project,
            arguments=[
                *("--platform", case.target.platform),
                *("--python", f"=={case.target.python}.*"),
                *("--implementation", "cpython"),
            ],
        )
        if answer.value is not None:
            return Reply(_found(answer.value, case), answer.output)
        if NOTHING_FITS in answer.output:
            return answer
        if REFUSED in answer.output:
            self._refused[case.target.id] = answer.output
            raise UnsupportedError(answer.output)
        raise WorkerError("PDM failed", answer.output)


def _found(files: dict[str, str], case: Case) -> str | bool:
    """The file chosen; or whether the other project is there too."""
    return NEEDED in files if case.kind == "dependency" else files[case.project]
