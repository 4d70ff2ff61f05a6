"""Hold what stands in a wheel against a platform: one function a rule.

Each yields findings. A finding *contradicts* the tag, or says that nobody *can tell* and
what would be needed, or is a warning, which leaves the verdict alone. What no rule
finds fault with is consistent with the tag; that it conforms cannot be seen.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from .._platforms import InvalidPlatformTag, PyEmscriptenPlatform, parse_platform_tag
from .._text import printable
from .content import Module, Wheel, module_of
from .policy import Policy, linker_symbols, matches, policy_of, rules
from .symbols import CPYTHON
from .wasm import MEMORY, TABLE, TAG, WasmModule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from packaging.tags import Tag

    from .._platforms import WasiPlatform
    from .wasm import Import

__all__ = [
    "CANNOT_TELL",
    "CONSISTENT",
    "CONTRADICTS",
    "WARNING",
    "Finding",
    "judge_metadata",
    "judge_module",
    "judge_platform",
]

CONTRADICTS, CANNOT_TELL, CONSISTENT = "contradicts", "cannot tell", "consistent"
WARNING = "warning"

_SHOWN = 5  # names in a message; all of them stand in `names`
_SUFFIX = re.compile(
    r"\.(?:cpython-(?P<python>3[0-9]+t?)-(?P<soabi>[A-Za-z0-9_-]+)"
    r"|(?P<stable>abi3t?)(?:-(?P<stable_soabi>[A-Za-z0-9_-]+))?)\.so$"
)
_CPYTHON_TAG = re.compile(r"cp3([0-9]+)$")
# Where the files of these folders of NAME-VERSION.data are installed: beside the rest.
_SCHEME = re.compile(r"^[^/]+\.data/(?:purelib|platlib)/")


@dataclass(frozen=True)
class Finding:
    """What a rule says of a wheel."""

    #: the rule, such as ``"module-exceptions"``
    rule: str
    #: ``"contradicts"``, ``"cannot tell"`` or ``"warning"``
    severity: str
    #: what was found and what is wanted
    message: str
    #: the platform tag that it is about; empty for the wheel's own metadata
    platform: str = ""
    #: the member of the wheel, or empty
    member: str = ""
    #: the byte in the member, from its start, or None
    offset: int | None = None
    #: where nobody can tell: what would be needed
    needed: str = ""
    #: all symbols or libraries that it is about
    names: tuple[str, ...] = ()
    #: the requirement of this PEP, or empty
    requirement: str = ""
    #: the address of another specification, where that is the rule
    source: str = ""


@dataclass(frozen=True)
class _Context:
    """A wheel under one platform tag."""

    wheel: Wheel
    policy: Policy
    tag: str
    modules: list[Module] = field(default_factory=list)

    @cached_property
    def installed(self) -> dict[str, Module]:
        """The libraries by the place where they are installed."""
        return {_SCHEME.sub("", module.name): module for module in self.modules}

    @cached_property
    def places(self) -> dict[str, list[str]]:
        """These places by the file names, as modules need them."""
        found: dict[str, list[str]] = {}
        for place in self.installed:
            found.setdefault(posixpath.basename(place), []).append(place)
        return found

    @cached_property
    def tags(self) -> list[Tag]:
        """The wheel's tags with this platform."""
        return [tag for tag in self.wheel.tags if tag.platform == self.tag]

    def finding(
        self, rule: str, severity: str, message: str, **more: object
    ) -> Finding:
        """A finding about this platform, with the rule's requirement."""
        known = rules()[rule]
        requirement = more.pop("requirement", "") or (
            self.policy.requirement
            if known.requirement == "family"
            else known.requirement
        )
        return Finding(
            rule=rule,
            severity=severity,
            message=message,
            platform=self.tag,
            requirement=str(requirement),
            source=known.source,
            **more,  # type: ignore[arg-type]
        )


def judge_metadata(wheel: Wheel) -> Iterator[Finding]:
    """Hold a wheel's name, ``WHEEL`` and ``RECORD`` against each other."""

    def finding(rule: str, severity: str, message: str, member: str) -> Finding:
        return Finding(
            rule, severity, message, member=member, source=rules()[rule].source
        )

    metadata = f"{wheel.dist_info}/WHEEL"
    if wheel.tags != wheel.stated:
        stated = _some(sorted(map(str, wheel.stated))) or "no tag"
        yield finding(
            "wheel-tags",
            CONTRADICTS,
            f"WHEEL says {stated}; the file name says"
            f" {_some(sorted(map(str, wheel.tags)))}",
            metadata,
        )
    for member, why in wheel.record:
        yield finding("wheel-record", CONTRADICTS, why, member)
    if wheel.purelib and any(module.is_library for module in wheel.modules):
        yield finding(
            "wheel-purelib",
            WARNING,
            "Root-Is-Purelib is true, and there are modules",
            metadata,
        )


def judge_platform(wheel: Wheel, tag: str) -> Iterator[Finding]:
    """Hold a wheel against one platform tag.

    :param tag: a platform tag, of the wheel or instead of the wheel's.
    """
    libraries = [module for module in wheel.modules if module.is_library]
    try:
        platform = parse_platform_tag(tag)
    except InvalidPlatformTag as error:
        yield from _not_portable(error, tag, libraries)
        return
    context = _Context(wheel, policy_of(platform), tag, libraries)
    policy = context.policy
    if tag != policy.tag:
        yield context.finding(
            "tag-alias",
            WARNING,
            f"{tag} is an alias; indexes take {policy.tag} in new uploads",
        )
    if policy.record is None:
        yield context.finding(
            "tag-known",
            CANNOT_TELL,
            f"the registry does not know {policy.tag}",
            needed="the definition of the platform, and a record in the registry",
        )
    if not libraries:
        yield context.finding(
            "wheel-modules",
            CANNOT_TELL,
            "there is no module",
            needed="a module; a wheel without one has the platform tag any",
        )
    for module in libraries:
        if module.binary is None:
            yield context.finding(
                "module-format",
                CONTRADICTS,
                f"it is not WebAssembly: {module.error}; wanted a core module",
                member=module.name,
                offset=module.offset,
            )
        elif module.binary.component:
            yield context.finding(
                "module-format",
                CONTRADICTS,
                "it is a component; wanted a core module",
                member=module.name,
                offset=4,
            )
        else:
            for rule in _MODULE_RULES:
                yield from rule(context, module, module.binary)
    if policy.symbols is None:
        yield from _no_symbols(context)
    else:
        yield from _other_python(context, policy.symbols.python)


def judge_module(
    name: str, data: bytes, platform: PyEmscriptenPlatform | WasiPlatform
) -> Iterator[Finding]:
    """Hold one module against a platform before it is packed.

    :param name: its name in the wheel, such as ``"pack/side.abi3.so"``.
    :param data: what is in the file.
    :param platform: the platform that it was built for.
    :returns: the findings; nothing of CPython's own symbols, for no wheel says which
        CPython it is for.
    :raises TooLargeError: as :func:`~.binary.read`.
    """
    module = module_of(name, len(data), (data,))
    wheel = Wheel("", frozenset(), "", "", frozenset(), purelib=False, modules=[module])
    for found in judge_platform(wheel, platform.tags[0]):
        if found.rule != "module-cpython":
            yield found


def _not_portable(
    error: InvalidPlatformTag, tag: str, libraries: list[Module]
) -> Iterator[Finding]:
    """A tag that names no platform of this PEP."""
    local = error.rule == "local-tag"
    foreign = error.rule == "not-portable" and "wasm" not in tag
    first = libraries[0] if libraries else None
    message = f"{printable(tag)} is not a portable tag: {error.reason}"
    if foreign:
        if first is None or first.binary is None:
            # What another system's tag promises is for other tools to judge.
            yield Finding(
                "tag-portable",
                CANNOT_TELL,
                f"{printable(tag)} is no tag for WebAssembly",
                platform=tag,
                needed="a tool for that system",
                requirement=error.rule,
            )
            return
        message = (
            f"{printable(tag)} is no tag for WebAssembly, and {first.name} is a module"
        )
    yield Finding(
        "tag-portable",
        CANNOT_TELL if local else CONTRADICTS,
        message,
        platform=tag,
        member=first.name if foreign and first else "",
        offset=0 if foreign else None,
        needed="the platform that it was built for, as a portable tag" if local else "",
        requirement=error.rule,
    )


def _memory64(
    context: _Context, module: Module, binary: WasmModule
) -> Iterator[Finding]:
    if binary.memory64 is not None:
        yield context.finding(
            "module-memory64",
            CONTRADICTS,
            "its memory is 64-bit; wanted 32-bit memory",
            member=module.name,
            offset=binary.memory64,
        )


def _dylink(context: _Context, module: Module, binary: WasmModule) -> Iterator[Finding]:
    if not binary.dylink_first:
        first = binary.sections[0].name if binary.sections else "nothing"
        yield context.finding(
            "module-dylink",
            CONTRADICTS,
            f"its first section is {printable(first)}; wanted dylink.0",
            member=module.name,
            offset=binary.sections[0].offset if binary.sections else 8,
        )


def _unread(context: _Context, module: Module, binary: WasmModule) -> Iterator[Finding]:
    if binary.unread is not None:
        yield context.finding(
            "module-dylink",
            WARNING,
            "a part of dylink.0 holds more than it lists; loaders lose the rest",
            member=module.name,
            offset=binary.unread,
        )


def _threads(
    context: _Context, module: Module, binary: WasmModule
) -> Iterator[Finding]:
    if binary.shared is not None:
        yield context.finding(
            "module-threads",
            CONTRADICTS,
            "its memory is shared; wanted memory without threads",
            member=module.name,
            offset=binary.shared,
        )
    for feature in binary.features:
        name = feature.name[1:]
        if feature.name[0] != "+":
            continue
        if name in context.policy.forbidden_features:
            yield context.finding(
                "module-threads",
                CONTRADICTS,
                f"target_features has {name}; wanted none of threads",
                member=module.name,
                offset=feature.offset,
            )
        elif name in context.policy.suspicious_features:
            yield context.finding(
                "module-threads",
                WARNING,
                f"target_features has {name}, as if built with -pthread; its memory is"
                f" {'not ' if binary.shared is None else ''}shared",
                member=module.name,
                offset=feature.offset,
            )


def _exceptions(
    context: _Context, module: Module, binary: WasmModule
) -> Iterator[Finding]:
    wanted = context.policy.unwinding
    if wanted is None:
        return  # tag-known says so
    found = module.flavours
    titles = {"javascript": "JavaScript", "webassembly": "WebAssembly", "either": "any"}
    for flavour, imports in found.items():
        if flavour == wanted or (flavour == "either" and wanted != "none"):
            continue
        names = tuple(dict.fromkeys(one.name for one in imports))
        what = "exceptions or setjmp of " + titles[flavour]
        if flavour == "either":
            what = "exceptions or setjmp"
        yield context.finding(
            "module-exceptions",
            CONTRADICTS,
            f"it imports {_some(names)}: {what}; wanted"
            f" {'none' if wanted == 'none' else 'those of ' + titles[wanted]}",
            member=module.name,
            offset=imports[0].offset,
            names=names,
        )
    if binary.own_tags is not None and wanted != "webassembly":
        yield context.finding(
            "module-exceptions",
            CONTRADICTS,
            "it has exception tags of its own: exceptions of WebAssembly; wanted"
            f" {'none' if wanted == 'none' else 'those of ' + titles[wanted]}",
            member=module.name,
            offset=binary.own_tags,
        )


def _imports(
    context: _Context, module: Module, binary: WasmModule
) -> Iterator[Finding]:
    wanted = context.policy.import_modules
    others = {
        name: at
        for name, at in binary.imports.first_of_modules().items()
        if not matches(name, wanted)
    }
    if others:
        yield context.finding(
            "module-imports",
            CONTRADICTS,
            f"it imports from {_some(map(printable, others))}; wanted {', '.join(wanted)}",
            member=module.name,
            offset=next(iter(others.values())),
            names=tuple(others),
        )


def _needed(context: _Context, module: Module, binary: WasmModule) -> Iterator[Finding]:
    libraries = context.policy.libraries
    for need in binary.needed:
        name = printable(need.name)
        if libraries is not None:
            if need.name not in libraries:
                yield context.finding(
                    "module-needed",
                    CONTRADICTS,
                    f"it needs {name}; wanted libraries of the WASI SDK",
                    member=module.name,
                    offset=need.offset,
                    names=(need.name,),
                )
            continue
        places = context.places.get(need.name, [])
        if not places:
            yield context.finding(
                "module-needed",
                CANNOT_TELL,
                f"it needs {name}, which is not in the wheel",
                member=module.name,
                offset=need.offset,
                needed=f"the wheel that brings {name}",
                names=(need.name,),
            )
        elif (looked := _lookup(context, module, binary)) and not any(
            f"{folder}/{need.name}".removeprefix("./") in places for folder in looked
        ):
            yield context.finding(
                "module-needed",
                CONTRADICTS,
                f"it needs {name}, which is in {_some(places)}; the loader looks in"
                f" {_some(looked)}",
                member=module.name,
                offset=need.offset,
                names=(need.name,),
            )


def _lookup(context: _Context, module: Module, binary: WasmModule) -> list[str]:
    """The folders in which the loader looks, as far as the platform says."""
    rpath = context.policy.uses_rpath
    if rpath is None:
        return []
    if not rpath:
        return [f"{context.wheel.project}.libs"]
    here = posixpath.dirname(_SCHEME.sub("", module.name)) or "."
    found = [
        posixpath.normpath(path.name.replace("$ORIGIN", here))
        for path in binary.runtime_paths
    ]
    return found or ["(no RPATH)"]


def _suffix(context: _Context, module: Module, binary: WasmModule) -> Iterator[Finding]:
    del binary
    found = _SUFFIX.search(module.name)
    if not found:
        return
    soabi = found["soabi"] or found["stable_soabi"]
    if soabi and soabi != context.policy.soabi:
        yield context.finding(
            "module-suffix",
            CONTRADICTS,
            f"its suffix is {found[0]}; wanted one of {context.policy.soabi}",
            member=module.name,
        )
        return
    if not (version := found["python"]):
        return
    abis = {tag.abi for tag in context.tags}
    if not abis:  # a module that is in no wheel yet
        return
    python = f"cp{version}"
    if python in abis or (
        abis == {"none"} and python in {tag.interpreter for tag in context.tags}
    ):
        return
    # Without an ABI tag, a wheel may hold modules for several versions.
    severity = CANNOT_TELL if abis == {"none"} else CONTRADICTS
    yield context.finding(
        "module-suffix",
        severity,
        f"its suffix {found[0]} is for {python}; the ABI tag is {_some(sorted(abis))}",
        member=module.name,
        needed="an ABI tag" if severity == CANNOT_TELL else "",
    )


def _init(context: _Context, module: Module, binary: WasmModule) -> Iterator[Finding]:
    if not _SUFFIX.search(module.name):
        return  # it may be a library
    folder, _, name = module.name.rpartition("/")
    stem = name.partition(".")[0]
    if stem == "__init__":  # the import system asks for the package's name
        stem = folder.rpartition("/")[2]
    if stem.isascii():
        ending = f"_{stem}"
    else:  # PEP 489
        ending = "U_" + stem.encode("punycode").decode().replace("-", "_")
    wanted = f"PyInit{ending}", f"PyModExport{ending}"  # the second is of PEP 793
    if not binary.exported.isdisjoint(wanted):
        return
    severity = context.policy.without_init
    yield context.finding(
        "module-init",
        severity,
        f"it exports neither {' nor '.join(wanted)}; wanted an extension module",
        member=module.name,
        needed="whether it is imported, or loaded by ctypes"
        if severity == CANNOT_TELL
        else "",
    )


def _bigint(context: _Context, module: Module, binary: WasmModule) -> Iterator[Finding]:
    names = binary.exports.names
    split = [name for name in names if name.startswith("orig$")]
    if split:
        yield context.finding(
            "module-bigint",
            CONTRADICTS,
            f"it exports {_some(split)}: its 64-bit integers were"
            " split for JavaScript; wanted WASM_BIGINT",
            member=module.name,
            offset=binary.exports.offsets[names.index(split[0])],
            names=tuple(split),
        )


def _toolchain(
    context: _Context, module: Module, binary: WasmModule
) -> Iterator[Finding]:
    sdk = getattr(context.policy.platform, "sdk", None)
    others = binary.sdks - {sdk}
    if others:
        named = " and ".join(map(str, sorted(others)))
        wanted = "Emscripten" if sdk is None else f"WASI SDK {sdk}"
        yield context.finding(
            "module-toolchain",
            WARNING,
            f"its debug sections name WASI SDK {named}; the platform has {wanted}",
            member=module.name,
        )


def _symbols(
    context: _Context, module: Module, binary: WasmModule
) -> Iterator[Finding]:
    symbols = context.policy.symbols
    if symbols is None:
        return  # said once for the wheel
    own, missing = _libraries(context, binary)
    asked = _asked(binary, *own, symbols.names)
    unresolved = [one for one in asked if one.name not in symbols]
    of_cpython = [one for one in unresolved if CPYTHON.match(one.name)]
    of_platform = [one for one in unresolved if not CPYTHON.match(one.name)]
    sources = " and ".join(symbols.sources)
    if of_platform:
        names = tuple(dict.fromkeys(one.name for one in of_platform))
        severity = CANNOT_TELL if missing else CONTRADICTS
        yield context.finding(
            "module-symbols",
            severity,
            f"it imports {_some(names)}, not exported by {sources}",
            member=module.name,
            offset=of_platform[0].offset,
            names=names,
            needed=f"the exports of {_some(missing)}" if missing else "",
        )
    if of_cpython and _is_for(context.tags, symbols.python):
        names = tuple(dict.fromkeys(one.name for one in of_cpython))
        yield context.finding(
            "module-cpython",
            CONTRADICTS,
            f"it imports {_some(names)}, not exported by CPython {symbols.python} in"
            f" {sources}",
            member=module.name,
            offset=of_cpython[0].offset,
            names=names,
        )


def _asked(binary: WasmModule, *known: AbstractSet[str]) -> list[Import]:
    """The imports that the loader has to find elsewhere than in what is known."""
    imports, names = binary.imports, binary.imports.names
    left: Iterable[int] = range(len(names))
    for found in (*known, linker_symbols(), binary.weak):  # each leaves fewer
        left = [at for at in left if names[at] not in found]
    return [
        one
        for one in map(imports.__getitem__, left)
        if one.kind not in (TABLE, MEMORY, TAG) and not one.module.startswith("wasi:")
    ]


def _libraries(
    context: _Context, binary: WasmModule
) -> tuple[list[AbstractSet[str]], list[str]]:
    """What a module and the libraries that it needs export; libraries not in the wheel."""
    exported = [binary.exported]
    missing: list[str] = []
    waiting = [need.name for need in binary.needed]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name in (context.policy.libraries or ()):
            continue
        seen.add(name)
        places = context.places.get(name)
        found = context.installed[places[-1]] if places else None
        if found is None or found.binary is None:
            missing.append(name)
            continue
        exported.append(found.binary.exported)
        waiting += [need.name for need in found.binary.needed]
    return exported, missing


def _no_symbols(context: _Context) -> Iterator[Finding]:
    """No runtime of the platform was read: whether it has the symbols is open."""
    names: dict[str, None] = {}
    for module in context.modules:
        if module.binary is not None:
            own, _ = _libraries(context, module.binary)
            names.update((one.name, None) for one in _asked(module.binary, *own))
    if names:
        emscripten = isinstance(context.policy.platform, PyEmscriptenPlatform)
        of = "an interpreter" if emscripten else "libc.so and of a CPython"
        yield context.finding(
            "module-symbols",
            CANNOT_TELL,
            f"it imports {_some(names)}; the exports of the platform are not known",
            needed=f"the exports of {of} of {context.policy.tag}",
            names=tuple(names),
        )


def _other_python(context: _Context, python: str) -> Iterator[Finding]:
    """The wheel is for another CPython than the one whose exports are known."""
    if _is_for(context.tags, python):
        return
    if any(
        CPYTHON.match(name)
        for module in context.modules
        if module.binary is not None
        for name in module.binary.imports.names
    ):
        tags = _some(sorted({f"{tag.interpreter}-{tag.abi}" for tag in context.tags}))
        yield context.finding(
            "module-cpython",
            CANNOT_TELL,
            f"it is for {tags or 'another Python'}; the known interpreter of"
            f" {context.policy.tag} is CPython {python}",
            needed=f"an interpreter of {context.policy.tag} for {tags}",
        )


def _is_for(tags: Iterable[Tag], python: str) -> bool:
    """Whether a wheel is for that CPython, by its own ABI or by the stable one."""
    minor = int(python.partition(".")[2])
    for tag in tags:
        found = _CPYTHON_TAG.match(tag.interpreter)
        if tag.abi == f"cp3{minor}":
            return True
        if tag.abi == "abi3" and found and int(found[1]) <= minor:
            return True
    return False


def _some(names: Iterable[str]) -> str:
    every = list(names)
    shown = ", ".join(every[:_SHOWN])
    return f"{shown} and {len(every) - _SHOWN} more" if len(every) > _SHOWN else shown


_MODULE_RULES: tuple[
    Callable[[_Context, Module, WasmModule], Iterator[Finding]], ...
] = (
    _memory64,
    _dylink,
    _unread,
    _threads,
    _exceptions,
    _imports,
    _symbols,
    _needed,
    _suffix,
    _init,
    _bigint,
    _toolchain,
)
