"""The PEP's way from a WASI SDK's files to ``WASI_PLATFORM_VERSION``."""

import re
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasm_platform_tags import WasiPlatform, _wasi

FILE = Path(__file__).parents[2] / "pep" / "pep-9999" / "wasi_platform_version.py"


SUPPORT = runpy.run_path(str(FILE))  # it is in no package
version: Callable[..., str | None] = SUPPORT["wasi_platform_version"]


def test_the_grammar_is_the_librarys() -> None:
    pattern = _wasi._WASI_VERSION_RE.pattern.replace("?:", "")
    assert SUPPORT["GRAMMAR"].pattern == pattern


def header(wasi: int | None, major: str | None, release: str | None = None) -> str:
    """A version.h as CMake writes it: what is not set is an #undef in a comment."""
    lines = ["#ifndef __WASI_VERSION_H", "#define __WASI_VERSION_H", ""]
    lines += ["#ifndef __wasi__", "#error WASI only", "#endif", ""]
    for number in (1, 2, 3):
        name = f"__wasip{number}__"
        lines.append(f"#define {name}" if number == wasi else f"/* #undef {name} */")
    for name, value in (
        ("__wasi_sdk_major__", major),
        ("__wasi_sdk_version__", release and f'"{release}"'),
    ):
        lines.append(f"#define {name} {value}" if value else f"/* #undef {name} */")
    return "\n".join([*lines, "", "#endif /* __WASI_VERSION_H */", ""])


def version_file(release: str) -> str:
    """A VERSION file: the SDK, then what it was made of."""
    return (
        f"{release}\nwasi-libc: 0123456789ab\nllvm: 0123456789ab\n"
        "llvm-version: 22.1.0\nconfig: 0123456789ab\n"
    )


FILE_34 = version_file("34.0")


@pytest.mark.parametrize(("wasi", "text"), [(1, "0_1"), (2, "0_2"), (3, "0_3")])
@pytest.mark.parametrize("sdk", ["30", "33", "34"])
def test_the_header_from_sdk_30_on_has_both(wasi: int, text: str, sdk: str) -> None:
    assert version(header=header(wasi, sdk, f"{sdk}.0")) == f"{text}_sdk_{sdk}"


def test_a_minor_release_is_the_same_platform() -> None:
    assert version(header=header(1, "33", "33.2")) == "0_1_sdk_33"
    # Macros as clang prints them.
    macros = "#define __wasi__ 1\n#define __wasip2__ 1\n#define __wasi_sdk_major__ 33\n"
    assert version(header=macros) == "0_2_sdk_33"


def test_from_sdk_25_on_there_is_a_version_file() -> None:
    text = version_file("25.0")
    assert version(version_file=text, target="wasm32-wasip1") == "0_1_sdk_25"
    assert version(version_file=text, target="wasm32-unknown-wasip2") == "0_2_sdk_25"
    assert version(version_file=text, target="wasm32-wasi") == "0_1_sdk_25"
    crlf = text.replace("\n", "\r\n")
    assert version(version_file=crlf, target="wasm32-wasip1") == "0_1_sdk_25"


def test_an_older_sdk_has_to_be_configured() -> None:
    assert version(target="wasm32-wasip1") is None
    for configured in ("0_1_sdk_21", "0_1_sdk_24"):
        assert version(target="wasm32-wasi", configured=configured) == configured


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"target": "wasm32-wasip1"},
        {"header": header(1, None)},
        {"header": header(None, "33", "33.0")},
        {"header": header(1, "33", "33.0") + "#define __wasip2__\n"},
        {"header": header(1, "34", "34.0-rc.1")},
        {"header": header(1, "34", "34.7g0123456789ab+m")},
        {"header": header(1, "34", "33.0")},
        {"header": header(1, "034", "034.0")},
        {"header": header(1, "0x22")},
        {"version_file": version_file("25.0")},
        {"version_file": version_file("25.0"), "target": "wasm32-wasip1-threads"},
        {"version_file": version_file("25.0"), "target": "wasm64-wasip1"},
        {"version_file": version_file("25.0"), "target": "wasm32-wasip4"},
        {"version_file": version_file("25.3g0123+m"), "target": "wasm32-wasip1"},
        {"version_file": "", "target": "wasm32-wasip1"},
        {"version_file": "wasi-sdk 25\n", "target": "wasm32-wasip1"},
    ],
)
def test_what_is_not_known_stays_unset(known: dict[str, str]) -> None:
    assert version(**known) is None


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"header": header(1, "33"), "target": "wasm32-wasip2"}, ("0_1", "0_2")),
        ({"header": header(1, "33"), "version_file": FILE_34}, ("33", "34")),
        ({"header": header(1, "33"), "configured": "0_1_sdk_24"}, ("24", "33")),
        ({"header": header(1, "33"), "configured": "0_2_sdk_33"}, ("0_2", "0_1")),
        ({"configured": "0.1-sdk-24"}, ("'0.1-sdk-24'", "M_m_sdk_S", "tag-grammar")),
        ({"configured": "0_1_sdk_024"}, ("'0_1_sdk_024'", "tag-grammar")),
        ({"configured": "20260"}, ("'20260'", "tag-grammar")),
    ],
)
def test_a_contradiction(known: dict[str, str], words: tuple[str, ...]) -> None:
    with pytest.raises(ValueError) as error:
        version(**known)
    assert all(word in str(error.value) for word in words)


@given(st.text(), st.text(), st.text())
def test_any_text_gives_a_platform_or_nothing(one: str, two: str, three: str) -> None:
    found = version(header=one, version_file=two, target=three)
    numbers = re.findall(r"\d+", found or "")
    assert found is None or found == WasiPlatform(*map(int, numbers)).version
