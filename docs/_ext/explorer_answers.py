"""What the tag explorer answers: the library, called with JSON and answering in JSON.

The page runs this file in Pyodide, the build runs it for the prepared examples, and the
tests compare the two.
"""

from __future__ import annotations

import json
import re
import sys
import sysconfig
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import packaging
import packaging.markers
import packaging.tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

import wasm_platform_tags
from wasm_platform_tags import (
    InvalidPlatformTag,
    PyodidePlatform,
    Target,
    parse_platform_tag,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.version import Version

Json = dict[str, Any]

LINK = re.compile(r"""<a\s[^>]*?href\s*=\s*["']([^"']*)["']""", re.IGNORECASE)
URL = re.compile(r"https?://\S+", re.IGNORECASE)
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
    """Judge the wheel names in a text for some targets, such as ``3.14 TAG``."""
    asked = [read_target(target) for target in targets]
    known = [target for target, _ in asked if target]

    @lru_cache(None)  # a verdict depends on the tags alone, and many files share them
    def judged(ending: str) -> Json:
        explanations = [target.explain(f"x-0-{ending}") for target in known]
        return {
            "platforms": of_platforms(ending),
            "verdicts": [
                {
                    "compatible": said.compatible,
                    "rule": said.rule,
                    "message": said.message,
                }
                for said in explanations
            ],
        }

    files: list[Json] = []
    # For each project and each target, the files that fit, by version.
    fitting: dict[str, list[dict[Version, list[str]]]] = {}
    for line, name in names(text):
        file: Json = {"line": line, "name": name, "error": None}
        files.append(file)
        try:
            project, version, _, _ = parse_wheel_filename(name)
        except InvalidWheelFilename as error:
            file["error"] = str(error)
            continue
        file |= judged("-".join(name.split("-")[-3:]))
        releases = fitting.setdefault(project, [{} for _ in known])
        for release, said in zip(releases, file["verdicts"], strict=True):
            if said["compatible"]:
                release.setdefault(version, []).append(name)
    return {
        "targets": [told for _, told in asked],
        "files": files,
        "choices": [
            {"project": project, "files": list(map(newest, known, releases))}
            for project, releases in fitting.items()
        ],
    }


def read_target(text: str) -> tuple[Target | None, Json]:
    """Read ``3.14 pyodide_2026_0_wasm32``; what is wrong with it is in the answer."""
    told: Json = {"given": text, "error": None}
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
    told["tags"] = list(target.platform_tags())
    return target, told


def names(text: str) -> Iterator[tuple[int, str]]:
    """Yield the names in a text with their lines: plain, of links, or of an index."""
    if text.lstrip().startswith("{"):
        try:
            files = json.loads(text)["files"]
            yield from [(i, str(file["filename"])) for i, file in enumerate(files, 1)]
        except (KeyError, TypeError, ValueError):
            pass  # not an index's JSON: every line gets its own message
        else:
            return
    for number, line in enumerate(text.splitlines(), 1):
        links = [unescape(link) for link in LINK.findall(line)] or URL.findall(line)
        if links:
            for link in links:
                yield number, unquote(re.split("[?#]", link)[0].rpartition("/")[2])
        elif line.strip():
            yield number, line.strip()


def of_platforms(ending: str) -> list[Json]:
    """Parse each platform tag of a compressed tag set."""
    return [parsed(tag) for tag in ending.removesuffix(".whl").split("-")[2].split(".")]


def parsed(tag: str) -> Json:
    """Say which platform a tag names, or why it names none."""
    try:
        platform = parse_platform_tag(tag)
    except InvalidPlatformTag as error:
        if "wasm" not in tag:
            return {"tag": tag, "means": "not a WebAssembly tag", "rule": None}
        return {
            "tag": tag,
            "means": f"not portable: {error.reason}",
            "rule": error.rule,
        }
    if isinstance(platform, PyodidePlatform):
        family, rule = "PyEmscripten", "same-platform"
    else:
        family, rule = "WASI", "tag-grammar"
    return {"tag": tag, "means": f"{family} {platform.version}", "rule": rule}


def newest(target: Target, releases: dict[Version, list[str]]) -> str | None:
    """Choose as installers do: the newest release, pre-releases last, the best file."""
    if not releases:
        return None
    version = max(releases, key=lambda found: (not found.is_prerelease, found))
    return target.best(releases[version])


def runtime() -> str:
    """Tell what the running interpreter reports, unpatched, patched and as expected."""
    python = ".".join(map(str, sys.version_info[:3]))
    stock = list(packaging.tags.platform_tags())
    with wasm_platform_tags.patched(packaging.tags):
        patched = list(packaging.tags.platform_tags())
    reported = dict(packaging.markers.default_environment())
    expected: Json = {}
    for tag in patched:
        try:
            expected = dict(Target(python, tag).marker_environment())
        except InvalidPlatformTag:
            continue
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
