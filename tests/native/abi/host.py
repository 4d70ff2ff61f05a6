"""Run programs under wasmtime, each time with an empty folder as the root.

Argument: a file with a JSON list of ``[path, argument]``; the path is a ``.wasm`` for WASI
0.1 or a ``.component`` for 0.2. Prints a JSON list of ``[status, output]``, the status empty
if all went well. With two arguments, a component and a name, it prints what the component's
function returns.
"""

import json
import socket
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import wasmtime  # type: ignore[import-not-found]
import wasmtime.component as components  # type: ignore[import-not-found]

PEEK, WAIT = 1, 2


def main() -> None:
    """Run all."""
    config = wasmtime.Config()
    config.cranelift_opt_level = "none"  # each runs once
    config.wasm_exceptions = True
    engine = wasmtime.Engine(config)
    first, *function = sys.argv[1:]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if function:
            print(call(engine, Path(first), function[0], folder))
            return
        jobs = json.loads(Path(first).read_text("utf-8"))
        ran = [run(engine, Path(path), name, folder) for path, name in jobs]
        print(json.dumps(ran))


def call(engine: Any, path: Path, function: str, root: Path) -> object:
    """What an exported function returns."""
    wasi = wasmtime.WasiConfig()
    wasi.inherit_stderr()
    wasi.preopen_dir(str(root), "/")
    store = wasmtime.Store(engine)
    store.set_wasi(wasi)
    return instantiate(engine, store, path).get_func(store, function)(store)


def run(engine: Any, path: Path, argument: str, scratch: Path) -> tuple[str, str]:
    """One program, from its start to its end, in an instance of its own."""
    root = scratch / f"{path.stem}-{argument}"
    root.mkdir()
    output = root.with_suffix(".output")
    wasi = wasmtime.WasiConfig()
    wasi.argv = [path.stem, argument]
    wasi.stdout_file = str(output)
    wasi.stderr_file = str(scratch / "errors")
    wasi.preopen_dir(str(root), "/")
    store = wasmtime.Store(engine)
    store.set_wasi(wasi)
    start = component if path.suffix == ".component" else core
    status = ""
    try:
        start(engine, store, path)
    except Exception as error:  # noqa: BLE001 - a trap is what is looked for
        status = f"{type(error).__name__}: {error}"
    del store  # closes the output
    return status, output.read_text("utf-8").strip()


def core(engine: Any, store: Any, path: Path) -> None:
    """A program of WASI 0.1."""
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    linker.allow_shadowing = True
    left, right = socket.socketpair()
    with left, right:
        left.sendall(b"ping")
        left.shutdown(socket.SHUT_WR)
        i32 = wasmtime.ValType.i32
        signature = wasmtime.FuncType([i32()] * 6, [i32()])
        name = "wasi_snapshot_preview1", "sock_recv"
        linker.define_func(*name, signature, receiver(right), access_caller=True)
        instance = linker.instantiate(store, compiled(wasmtime.Module, engine, path))
        start = instance.exports(store).get("_start")
        if start is None:
            raise LookupError("it exports no _start")
        start(store)


def receiver(connection: socket.socket) -> Any:
    """Our own sock_recv: this wasmtime lets a program of WASI 0.1 have no socket."""

    def sock_recv(caller: Any, *arguments: int) -> int:
        _file, parts, _count, flags, size, out = arguments
        memory = caller["memory"]

        def word(place: int) -> int:
            return int.from_bytes(memory.read(caller, place, place + 4), "little")

        how = (flags & PEEK and socket.MSG_PEEK) | (flags & WAIT and socket.MSG_WAITALL)
        data = connection.recv(word(parts + 4), how)
        memory.write(caller, data, word(parts))
        memory.write(caller, len(data).to_bytes(4, "little"), size)
        memory.write(caller, bytes(2), out)
        return 0

    return sock_recv


def component(engine: Any, store: Any, path: Path) -> None:
    """A program of WASI 0.2."""
    instance = instantiate(engine, store, path)
    interface = next(
        index
        for minor in range(20)
        if (index := instance.get_export_index(store, f"wasi:cli/run@0.2.{minor}"))
    )
    instance.get_func(store, instance.get_export_index(store, "run", interface))(store)


def instantiate(engine: Any, store: Any, path: Path) -> Any:
    """A component, with all of WASI 0.2."""
    linker = components.Linker(engine)
    linker.add_wasip2()
    return linker.instantiate(store, compiled(components.Component, engine, path))


@cache
def compiled(kind: Any, engine: Any, path: Path) -> Any:
    """A module or a component, however often it is instantiated."""
    return kind.from_file(engine, str(path))


if __name__ == "__main__":
    main()
