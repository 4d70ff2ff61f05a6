"""Pex: told a target by an abbreviated platform, or by a file that has it in full."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from wasm_platform_tags import Target

from ...toolkit.runtimes.worker import Reply, WorkerError
from ..wheels import NEEDED
from .base import Base
from .pip import platforms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wasm_platform_tags.conformance.cases import Case, SuiteTarget

NOTHING_FITS = "No matching distribution found"
NO_MARKERS = "does not exist in evaluation environment"


class Pex(Base):
    """One Pex; `via` is how it is told the target."""

    def versions(self) -> Mapping[str, str]:
        """Also of the pip that it resolves with."""
        return {**super().versions(), "pip": self._pip}

    def observe(self, case: Case) -> Reply:
        """Build a PEX file and see what is in it."""
        assert case.target
        answer = self.call(
            "pex_worker.build",
            folder=self.folder(self.cell.tool.requirement),
            arguments=[
                *("--pex-root", str(self.bench.scratch / "pex"), "--no-index"),
                *("--pip-version", self._pip),
                *("--find-links", str(self.bench.cache.tool_wheels(self.cell.tool))),
                *("--find-links", str(self.bench.wheels / case.project)),
                *("--no-build", "--no-compress", "--no-compile"),
                *self._target(case.target),
                case.project,
            ],
        )
        if answer.value is not None:
            return Reply(_found(answer.value, case), answer.output)
        if NOTHING_FITS in answer.output:
            return answer
        if NO_MARKERS in answer.output:
            return Reply("an error", answer.output)
        raise WorkerError("Pex failed", answer.output)

    @property
    def _pip(self) -> str:
        (version,) = (
            version
            for name, _, version in (
                wheel.partition("==") for wheel in self.cell.tool.wheels
            )
            if name == "pip"
        )
        return version

    def _target(self, target: SuiteTarget) -> list[str]:
        minor = target.words["cp"].removeprefix("cp")
        if self.cell.via == "platform":
            # The best alone: of several, each would be resolved for by itself.
            return ["--platform", f"{platforms(target)[0]}-cp-{minor}-cp{minor}"]
        assert target.platform, "who runs elsewhere is told a platform"
        full = Target(target.words["python_full"], target.platform)
        told = {
            "marker_environment": full.marker_environment(),
            "compatible_tags": [str(tag) for tag in full.tags()],
        }
        return ["--complete-platform", json.dumps(told)]


def _found(files: list[str], case: Case) -> str | bool:
    """The file chosen; or whether the other project is there too."""
    needed = [file for file in files if file.startswith(f"{NEEDED}-1.0-")]
    if case.kind == "dependency":
        return bool(needed)
    (one,) = files
    return one
