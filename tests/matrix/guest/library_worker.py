"""Ask this repository's library, on the host or in a guest."""

import json
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import wasm_platform_tags
from wasm_platform_tags import Target
from wasm_platform_tags._select import parse, select_release

from ...conformance.adapters import reference


def answer(case: dict[str, Any]) -> object:
    """Return what the library's adapter for the suite answers to a case."""
    return reference.KINDS[case["kind"]](case)


def running(check: str, count: int) -> list[str]:
    """Return the tags of the interpreter that runs this."""
    if check == "platform_tags":
        return list(wasm_platform_tags.platform_tags())
    return [str(tag) for tag in islice(wasm_platform_tags.sys_tags(), count)]


def lock_file(path: str, python: str, others: list[str]) -> list[str]:
    """Return the wheels in a lock file that do not fit here, or fit elsewhere too."""
    wheels = _wheels(path)
    if all(name.endswith("-any.whl") for name in wheels):
        raise ValueError(f"{path} lists no wheel for a platform")
    here = frozenset(wasm_platform_tags.sys_tags())
    elsewhere = [Target(python, other) for other in others]
    return [
        name
        for name in wheels
        if here.isdisjoint(parse(name)[1])
        or (
            not name.endswith("-any.whl")
            and any(target.supports(name) for target in elsewhere)
        )
    ]


def lock_file_counts(path: str) -> str:
    """Return how many wheels of each platform a lock file lists."""
    platforms = (name.removesuffix(".whl").rpartition("-")[2] for name in _wheels(path))
    return ", ".join(f"{n} {name}" for name, n in sorted(Counter(platforms).items()))


def _wheels(path: str) -> list[str]:
    packages = json.loads(Path(path).read_text(encoding="utf-8"))["packages"]
    names = [package["file_name"] for package in packages.values()]
    return [name for name in names if name.endswith(".whl")]


def choose_here(files: list[str]) -> str | None:
    """Return the file for the interpreter that runs this."""
    return select_release(files, wasm_platform_tags.sys_tags(), pre=True)
