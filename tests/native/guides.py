"""What the guide for authors of packages tells them to run: check-wheel.mjs."""

from __future__ import annotations

import shutil
import zipfile
from functools import partial
from typing import TYPE_CHECKING

from tests.matrix.settings import ROOT

from .observe import Observation, Run, shown
from .tool import environment, tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .lab import Lab

SCRIPT = ROOT / "docs" / "guides" / "check-wheel.mjs"
LINE = "314.0.7"
MICROPIP = "micropip==0.11.1"
CODE = "import side; side.twice(21)"
TAGS = {
    "fits": "pyemscripten_2026_0_wasm32",
    "another-platform": "pyemscripten_2025_0_wasm32",
}


def check(tag: str, lab: Lab) -> Observation:
    """Run the guide's script on our wheel, in a folder as its reader has it."""
    wheel = lab.wheel(f"platform={tag}")
    folder = lab.folder(f"guide-{tag}")
    shutil.copy(SCRIPT, folder)
    (folder / "node_modules").mkdir()
    pyodide = lab.downloads.pyodide(lab.downloads.lines[LINE])
    (folder / "node_modules" / "pyodide").symlink_to(pyodide)
    pack(lab.downloads.requirement(MICROPIP), folder)
    said = tool(
        [lab.downloads.node, folder / SCRIPT.name, wheel, CODE],
        environment([], PYODIDE_PACKAGES=str(folder)),
        folder,
    )
    outcome = "works" if said.status == 0 else "refused"
    return shown(outcome, f"{said.text.strip()}\nexit code {said.status}", said.text)


def pack(site: Path, folder: Path) -> None:
    """Put micropip's wheel, which was unpacked here, together again."""
    name = f"{MICROPIP.replace('==', '-')}-py3-none-any.whl"
    with zipfile.ZipFile(folder / name, "w") as archive:
        for file in sorted(site.rglob("*")):
            if "__pycache__" not in file.parts:
                archive.write(file, file.relative_to(site))


def runs(lab: Lab) -> Iterator[Run]:
    """The right wheel, and one for another platform."""
    for name, tag in TAGS.items():
        yield Run(
            f"guide/check-wheel/{name}",
            f"The guide's check of a wheel for {tag}, in Pyodide {LINE}",
            partial(check, tag),
            rule="exact-match",
        )
