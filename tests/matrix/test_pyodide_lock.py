"""What pyodide-lock is asked, and with whose lock file."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wasm_platform_tags.conformance.cases import load_cases

from ..toolkit.index_server import Index
from ..toolkit.runtimes.worker import Worker
from .adapters.base import AdapterContext, UnsupportedError
from .adapters.pyodide_lock import PyodideLock
from .cells import Cell, cells
from .provision import Cache
from .settings import load_settings

SETTINGS = load_settings()
CASES = {case.id: case for case in load_cases()}
CELLS = [cell for cell in cells(SETTINGS) if cell.tool.tool == "pyodide-lock"]


@pytest.fixture
def adapter(tmp_path: Path) -> Iterator[Callable[[Cell], PyodideLock]]:
    with Index({}) as index:
        cache = Cache(tmp_path, SETTINGS)
        # A process starts when it is called.
        context = AdapterContext(cache, index, tmp_path, tmp_path, Worker(["nothing"]))
        yield lambda cell: PyodideLock(cell, context)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_the_lock_file_is_of_the_target(
    adapter: Callable[[Cell], PyodideLock], cell: Cell
) -> None:
    runtimes = {runtime.alias: runtime for runtime in SETTINGS.runtimes}
    asked = [case for case in CASES.values() if cell.applies(case) and case.target]
    assert asked
    for case in asked:
        runtime = runtimes[adapter(cell).alias(case)]
        assert case.target
        assert runtime.target == case.target.id
        assert cell.on_host or runtime == cell.runtime


def test_it_does_not_choose(adapter: Callable[[Cell], PyodideLock]) -> None:
    for cell in CELLS:
        with pytest.raises(UnsupportedError):
            adapter(cell).observe(CASES["select/build/higher-last@2025_0"])


def test_no_lock_file_is_for_wasi(adapter: Callable[[Cell], PyodideLock]) -> None:
    (on_host,) = (cell for cell in CELLS if cell.on_host)
    with pytest.raises(UnsupportedError):
        adapter(on_host).observe(CASES["select/canonical/alone@0_1_sdk_24"])
