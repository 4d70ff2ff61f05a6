"""Talk in lines with a child process, with a time-out, and end all that it started."""

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

from .._errors import WasmPlatformTagsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TAIL = 4000  # characters of standard error that are kept
_LONGEST = 10_000_000  # bytes of a line: an endless one must not fill the memory


class AdapterError(WasmPlatformTagsError):
    """The child crashed, was too slow, or did not start.

    ``stderr`` is the end of what it wrote to standard error.
    """

    def __init__(self, message: str, stderr: str = "") -> None:
        super().__init__(message)
        self.stderr = stderr


class AdapterTimeout(AdapterError):
    """The child ran, and did not write a line in time."""


class Child:
    """A process that starts with the first line, and again after it died.

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
        """Whether it was started, and not ended since."""
        return self._process is not None

    @property
    def given_up(self) -> bool:
        """Whether it died more often than it may start again."""
        return not self.running and self._starts > self._restarts

    def send(self, line: str) -> None:
        """Write a line without waiting. Start the child first if it does not run.

        :raises AdapterError: if it cannot be started, or died too often.
        """
        if not self.running:
            self._start()
        self._requests.put(f"{line}\n".encode())

    def receive(self, seconds: float) -> str:
        r"""Return the next line that the child writes.

        :param seconds: how long to wait before it is ended.
        :returns: the line; a byte that is not UTF-8 becomes an escape such as ``\xff``,
            which is no JSON.
        :raises AdapterTimeout: if it wrote none in that time.
        :raises AdapterError: if it ended, or the line is too long.
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
        """End the child, if it runs. This counts as a death."""
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
        # A child that does not read, or does not write, blocks only these threads.
        for work, stream, lines in (
            (_feed, self._process.stdin, self._requests),
            (_forward, self._process.stdout, self._lines),
        ):
            threading.Thread(target=work, args=(stream, lines), daemon=True).start()

    def _end(self, why: str) -> AdapterError:
        """End the child; return an error with the end of its standard error."""
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
    """End a program and all that it started, as a shell or npx does.

    :param process: a program that was started in a session of its own.
    :returns: its exit status.
    """
    kill = (
        process.kill
        if sys.platform == "win32"
        else partial(os.killpg, process.pid, signal.SIGKILL)
    )
    # There is no such group if all have ended; macOS then says "not permitted".
    with contextlib.suppress(ProcessLookupError, PermissionError):
        kill()
    return process.wait()


def _feed(stream: IO[bytes], lines: queue.Queue[bytes | None]) -> None:
    with contextlib.suppress(OSError), stream:  # receive() reports that it ended
        while line := lines.get():
            stream.write(line)
            stream.flush()


def _forward(stream: IO[bytes], lines: queue.Queue[bytes | None]) -> None:
    with stream:
        while line := stream.readline(_LONGEST):
            lines.put(line)
    lines.put(None)
