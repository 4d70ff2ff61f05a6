"""PDM: ``pdm lock --platform`` names a target, if PDM knows the platform."""

from wasm_platform_tags.conformance.cases import Case

from ...toolkit.runtimes.worker import Reply, WorkerError
from ..cells import Cell
from ..wheels import NEEDED
from .base import Adapter, AdapterContext, UnsupportedError

NOTHING_FITS = "[CandidateNotFound]"
REFUSED = "Unsupported platform"


class Pdm(Adapter):
    """One PDM."""

    host_kinds = frozenset({"select", "dependency"})
    description = (
        "It receives the target's Python and, by pdm lock --platform, the first"
        " spelling of the platform, once for each target."
    )

    def __init__(self, cell: Cell, context: AdapterContext) -> None:
        super().__init__(cell, context)
        self._refused: dict[str, str] = {}

    def observe(self, case: Case) -> Reply:
        """Lock for the target, and see which file is chosen or what is needed.

        It is asked about a platform that it does not know only once.
        """
        assert case.target
        assert case.target.platform, (
            "only targets with a platform are for tools on the host"
        )
        if case.target.id in self._refused:
            raise UnsupportedError(self._refused[case.target.id])
        reply = self.call(
            "pdm_worker.lock",
            folder=self.folder(self.cell.tool.requirement),
            place=str(self.context.scratch / "pdm"),
            index=self.context.index.simple("dummy", "json"),
            project=case.project,
            arguments=[
                *("--platform", case.target.platform),
                *("--python", f"=={case.target.python}.*"),
                *("--implementation", "cpython"),
            ],
        )
        if reply.value is not None:
            return Reply(_found(reply.value, case), reply.output)
        if NOTHING_FITS in reply.output:
            return reply
        if REFUSED in reply.output:
            self._refused[case.target.id] = reply.output
            raise UnsupportedError(reply.output)
        raise WorkerError("PDM failed", reply.output)


def _found(files: dict[str, str], case: Case) -> str | bool:
    """Return the chosen file; or whether the dependency was locked too."""
    return NEEDED in files if case.kind == "dependency" else files[case.project]
