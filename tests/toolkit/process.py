"""Run a program until it ends, and keep its output."""

import contextlib
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wasm_platform_tags.conformance.child import end_group

TIMEOUT = 300  # seconds
# The exit status of a program that was ended because of its time-out, or of `stop`.
ENDED = -1
# How often a running program is checked against `stop`, in seconds.
INTERVAL = 0.1
# Prefixes of the environment variables that configure a tool.
CONFIGURING = ("PDM_", "PEX_", "PIP_", "POETRY_", "PYTHON", "UV_", "XDG_")


@dataclass(frozen=True)
class CompletedProcess:
    """The exit status of a program, and its output: stdout and stderr together."""

    status: int
    text: str

    @property
    def last(self) -> str:
        """The last line that is not empty."""
        lines = [line for line in self.text.splitlines() if line.strip()]
        return lines[-1].strip() if lines else ""


def clean_environment(**more: str) -> dict[str, str]:
    """Return the environment variables of this process, without settings of installers.

    :param more: variables to add.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(CONFIGURING)
    }
    # No proxy for the index on loopback, and no configuration file of pip.
    return {**kept, "NO_PROXY": "127.0.0.1", "PIP_CONFIG_FILE": os.devnull, **more}


def environment(path: Iterable[Path], **more: str) -> dict[str, str]:
    """Return a clean environment in which Python imports from the folders in `path`."""
    return clean_environment(PYTHONPATH=os.pathsep.join(map(str, path)), **more)


def run(
    command: Sequence[str | Path],
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
    timeout: float = TIMEOUT,
    *,
    log: Path | None = None,
    stop: threading.Event | None = None,
) -> CompletedProcess:
    """Run a program until it ends, or until its time-out.

    :param env: its environment variables, by default those of this process.
    :param folder: its working directory.
    :param timeout: in seconds. Then the status is `ENDED`, and the last line says so.
    :param log: a file that receives the output while the program runs.
    :param stop: the program, and all that it started, ends when this is set.
    :raises OSError: if the program cannot be started.
    """
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(
            log.open("w+b") if log else tempfile.TemporaryFile()  # noqa: SIM115
        )
        process = subprocess.Popen(
            [str(part) for part in command],
            env=None if env is None else dict(env),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C in a terminal reaches the program, unless the caller has `stop`.
            start_new_session=stop is not None,
        )
        try:
            why = _wait(process, timeout, stop)
        finally:
            end_group(process) if stop else process.kill()
            process.wait()
        output.seek(0)
        text = output.read().decode(errors="replace").replace("\r\n", "\n")
    if why:
        return CompletedProcess(ENDED, f"{text}\n{why}")
    return CompletedProcess(process.returncode, text)


def _wait(
    process: subprocess.Popen[bytes], timeout: float, stop: threading.Event | None
) -> str:
    """Wait for the program; return why it has to be ended, or nothing."""
    deadline = time.monotonic() + timeout
    while not (stop and stop.is_set()):
        left = deadline - time.monotonic()
        if left <= 0:
            return f"no end in {timeout} s"
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(min(left, INTERVAL) if stop else left)
            return ""
    return "interrupted"
