"""What ``{command-output}`` runs sees this Python and this library, and is run anew."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

ROOT = Path(__file__).parents[2]
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
ENVIRONMENT = {
    "COLUMNS": "88",
    "NO_COLOR": "1",
    "PATH": PATH,
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONIOENCODING": "utf-8",
    "PYTHONPATH": str(ROOT / "reference"),
}


def with_commands(_app: Sphinx, env: BuildEnvironment, *_: set[str]) -> list[str]:
    """Forget what commands printed before: the library may have changed."""
    env.programoutput_cache.clear()  # type: ignore[attr-defined]
    pages = ((page, env.doc2path(page)) for page in env.found_docs)
    return [
        page
        for page, path in pages
        if path.suffix == ".md" and "```{command-output}" in path.read_text("utf-8")
    ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Set the variables, for commands inherit them."""
    os.environ.update(ENVIRONMENT)
    app.connect("env-get-outdated", with_commands)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
