"""uv: told the target by one of its two WebAssembly triples, or given an interpreter.

An interpreter is started once, by uv itself, which asks it for its platform and markers
and keeps the answer in its cache.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ...toolkit.process import clean_environment
from ...toolkit.runtimes.worker import Reply, WorkerError
from ..interpreter import write_interpreter
from ..wheels import NEEDED
from .base import Base, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wasm_platform_tags.conformance.cases import Case

    from ..cells import Cell
    from .base import AdapterContext

# uv names a year where a target names a platform.
TRIPLES = {"2024_0": "wasm32-pyodide2024", "2025_0": "wasm32-pyodide2025"}
NOTHING_FITS = "No solution found"
TIMEOUT = 60
# What it says of an interpreter whose platform it does not know.
REFUSED = ("Unknown operating system", "Only Pyodide is supported for Emscripten")


class Uv(Base):
    """One uv."""

    def __init__(self, cell: Cell, bench: AdapterContext) -> None:
        super().__init__(cell, bench)
        self._refused = ""

    def versions(self) -> Mapping[str, str]:
        """Of the interpreter that it is given, or that it believes it installs into."""
        if self.cell.on_host:
            return {"python": sys.version.split()[0]}
        return super().versions()

    def observe(self, case: Case) -> Reply:
        """Install into a folder and read what is there."""
        if self._refused:
            raise UnsupportedError(self._refused)
        with tempfile.TemporaryDirectory(dir=self.bench.scratch) as folder:
            done = self._install(case, folder)
            output = done.stdout + done.stderr
            if done.returncode == 0:
                if case.kind == "dependency":
                    return Reply((Path(folder) / NEEDED).is_dir(), output)
                return Reply(_installed(Path(folder), case), output)
        if any(words in output for words in REFUSED):
            self._refused = output
            raise UnsupportedError(output)
        if NOTHING_FITS not in output:
            raise WorkerError(f"uv left with status {done.returncode}", output)
        return Reply(None, output)

    def _install(self, case: Case, folder: str) -> subprocess.CompletedProcess[str]:
        assert self.cell.tool.requirement
        uv = self.bench.cache.requirement(self.cell.tool.requirement) / "bin" / "uv"
        style = str(self.cell.via) if self.cell.on_host else "json"
        try:
            return subprocess.run(
                [
                    *(uv, "pip", "install", "--no-config", "--no-progress"),
                    *self._target(case),
                    *("--only-binary=:all:", "--target", folder),
                    *("--index-url", self.bench.index.simple("dummy", style)),
                    case.project,
                ],
                capture_output=True,
                text=True,
                timeout=TIMEOUT,
                check=False,
                env=clean_environment(),
            )
        except subprocess.TimeoutExpired:
            raise WorkerError(f"no answer in {TIMEOUT} s") from None

    def _target(self, case: Case) -> list[str | Path]:
        if not self.cell.on_host:
            home = self._interpreter.parent
            return ["--cache-dir", home / "cache", "--python", self._interpreter]
        assert case.target
        if case.target.id not in TRIPLES:
            raise UnsupportedError(
                f"--python-platform has no triple for {case.target.id}."
            )
        return [
            *("--no-cache", "--python", sys.executable),
            *("--python-platform", TRIPLES[case.target.id]),
            *("--python-version", case.target.python),
        ]

    @cached_property
    def _interpreter(self) -> Path:
        """The cell's runtime as an executable: uv's cache is in the folder it sees."""
        folder = self.bench.scratch / self.cell.name
        folder.mkdir()
        return write_interpreter(folder, self.bench.cache, self.cell.runtime)


def _installed(folder: Path, case: Case) -> str:
    module = folder / case.project.replace("-", "_") / "__init__.py"
    found = re.search(r"WHEEL = '(.+)'", module.read_text(encoding="utf-8"))
    assert found, "every dummy wheel says which file it was"
    return found[1]
