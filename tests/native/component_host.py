"""Call exported functions of a component under wasmtime and print what they return.

Arguments: the component, then each call as one: a name, and what it is given as JSON.
Before them, perhaps, ``--scratch`` and the folder that the component may write to.
"""

import argparse
import json
import sys

import wasmtime  # type: ignore[import-not-found]
import wasmtime.component as components  # type: ignore[import-not-found]


def main() -> None:
    """Instantiate and call; the host gives the output, and the folder if there is one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scratch")
    parser.add_argument("path")
    parser.add_argument("calls", nargs="*")
    options = parser.parse_args()
    config = wasmtime.Config()
    config.cranelift_opt_level = "none"  # it runs once: compiling takes all the time
    engine = wasmtime.Engine(config)
    store = wasmtime.Store(engine)
    wasi = wasmtime.WasiConfig()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    if options.scratch:
        wasi.preopen_dir(options.scratch, "/scratch")
    store.set_wasi(wasi)
    linker = components.Linker(engine)
    linker.add_wasip2()
    component = components.Component.from_file(engine, options.path)
    instance = linker.instantiate(store, component)
    for call in options.calls:
        name, *arguments = call.split()
        function = instance.get_func(store, name)
        if function is None:
            sys.exit(f"{options.path} exports no function {name!r}")
        print(function(store, *map(json.loads, arguments)), flush=True)
        function.post_return(store)


if __name__ == "__main__":
    main()
