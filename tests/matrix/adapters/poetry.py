"""Poetry: it locks for every platform, and installs for the one that it runs on."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ...toolkit.runtimes.worker import Reply, WorkerError
from .base import UnsupportedError
from .command import Command

if TYPE_CHECKING:
    from wasm_platform_tags.conformance.cases import Case

# `add --platform` is another thing: it writes a marker.
COMMANDS = ("lock", "install", "sync")


class Poetry(Command):
    """One Poetry."""

    @cached_property
    def help(self) -> str:
        """What the commands that choose files say of their options."""
        return "".join(
            self.run("-m", "poetry", command, "--help").stdout for command in COMMANDS
        )

    def observe(self, case: Case) -> Reply:
        """See that it has no way to be told a target; no release has yet."""
        if self.help.count("USAGE") + self.help.count("Usage") != len(COMMANDS):
            raise WorkerError("its help is not understood", self.help)
        if "--platform" in self.help:
            raise WorkerError(
                "it has a --platform: this adapter has to be completed", self.help
            )
        raise UnsupportedError(
            f"None of {', '.join(COMMANDS)} has an option for a target platform."
        )
