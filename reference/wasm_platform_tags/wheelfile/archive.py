"""Read untrusted wheels safely.

Nothing is written to disk. A member comes in chunks; only :meth:`Archive.read` keeps it in
memory, up to a limit. Files are refused that two tools might read as two different wheels:
two members with one name, or a member with a second name; a local header that contradicts
the central directory; wrong sizes; bytes that belong to no member.

Source: APPNOTE.TXT, the specification of zip files.
"""

from __future__ import annotations

import stat
import struct
import zipfile
from contextlib import contextmanager
from importlib import import_module
from typing import IO, TYPE_CHECKING

from .._errors import WasmPlatformTagsError
from .._text import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

#: a wheel must have fewer members
MOST_MEMBERS = 65_535
#: the most bytes of the central directory, which is kept in memory
LARGEST_DIRECTORY = 64 * 2**20
#: the most bytes of all members together, inflated
LARGEST_TOTAL = 2 * 2**30
_CHUNK = 256 * 2**10

_END = struct.Struct("<4s4H2LH")
_LOCAL = struct.Struct("<4s5H3L2H")
_LARGE = struct.Struct("<2H2Q")
_FIELD = struct.Struct("<2H")
_ENCRYPTED, _SIZES_FOLLOW, _UTF8 = 0x1, 0x8, 0x800
_ZIP64 = 0xFFFFFFFF
#: Info-ZIP's extra field Unicode Path, another name for the member (APPNOTE, 4.6.9)
_UNICODE_PATH = 0x7075
_SECOND_NAME = (
    "has a second name, in an extra field 0x7075: some tools would read it under that"
)


class UnsafeWheelError(WasmPlatformTagsError, ValueError):
    """The file is no wheel, or cannot be read safely; the message says why."""


class Archive:
    """The members of a zip file, in the order of its directory."""

    def __init__(
        self, file: IO[bytes], members: list[zipfile.ZipInfo], starts: dict[str, int]
    ) -> None:
        self._file = file
        self._starts = starts  # where the data of each member begin
        self._zlib = zlib()
        #: each member that is no folder, by its name
        self.members = {
            member.filename: member for member in members if not member.is_dir()
        }

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the content of a member, in chunks of at most 256 KiB, none empty.

        :raises UnsafeWheelError: if it is not what the directory says.
        """
        member = self.members[name]
        stored = member.compress_type == zipfile.ZIP_STORED
        size = check = 0
        for chunk in self._packed(member) if stored else self._inflated(member):
            size += len(chunk)
            if size > member.file_size:
                raise UnsafeWheelError(
                    f"{shortened(name)} is larger than the {member.file_size} bytes that"
                    " the directory says"
                )
            check = self._zlib.crc32(chunk, check)
            if chunk:
                yield chunk
        if size != member.file_size:
            raise UnsafeWheelError(
                f"{shortened(name)} has {size} bytes; the directory says"
                f" {member.file_size}"
            )
        if check != member.CRC:
            raise UnsafeWheelError(f"{shortened(name)}: its checksum differs")

    def _packed(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """Yield the data of a member as they are in the file."""
        self._file.seek(self._starts[member.filename])
        left = member.compress_size
        while left:
            chunk = self._file.read(min(_CHUNK, left))
            if not chunk:
                raise UnsafeWheelError(f"{shortened(member.filename)} is cut off")
            left -= len(chunk)
            yield chunk

    def _inflated(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """Yield the data of a member, inflated, and read no more than these need."""
        name = shortened(member.filename)
        inflate = self._zlib.decompressobj(-15)
        packed, chunk, left = b"", b"", member.compress_size
        rest = self._packed(member)
        while not inflate.eof:
            if not packed:
                packed = next(rest, b"")
                left -= len(packed)
                if not (packed or chunk):
                    break
            try:
                chunk = inflate.decompress(packed, _CHUNK)
            except self._zlib.error as error:
                raise UnsafeWheelError(f"{name}: {error}") from None
            packed = inflate.unconsumed_tail
            yield chunk
        if not inflate.eof or inflate.unused_data or left:
            raise UnsafeWheelError(f"{name}: the compressed data end elsewhere")

    def read(self, name: str, limit: int) -> bytes:
        """Return the content of a member.

        :raises UnsafeWheelError: if it has more bytes than `limit`, or is broken.
        """
        if (size := self.members[name].file_size) > limit:
            raise UnsafeWheelError(
                f"{shortened(name)} has {size} bytes; at most {limit} are read"
            )
        return b"".join(self.chunks(name))


def zlib() -> ModuleType:
    """Return zlib-ng, which the extra "fast" brings, or the standard library's zlib."""
    try:
        return import_module("zlib_ng.zlib_ng")
    except ImportError:  # it is not installed, or is for another Python
        return import_module("zlib")


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open a zip file for the length of a ``with`` block.

    :raises UnsafeWheelError: as :func:`archive_in`.
    :raises OSError: if the file cannot be read.
    """
    with path.open("rb") as file:
        yield archive_in(file)


def archive_in(file: IO[bytes]) -> Archive:
    """Return the archive in a file that is open to be read.

    :raises UnsafeWheelError: if it is no zip file, or tools may read it differently.
    :raises OSError: if it cannot be read.
    """
    count, directory = _check_end(file)
    try:
        with zipfile.ZipFile(file) as opened:
            members = opened.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UnsafeWheelError(f"it is no zip file: {printable(str(error))}") from None
    if len(members) != count:
        raise UnsafeWheelError(
            f"the zip file says that it has {count} members; there are {len(members)}"
        )
    _check_members(members)
    return Archive(file, members, _layout(file, members, directory))


def _check_end(file: IO[bytes]) -> tuple[int, int]:
    """Check the end record; return how many members there are, and where they end."""
    size = file.seek(0, 2)
    if size < _END.size:
        raise UnsafeWheelError(f"it is no zip file: it has {size} bytes")
    file.seek(size - _END.size)
    record = file.read(_END.size)
    mark, disk, first_disk, here, count, length, offset, comment = _END.unpack(record)
    if mark != b"PK\5\6" or comment:
        raise UnsafeWheelError(
            "it does not end with the end record of a zip file, without a comment: it is"
            " none, is cut off, or has something behind it"
        )
    if disk or first_disk or here != count:
        raise UnsafeWheelError("it is one of several parts of a zip file")
    if count >= MOST_MEMBERS or _ZIP64 in (length, offset):
        raise UnsafeWheelError(
            f"it has {count} members or more, or 4 GiB; at most {MOST_MEMBERS - 1}"
            " members are read"
        )
    if length > LARGEST_DIRECTORY:
        raise UnsafeWheelError(
            f"its directory has {length} bytes; at most {LARGEST_DIRECTORY} are read"
        )
    if offset + length + _END.size != size:
        raise UnsafeWheelError(
            "its directory is not where the end record says, or there are bytes before"
            " the first member"
        )
    return count, offset


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    """Refuse members that no wheel has, by the directory alone."""
    seen: set[str] = set()
    total = 0
    for member in members:
        name = member.orig_filename
        if why := _bad_name(name) or _bad_kind(member):
            raise UnsafeWheelError(f"the member {shortened(name)} {why}")
        # Where file names ignore case, names that differ in case are one file.
        folded = name.rstrip("/").casefold()
        if folded in seen:
            raise UnsafeWheelError(
                f"more than one member has the name {shortened(name)}"
            )
        seen.add(folded)
        total += member.file_size
    if total > LARGEST_TOTAL:
        raise UnsafeWheelError(
            f"its members have {total} bytes, inflated; at most {LARGEST_TOTAL} are read"
        )


def _bad_name(name: str) -> str:
    """Return what is wrong with the name of a member, else nothing."""
    if not name or not name.isprintable():
        return "has a name with control characters, or none"
    if "\\" in name or ":" in name.partition("/")[0]:
        return "has a name for Windows"
    parts = name.rstrip("/").split("/")
    if not {"", ".", ".."}.isdisjoint(parts):  # the first is empty if it is absolute
        return "has a name that leads out of the wheel, or is not in its shortest form"
    return ""


def _bad_kind(member: zipfile.ZipInfo) -> str:
    """Return what is wrong with a member beside its name, else nothing."""
    if member.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return (
            f"is compressed by method {member.compress_type}; wanted stored or deflated"
        )
    mode = member.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    if member.is_dir() and member.file_size:
        return "is a folder, and has bytes"
    if _names_again(member.extra) or member.filename != member.orig_filename:
        return _SECOND_NAME
    return ""


def _names_again(extra: bytes) -> bool:
    """Whether a header's extra fields have another name."""
    at = 0
    while at + _FIELD.size <= len(extra):
        kind, size = _FIELD.unpack_from(extra, at)
        if kind == _UNICODE_PATH:
            return True
        at += _FIELD.size + size
    return False


def _layout(
    file: IO[bytes], members: list[zipfile.ZipInfo], directory: int
) -> dict[str, int]:
    """Return where the data of each member begin; refuse gaps and overlaps."""
    starts, position, before = {}, 0, ""
    spare: tuple[int, ...] = (0,)
    for member in sorted(members, key=lambda one: one.header_offset):
        if member.header_offset - position not in spare:
            raise UnsafeWheelError(
                f"{shortened(member.filename)} does not follow on {shortened(before)}: they"
                " overlap, or there are bytes between"
            )
        starts[member.filename] = _checked_local(file, member)
        position = starts[member.filename] + member.compress_size
        # Sizes may follow the data, with or without a mark, in 32 or 64 bits.
        spare = (12, 16, 20, 24) if member.flag_bits & _SIZES_FOLLOW else (0,)
        before = member.filename
    if directory - position not in spare:
        raise UnsafeWheelError(f"the directory does not follow on {shortened(before)}")
    return starts


def _checked_local(file: IO[bytes], member: zipfile.ZipInfo) -> int:
    """Compare a member's own header with the directory; return where its data begin."""
    file.seek(member.header_offset)
    raw = file.read(_LOCAL.size)
    if len(raw) < _LOCAL.size or raw[:4] != b"PK\3\4":
        raise UnsafeWheelError(
            f"{shortened(member.filename)} is not where the directory says"
        )
    _, _, flags, method, _, _, check, packed, size, *lengths = _LOCAL.unpack(raw)
    name, extra = map(file.read, lengths)
    if _names_again(extra):
        raise UnsafeWheelError(
            f"the member {shortened(member.filename)} {_SECOND_NAME}"
        )
    large = _LARGE.pack(1, 16, member.file_size, member.compress_size)
    if packed == size == _ZIP64 and large in extra:
        packed, size = member.compress_size, member.file_size
    # zipfile decodes names by bit 11 too, which stands for UTF-8.
    coding = "utf-8" if flags & _UTF8 else "cp437"
    encoded = member.orig_filename.encode(coding, "replace")
    agrees = (method, flags, name) == (member.compress_type, member.flag_bits, encoded)
    sizes = (member.CRC, member.compress_size, member.file_size)
    if not (agrees and (flags & _SIZES_FOLLOW or (check, packed, size) == sizes)):
        raise UnsafeWheelError(
            f"{shortened(member.filename)}: its own header contradicts the directory"
        )
    return file.tell()
