"""Poetry: it locks for every platform, and installs for the one that it runs on."""

import sys
from collections.abc import Mapping
from functools import cached_property

from wasm_platform_tags.conformance.cases import Case

from ...toolkit.runtimes.worker import Reply, WorkerError
from .base import Adapter, UnsupportedError, run_tool

# Not `add`: its --platform writes a marker.
COMMANDS = ("lock", "install", "sync")


class Poetry(Adapter):
    """One Poetry."""

    host_kinds = frozenset({"select", "dependency"})
    description = (
        "It receives nothing: the help of its commands is searched for an option that"
        " names a target."
    )

    def versions(self) -> Mapping[str, str]:
        """Return the version of the Python that Poetry runs on."""
        return {"python": sys.version.split()[0]}

    @cached_property
    def help(self) -> str:
        """The help of the commands that choose files."""
        return "".join(
            run_tool(
                [sys.executable, "-s", "-m", "poetry", command, "--help"],
                120,
                self.context.scratch,
                PYTHONPATH=self.folder(self.cell.tool.requirement),
                NO_COLOR="1",
            ).text
            for command in COMMANDS
        )

    def observe(self, case: Case) -> Reply:
        """Check that it still has no option that names a target."""
        if self.help.count("USAGE") + self.help.count("Usage") != len(COMMANDS):
            raise WorkerError("its help is not understood", self.help)
        if "--platform" in self.help:
            raise WorkerError(
                "it has a --platform: this adapter has to be completed", self.help
            )
        raise UnsupportedError(
            f"None of {', '.join(COMMANDS)} has an option for a target platform."
        )
