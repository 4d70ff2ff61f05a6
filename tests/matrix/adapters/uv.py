"""uv: it receives the target as one of its two WebAssembly triples, or an interpreter.

uv starts an interpreter once, asks it for its platform and markers, and keeps the answer in
its cache.
"""

import re
import shlex
import sys
import tempfile
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from wasm_platform_tags.conformance.cases import Case

from ...toolkit.process import CompletedProcess
from ...toolkit.runtimes import RUNTIMES
from ...toolkit.runtimes.wasi import wasi_command
from ...toolkit.runtimes.worker import Reply, WorkerError
from ..cells import Cell
from ..provision import Cache
from ..settings import Runtime
from ..wheels import NEEDED
from .base import Adapter, UnsupportedError, run_tool

# Its triples name a year, where a target names a platform.
TRIPLES = {"2024_0": "wasm32-pyodide2024", "2025_0": "wasm32-pyodide2025"}
NOTHING_FITS = "No solution found"
TIMEOUT = 60
PYODIDE = RUNTIMES / "pyodide_python.mjs"
# Its errors for an interpreter whose platform it does not know.
REFUSED = ("Unknown operating system", "Only Pyodide is supported for Emscripten")


class Uv(Adapter):
    """One uv."""

    host_kinds = guest_kinds = frozenset({"select", "dependency"})

    _refused = ""  # its error for the interpreter, once it refused that

    @classmethod
    def describe(cls, cell: Cell) -> str:
        """An option names the target or the interpreter."""
        if not cell.on_host:
            return (
                "It receives the runtime by --python, through a launcher of this project,"
                " and asks the interpreter itself."
            )
        return (
            "It receives the target's Python and, by --python-platform, one of its two"
            " triples for WebAssembly, which name a year and no number."
        )

    def versions(self) -> Mapping[str, str]:
        """Return those of the interpreter that uv installs into, or believes to."""
        if self.cell.on_host:
            return {"python": sys.version.split()[0]}
        return super().versions()

    def observe(self, case: Case) -> Reply:
        """Install into a folder, and read which file was installed."""
        if self._refused:
            raise UnsupportedError(self._refused)
        with tempfile.TemporaryDirectory(dir=self.context.scratch) as folder:
            done = self._install(case, folder)
            if done.status == 0:
                if case.kind == "dependency":
                    return Reply((Path(folder) / NEEDED).is_dir(), done.text)
                return Reply(_installed(Path(folder), case), done.text)
        if any(words in done.text for words in REFUSED):
            self._refused = done.text
            raise UnsupportedError(done.text)
        if NOTHING_FITS not in done.text:
            raise WorkerError(f"uv left with status {done.status}", done.text)
        return Reply(None, done.text)

    def _install(self, case: Case, folder: str) -> CompletedProcess:
        assert self.cell.tool.requirement
        uv = self.context.cache.requirement(self.cell.tool.requirement) / "bin" / "uv"
        style = str(self.cell.via) if self.cell.on_host else "json"
        command = [
            *(uv, "pip", "install", "--no-config", "--no-progress"),
            *self._target(case),
            *("--only-binary=:all:", "--target", folder),
            *("--index-url", self.context.index.simple("dummy", style)),
            case.project,
        ]
        return run_tool(command, TIMEOUT)

    def _target(self, case: Case) -> list[str | Path]:
        # With a cache, it asks the interpreter once.
        cache = ("--cache-dir", self._home / "cache")
        if not self.cell.on_host:
            return [*cache, "--python", self._interpreter]
        assert case.target
        if case.target.id not in TRIPLES:
            raise UnsupportedError(
                f"--python-platform has no triple for {case.target.id}."
            )
        return [
            *(*cache, "--python", sys.executable),
            *("--python-platform", TRIPLES[case.target.id]),
            *("--python-version", case.target.python),
        ]

    @cached_property
    def _home(self) -> Path:
        folder = self.context.scratch / self.cell.name
        folder.mkdir()
        return folder

    @cached_property
    def _interpreter(self) -> Path:
        """The cell's runtime as an executable, in the folder that it sees."""
        return write_interpreter(self._home, self.context.cache, self.cell.runtime)


def _installed(folder: Path, case: Case) -> str:
    module = folder / case.project.replace("-", "_") / "__init__.py"
    found = re.search(r"WHEEL = '(.+)'", module.read_text(encoding="utf-8"))
    assert found, "every dummy wheel has the name of its file"
    return found[1]


def write_interpreter(folder: Path, cache: Cache, runtime: Runtime) -> Path:
    """Write a launcher ``python`` for a runtime, which sees only the files in `folder`.

    The interpreter is the real one, unchanged; the launcher is this project's. Pyodide has a
    launcher, but not in its npm package; CPython for WASI has none.
    """
    path = folder / "python"
    if runtime.alias:
        package = cache.pyodide(runtime.alias)
        command = list(map(str, [cache.node, PYODIDE, package, folder, path]))
    else:
        mounts = {str(folder): folder}
        started = wasi_command(cache.module(runtime), mounts, environment={})
        command = ["env", f"PYTHONPATH={cache.wasmtime}", *started]
    line = shlex.join(command)
    path.write_text(f'#!/bin/sh\nexec {line} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return path
