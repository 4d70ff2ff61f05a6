"""The tag explorer's questions, answered by the library: JSON in, JSON out.

The page runs this module in Pyodide. The build runs it for the prepared examples and to
join the results. The tests compare the page's answers with those of this machine.
"""

from __future__ import annotations

import io
import json
import re
import sys
import sysconfig
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import packaging
import packaging.markers
import packaging.tags

import wasm_platform_tags
from wasm_platform_tags import (
    InvalidPlatformTag,
    Target,
    check_upload,
    known_platform,
    parse_platform_tag,
)
from wasm_platform_tags._platforms import is_wasm_tag
from wasm_platform_tags._text import printable
from wasm_platform_tags.index.listing import classify, listing, not_a_wheel
from wasm_platform_tags.wheelfile.metadata import compare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wasm_platform_tags import Explanation

Json = dict[str, Any]

VARIABLES = (
    "PYEMSCRIPTEN_PLATFORM_VERSION",
    "PYODIDE_ABI_VERSION",
    "WASI_PLATFORM_VERSION",
)


def answer(request: str) -> str:
    """Answer ``{"text": ..., "targets": [...]}`` with verdicts and choices."""
    question = json.loads(request)
    return json.dumps(explore(question["text"], question["targets"]))


def explore(text: str, targets: Iterable[str]) -> Json:
    """Judge the wheel names in a text for some targets, such as ``3.14 TAG``.

    Many files share their tags: what depends on the tags alone is in "endings", to which
    each file refers by number.
    """
    read = [read_target(target) for target in targets]
    valid = [target for target, _ in read if target]
    judged, choices = classify(text, valid)
    numbers: dict[str, int] = {}
    endings: list[Json] = []
    files: list[Json] = []
    for one in judged:
        listed = one.listed
        file: Json = {"place": listed.place, "name": printable(listed.name)}
        files.append(file)
        if not one.ending:
            file |= {"error": one.error} if one.error else {"what": one.what}
            continue
        file["ending"] = numbers.setdefault(one.ending, len(numbers))
        if file["ending"] == len(endings):
            endings.append(ending_report(one.ending, valid, one.verdicts))
        if listed.remark:
            file["remark"] = listed.remark
        if any(one.left_out):
            file["left_out"] = one.left_out
    return {
        "targets": [report for _, report in read],
        "files": files,
        "endings": endings,
        "choices": [
            {"project": project, "files": [name and printable(name) for name in chosen]}
            for project, chosen in choices.items()
        ],
    }


def read_target(text: str) -> tuple[Target | None, Json]:
    """Read ``3.14 pyodide_2026_0_wasm32``.

    :returns: the target, None if the text is wrong; and its report, with the error
    """
    report: Json = {"given": printable(text), "error": None}
    python, _, platform = " ".join(text.split()).partition(" ")
    if not platform:
        report["error"] = (
            f"incomplete target {text[:80]!r}: wanted a Python version, a space and a"
            " platform tag, such as '3.14 pyemscripten_2026_0_wasm32'"
        )
        return None, report
    try:
        target = Target(python, platform)
    except ValueError as error:
        report["error"] = str(error)
        return None, report
    report |= {"label": label(target), "suite": suite_key(target)}
    return target, report


def label(target: Target) -> str:
    """Return a target's name for people: its runtime, or its tag if that is unknown."""
    known = known_platform(target.platform)
    name = known.runtime if known else target.platform.platform_tags[0]
    return f"{name}, Python {target.python}"


def suite_key(target: Target) -> str:
    """Return the key of a target in tools.json; it has no patch number of Python."""
    minor = target.marker_environment()["python_version"]
    return f"{minor} {target.platform.platform_tags[0]}"


def ending_report(
    ending: str, targets: Iterable[Target], verdicts: Iterable[Explanation]
) -> Json:
    """Return the verdicts of an index and of some targets on the tags of a file name."""
    tags = ending.removesuffix(".whl")
    keys = ("compatible", "cause", "rule", "message")
    return {
        "tags": printable(tags),
        "upload": check_upload(f"x-0-{ending}")._asdict(),
        "index": situation(None, tags.split("-")[2]),
        "verdicts": [{key: getattr(one, key) for key in keys} for one in verdicts],
        "situations": [situation(target, tags) for target in targets],
    }


def situation(target: Target | None, ending: str) -> str:
    """Return how tags relate to a target, with numbers reduced to older, equal, newer.

    The results of tools are joined by it: a tool treats all wheels in one situation in the same way.
    Without a target, it is the situation on an index.
    """
    *pythons, platforms = ending.removesuffix(".whl").split("-")
    own = int(target.python.split(".")[1]) if target else 0

    def python(tag: str) -> str:
        match = re.fullmatch(r"(cp|py)3([0-9]+)([a-z]*)", tag)
        if match is None:
            return tag
        minor = int(match[2][:6])
        return f"{match[1]}{'<=>'[(minor > own) - (minor < own) + 1]}{match[3]}"

    def platform(tag: str) -> str:
        if target and tag in target.platform.platform_tags:
            return f"own{target.platform.platform_tags.index(tag)}"
        with suppress(InvalidPlatformTag):
            parse_platform_tag(tag)
            return f"valid-{tag.partition('_')[0]}"
        if is_wasm_tag(tag):  # malformed, perhaps because of its numbers
            return re.sub("[0-9]+", "#", tag)
        return tag.partition("_")[0]

    parts = [".".join(map(python, part.split("."))) for part in pythons]
    parts.append(".".join(map(platform, platforms.split("."))))
    return printable("-".join(parts))


def build(request: str) -> str:
    """Answer ``{"targets": [...]}`` with the tags to build for them."""
    read = [read_target(target) for target in json.loads(request)["targets"]]
    valid = [target for target, _ in read if target]
    rows = [
        {
            "tags": tags,
            "why": why,
            "fits": [t.supports(f"x-0-{tags}.whl") for t in valid],
        }
        for tags, why in dict.fromkeys(to_build(valid))
    ]
    return json.dumps({"targets": [report for _, report in read], "rows": rows})


def to_build(targets: Iterable[Target]) -> Iterator[tuple[str, str]]:
    """Yield the tags that a project needs for its targets, each with its purpose."""
    lowest: dict[str, int] = {}
    compiled = []
    for target in targets:
        minor, platform = (
            int(target.python.split(".")[1]),
            target.platform.platform_tags[0],
        )
        lowest[platform] = min(minor, lowest.get(platform, minor))
        why = "compiled, for one Python"
        compiled.append((f"cp3{minor}-cp3{minor}-{platform}", why))
    yield from compiled
    for platform, minor in lowest.items():
        why = f"instead, if it keeps to the stable ABI of Python 3.{minor}"
        yield f"cp3{minor}-abi3-{platform}", why
    if compiled:
        yield "py3-none-any", "instead of all, if nothing is compiled"


def names(text: str) -> str:
    """Answer with the names of the wheels in a file, and how many they are.

    If the file also states Requires-Python or yanked files, its whole text is returned.
    """
    found = [
        one for one in listing(text) if not one.error and not not_a_wheel(one.name)
    ]
    wheels = [one.name for one in found if one.name.lower().endswith(".whl")]
    if not any(one.requires_python or one.yanked for one in found):
        text = "\n".join(wheels)
    return json.dumps({"text": text, "wheels": len(wheels)})


def wheel(name: str, content: bytes) -> str:
    """Compare the tags in a wheel's WHEEL file with those of its name."""
    report: Json = {"name": printable(name), "error": None}
    try:
        both, in_name, in_wheel = compare(name, io.BytesIO(content))
    except ValueError as error:
        report["error"] = str(error)
    else:
        report |= {"tags": both, "in_name": in_name, "in_wheel": in_wheel}
    return json.dumps(report)


def runtime() -> str:
    """Answer with the running interpreter's variables, tags and markers.

    The tags are those of packaging without and with the library's patch, the markers
    those of packaging and those that the library expects for the platform.
    """
    python = ".".join(map(str, sys.version_info[:3]))
    stock = list(packaging.tags.platform_tags())
    with wasm_platform_tags.patched(packaging.tags):
        patched = list(packaging.tags.platform_tags())
    reported = dict(packaging.markers.default_environment())
    expected: Json = {}
    for tag in patched:
        with suppress(InvalidPlatformTag):
            expected = dict(Target(python, tag).marker_environment())
            break
    return json.dumps(
        {
            "variables": {name: sysconfig.get_config_var(name) for name in VARIABLES},
            "get_platform": sysconfig.get_platform(),
            "packaging": packaging.__version__,
            "stock": stock,
            "patched": patched,
            "markers": [
                {
                    "name": name,
                    "reported": reported[name],
                    "expected": expected.get(name),
                }
                for name in sorted(reported)
            ],
        }
    )


def version() -> str:
    """Answer with the library's version: the page's first question, as a test."""
    return json.dumps(wasm_platform_tags.__version__)
