"""What the tag explorer answers: the library, called with JSON and answering in JSON.

The page runs this file in Pyodide, the build runs it for the prepared examples and for
the join with the results, and the tests compare the two.
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
    known_platforms,
    parse_platform_tag,
)
from wasm_platform_tags._text import printable
from wasm_platform_tags._uploads import CONCERNED, upload
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
    asked = json.loads(request)
    return json.dumps(explore(asked["text"], asked["targets"]))


def explore(text: str, targets: Iterable[str]) -> Json:
    """Judge the wheel names in a text for some targets, such as ``3.14 TAG``.

    What depends on the tags alone stands once, in "endings": many files share them.
    """
    asked = [read_target(target) for target in targets]
    known = [target for target, _ in asked if target]
    judged, choices = classify(text, known)
    endings: dict[str, int] = {}
    files: list[Json] = []
    said: list[Json] = []
    for one in judged:
        listed = one.listed
        file: Json = {"place": listed.place, "name": printable(listed.name)}
        files.append(file)
        if not one.ending:
            file |= {"error": one.error} if one.error else {"what": one.what}
            continue
        file["ending"] = endings.setdefault(one.ending, len(endings))
        if file["ending"] == len(said):
            said.append(of_ending(one.ending, known, one.verdicts))
        if listed.remark:
            file["remark"] = listed.remark
        if any(one.left_out):
            file["left_out"] = one.left_out
    return {
        "targets": [told for _, told in asked],
        "files": files,
        "endings": said,
        "choices": [
            {"project": project, "files": [name and printable(name) for name in chosen]}
            for project, chosen in choices.items()
        ],
    }


def read_target(text: str) -> tuple[Target | None, Json]:
    """Read ``3.14 pyodide_2026_0_wasm32``; what is wrong with it is in the answer."""
    told: Json = {"given": printable(text), "error": None}
    python, _, platform = " ".join(text.split()).partition(" ")
    if not platform:
        told["error"] = (
            f"incomplete target {text[:80]!r}: wanted a Python version, a space and a"
            " platform tag, such as '3.14 pyemscripten_2026_0_wasm32'"
        )
        return None, told
    try:
        target = Target(python, platform)
    except ValueError as error:
        told["error"] = str(error)
        return None, told
    told |= {"label": label(target), "suite": suite(target)}
    return target, told


def label(target: Target) -> str:
    """Return a target's name for people; its platform's tag if nobody is known."""
    for known in known_platforms():
        if known.platform == target.platform:
            return f"{known.runtime}, Python {target.python}"
    return f"{target.platform.tags[0]}, Python {target.python}"


def suite(target: Target) -> str:
    """Return what the joined results call a target: whatever its patch number."""
    minor = target.marker_environment()["python_version"]
    return f"{minor} {target.platform.tags[0]}"


def of_ending(
    ending: str, targets: Iterable[Target], verdicts: Iterable[Explanation]
) -> Json:
    """Tell what an index and some targets make of the three tags that end a name."""
    tags = ending.removesuffix(".whl")
    keys = ("compatible", "cause", "rule", "message")
    return {
        "tags": printable(tags),
        "upload": upload(f"x-0-{ending}")._asdict(),
        "index": situation(None, tags.split("-")[2]),
        "verdicts": [{key: getattr(said, key) for key in keys} for said in verdicts],
        "situations": [situation(target, tags) for target in targets],
    }


def situation(target: Target | None, ending: str) -> str:
    """Return what tags are to a target: equal for wheels that differ in numbers alone.

    By it, the results of the tools are joined. Without a target, for an index.
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
        if target and tag in target.platform.tags:
            return f"own{target.platform.tags.index(tag)}"
        with suppress(InvalidPlatformTag):
            parse_platform_tag(tag)
            return f"valid-{tag.partition('_')[0]}"
        if CONCERNED.search(tag):  # malformed: numbers may be, so the rest counts
            return re.sub("[0-9]+", "#", tag)
        return tag.partition("_")[0]

    parts = [".".join(map(python, part.split("."))) for part in pythons]
    parts.append(".".join(map(platform, platforms.split("."))))
    return printable("-".join(parts))


def build(request: str) -> str:
    """Answer ``{"targets": [...]}`` with the tags to build for them."""
    asked = [read_target(target) for target in json.loads(request)["targets"]]
    known = [target for target, _ in asked if target]
    rows = [
        {
            "tags": tags,
            "why": why,
            "fits": [t.supports(f"x-0-{tags}.whl") for t in known],
        }
        for tags, why in dict.fromkeys(to_build(known))
    ]
    return json.dumps({"targets": [told for _, told in asked], "rows": rows})


def to_build(targets: Iterable[Target]) -> Iterator[tuple[str, str]]:
    """Yield the tags that a project needs for its targets, and what for."""
    lowest: dict[str, int] = {}
    compiled = []
    for target in targets:
        minor, platform = int(target.python.split(".")[1]), target.platform.tags[0]
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
    """Tell the names of wheels in a file; all of it if it says more about them."""
    found = [
        one for one in listing(text) if not one.error and not not_a_wheel(one.name)
    ]
    wheels = [one.name for one in found if one.name.lower().endswith(".whl")]
    if not any(one.requires_python or one.yanked for one in found):
        text = "\n".join(wheels)
    return json.dumps({"text": text, "wheels": len(wheels)})


def wheel(name: str, content: bytes) -> str:
    """Compare the tags in a wheel's WHEEL file with those of its name."""
    told: Json = {"name": printable(name), "error": None}
    try:
        both, in_name, in_wheel = compare(name, io.BytesIO(content))
    except ValueError as error:
        told["error"] = str(error)
    else:
        told |= {"tags": both, "in_name": in_name, "in_wheel": in_wheel}
    return json.dumps(told)


def runtime() -> str:
    """Tell what the running interpreter reports, unpatched, patched and as expected."""
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
    """Return the library's version: what a page asks first, to see that all runs."""
    return json.dumps(wasm_platform_tags.__version__)
