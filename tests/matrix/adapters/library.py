"""This repository's library, held to the same cases as everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import Base

if TYPE_CHECKING:
    from wasm_platform_tags.conformance.cases import Case

    from ..runtimes.process import Answer


class Library(Base):
    """The library as it is checked out."""

    def observe(self, case: Case) -> Answer:
        """Ask it, on the host for a target, in a guest for where it runs."""
        data, target = case.data, case.target
        match case.kind:
            case "parse":
                return self.call("library_worker.parse", tag=data["tag"])
            case "environment":
                return self.call("library_worker.environment", says=data)
            case "markers":
                assert target
                return self.call(
                    "library_worker.markers",
                    python=target.words["python_full"],
                    platform=target.platform,
                )
            case "running":
                process = self.bench.process
                if not data["variable"]:
                    assert self.bench.unset
                    process = self.bench.unset
                return process.call(
                    "library_worker.running",
                    check=data["check"],
                    count=len(case.expect),
                )
            case _ if self.cell.on_host:
                assert target
                return self.call(
                    "library_worker.choose_for",
                    files=data["files"],
                    python=target.python,
                    platform=target.platform,
                )
            case _:
                return self.call("library_worker.choose_here", files=data["files"])
