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
import zipfile
import zlib
from contextlib import suppress
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import packaging
import packaging.markers
import packaging.tags
from explorer_listing import admits, listing, not_a_wheel
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

import wasm_platform_tags
from wasm_platform_tags import (
    InvalidPlatformTag,
    Target,
    known_platforms,
    parse_platform_tag,
)
from wasm_platform_tags._index import CONCERNED, upload
from wasm_platform_tags._select import parse
from wasm_platform_tags._text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from explorer_listing import Listed

Json = dict[str, Any]

VARIABLES = (
    "PYEMSCRIPTEN_PLATFORM_VERSION",
    "PYODIDE_ABI_VERSION",
    "WASI_PLATFORM_VERSION",
)
WHEEL = re.compile(r"[^/]+\.dist-info/WHEEL")
LONGEST_WHEEL = 1_000_000  # bytes; a real one has some hundred


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
    pythons = [release(target) for target in known]
    endings: dict[str, int] = {}
    files: list[Json] = []
    judged: list[Json] = []
    # For each project and each target, the files that fit, by version.
    fitting: dict[str, list[dict[Version, list[str]]]] = {}
    for listed in listing(text):
        name = listed.name
        file: Json = {"place": listed.place, "name": printable(name)}
        files.append(file)
        if listed.error or (what := not_a_wheel(name)):
            file |= {"error": listed.error} if listed.error else {"what": what}
            continue
        try:
            project, version, _, _ = parse_wheel_filename(name)
        except ValueError:
            file["error"] = fault(name)
            continue
        ending = "-".join(name.split("-")[-3:])
        number = file["ending"] = endings.setdefault(ending, len(endings))
        if number == len(judged):
            judged.append(judge(ending, known))
        if said := remark(listed):
            file["remark"] = said
        left = [left_out(listed, python) for python in pythons]
        if any(left):
            file["left_out"] = left
        releases = fitting.setdefault(project, [{} for _ in known])
        for column, said in enumerate(judged[number]["verdicts"]):
            if said["compatible"] and not left[column]:
                releases[column].setdefault(version, []).append(name)
    return {
        "targets": [told for _, told in asked],
        "files": files,
        "endings": judged,
        "choices": [
            {"project": project, "files": list(map(newest, known, releases))}
            for project, releases in fitting.items()
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


def fault(name: str) -> str:
    """Return what the library says of a name that is no wheel's."""
    try:
        parse(name)
    except InvalidWheelFilename as error:
        return str(error)
    raise AssertionError(name)  # packaging has just refused it


def judge(ending: str, targets: Iterable[Target]) -> Json:
    """Judge the three tags that end a name: for an index, and for each target."""
    verdicts, situations = [], []
    for target in targets:
        said = target.explain(f"x-0-{ending}")
        verdicts.append(
            {
                "compatible": said.compatible,
                "cause": said.cause,
                "rule": said.rule,
                "message": said.message,
            }
        )
        situations.append(situation(target, ending))
    return {
        "tags": printable(ending.removesuffix(".whl")),
        "upload": upload(f"x-0-{ending}")._asdict(),
        "verdicts": verdicts,
        "situations": situations,
        "index": situation(None, ending.removesuffix(".whl").split("-")[2]),
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
            return f"valid-{tag.split('_')[0]}"
        # "manylinux" for every Linux of that family, but each malformed tag by itself.
        return (
            re.sub("[0-9]+", "#", tag) if CONCERNED.search(tag) else tag.split("_")[0]
        )

    parts = [".".join(map(python, part.split("."))) for part in pythons]
    return "-".join([*parts, ".".join(map(platform, platforms.split(".")))])


def release(target: Target) -> str:
    """Return a target's Python as installers compare it: 3.15.0b1 is 3.15.0 to them."""
    version = Version(target.marker_environment()["python_full_version"])
    return version.base_version


def left_out(file: Listed, python: str) -> str:
    """Say why installers leave out a file, whatever its tags; empty if they do not."""
    reasons = ["yanked"] if file.yanked else []
    if file.requires_python and admits(file.requires_python, python) is False:
        reasons.append(f"Requires-Python {printable(file.requires_python)}")
    return ", ".join(reasons)


def remark(file: Listed) -> str | None:
    """Tell of a malformed Requires-Python, which excludes nothing, as in pip."""
    if not file.requires_python or admits(file.requires_python, "3") is not None:
        return None
    return f"Requires-Python {file.requires_python!r} is not understood"


def newest(target: Target, releases: dict[Version, list[str]]) -> str | None:
    """Choose as installers do: the newest release, pre-releases last, the best file."""
    if not releases:
        return None
    version = max(releases, key=lambda found: (not found.is_prerelease, found))
    best = target.best(releases[version])
    return None if best is None else printable(best)


def build(request: str) -> str:
    """Answer ``{"targets": [...]}`` with the tags to build for them."""
    asked = [read_target(target) for target in json.loads(request)["targets"]]
    known = [target for target, _ in asked if target]
    rows = [
        {"tags": tags, "why": why, "verdicts": judge(f"{tags}.whl", known)["verdicts"]}
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
    found = list(listing(text))
    if any(file.error or file.requires_python or file.yanked for file in found):
        return json.dumps({"text": text, "wheels": len(found)})
    wheels = [file.name for file in found if not not_a_wheel(file.name)]
    return json.dumps({"text": "\n".join(wheels), "wheels": len(wheels)})


def wheel(name: str, content: bytes) -> str:
    """Compare the tags in a wheel's WHEEL file with those of its name."""
    try:
        named = {str(tag) for tag in parse(name)[1]}
        stated = set(map(str, chain.from_iterable(stated_tags(content))))
    except InvalidWheelFilename as error:
        told: Json = {"error": str(error)}
    except (OSError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        told = {"error": f"no WHEEL file can be read from it: {error}"}
    else:
        told = {
            "error": None,
            "tags": sorted(named & stated),
            "in_name": sorted(named - stated),
            "in_wheel": sorted(map(printable, stated - named)),
        }
    return json.dumps(told | {"name": printable(name)})


def stated_tags(content: bytes) -> Iterator[frozenset[packaging.tags.Tag]]:
    """Yield the tags of a wheel's WHEEL file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = [info for info in archive.infolist() if WHEEL.fullmatch(info.filename)]
        if len(found) != 1:
            raise ValueError(f"wanted one file *.dist-info/WHEEL, found {len(found)}")
        if found[0].file_size > LONGEST_WHEEL:
            raise ValueError(f"WHEEL has {found[0].file_size} bytes")
        for line in archive.read(found[0]).decode("utf-8", "replace").splitlines():
            key, _, value = line.partition(":")
            if key.lower() == "tag":
                yield packaging.tags.parse_tag(value.strip())


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
