"""A tool that is a command: a process of its own for each question."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from ...toolkit.process import clean_environment
from ...toolkit.runtimes.worker import WorkerError
from .base import Base

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TIMEOUT = 120


class Command(Base):
    """What commands share."""

    def versions(self) -> Mapping[str, str]:
        """The Python that the command runs on."""
        return {"python": sys.version.split()[0]}

    def run(
        self, *arguments: str, cwd: Path | None = None, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Run Python with the tool on its path; `more` are environment variables."""
        folder = self.folder(self.cell.tool.requirement)
        try:
            return subprocess.run(
                [sys.executable, "-s", *arguments],
                capture_output=True,
                text=True,
                timeout=TIMEOUT,
                check=False,
                cwd=cwd or self.bench.scratch,
                env=clean_environment(PYTHONPATH=folder, NO_COLOR="1", **more),
            )
        except subprocess.TimeoutExpired:
            raise WorkerError(f"no answer in {TIMEOUT} s") from None
