"""The parser of a WebAssembly file's start, and the refusals that rest on it."""

from __future__ import annotations

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.native.binary import (
    COMPONENT,
    CORE,
    MAGIC,
    MEMORY,
    TAG,
    WASI_LIBRARIES,
    MalformedBinaryError,
    RefusedExtensionError,
    check,
    read,
)
from tests.unit.pep_text import TEXT
from wasm_platform_tags import PyodidePlatform, WasiPlatform

WASI = WasiPlatform(0, 2, 33)
PYEMSCRIPTEN = PyodidePlatform(2025, 0)


def number(value: int) -> bytes:
    """LEB128."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def sized(data: bytes) -> bytes:
    return number(len(data)) + data


def text(value: str) -> bytes:
    return sized(value.encode())


def vector(*parts: bytes) -> bytes:
    return number(len(parts)) + b"".join(parts)


def section(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + sized(body)


def dylink(*needed: str) -> bytes:
    memory = bytes([1]) + sized(bytes(4))
    libraries = bytes([2]) + sized(vector(*map(text, needed)))
    return section(0, text("dylink.0") + memory + libraries)


def imported(name: str, kind: int, what: bytes) -> bytes:
    return text("env") + text(name) + bytes([kind]) + what


def module(
    *imports: bytes, needed: tuple[str, ...] = (), export: str = "PyInit_side"
) -> bytes:
    return (
        MAGIC
        + CORE
        + dylink(*needed)
        + section(2, vector(*imports))
        + section(7, vector(text(export) + bytes([0, 0])))
    )


MEMORY32 = imported("memory", MEMORY, bytes([0, 1]))
NAMES = ("f", "t", "memory", "g", "e")
# One import of every kind; a table and a global of a type that a number names.
EVERY_KIND = (
    imported("f", 0, number(300)),
    imported("t", 1, bytes([0x63, 0x05, 1, 0, 9])),
    MEMORY32,
    imported("g", 3, bytes([0x7F, 1])),
    imported("e", 4, bytes([0, 3])),
)


def test_what_a_linker_writes_is_read() -> None:
    found = read(module(*EVERY_KIND, needed=("libc.so",)))
    assert found.sections == ["dylink.0", "section 2", "section 7"]
    assert found.dylink_first
    assert found.needed == ["libc.so"]
    assert found.imports == [("env", name, kind) for kind, name in enumerate(NAMES)]
    assert found.exports == ["PyInit_side"]
    assert {found.component, found.memory64, found.shared} == {False}


@pytest.mark.parametrize("platform", [WASI, PYEMSCRIPTEN])
def test_an_extension_module_is_accepted(
    platform: WasiPlatform | PyodidePlatform,
) -> None:
    assert check("side.abi3.so", module(MEMORY32), platform).dylink_first
    assert check("pack/side.abi3.so", module(MEMORY32), platform).dylink_first


def test_a_memory_of_its_own_counts() -> None:
    own = MAGIC + CORE + section(5, vector(bytes([0x0C, 1, 16])))
    assert read(own).memory64


# What the file is called, what is in it, what the message says of both, and the rule
# ("platform" is the requirement of the platform's family).
REFUSED = [
    ("side.so", module(), "suffix", "NAME.abi3.so", "platform"),
    (
        "side.cpython-314-wasm32-wasi.so",
        module(),
        "suffix",
        "NAME.abi3.so",
        "platform",
    ),
    ("side.abi3.so", b"", "b''", "core module", "platform"),
    ("side.abi3.so", b"\x7fELF", "b'\\x7fELF'", "core module", "platform"),
    ("side.abi3.so", MAGIC, "cut off at byte 4", "core module", "platform"),
    ("side.abi3.so", MAGIC + b"\2\0\0\0", "version", "core module", "platform"),
    ("side.abi3.so", MAGIC + COMPONENT, "component", "core module", "platform"),
    ("side.abi3.so", module()[:-1], "cut off", "core module", "platform"),
    ("side.abi3.so", MAGIC + CORE, "nothing", "dylink.0", "platform"),
    (
        "side.abi3.so",
        MAGIC + CORE + section(1, vector()) + dylink(),
        "section 1",
        "dylink.0",
        "platform",
    ),
    (
        "side.abi3.so",
        module(imported("memory", MEMORY, bytes([4, 1]))),
        "64-bit",
        "32-bit",
        "wasm64-reserved",
    ),
    (
        "side.abi3.so",
        module(imported("memory", MEMORY, bytes([3, 1, 2]))),
        "shared",
        "without threads",
        "platform",
    ),
    (
        "side.abi3.so",
        module(export="PyInit_other"),
        "PyInit_side",
        "extension module",
        "platform",
    ),
]


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("platform", [WASI, PYEMSCRIPTEN])
def test_what_is_none_is_refused(
    case: tuple[str, bytes, str, str, str], platform: WasiPlatform | PyodidePlatform
) -> None:
    name, data, given_, wanted, rule = case
    if rule == "platform":
        rule = "platform-wasi" if platform is WASI else "platform-pyemscripten"
    with pytest.raises(RefusedExtensionError) as error:
        check(name, data, platform)
    message = str(error.value)
    assert error.value.rule == rule
    assert message.startswith(f"{name}: ")
    assert all(words in message for words in (given_, wanted, rule))


def test_wasi_has_a_list_of_libraries_and_no_exceptions() -> None:
    odd = module(MEMORY32, needed=("libc.so", "libssl.so"))
    thrown = module(imported("__cpp_exception", TAG, bytes([0, 0])))
    for data, words in ((odd, "needs libssl.so"), (thrown, "exceptions")):
        with pytest.raises(RefusedExtensionError, match=words):
            check("side.abi3.so", data, WASI)
        check("side.abi3.so", data, PYEMSCRIPTEN)


@pytest.mark.parametrize(
    ("tail", "words"),
    [
        (section(2, vector(imported("x", 5, b""))), "kind 5"),
        (section(0, sized(b"\xff\xfe")), "not UTF-8"),
        (bytes([1]) + b"\xff" * 11, "does not end"),
        (bytes([1]) + number(2**40), "cut off"),
    ],
)
def test_malformed_sections_are_named(tail: bytes, words: str) -> None:
    with pytest.raises(MalformedBinaryError, match=words):
        read(MAGIC + CORE + tail)


@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for whole in (data, MAGIC + CORE + data):
        try:
            read(whole)
        except MalformedBinaryError as error:
            assert str(error)


VALID = module(*EVERY_KIND, needed=("libc.so",))


@given(st.integers(0, len(VALID) - 1), st.integers(0, 255))
def test_any_flipped_byte_is_read_or_refused(at: int, byte: int) -> None:
    data = VALID[:at] + bytes([byte]) + VALID[at + 1 :]
    try:
        check("side.abi3.so", data, WASI)
    except RefusedExtensionError as error:
        assert "wanted" in str(error)


@given(st.integers(0, len(VALID) - 1))
def test_a_cut_file_is_never_accepted(length: int) -> None:
    with pytest.raises(RefusedExtensionError):
        check("side.abi3.so", VALID[:length], WASI)


@given(st.integers(0, 2**64 - 1))
def test_every_number_is_read_back(value: int) -> None:
    data = MAGIC + CORE + section(2, vector(imported("f", 0, number(value))))
    assert read(data).imports == [("env", "f", 0)]


def test_the_pep_names_the_same_libraries() -> None:
    patterns = set(re.findall(r"``(lib[a-z+*-]+\.so)``", TEXT)) - {"libsetjmp.so"}
    named = {name: fnmatch.filter(WASI_LIBRARIES, name) for name in patterns}
    assert all(named.values())
    assert set().union(*named.values()) == WASI_LIBRARIES
