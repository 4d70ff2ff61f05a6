import itertools
import json
import re
from contextlib import suppress
from typing import Any, cast
from unittest.mock import Mock

import packaging.markers
import packaging.tags
import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename
from packaging.version import InvalidVersion, Version

from tests.benchmark.peer import rank_by_packaging
from wasm_platform_tags import (
    InvalidPlatformTag,
    PyEmscriptenPlatform,
    Target,
    WasiPlatform,
    _select,
)
from wasm_platform_tags._select import release_of

from .conftest import MonkeyPatch

PYODIDE = Target("3.13", "pyodide_2025_0_wasm32")
WASI = Target("3.14", "wasi_0_1_sdk_24_wasm32")


def wheel(*tags: str, version: str = "1.0", build: str = "") -> str:
    return "-".join(("demo", version, *([build] if build else []), *tags)) + ".whl"


# File names that come close: real parts and broken ones, in any mix.
_part = st.sampled_from(
    "cp313 cp312 cp314 CP313 py3 py2.py3 cp313.cp312 abi3 none cp313t abi3.none 1 1a 02"
    " x 1x any pyodide_2025_0_wasm32 pyemscripten_2025_0_wasm32 PyOdide_2025_0_wasm32"
    " pyodide_2025_00_wasm32 pyodide_2026_0_wasm32 any.pyodide_2025_0_wasm32"
    " emscripten_4_0_9_wasm32 win_amd64 . any. \u00e9 \u0661 1.0 v1 !".split()
)
_regular = st.builds(
    lambda version, build, *tags: wheel(*tags, version=version, build=build),
    st.sampled_from("1.0 1 2.0.dev1 v1 bad 1.0+x".split()),
    st.sampled_from(["", "1", "2", "10a", "x"]),
    st.sampled_from("cp313 cp312 py3 py2.py3 cp314 CP313 3".split()),
    st.sampled_from("cp313 abi3 none cp313t abi3.none NONE".split()),
    st.sampled_from(
        "any pyodide_2025_0_wasm32 pyemscripten_2025_0_wasm32 win_amd64"
        " any.pyodide_2025_0_wasm32 emscripten_4_0_9_wasm32".split()
    ),
)
_noise = st.lists(_part, max_size=8).map("-".join).map(lambda text: f"{text}.whl")
filenames = st.lists(st.one_of(_regular, _noise, st.text(max_size=30)), max_size=20)


@given(filenames)
def test_rank_agrees_with_packaging(names: list[str]) -> None:
    releases: dict[object, list[str]] = {}
    for name in names:
        with suppress(InvalidWheelFilename):
            releases.setdefault(release_of(name), []).append(name)
    if len(releases) > 1:
        with pytest.raises(ValueError, match="files of two releases: "):
            PYODIDE.rank(iter(names))
    for release in [names] if len(releases) < 2 else releases.values():
        ranked = PYODIDE.rank(iter(release))
        assert ranked == rank_by_packaging(release)
        assert PYODIDE.best(release) == (ranked[0] if ranked else None)


@given(filenames)
def test_select_release_takes_the_best_of_the_newest(names: list[str]) -> None:
    releases: dict[Version, list[str]] = {}
    for name in names:
        with suppress(InvalidWheelFilename):
            project, version = release_of(name)
            if project == "demo":
                releases.setdefault(version, []).append(name)
    best = {version: PYODIDE.best(release) for version, release in releases.items()}
    fitting = sorted((version, name) for version, name in best.items() if name)
    demo = [name for release in releases.values() for name in release]
    taken = PYODIDE.select_release(iter(demo), pre=True)
    assert taken == (fitting[-1][1] if fitting else None)


def test_names_of_several_releases_and_projects_are_refused() -> None:
    first, second = wheel("cp314", "none", "any"), wheel("py3", "none", "any")
    newer = wheel("py3", "none", "any", version="2.0")
    for names in ([first, newer], [second, newer]):  # whether or not they fit
        for function in (PYODIDE.rank, PYODIDE.best):
            with pytest.raises(ValueError, match=r"releases: demo 1\.0 and demo 2\.0;"):
                function(names)
    assert PYODIDE.select_release([second, newer]) == newer
    assert PYODIDE.rank([second, second.replace("demo", "DEMO")])  # one project
    assert PYODIDE.rank([second, second.replace("1.0", "v1")])  # one release
    with pytest.raises(ValueError, match="projects: demo and other; select_release"):
        PYODIDE.select_release([second, second.replace("demo", "other")])


def test_one_name_is_no_list_and_tags_may_be_given_instead() -> None:
    names: Any
    why = "wants an iterable of file names, not one"
    for names in (wheel("py3", "none", "any"), b"demo.whl", ""):
        for function in (PYODIDE.rank, PYODIDE.best, PYODIDE.select_release):
            with pytest.raises(TypeError, match=why):
                function(names)
    tags = [Tag("cp313", "cp313", "win_amd64"), Tag("py3", "none", "any")]
    assert PYODIDE.supports(tags)
    assert PYODIDE.supports(frozenset(tags))
    assert not PYODIDE.supports(iter(tags[:1]))
    assert not PYODIDE.supports(())
    for wrong in ([wheel("py3", "none", "any")], b"demo-1.0-py3-none-any.whl"):
        with pytest.raises(TypeError, match="wants a file name or Tag objects, not "):
            PYODIDE.supports(wrong)  # type: ignore[arg-type]


@given(filenames)
def test_supports_explain_and_rank_agree(names: list[str]) -> None:
    for name in names:
        try:
            supported = PYODIDE.supports(name)
        except InvalidWheelFilename:
            assert PYODIDE.rank([name]) == []
            with pytest.raises(InvalidWheelFilename):
                PYODIDE.explain(name)
        else:
            assert PYODIDE.rank([name]) == [name] * supported
            explanation = PYODIDE.explain(name)
            assert bool(explanation) == supported
            assert explanation.to_dict()["filename"] == name
            json.dumps(explanation.to_dict())


def test_rank_of_one_release() -> None:
    order = [
        wheel("cp313", "cp313", "pyemscripten_2025_0_wasm32", build="10"),
        wheel("cp313", "cp313", "pyemscripten_2025_0_wasm32", build="2"),
        wheel("cp313", "cp313", "pyemscripten_2025_0_wasm32"),
        wheel("cp313", "cp313", "pyodide_2025_0_wasm32"),
        wheel("cp310", "abi3", "pyemscripten_2025_0_wasm32"),
        wheel("py3", "none", "pyodide_2025_0_wasm32"),
        wheel("py3", "none", "any"),
        wheel("py2.py3", "none", "any"),
    ]
    passed_over = [
        wheel("cp313", "cp313", "pyemscripten_2026_0_wasm32"),
        wheel("cp313", "cp313", "emscripten_4_0_9_wasm32"),
        wheel("cp314", "abi3", "pyodide_2025_0_wasm32"),
        wheel("py3", "none", "any", build="x"),
        wheel("py3", "none", "any", version="bad"),
        "demo-1.0.tar.gz",
        "demo.whl",
        "",
    ]
    for names in itertools.permutations(order[:4]):
        assert PYODIDE.rank([*passed_over, *names, *order[4:]]) == order
    assert PYODIDE.best(passed_over) is None
    assert PYODIDE.rank(order[6:][::-1]) == order[6:][::-1]  # equal: as given


def test_spelling_does_not_matter() -> None:
    same = [
        PYODIDE,
        Target("3.13", "pyemscripten_2025_0_wasm32"),
        Target(python="3.13", platform=PyEmscriptenPlatform(2025, 0)),
    ]
    assert len(set(same)) == 1
    assert Target("3.14", PyEmscriptenPlatform(2025, 0)) != PYODIDE
    assert PYODIDE != "pyodide_2025_0_wasm32"
    shown = "Target(python='3.13', platform=PyEmscriptenPlatform(year=2025, patch=0))"
    assert repr(PYODIDE) == shown
    assert Target("3.14", WasiPlatform(0, 1, 24)) == WASI
    portable = ["pyemscripten_2025_0_wasm32", "pyodide_2025_0_wasm32"]
    assert list(PYODIDE.platform_tags()) == portable
    assert list(WASI.platform_tags()) == ["wasi_0_1_sdk_24_wasm32"]


def test_tags_are_those_of_a_cpython_there(monkeypatch: MonkeyPatch) -> None:
    tags = list(PYODIDE.tags())
    assert tags[:3] == [
        Tag("cp313", "cp313", "pyemscripten_2025_0_wasm32"),
        Tag("cp313", "cp313", "pyodide_2025_0_wasm32"),
        Tag("cp313", "abi3", "pyemscripten_2025_0_wasm32"),
    ]
    stable = {tag.interpreter for tag in tags if tag.abi == "abi3"}
    assert stable == {f"cp3{minor}" for minor in range(2, 14)}
    platforms = list(PYODIDE.platform_tags())
    assert tags == [
        *packaging.tags.cpython_tags((3, 13), ["cp313"], platforms),
        *packaging.tags.compatible_tags((3, 13), "cp313", platforms),
    ]
    assert tags[-1] == Tag("py30", "none", "any")
    assert len(tags) == len(set(tags))
    # A free-threaded or debug host must not show through.
    monkeypatch.setattr(packaging.tags, "_get_config_var", lambda name, warn=False: 1)
    assert list(Target("3.13", PyEmscriptenPlatform(2025, 0)).tags()) == tags


def test_explain_yes() -> None:
    for tags, rule in (
        ("cp313-cp313-pyemscripten_2025_0_wasm32", "exact-match"),
        ("cp313-cp313-pyodide_2025_0_wasm32", "same-platform"),
        ("py3-none-any", "installer-order"),
    ):
        explanation = PYODIDE.explain(wheel(tags))
        assert explanation
        assert (explanation.part, explanation.rule) == ("platform", rule)
        assert explanation.offered == (tags.split("-")[2],)


NO_PLATFORM = [
    ("pyodide_2026_0_wasm32", "exact-match"),
    ("pyodide_2025_1_wasm32", "exact-match"),
    ("wasi_0_1_sdk_24_wasm32", "exact-match"),
    ("manylinux_2_17_x86_64", "exact-match"),
    ("pyodide_2025_00_wasm32", "tag-grammar"),
    ("pyodide_2025_0_wasm64", "wasm64-reserved"),
    ("emscripten_4_0_9_wasm32", "local-tag"),
    ("wasi_0_0_0_wasm32", "local-tag"),
    ("wasix_wasm32", "not-portable"),
    # Every tag of a set is considered: the nearest decides, wherever it stands.
    ("emscripten_3_1_58_wasm32.manylinux1_x86_64", "local-tag"),
    ("manylinux1_x86_64.wasi_0_0_0_wasm32.wasix_wasm32", "local-tag"),
    ("wasi_0_1_sdk_24_wasm32.pyodide_2025_00_wasm32", "tag-grammar"),
    ("wasi_0_0_0_wasm32.pyodide_2024_0_wasm32", "exact-match"),
]


@pytest.mark.parametrize(
    ("tags", "part", "rule", "offered"),
    [
        *((f"cp313-cp313-{tag}", "platform", rule, None) for tag, rule in NO_PLATFORM),
        ("cp312-cp312-pyodide_2025_0_wasm32", "abi", "installer-order", "cp312"),
        ("cp314-abi3-pyodide_2025_0_wasm32", "python", "installer-order", "cp314"),
        ("cp313-cp313t-pyodide_2025_0_wasm32", "abi", "installer-order", "cp313t"),
        # cp313-none-any exists, so the ABI decides
        ("cp313-abi3-any", "abi", "installer-order", None),
        ("cp313-cp313-any", "abi", "installer-order", "cp313"),
    ],
)
def test_explain_no(tags: str, part: str, rule: str, offered: str | None) -> None:
    explanation = PYODIDE.explain(f"demo-1.0-{tags}.whl")
    assert not explanation
    assert (explanation.part, explanation.rule) == (part, rule)
    if offered is not None:
        assert explanation.offered == (offered,)
    assert f": {explanation.cause}; wanted exactly " in explanation.message


def test_what_cannot_be_printed_is_escaped_in_a_message() -> None:
    for tags, shown in (
        ("cp313-cp313-\u202e23msaw", r"\u202e23msaw"),
        ("cp313-\x1b[2k-pyodide_2025_0_wasm32", r"\x1b[2k"),
    ):
        explanation = PYODIDE.explain(f"demo-1.0-{tags}.whl")
        assert f" tag {shown} " in explanation.message
        assert explanation.filename == f"demo-1.0-{tags}.whl"
        assert explanation.offered[0] in tags
    for tags in ("cp313-\x1b-any", "cp313-x-\x1b"):
        assert PYODIDE.explain(f"demo-1.0-{tags}.whl").cause.isprintable()


NO_WHEELS = ["", "demo", "demo-1.0.tar.gz", "demo-1.0-py3-none.whl", "demo\x1b"]
NO_VERSIONS = ["demo-x-py3-none-any.whl", "demo-1-\x1b-py3-none-any.whl"]


@pytest.mark.parametrize("name", [*NO_WHEELS, *NO_VERSIONS])
def test_what_is_no_wheel_name_raises(name: str) -> None:
    with pytest.raises(InvalidWheelFilename):
        PYODIDE.supports(name)
    with pytest.raises(InvalidWheelFilename) as refused:
        PYODIDE.explain(name)
    assert str(refused.value).isprintable()


def test_other_bad_names(monkeypatch: MonkeyPatch) -> None:
    for end in (".WHL", ".Whl"):
        name = wheel("py3", "none", "any").replace(".whl", end)
        with pytest.raises(InvalidWheelFilename, match=f"{end} is in upper case"):
            PYODIDE.explain(name)
        assert PYODIDE.rank([name]) == []
    before_23_2 = Mock(side_effect=InvalidVersion)
    monkeypatch.setattr(_select, "parse_wheel_filename", before_23_2)
    with pytest.raises(InvalidWheelFilename, match="demo-x"):
        PYODIDE.supports("demo-x-py3-none-any.whl")


def test_bad_targets_are_refused() -> None:
    bad = ["", "3", "2.7", "3.x", "3.013", "3.13t", "cp313", "3.13\n", "3.13.2.1"]
    for python in bad:
        with pytest.raises(ValueError, match="invalid Python version"):
            Target(python, "pyodide_2025_0_wasm32")
    with pytest.raises(InvalidPlatformTag):
        Target("3.13", "wasi_0_0_0_wasm32")
    with pytest.raises(TypeError, match="a Python version is a str"):
        Target(3.13, "pyodide_2025_0_wasm32")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a platform tag is a str"):
        Target("3.13", None)  # type: ignore[arg-type]


def test_markers_follow_the_target() -> None:
    keys = packaging.markers.default_environment().keys()
    assert PYODIDE.marker_environment().keys() == keys
    assert WASI.marker_environment().keys() == keys
    environment = Target("3.13.2", "pyodide_2025_0_wasm32").marker_environment()
    assert environment["python_full_version"] == "3.13.2"
    assert environment["platform_release"] == "4.0.9"
    assert PYODIDE.marker_environment()["python_full_version"] == "3.13.0"
    unknown = Target("3.15.0rc1", "pyodide_2099_0_wasm32").marker_environment()
    assert unknown["platform_release"] == ""
    assert unknown["python_version"] == "3.15"
    marker = packaging.markers.Marker("sys_platform == 'wasi' and os_name == 'posix'")
    assert marker.evaluate(cast("dict[str, str]", WASI.marker_environment()))
    assert not marker.evaluate(cast("dict[str, str]", PYODIDE.marker_environment()))


# The tags of a wheel, and below them why it fits the target or does not.
ON_PYODIDE = """
cp313-cp313-pyemscripten_2025_0_wasm32
    built for this platform
cp313-cp313-pyodide_2025_0_wasm32
    built for this platform, under its older name
py3-none-any
    for any platform
cp312-cp312-pyodide_2025_0_wasm32
    built for Python 3.12, the target has 3.13
cp314-abi3-pyodide_2025_0_wasm32
    built for Python 3.14 or newer, the target has 3.13
py314-none-any
    built for Python 3.14 or newer, the target has 3.13
py2-none-any
    built for Python 2, the target has 3.13
cp312.cp314-none-pyodide_2025_0_wasm32
    built for Python 3.12 or Python 3.14, the target has 3.13
pp311-pypy311_pp73-pyodide_2025_0_wasm32
    built for PyPy 3.11, the target has 3.13
graalpy312-x-pyodide_2025_0_wasm32
    built for graalpy312 with the ABI x, the target has 3.13
cp313-cp312-pyodide_2025_0_wasm32
    built for Python 3.13 with the ABI cp312, the target has 3.13
cp313-cp313t-pyodide_2025_0_wasm32
    built for free-threaded Python 3.13, the target has 3.13 with the GIL
cp313-cp313d-pyodide_2025_0_wasm32
    built for a debug build of Python 3.13, the target has a release build of 3.13
cp313-abi3-any
    it names an ABI, abi3, and no platform that has it
cp314-cp314-pyodide_2026_0_wasm32
    built for Python 3.14 and PyEmscripten 2026_0, the target has 3.13 and 2025_0
cp310-abi3-manylinux_2_17_x86_64.pyodide_2024_0_wasm32
    built for PyEmscripten 2024_0, the target has 2025_0
cp313-cp313-wasi_0_1_sdk_24_wasm32
    a WASI wheel, the target is Pyodide
cp313-cp313-emscripten_3_1_58_wasm32.manylinux1_x86_64
    emscripten_3_1_58_wasm32 names no platform: it is a local tag, for wheels built on
        the same machine; a Linux wheel, the target is Pyodide
"""
ON_WASI = """
cp314-cp314-pyodide_2026_0_wasm32
    a Pyodide wheel, the target is WASI
cp314-cp314-wasi_0_2_sdk_33_wasm32
    built for WASI 0.2 with SDK 33, the target has 0.1 with SDK 24
cp314-cp314-manylinux_2_17_x86_64.manylinux2014_x86_64
    a Linux wheel, the target is WASI
cp314-cp314-macosx_11_0_arm64.win_amd64
    a Windows wheel or a macOS wheel, the target is WASI
cp314-cp314-wasi_0_0_0_wasm32
    wasi_0_0_0_wasm32 names no platform: it is the local tag of a WASI build and names
        no ABI
cp314-cp314-foo_wasmedge.any_2
    a wheel for any_2 or a wheel for foo_wasmedge, the target is WASI
"""


@pytest.mark.parametrize(("target", "text"), [(PYODIDE, ON_PYODIDE), (WASI, ON_WASI)])
def test_the_cause_is_what_a_person_would_say(target: Target, text: str) -> None:
    for tags, cause in re.findall(r"^(\S+)\n((?: .+\n)+)", text, re.MULTILINE):
        assert target.explain(wheel(tags)).cause == " ".join(cause.split())
