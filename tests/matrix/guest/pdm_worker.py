"""Run ``pdm lock`` in this process, and read from its signal which files it chose."""

import contextlib
import importlib
import io
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
# Otherwise it would download a Python, look for a new PDM, or build a project.
SETTINGS = {
    "PDM_CHECK_UPDATE": "0",
    "PDM_ONLY_BINARY": ":all:",
    "PDM_PYTHON": sys.executable,
    "PDM_USE_VENV": "0",
}


def lock(
    folder: str, place: str, index: str, project: str, arguments: list[str]
) -> dict[str, str] | None:
    """Return the file that it locks for each project, or None if it fails."""
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

    def keep(_: Any, resolution: Mapping[str, list[Any]], **_more: Any) -> None:
        for name, (candidate,) in resolution.items():
            locked[name] = candidate.link.filename

    output = io.StringIO()
    config = ["--config", f"{place}/config.toml"]
    with (
        importlib.import_module("pdm.signals").post_lock.connected_to(keep),
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(output),
    ):
        try:
            core.main([*config, "lock", "--project", place, *arguments])
        except SystemExit:
            locked.clear()
    print(output.getvalue())
    return locked or None
