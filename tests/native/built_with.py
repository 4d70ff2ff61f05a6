"""Which WASI SDK a published CPython was built with: read from its files, or given.

The WASI SDK maps its sources to ``wasisdk://vMAJOR.MINOR`` in debug sections, so a module
that was not stripped tells its SDK. A stripped one cannot, and then only what its
distributor published is left; `Evidence.how` says which it was.
"""

import mmap
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from .sysroots import rule

# WebAssembly/wasi-sdk, cmake/wasi-sdk-sysroot.cmake: -fdebug-prefix-map.
MARK = re.compile(rb"wasisdk://v([0-9]+)\.([0-9]+)")
# A line of a manifest: the archive of the SDK that a build was pinned to.
PINNED = re.compile(r"^pin [0-9a-f]{64} wasi-sdk-([0-9]+)\.[0-9]+-", re.MULTILINE)


class UnknownSdkError(ValueError):
    """The files do not tell one SDK; the message says what they tell."""


@dataclass(frozen=True)
class Evidence:
    """An SDK's major number, and where it stands."""

    sdk: str
    how: str


def in_debug_sections(module: Path) -> Evidence:
    """Read a WebAssembly file that was not stripped."""
    read = mmap.ACCESS_READ
    with module.open("rb") as file, mmap.mmap(file.fileno(), 0, access=read) as data:
        marks = MARK.findall(data)
    found = Counter((major.decode(), minor.decode()) for major, minor in marks)
    if len({major for major, _ in found}) != 1:
        names = ", ".join(map(".".join, sorted(found))) or "none"
        raise UnknownSdkError(
            f"{module.name}: wanted one SDK as wasisdk://vMAJOR.MINOR in its debug"
            f" sections, found {names}"
        )
    ((major, minor), count), *_ = found.most_common()
    return Evidence(major, f"wasisdk://v{major}.{minor}, {count} times in its DWARF")


def in_manifest(manifest: Path) -> Evidence:
    """Read the archive of the SDK from a list of pinned sources."""
    found = set(PINNED.findall(manifest.read_text(encoding="utf-8")))
    if len(found) != 1:
        names = ", ".join(sorted(found)) or "none"
        raise UnknownSdkError(
            f"{manifest.name}: wanted one pinned wasi-sdk archive, found {names}"
        )
    (major,) = found
    return Evidence(major, f"wasi-sdk-{major} is pinned in its {manifest.name}")


def platform(triple: str, sdk: str) -> str:
    """The value of WASI_PLATFORM_VERSION for a target triple and an SDK."""
    version = rule()(target=triple, version_file=f"{sdk}.0\n")
    if version is None:
        raise ValueError(
            f"target {triple!r}: wanted wasm32-wasi or wasm32-wasipN, as the WASI SDK"
            " names its targets (PEP requirement platform-wasi)"
        )
    return version
