"""Platform tags for Python on WebAssembly: the reference library.

Computes and matches the ``pyemscripten_*``, ``pyodide_*`` and ``wasi_*`` platform
tags, and patches ``packaging.tags`` to yield them. Implements PEP 783 and this
project's PEP on top of PEP 425.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ._patch import patch, patched, unpatch
from ._tags import platform_tags, sys_tags

if TYPE_CHECKING:
    from ._platforms import (
        InvalidPlatformTag,
        PyEmscriptenPlatform,
        WasiPlatform,
        parse_platform_tag,
    )
    from ._registry import KnownPlatform, known_platforms
    from ._target import Explanation, Target

__all__ = [
    "Explanation",
    "InvalidPlatformTag",
    "KnownPlatform",
    "PyEmscriptenPlatform",
    "Target",
    "WasiPlatform",
    "__version__",
    "known_platforms",
    "parse_platform_tag",
    "patch",
    "patched",
    "platform_tags",
    "sys_tags",
    "unpatch",
]
__version__ = "0.1.0"

# An interpreter that asks for its own tags need not load the rest.
_ON_FIRST_USE = {
    "Explanation": "_target",
    "InvalidPlatformTag": "_platforms",
    "KnownPlatform": "_registry",
    "PyEmscriptenPlatform": "_platforms",
    "Target": "_target",
    "WasiPlatform": "_platforms",
    "known_platforms": "_registry",
    "parse_platform_tag": "_platforms",
}


if not TYPE_CHECKING:  # or every misspelt name would pass a type checker

    def __getattr__(name: str) -> object:
        if name not in _ON_FIRST_USE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = import_module(f".{_ON_FIRST_USE[name]}", __name__)
        globals()[name] = getattr(module, name)
        return globals()[name]


def __dir__() -> list[str]:
    return __all__
