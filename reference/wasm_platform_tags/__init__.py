"""Platform tags for Python on WebAssembly: the reference library.

Computes and matches the ``pyemscripten_*``, ``pyodide_*`` and ``wasi_*`` platform
tags, and patches ``packaging.tags`` to yield them. Implements PEP 783 and this
project's PEP on top of PEP 425.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ._patch import patch, patched, unpatch
from ._pyemscripten import pyemscripten_platforms
from ._tags import platform_tags, sys_tags
from ._wasi import wasi_platforms

if TYPE_CHECKING:
    from ._errors import WasmPlatformTagsError
    from ._explain import Explanation
    from ._platforms import (
        InvalidPlatform,
        InvalidPlatformTag,
        Platform,
        PyEmscriptenPlatform,
        WasiPlatform,
        parse_platform_tag,
    )
    from ._registry import (
        KnownPlatform,
        UnknownPlatformName,
        find_platform,
        known_platform,
        known_platforms,
    )
    from ._target import Target
    from ._uploads import Upload, check_upload

__version__ = "0.1.0"

__all__ = [
    "Explanation",
    "InvalidPlatform",
    "InvalidPlatformTag",
    "KnownPlatform",
    "Platform",
    "PyEmscriptenPlatform",
    "Target",
    "UnknownPlatformName",
    "Upload",
    "WasiPlatform",
    "WasmPlatformTagsError",
    "__version__",
    "check_upload",
    "find_platform",
    "known_platform",
    "known_platforms",
    "parse_platform_tag",
    "patch",
    "patched",
    "platform_tags",
    "pyemscripten_platforms",
    "sys_tags",
    "unpatch",
    "wasi_platforms",
]


# An interpreter that asks for its own tags need not load these.
_ON_FIRST_USE = (
    "_errors",
    "_platforms",
    "_registry",
    "_explain",
    "_target",
    "_uploads",
)

if not TYPE_CHECKING:  # or every misspelt name would pass a type checker

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        modules = (import_module(f".{module}", __name__) for module in _ON_FIRST_USE)
        found = next(vars(module)[name] for module in modules if name in vars(module))
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return __all__
