"""Run CPython for WASI under wasmtime on this process's standard streams.

Options are one JSON argument: the module, a compiled copy to keep, the folders the guest
may see, its environment variables and its arguments, which any further ones follow.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path

import wasmtime  # type: ignore[import-not-found]


def compiled(engine: wasmtime.Engine, source: Path, copy: Path) -> wasmtime.Module:
    """The module, compiled once: compiling takes seconds, loading milliseconds."""
    if copy.exists():
        # One that another wasmtime made, or for another CPU, is refused.
        with contextlib.suppress(wasmtime.WasmtimeError):
            return wasmtime.Module.deserialize_file(engine, str(copy))
    module = wasmtime.Module.from_file(engine, str(source))
    partial = copy.with_name(f"{copy.name}.{os.getpid()}")
    partial.write_bytes(module.serialize())
    partial.replace(copy)
    return module


def main() -> None:
    """Start the interpreter and leave with its exit code."""
    options = json.loads(sys.argv[1])
    engine = wasmtime.Engine()
    module = compiled(engine, Path(options["module"]), Path(options["compiled"]))
    config = wasmtime.WasiConfig()
    config.argv = ["python", *options["arguments"], *sys.argv[2:]]
    config.env = list(options["environment"].items())
    config.inherit_stdin()
    config.inherit_stdout()
    config.inherit_stderr()
    for guest, host in options["mounts"].items():
        config.preopen_dir(host, guest)
    store = wasmtime.Store(engine)
    store.set_wasi(config)
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    start = linker.instantiate(store, module).exports(store)["_start"]
    assert isinstance(start, wasmtime.Func)
    try:
        start(store)
    except wasmtime.ExitTrap as left:
        sys.exit(left.code)


if __name__ == "__main__":
    main()
