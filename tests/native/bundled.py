"""The shared libraries inside componentize-py: the WASI SDK's own, as it ships them.

Its extension module holds them compressed, without their names; a library is known by
what it exports. Nothing else on PyPI has a ``libc.so`` of WASI 0.2.
"""

from collections.abc import Iterator
from pathlib import Path

from tests.toolkit.cache import ProvisionError
from wasm_platform_tags.audit.wasm import MAGIC, read

FRAME = b"\x28\xb5\x2f\xfd"  # how a zstandard frame begins, RFC 8878
# A symbol that only this library exports.
KNOWN_BY = {
    "libc.so": "strtol",
    "libc++.so": "_ZNSt3__26locale7classicEv",
    "libc++abi.so": "__cxa_pure_virtual",
}


def libraries(package: Path, folder: Path) -> dict[str, Path]:
    """Write the libraries of an unpacked componentize-py under their names.

    :raises ProvisionError: if one is not found, or twice.
    """
    (module,) = package.glob("componentize_py/*.so")
    found: dict[str, Path] = {}
    for data in modules(module.read_bytes()):
        exports = read(data).exported
        for name in [name for name, symbol in KNOWN_BY.items() if symbol in exports]:
            if name in found:
                raise ProvisionError(f"{module.name} has two of {name}")
            found[name] = folder / name
            found[name].write_bytes(data)
    if missing := sorted(KNOWN_BY.keys() - found.keys()):
        raise ProvisionError(
            f"{module.name}: wanted {', '.join(KNOWN_BY)}, found no {', '.join(missing)}"
        )
    return found


def modules(data: bytes) -> Iterator[bytes]:
    """Every core module with a dynamic linking section among the frames."""
    # Here, so that listing the runs does not need it.
    import zstandard  # noqa: PLC0415

    at = data.find(FRAME)
    while at >= 0:
        try:
            frame = zstandard.ZstdDecompressor().decompressobj().decompress(data[at:])
        except zstandard.ZstdError:  # the four bytes by chance
            frame = b""
        if frame.startswith(MAGIC) and frame[8:20].find(b"dylink.0") > 0:
            yield frame
        at = data.find(FRAME, at + 1)
