from __future__ import annotations

import pickle
import sys
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasm_platform_tags import (
    InvalidPlatformTag,
    PyEmscriptenPlatform,
    WasiPlatform,
    parse_platform_tag,
)

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
def test_every_tag_of_a_platform_names_it(
    platform: PyEmscriptenPlatform | WasiPlatform,
) -> None:
    assert len(platform.tags) == (
        2 if isinstance(platform, PyEmscriptenPlatform) else 1
    )
    for tag in platform.tags:
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
        assert text in platform.tags


def test_spellings() -> None:
    assert parse_platform_tag("pyodide_2025_0_wasm32") == PyEmscriptenPlatform(2025, 0)
    assert parse_platform_tag("pyemscripten_2026_5_wasm32") == PyEmscriptenPlatform(
        2026, 5
    )
    assert parse_platform_tag("wasi_0_1_sdk_24_wasm32") == WasiPlatform(0, 1, 24)
    assert PyEmscriptenPlatform(2025, 0).tags == (
        "pyemscripten_2025_0_wasm32",
        "pyodide_2025_0_wasm32",
    )
    assert PyEmscriptenPlatform(2025, 0).version == "2025_0"
    assert WasiPlatform(0, 1, 24).tags == ("wasi_0_1_sdk_24_wasm32",)
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


@pytest.mark.parametrize("tag", [None, b"pyodide_2025_0_wasm32", 2025])
def test_a_tag_is_a_string(tag: object) -> None:
    with pytest.raises(TypeError, match="a platform tag is a str"):
        parse_platform_tag(tag)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "numbers", [(999, 0), (10_000, 0), (2025, -1), (2025, True), ("2025", "00")]
)
def test_there_is_no_such_pyemscripten_platform(numbers: tuple[int, int]) -> None:
    with pytest.raises(InvalidPlatformTag, match="four digits"):
        PyEmscriptenPlatform(*numbers)


@pytest.mark.parametrize("numbers", [(-1, 1, 24), (0, 1.0, 24), (0, 1, None)])
def test_there_is_no_such_wasi_platform(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidPlatformTag, match="int from 0 on"):
        WasiPlatform(*numbers)


@given(platforms, platforms)
def test_platforms_compare_for_equality_only(
    one: PyEmscriptenPlatform | WasiPlatform, other: PyEmscriptenPlatform | WasiPlatform
) -> None:
    assert (one == other) == (one.tags == other.tags)
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
