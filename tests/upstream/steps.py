"""Run the steps of a project: programs with a time limit, whose output is kept."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tests.toolkit.process import ENDED, CompletedProcess, run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

# How many lines of a program's output the error has.
TAIL_LINES = 25


class StepError(Exception):
    """A step of a project failed: which step, why, and the end of its output."""

    def __init__(self, step: str, why: str, output: str = "") -> None:
        super().__init__(f"{step}: {why}")
        self.step = step
        self.why = why
        self.output = "\n".join(output.rstrip().splitlines()[-TAIL_LINES:])


class StepRunner:
    """Run programs until `stop()` ends those that run."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._others: list[Callable[[], None]] = []

    def on_stop(self, stop: Callable[[], None]) -> None:
        """Let `stop()` call this function too."""
        self._others.append(stop)

    def stop(self) -> None:
        """End every program, as after Ctrl-C."""
        self._stopped.set()
        for stop in self._others:
            stop()

    def run(
        self,
        step: str,
        command: Sequence[str | Path],
        *,
        folder: Path,
        log: Path,
        seconds: float,
        env: Mapping[str, str] | None = None,
        check: bool = True,
    ) -> CompletedProcess:
        """Run a program; every process that it started ends with it.

        :param log: the file that receives its output.
        :param check: whether an exit status other than 0 is an error.
        :raises StepError: if it cannot be started, takes longer than `seconds`, or fails.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        try:
            done = run(command, env, folder, seconds, log=log, stop=self._stopped)
        except OSError as error:
            raise StepError(
                step, f"cannot start {command[0]}: {error.strerror}"
            ) from None
        if done.status == ENDED:
            text, _, why = done.text.rpartition("\n")
            raise StepError(step, why, text)
        if check and done.status:
            shown = " ".join(map(str, command))
            raise StepError(step, f"{shown} exited with {done.status}", done.text)
        return done
