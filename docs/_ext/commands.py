"""Run the commands of ``{command-output}`` with this Python and library, at each build."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

ENVIRONMENT = {
    "COLUMNS": "88",
    "NO_COLOR": "1",
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONIOENCODING": "utf-8",
    "PYTHONPATH": str(Path(__file__).parents[2] / "reference"),
}


def with_commands(_app: Sphinx, env: BuildEnvironment, *_: set[str]) -> list[str]:
    """Forget what commands printed before: the library may have changed."""
    env.programoutput_cache.clear()  # type: ignore[attr-defined]
    texts = {page: Path(env.doc2path(page)) for page in env.found_docs}
    pages = [page for page, path in texts.items() if path.suffix == ".md"]
    return [
        page for page in pages if "{command-output}" in texts[page].read_text("utf-8")
    ]


def setup(app: Sphinx) -> dict[str, bool]:
    os.environ.update(ENVIRONMENT)
    app.connect("env-get-outdated", with_commands)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
