"""A reader of WebAssembly files that reads what an audit needs: the section headers.

:func:`read` follows the `binary format
<https://webassembly.github.io/spec/core/binary/>`__ and the ``dylink.0`` section of the
`tool conventions
<https://github.com/WebAssembly/tool-conventions/blob/d8bbd00fdbadddc190386478132d94e43ebc30b9/DynamicLinking.md>`__.
Code and data are skipped, so a module of any size takes only the memory of the sections
that are kept. Parsers on PyPI decode the code as well, which takes seconds for a megabyte
(wasm-tools 2.1.0), or do not know imported tags (wasm-tob 1.0.1, pwasm 0.2a0).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from .._errors import WasmPlatformTagsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Set as AbstractSet

MAGIC = b"\0asm"
CORE, COMPONENT = b"\x01\0\0\0", b"\x0d\0\x01\0"
FUNCTION, TABLE, MEMORY, GLOBAL, TAG = range(5)
#: the most bytes of one section that are kept in memory
LARGEST_SECTION = 64 * 2**20
#: the most bytes of such sections, and of the names of others, in all modules of a wheel
LARGEST_KEPT = 128 * 2**20
#: the most sections, and entries of their lists, in all modules of a wheel
MOST_ENTRIES = 1_000_000

_SECTIONS = (
    *("custom", "type", "import", "function", "table", "memory", "global", "export"),
    *("start", "element", "code", "data", "data count", "tag"),
)
# The order of sections. Each may occur once; custom sections may be anywhere.
_ORDER = (1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11)
# EM_JS exports the text of a function with this prefix; the loader makes it a symbol.
_EM_JS = "__em_js__"
_FUNCTION_TYPE = 0x60
_I64 = 0x7E
_REFERENCES = frozenset((0x63, 0x64))  # their type follows, as a number
_BINDING, _WEAK = 3, 1  # WASM_SYMBOL_BINDING_MASK, WASM_SYMBOL_BINDING_WEAK
# The debug sections of an unstripped module have the paths of the SDK's sources.
_SDK = re.compile(rb"wasisdk://v([0-9]{1,4})\.")


class MalformedBinaryError(WasmPlatformTagsError, ValueError):
    """The bytes are not WebAssembly. The message says why, `offset` says where."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class TooLargeError(WasmPlatformTagsError, ValueError):
    """A module, or all modules of a wheel, have more than is read into memory."""


class ReadBudget:
    """How much of the modules of one wheel may still be read into memory.

    A wheel of a few kilobytes can inflate to gigabytes of names.
    """

    def __init__(self) -> None:
        self._entries = self._size = 0

    def take(self, entries: int = 0, size: int = 0) -> None:
        """Count what is about to be read.

        :param entries: sections, or entries of their lists.
        :param size: bytes that are kept.
        :raises TooLargeError: if that exceeds the budget.
        """
        self._entries += entries
        self._size += size
        if self._entries > MOST_ENTRIES:
            raise TooLargeError(
                f"up to here, the wheel has more than {MOST_ENTRIES} sections, types,"
                " symbols and other names; no more are read"
            )
        if self._size > LARGEST_KEPT:
            raise TooLargeError(
                f"up to here, the sections that list names have more than {LARGEST_KEPT}"
                " bytes in the wheel; no more are read"
            )


class Section(NamedTuple):
    """A section: a custom one by its own name."""

    name: str
    offset: int
    size: int


class Import(NamedTuple):
    """An import; `type` is the index of a function's type, else -1."""

    module: str
    name: str
    kind: int
    type: int
    offset: int


class Export(NamedTuple):
    """An export."""

    name: str
    kind: int
    offset: int


@dataclass
class Imports:
    """Imports, stored by column: an object for each of thousands would be slow."""

    modules: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    types: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def columns(self) -> tuple[list[Any], ...]:
        """The columns, in the order of the fields of an import."""
        return self.modules, self.names, self.kinds, self.types, self.offsets

    def __getitem__(self, index: int) -> Import:
        return Import(*(column[index] for column in self.columns))

    def __iter__(self) -> Iterator[Import]:
        return map(Import, *self.columns)

    def of_kind(self, kind: int) -> list[Import]:
        """The imports of one kind."""
        return [self[at] for at, one in enumerate(self.kinds) if one == kind]

    def first_of_modules(self) -> dict[str, int]:
        """Return each module that is named, with the offset of its first import."""
        first = dict(zip(reversed(self.modules), reversed(self.offsets), strict=True))
        return dict(sorted(first.items(), key=itemgetter(1)))


@dataclass
class Exports:
    """Exports, by column."""

    names: list[str] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[Export]:
        return map(Export, self.names, self.kinds, self.offsets)


class Named(NamedTuple):
    """A name in a custom section, and its offset."""

    name: str
    offset: int


@dataclass
class WasmModule:
    """What the sections of a file say. Offsets are in bytes from the file's start."""

    #: whether it is a component; then nothing else is read
    component: bool = False
    #: every section, in the order of the file
    sections: list[Section] = field(default_factory=list)
    #: of ``dylink.0``: bytes of memory, its alignment as a power of two, elements of
    #: the table and theirs
    memory_info: tuple[int, int, int, int] | None = None
    #: of ``dylink.0``: the libraries that the module needs
    needed: list[Named] = field(default_factory=list)
    #: of ``dylink.0``: where they are looked for
    runtime_paths: list[Named] = field(default_factory=list)
    #: of ``dylink.0``: the imports that may stay undefined
    weak: set[str] = field(default_factory=set)
    #: where a part of ``dylink.0`` holds more than it lists
    unread: int | None = None
    #: every import
    imports: Imports = field(default_factory=Imports)
    #: every export
    exports: Exports = field(default_factory=Exports)
    #: the types of functions that take or return a 64-bit integer
    i64_types: set[int] = field(default_factory=set)
    #: where a 64-bit memory or table is imported or defined
    memory64: int | None = None
    #: where a shared memory is imported or defined
    shared: int | None = None
    #: where the section of the module's own exception tags begins
    own_tags: int | None = None
    #: of ``target_features``: ``"+atomics"`` and the like
    features: list[Named] = field(default_factory=list)
    #: of ``producers``: field, name, version
    producers: list[tuple[str, str, str]] = field(default_factory=list)
    #: major numbers of WASI SDKs that debug sections name
    sdks: set[int] = field(default_factory=set)

    @property
    def dylink_first(self) -> bool:
        """Whether ``dylink.0`` is where the dynamic linker looks for it."""
        return bool(self.sections) and self.sections[0].name == "dylink.0"

    @cached_property
    def exported(self) -> AbstractSet[str]:
        """The symbols that other modules can import, WebAssembly or JavaScript."""
        names = self.exports.names
        scripts = [name for name in names if name.startswith(_EM_JS)]
        return {*names, *(name.removeprefix(_EM_JS) for name in scripts)}


class _Stream:
    """Bytes that come in chunks, read once from front to back."""

    def __init__(self, chunks: Iterable[bytes], budget: ReadBudget) -> None:
        self._chunks = iter(chunks)
        self.budget = budget
        self._chunk = b""
        self._at = 0  # in the chunk
        self.offset = 0

    def more(self) -> bool:
        """Whether anything is left."""
        while self._at == len(self._chunk):
            try:
                self._chunk = next(self._chunks)
            except StopIteration:
                return False
            self._at = 0
        return True

    def pieces(self, count: int) -> Iterable[bytes]:
        """The next bytes, in the pieces in which they come."""
        while count:
            self._need()
            piece = self._chunk[self._at : self._at + count]
            self._at += len(piece)
            self.offset += len(piece)
            count -= len(piece)
            yield piece

    def take(self, count: int) -> bytes:
        """The next bytes."""
        return b"".join(self.pieces(count))

    def byte(self) -> int:
        """The next byte."""
        self._need()
        self._at += 1
        self.offset += 1
        return self._chunk[self._at - 1]

    def number(self) -> int:
        """An unsigned LEB128 number of at most 32 bits."""
        return _number(self.byte, 32, self.offset)

    def _need(self) -> None:
        if not self.more():
            raise MalformedBinaryError(
                f"it is cut off at byte {self.offset}", self.offset
            )


class _Reader:
    """A cursor over the bytes of a section, which never reads past their end."""

    def __init__(
        self, data: bytes, base: int, budget: ReadBudget, end: int | None = None
    ) -> None:
        self.data = data
        self.at = 0
        self.end = len(data) if end is None else end
        self.base = base
        self.budget = budget

    def __bool__(self) -> bool:
        return self.at < self.end

    @property
    def offset(self) -> int:
        """Where the cursor is in the file."""
        return self.base + self.at

    def byte(self) -> int:
        """The next byte."""
        at = self.at
        if at >= self.end:
            end = self.base + self.end
            raise MalformedBinaryError(
                f"a section ends at byte {end}, amid what it lists", end
            )
        self.at = at + 1
        return self.data[at]

    def take(self, count: int) -> bytes:
        """The next bytes."""
        at = self.at
        if count > self.end - at:
            raise MalformedBinaryError(
                f"{count} bytes from byte {self.offset} on are past the section's end",
                self.offset,
            )
        self.at = at + count
        return self.data[at : self.at]

    def number(self, bits: int = 32) -> int:
        """An unsigned LEB128 number."""
        at = self.at
        if at < self.end and (byte := self.data[at]) < 0x80:  # most numbers
            self.at = at + 1
            return byte
        return _number(self.byte, bits, self.offset)

    def count(self) -> int:
        """How many entries the list that begins here has."""
        count = self.number()
        # Each takes at least a byte. Those beyond the end cannot exist, and cost nothing.
        self.budget.take(min(count, self.end - self.at))
        return count

    def text(self) -> str:
        """A name."""
        return _decoded(self.take(self.number()), self.offset)

    def named(self) -> Named:
        """A name, and its offset."""
        offset = self.offset
        return Named(self.text(), offset)

    def part(self) -> _Reader:
        """A reader of the next bytes, whose length precedes them."""
        length = self.number()
        start = self.at
        self.take(length)
        part = _Reader(self.data, self.base, self.budget, self.at)
        part.at = start
        return part


def _decoded(name: bytes, end: int) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        raise MalformedBinaryError(
            f"a name before byte {end} is not UTF-8", end
        ) from None


def _number(byte: Callable[[], int], bits: int, offset: int) -> int:
    value = 0
    for shift in range(0, bits + 6, 7):
        part = byte()
        value |= (part & 0x7F) << shift
        if part < 0x80:
            if value >> bits:
                break
            return value
    raise MalformedBinaryError(
        f"the number at byte {offset} has more than {bits} bits", offset
    )


def read(data: bytes | Iterable[bytes], budget: ReadBudget | None = None) -> WasmModule:
    """Read what an audit needs of a WebAssembly file.

    :param data: the file, whole or in pieces.
    :param budget: what the other modules of the wheel have left, by default a whole one.
    :returns: what its sections say. Of a component, only that it is one. The code is not
        validated.
    :raises MalformedBinaryError: if it is not WebAssembly.
    :raises TooLargeError: if a section that is kept is larger than 64 MiB, or the budget
        is exceeded.
    """
    chunks = (data,) if isinstance(data, bytes) else data
    stream = _Stream(chunks, budget or ReadBudget())
    start = stream.take(4) if stream.more() else b""
    if start != MAGIC:
        raise MalformedBinaryError(f"it starts with {start!r}, not with {MAGIC!r}", 0)
    version = stream.take(4)
    if version == COMPONENT:
        return WasmModule(component=True)
    if version != CORE:
        raise MalformedBinaryError(f"its version is {version!r}, not {CORE!r}", 4)
    binary = WasmModule()
    last = -1
    while stream.more():
        stream.budget.take(1)
        offset = stream.offset
        kind = stream.byte()
        size = stream.number()
        if kind == 0:
            size = _custom(stream, offset, size, binary)
        elif kind >= len(_SECTIONS):
            raise MalformedBinaryError(
                f"a section at byte {offset} has the unknown kind {kind}", offset
            )
        else:
            name, rank = _SECTIONS[kind], _ORDER.index(kind)
            if rank <= last:
                raise MalformedBinaryError(
                    f"the {name} section at byte {offset} is out of order or there twice",
                    offset,
                )
            last = rank
            binary.sections.append(Section(name, offset, size))
            if kind in _KEPT:
                _keep(stream, size, name, _KEPT[kind], binary)
                continue
        for _ in stream.pieces(size):
            pass
    return binary


def _keep(
    stream: _Stream,
    size: int,
    name: str,
    parse: Callable[[_Reader, WasmModule], None],
    binary: WasmModule,
) -> None:
    """Read a section's body into memory, and parse it."""
    if size > LARGEST_SECTION:
        raise TooLargeError(
            f"the {name} section at byte {stream.offset} has {size} bytes; at most"
            f" {LARGEST_SECTION} are read"
        )
    stream.budget.take(size=size)
    base = stream.offset
    body = _Reader(stream.take(size), base, stream.budget)
    parse(body, binary)
    if body:
        raise MalformedBinaryError(
            f"the {name} section at byte {base} lists less than it holds", body.offset
        )


def _custom(stream: _Stream, offset: int, size: int, binary: WasmModule) -> int:
    """Read a custom section's name, and its body if it is needed.

    :returns: how many bytes of the section are left to skip.
    """
    start = stream.offset
    length = stream.number()
    left = size - (stream.offset - start) - length
    if left < 0:
        raise MalformedBinaryError(
            f"the name of the section at byte {offset} is longer than that", offset
        )
    stream.budget.take(size=length)
    name = _decoded(stream.take(length), stream.offset)
    binary.sections.append(Section(name, offset, size))
    if name in _CUSTOM:
        _keep(stream, left, name, _CUSTOM[name], binary)
        return 0
    if name in (".debug_str", ".debug_line_str"):
        tail = b""
        for piece in stream.pieces(left):
            text = tail + piece
            binary.sdks.update(int(found[1]) for found in _SDK.finditer(text))
            tail = text[-16:]  # at least as long as what is looked for
        return 0
    return left


def _dylink(body: _Reader, binary: WasmModule) -> None:
    while body:
        body.budget.take(1)
        kind = body.byte()
        part = body.part()
        if kind == 1:
            size, align, elements, table = (part.number() for _ in range(4))
            binary.memory_info = (size, align, elements, table)
        elif kind == 2:
            binary.needed += [part.named() for _ in range(part.count())]
        elif kind == 4:
            for _ in range(part.count()):
                part.text()
                name = part.text()
                if part.number() & _BINDING == _WEAK:
                    binary.weak.add(name)
        elif kind == 5:
            binary.runtime_paths += [part.named() for _ in range(part.count())]
        else:
            continue
        if part and binary.unread is None:
            binary.unread = part.offset


def _types(body: _Reader, binary: WasmModule) -> None:
    """Find the function types with 64-bit integers; stop at any other type."""
    for index in range(body.count()):
        if body.byte() != _FUNCTION_TYPE:
            # A type of the GC proposal, which no platform's toolchain writes.
            body.at = body.end
            return
        for _ in range(2):
            count = body.number()
            values = body.take(count)  # of a byte each, but for references
            if not _REFERENCES.isdisjoint(values):
                body.budget.take(count)
                body.at -= count
                values = bytes(_value_type(body) for _ in range(count))
            if _I64 in values:
                binary.i64_types.add(index)


# Modules list tens of thousands of names, and most time of an audit is spent here. So the
# usual entry, with short names, is read in one step if it cannot pass the section's end.
_LONGEST_USUAL = 2 * 128 + 4


def _imports(body: _Reader, binary: WasmModule) -> None:
    data, usual = body.data, body.end - _LONGEST_USUAL
    imports = binary.imports
    modules, names, kinds, types, offsets = imports.columns
    for _ in range(body.count()):
        at = body.at
        if at < usual and (size := data[at]) < 0x80:
            middle = at + 1 + size
            end = middle + 1 + (size := data[middle])
            if size < 0x80 and data[end] == GLOBAL and data[end + 1] not in _REFERENCES:
                try:
                    module = data[at + 1 : middle].decode()
                    name = data[middle + 1 : end].decode()
                except UnicodeDecodeError:
                    pass
                else:
                    modules.append(module)
                    names.append(name)
                    kinds.append(GLOBAL)
                    types.append(-1)
                    offsets.append(body.base + at)
                    body.at = end + 3
                    continue
        for column, value in zip(imports.columns, _import(body, binary), strict=True):
            column.append(value)


def _import(body: _Reader, binary: WasmModule) -> Import:
    offset = body.offset
    module, name = body.text(), body.text()
    kind, function = body.byte(), -1
    if kind == FUNCTION:
        function = body.number()
    elif kind == TABLE:
        _value_type(body)
        _limits(body, binary, offset)
    elif kind == MEMORY:
        _limits(body, binary, offset)
    elif kind == GLOBAL:
        _value_type(body)
        body.byte()
    elif kind == TAG:
        body.byte()
        body.number()
    else:
        raise MalformedBinaryError(
            f"it imports {name!r} at byte {offset} of the unknown kind {kind}", offset
        )
    return Import(module, name, kind, function, offset)


def _exports(body: _Reader, binary: WasmModule) -> None:
    data, usual = body.data, body.end - _LONGEST_USUAL
    exports = binary.exports
    names, kinds, offsets = exports.names, exports.kinds, exports.offsets
    for _ in range(body.count()):
        at = body.at
        if at < usual and (size := data[at]) < 0x80:
            end = at + 1 + size
            # The index of what is exported, in one to three bytes.
            last = end + 1
            while data[last] >= 0x80 and last < end + 3:
                last += 1
            if data[last] < 0x80:
                try:
                    name = data[at + 1 : end].decode()
                except UnicodeDecodeError:
                    pass
                else:
                    names.append(name)
                    kinds.append(data[end])
                    offsets.append(body.base + at)
                    body.at = last + 1
                    continue
        offsets.append(body.offset)
        names.append(body.text())
        kinds.append(body.byte())
        body.number()


def _value_type(body: _Reader) -> int:
    kind = body.byte()
    if kind in _REFERENCES:
        body.number(64)
    return kind


def _limits(body: _Reader, binary: WasmModule, offset: int) -> None:
    flags = body.number()
    body.number(64)
    if flags & 1:
        body.number(64)
    if flags & 8:  # a page size of its own
        body.number()
    if flags & 2 and binary.shared is None:
        binary.shared = offset
    if flags & 4 and binary.memory64 is None:
        binary.memory64 = offset


def _memories(body: _Reader, binary: WasmModule) -> None:
    for _ in range(body.count()):
        _limits(body, binary, body.offset)


def _own_tags(body: _Reader, binary: WasmModule) -> None:
    binary.own_tags = body.offset
    body.at = body.end


def _features(body: _Reader, binary: WasmModule) -> None:
    for _ in range(body.count()):
        offset = body.offset
        prefix = chr(body.byte())
        binary.features.append(Named(prefix + body.text(), offset))


def _producers(body: _Reader, binary: WasmModule) -> None:
    for _ in range(body.count()):
        what = body.text()
        for _ in range(body.count()):
            binary.producers.append((what, body.text(), body.text()))


_KEPT = {1: _types, 2: _imports, 5: _memories, 7: _exports, 13: _own_tags}
_CUSTOM = {"dylink.0": _dylink, "target_features": _features, "producers": _producers}
