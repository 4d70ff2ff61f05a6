"""Run one step: a program with a time limit, in a group of its own, its output kept."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wasm_platform_tags.conformance.child import end_group

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

# How much of what a step said stands in the message, and how often it is looked after.
TAIL_LINES = 25
SECONDS_BETWEEN = 0.1


class StepError(Exception):
    """A step of a project failed: which, why, and the end of what it said."""

    def __init__(self, step: str, why: str, output: str = "") -> None:
        super().__init__(f"{step}: {why}")
        self.step = step
        self.why = why
        self.output = "\n".join(output.rstrip().splitlines()[-TAIL_LINES:])


@dataclass(frozen=True)
class CompletedProcess:
    """How a program left, and all that it wrote."""

    status: int
    text: str


class Runner:
    """Runs programs; after `stop()`, none, and those that run are ended."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._others: list[Callable[[], None]] = []

    def on_stop(self, stop: Callable[[], None]) -> None:
        """Call this too when all is to end."""
        self._others.append(stop)

    def stop(self) -> None:
        """End what runs, as after Ctrl-C."""
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
    ) -> CompletedProcess:
        """Run a program to its end; whatever it started ends with it.

        :raises StepError: if it cannot be started, or takes longer than `seconds`.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as out:
            try:
                process = subprocess.Popen(
                    [str(part) for part in command],
                    cwd=folder,
                    env=None if env is None else dict(env),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise StepError(
                    step, f"cannot start {command[0]}: {error.strerror}"
                ) from None
            try:
                ended = self._wait(process, time.monotonic() + seconds)
            finally:
                end_group(process)
        text = log.read_text("utf-8", errors="replace")
        if not ended:
            why = "interrupted" if self._stopped.is_set() else f"no end in {seconds} s"
            raise StepError(step, why, text)
        return CompletedProcess(process.returncode, text)

    def _wait(self, process: subprocess.Popen[bytes], deadline: float) -> bool:
        while not self._stopped.is_set() and time.monotonic() < deadline:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(SECONDS_BETWEEN)
                return True
        return False

    def need(
        self,
        step: str,
        command: Sequence[str | Path],
        *,
        folder: Path,
        log: Path,
        seconds: float,
        env: Mapping[str, str] | None = None,
    ) -> str:
        """Run a program that must succeed; what it said.

        :raises StepError: if it does not.
        """
        said = self.run(step, command, folder=folder, log=log, seconds=seconds, env=env)
        if said.status:
            shown = " ".join(map(str, command))
            raise StepError(step, f"{shown} left with {said.status}", said.text)
        return said.text
