"""An application of modules that use the C library and libc++.

Only what is linked into the component can be imported, and only up front.
"""

import importlib
import importlib.util

import wit_world  # type: ignore[import-not-found]

MODULES = {
    name: importlib.import_module(name)
    for name in ("clib", "cxxlib", "needs")
    if importlib.util.find_spec(name)
}


class WitWorld(wit_world.WitWorld):  # type: ignore[misc]
    def call(self, function: str, text: str) -> str:
        module, _, name = function.partition(".")
        return str(getattr(MODULES[module], name)(text))
