import platform
import sysconfig
from contextlib import suppress
from typing import Any

import packaging.tags
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wasm_platform_tags
from wasm_platform_tags import (
    parse_platform_tag,
    pyemscripten_platforms,
    wasi_platforms,
)
from wasm_platform_tags._pyemscripten import _PYEMSCRIPTEN_VERSION_RE
from wasm_platform_tags._wasi import _WASI_VERSION_RE

from .conftest import MonkeyPatch, Simulate

NEW, OLD = "PYEMSCRIPTEN_PLATFORM_VERSION", "PYODIDE_ABI_VERSION"
WASI = "WASI_PLATFORM_VERSION"
EMSCRIPTEN = ("Emscripten", "emscripten-4.0.9-wasm32")
LOCAL = "emscripten_4_0_9_wasm32"


@pytest.mark.parametrize(
    ("variables", "portable"),
    [
        ({}, None),
        ({NEW: "2025_0"}, "2025_0"),
        ({OLD: "2025_0"}, "2025_0"),
        ({NEW: "2026_5", OLD: "2026_5"}, "2026_5"),
        ({NEW: "2026_0", OLD: "2025_0"}, "2026_0"),  # the first that is set decides
        ({NEW: "2026.0", OLD: "2025_0"}, None),  # even if it is malformed
        ({NEW: "", OLD: "2025_0"}, "2025_0"),  # empty is not set
        ({NEW: 0, OLD: "2025_0"}, "2025_0"),
        ({NEW: "2026_0", OLD: ""}, "2026_0"),
        ({NEW: "", OLD: ""}, None),
        ({NEW: 20260}, None),  # what int("2026_0") makes of it
        ({NEW: 20260, OLD: "2025_0"}, None),
        ({NEW: "2026_00"}, None),
        ({NEW: "2026_0\n"}, None),
        ({NEW: "2026"}, None),
        ({NEW: "0_1_sdk_24"}, None),
        ({OLD: "2025.0"}, None),
        ({OLD: 2025}, None),
        ({WASI: "0_1_sdk_24"}, None),  # not for this system
    ],
)
def test_emscripten(simulate: Simulate, variables: Any, portable: str | None) -> None:
    simulate(*EMSCRIPTEN, variables)
    tags = list(wasm_platform_tags.platform_tags())
    families = ("pyemscripten", "pyodide") if portable else ()
    assert tags == [*(f"{family}_{portable}_wasm32" for family in families), LOCAL]


@pytest.mark.parametrize(
    ("variables", "portable"),
    [
        ({}, []),
        ({WASI: "0_1_sdk_24"}, ["wasi_0_1_sdk_24_wasm32"]),
        ({WASI: "0_3_sdk_34"}, ["wasi_0_3_sdk_34_wasm32"]),
        ({WASI: "0_0_0"}, []),
        ({WASI: "0_01_sdk_24"}, []),
        ({WASI: "0_1_sdk_24_"}, []),
        ({WASI: "0_1_24"}, []),
        ({WASI: 24}, []),
        ({WASI: ""}, []),
        ({NEW: "2026_0", OLD: "2026_0"}, []),  # not for this system
    ],
)
def test_wasi(simulate: Simulate, variables: Any, portable: list[str]) -> None:
    simulate("wasi", "wasi-0.0.0-wasm32", variables)
    assert list(wasm_platform_tags.platform_tags()) == [*portable, "wasi_0_0_0_wasm32"]


@pytest.mark.parametrize(
    ("system", "where", "local"),
    [
        ("Emscripten", "emscripten-5.0.3-wasm64", "emscripten_5_0_3_wasm64"),
        ("wasi", "wasi-0.0.0-wasm64", "wasi_0_0_0_wasm64"),
        # What _PYTHON_HOST_PLATFORM makes of the local tag does not matter.
        ("wasi", "wasi-wasm32", "wasi_wasm32"),
    ],
)
def test_another_processor_has_the_local_tag_alone(
    simulate: Simulate, system: str, where: str, local: str
) -> None:
    versions = {NEW: "2026_0", OLD: "2026_0", WASI: "0_1_sdk_24"}
    simulate(system, where, versions, "wasm64")
    assert list(wasm_platform_tags.platform_tags()) == [local]
    with wasm_platform_tags.patched():
        assert list(packaging.tags.platform_tags()) == [local]


def test_the_local_tag_is_normalised_as_packaging_does(simulate: Simulate) -> None:
    simulate("wasi", "wasi wasm-32.x")
    normalised = ["wasi_wasm_32_x"]
    assert list(wasm_platform_tags.platform_tags()) == normalised
    assert list(packaging.tags.platform_tags()) == normalised


well_formed = st.from_regex(_PYEMSCRIPTEN_VERSION_RE, fullmatch=True) | st.from_regex(
    _WASI_VERSION_RE, fullmatch=True
)


def tags_of(version: str) -> list[str]:
    """The tags of the platforms of that version, in either family."""
    found: list[str] = []
    for platforms in (pyemscripten_platforms, wasi_platforms):
        with suppress(ValueError):
            found += platforms(version)
    return found


@given(well_formed)
def test_a_well_formed_version_yields_its_tags(version: str) -> None:
    versions = {parse_platform_tag(tag).version for tag in tags_of(version)}
    assert versions == {version}


@given(
    st.one_of(
        well_formed.map("0{}".format),
        well_formed.map("{}\n".format),
        well_formed.map("{}_".format),
        well_formed.map(lambda version: version.replace("_", "", 1)),
    )
)
def test_any_other_version_is_an_error(version: str) -> None:
    assert tags_of(version) == []


@given(st.text())
def test_any_text_yields_tags_of_the_grammar(version: str) -> None:
    assert all(parse_platform_tag(tag).version == version for tag in tags_of(version))


@given(st.one_of(st.integers(), st.floats(), st.binary(), well_formed.map(str.encode)))
def test_a_value_that_is_not_a_string_is_ignored(value: object) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(platform, "machine", lambda: "wasm32")
        monkeypatch.setattr(sysconfig, "get_config_var", lambda name: value)
        for system, function in (
            ("Emscripten", pyemscripten_platforms),
            ("wasi", wasi_platforms),
        ):
            monkeypatch.setattr(platform, "system", lambda system=system: system)
            assert list(function()) == []


@pytest.mark.parametrize("version", ["", "2025", "2025_00", "025_0", "2025_0\n"])
def test_a_malformed_version_is_an_error(version: str) -> None:
    with pytest.raises(ValueError, match="invalid PyEmscripten platform version: "):
        list(pyemscripten_platforms(version))
    with pytest.raises(ValueError, match="invalid WASI platform version: "):
        list(wasi_platforms(version))


def test_a_version_is_required_elsewhere(simulate: Simulate) -> None:
    simulate("Linux", "linux-x86_64", machine="x86_64")
    with pytest.raises(TypeError, match="on non-Emscripten platforms, the version"):
        list(pyemscripten_platforms())
    with pytest.raises(TypeError, match="on non-WASI platforms, the version"):
        list(wasi_platforms())
    assert list(wasi_platforms("0_2_sdk_33")) == ["wasi_0_2_sdk_33_wasm32"]


def test_sys_tags(simulate: Simulate, monkeypatch: MonkeyPatch) -> None:
    for variables in ({}, {NEW: "2025_0"}):
        simulate(*EMSCRIPTEN, variables)
        with wasm_platform_tags.patched():
            expected = list(packaging.tags.sys_tags())
        assert list(wasm_platform_tags.sys_tags()) == expected
        platforms = [*dict.fromkeys(tag.platform for tag in expected)]
        assert platforms == [*wasm_platform_tags.platform_tags(), "any"]
    # Another implementation.
    monkeypatch.setattr(packaging.tags, "interpreter_name", lambda: "xp")
    with wasm_platform_tags.patched():
        expected = list(packaging.tags.sys_tags())
    assert list(wasm_platform_tags.sys_tags()) == expected


@pytest.mark.parametrize(
    ("system", "where"), [("Linux", "linux-x86_64"), ("Windows", "win-amd64")]
)
def test_elsewhere_it_is_packaging(simulate: Simulate, system: str, where: str) -> None:
    variables = {NEW: "2025_0", OLD: "2025_0", WASI: "0_1_sdk_24"}
    simulate(system, where, variables, where.partition("-")[2])
    for name in ("platform_tags", "sys_tags"):
        ours, theirs = getattr(wasm_platform_tags, name), getattr(packaging.tags, name)
        assert list(ours()) == list(theirs())
