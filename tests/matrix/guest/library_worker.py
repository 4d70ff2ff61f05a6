"""Ask this repository's library, on the host or in a guest."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import wasm_platform_tags
from wasm_platform_tags import Target
from wasm_platform_tags._select import rank

from ...conformance.adapters import reference


def answer(case: dict[str, Any]) -> object:
    """On the host: what the library's own adapter answers to a case."""
    return reference.KINDS[case["kind"]](case)


def running(check: str, count: int) -> list[str]:
    """The tags of the interpreter that runs this."""
    if check == "platform_tags":
        return list(wasm_platform_tags.platform_tags())
    return [str(tag) for tag in islice(wasm_platform_tags.sys_tags(), count)]


def lock_file(path: str, python: str, others: list[str]) -> list[str]:
    """The wheels in a lock file that fit another platform too, or not this one."""
    wheels = _wheels(path)
    if all(name.endswith("-any.whl") for name in wheels):
        raise ValueError(f"{path} lists no wheel for a platform")
    here = set(rank(wheels, list(wasm_platform_tags.sys_tags())))
    elsewhere = {n for other in others for n in Target(python, other).rank(wheels)}
    return [
        name
        for name in wheels
        if name not in here or (name in elsewhere and not name.endswith("-any.whl"))
    ]


def lock_file_counts(path: str) -> str:
    """How many wheels of each platform a lock file lists."""
    platforms = (name.removesuffix(".whl").rpartition("-")[2] for name in _wheels(path))
    return ", ".join(f"{n} {name}" for name, n in sorted(Counter(platforms).items()))


def _wheels(path: str) -> list[str]:
    packages = json.loads(Path(path).read_text(encoding="utf-8"))["packages"]
    names = [package["file_name"] for package in packages.values()]
    return [name for name in names if name.endswith(".whl")]


def choose_here(files: list[str]) -> str | None:
    """The file for the interpreter that runs this."""
    tags = list(wasm_platform_tags.sys_tags())
    return reference.of_the_newest(
        files, lambda same: next(iter(rank(same, tags)), None)
    )
