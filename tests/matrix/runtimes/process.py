"""A child process that answers JSON Lines, with a time-out and one way to die."""

from __future__ import annotations

import contextlib
import itertools
import json
import queue
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TAIL = 2000
RESTARTS = 3


class ProcessError(Exception):
    """No answer: the process crashed, hung, or raised. `output` is what it left."""

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output


@dataclass(frozen=True)
class Answer:
    """What a function returned, and what it printed meanwhile."""

    value: Any
    output: str


class Process:
    """Starts at the first call; starts again after a crash, a few times at most."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        start_timeout: float = 90,
    ) -> None:
        self._command = [str(part) for part in command]
        self._env = None if env is None else dict(env)
        self._start_timeout = start_timeout
        self._ids = itertools.count()
        self._starts = 0
        self._child: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._stderr: IO[str] | None = None

    def call(self, function: str, *, timeout: float = 60, **arguments: Any) -> Answer:
        """Call ``module.function`` in the child and wait for what it returns."""
        fresh = self._child is None
        child = self._start()
        number = next(self._ids)
        request = {"id": number, "function": function, "arguments": arguments}
        with contextlib.suppress(BrokenPipeError):  # the reader below will tell
            cast("IO[str]", child.stdin).write(json.dumps(request) + "\n")
            cast("IO[str]", child.stdin).flush()
        limit = timeout + (self._start_timeout if fresh else 0)
        reply = self._read(number, limit)
        if "error" in reply:
            raise ProcessError(
                reply["error"].strip().splitlines()[-1],
                reply["output"] + reply["error"],
            )
        return Answer(reply["value"], reply["output"])

    def close(self) -> None:
        """End the child, if it runs; the next call starts a fresh one."""
        self._starts = 0
        self._end()

    def _end(self) -> str:
        """End the child; the end of what it wrote to standard error."""
        if self._child is None:
            return ""
        self._child.kill()
        self._child.wait()
        stderr = cast("IO[str]", self._stderr)
        stderr.seek(0)
        said = stderr.read()[-TAIL:]
        for stream in (self._child.stdin, self._child.stdout, stderr):
            with contextlib.suppress(BrokenPipeError):  # what it never read
                cast("IO[str]", stream).close()
        self._child = None
        return said

    def _start(self) -> subprocess.Popen[str]:
        if self._child is not None:
            return self._child
        if self._starts > RESTARTS:
            raise ProcessError(f"gave up after {self._starts} starts")
        self._starts += 1
        # Not a pipe: nobody reads it until the child is dead.
        self._stderr = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115
        self._lines = queue.Queue()
        self._child = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
            env=self._env,
        )
        threading.Thread(
            target=_forward, args=(self._child.stdout, self._lines), daemon=True
        ).start()
        return self._child

    def _read(self, number: int, timeout: float) -> dict[str, Any]:
        """The reply with this number; lines that are not replies are chatter."""
        while True:
            try:
                line = self._lines.get(timeout=timeout)
            except queue.Empty:
                raise self._dead(f"no answer in {timeout:.0f} s") from None
            if line is None:
                raise self._dead("the process ended")
            with contextlib.suppress(ValueError):
                reply = json.loads(line)
                if isinstance(reply, dict) and reply.get("id") == number:
                    return reply

    def _dead(self, message: str) -> ProcessError:
        return ProcessError(message, self._end())


def _forward(stream: IO[str], lines: queue.Queue[str | None]) -> None:
    with contextlib.suppress(ValueError):  # closed while we read: the end as well
        for line in stream:
            lines.put(line)
    lines.put(None)
