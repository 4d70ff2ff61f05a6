"""The registry: what is known about each platform, read from platforms.json."""

from __future__ import annotations

import json
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ._platforms import PyEmscriptenPlatform, parse_platform_tag

if TYPE_CHECKING:
    from ._platforms import WasiPlatform

__all__ = ["KnownPlatform", "known_platforms"]


@dataclass(frozen=True)
class KnownPlatform:
    """One record of the registry.

    Source: this PEP, "What a Platform Fixes".
    """

    #: the platform that the record describes
    platform: PyEmscriptenPlatform | WasiPlatform
    #: the toolchain, such as ``"Emscripten 4.0.9"`` or ``"WASI SDK 24"``
    toolchain: str
    #: the Python versions that it is meant for, such as ``("3.13",)``
    python: tuple[str, ...]
    #: how the stack is unwound: exceptions of ``"javascript"``, of
    #: ``"webassembly"``, or ``"none"``
    unwinding: str
    #: the libraries, with their versions where stated, that are linked into the
    #: interpreter and may be used by a side module
    static_libraries: tuple[str, ...]
    #: where the loader looks for the libraries that a side module needs
    library_lookup: str
    #: ``"final"``, ``"provisional"`` or ``"proposed"``
    status: str
    #: where all this is written
    source: str
    #: who builds a CPython for a WASI platform that :pep:`11` does not name, such as
    #: ``"componentize-py 0.25.1"``; else empty
    distributor: str = ""
    #: the lines of Pyodide that have a PyEmscripten platform, such as
    #: ``("0.28", "0.29")``, oldest first; else none
    pyodide: tuple[str, ...] = ()

    @property
    def tags(self) -> tuple[str, ...]:
        """The platform tags, the canonical one first."""
        return self.platform.tags

    @property
    def runtime(self) -> str:
        """Who has it, in words: ``"Pyodide 0.28, 0.29"`` or ``"CPython for WASI"``."""
        if isinstance(self.platform, PyEmscriptenPlatform):
            return f"Pyodide {', '.join(self.pyodide)}"
        return self.distributor or "CPython for WASI"


@cache
def known_platforms() -> tuple[KnownPlatform, ...]:
    """Return the records of the registry.

    A platform that is not among them may still exist: the tags, not the registry,
    decide what is compatible.

    :returns: PyEmscripten platforms first, each family in the order of its numbers.
    """
    data = pkgutil.get_data(__package__, "platforms.json") or b""
    return tuple(
        KnownPlatform(
            platform=parse_platform_tag(record["tags"][0]),
            toolchain=record["toolchain"],
            python=tuple(record["python"]),
            unwinding=record["unwinding"],
            static_libraries=tuple(record["static_libraries"]),
            library_lookup=record["library_lookup"],
            status=record["status"],
            source=record["source"],
            distributor=record.get("distributor", ""),
            pyodide=tuple(record.get("pyodide", ())),
        )
        for record in json.loads(data)["platforms"]
    )
