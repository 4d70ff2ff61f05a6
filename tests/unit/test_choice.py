"""What an installer takes: from a list, and from an index, by the same rules."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from packaging.utils import InvalidWheelFilename
from packaging.version import Version
from pypi_simple import ProjectPage

from wasm_platform_tags import Target
from wasm_platform_tags._select import newest, release_of
from wasm_platform_tags.index.listing import classify
from wasm_platform_tags.index.offers import choose, releases_of

Files = list[dict[str, Any]]

OWN = "cp314-cp314-pyemscripten_2026_0_wasm32.whl"
ALIAS = "cp314-cp314-pyodide_2026_0_wasm32.whl"
OTHER = "cp313-cp313-pyodide_2025_0_wasm32.whl"
PURE = "py3-none-any.whl"


def from_list(files: Files, target: Target) -> str | None:
    _, choices = classify(json.dumps({"files": files}), [target])
    return choices["demo"][0]


def from_index(files: Files, target: Target) -> str | None:
    whole = [{"url": "x", "hashes": {}, **file} for file in files]
    data = {"meta": {"api-version": "1.0"}, "name": "demo", "files": whole}
    page = ProjectPage.from_json_data(data, "https://example.org/")
    releases = releases_of("demo", page.packages)
    if not releases:
        return None
    package = choose(releases, target).package
    return None if package is None else package.filename


def file(name: str, requires_python: str | None = None, **more: object) -> Any:
    return {"filename": f"demo-{name}", "requires-python": requires_python, **more}


def cases() -> Iterator[tuple[str, Files, str | None]]:
    """Yield a Python, files, and the one that is taken."""
    own = f"1.0-{OWN}"
    yield "3.14", [file(own)], own
    yield "3.14", [file(f"1.0-{OTHER}")], None
    for wanted in ("", ">=3.13", "three", ">=3.6.*", f">={'1' * 5000}"):
        yield "3.14", [file(own, wanted)], own
    for wanted in (">=3.14.1", "<3.14,>=3", ">=3.99"):
        yield "3.14", [file(own, wanted)], None
    for why in (True, "broken"):
        yield "3.14", [file(own, yanked=why)], None
        yield "3.14", [file(own), file(f"2.0-{OWN}", yanked=why)], own
    newer = [file(own), file(f"2.0-{OWN}", "<3.14.2")]
    for python, taken in (("3.14", "2.0"), ("3.14.2", "1.0"), ("3.14.1rc1", "2.0")):
        yield python, newer, f"{taken}-{OWN}"
    # A pre-release of Python is its release.
    for python in ("3.14.0b1", "3.14.0rc1", "3.14.0"):
        yield python, [file(own), file(f"2.0-{OWN}", ">=3.14")], f"2.0-{OWN}"
        yield python, [file(own), file(f"2.0-{OWN}", "<3.14")], own
    # The newest release that fits, pre-releases last; in it, the best tag.
    names = (own, f"2.0-{OTHER}", f"1.5-{PURE}", f"1.5-{ALIAS}", f"3.0rc1-{PURE}")
    fallback = [file(name) for name in names]
    yield "3.14", fallback, f"1.5-{ALIAS}"
    yield "3.14", [file(f"2.0-{OTHER}"), file(f"3.0rc1-{PURE}")], f"3.0rc1-{PURE}"
    # What is no wheel's name ends nothing.
    for name in (f"{'1' * 5000}-{PURE}", f"2-{'1' * 5000}-{PURE}", f"x-{PURE}"):
        yield "3.14", [file(own), file(name)], own
    for name in (f"2.0-{PURE[:-4]}.WHL", "2.0.tar.gz", f"{'1' * 5000}.tar.gz"):
        yield "3.14", [file(own), file(name)], own


@pytest.mark.parametrize("taken_from", [from_list, from_index])
@pytest.mark.parametrize(("python", "files", "taken"), list(cases()))
def test_the_same_file_is_taken(
    python: str, files: Files, taken: str | None, taken_from: Any
) -> None:
    target = Target(python, "pyemscripten_2026_0_wasm32")
    assert taken_from(files, target) == (taken and f"demo-{taken}")


def test_a_name_says_whose_and_which_release_it_is() -> None:
    assert release_of(f"De_mo-1.0-2-{PURE}") == ("de-mo", Version("1"))
    with pytest.raises(InvalidWheelFilename):
        release_of("demo-1.0.whl")


def test_pre_releases_are_last_unless_they_count() -> None:
    versions = [Version("1.0"), Version("2.0rc1")]
    assert newest(versions) == versions[0]
    assert newest(versions, pre=True) == versions[1]
