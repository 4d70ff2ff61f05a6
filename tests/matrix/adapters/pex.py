"""Pex: an option names the target, as an abbreviated platform or as a complete one."""

import json
from collections.abc import Mapping

from wasm_platform_tags import Target
from wasm_platform_tags.conformance.cases import Case, SuiteTarget

from ...toolkit.runtimes.worker import Reply, WorkerError
from ..cells import Cell
from ..wheels import NEEDED
from .base import Adapter, platforms

NOTHING_FITS = "No matching distribution found"
NO_MARKERS = "does not exist in evaluation environment"


class Pex(Adapter):
    """One Pex; `via` is the option that names the target."""

    host_kinds = frozenset({"select", "dependency"})
    seconds_per_case = 1

    @classmethod
    def describe(cls, cell: Cell) -> str:
        """The two options differ in how much they say."""
        if cell.via == "platform":
            return (
                "It receives the target's Python and, by --platform, only the first"
                " spelling of the platform, because the option names one tag."
            )
        return (
            "It receives the tags and the markers of the target by --complete-platform; the"
            " library makes both."
        )

    def versions(self) -> Mapping[str, str]:
        """Also the version of the pip that Pex resolves with."""
        return {**super().versions(), "pip": self._pip}

    def observe(self, case: Case) -> Reply:
        """Build a PEX file and see what it contains."""
        assert case.target
        reply = self.call(
            "pex_worker.build",
            folder=self.folder(self.cell.tool.requirement),
            arguments=[
                *("--pex-root", str(self.context.scratch / "pex"), "--no-index"),
                *("--pip-version", self._pip),
                *("--find-links", str(self.context.cache.tool_wheels(self.cell.tool))),
                *("--find-links", str(self.context.wheels / case.project)),
                *("--no-build", "--no-compress", "--no-compile"),
                *self._target(case.target),
                case.project,
            ],
        )
        if reply.value is not None:
            return Reply(_found(reply.value, case), reply.output)
        if NOTHING_FITS in reply.output:
            return reply
        if NO_MARKERS in reply.output:
            return Reply("an error", reply.output)
        raise WorkerError("Pex failed", reply.output)

    @property
    def _pip(self) -> str:
        versions = dict(wheel.split("==") for wheel in self.cell.tool.wheels)
        return versions["pip"]

    def _target(self, target: SuiteTarget) -> list[str]:
        minor = target.words["cp"].removeprefix("cp")
        if self.cell.via == "platform":
            # Of several platforms, Pex would resolve for each separately.
            return ["--platform", f"{platforms(target)[0]}-cp-{minor}-cp{minor}"]
        assert target.platform, "only targets with a platform are for tools on the host"
        full = Target(target.words["python_full"], target.platform)
        complete = {
            "marker_environment": full.marker_environment(),
            "compatible_tags": [str(tag) for tag in full.tags()],
        }
        return ["--complete-platform", json.dumps(complete)]


def _found(files: list[str], case: Case) -> str | bool:
    """Return the chosen file; or whether the dependency is in the PEX too."""
    if case.kind == "dependency":
        return any(file.startswith(f"{NEEDED}-1.0-") for file in files)
    (one,) = files
    return one
