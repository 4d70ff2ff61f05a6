"""This repository's library: it is asked the same cases as the other tools."""

from collections.abc import Mapping

from wasm_platform_tags.conformance.cases import Case, load_targets
from wasm_platform_tags.conformance.runner import request

from ...toolkit.runtimes.worker import Reply
from ..cells import Cell
from .base import SIMULATED, Adapter, own_tags


class Library(Adapter):
    """The library as it is checked out."""

    host_kinds = frozenset(
        {"parse", "environment", "build", "markers", "dependency", "select", "index"}
    )
    guest_kinds = frozenset({"select", "running", "lock-file"})

    @classmethod
    def describe(cls, cell: Cell) -> str:
        """On the host it receives the request of the suite's own runner."""
        if cell.on_host:
            return (
                f"It receives the cases as any other adapter does; {SIMULATED.lower()}."
            )
        return f"{own_tags(cell)}."

    def versions(self) -> Mapping[str, str]:
        """In a Pyodide, also how many wheels its lock file lists."""
        found = super().versions()
        if not self.cell.runtime.alias:
            return found
        path = self.lock_file(self.cell.runtime.alias)
        counts = self.call("library_worker.lock_file_counts", path=path).value
        return {**found, "lock_file_wheels": counts}

    def observe(self, case: Case) -> Reply:
        """Ask about a target on the host; in a guest, about the running interpreter."""
        if self.cell.on_host:
            return self.call("library_worker.answer", case=request(case))
        if case.kind == "select":
            return self.call("library_worker.choose_here", files=case.data["files"])
        if case.kind == "lock-file":
            return self._lock_file(case)
        return self.call_with_variable(
            "library_worker.running",
            is_set=case.data["variable"],
            check=case.data["check"],
            count=len(case.expect),
        )

    def _lock_file(self, case: Case) -> Reply:
        """Compare the wheels of the runtime's lock file with every platform."""
        assert case.target
        assert self.cell.runtime.alias
        return self.call(
            "library_worker.lock_file",
            path=self.lock_file(self.cell.runtime.alias),
            python=case.target.python,
            others=[
                target.platform
                for target in load_targets().values()
                if target.platform and target != case.target
            ],
        )
