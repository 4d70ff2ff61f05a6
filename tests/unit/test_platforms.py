import pickle
import sys
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasm_platform_tags import (
    InvalidPlatform,
    InvalidPlatformTag,
    Platform,
    PyEmscriptenPlatform,
    UnknownPlatformName,
    WasiPlatform,
    WasmPlatformTagsError,
    find_platform,
    parse_platform_tag,
)
from wasm_platform_tags._platforms import is_wasm_tag

years = st.integers(1000, 9999)
numbers = st.integers(0, 10**30)
platforms = st.one_of(
    st.builds(PyEmscriptenPlatform, years, numbers),
    st.builds(WasiPlatform, numbers, numbers, numbers),
)
# Strings that come close: pieces of real tags in any order.
near_tags = st.lists(
    st.sampled_from(
        [
            *"_ _0 1 9 2025 01 sdk wasm32 wasm64 wasi pyodide pyemscripten A".split(),
            *"pyodide_2025_0_wasm32 wasi_0_1_sdk_24_wasm32 \uff10 - .".split(),
            "\n",
        ]
    ),
    max_size=8,
).map("".join)


@given(platforms)
def test_every_tag_of_a_platform_names_it(platform: Platform) -> None:
    assert len(platform.platform_tags) == 1 + (type(platform) is PyEmscriptenPlatform)
    for tag in platform.platform_tags:
        assert parse_platform_tag(tag) == platform


@given(st.one_of(st.text(), near_tags))
def test_any_text_is_a_tag_of_its_platform_or_invalid(text: str) -> None:
    try:
        platform = parse_platform_tag(text)
    except InvalidPlatformTag as error:
        assert error.tag == text
        assert error.reason in str(error)
        assert len(str(error)) < 500
    else:
        assert text in platform.platform_tags


def test_spellings() -> None:
    for tag, platform in (
        ("pyodide_2025_0_wasm32", PyEmscriptenPlatform(2025, 0)),
        ("pyemscripten_2026_5_wasm32", PyEmscriptenPlatform(2026, 5)),
        ("wasi_0_1_sdk_24_wasm32", WasiPlatform(0, 1, 24)),
    ):
        assert parse_platform_tag(tag) == find_platform(tag) == platform
    assert find_platform("2025_0") == PyEmscriptenPlatform(2025, 0)
    assert find_platform("0_1_sdk_24") == WasiPlatform(0, 1, 24)
    assert find_platform("2099_7") == PyEmscriptenPlatform(
        2099, 7
    )  # not in the registry
    assert PyEmscriptenPlatform(2025, 0).platform_tags == (
        "pyemscripten_2025_0_wasm32",
        "pyodide_2025_0_wasm32",
    )
    assert PyEmscriptenPlatform(2025, 0).version == "2025_0"
    assert WasiPlatform(0, 1, 24).platform_tags == ("wasi_0_1_sdk_24_wasm32",)
    assert WasiPlatform(0, 1, 24).version == "0_1_sdk_24"


@pytest.mark.parametrize(
    ("tag", "rule", "reason"),
    [
        ("", "tag-grammar", "empty"),
        ("pyodide_2025_00_wasm32", "tag-grammar", "leading zero"),
        ("pyodide_2025_01_wasm32", "tag-grammar", "leading zero"),
        ("wasi_0_1_sdk_024_wasm32", "tag-grammar", "leading zero"),
        ("wasi_00_1_sdk_24_wasm32", "tag-grammar", "leading zero"),
        ("pyemscripten_0025_0_wasm32", "tag-grammar", "leading zero"),
        ("pyemscripten_25_0_wasm32", "tag-grammar", "four digits"),
        ("pyemscripten_20250_0_wasm32", "tag-grammar", "four digits"),
        ("pyemscripten_2026_0_wasm64", "wasm64-reserved", "reserved"),
        ("wasi_0_1_sdk_24_wasm64", "wasm64-reserved", "reserved"),
        ("wasi_0_0_0_wasm32", "local-tag", "local tag"),
        ("wasi_wasm32", "local-tag", "local tag"),
        ("emscripten_4_0_9_wasm32", "local-tag", "local tag"),
        ("wasix_wasm32", "not-portable", "WASIX"),
        ("manylinux_2_17_x86_64", "not-portable", "starts with none"),
        ("any", "not-portable", "starts with none"),
        ("PYODIDE_2025_0_WASM32", "tag-grammar", "lower case"),
        ("pyodide_2025_0_wasm32_x", "tag-grammar", "text follows"),
        ("pyodide_2025_0_wasm32_wasm32", "tag-grammar", "text follows"),
        ("pyodide_2025_0_wasm32x", "tag-grammar", "text follows"),
        ("pyodide_2025_0", "tag-grammar", "does not end"),
        ("pyodide_2025_0_wasm32\n", "tag-grammar", "blank"),
        (" pyodide_2025_0_wasm32", "tag-grammar", "blank"),
        ("pyodide_2025_0\0_wasm32", "tag-grammar", "control"),
        ("pyodide_\uff12025_0_wasm32", "tag-grammar", "ASCII"),
        ("pyodide_2025_\u0660_wasm32", "tag-grammar", "ASCII"),
        ("pyodide-2025-0-wasm32", "tag-grammar", "hyphen"),
        ("pyodide_2025_-1_wasm32", "tag-grammar", "hyphen"),
        ("pyodide_2025.0_wasm32", "tag-grammar", "dot"),
        ("pyodide_2025_+1_wasm32", "tag-grammar", "more than a-z"),
        ("pyodide_2025_wasm32", "tag-grammar", "year and a number"),
        ("pyodide_2025__0_wasm32", "tag-grammar", "year and a number"),
        ("pyodide_2025_0_1_wasm32", "tag-grammar", "year and a number"),
        ("wasi_0_1_24_wasm32", "tag-grammar", "sdk"),
        ("wasi_0_1_wasm32", "tag-grammar", "sdk"),
        ("wasi_p1_sdk_24_wasm32", "tag-grammar", "sdk"),
        ("wasi_0_1_sdk_wasm32", "tag-grammar", "sdk"),
    ],
)
def test_message_says_what_is_wrong(tag: str, rule: str, reason: str) -> None:
    with pytest.raises(InvalidPlatformTag) as caught:
        parse_platform_tag(tag)
    assert caught.value.rule == rule
    assert reason in caught.value.reason
    assert "wanted pyemscripten_YYYY_N_wasm32" in str(caught.value)


def test_an_absurdly_long_tag_is_cut_in_the_message() -> None:
    with pytest.raises(InvalidPlatformTag, match=r"\(1000000 characters\)") as caught:
        parse_platform_tag("x" * 1_000_000)
    assert len(str(caught.value)) < 500
    assert len(caught.value.tag) == 1_000_000


@pytest.mark.skipif(
    not getattr(sys, "get_int_max_str_digits", int)(),
    reason="this Python lacks a limit of digits for int()",
)
def test_more_digits_than_int_takes() -> None:
    with pytest.raises(InvalidPlatformTag, match="too many digits"):
        parse_platform_tag(f"pyodide_2025_{'9' * 5000}_wasm32")


def test_a_tag_is_a_string() -> None:
    for tag in (None, b"pyodide_2025_0_wasm32", 2025):
        with pytest.raises(TypeError, match="a platform tag is a str"):
            parse_platform_tag(tag)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("family", "numbers", "message"),
    [
        (PyEmscriptenPlatform, (999, 0), "year is 999; wanted an int of four digits"),
        (PyEmscriptenPlatform, (10_000, 0), "year is 10000; wanted an int of four"),
        (PyEmscriptenPlatform, ("2025", "00"), "year is '2025'; wanted an int of four"),
        (PyEmscriptenPlatform, (2025, -1), "patch is -1; wanted an int from 0 on"),
        (PyEmscriptenPlatform, (2025, True), "patch is True; wanted an int from 0 on"),
        (WasiPlatform, (-1, 1, 24), "major is -1; wanted an int from 0 on"),
        (WasiPlatform, (0, 1.0, 24), "minor is 1.0; wanted an int from 0 on"),
        (WasiPlatform, (0, 1, None), "sdk is None; wanted an int from 0 on"),
        (WasiPlatform, (0, 1, -1), "invalid WasiPlatform: sdk is -1; wanted an int"),
    ],
)
def test_a_number_of_no_platform(family: Any, numbers: Any, message: str) -> None:
    with pytest.raises(InvalidPlatform, match=message):
        family(*numbers)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("2025.0", r"is called '2025.0'; wanted.* or a version, such as 2025_0"),
        ("pyodide_2025_00_wasm32", "a leading zero.* such as pyodide_2025_0_wasm32"),
        ("wasi", "no platform is called 'wasi': it starts.* such as 2024_0, 2025_0, "),
        ("x" * 10**6, r"\(1000000 characters\)"),
    ],
)
def test_a_name_of_no_platform_gets_candidates(name: str, message: str) -> None:
    with pytest.raises(UnknownPlatformName, match=message) as caught:
        find_platform(name)
    assert isinstance(caught.value, WasmPlatformTagsError)


def test_which_tags_the_pep_decides_about() -> None:
    assert all(map(is_wasm_tag, ("emscripten_x", "wasix_0", "foo_wasm64")))
    assert not any(map(is_wasm_tag, ("foo_wasmedge", "any", "manylinux_2_17_x86_64")))


@given(platforms, platforms)
def test_platforms_compare_for_equality_only(one: Platform, other: Platform) -> None:
    assert (one == other) == (one.platform_tags == other.platform_tags)
    assert len({one, other}) == (1 if one == other else 2)
    for left, right in product((one, other), repeat=2):
        with pytest.raises(TypeError):
            left < right  # type: ignore[operator]  # noqa: B015
        with pytest.raises(TypeError):
            left >= right  # type: ignore[operator]  # noqa: B015


def test_platforms_are_frozen_and_the_error_pickles() -> None:
    with pytest.raises(AttributeError):
        PyEmscriptenPlatform(2025, 0).year = 2026  # type: ignore[misc]
    error = InvalidPlatformTag("x", "it is x", "tag-grammar")
    again = pickle.loads(pickle.dumps(error))
    assert (again.tag, again.reason, again.rule) == ("x", "it is x", "tag-grammar")
