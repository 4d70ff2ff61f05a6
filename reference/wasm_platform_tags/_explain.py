"""Why a target supports a wheel or does not, in words."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from packaging.tags import Tag

from ._platforms import (
    InvalidPlatformTag,
    PyEmscriptenPlatform,
    is_wasm_tag,
    parse_platform_tag,
)
from ._text import printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ._platforms import Platform
    from ._target import Target

Part: TypeAlias = Literal["python", "abi", "platform"]

# How the platform tags of other systems begin.
_SYSTEMS = {
    "android": "Android",
    "ios": "iOS",
    "linux": "Linux",
    "macosx": "macOS",
    "manylinux": "Linux",
    "musllinux": "Linux",
    "win": "Windows",
}
_INTERPRETER = re.compile(r"(cp|py|pp)([0-9])([0-9]*)")
# What ends the ABI tag of another build of Python, and how the target's differs.
_BUILDS = {
    "t": ("free-threaded {}", "{} with the GIL"),
    "d": ("a debug build of {}", "a release build of {}"),
}


@dataclass(frozen=True)
class Explanation:
    """Whether a target supports a wheel, and why. True if it does."""

    #: the wheel's file name
    filename: str
    #: whether the target supports it
    compatible: bool
    #: the part of the tag that decided: ``"python"``, ``"abi"`` or ``"platform"``
    part: Part
    #: the wheel's values of that part, sorted
    offered: tuple[str, ...]
    #: the target's values of that part, best first
    wanted: tuple[str, ...]
    #: the requirement of this PEP that decided, such as ``"exact-match"``
    rule: str
    #: the cause with the tags that decided, in a sentence; what cannot be printed is
    #: escaped
    message: str
    #: why, in a few words, such as ``"built for Python 3.13, the target has 3.14"``; it
    #: may name more than the part that decided
    cause: str

    def __bool__(self) -> bool:
        return self.compatible

    def to_dict(self) -> dict[str, object]:
        """Return the explanation as values that the json module can write."""
        return asdict(self)


def explain(filename: str, offered: Collection[Tag], target: Target) -> Explanation:
    """Return whether a target supports a wheel that stands for some tags, and why."""
    tags = tuple(target.tags())
    canonical = target.platform.platform_tags[0]
    name = f"Python {target.python} on {canonical}"
    best = next((tag for tag in tags if tag in offered), None)
    part: Part = "platform"
    if best:
        values, wanted = _values([best], part), _values(tags, part)
        rule, cause = {
            "any": ("installer-order", "for any platform"),
            canonical: ("exact-match", "built for this platform"),
        }.get(
            best.platform,
            ("same-platform", "built for this platform, under its older name"),
        )
        message = f"{best} is compatible with {name}: {cause}"
    else:
        part, values, wanted = _deciding_part(offered, tags)
        rule, cause = _rule_and_cause(offered, target)
        message = (
            f"{part} tag {', '.join(values)} does not match: {cause}; wanted exactly"
            f" {', '.join(wanted[:4])}{', ...' if len(wanted) > 4 else ''} for {name}"
        )
    said = (printable(message), printable(cause))
    return Explanation(filename, best is not None, part, values, wanted, rule, *said)


def _values(tags: Iterable[Tag], part: Part) -> tuple[str, ...]:
    """Return the values that tags have in a part, each once."""
    field = "interpreter" if part == "python" else part
    return tuple(dict.fromkeys(getattr(tag, field) for tag in tags))


def _deciding_part(
    offered: Collection[Tag], tags: Collection[Tag]
) -> tuple[Part, tuple[str, ...], tuple[str, ...]]:
    """Return the first part in which no tags agree, the wheel's values and the target's."""
    part: Part
    # Each is compared among the tags that agree in the parts before it.
    for part in ("platform", "python", "abi"):  # pragma: no branch
        values, wanted = _values(offered, part), _values(tags, part)
        common = set(values).intersection(wanted)
        if not common:
            break
        offered = [tag for tag in offered if _values([tag], part)[0] in common]
        tags = [tag for tag in tags if _values([tag], part)[0] in common]
    return part, tuple(sorted(values)), wanted


def _rule_and_cause(offered: Collection[Tag], target: Target) -> tuple[str, str]:
    """Return why none of a wheel's tags is among a target's.

    The tags that come nearest to the target decide: those of its platform, then of
    any, then of its family, then the malformed ones.

    :returns: the rule, and such as ``"built for Python 3.13, the target has 3.14"``.
    """
    for platform_tags in (target.platform.platform_tags, ("any",)):
        if near := [tag for tag in offered if tag.platform in platform_tags]:
            return "installer-order", _cause_of_python(near, target)
    read: dict[int, list[_PlatformTag]] = {}
    for platform_tag in sorted(_values(offered, "platform")):
        found = _read(platform_tag, target.platform)
        read.setdefault(found.kind, []).append(found)
    nearest = read[min(read)][0]
    if nearest.kind == _SAME_FAMILY:
        return nearest.rule, _cause_of_version(read[_SAME_FAMILY], offered, target)
    causes = [one.text for one in read.get(_MALFORMED, ())]
    if others := _either(one.text for one in read.get(_OTHER, ())):
        causes.append(f"{others}, the target is {_family(target.platform)}")
    return nearest.rule, "; ".join(causes)


_SAME_FAMILY, _MALFORMED, _OTHER = range(3)  # the nearest to a target first


class _PlatformTag(NamedTuple):
    """What a platform tag is, seen from a target that does not have it."""

    kind: int
    tag: str
    text: str
    rule: str


def _read(platform_tag: str, platform: Platform) -> _PlatformTag:
    try:
        other = parse_platform_tag(platform_tag)
    except InvalidPlatformTag as error:
        if is_wasm_tag(platform_tag):
            text = f"{platform_tag} names no platform: {error.reason.partition(';')[0]}"
            return _PlatformTag(_MALFORMED, platform_tag, text, error.rule)
        system = _SYSTEMS.get(re.split(r"[_0-9]", platform_tag, maxsplit=1)[0])
        text = f"a {system} wheel" if system else f"a wheel for {platform_tag}"
        return _PlatformTag(_OTHER, platform_tag, text, "exact-match")
    if type(other) is type(platform):
        return _PlatformTag(_SAME_FAMILY, platform_tag, _version(other), "exact-match")
    text = f"a {_family(other)} wheel"
    return _PlatformTag(_OTHER, platform_tag, text, "exact-match")


def _cause_of_python(near: Collection[Tag], target: Target) -> str:
    """Return why tags of the target's platform, or of any, do not match."""
    abis = {tag.abi for tag in near if tag.platform == "any"}
    if abis and "none" not in abis:
        return f"it names an ABI, {_either(abis)}, and no platform that has it"
    built, has = _pythons(near, target)
    return f"built for {built}, the target has {has}"


def _cause_of_version(
    same_family: Iterable[_PlatformTag], offered: Iterable[Tag], target: Target
) -> str:
    """Return why other platforms of the target's family do not match."""
    names = {one.tag for one in same_family}
    near = [tag for tag in offered if tag.platform in names]
    built = _either(one.text for one in same_family)
    has = _version(target.platform).partition(" ")[2]
    canonical = target.platform.platform_tags[0]
    if not target.supports(Tag(tag.interpreter, tag.abi, canonical) for tag in near):
        python, own = _pythons(near, target)
        built, has = f"{python} and {built}", f"{own} and {has}"
    return f"built for {built}, the target has {has}"


def _family(platform: Platform) -> str:
    return "Pyodide" if isinstance(platform, PyEmscriptenPlatform) else "WASI"


def _version(platform: Platform) -> str:
    if isinstance(platform, PyEmscriptenPlatform):
        return f"PyEmscripten {platform.version}"
    return f"WASI {platform.major}.{platform.minor} with SDK {platform.sdk}"


def _pythons(tags: Iterable[Tag], target: Target) -> tuple[str, str]:
    """Return the Pythons that tags are for, and the target's beside them."""
    own = ".".join(target.python.split(".")[:2])
    built, has = set(), own
    for tag in tags:
        text, build = _python(tag), tag.abi[-1:]
        if build in _BUILDS and tag.abi.startswith(("cp", "abi3")):
            before, after = _BUILDS[build]
            text, has = before.format(text), after.format(own)
        built.add(text)
    return _either(built), has


def _python(tag: Tag) -> str:
    """Return the Python that the first two parts of a tag are for."""
    match = _INTERPRETER.fullmatch(tag.interpreter)
    if match is None:
        return f"{tag.interpreter} with the ABI {tag.abi}"
    implementation, major, minor = match.groups()
    version = f"{major}.{minor}" if minor else major
    text = f"{'PyPy' if implementation == 'pp' else 'Python'} {version}"
    if minor and (implementation == "py" or tag.abi in {"abi3", "abi3t"}):
        return f"{text} or newer"
    own = tag.abi.rstrip("tdm") in {tag.interpreter, "none"}
    if implementation == "cp" and not own:
        return f"{text} with the ABI {tag.abi}"
    return text


def _either(texts: Iterable[str]) -> str:
    """Join texts by "or", each of them once."""
    return " or ".join(sorted(set(texts)))
