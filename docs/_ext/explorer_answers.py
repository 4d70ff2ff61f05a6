"""What the tag explorer answers: the library, called with JSON and answering in JSON.

The page runs this file in Pyodide, the build runs it for the prepared examples, and the
tests compare the two.
"""

from __future__ import annotations

import json
import re
import sys
import sysconfig
from contextlib import suppress
from functools import lru_cache
from html.parser import HTMLParser
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

import packaging
import packaging.markers
import packaging.tags
from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

import wasm_platform_tags
from wasm_platform_tags import (
    InvalidPlatformTag,
    PyodidePlatform,
    Target,
    parse_platform_tag,
)
from wasm_platform_tags._select import parse
from wasm_platform_tags._text import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Json = dict[str, Any]

# The page's copy of the repository has this file too, see library() in explorer.py.
INDEX = Path(__file__).parents[2] / "pep" / "pep-9999" / "index-expressions.json"
CONCERNED = re.compile(json.loads(INDEX.read_bytes())["concerned"])
URL = re.compile(r"""https?://[^\s<>",]+""", re.IGNORECASE)
PATH = re.compile(r"[/\\]|\.whl[?#]", re.IGNORECASE)
AROUND = "()<>,\"'"  # what a text may put around a name
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
    pythons = [release(target) for target in known]

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
    for listed in listing(text):
        name = listed.name
        file: Json = {
            "place": listed.place,
            "name": printable(name),
            "error": listed.error,
        }
        files.append(file)
        if listed.error:
            continue
        try:
            parse(name)  # the library's errors: packaging has others beside its own
        except InvalidWheelFilename as error:
            file["error"] = str(error)
            continue
        project, version, _, _ = parse_wheel_filename(name)
        file |= judged("-".join(name.split("-")[-3:])) | {"remark": remark(listed)}
        file["verdicts"] = [
            said | {"left_out": left_out(listed, python) if said["compatible"] else ""}
            for said, python in zip(file["verdicts"], pythons, strict=True)
        ]
        releases = fitting.setdefault(project, [{} for _ in known])
        for of_target, said in zip(releases, file["verdicts"], strict=True):
            if said["compatible"] and not said["left_out"]:
                of_target.setdefault(version, []).append(name)
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
    told["tags"] = list(target.platform_tags())
    return target, told


class Listed(NamedTuple):
    """A file that a text lists, and what its index says about it."""

    place: str
    name: str
    requires_python: str = ""
    yanked: bool = False
    error: str | None = None


def release(target: Target) -> str:
    """Return a target's Python as installers compare it: 3.15.0b1 is 3.15.0 to them."""
    version = Version(target.marker_environment()["python_full_version"])
    return version.base_version


@lru_cache(1024)  # the files of a project share few
def admits(requires_python: str, python: str) -> bool | None:
    """Say whether a Requires-Python admits a Python; None if it is malformed."""
    try:
        return SpecifierSet(requires_python).contains(python)
    except ValueError:
        return None


def left_out(file: Listed, python: str) -> str:
    """Say why installers leave out a file, whatever its tags; empty if they do not."""
    reasons = ["yanked"] if file.yanked else []
    if admits(file.requires_python, python) is False:
        reasons.append(f"Requires-Python {printable(file.requires_python)}")
    return ", ".join(reasons)


def remark(file: Listed) -> str | None:
    """Tell of a malformed Requires-Python, which excludes nothing, as in pip."""
    if admits(file.requires_python, "3") is not None:
        return None
    return f"Requires-Python {file.requires_python!r} is not understood"


class Links(HTMLParser):
    """The files that the links of a page lead to; the name of a folder is empty."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[Listed] = []
        with suppress(AssertionError):  # older Pythons raise it on "<![x"
            self.feed(text)
            self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link."""
        link = dict(attrs)
        if tag == "a" and (address := link.get("href")):
            self.found.append(
                Listed(
                    place=f"line {self.getpos()[0]}",
                    name=last_part(address),
                    requires_python=link.get("data-requires-python") or "",
                    yanked="data-yanked" in link,
                )
            )


def listing(text: str) -> Iterator[Listed]:
    """Yield the files that a text lists: as an index does, in links, or plain."""
    if text.lstrip().startswith("{"):
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            pass  # it only looks like JSON: a line of uv.lock holds a URL
        else:
            yield from of_json(data)
            return
    if links := Links(text).found:
        yield from (link for link in links if link.name)
        return
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        for name in of_line(line):
            yield Listed(f"line {number}", name or line)


def of_json(data: Json) -> list[Listed]:
    """Read the JSON of an index, or say that it is none."""
    try:
        return [
            Listed(
                place=f"file {number}",
                name=str(file["filename"]),
                # PyPI's own JSON has an underscore.
                requires_python=str(
                    file.get("requires-python") or file.get("requires_python") or ""
                ),
                yanked=bool(file.get("yanked")),  # a string is the reason
            )
            for number, file in enumerate(files_of(data), 1)
        ]
    except (AttributeError, KeyError, TypeError):
        keys = ", ".join(map(shortened, islice(data, 4))) or "nothing"
        error = (
            f'JSON that holds {keys} is no answer of an index: wanted "files", a list'
            ' of objects with a "filename" (PEP 691)'
        )
        return [Listed("line 1", "{…}", error=error)]


def files_of(data: Json) -> Iterable[Json]:
    """Return the files of an index, of PyPI's own JSON, or of a Pyodide's lock file."""
    if "files" in data:
        return list(data["files"])
    if releases := data.get("releases"):
        return chain.from_iterable(releases.values())
    if "packages" in data:  # a name there may be an address
        packages = data["packages"].values()
        return [{"filename": last_part(one["file_name"])} for one in packages]
    return list(data["urls"])


def of_line(line: str) -> Iterator[str]:
    """Yield the names in a line: of its URLs, of a path, or the line itself."""
    if urls := URL.findall(line):
        yield from (last_part(url.strip(AROUND)) for url in urls)
    elif "<" in line:  # HTML is no name, and is shown as it was given
        yield line
    elif line:
        name = line.strip(AROUND)
        if PATH.search(name):
            yield last_part(name)
        else:  # what is no name is shown as it was given
            yield name if name.endswith(".whl") else line


def last_part(address: str) -> str:
    """Return the name of the file at an address, empty if it is that of a folder."""
    return unquote(re.split(r"[/\\]", re.split("[?#]", address)[0])[-1])


def of_platforms(ending: str) -> list[Json]:
    """Parse each platform tag of a compressed tag set."""
    return [parsed(tag) for tag in ending.removesuffix(".whl").split("-")[2].split(".")]


def parsed(tag: str) -> Json:
    """Say which platform a tag names, or why it names none."""
    shown, read = printable(tag), tag.lower()  # as tools read a file name
    try:
        platform = parse_platform_tag(read)
    except InvalidPlatformTag as error:
        if not CONCERNED.search(read):
            return {"tag": shown, "means": "not a WebAssembly tag", "rule": None}
        means = f"not portable: {error.reason}"
        return {"tag": shown, "means": means, "rule": error.rule}
    if isinstance(platform, PyodidePlatform):
        family, rule = "PyEmscripten", "same-platform"
    else:
        family, rule = "WASI", "tag-grammar"
    return {"tag": shown, "means": f"{family} {platform.version}", "rule": rule}


def newest(target: Target, releases: dict[Version, list[str]]) -> str | None:
    """Choose as installers do: the newest release, pre-releases last, the best file."""
    if not releases:
        return None
    version = max(releases, key=lambda found: (not found.is_prerelease, found))
    best = target.best(releases[version])
    return None if best is None else printable(best)


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
