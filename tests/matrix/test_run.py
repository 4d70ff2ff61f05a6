"""A run that is interrupted."""

import signal
import sys
import threading
from pathlib import Path

import pytest

from wasm_platform_tags.conformance.cases import load_cases

from .cells import LIBRARY, Cell, cells
from .provision import Cache
from .run import Matrix
from .settings import load_settings


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lacks a SIGINT to send")
def test_ctrl_c_ends_the_lanes(tmp_path: Path) -> None:
    settings = load_settings()
    (cell,) = (c for c in cells(settings) if c.on_host and c.tool.tool == LIBRARY)
    matrix = Matrix(
        {cell: [c for c in load_cases() if cell.applies(c)]},
        Cache(tmp_path, settings),
        [],
    )
    counts: list[int] = []
    main_thread = threading.get_ident()

    def press(_: Cell, done: int) -> None:
        counts.append(done)
        if done == 1:
            signal.pthread_kill(main_thread, signal.SIGINT)
            matrix._stop.wait(60)

    with pytest.raises(KeyboardInterrupt):
        matrix.run(press)
    assert counts == [1]
