"""CPython of this machine, kept running: a tool starts once, not once a case."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from .process import Process

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


# What configures a tool, or says where its configuration is.
CONFIGURING = ("PDM_", "PEX_", "PIP_", "POETRY_", "PYTHON", "UV_", "XDG_")


def clean_environment(**more: str) -> dict[str, str]:
    """This environment without what would configure an installer."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(CONFIGURING)
    }
    # Loopback is reached directly, and no configuration file has a say.
    return {**kept, "NO_PROXY": "127.0.0.1", "PIP_CONFIG_FILE": os.devnull, **more}


def host(path: Sequence[Path] = ()) -> Process:
    """A worker with these folders first on ``sys.path``."""
    env = clean_environment(PYTHONPATH=os.pathsep.join(map(str, path)))
    return Process([sys.executable, "-s", "-m", "tests.matrix.guest.serve"], env=env)
