"""Zip files that a wheel is not, each refused with a message."""

import io
import random
import stat
import struct
import sys
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wasm_platform_tags.wheelfile import archive
from wasm_platform_tags.wheelfile.archive import UnsafeWheelError, open_archive

from .conftest import MonkeyPatch

LIBRARIES = ("zlib", "zlib_ng.zlib_ng")
DATA = b"some data, some data, some data\n" * 9
RAW = zlib.compress(DATA, 9)[2:-4]  # without the frame of zlib


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = 8) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, data in members:
            made.writestr(name, data, method)
    return stream.getvalue()


def contents(path: Path) -> dict[str, bytes]:
    with open_archive(path) as opened:
        return {name: b"".join(opened.chunks(name)) for name in opened.members}


choose_library = archive.zlib


@pytest.fixture(autouse=True, params=LIBRARIES)
def library(request: pytest.FixtureRequest, monkeypatch: MonkeyPatch) -> None:
    """Each that may inflate."""
    found = import_module(request.param)
    monkeypatch.setattr(archive, "zlib", lambda: found)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "some.zip"


def test_which_library_is_taken(tmp_path: Path, monkeypatch: MonkeyPatch) -> None:
    assert choose_library().__name__ == "zlib_ng.zlib_ng"
    (tmp_path / "zlib_ng").mkdir()
    (tmp_path / "zlib_ng/__init__.py").touch()  # without its module, as of another ABI
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.startswith("zlib_ng")]:
        monkeypatch.delitem(sys.modules, name)
    assert choose_library() is zlib
    sys.modules.pop("zlib_ng")


def refusal(file: Path, data: bytes) -> str:
    file.write_bytes(data)
    with pytest.raises(UnsafeWheelError) as error:
        contents(file)
    return str(error.value)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_what_was_zipped_is_read(file: Path, method: int) -> None:
    large = random.Random(1).randbytes(10**6)
    file.write_bytes(
        zipped(("a", DATA), ("b/", b""), ("b/c", b""), ("d", large), method=method)
    )
    assert contents(file) == {"a": DATA, "b/c": b"", "d": large}
    file.write_bytes(zipped())
    assert contents(file) == {}


def test_sizes_may_follow_the_data_or_stand_in_the_large_form(file: Path) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    stream = Pipe()
    with zipfile.ZipFile(stream, "w", 8) as made:
        made.writestr("a", DATA)
        made.writestr("b", DATA)
    file.write_bytes(stream.getvalue())
    assert contents(file) == {"a": DATA, "b": DATA}
    with (
        zipfile.ZipFile(file, "w", 8) as made,
        made.open("a", "w", force_zip64=True) as a,
    ):
        a.write(DATA)
    assert contents(file) == {"a": DATA}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        *((n, "leads out") for n in ("../a", "/a", "a/../b", "a//b", "./a")),
        ("C:/a", "for Windows"),
        ("a\\b", "for Windows"),
        ("a\nb", "control characters"),
        ("a\x1b[31m", "control characters"),
    ],
)
def test_a_bad_name_is_refused(file: Path, name: str, words: str) -> None:
    info = zipfile.ZipInfo("x")
    info.filename = name
    message = refusal(file, zipped((info, DATA)))
    assert words in message
    assert message.isprintable()


def test_two_members_of_one_name_are_refused(file: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = zipped(("a", b"1"), ("a", b"2"))
    for data in (
        twice,
        zipped(("a", b"1"), ("A", b"2")),
        zipped(("a/", b""), ("a", b"2")),
    ):
        assert "more than one member" in refusal(file, data)


def with_extra(central: bytes, local: bytes) -> bytes:
    """A member with extra fields in its two headers, of the same length."""
    info = zipfile.ZipInfo("innocent.txt")
    info.extra = central
    return zipped((info, DATA), ("demo.so", DATA)).replace(central, local, 1)


def unicode_path(other: str) -> bytes:
    """The extra field that zipfile of Python 3.12 and later reads in a name's place."""
    body = struct.pack("<BL", 1, zlib.crc32(b"innocent.txt")) + other.encode()
    return struct.pack("<2H", 0x7075, len(body)) + body


TIMES = struct.pack("<2HBL", 0x5455, 5, 1, 0)


@pytest.mark.parametrize("other", ["demo.so", "../x", "innocent.txt"])
def test_a_second_name_is_refused(file: Path, other: str) -> None:
    second = TIMES + unicode_path(other)
    none = TIMES + b"\xfe\xca" + second[len(TIMES) + 2 :]
    for central, local in ((second, second), (second, none), (none, second)):
        message = refusal(file, with_extra(central, local))
        assert message.startswith("the member 'innocent.txt' has a second name")
    file.write_bytes(with_extra(none, none))
    assert contents(file) == {"innocent.txt": DATA, "demo.so": DATA}


def patched(data: bytes, mark: bytes, offset: int, value: bytes) -> bytes:
    """The same with some bytes after the first mark replaced."""
    at = data.index(mark) + offset
    return data[:at] + value + data[at + len(value) :]


LOCAL, CENTRAL = b"PK\3\4", b"PK\1\2"


@pytest.mark.parametrize(
    ("mark", "offset", "value"),
    [
        (LOCAL, 0, b"NOPE"),
        (LOCAL, 8, b"\0\0"),  # the method
        (LOCAL, 14, b"\1\2\3\4"),  # the checksum
        (LOCAL, 22, b"\1\0\0\0"),  # the size
        (LOCAL, 30, b"b"),  # the name
        (LOCAL, 18, b"\xff" * 8),  # sizes that stand nowhere
    ],
)
def test_two_headers_differ(file: Path, mark: bytes, offset: int, value: bytes) -> None:
    message = refusal(file, patched(zipped(("a", DATA)), mark, offset, value))
    assert "contradicts the directory" in message or "is not where" in message


def resized(size: int, check: int | None = None) -> bytes:
    """A member whose two headers agree on a size that is another one."""
    made = zipped(("a", DATA))
    for mark, at in ((LOCAL, 22), (CENTRAL, 24)):
        made = patched(made, mark, at, struct.pack("<L", size))
        if check is not None:
            made = patched(made, mark, at - 8, struct.pack("<L", check))
    return made


def test_what_is_in_a_member_is_refused(file: Path) -> None:
    link = zipfile.ZipInfo("a")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    locked = patched(zipped(("a", DATA)), LOCAL, 6, b"\1")
    short = zlib.crc32(DATA[:-1])
    for data, words in (
        (
            zipped(("a.py__b", DATA)).replace(b"a.py__b", b"a.py\0_b"),
            "control characters",
        ),
        (zipped((link, b"/etc/passwd")), "link"),
        (zipped(("aa", DATA)).replace(b"aa", b"a/"), "folder, and has bytes"),
        (zipped(("a", DATA), method=zipfile.ZIP_LZMA), "method 14"),
        (patched(locked, CENTRAL, 8, b"\1"), "encrypted"),
        (resized(len(DATA) - 1, check=short), "larger than the"),
        (resized(len(DATA) + 1), "the directory says"),
        (resized(len(DATA), check=1), "checksum"),
        (patched(zipped(("a", DATA)), CENTRAL, 42, struct.pack("<L", 10**6)), ""),
    ):
        assert words in refusal(file, data)


@contextmanager
def peaking_below(limit: int) -> Iterator[None]:
    tracemalloc.start()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < limit


def deflated(stored: bytes) -> bytes:
    """A member whose headers say that these bytes are DATA, compressed."""
    made = zipped(("a", stored), method=zipfile.ZIP_STORED)
    for mark, method, check in ((LOCAL, 8, 14), (CENTRAL, 10, 16)):
        made = patched(made, mark, method, struct.pack("<H", 8))
        made = patched(made, mark, check, struct.pack("<L", zlib.crc32(DATA)))
        made = patched(made, mark, check + 8, struct.pack("<L", len(DATA)))
    return made


def test_data_that_end_elsewhere_are_refused(file: Path) -> None:
    for stored in (RAW + b"more", RAW[:-1]):
        assert "end elsewhere" in refusal(file, deflated(stored))
    assert "Error -3" in refusal(file, deflated(b"\xff" + RAW))
    # What stands behind the data is not read.
    file.write_bytes(deflated(RAW + bytes(10 * 2**20)))
    with peaking_below(2 * 2**20), pytest.raises(UnsafeWheelError, match="elsewhere"):
        contents(file)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: b"", "it has 0 bytes"),
        (lambda data: data[:-1], "does not end with"),
        (lambda data: data + b"x", "does not end with"),
        (lambda data: b"#!/bin/sh\n" + data, "there are bytes before"),
        (lambda data: data[:-22] + b"PK\5\6\1" + data[-17:], "several parts"),
        (lambda data: data[:-12] + b"\xff\xff" + data[-10:], "several parts"),
        (lambda data: data[:-14] + b"\xff" * 4 + data[-10:], "65535 members or more"),
        (lambda data: data[:-14] + b"\2\0\2\0" + data[-10:], "has 2 members"),
        (lambda data: patched(data, CENTRAL, 0, b"XXXX"), "is no zip file"),
    ],
)
def test_what_is_around_members_is_refused(file: Path, change: Any, words: str) -> None:
    assert words in refusal(file, change(zipped(("a", DATA))))


def test_what_is_between_the_members_is_refused(file: Path) -> None:
    made = zipped(("a", DATA), ("b", DATA))
    second = made.index(LOCAL, 4)
    directory = made.index(CENTRAL)
    for at, moved in ((second, (second,)), (directory, ())):
        hidden = made[:at] + b"hidden" + made[at:]
        where = struct.pack("<L", directory + 6)
        hidden = patched(hidden, b"PK\5\6", 16, where)
        for offset in moved:
            entry = hidden.index(CENTRAL, hidden.index(CENTRAL) + 4)
            new = struct.pack("<L", offset + 6)
            hidden = hidden[: entry + 42] + new + hidden[entry + 46 :]
        assert "not follow on" in refusal(file, hidden)


def test_members_that_share_bytes_are_refused(file: Path) -> None:
    made = zipped(("a", DATA), ("b", DATA))
    entry = made.index(CENTRAL, made.index(CENTRAL) + 4)
    made = made[: entry + 42] + bytes(4) + made[entry + 46 :]
    assert "they overlap" in refusal(file, made)


def test_a_member_cut_off_while_it_is_open_is_refused(file: Path) -> None:
    cut = zipped(("a", bytes(10**6)), method=zipfile.ZIP_STORED)
    file.write_bytes(cut)
    with open_archive(file) as opened:
        file.write_bytes(cut[:500_000])
        with pytest.raises(UnsafeWheelError, match="is cut off"):
            b"".join(opened.chunks("a"))


def test_limits_are_said(file: Path, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_TOTAL", len(DATA))
    made = zipped(("a", DATA), ("b", b"x"))
    assert f"its members have {len(DATA) + 1} bytes" in refusal(file, made)
    monkeypatch.setattr(archive, "LARGEST_DIRECTORY", 10)
    assert "its directory has" in refusal(file, made)
    monkeypatch.setattr(archive, "MOST_MEMBERS", 2)
    assert "it has 2 members or more" in refusal(file, made)


def test_a_member_is_read_slowly_and_up_to_a_limit(
    file: Path, monkeypatch: MonkeyPatch
) -> None:
    file.write_bytes(zipped(("a", DATA)))
    with open_archive(file) as opened:
        assert opened.read("a", len(DATA)) == DATA
        with pytest.raises(UnsafeWheelError, match=f"at most {len(DATA) - 1} are read"):
            opened.read("a", len(DATA) - 1)
    monkeypatch.setattr(archive, "_CHUNK", 1)
    assert contents(file) == {"a": DATA}


def test_a_bomb_takes_no_memory(file: Path) -> None:
    file.write_bytes(zipped(("a", bytes(50 * 2**20))))
    with peaking_below(5 * 2**20), open_archive(file) as opened:
        assert sum(map(len, opened.chunks("a"))) == 50 * 2**20


SAMPLE = zipped(("a", DATA), ("b/c", b"1"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255))
def test_any_flipped_byte_is_read_or_refused(file: Path, at: int, byte: int) -> None:
    file.write_bytes(SAMPLE[:at] + bytes([byte]) + SAMPLE[at + 1 :])
    try:
        found = contents(file)
    except UnsafeWheelError as error:
        assert str(error)
    else:
        assert sorted(found.values()) == sorted([DATA, b"1"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.integers(0, len(SAMPLE)), st.integers(0, 40))
def test_any_bytes_are_refused(file: Path, data: bytes, at: int, cut: int) -> None:
    for whole in (data, SAMPLE[:at] + data + SAMPLE[at + cut :]):
        file.write_bytes(whole)
        try:
            contents(file)
        except UnsafeWheelError as error:
            assert str(error)
