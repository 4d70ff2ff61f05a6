"""Run the matrix: lanes in parallel, the cells of a lane one after another."""

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from wasm_platform_tags.conformance.cases import Case

from ..toolkit.index_server import Index
from ..toolkit.output import normalise_output
from ..toolkit.paths import ROOT
from ..toolkit.runtimes.pyodide import pyodide
from ..toolkit.runtimes.wasi import wasi, write_sysconfigdata
from ..toolkit.runtimes.worker import Worker, WorkerError, host
from .adapters.base import Adapter, AdapterContext, UnsupportedError
from .cells import Cell, lanes
from .provision import Cache
from .recorded import ERROR, UNSUPPORTED, Reason, Result, Verdict, verdict_for
from .wheels import NEEDED, write_dependent, write_project

# A tool says little about one file; of the log of a resolver, the end is kept.
LONGEST_OUTPUT = 1_500  # characters


class StoppedError(Exception):
    """The run was interrupted, or another lane failed."""


class Matrix:
    """One run of some cells.

    :param tasks: the cases to ask in each cell, in their order.
    :param cache: has everything that the cells need.
    """

    def __init__(
        self,
        tasks: Mapping[Cell, Sequence[Case]],
        cache: Cache,
        reasons: Sequence[Reason],
    ) -> None:
        self.tasks = tasks
        self.cache = cache
        self.reasons = reasons
        self._stop = threading.Event()

    def stop(self) -> None:
        """End the run before its next case, as after Ctrl-C in another thread."""
        self._stop.set()

    def run(self, report: Callable[[Cell, int], None]) -> list[Result]:
        """Return the result of every cell, in the order of the tasks.

        :param report: receives a cell, and how many of its cases are done.
        """
        with ExitStack() as stack:
            scratch = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="matrix-"))
            )
            index = stack.enter_context(self._index(scratch / "wheels"))
            pool = stack.enter_context(ThreadPoolExecutor(os.cpu_count() or 2))
            running = [
                pool.submit(self._run_lane, lane, index, scratch, report)
                for lane in lanes(self.tasks)
            ]
            try:
                found = {r.cell: r for lane in running for r in lane.result()}
            except BaseException:
                # Ctrl-C does not reach the workers: they are in sessions of their own.
                self._stop.set()
                raise
        return [found[cell] for cell in self.tasks]

    @contextmanager
    def _index(self, folder: Path) -> Iterator[Index]:
        """Serve new dummy wheels for the cases, and the real wheels."""
        cases = {case.id: case for some in self.tasks.values() for case in some}
        dummy: dict[str, list[Path]] = {}
        for case in cases.values():
            if case.kind == "select":
                files = case.data["files"]
                dummy[case.project] = write_project(folder, case.project, files)
            elif case.kind == "dependency":
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
        report: Callable[[Cell, int], None],
    ) -> list[Result]:
        runtime = lane[0].runtime
        folder = scratch / f"lane-{threading.get_ident()}-{runtime.runtime}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        worker, unset = self._workers(lane, scratch, folder)
        context = AdapterContext(
            self.cache, index, scratch / "wheels", folder, worker, unset
        )
        try:
            return [self._run_cell(cell, context, report) for cell in lane]
        finally:
            worker.close()
            if unset:
                unset.close()

    def _run_cell(
        self, cell: Cell, context: AdapterContext, report: Callable[[Cell, int], None]
    ) -> Result:
        adapter = cell.adapter(cell, context)
        verdicts: dict[str, Verdict] = {}
        for done, case in enumerate(self.tasks[cell], 1):
            if self._stop.is_set():
                raise StoppedError
            project = case.data.get("project")
            if project in context.loaded:
                # A process that loads one extension module twice can hang.
                context.worker.close()
                context.loaded.clear()
            verdicts[case.id] = self._verdict(adapter, case)
            if project and verdicts[case.id].observed is not None:
                context.loaded.add(project)
            report(cell, done)
        try:
            versions = adapter.versions()
        except WorkerError as error:
            versions = {ERROR: str(error)}
        return Result(cell, versions, verdicts)

    def _verdict(self, adapter: Adapter, case: Case) -> Verdict:
        def kept(output: str) -> str:
            return normalise_output(
                output, adapter.context.folders(), longest=LONGEST_OUTPUT
            )

        try:
            reply = adapter.observe(case)
        except UnsupportedError as error:
            return Verdict(UNSUPPORTED, output=kept(str(error)))
        except WorkerError as error:
            return Verdict(ERROR, str(error), output=error.output)
        return verdict_for(
            case, adapter.cell, reply.value, kept(reply.output), self.reasons
        )

    def _workers(
        self, lane: Sequence[Cell], scratch: Path, folder: Path
    ) -> tuple[Worker, Worker | None]:
        """Return the lane's worker; and, for WASI, one that does not know its platform."""
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
