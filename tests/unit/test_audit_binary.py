"""The reader of a WebAssembly file's sections."""

import fnmatch
import itertools
import re
from collections import deque
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.toolkit.pep_text import TEXT
from wasm_platform_tags import WasiPlatform
from wasm_platform_tags.audit import wasm
from wasm_platform_tags.audit import wasm as binary
from wasm_platform_tags.audit.policy import policy_of
from wasm_platform_tags.conformance.build import (
    custom,
    imported,
    module,
    number,
    section,
    sized,
    text,
    vector,
)

from .conftest import MonkeyPatch

NAMES = ("f", "t", "memory", "g", "e")
EVERY_KIND: list[dict[str, Any]] = [
    {"from": "env", "function": "f", "i64": True},
    {"from": "env", "table": "t"},
    {"from": "env", "memory": "memory", "flags": 0},
    {"from": "env", "global": "g"},
    {"from": "env", "tag": "e"},
]
VALID = module(
    {
        "imports": EVERY_KIND,
        "needed": ["libc.so"],
        "runtime_paths": ["$ORIGIN"],
        "weak": ["f"],
        "features": ["+atomics", "-simd128"],
        "exports": ["PyInit_side", "__em_js__shout"],
    }
)


def core(*sections: bytes) -> bytes:
    return b"".join([wasm.MAGIC, wasm.CORE, *sections])


def test_what_a_linker_writes_is_read() -> None:
    found = wasm.read(VALID)
    names = ["dylink.0", "type", "import", "export", "target_features"]
    assert [one.name for one in found.sections] == names
    assert found.sections[0].offset == 8
    assert found.dylink_first
    assert found.memory_info == (0, 0, 0, 0)
    assert [one.name for one in found.needed] == ["libc.so"]
    assert [one.name for one in found.runtime_paths] == ["$ORIGIN"]
    assert found.weak == {"f"}
    assert [(one.name, one.kind) for one in found.imports] == [
        (name, kind) for kind, name in enumerate(NAMES)
    ]
    assert {one.module for one in found.imports} == {"env"}
    assert found.imports[0].type in found.i64_types == {1}
    assert found.exported == {"PyInit_side", "__em_js__shout", "shout"}
    assert [one.name for one in found.features] == ["+atomics", "-simd128"]
    assert (found.component, found.memory64, found.shared) == (False, None, None)
    for size in (1, 2, 7, 1000):
        pieces = [VALID[at : at + size] for at in range(0, len(VALID), size)]
        assert wasm.read([b"", *pieces, b""]) == found
    # A table and a global of a named type.
    table = text("env") + text("t") + bytes([1, 0x63, 0x05, 1, 0, 9])
    assert wasm.read(core(section(2, vector([table])))).imports[0].name == "t"


def test_an_offset_is_where_the_thing_stands() -> None:
    found = wasm.read(VALID)
    places = [(one.offset, text(one.module) + text(one.name)) for one in found.imports]
    places += [(one.offset, text(one.name)) for one in found.exports]
    for named in (*found.needed, *found.runtime_paths):
        places.append((named.offset, text(named.name)))
    for offset, start in places:
        assert VALID[offset : offset + len(start)] == start
    for one in found.features:
        start = one.name[:1].encode() + text(one.name[1:])
        assert VALID[one.offset :].startswith(start)


# An entry that stands far from the section's end is read in one step, if it is a usual one.
FILLER = 300
LONG = "x" * 200
ENTRIES = {
    2: [
        *map(imported, EVERY_KIND),
        *(text(name) + text("g") + b"\3\x7f\0" for name in ("GOT.mem", "\xe9", LONG)),
        *(text("env") + text(name) + b"\3\x7f\1" for name in ("", "\xe9", LONG)),
        text("env") + text("r") + b"\3\x63\5\0",
    ],
    7: [
        text(name) + b"\0" + number(index)
        for name in ("", "f", "\xe9", LONG)
        for index in (0, 127, 128, 2**14, 2**21, 2**28)
    ],
}


def listed(kind: int, entries: list[bytes]) -> list[tuple[Any, ...]]:
    found = wasm.read(core(section(kind, vector(entries))))
    rows: list[tuple[Any, ...]] = [*found.imports, *found.exports]
    base = min(row[-1] for row in rows)
    return [(*row[:-1], row[-1] - base) for row in rows[: len(entries)]]


@pytest.mark.parametrize("kind", [2, 7])
@given(data=st.data())
def test_an_entry_is_read_like_any_other(kind: int, data: st.DataObject) -> None:
    filler = (text("env") if kind == 2 else b"") + text("f") + b"\0\0"
    some = data.draw(st.lists(st.sampled_from(ENTRIES[kind]), min_size=1))
    for entries in (ENTRIES[kind], some):
        alone = [listed(kind, [entry])[0][:-1] for entry in entries]
        assert [row[:-1] for row in listed(kind, entries)] == alone
        among = listed(kind, [*entries, *[filler] * FILLER])[: len(entries)]
        assert [row[:-1] for row in among] == alone
        offsets = [0, *itertools.accumulate(map(len, entries[:-1]))]
        assert [row[-1] for row in among] == offsets


@pytest.mark.parametrize(
    ("kind", "bad", "words"),
    [
        (2, sized(b"\xff") + text("f") + b"\3\x7f\0", "not UTF-8"),
        (2, text("env") + sized(b"\xff") + b"\3\x7f\0", "not UTF-8"),
        (2, text("env") + text("f") + b"\5", "kind 5"),
        (7, sized(b"\xff") + b"\0\0", "not UTF-8"),
        (7, text("f") + b"\0" + b"\xff" * 9, "more than 32 bits"),
    ],
)
def test_a_bad_entry_is_refused_anywhere(kind: int, bad: bytes, words: str) -> None:
    for filler in (b"", b"\0" * FILLER):
        with pytest.raises(wasm.MalformedBinaryError, match=words):
            wasm.read(core(section(kind, number(FILLER) + bad + filler)))


def test_a_memory_and_exception_tags_of_its_own_count() -> None:
    found = wasm.read(core(section(5, vector([bytes([0x0C, 1, 16])]))))
    assert (found.memory64 is None, found.shared) == (False, None)
    found = wasm.read(core(section(5, vector([bytes([3, 1, 2])] * 2))))
    assert (found.memory64, found.shared) == (None, 11)
    assert wasm.read(module({"tags": True})).own_tags is not None
    assert wasm.read(module({})).own_tags is None


def test_what_else_stands_in_dylink_and_types_of_gc_are_passed_over() -> None:
    found = wasm.read(core(custom("dylink.0", b"\3\2\0\0\1\4\1\2\3\4")))
    assert found.memory_info == (1, 2, 3, 4)
    assert found.unread is None
    longer = core(custom("dylink.0", b"\1\5\1\2\3\4\5" + b"\5\2\0\0"))
    assert wasm.read(longer).unread == 25
    strong = b"\1" + text("env") + text("f") + b"\0"
    assert not wasm.read(core(custom("dylink.0", b"\4" + sized(strong)))).weak
    for types in (
        [b"\x60\1\x7f\0", b"\x60\0\1\x7e", b"\x5e\x7f\0"],
        [b"\x60\2\x64\x7e\x7f\0", b"\x60\2\x63\1\x7e\0"],  # that name others
    ):
        assert wasm.read(core(section(1, vector(types)))).i64_types == {1}


def test_producers_the_sdk_of_debug_sections_and_a_component() -> None:
    producers = vector([text("language") + vector([text("C11") + text("")])])
    path = b"x" * 30 + b"wasisdk://v33.0/src" + b"\0wasisdk://v20.1"
    debug = custom(".debug_str", path)
    whole = core(custom("producers", producers), custom("name", b"?"), debug)
    for size in (1, 5, len(whole)):
        found = wasm.read([whole[at : at + size] for at in range(0, len(whole), size)])
        assert found.producers == [("language", "C11", "")]
        assert found.sdks == {20, 33}
    assert wasm.read(wasm.MAGIC + wasm.COMPONENT).component


@pytest.mark.parametrize(
    ("data", "words", "offset"),
    [
        (b"", "starts with b''", 0),
        (b"\x7fELF", "b'\\x7fELF'", 0),
        (b"\0as", "cut off at byte 3", 3),
        (wasm.MAGIC, "cut off at byte 4", 4),
        (wasm.MAGIC + b"\2\0\0\0", "version", 4),
        (VALID[:-1], "cut off", len(VALID) - 1),
        (core(section(2, b"\1" + imported(EVERY_KIND[0])[:-2] + b"\5")), "kind 5", 11),
        (core(section(0, sized(b"\xff\xfe"))), "not UTF-8", 13),
        (core(section(2, b"\1" + sized(b"\xff\xfe"))), "not UTF-8", 14),
        (core(b"\1" + b"\xff" * 11), "more than 32 bits", 9),
        (core(b"\1" + b"\xff\xff\xff\xff\x7f"), "more than 32 bits", 9),
        (core(b"\x0a" + number(2**31)), "cut off", 14),
        (core(b"\x0e\0"), "unknown kind 14", 8),
        (core(section(7, b"\0"), section(2, b"\0")), "out of order", 11),
        (core(section(7, b"\0"), section(7, b"\0")), "there twice", 11),
        (core(section(2, b"\0\0")), "less than it holds", 11),
        (core(section(2, b"\1")), "amid what it lists", 11),
        (core(section(7, number(2**32 - 1))), "amid what it lists", 15),
        (core(section(2, b"\1\7env")), "past the section's end", 12),
        (core(section(0, b"\5abc")), "longer than that", 8),
        (core(custom("dylink.0", b"\1\4\0\0\0")), "past the section's end", 21),
    ],
)
def test_what_is_malformed_is_named(data: bytes, words: str, offset: int) -> None:
    with pytest.raises(wasm.MalformedBinaryError) as error:
        wasm.read(data)
    assert words in str(error.value)
    assert error.value.offset == offset


def test_a_section_that_is_too_large_is_not_held(monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(binary, "LARGEST_SECTION", 3)
    why = "the import section at byte 10 has 4 bytes"
    with pytest.raises(wasm.TooLargeError, match=why):
        wasm.read(core(section(2, b"\3abc")))
    with pytest.raises(wasm.TooLargeError, match="producers"):
        wasm.read(core(custom("producers", b"abcd")))
    assert wasm.read(core(section(10, b"code"), section(11, b"data"))).sections


def dylink(kind: int, *entries: bytes) -> bytes:
    return custom("dylink.0", bytes([kind]) + sized(vector(entries)))


NAME = text("")
LISTS = {
    "sections": custom("", b"") * 8,
    "types": section(1, vector([b"\x60\0\1\x7e"] * 8)),
    "references": section(1, vector([b"\x60\7" + b"\x63\1" * 7 + b"\0"])),
    "imports": section(2, vector([NAME + NAME + b"\0\0"] * 8)),
    "memories": section(5, vector([b"\0\0"] * 8)),
    "exports": section(7, vector([NAME + b"\0\0"] * 8)),
    "parts": custom("dylink.0", b"\3\0" * 8),
    "needed": dylink(2, *[NAME] * 8),
    "weak": dylink(4, *[NAME + NAME + b"\1"] * 8),
    "runtime paths": dylink(5, *[NAME] * 8),
    "features": custom("target_features", vector([b"+" + NAME] * 8)),
    "producers": custom("producers", vector([NAME + vector([NAME * 2] * 8)])),
    "kinds of producers": custom("producers", vector([NAME + b"\0"] * 8)),
}


@pytest.mark.parametrize("name", LISTS)
def test_what_a_wheel_lists_is_limited(name: str, monkeypatch: MonkeyPatch) -> None:
    data = core(LISTS[name])
    monkeypatch.setattr(binary, "MOST_ENTRIES", 7)
    why = "more than 7 sections, types, symbols"
    with pytest.raises(wasm.TooLargeError, match=why):
        wasm.read(data)
    monkeypatch.setattr(binary, "MOST_ENTRIES", 20)
    room = wasm.ReadBudget()
    assert wasm.read(data, room) == wasm.read(data)
    with pytest.raises(wasm.TooLargeError):  # with the modules before it
        deque(wasm.read(data, room) for _ in range(2))


def test_the_bytes_kept_of_a_wheel_are_limited(monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(binary, "LARGEST_KEPT", 99)
    one = core(custom("producers", vector([text("x" * 50) + b"\0"])))
    room = wasm.ReadBudget()
    assert wasm.read(one, room) == wasm.read(one)
    with pytest.raises(wasm.TooLargeError, match="more than 99 bytes in the wheel"):
        wasm.read(one, room)
    with pytest.raises(wasm.TooLargeError):
        wasm.read(core(custom("x" * 100, b"")))
    assert wasm.read(core(custom("x" * 99, bytes(999)))).sections


@given(st.binary(), st.integers(1, 9))
def test_any_bytes_are_read_or_refused(data: bytes, size: int) -> None:
    for whole in (data, wasm.MAGIC + wasm.CORE + data):
        pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
        try:
            found = wasm.read(whole)
        except wasm.TooLargeError:  # a length of up to 4 GiB
            with pytest.raises(wasm.TooLargeError):
                wasm.read(pieces)
        except wasm.MalformedBinaryError as error:
            assert str(error)
            assert 0 <= error.offset <= len(whole)
            with pytest.raises(wasm.MalformedBinaryError, match=re.escape(str(error))):
                wasm.read(pieces)
        else:
            assert wasm.read(pieces) == found


@given(st.integers(0, len(VALID) - 1), st.integers(0, 255))
def test_any_flipped_byte_is_read_or_refused(at: int, byte: int) -> None:
    data = VALID[:at] + bytes([byte]) + VALID[at + 1 :]
    try:
        wasm.read(data)
    except wasm.TooLargeError as error:
        assert "at most" in str(error)
    except wasm.MalformedBinaryError as error:
        assert 0 <= error.offset <= len(data)


@given(st.integers(0, len(VALID) - 1))
def test_a_cut_file_is_read_between_sections_only(length: int) -> None:
    sections = wasm.read(VALID).sections
    if length in {8} | {one.offset for one in sections}:
        assert len(wasm.read(VALID[:length]).sections) < len(sections)
    else:
        with pytest.raises(wasm.MalformedBinaryError):
            wasm.read(VALID[:length])


@given(st.integers(0, 2**32 - 1))
def test_every_number_is_read_back(value: int) -> None:
    one = text("env") + text("f") + b"\0" + number(value)
    assert wasm.read(core(section(2, vector([one])))).imports[0].type == value


def test_the_pep_names_the_same_libraries() -> None:
    libraries = policy_of(WasiPlatform(0, 2, 33)).libraries
    assert libraries
    patterns = set(re.findall(r"``(lib[a-z+*-]+\.so)``", TEXT)) - {"libsetjmp.so"}
    named = {name: fnmatch.filter(libraries, name) for name in patterns}
    assert all(named.values())
    assert set().union(*named.values()) == libraries
