"""Read what an audit needs of a wheel: its metadata, ``RECORD`` and its modules."""

from __future__ import annotations

import base64
import csv
import hashlib
import re
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import compat32
from functools import cached_property
from io import BytesIO, TextIOWrapper
from itertools import chain
from typing import TYPE_CHECKING

from packaging.tags import parse_tag
from packaging.utils import InvalidWheelFilename

from .._select import check_size, parse, release_of
from .._text import printable, shortened
from ..wheelfile.archive import MOST_MEMBERS, Archive, UnsafeWheelError, open_archive
from ..wheelfile.metadata import LARGEST, dist_info
from . import wasm
from .policy import flavours

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from packaging.tags import Tag

    from .wasm import Import

_LARGEST_RECORD = 64 * 2**20
_LIBRARY = re.compile(r"\.so(\.[0-9]+)*$")
# The files of .dist-info that RECORD lists without a hash.
_WITHOUT_HASH = ("RECORD", "RECORD.jws", "RECORD.p7s")
# The specification allows "sha256 or better".
_HASHES = ("sha256", "sha384", "sha512")


@dataclass(frozen=True)
class Module:
    """A member that is WebAssembly, or has the name of a library."""

    #: its name in the wheel
    name: str
    #: in bytes
    size: int
    #: what its sections say; None if it is not WebAssembly
    binary: wasm.WasmModule | None
    #: why it is not WebAssembly, else empty
    error: str = ""
    #: the byte of that error
    offset: int = 0

    @property
    def is_library(self) -> bool:
        """Whether the loader or the linker may take it, by its name."""
        return bool(_LIBRARY.search(self.name))

    @cached_property
    def flavours(self) -> dict[str, list[Import]]:
        """The imports that show how exceptions unwind, by flavour."""
        return flavours(self.binary) if self.binary else {}


@dataclass
class Wheel:
    """What an audit needs of a wheel."""

    #: the name of the file
    filename: str
    #: the tags of the file name
    tags: frozenset[Tag]
    #: the project, as the file name spells it
    project: str
    #: the name of its .dist-info folder
    dist_info: str
    #: the tags of the file ``WHEEL``
    stated: frozenset[Tag]
    #: whether ``WHEEL`` says that it has no module
    purelib: bool
    #: what ``RECORD`` says wrong: members and reasons
    record: list[tuple[str, str]] = field(default_factory=list)
    #: the modules, in the order of the file
    modules: list[Module] = field(default_factory=list)


def read_wheel(path: Path, progress: Callable[[str], None] | None = None) -> Wheel:
    """Read a wheel with any tags.

    :param path: the file.
    :param progress: is called with the name of each member before it is read.
    :raises UnsafeWheelError: if it is no wheel, or cannot be read safely.
    :raises OSError: if the file cannot be read.
    """
    try:
        _, tags = parse(path.name)
    except InvalidWheelFilename as error:
        raise UnsafeWheelError(
            f"it does not have the file name of a wheel: {error}"
        ) from None
    with open_archive(path) as archive:
        folder = dist_info(archive.members, *release_of(path.name))
        for wanted in ("WHEEL", "METADATA"):
            if f"{folder}/{wanted}" not in archive.members:
                raise UnsafeWheelError(f"{folder}/{wanted} is missing")
        stated, purelib = _metadata(archive, f"{folder}/WHEEL")
        project = path.name.partition("-")[0]
        wheel = Wheel(path.name, tags, project, folder, stated, purelib)
        _scan(archive, wheel, progress)
    return wheel


def _metadata(archive: Archive, member: str) -> tuple[frozenset[Tag], bool]:
    raw = archive.read(member, LARGEST)
    message = BytesParser(policy=compat32).parsebytes(raw)
    lines = [str(line).strip() for line in message.get_all("Tag", ())]
    try:
        check_size(lines)
    except ValueError as error:
        raise UnsafeWheelError(f"{member} states {error}") from None
    tags: set[Tag] = set()
    for line in lines:
        try:
            tags |= parse_tag(line)
        except ValueError:  # noqa: PERF203 - there are few
            raise UnsafeWheelError(f"{member}: {shortened(line)} is no tag") from None
    pure = str(message.get("Root-Is-Purelib", "")).strip().lower() == "true"
    return frozenset(tags), pure


def _scan(
    archive: Archive, wheel: Wheel, progress: Callable[[str], None] | None
) -> None:
    """Read each member once, to check its hash and to find the modules."""
    record = _record(archive, wheel)
    budget = wasm.ReadBudget()
    for name, member in archive.members.items():
        if progress:
            progress(name)
        check = _RecordCheck(record.pop(name, None), member.file_size)
        chunks = check.hashing(archive.chunks(name))
        module = _module(name, member.file_size, chunks, budget)
        for _ in chunks:  # the rest, for the hash
            pass
        if module:
            wheel.modules.append(module)
        if name.removeprefix(f"{wheel.dist_info}/") not in _WITHOUT_HASH:
            wheel.record += [(name, why) for why in check.faults()]
    wheel.record += [(name, "RECORD lists it; it is not there") for name in record]


class _RecordCheck:
    """A member that is compared with its row of ``RECORD`` while it is read."""

    def __init__(self, row: tuple[str, str] | None, size: int) -> None:
        self._row, self._size = row, size
        self._algorithm, _, self._wanted = (row[0] if row else "").partition("=")
        allowed = self._algorithm in _HASHES
        self._digest = hashlib.new(self._algorithm) if allowed else None

    def hashing(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the chunks of the member, and add each to its hash."""
        for chunk in chunks:
            if self._digest is not None:
                self._digest.update(chunk)
            yield chunk

    def faults(self) -> Iterator[str]:
        """Yield what the row says wrong, after all chunks were read."""
        if self._row is None:
            yield "RECORD does not list it"
            return
        if self._digest is None:
            said = shortened(self._algorithm) if self._algorithm else "no hash"
            yield f"RECORD has {said}; wanted {', '.join(_HASHES[:-1])} or {_HASHES[-1]}"
        else:
            found = base64.urlsafe_b64encode(self._digest.digest()).decode()
            if found.rstrip("=") != self._wanted.rstrip("="):
                yield f"RECORD has another {self._algorithm}"
        if self._row[1] and self._row[1] != str(self._size):
            yield f"RECORD has the size {shortened(self._row[1])}, it is {self._size}"


def _rows(raw: bytes) -> Iterator[list[str]]:
    """Yield the rows of a ``RECORD`` that are not blank."""
    text = TextIOWrapper(BytesIO(raw), "utf-8", newline="")
    for number, row in enumerate(filter(None, csv.reader(text))):
        if number == MOST_MEMBERS:
            raise ValueError(f"more than {MOST_MEMBERS} rows")
        yield row


def _record(archive: Archive, wheel: Wheel) -> dict[str, tuple[str, str]]:
    """Return hash and size of each member as ``RECORD`` has them."""
    member = f"{wheel.dist_info}/RECORD"
    if member not in archive.members:
        wheel.record.append((member, "there is none"))
        return {}
    raw = archive.read(member, _LARGEST_RECORD)
    rows: dict[str, tuple[str, str]] = {}
    try:
        for name, digest, size in _rows(raw):
            if name in rows:
                wheel.record.append((name, "RECORD lists it twice"))
            rows[name] = (digest, size)
    except (ValueError, csv.Error) as error:
        raise UnsafeWheelError(
            f"{member} is no list of names, hashes and sizes: {printable(str(error))}"
        ) from None
    return rows


def module_of(
    name: str, size: int, chunks: Iterable[bytes], budget: wasm.ReadBudget | None = None
) -> Module:
    """Read a module, or say why it is not WebAssembly.

    :raises TooLargeError: as :func:`.wasm.read`.
    """
    try:
        return Module(name, size, wasm.read(chunks, budget))
    except wasm.MalformedBinaryError as error:
        return Module(name, size, None, str(error), error.offset)


def _module(
    name: str, size: int, chunks: Iterator[bytes], budget: wasm.ReadBudget
) -> Module | None:
    """Read a member as a module if it is WebAssembly or has the name of a library."""
    first = next(chunks, b"")
    if not (first.startswith(wasm.MAGIC) or _LIBRARY.search(name)):
        return None
    try:
        return module_of(name, size, chain((first,), chunks), budget)
    except wasm.TooLargeError as error:
        raise UnsafeWheelError(f"{shortened(name)}: {error}") from None
