"""The registry: what is known about each platform, read from platforms.json."""

from __future__ import annotations

import json
import pkgutil
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import chain
from typing import Any, Literal, TypeAlias

from ._errors import WasmPlatformTagsError
from ._platforms import (
    InvalidPlatformTag,
    Platform,
    PyEmscriptenPlatform,
    is_wasm_tag,
    parse_platform_tag,
)
from ._text import shortened

Unwinding: TypeAlias = Literal["javascript", "webassembly", "none"]
Status: TypeAlias = Literal["final", "provisional", "proposed"]


@dataclass(frozen=True)
class KnownPlatform:
    """One record of the registry.

    Source: this PEP, "What a Platform Fixes".
    """

    #: the platform that the record describes
    platform: Platform
    #: the toolchain, such as ``"Emscripten 4.0.9"`` or ``"WASI SDK 24"``
    toolchain: str
    #: the versions of Python that it is meant for, such as ``("3.13",)``
    python: tuple[str, ...]
    #: how the stack is unwound: exceptions of ``"javascript"``, of
    #: ``"webassembly"``, or ``"none"``
    unwinding: Unwinding
    #: the libraries, with their versions where stated, that are linked into the
    #: interpreter and may be used by a side module
    static_libraries: tuple[str, ...]
    #: where the loader looks for the libraries that a side module needs
    library_lookup: str
    #: ``"final"`` in released runtimes, ``"provisional"`` in pre-releases, or
    #: ``"proposed"`` by this PEP
    status: Status
    #: the address of the platform's definition
    source: str
    #: who builds a CPython for a WASI platform that :pep:`11` does not name, such as
    #: ``"componentize-py 0.25.1"``; else empty
    distributor: str = ""
    #: the lines of Pyodide that have a PyEmscripten platform, such as
    #: ``("0.28", "0.29")``, oldest first; else none
    pyodide: tuple[str, ...] = ()

    @property
    def platform_tags(self) -> tuple[str, ...]:
        """The platform tags, the canonical one first."""
        return self.platform.platform_tags

    @property
    def runtime(self) -> str:
        """The interpreters: ``"Pyodide 0.28, 0.29"`` or ``"CPython for WASI"``."""
        if isinstance(self.platform, PyEmscriptenPlatform):
            return f"Pyodide {', '.join(self.pyodide)}"
        return self.distributor or "CPython for WASI"


class UnknownPlatformName(WasmPlatformTagsError, ValueError):
    """A name is neither a portable platform tag nor the version of a platform."""


@cache
def known_platforms() -> tuple[KnownPlatform, ...]:
    """Return the records of the registry.

    A platform that is not among them may still exist: the tags, not the registry,
    decide what is compatible.

    :returns: PyEmscripten platforms first, each family in the order of its numbers.
    """
    data = pkgutil.get_data(__package__, "platforms.json") or b""
    records = map(with_tuples, json.loads(data)["platforms"])
    return tuple(
        KnownPlatform(parse_platform_tag(record.pop("tags")[0]), **record)
        for record in records
    )


def with_tuples(record: dict[str, Any]) -> dict[str, Any]:
    """Return an object of JSON with tuples in the place of lists."""
    return {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in record.items()
    }


def known_platform(platform: Platform) -> KnownPlatform | None:
    """Return the registry's record of a platform.

    :param platform: any platform.
    :returns: None if the registry does not list it. It may still exist.
    """
    return next((one for one in known_platforms() if one.platform == platform), None)


def find_platform(name: str) -> Platform:
    """Return the platform of a name that people use for it.

    :param name: a portable platform tag in any spelling, or the version of a
        platform: ``"2025_0"`` or ``"0_1_sdk_24"``.
    :returns: the platform, whether or not the registry lists it.
    :raises UnknownPlatformName: if it is neither. The message names candidates.
    :raises TypeError: if it is not a string.

    Source: this PEP, "Grammar" and "Discovery".
    """
    try:
        return parse_platform_tag(name)
    except InvalidPlatformTag as error:
        for family in ("pyemscripten", "wasi"):
            with suppress(InvalidPlatformTag):
                return parse_platform_tag(f"{family}_{name}_wasm32")
        known = known_platforms()
        versions = [record.platform.version for record in known]
        tags = chain.from_iterable(record.platform_tags for record in known)
        near = get_close_matches(name[:80], [*versions, *tags])
        reason = f": {error.reason}" if is_wasm_tag(name) else ""
        raise UnknownPlatformName(
            f"no platform is called {shortened(name)}{reason}; wanted a platform tag or a"
            f" version, such as {', '.join(near or versions)}"
        ) from error
