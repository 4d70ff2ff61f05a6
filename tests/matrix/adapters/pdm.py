"""PDM: `pdm lock --platform` is how it is told a target, if it knows the platform."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ..runtimes.process import Answer, ProcessError
from .base import UnsupportedError
from .command import Command

if TYPE_CHECKING:
    from wasm_platform_tags.conformance.cases import Case

    from ..cells import Cell
    from .base import Bench

PROJECT = """\
[project]
name = "nothing"
version = "1.0"
requires-python = ">=3.10"
dependencies = []
"""
REFUSED = "Unsupported platform"


class Pdm(Command):
    """One PDM."""

    def __init__(self, cell: Cell, bench: Bench) -> None:
        super().__init__(cell, bench)
        self._refused: dict[str, str] = {}

    def observe(self, case: Case) -> Answer:
        """Ask once a target whether it can be locked for; no release can yet."""
        assert case.target
        assert case.target.platform, "who runs elsewhere is told a platform"
        if case.target.id not in self._refused:
            folder = self.bench.scratch / f"pdm-{case.target.id}"
            folder.mkdir()
            (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
            done = self.run(
                *("-m", "pdm", "lock", "--platform", case.target.platform),
                *("--python", f"=={case.target.python}.*"),
                cwd=folder,
                # It would download a Python or ask for news.
                PDM_PYTHON=sys.executable,
                PDM_USE_VENV="0",
                PDM_CHECK_UPDATE="0",
            )
            self._refused[case.target.id] = done.stdout + done.stderr
        if REFUSED in self._refused[case.target.id]:
            raise UnsupportedError(self._refused[case.target.id])
        raise ProcessError(
            "it no longer refuses the platform: this adapter has to be completed",
            self._refused[case.target.id],
        )
