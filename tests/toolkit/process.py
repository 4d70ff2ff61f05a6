"""Start a program, wait, and keep what it said."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.toolkit.runtimes.host import clean_environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

TIMEOUT = 300


@dataclass(frozen=True)
class CompletedProcess:
    """How a program left, and all that it wrote."""

    status: int
    text: str

    @property
    def last(self) -> str:
        """The last line that is not empty."""
        lines = [line for line in self.text.splitlines() if line.strip()]
        return lines[-1].strip() if lines else ""


def environment(path: Iterable[Path], **more: str) -> dict[str, str]:
    """This environment with these folders for Python, and no installer's settings."""
    return clean_environment(PYTHONPATH=os.pathsep.join(map(str, path)), **more)


def tool(
    command: Sequence[str | Path],
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
    timeout: int = TIMEOUT,
) -> CompletedProcess:
    """Run a program to its end."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            env=None if env is None else dict(env),
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        text = (late.output or b"").decode(errors="replace")  # bytes, even of a text
        return CompletedProcess(-1, f"{text}\nno end in {timeout} s")
    return CompletedProcess(done.returncode, done.stdout)
