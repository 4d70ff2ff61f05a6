"""A child process that answers in JSON Lines, with a time-out and one way to die."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from functools import partial
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["AdapterError", "AdapterTimeout", "Child", "end_group"]

_TAIL = 4000  # characters of standard error that are kept
_LONGEST = (
    10_000_000  # bytes of a line, so that an endless one does not fill the memory
)


class AdapterError(Exception):
    """The child crashed, hung or would not start.

    ``stderr`` is the end of what it wrote to standard error.
    """

    def __init__(self, message: str, stderr: str = "") -> None:
        super().__init__(message)
        self.stderr = stderr


class AdapterTimeout(AdapterError):
    """The child ran, and wrote no line in time."""


class Child:
    """Starts at the first line, and again after it died, a few times at most.

    :param command: the program and its arguments.
    :param env: its environment variables, by default those of this process.
    :param restarts: how often it may start again.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        restarts: int = 3,
    ) -> None:
        self._command = list(command)
        self._env = None if env is None else dict(env)
        self._restarts = restarts
        self._starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._requests: queue.Queue[bytes | None] = queue.Queue()
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._stderr: IO[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether it was started and has not been ended."""
        return self._process is not None

    @property
    def given_up(self) -> bool:
        """Whether it died more often than it may start again."""
        return not self.running and self._starts > self._restarts

    def send(self, line: str) -> None:
        """Write a line, without waiting; start the child first if it does not run.

        :raises AdapterError: if it cannot be started, or died too often.
        """
        if not self.running:
            self._start()
        self._requests.put(f"{line}\n".encode())

    def receive(self, seconds: float) -> str:
        r"""Return the next line that the child writes.

        :param seconds: how long to wait before it is ended.
        :returns: the line; bytes that are not UTF-8 are backslash escapes in it, such
            as ``\xff``, which no JSON has.
        :raises AdapterTimeout: if it wrote none in that time.
        :raises AdapterError: if it ended, or the line is longer than any answer.
        """
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            none = self._end(f"no answer in {seconds:.3g} s")
            raise AdapterTimeout(str(none), none.stderr) from None
        if line is None:
            assert self._process is not None
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1)  # let it end by itself, for its status
            raise self._end("the process ended")
        if len(line) == _LONGEST:
            raise self._end(f"wrote a line of {_LONGEST:,} bytes or more")
        return line.decode(errors="backslashreplace")

    def abandon(self) -> None:
        """End the child, if it runs; it counts as died."""
        self._end("abandoned")

    def close(self) -> None:
        """End the child, if it runs, and forget how often it died."""
        self.abandon()
        self._starts = 0

    def _start(self) -> None:
        if self._starts > self._restarts:
            raise AdapterError(f"gave up after {self._starts} starts")
        self._starts += 1
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - lives with the child
        self._requests, self._lines = queue.Queue(), queue.Queue()
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                env=self._env,
                start_new_session=True,  # a group of its own, for end_group()
            )
        except OSError as error:
            self._stderr.close()
            raise AdapterError(f"cannot start {self._command[0]!r}: {error}") from error
        # A child that does not read, or does not write, blocks a thread of its own.
        for work, stream, lines in (
            (_feed, self._process.stdin, self._requests),
            (_forward, self._process.stdout, self._lines),
        ):
            threading.Thread(target=work, args=(stream, lines), daemon=True).start()

    def _end(self, why: str) -> AdapterError:
        """End the child and return why, with the end of its standard error."""
        if self._process is None:
            return AdapterError(why)
        status = end_group(self._process)
        self._requests.put(None)
        self._process = None
        assert self._stderr is not None
        with self._stderr as stderr:
            stderr.seek(max(0, stderr.seek(0, os.SEEK_END) - 4 * _TAIL))
            tail = stderr.read().decode(errors="replace")[-_TAIL:]
        if why == "the process ended" and status >= 0:
            why = f"{why} with status {status}"
        return AdapterError(why, tail)


def end_group(process: subprocess.Popen[bytes]) -> int:
    """End a program and what it started: a shell or npx would leave that behind.

    :param process: a program that was started in a session of its own.
    :returns: its exit status.
    """
    kill = (
        process.kill
        if sys.platform == "win32"
        else partial(os.killpg, process.pid, signal.SIGKILL)
    )
    # No such group: all ended by themselves. macOS says "not permitted" to that.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        kill()
    return process.wait()


def _feed(stream: IO[bytes], lines: queue.Queue[bytes | None]) -> None:
    with contextlib.suppress(OSError), stream:  # if it ended, receive() tells
        while line := lines.get():
            stream.write(line)
            stream.flush()


def _forward(stream: IO[bytes], lines: queue.Queue[bytes | None]) -> None:
    with stream:
        while line := stream.readline(_LONGEST):
            lines.put(line)
    lines.put(None)
