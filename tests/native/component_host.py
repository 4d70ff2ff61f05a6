"""Call exported functions of a component under wasmtime and print what they return.

Arguments: the component, then each call as one: a name, and what it is given as JSON.
Before them, perhaps, ``--scratch`` and the folder that the component may write to.
"""

import argparse
import json
import sys

from wasmtime import (  # type: ignore[import-not-found]
    Config,
    Engine,
    Store,
    WasiConfig,
)
from wasmtime.component import (  # type: ignore[import-not-found]
    Component,
    Linker,
)


def main() -> None:
    """Instantiate and call; the host gives the output, and the folder if there is one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scratch")
    parser.add_argument("path")
    parser.add_argument("calls", nargs="*")
    options = parser.parse_args()
    path, calls = options.path, options.calls
    config = Config()
    config.cranelift_opt_level = "none"  # it runs once: compiling takes all the time
    engine = Engine(config)
    store = Store(engine)
    wasi = WasiConfig()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    if options.scratch:
        wasi.preopen_dir(options.scratch, "/scratch")
    store.set_wasi(wasi)
    linker = Linker(engine)
    linker.add_wasip2()
    instance = linker.instantiate(store, Component.from_file(engine, path))
    for call in calls:
        name, *arguments = call.split()
        function = instance.get_func(store, name)
        if function is None:
            sys.exit(f"{path} exports no function {name!r}")
        print(function(store, *map(json.loads, arguments)), flush=True)
        function.post_return(store)


if __name__ == "__main__":
    main()
