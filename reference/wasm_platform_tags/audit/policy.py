"""What each platform demands of a module: data of the registry, see policies.json."""

from __future__ import annotations

import json
import pkgutil
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase, translate
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from .._platforms import WasiPlatform
from .._registry import known_platforms
from .symbols import load_symbols
from .wasm import FUNCTION, TAG

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .._platforms import PyEmscriptenPlatform
    from .._registry import KnownPlatform
    from .symbols import Symbols
    from .wasm import Import, WasmModule

__all__ = [
    "Policy",
    "Rule",
    "flavours",
    "linker_symbols",
    "matches",
    "policy_of",
    "rules",
]


@dataclass(frozen=True)
class Rule:
    """One rule of the audit."""

    #: its stable name, such as ``"module-exceptions"``
    id: str
    #: what holds if it is kept
    title: str
    #: the requirement of this PEP; ``"family"`` for what the platform's family fixes
    requirement: str
    #: the address of another specification, where that is the rule
    source: str
    #: by which bytes it is decided
    decides: str


@dataclass(frozen=True)
class Policy:
    """What a platform demands."""

    #: the platform
    platform: PyEmscriptenPlatform | WasiPlatform
    #: the requirement of this PEP that defines it
    requirement: str
    #: the end of the suffix of extension modules, such as ``"wasm32-wasi"``
    soabi: str
    #: the modules that imports may name, as patterns
    import_modules: tuple[str, ...]
    #: the libraries that a module may need; None if the loader looks for any
    libraries: frozenset[str] | None
    #: the platforms of the family whose loader ignores RPATH and looks in NAME.libs
    ignoring_runtime_paths: frozenset[str]
    #: what a module without ``PyInit_*`` or ``PyModExport_*`` is
    without_init: Literal["contradicts", "cannot tell"]
    #: features of WebAssembly that contradict the platform, and that are worth a warning
    forbidden_features: frozenset[str]
    suspicious_features: frozenset[str]
    #: what no rule decides
    not_decided: tuple[str, ...]
    #: the registry's record, or None
    record: KnownPlatform | None
    #: what its runtimes export, or None
    symbols: Symbols | None

    @property
    def tag(self) -> str:
        """The canonical tag."""
        return self.platform.tags[0]

    @property
    def unwinding(self) -> str | None:
        """The exceptions that unwind the stack; None where nobody has said."""
        if isinstance(self.platform, WasiPlatform):
            return "none"
        return self.record.unwinding if self.record else None

    @property
    def follows_runtime_paths(self) -> bool | None:
        """Whether the loader looks along a module's RPATH; None where nobody has said."""
        return self.tag not in self.ignoring_runtime_paths if self.record else None


@cache
def _data() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        pkgutil.get_data(__package__, "policies.json") or b""
    )
    return found


@cache
def rules() -> dict[str, Rule]:
    """Return every rule by its id, in the order in which they are shown."""
    return {
        name: Rule(
            id=name,
            title=rule["title"],
            requirement=rule.get("requirement", ""),
            source=rule.get("source", ""),
            decides=rule["decides"],
        )
        for name, rule in _data()["rules"].items()
    }


@cache
def _flavours() -> list[tuple[str, dict[int, re.Pattern[str]]]]:
    return [
        (
            name,
            {
                kind: re.compile("|".join(map(translate, patterns)))
                for kind, patterns in (
                    (FUNCTION, found["functions"]),
                    (TAG, found["tags"]),
                )
                if patterns
            },
        )
        for name, found in _data()["unwinding"].items()
    ]


def flavours(binary: WasmModule) -> dict[str, list[Import]]:
    """Return the imports that show how exceptions unwind, by flavour.

    ``"either"`` is what throws and jumps by any flavour.
    """
    found: dict[str, list[Import]] = {}
    imports = {kind: binary.imports.of_kind(kind) for kind in (FUNCTION, TAG)}
    for name, patterns in _flavours():
        for kind, pattern in patterns.items():
            if hits := [one for one in imports[kind] if pattern.match(one.name)]:
                found.setdefault(name, []).extend(hits)
    return found


@cache
def linker_symbols() -> frozenset[str]:
    """Return what the linker of every side module imports, and every loader gives."""
    return frozenset(_data()["linker_symbols"])


@cache
def policy_of(platform: PyEmscriptenPlatform | WasiPlatform) -> Policy:
    """Return the policy of a platform, whether or not the registry knows it."""
    wasi = isinstance(platform, WasiPlatform)
    family = _data()["families"]["wasi" if wasi else "pyemscripten"]
    modules = list(family["import_modules"])
    if isinstance(platform, WasiPlatform):
        version = f"{platform.major}.{platform.minor}"
        modules += family["system_modules"].get(version, ())
    libraries = family["libraries"]
    known = {record.platform: record for record in known_platforms()}
    return Policy(
        platform=platform,
        requirement=family["requirement"],
        soabi=family["soabi"],
        import_modules=tuple(modules),
        libraries=None if libraries is None else frozenset(libraries),
        ignoring_runtime_paths=frozenset(family["ignoring_runtime_paths"]),
        without_init=family["without_init"],
        forbidden_features=frozenset(family["forbidden_features"]),
        suspicious_features=frozenset(family["suspicious_features"]),
        not_decided=tuple(family["not_decided"]),
        record=known.get(platform),
        symbols=load_symbols(platform.tags[0]),
    )


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Return whether a name fits one of the patterns."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)
