"""The start of a WebAssembly file: is it the extension module that its tag promises?

`read` follows the binary format, https://webassembly.github.io/spec/core/binary, and
the dylink.0 section of the tool conventions. `check` holds the result against the PEP.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from wasm_platform_tags import PyodidePlatform, WasiPlatform

MAGIC = b"\0asm"
CORE, COMPONENT = b"\x01\0\0\0", b"\x0d\0\x01\0"
SUFFIX = ".abi3.so"
FUNCTION, TABLE, MEMORY, GLOBAL, TAG = range(5)
# The libraries of the WASI SDK that a module may need, as the PEP lists them.
WASI_LIBRARIES = frozenset(
    {
        "libc.so",
        "libdl.so",
        "libwasi-emulated-signal.so",
        "libwasi-emulated-getpid.so",
        "libwasi-emulated-process-clocks.so",
        "libwasi-emulated-mman.so",
        "libc++.so",
        "libc++abi.so",
    }
)


class MalformedBinaryError(ValueError):
    """The bytes are no WebAssembly; the message says where they stop being it."""


class RefusedExtensionError(ValueError):
    """A file is no extension module of a platform: what it is, what was wanted."""

    def __init__(self, name: str, given: str, wanted: str, rule: str) -> None:
        super().__init__(f"{name}: {given}; wanted {wanted} (PEP requirement {rule})")
        self.rule = rule


@dataclass
class Binary:
    """What the first sections of a file say."""

    component: bool = False
    sections: list[str] = field(default_factory=list)
    needed: list[str] = field(default_factory=list)
    imports: list[tuple[str, str, int]] = field(default_factory=list)
    exports: list[str] = field(default_factory=list)
    memory64: bool = False
    shared: bool = False

    @property
    def dylink_first(self) -> bool:
        """Whether the dynamic linker will find what it reads first."""
        return self.sections[:1] == ["dylink.0"]


class Reader:
    """A cursor over bytes that never reads past their end."""

    def __init__(self, data: bytes, start: int = 0, end: int | None = None) -> None:
        self.data = data
        self.at = start
        self.end = len(data) if end is None else end

    def __bool__(self) -> bool:
        return self.at < self.end

    def take(self, count: int) -> bytes:
        """The next bytes."""
        if count > self.end - self.at:
            raise MalformedBinaryError(f"it is cut off at byte {self.end}")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self) -> int:
        """A LEB128 number of at most 64 bits."""
        value = 0
        for shift in range(0, 70, 7):
            (byte,) = self.take(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise MalformedBinaryError(f"a number before byte {self.at} does not end")

    def text(self) -> str:
        """A name."""
        raw = self.take(self.number())
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise MalformedBinaryError(
                f"a name before byte {self.at} is not UTF-8"
            ) from None

    def part(self) -> Reader:
        """The next bytes as a reader of their own, their length before them."""
        length = self.number()
        start = self.at
        self.take(length)
        return Reader(self.data, start, self.at)


def read(data: bytes) -> Binary:
    """Read a file's start; raises MalformedBinaryError and nothing else."""
    reader = Reader(data)
    if data[:4] != MAGIC:
        raise MalformedBinaryError(f"it starts with {data[:4]!r}, not with {MAGIC!r}")
    reader.take(4)
    version = reader.take(4)
    if version == COMPONENT:
        return Binary(component=True)
    if version != CORE:
        raise MalformedBinaryError(f"its version is {version!r}, not {CORE!r}")
    binary = Binary()
    while reader:
        (section,) = reader.take(1)
        body = reader.part()
        name = body.text() if section == 0 else f"section {section}"
        binary.sections.append(name)
        if name == "dylink.0":
            _dylink(body, binary)
        elif section == 2:
            _imports(body, binary)
        elif section == 5:
            for _ in range(body.number()):
                _limits(body, binary, memory=True)
        elif section == 7:
            for _ in range(body.number()):
                binary.exports.append(body.text())
                body.take(1)
                body.number()
    return binary


def _dylink(body: Reader, binary: Binary) -> None:
    while body:
        (kind,) = body.take(1)
        part = body.part()
        if kind == 2:
            binary.needed += [part.text() for _ in range(part.number())]


def _imports(body: Reader, binary: Binary) -> None:
    for _ in range(body.number()):
        module, name = body.text(), body.text()
        (kind,) = body.take(1)
        binary.imports.append((module, name, kind))
        if kind == FUNCTION:
            body.number()
        elif kind == TABLE:
            _value_type(body)
            _limits(body, binary, memory=False)
        elif kind == MEMORY:
            _limits(body, binary, memory=True)
        elif kind == GLOBAL:
            _value_type(body)
            body.take(1)
        elif kind == TAG:
            body.take(1)
            body.number()
        else:
            raise MalformedBinaryError(f"it imports {name!r} of the kind {kind}")


def _value_type(body: Reader) -> None:
    (kind,) = body.take(1)
    if kind in (0x63, 0x64):  # a reference to a type that a number names
        body.number()


def _limits(body: Reader, binary: Binary, *, memory: bool) -> None:
    flags = body.number()
    body.number()
    if flags & 1:
        body.number()
    if memory:
        binary.shared |= bool(flags & 2)
        binary.memory64 |= bool(flags & 4)
        if flags & 8:  # a page size of its own
            body.number()


def check(name: str, data: bytes, platform: PyodidePlatform | WasiPlatform) -> Binary:
    """Read an extension module and refuse what its platform does not allow."""
    wasi = isinstance(platform, WasiPlatform)
    rule = "platform-wasi" if wasi else "platform-pyemscripten"
    module = name.rpartition("/")[2].partition(".")[0]

    def refuse(given: str, wanted: str, rule: str = rule) -> RefusedExtensionError:
        return RefusedExtensionError(name, given, wanted, rule)

    if not name.endswith(SUFFIX):
        raise refuse("its suffix is another", f"NAME{SUFFIX}")
    try:
        found = read(data)
    except MalformedBinaryError as error:
        raise refuse(f"it is not WebAssembly: {error}", "a core module") from None
    if found.component:
        raise refuse("it is a component", "a core module")
    if found.memory64:
        raise refuse("its memory is 64-bit", "32-bit memory", "wasm64-reserved")
    if not found.dylink_first:
        first = found.sections[0] if found.sections else "nothing"
        raise refuse(f"its first section is {first}", "dylink.0")
    if found.shared:
        raise refuse("its memory is shared", "memory without threads")
    if f"PyInit_{module}" not in found.exports:
        raise refuse(f"it does not export PyInit_{module}", "an extension module")
    if wasi:
        if others := sorted(set(found.needed) - WASI_LIBRARIES):
            raise refuse(f"it needs {', '.join(others)}", "libraries of the WASI SDK")
        if any(kind == TAG for _, _, kind in found.imports):
            raise refuse("it uses WebAssembly exceptions", "none")
    return found
