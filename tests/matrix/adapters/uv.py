"""uv: cross-targeting by its two WebAssembly triples."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ..runtimes.host import clean_environment
from ..runtimes.process import Answer, ProcessError
from ..wheels import NEEDED
from .base import Base, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wasm_platform_tags.conformance.cases import Case

# uv names a year where a target names a platform.
TRIPLES = {"2024_0": "wasm32-pyodide2024", "2025_0": "wasm32-pyodide2025"}
NOTHING_FITS = "No solution found"


class Uv(Base):
    """One uv."""

    def versions(self) -> Mapping[str, str]:
        """The Python whose environment it believes it installs into."""
        return {"python": sys.version.split()[0]}

    def observe(self, case: Case) -> Answer:
        """Install into a folder and read what is there."""
        target = case.target
        if target is None or target.id not in TRIPLES:
            raise UnsupportedError("uv has no triple for this target")
        with tempfile.TemporaryDirectory(dir=self.bench.scratch) as folder:
            done = subprocess.run(
                [
                    Path(self.folder(self.cell.tool.requirement)) / "bin" / "uv",
                    *("pip", "install", "--no-config", "--no-cache"),
                    *("--no-progress", "--python", sys.executable),
                    *("--python-platform", TRIPLES[target.id]),
                    *("--python-version", target.python),
                    *("--only-binary=:all:", "--target", folder),
                    "--index-url",
                    self.bench.index.simple("dummy", self.cell.via or "json"),
                    case.project,
                ],
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
                env=clean_environment(),
            )
            output = done.stdout + done.stderr
            if done.returncode == 0:
                if case.kind == "dependency":
                    return Answer((Path(folder) / NEEDED).is_dir(), output)
                return Answer(_installed(Path(folder), case), output)
        if NOTHING_FITS not in output:
            raise ProcessError(f"uv left with status {done.returncode}", output)
        return Answer(None, output)


def _installed(folder: Path, case: Case) -> str:
    module = folder / case.project.replace("-", "_") / "__init__.py"
    found = re.search(r"WHEEL = '(.+)'", module.read_text(encoding="utf-8"))
    assert found, "every dummy wheel says which file it was"
    return found[1]
