"""What the runtimes of each platform export, read from the runtimes themselves.

Run: python -m tests.audit.symbols [--cache FOLDER] [--check]

Writes reference/wasm_platform_tags/audit/symbols/, one file for each platform. The
runtimes are those of the matrix, from npm, and componentize-py, from PyPI; what is not
in the cache is downloaded by exact version.
"""

import argparse
import gzip
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import wasm_platform_tags
from tests.matrix.provision import Cache
from tests.matrix.settings import load_settings
from tests.native.bundled import modules
from tests.native.context import LINKER, WASI
from tests.native.provision import downloads
from tests.toolkit.cache import ProvisionError
from tests.toolkit.paths import DOWNLOADS as DEFAULT_CACHE
from wasm_platform_tags import known_platforms
from wasm_platform_tags.audit.wasm import MAGIC, MalformedBinaryError, WasmModule, read

FOLDER = Path(wasm_platform_tags.__file__).parent / "audit" / "symbols"
# The runtimes for which no file of the matrix says which platform they are.
COMPONENTIZE = ("componentize-py", LINKER, WASI)
# What only componentize-py's own module exports: no part of the platform.
OWN = "PyInit_componentize_py_runtime"
LARGEST_LIBDL = 2**16  # bytes

WASM_IMPORTS = re.compile(r"wasmImports ?= ?\{([^{}]*)\}")
ENTRY = re.compile(r'"?([A-Za-z_$][\w$]*)"?(?::([\w$.]+))?')
RESOLVE = re.compile(r"resolveGlobalSymbol=\(symName.*?return\{sym")
MADE_ON_DEMAND = re.compile(r'symName\.startsWith\("([A-Za-z_]+)"\)')


def pyodide(folder: Path) -> tuple[set[str], set[str]]:
    """The symbols that a Pyodide offers, and the beginnings of those made on demand.

    Its loader looks a name up in `wasmImports`: what the JavaScript gives and, once the
    interpreter has started, all that its module exports. Stubs are for what is missing.
    """
    (script,) = folder.glob("pyodide.asm.*js")
    text = script.read_text(encoding="utf-8")
    found = WASM_IMPORTS.search(text)
    if found is None:
        raise ProvisionError(f"{script}: there is no wasmImports")
    names = exported(read((folder / "pyodide.asm.wasm").read_bytes()))
    for entry in found[1].split(","):
        match = ENTRY.fullmatch(entry.strip())
        if match is None:
            raise ProvisionError(
                f"{script}: {entry!r} in wasmImports is not understood"
            )
        if f"{match[2] or match[1]}.stub=true" not in text:
            names.add(match[1])
    (resolve,) = RESOLVE.findall(text)
    return names, set(MADE_ON_DEMAND.findall(resolve))


def componentize(folder: Path) -> set[str]:
    """The symbols of componentize-py's CPython and of the WASI SDK's libraries in it."""
    (module,) = folder.glob("componentize_py/*.so")
    data = module.read_bytes()
    names: set[str] = set()
    for binary in (*map(read, modules(data)), *uncompressed(data)):
        if OWN not in (symbols := exported(binary)):
            names |= symbols
    return names


def uncompressed(data: bytes) -> Iterator[WasmModule]:
    """Its linker's own libdl.so, which stands in the file as it is."""
    at = data.find(MAGIC)
    while at >= 0:
        binary = WasmModule()
        for end in section_ends(data, at):
            try:
                binary = read(data[at:end])
            except MalformedBinaryError:  # these bytes are no section any more
                break
        if binary.dylink_first and "dlopen" in exported(binary):
            yield binary
        at = data.find(MAGIC, at + 1)


def section_ends(data: bytes, start: int) -> Iterator[int]:
    """Where each section of a small module amid other bytes would end."""
    at = start + 8
    while at + 6 < len(data) and at - start < LARGEST_LIBDL:
        size = 0
        for place in range(5):
            byte = data[at + 1 + place]
            size |= (byte & 0x7F) << 7 * place
            if byte < 0x80:
                break
        at += 2 + place + size
        yield at


def exported(binary: WasmModule) -> set[str]:
    """The names that a module exports."""
    return {one.name for one in binary.exports} - {"_initialize"}


def found(cache: Cache) -> Iterator[tuple[str, list[str], set[str], set[str]]]:
    """Each platform whose runtimes are to be had: tag, sources, names, prefixes."""
    places = downloads(cache.root)
    for record in known_platforms():
        version = record.platform.version
        lines = [
            line
            for line in load_settings().runtimes
            if line.kind == "pyodide" and line.target == version
        ]
        names: set[str] = set()
        prefixes: set[str] = set()
        for line in lines:
            more, made = pyodide(cache.pyodide(str(line.alias)))
            names |= more
            prefixes |= made
        if lines:
            sources = [f"Pyodide {line.runtime.partition('-')[2]}" for line in lines]
            yield record.platform_tags[0], sources, names, prefixes
        project, release, tag = COMPONENTIZE
        if record.platform_tags[0] == tag:
            folder = places.requirement(f"{project}=={release}")
            yield tag, [f"{project} {release}"], componentize(folder), set()


def packed(
    python: str, sources: Iterable[str], names: set[str], prefixes: set[str]
) -> bytes:
    """A file of the registry: a head, a blank line, and a name a line."""
    if odd := [name for name in names if not name or name.split() != [name]]:
        raise ProvisionError(f"{odd[0]!r} is no name that the file can hold")
    head = [
        f"python: {python}",
        *(f"source: {source}" for source in sources),
        *(f"prefix: {prefix}" for prefix in sorted(prefixes)),
    ]
    text = "\n".join([*head, "", *sorted(names), ""])
    return gzip.compress(text.encode(), 9, mtime=0)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.audit.symbols",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, metavar="FOLDER")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; say what is stale"
    )
    options = parser.parse_args()
    python = {record.platform_tags[0]: record.python[0] for record in known_platforms()}
    stale = []
    for tag, sources, names, prefixes in found(Cache(options.cache, load_settings())):
        path = FOLDER / f"{tag}.txt.gz"
        data = packed(python[tag], sources, names, prefixes)
        # Two releases of zlib may compress the same text differently.
        old = gzip.decompress(path.read_bytes()) if path.exists() else None
        changed = old != gzip.decompress(data)
        print(
            f"{tag}: {len(names)} names of {', '.join(sources)}, {len(data)} bytes"
            f"{'; changed' if changed else ''}"
        )
        if changed and options.check:
            stale.append(path.name)
        elif changed:
            path.write_bytes(data)
    if stale:
        sys.exit(f"stale: {', '.join(stale)}; run it without --check")


if __name__ == "__main__":
    main()
