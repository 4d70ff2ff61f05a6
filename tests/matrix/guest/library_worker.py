"""Ask this repository's library, on the host or in a guest."""

from __future__ import annotations

from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

from packaging.utils import parse_wheel_filename

import wasm_platform_tags
from wasm_platform_tags import InvalidPlatformTag, Target, parse_platform_tag
from wasm_platform_tags._select import rank

from . import environment as report

if TYPE_CHECKING:
    from collections.abc import Callable


def parse(tag: str) -> list[str] | None:
    """Every tag of the platform that `tag` names, or None."""
    try:
        return list(parse_platform_tag(tag).tags)
    except InvalidPlatformTag as error:
        print(error)
        return None


def environment(says: dict[str, Any]) -> list[str]:
    """The tags of an interpreter that says so of itself."""
    with report.simulated(**says):
        return list(wasm_platform_tags.platform_tags())


def markers(python: str, platform: str) -> dict[str, str]:
    """The markers of a target."""
    found = Target(python, platform).marker_environment()
    return {name: str(value) for name, value in found.items()}


def running(check: str, count: int) -> list[str]:
    """The tags of the interpreter that runs this."""
    if check == "platform_tags":
        return list(wasm_platform_tags.platform_tags())
    return [str(tag) for tag in islice(wasm_platform_tags.sys_tags(), count)]


def choose_for(files: list[str], python: str, platform: str) -> str | None:
    """The file for a target."""
    return _newest(files, Target(python, platform).rank)


def choose_here(files: list[str]) -> str | None:
    """The file for the interpreter that runs this."""
    tags = list(wasm_platform_tags.sys_tags())
    return _newest(files, lambda names: rank(names, tags))


def _newest(files: list[str], ranked: Callable[[list[str]], list[str]]) -> str | None:
    """The best file of the newest version that has one: the library ranks one version."""

    def version(name: str) -> object:
        return parse_wheel_filename(name)[1]

    newest_first = sorted(files, key=version, reverse=True)  # type: ignore[arg-type]
    for _, same in groupby(newest_first, key=version):
        for best in ranked(list(same)):
            return best
    return None
