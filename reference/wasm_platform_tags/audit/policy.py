"""What each platform demands of a module, and the list of the rules: policies.json."""

from __future__ import annotations

import json
import pkgutil
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase, translate
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from .._platforms import WasiPlatform
from .._registry import known_platform, with_tuples
from .symbols import load_symbols
from .wasm import FUNCTION, TAG

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .._platforms import Platform
    from .._registry import KnownPlatform
    from .symbols import Symbols
    from .wasm import Import, WasmModule


@dataclass(frozen=True)
class Rule:
    """One rule of the audit."""

    #: its stable name, such as ``"module-exceptions"``
    id: str
    #: what is so if a wheel keeps it
    title: str
    #: the bytes that decide it
    decides: str
    #: the requirement of this PEP; ``"family"`` for what the platform's family fixes
    requirement: str = ""
    #: the address of the specification that has the rule, if it is not this PEP
    source: str = ""


@dataclass(frozen=True)
class Policy:
    """What a platform demands."""

    #: the platform
    platform: Platform
    #: the registry's record, or None
    record: KnownPlatform | None
    #: what its runtimes export, or None
    symbols: Symbols | None
    #: the requirement of this PEP that defines it
    requirement: str
    #: the end of the suffix of extension modules, such as ``"wasm32-wasi"``
    soabi: str
    #: the modules that imports may name, as patterns
    import_modules: tuple[str, ...]
    #: the libraries that a module may need; None if the loader looks for any
    libraries: frozenset[str] | None
    #: the platforms of the family whose loader ignores RPATH and looks in NAME.libs
    ignoring_runtime_paths: tuple[str, ...]
    #: what a module without ``PyInit_*`` or ``PyModExport_*`` is
    without_init: Literal["contradicts", "cannot tell"]
    #: features of WebAssembly that contradict the platform
    forbidden_features: tuple[str, ...]
    #: features of WebAssembly that are worth a warning
    suspicious_features: tuple[str, ...]
    #: what no rule decides
    not_decided: tuple[str, ...]

    @property
    def tag(self) -> str:
        """The canonical tag."""
        return self.platform.platform_tags[0]

    @property
    def unwinding(self) -> str | None:
        """The exceptions that unwind the stack; None if the platform is not known."""
        if isinstance(self.platform, WasiPlatform):
            return "none"
        return self.record.unwinding if self.record else None

    @property
    def follows_runtime_paths(self) -> bool | None:
        """Whether the loader looks along RPATH; None if the platform is not known."""
        return self.tag not in self.ignoring_runtime_paths if self.record else None


@cache
def _data() -> dict[str, Any]:
    data = pkgutil.get_data(__package__, "policies.json") or b""
    found: dict[str, Any] = json.loads(data)
    return found


@cache
def rules() -> dict[str, Rule]:
    """Return every rule by its id, in the order of policies.json."""
    return {name: Rule(id=name, **rule) for name, rule in _data()["rules"].items()}


@cache
def _flavours() -> list[tuple[str, int, re.Pattern[str]]]:
    """Return flavours of exceptions, kinds of imports, and the names that show them."""
    return [
        (flavour, kind, re.compile("|".join(map(translate, patterns[key]))))
        for flavour, patterns in _data()["unwinding"].items()
        for kind, key in ((FUNCTION, "functions"), (TAG, "tags"))
        if patterns[key]
    ]


def flavours(binary: WasmModule) -> dict[str, list[Import]]:
    """Return the imports that show how exceptions unwind, by flavour.

    The flavour ``"either"`` has what throws and jumps in any way.
    """
    found: dict[str, list[Import]] = {}
    imports = {kind: binary.imports.of_kind(kind) for kind in (FUNCTION, TAG)}
    for flavour, kind, pattern in _flavours():
        if hits := [one for one in imports[kind] if pattern.match(one.name)]:
            found.setdefault(flavour, []).extend(hits)
    return found


@cache
def linker_symbols() -> frozenset[str]:
    """Return what the linker makes every module import, and every loader provides."""
    return frozenset(_data()["linker_symbols"])


@cache
def policy_of(platform: Platform) -> Policy:
    """Return the policy of a platform, whether or not the registry knows it."""
    wasi = isinstance(platform, WasiPlatform)
    demands = with_tuples(_data()["families"]["wasi" if wasi else "pyemscripten"])
    system = demands.pop("system_modules")
    if isinstance(platform, WasiPlatform):
        version = f"{platform.major}.{platform.minor}"
        demands["import_modules"] += tuple(system.get(version, ()))
    if demands["libraries"]:
        demands["libraries"] = frozenset(demands["libraries"])
    symbols = load_symbols(platform.platform_tags[0])
    return Policy(platform, known_platform(platform), symbols, **demands)


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Return whether a name fits one of the patterns."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)
