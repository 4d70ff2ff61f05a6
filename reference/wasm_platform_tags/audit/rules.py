"""The rules of the audit: a decorated function each.

A rule adds findings to the check that it gets. A finding *contradicts* the platform tag; or
it says that nobody *can tell* from the bytes, and what would be needed; or it is a
*warning*, which does not change the verdict. A wheel without other findings is consistent
with its tag. Whether it conforms cannot be seen.

To add a rule, describe it in policies.json and write a function under :func:`_rule`. Rules
about the same thing run in the order of this file; their findings have this order.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import partial, partialmethod
from typing import TYPE_CHECKING, Final, Literal

from .. import _platforms
from .._text import printable
from .content import Module, Wheel, module_of
from .policy import Policy, linker_symbols, matches, policy_of, rules
from .symbols import CPYTHON
from .wasm import MEMORY, TABLE, TAG, WasmModule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from collections.abc import Set as AbstractSet
    from typing import TypeAlias

    from packaging.tags import Tag

    from .._platforms import Platform
    from .wasm import Import

    Severity: TypeAlias = Literal["contradicts", "cannot tell", "warning"]
    Verdict: TypeAlias = Literal["contradicts", "cannot tell", "consistent"]
    _What: TypeAlias = Literal["metadata", "tag", "format", "module", "wheel"]
    _Rule: TypeAlias = Callable[["_Check"], None]

CONTRADICTS: Final = "contradicts"
CANNOT_TELL: Final = "cannot tell"
CONSISTENT: Final = "consistent"
WARNING: Final = "warning"

_SHOWN = 5  # names in a message; `names` of the finding has all of them
_SUFFIX = re.compile(
    r"\.(?:cpython-(?P<python>3[0-9]+t?)-(?P<soabi>[A-Za-z0-9_-]+)"
    r"|(?P<stable>abi3t?)(?:-(?P<stable_soabi>[A-Za-z0-9_-]+))?)\.so$"
)
_CPYTHON_TAG = re.compile(r"cp3([0-9]+)$")
# Installers put the files of these folders beside the rest of the wheel.
_SCHEME = re.compile(r"^[^/]+\.data/(?:purelib|platlib)/")


@dataclass(frozen=True)
class Finding:
    """What a rule says of a wheel."""

    #: the rule, such as ``"module-exceptions"``
    rule: str
    #: ``"contradicts"``, ``"cannot tell"`` or ``"warning"``
    severity: Severity
    #: what was found and what is wanted
    message: str
    #: the platform tag that it is about; empty for the wheel's own metadata
    platform: str = ""
    #: the member of the wheel, or empty
    member: str = ""
    #: the offset in the member, in bytes from its start, or None
    offset: int | None = None
    #: what would be needed to tell; empty unless the severity is ``"cannot tell"``
    needed: str = ""
    #: all symbols or libraries that it is about
    names: tuple[str, ...] = ()
    #: the requirement of this PEP, or empty
    requirement: str = ""
    #: the address of the specification that has the rule, if it is not this PEP
    source: str = ""

    @property
    def where(self) -> str:
        """The member and the offset in words, such as ``"a.so at byte 8:"``, or empty."""
        if not self.member:
            return ""
        at = "" if self.offset is None else f" at byte {self.offset}"
        return f"{self.member}{at}:"


class _Check:
    """A wheel under a platform tag, and what the rules find in it.

    :param policy: what the platform demands; rules of the metadata may not ask for it.
    :param modules: the modules of the wheel that the loader may take.
    """

    #: the rule that runs, and the member that its findings are about
    rule = member = ""
    #: the module, for the rules of modules, and what its sections say
    module: Module
    binary: WasmModule
    #: its imports that neither the wheel nor the platform is known to have
    unresolved: Sequence[Import]
    #: the libraries that it needs, directly or not, and that are not in the wheel
    missing: Sequence[str]

    def __init__(
        self,
        wheel: Wheel,
        tag: str = "",
        policy: Policy | None = None,
        modules: Sequence[Module] = (),
    ) -> None:
        self.wheel = wheel
        self.tag = tag
        if policy:
            self.policy = policy
        self.modules = modules
        #: the modules by the place where they are installed
        self.installed = {_SCHEME.sub("", module.name): module for module in modules}
        #: these places by the file name, by which modules ask for a library
        self.places: dict[str, list[str]] = {}
        for place in self.installed:
            self.places.setdefault(posixpath.basename(place), []).append(place)
        #: the wheel's tags with this platform
        self.tags = [one for one in wheel.tags if one.platform == tag]
        #: the names of what is unresolved in any module
        self.unresolved_names: dict[str, None] = {}
        self.findings: list[Finding] = []

    def run(self, what: _What) -> None:
        """Run the rules about something, one after another."""
        for self.rule, rule in _RULES[what]:
            rule(self)

    def run_on(self, module: Module) -> None:
        """Run the rules about a module."""
        self.module, self.member = module, module.name
        self.run("format")
        if module.binary is not None and not module.binary.component:
            self.binary = module.binary
            self.unresolved, self.missing = _unresolved(self)
            self.unresolved_names.update((one.name, None) for one in self.unresolved)
            self.run("module")
        self.member = ""

    def find(
        self,
        severity: Severity,
        message: str,
        offset: int | None = None,
        names: Iterable[str] = (),
        needed: str = "",
    ) -> None:
        """Add a finding of the rule that runs. Its fields are those of a Finding."""
        rule = rules()[self.rule]
        family = rule.requirement == "family"
        requirement = self.policy.requirement if family else rule.requirement
        where = (self.tag, self.member, offset)
        source = (requirement, rule.source)
        self.findings.append(
            Finding(rule.id, severity, message, *where, needed, tuple(names), *source)
        )

    contradicts = partialmethod(find, CONTRADICTS)
    unknown = partialmethod(find, CANNOT_TELL)
    warns = partialmethod(find, WARNING)


_RULES: dict[_What, list[tuple[str, _Rule]]] = {}


def _rule(rule: str, what: _What) -> Callable[[_Rule], _Rule]:
    """Make a function a rule.

    :param rule: its id in policies.json.
    :param what: what it is about: the wheel's metadata, the platform tag, whether a
        module is one, what is in a module, or all modules of the wheel together.
    """

    def register(function: _Rule) -> _Rule:
        _RULES.setdefault(what, []).append((rule, function))
        return function

    return register


def check_metadata(wheel: Wheel) -> list[Finding]:
    """Check a wheel's name, ``WHEEL`` and ``RECORD`` against each other."""
    check = _Check(wheel)
    check.run("metadata")
    return check.findings


def check_platform(wheel: Wheel, tag: str) -> list[Finding]:
    """Check a wheel against one platform tag.

    :param tag: a platform tag of the wheel, or another one.
    :returns: the findings about the tag; about each module, in the order of the file;
        about the modules together.
    """
    libraries = [module for module in wheel.modules if module.is_library]
    try:
        platform = _platforms.parse_platform_tag(tag)
    except _platforms.InvalidPlatformTag as error:
        return [_not_portable(error, tag, libraries)]
    check = _Check(wheel, tag, policy_of(platform), libraries)
    check.run("tag")
    for module in libraries:
        check.run_on(module)
    check.run("wheel")
    return check.findings


def check_module(name: str, data: bytes, platform: Platform) -> list[Finding]:
    """Check one module against a platform before it is packed.

    :param name: its name in the wheel, such as ``"pack/side.abi3.so"``.
    :param data: the content of its file.
    :param platform: the platform that it was built for.
    :returns: the findings. There are none about CPython's own symbols: without a wheel
        it is not known for which CPython the module is.
    :raises TooLargeError: as :func:`.wasm.read`.
    """
    module = module_of(name, len(data), (data,))
    wheel = Wheel("", frozenset(), "", "", frozenset(), purelib=False, modules=[module])
    found = check_platform(wheel, platform.platform_tags[0])
    return [one for one in found if one.rule != "module-cpython"]


def _not_portable(
    error: _platforms.InvalidPlatformTag, tag: str, libraries: list[Module]
) -> Finding:
    """Return the finding about a tag that names no platform of this PEP."""
    finding = partial(Finding, "tag-portable", platform=tag, requirement=error.rule)
    if _platforms.is_wasm_tag(tag):
        message = f"{printable(tag)} is not a portable tag: {error.reason}"
        if error.rule != "local-tag":
            return finding(CONTRADICTS, message)
        needed = "the platform that it was built for, as a portable tag"
        return finding(CANNOT_TELL, message, needed=needed)
    message = f"{printable(tag)} is no tag for WebAssembly"
    if not libraries or libraries[0].binary is None:
        # Other tools check what the tag of another system promises.
        return finding(CANNOT_TELL, message, needed="a tool for that system")
    name = libraries[0].name
    message += f", and {name} is a module"
    return finding(CONTRADICTS, message, member=name, offset=0)


@_rule("wheel-tags", "metadata")
def _stated_tags(check: _Check) -> None:
    wheel = check.wheel
    if wheel.tags != wheel.stated:
        check.member = f"{wheel.dist_info}/WHEEL"
        stated = _some(sorted(map(str, wheel.stated))) or "no tag"
        named = _some(sorted(map(str, wheel.tags)))
        check.contradicts(f"WHEEL says {stated}; the file name says {named}")


@_rule("wheel-record", "metadata")
def _record(check: _Check) -> None:
    for member, why in check.wheel.record:
        check.member = member
        check.contradicts(why)


@_rule("wheel-purelib", "metadata")
def _purelib(check: _Check) -> None:
    if check.wheel.purelib and any(one.is_library for one in check.wheel.modules):
        check.member = f"{check.wheel.dist_info}/WHEEL"
        check.warns("Root-Is-Purelib is true, and there are modules")


@_rule("tag-alias", "tag")
def _alias(check: _Check) -> None:
    if check.tag != (canonical := check.policy.tag):
        check.warns(f"{check.tag} is an alias; indexes take {canonical} in new uploads")


@_rule("tag-known", "tag")
def _known(check: _Check) -> None:
    if check.policy.record is None:
        needed = "the definition of the platform, and a record in the registry"
        message = f"the registry does not know {check.policy.tag}"
        check.unknown(message, needed=needed)


@_rule("wheel-modules", "tag")
def _no_module(check: _Check) -> None:
    if not check.modules:
        needed = "a module; a wheel without one has the platform tag any"
        check.unknown("there is no module", needed=needed)


@_rule("module-format", "format")
def _format(check: _Check) -> None:
    module = check.module
    if module.binary is None:
        message = f"it is not WebAssembly: {module.error}; wanted a core module"
        check.contradicts(message, module.offset)
    elif module.binary.component:
        check.contradicts("it is a component; wanted a core module", 4)


@_rule("module-memory64", "module")
def _memory64(check: _Check) -> None:
    if (offset := check.binary.memory64) is not None:
        check.contradicts("its memory is 64-bit; wanted 32-bit memory", offset)


@_rule("module-dylink", "module")
def _dylink(check: _Check) -> None:
    sections = check.binary.sections
    if not check.binary.dylink_first:
        name, offset = sections[0][:2] if sections else ("nothing", 8)
        message = f"its first section is {printable(name)}; wanted dylink.0"
        check.contradicts(message, offset)
    if (unread := check.binary.unread) is not None:
        message = "a part of dylink.0 holds more than it lists; loaders lose the rest"
        check.warns(message, unread)


@_rule("module-threads", "module")
def _threads(check: _Check) -> None:
    shared = check.binary.shared
    if shared is not None:
        check.contradicts("its memory is shared; wanted memory without threads", shared)
    for feature in check.binary.features:
        used, name = feature.name[0] == "+", feature.name[1:]
        if used and name in check.policy.forbidden_features:
            check.contradicts(
                f"target_features has {name}; wanted none of threads", feature.offset
            )
        elif used and name in check.policy.suspicious_features:
            check.warns(
                f"target_features has {name}, as if built with -pthread; its memory is"
                f" {'not ' if shared is None else ''}shared",
                feature.offset,
            )


_EXCEPTIONS = {"javascript": "JavaScript", "webassembly": "WebAssembly"}


@_rule("module-exceptions", "module")
def _exceptions(check: _Check) -> None:
    unwinding = check.policy.unwinding
    if unwinding is None:
        return  # tag-known says so
    wanted = "none" if unwinding == "none" else f"those of {_EXCEPTIONS[unwinding]}"
    for flavour, imports in check.module.flavours.items():
        if flavour == unwinding or (flavour == "either" and unwinding != "none"):
            continue
        names = _names(imports)
        of = f" of {_EXCEPTIONS[flavour]}" if flavour in _EXCEPTIONS else ""
        check.contradicts(
            f"it imports {_some(names)}: exceptions or setjmp{of}; wanted {wanted}",
            imports[0].offset,
            names,
        )
    if check.binary.own_tags is not None and unwinding != "webassembly":
        own = "it has exception tags of its own: exceptions of WebAssembly"
        check.contradicts(f"{own}; wanted {wanted}", check.binary.own_tags)


@_rule("module-imports", "module")
def _imports(check: _Check) -> None:
    wanted = check.policy.import_modules
    first = check.binary.imports.first_of_modules()
    if others := {name: first[name] for name in first if not matches(name, wanted)}:
        check.contradicts(
            f"it imports from {_some(map(printable, others))}; wanted {', '.join(wanted)}",
            next(iter(others.values())),
            others,
        )


@_rule("module-symbols", "module")
def _symbols(check: _Check) -> None:
    symbols = check.policy.symbols
    imports = [one for one in check.unresolved if not CPYTHON.match(one.name)]
    if symbols and imports:  # without symbols, one finding is for the wheel
        names = _names(imports)
        missing = _some(check.missing)
        check.find(
            CANNOT_TELL if missing else CONTRADICTS,
            f"it imports {_some(names)}, not exported by {' and '.join(symbols.sources)}",
            imports[0].offset,
            names,
            f"the exports of {missing}" if missing else "",
        )


@_rule("module-cpython", "module")
def _cpython_symbols(check: _Check) -> None:
    symbols = check.policy.symbols
    imports = [one for one in check.unresolved if CPYTHON.match(one.name)]
    if symbols and imports and _is_for(check.tags, symbols.python):
        names = _names(imports)
        check.contradicts(
            f"it imports {_some(names)}, not exported by CPython {symbols.python} in"
            f" {' and '.join(symbols.sources)}",
            imports[0].offset,
            names,
        )


@_rule("module-needed", "module")
def _needed(check: _Check) -> None:
    libraries = check.policy.libraries
    folders = _lookup(check)
    for need in check.binary.needed:
        name, places = printable(need.name), check.places.get(need.name, [])
        about = need.offset, (need.name,)
        if libraries is not None:
            if need.name not in libraries:
                message = f"it needs {name}; wanted libraries of the WASI SDK"
                check.contradicts(message, *about)
        elif not places:
            check.unknown(
                f"it needs {name}, which is not in the wheel",
                *about,
                needed=f"the wheel that brings {name}",
            )
        elif folders and not any(
            f"{folder}/{need.name}".removeprefix("./") in places for folder in folders
        ):
            check.contradicts(
                f"it needs {name}, which is in {_some(places)}; the loader looks in"
                f" {_some(folders)}",
                *about,
            )


def _lookup(check: _Check) -> list[str]:
    """Return the folders in which the loader looks; none if the platform is not known."""
    follows = check.policy.follows_runtime_paths
    if follows is None:
        return []
    if not follows:
        return [f"{check.wheel.project}.libs"]
    here = posixpath.dirname(_SCHEME.sub("", check.member)) or "."
    paths = (path.name for path in check.binary.runtime_paths)
    found = [posixpath.normpath(path.replace("$ORIGIN", here)) for path in paths]
    return found or ["(no RPATH)"]


@_rule("module-suffix", "module")
def _suffix(check: _Check) -> None:
    found = _SUFFIX.search(check.member)
    if not found:
        return
    soabi = found["soabi"] or found["stable_soabi"]
    wanted = check.policy.soabi
    if soabi and soabi != wanted:
        check.contradicts(f"its suffix is {found[0]}; wanted one of {wanted}")
        return
    abis = {tag.abi for tag in check.tags}
    if not (found["python"] and abis):  # any CPython, or a module without a wheel
        return
    python = f"cp{found['python']}"
    without_abi = abis == {"none"}
    interpreters = {tag.interpreter for tag in check.tags} if without_abi else set()
    if python not in abis | interpreters:
        # Without an ABI tag, a wheel may have modules for several versions.
        check.find(
            CANNOT_TELL if without_abi else CONTRADICTS,
            f"its suffix {found[0]} is for {python}; the ABI tag is {_some(sorted(abis))}",
            needed="an ABI tag" if without_abi else "",
        )


@_rule("module-init", "module")
def _init(check: _Check) -> None:
    if not _SUFFIX.search(check.member):
        return  # it may be a library
    folder, _, name = check.member.rpartition("/")
    stem = name.partition(".")[0]
    if stem == "__init__":  # the import system asks for the package's name
        stem = folder.rpartition("/")[2]
    if stem.isascii():
        ending = f"_{stem}"
    else:  # PEP 489
        ending = "U_" + stem.encode("punycode").decode().replace("-", "_")
    wanted = f"PyInit{ending}", f"PyModExport{ending}"  # the second is of PEP 793
    if check.binary.exported.isdisjoint(wanted):
        severity = check.policy.without_init
        needed = "whether it is imported, or loaded by ctypes"
        check.find(
            severity,
            f"it exports neither {' nor '.join(wanted)}; wanted an extension module",
            needed=needed if severity == CANNOT_TELL else "",
        )


@_rule("module-bigint", "module")
def _bigint(check: _Check) -> None:
    exports = check.binary.exports
    if split := [name for name in exports.names if name.startswith("orig$")]:
        check.contradicts(
            f"it exports {_some(split)}: its 64-bit integers were"
            " split for JavaScript; wanted WASM_BIGINT",
            exports.offsets[exports.names.index(split[0])],
            split,
        )


@_rule("module-toolchain", "module")
def _toolchain(check: _Check) -> None:
    sdk = getattr(check.policy.platform, "sdk", None)
    if others := check.binary.sdks - {sdk}:
        named = " and ".join(map(str, sorted(others)))
        has = "Emscripten" if sdk is None else f"WASI SDK {sdk}"
        check.warns(f"its debug sections name WASI SDK {named}; the platform has {has}")


@_rule("module-symbols", "wheel")
def _no_symbols(check: _Check) -> None:
    """No runtime of the platform was read, so nobody knows what it exports."""
    names = check.unresolved_names
    if check.policy.symbols is None and names:
        emscripten = isinstance(check.policy.platform, _platforms.PyEmscriptenPlatform)
        of = "an interpreter" if emscripten else "libc.so and of a CPython"
        message = (
            f"it imports {_some(names)}; the exports of the platform are not known"
        )
        needed = f"the exports of {of} of {check.policy.tag}"
        check.unknown(message, names=names, needed=needed)


@_rule("module-cpython", "wheel")
def _other_python(check: _Check) -> None:
    """The wheel is for another CPython than the one whose exports are known."""
    symbols = check.policy.symbols
    if symbols is None or _is_for(check.tags, symbols.python):
        return
    if any(
        CPYTHON.match(name)
        for module in check.modules
        if module.binary is not None
        for name in module.binary.imports.names
    ):
        tags = _some(sorted({f"{tag.interpreter}-{tag.abi}" for tag in check.tags}))
        check.unknown(
            f"it is for {tags or 'another Python'}; the known interpreter of"
            f" {check.policy.tag} is CPython {symbols.python}",
            needed=f"an interpreter of {check.policy.tag} for {tags}",
        )


def _unresolved(check: _Check) -> tuple[list[Import], list[str]]:
    """Return a module's imports that nothing is known to have, and missing libraries."""
    symbols = check.policy.symbols
    exported, missing = _libraries(check)
    known = [*exported, linker_symbols(), check.binary.weak]
    if symbols:
        known.append(symbols.names)
    imports, names = check.binary.imports, check.binary.imports.names
    left: Iterable[int] = range(len(names))
    for found in known:  # each leaves fewer
        left = [at for at in left if names[at] not in found]
    return [
        one
        for one in map(imports.__getitem__, left)
        if one.kind not in (TABLE, MEMORY, TAG)
        and not one.module.startswith("wasi:")
        and not (symbols and one.name in symbols)
    ], missing


def _libraries(check: _Check) -> tuple[list[AbstractSet[str]], list[str]]:
    """Return what a module and the libraries that it needs export, and missing ones."""
    exported = [check.binary.exported]
    missing: list[str] = []
    waiting = [need.name for need in check.binary.needed]
    seen = set(check.policy.libraries or ())  # those of the platform count as neither
    while waiting:
        if (name := waiting.pop()) in seen:
            continue
        seen.add(name)
        places = check.places.get(name)
        if found := check.installed[places[-1]].binary if places else None:
            exported.append(found.exported)
            waiting += [need.name for need in found.needed]
        else:
            missing.append(name)
    return exported, missing


def _is_for(tags: Iterable[Tag], python: str) -> bool:
    """Whether a wheel is for that CPython, by its own ABI or by the stable one."""
    minor = int(python.partition(".")[2])
    for tag in tags:
        found = _CPYTHON_TAG.match(tag.interpreter)
        stable = tag.abi == "abi3" and found and int(found[1]) <= minor
        if stable or tag.abi == f"cp3{minor}":
            return True
    return False


def _names(imports: Iterable[Import]) -> list[str]:
    """Return the names of imports, each of them once."""
    return list(dict.fromkeys(one.name for one in imports))


def _some(names: Iterable[str]) -> str:
    every = list(names)
    shown = ", ".join(every[:_SHOWN])
    return f"{shown} and {len(every) - _SHOWN} more" if len(every) > _SHOWN else shown
