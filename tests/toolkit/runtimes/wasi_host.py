"""Run CPython for WASI under wasmtime on this process's standard streams.

The first argument is JSON with the options: the module, where to keep a compiled copy, the
folders that the guest may see, its environment variables and its arguments. Any further
arguments follow those.
"""

import contextlib
import json
import os
import sys
from pathlib import Path

import wasmtime  # type: ignore[import-not-found]


def compiled(engine: wasmtime.Engine, source: Path, copy: Path) -> wasmtime.Module:
    """Return the module, compiled once, because compiling takes seconds."""
    if copy.exists():
        # A copy of another wasmtime, or for another processor, is refused.
        with contextlib.suppress(wasmtime.WasmtimeError):
            return wasmtime.Module.deserialize_file(engine, str(copy))
    module = wasmtime.Module.from_file(engine, str(source))
    partial = copy.with_name(f"{copy.name}.{os.getpid()}")
    partial.write_bytes(module.serialize())
    partial.replace(copy)
    return module


def main() -> None:
    """Run the interpreter and exit with its exit code."""
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
