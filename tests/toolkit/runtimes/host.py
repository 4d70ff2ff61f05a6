"""CPython of this machine as a worker: a tool is imported once for all cases."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from ..process import environment
from .worker import Worker


def host(path: Sequence[Path] = ()) -> Worker:
    """Return a worker that imports from these folders first."""
    command = [sys.executable, "-s", "-m", "tests.matrix.guest.serve"]
    return Worker(command, env=environment(path))
