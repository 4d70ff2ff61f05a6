"""Why a target supports a wheel or does not, as a person would put it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.tags import Tag

from ._platforms import (
    InvalidPlatformTag,
    PyEmscriptenPlatform,
    WasiPlatform,
    parse_platform_tag,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from typing import TypeAlias

    Platform: TypeAlias = PyEmscriptenPlatform | WasiPlatform

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


def cause_of_no(
    offered: Collection[Tag], wanted: Collection[Tag], minor: int, platform: Platform
) -> str:
    """Return the cause for which none of a wheel's tags is among a target's.

    :param offered: the wheel's tags.
    :param wanted: the target's tags, in a set.
    :param minor: the second number of the target's Python.
    :param platform: the target's platform.
    :returns: such as ``"built for Python 3.13, the target has 3.14"``.
    """
    own = f"3.{minor}"
    near = [tag for tag in offered if tag.platform in platform.tags]
    if near:
        built, has = _python(near, own)
        return f"built for {built}, the target has {has}"
    pure = [tag for tag in offered if tag.platform == "any"]
    if pure:
        if all(tag.abi != "none" for tag in pure):
            abis = _either({tag.abi for tag in pure})
            return f"it names an ABI, {abis}, and no platform that has it"
        built, has = _python(pure, own)
        return f"built for {built}, the target has {has}"
    read = {tag: _read(tag) for tag in sorted({tag.platform for tag in offered})}
    kin = {tag: of for tag, of in read.items() if type(of) is type(platform)}
    if not kin:
        return _of_family(read, platform)
    tags = [tag for tag in offered if tag.platform in kin]
    others = _either(_version(of) for of in kin.values() if not isinstance(of, str))
    ours = _version(platform).partition(" ")[2]
    # Whether the Python would do, if the platform did.
    if any(Tag(of.interpreter, of.abi, platform.tags[0]) in wanted for of in tags):
        return f"built for {others}, the target has {ours}"
    built, has = _python(tags, own)
    return f"built for {built} and {others}, the target has {has} and {ours}"


def cause_of_yes(platform_tag: str, platform: Platform) -> str:
    """Return what makes a platform tag one of a target's."""
    if platform_tag == "any":
        return "for any platform"
    if platform_tag == platform.tags[0]:
        return "built for this platform"
    return "built for this platform, under its older name"


def _read(platform_tag: str) -> Platform | str:
    """Return the platform that a tag names, else its system, or what is wrong."""
    try:
        return parse_platform_tag(platform_tag)
    except InvalidPlatformTag as error:
        family = re.split(r"[_0-9]", platform_tag, maxsplit=1)[0]
        if family in _SYSTEMS:
            return f"a {_SYSTEMS[family]} wheel"
        reason = error.reason.partition(";")[0]
        return f"{platform_tag} names no platform: {reason}"


def _of_family(read: Mapping[str, Platform | str], platform: Platform) -> str:
    """Say whose wheel it is, if it is of no platform of the target's family."""
    said = _either(
        of if isinstance(of, str) else f"a {_family(of)} wheel" for of in read.values()
    )
    wheels = [of for of in read.values() if not isinstance(of, str) or of[:2] == "a "]
    return f"{said}, the target is {_family(platform)}" if wheels else said


def _family(platform: Platform) -> str:
    return "Pyodide" if isinstance(platform, PyEmscriptenPlatform) else "WASI"


def _version(platform: Platform) -> str:
    if isinstance(platform, PyEmscriptenPlatform):
        return f"PyEmscripten {platform.version}"
    return f"WASI {platform.major}.{platform.minor} with SDK {platform.sdk}"


def _python(tags: Iterable[Tag], own: str) -> tuple[str, str]:
    """Return the Pythons that tags are for, and the target's beside them."""
    built, has = set(), own
    for tag in tags:
        text, build = _of_tag(tag), tag.abi[-1:]
        if build in _BUILDS and tag.abi.startswith(("cp", "abi3")):
            before, after = _BUILDS[build]
            text, has = before.format(text), after.format(own)
        built.add(text)
    return _either(built), has


def _of_tag(tag: Tag) -> str:
    """Return the Python that the first two parts of a tag are for."""
    match = _INTERPRETER.fullmatch(tag.interpreter)
    if match is None:
        return f"{tag.interpreter} with the ABI {tag.abi}"
    who, major, minor = match.groups()
    version = f"{major}.{minor}" if minor else major
    text = f"{'PyPy' if who == 'pp' else 'Python'} {version}"
    if minor and (who == "py" or tag.abi in {"abi3", "abi3t"}):
        return f"{text} or newer"
    if who == "cp" and tag.abi.rstrip("tdm") not in {tag.interpreter, "none"}:
        return f"{text} with the ABI {tag.abi}"
    return text


def _either(texts: Iterable[str]) -> str:
    """Join texts by "or", each of them once."""
    return " or ".join(dict.fromkeys(sorted(texts)))
