"""This repository's library, held to the same cases as everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wasm_platform_tags.conformance.cases import load_targets
from wasm_platform_tags.conformance.runner import request

from .base import Base

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wasm_platform_tags.conformance.cases import Case

    from ...toolkit.runtimes.worker import Reply


class Library(Base):
    """The library as it is checked out."""

    def versions(self) -> Mapping[str, str]:
        """In a Pyodide, also how many wheels its lock file lists."""
        found = super().versions()
        if not self.cell.runtime.alias:
            return found
        path = self.lock_file(self.cell.runtime.alias)
        counts = self.call("library_worker.lock_file_counts", path=path).value
        return {**found, "lock_file_wheels": counts}

    def observe(self, case: Case) -> Reply:
        """Ask it, on the host for a target, in a guest for where it runs."""
        if self.cell.on_host:
            return self.call("library_worker.answer", case=request(case))
        if case.kind == "select":
            return self.call("library_worker.choose_here", files=case.data["files"])
        if case.kind == "lock-file":
            return self._lock_file(case)
        process = self.bench.process
        if not case.data["variable"]:
            assert self.bench.unset
            process = self.bench.unset
        return process.call(
            "library_worker.running",
            check=case.data["check"],
            count=len(case.expect),
        )

    def _lock_file(self, case: Case) -> Reply:
        """Hold the wheels of the runtime's lock file against every platform."""
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
