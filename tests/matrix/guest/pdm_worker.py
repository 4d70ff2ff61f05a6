"""Run ``pdm lock`` inside this process, and hear from PDM which files it has chosen."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = """\
[project]
name = "nothing"
version = "1.0"
requires-python = ">=3.10"
dependencies = ["{project}"]

[tool.pdm]
distribution = false

[[tool.pdm.source]]
name = "pypi"
url = "{index}"
"""
# It would download a Python, ask for news, or build what has no wheel.
SETTINGS = {
    "PDM_CHECK_UPDATE": "0",
    "PDM_ONLY_BINARY": ":all:",
    "PDM_PYTHON": sys.executable,
    "PDM_USE_VENV": "0",
}


def lock(
    folder: str, place: str, index: str, project: str, arguments: list[str]
) -> dict[str, str] | None:
    """The file that it locks for each project, or None when it fails; it says why."""
    if folder not in sys.path:
        sys.path.append(folder)
    root = Path(place)
    root.mkdir(exist_ok=True)
    (root / "pdm.lock").unlink(missing_ok=True)
    (root / "pyproject.toml").write_text(
        PROJECT.format(project=project, index=index), encoding="utf-8"
    )
    here = {"PDM_CACHE_DIR": f"{place}/cache", "PDM_LOG_DIR": f"{place}/log"}
    os.environ.update({**SETTINGS, **here})
    core = importlib.import_module("pdm.core").Core()
    locked: dict[str, str] = {}

    def hear(_: Any, resolution: Mapping[str, list[Any]], **_more: Any) -> None:
        for name, (candidate,) in resolution.items():
            locked[name] = candidate.link.filename

    said = io.StringIO()
    config = ["--config", f"{place}/config.toml"]
    with (
        importlib.import_module("pdm.signals").post_lock.connected_to(hear),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
    ):
        try:
            core.main([*config, "lock", "--project", place, *arguments])
        except SystemExit:
            locked.clear()
    print(said.getvalue())
    return locked or None
