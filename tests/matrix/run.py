"""Run the matrix: lanes side by side, the cells of a lane one after another."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..toolkit.index_server import Index
from ..toolkit.output import normalise_output
from ..toolkit.paths import ROOT
from ..toolkit.runtimes.host import host
from ..toolkit.runtimes.pyodide import pyodide
from ..toolkit.runtimes.wasi import wasi, write_sysconfigdata
from ..toolkit.runtimes.worker import Worker, WorkerError
from .adapters.auditwheel_emscripten import AuditwheelEmscripten
from .adapters.base import Adapter, AdapterContext, Make, UnsupportedError
from .adapters.library import Library
from .adapters.micropip import Micropip
from .adapters.packaging import Packaging, PipVendored
from .adapters.pdm import Pdm
from .adapters.pex import Pex
from .adapters.pip import Pip
from .adapters.poetry import Poetry
from .adapters.pyodide_build import PyodideBuild
from .adapters.pyodide_lock import PyodideLock
from .adapters.unearth import Unearth
from .adapters.uv import Uv
from .adapters.warehouse import Warehouse
from .cells import LIBRARY, Cell, lanes
from .recorded import ERROR, UNSUPPORTED, Reason, Result, Verdict, judge
from .wheels import NEEDED, write_dependent, write_project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from wasm_platform_tags.conformance.cases import Case

    from .provision import Cache

# What a tool says of one file is short; of the log of a resolver, the end matters.
LONGEST = 1_500
ADAPTERS: dict[str, Make] = {
    LIBRARY: Library,
    "auditwheel-emscripten": AuditwheelEmscripten,
    "micropip": Micropip,
    "packaging": Packaging,
    "pdm": Pdm,
    "pex": Pex,
    "pip": Pip,
    "pip-vendored": PipVendored,
    "poetry": Poetry,
    "pyodide-build": PyodideBuild,
    "pyodide-lock": PyodideLock,
    "unearth": Unearth,
    "uv": Uv,
    "warehouse": Warehouse,
}


class StoppedError(Exception):
    """The run was interrupted, or another lane failed."""


class Matrix:
    """What every lane shares: the cases, the downloads, the files and the index."""

    def __init__(
        self,
        cells: Sequence[Cell],
        cases: Sequence[Case],
        cache: Cache,
        reasons: Sequence[Reason],
    ) -> None:
        self.cells = cells
        self.cases = cases
        self.cache = cache
        self.reasons = reasons
        self._stop = threading.Event()

    def tasks(self, cell: Cell) -> list[Case]:
        """The cases that say something about the cell."""
        return [case for case in self.cases if cell.applies(case)]

    def stop(self) -> None:
        """End the run before its next case, as after Ctrl-C in another thread."""
        self._stop.set()

    def run(self, tell: Callable[[Cell, int], None]) -> list[Result]:
        """Every cell's result; `tell` hears of each cell how many cases are done."""
        with ExitStack() as stack:
            scratch = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="matrix-"))
            )
            index = stack.enter_context(self._index(scratch / "wheels"))
            pool = stack.enter_context(ThreadPoolExecutor(os.cpu_count() or 2))
            running = [
                pool.submit(self._run_lane, lane, index, scratch, tell)
                for lane in lanes(self.cells)
            ]
            try:
                results = [result for lane in running for result in lane.result()]
            except BaseException:  # Ctrl-C: the lanes' children do not hear of it
                self._stop.set()
                raise
        order = {cell: number for number, cell in enumerate(self.cells)}
        return sorted(results, key=lambda result: order[result.cell])

    @contextmanager
    def _index(self, folder: Path) -> Iterator[Index]:
        """The index over freshly made dummy wheels and the real ones."""
        dummy = {
            case.project: write_project(folder, case.project, case.data["files"])
            for case in self.cases
            if case.kind == "select"
        }
        for case in self.cases:
            if case.kind == "dependency":
                one, needed = write_dependent(folder, case.project, case.data["marker"])
                dummy |= {case.project: [one], NEEDED: [needed]}
        folder.mkdir(exist_ok=True)
        real: dict[str, list[Path]] = {}
        for wheel in sorted(self.cache.wheels.glob("*/*.whl")):
            real.setdefault(wheel.parent.name, []).append(wheel)
        with Index({"dummy": dummy, "real": real}) as index:
            yield index

    def _run_lane(
        self,
        lane: Sequence[Cell],
        index: Index,
        scratch: Path,
        tell: Callable[[Cell, int], None],
    ) -> list[Result]:
        runtime = lane[0].runtime
        folder = scratch / f"lane-{threading.get_ident()}-{runtime.runtime}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        process, unset = self._start(lane, scratch, folder)
        bench = AdapterContext(
            self.cache, index, scratch / "wheels", folder, process, unset
        )
        try:
            return [self._run_cell(cell, bench, tell) for cell in lane]
        finally:
            process.close()
            if unset:
                unset.close()

    def _run_cell(
        self, cell: Cell, bench: AdapterContext, tell: Callable[[Cell, int], None]
    ) -> Result:
        adapter = ADAPTERS[cell.tool.tool](cell, bench)
        verdicts: dict[str, Verdict] = {}
        for done, case in enumerate(self.tasks(cell), 1):
            if self._stop.is_set():
                raise StoppedError
            project = case.data.get("project")
            if project in bench.loaded:
                # One extension module loaded twice in one process can hang it.
                bench.process.close()
                bench.loaded.clear()
            verdicts[case.id] = self._verdict(adapter, case)
            if project and verdicts[case.id].observed is not None:
                bench.loaded.add(project)
            tell(cell, done)
        try:
            versions = adapter.versions()
        except WorkerError as failed:
            versions = {ERROR: str(failed)}
        return Result(cell, versions, verdicts)

    def _verdict(self, adapter: Adapter, case: Case) -> Verdict:
        folders = adapter.bench.folders()
        try:
            answer = adapter.observe(case)
        except UnsupportedError as refused:
            return Verdict(UNSUPPORTED, output=_normalise(str(refused), folders))
        except WorkerError as failed:
            return Verdict(ERROR, str(failed), output=failed.output)
        said = _normalise(answer.output, folders)
        return judge(case, adapter.cell, answer.value, said, self.reasons)

    def _start(
        self, lane: Sequence[Cell], scratch: Path, folder: Path
    ) -> tuple[Worker, Worker | None]:
        """The lane's process; and, for WASI, one that does not know its platform."""
        cache, runtime = self.cache, lane[0].runtime
        if runtime.kind == "host":
            return host([ROOT, ROOT / "reference", cache.packaging]), None
        path = ["/project", "/project/reference", f"/cache/{cache.packaging.name}"]
        mounts = {
            "/cache": cache.root,
            "/project": ROOT,
            "/wheels": scratch / "wheels",
            "/real": cache.wheels,
            "/scratch": folder,
        }
        path += [
            f"/cache/{cache.requirement(cell.tool.requirement).name}"
            for cell in lane
            if cell.tool.tool == "micropip" and cell.tool.requirement
        ]
        if runtime.alias:
            return pyodide(cache.node, cache.pyodide(runtime.alias), mounts, path), None
        module = cache.module(runtime)
        if not runtime.target:
            raise ValueError(f"{runtime.runtime}: provision.json names no target")
        write_sysconfigdata(folder / "sysconfigdata", runtime.target)
        known = ["/scratch/sysconfigdata", *path]
        return (
            wasi(cache.wasmtime, module, mounts, known),
            wasi(cache.wasmtime, module, mounts, path),
        )


def _normalise(output: str, folders: Mapping[str, str]) -> str:
    return normalise_output(output, folders, longest=LONGEST)
