"""A run that is interrupted."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from wasm_platform_tags.conformance.cases import load_cases

from .cells import LIBRARY, Cell, cells
from .provision import Cache
from .run import Matrix
from .settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lacks a SIGINT to send")
def test_ctrl_c_ends_the_lanes(tmp_path: Path) -> None:
    settings = load_settings()
    (cell,) = (c for c in cells(settings) if c.on_host and c.tool.tool == LIBRARY)
    matrix = Matrix([cell], load_cases(), Cache(tmp_path, settings), [])
    counts: list[int] = []

    def press(_: Cell, done: int) -> None:
        counts.append(done)
        if done == 1:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        matrix.run(press)
    assert counts[0] == 1
    assert len(counts) < len(matrix.tasks(cell))
