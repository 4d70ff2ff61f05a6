"""Call exported functions of a component under wasmtime and print what they return.

Arguments: the component, then each call as one: a name, and what it is given as JSON.
"""

from __future__ import annotations

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
    """Instantiate and call; the host gives no file, no network, only the output."""
    path, *calls = sys.argv[1:]
    config = Config()
    config.cranelift_opt_level = "none"  # it runs once: compiling takes all the time
    engine = Engine(config)
    store = Store(engine)
    wasi = WasiConfig()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
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
