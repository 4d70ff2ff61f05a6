"""A runtime as an executable, for a tool that starts the interpreter itself.

The interpreter is the real one, unchanged; the launcher is this project's. Pyodide has a
launcher, but not in its npm package; CPython for WASI has none.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from ..toolkit.runtimes import RUNTIMES
from ..toolkit.runtimes.wasi import wasi_command
from .provision import Cache
from .settings import Runtime

PYODIDE = RUNTIMES / "pyodide_python.mjs"


def write_interpreter(folder: Path, cache: Cache, runtime: Runtime) -> Path:
    """Write a launcher ``python`` for a runtime, which sees only the files in `folder`."""
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
