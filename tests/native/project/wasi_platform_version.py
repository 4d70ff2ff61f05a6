"""How a build of CPython for WASI finds its ``WASI_PLATFORM_VERSION``.

What the build knows comes in as text: the header ``wasi/version.h`` of the sysroot (or
the macros that ``clang -dM -E`` prints for it), the file ``VERSION`` of the WASI SDK, the
target triple, and what a distributor configured. The header names the WASI version and,
from WASI SDK 30 on, the SDK; ``VERSION`` is in the SDK from 25 on. For an older one, such
as 21 or 24, only the distributor knows.

Sources: WebAssembly/wasi-libc, libc-bottom-half/headers/public/wasi/version.h.in and
libc-bottom-half/CMakeLists.txt; WebAssembly/wasi-sdk, version.py (``dump``).
"""

from __future__ import annotations

import re

GRAMMAR = re.compile(r"(0|[1-9][0-9]*)_(0|[1-9][0-9]*)_sdk_(0|[1-9][0-9]*)")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]*(.*?)[ \t]*$", re.MULTILINE)
# A release candidate or a build between releases has more than two numbers here.
RELEASE = re.compile(r"(0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)")
MAJOR = re.compile(r"0|[1-9][0-9]*")
# WASI SDK 21 and older call wasm32-wasip1 wasm32-wasi.
TRIPLE = re.compile(r"wasm32-(?:unknown-)?wasi(?:p([1-9][0-9]*))?")
FAMILIES = {"__wasip1__": "0_1", "__wasip2__": "0_2", "__wasip3__": "0_3"}


def wasi_platform_version(
    *, header: str = "", version_file: str = "", target: str = "", configured: str = ""
) -> str | None:
    """Return the value of the variable, or None where it has to stay unset.

    :param header: ``wasi/version.h`` or the macros that it leaves defined.
    :param version_file: the file ``VERSION`` at the top of the WASI SDK.
    :param target: the target triple, such as ``wasm32-wasip1``.
    :param configured: the whole value, from someone who knows the SDK.
    :raises ValueError: if the sources contradict each other or `configured` is
        malformed: a build then stops and does not guess.
    """
    macros = defined(header)
    wasi = _agreed("the WASI version", wasi_of_macros(macros), wasi_of_target(target))
    sdk = _agreed("the WASI SDK", sdk_of_macros(macros), sdk_of_file(version_file))
    if configured:
        return _checked(configured, wasi, sdk)
    return f"{wasi}_sdk_{sdk}" if wasi and sdk else None


def defined(header: str) -> dict[str, str]:
    """Return what a header defines; an ``#undef`` in a comment is none of it."""
    return dict(DEFINE.findall(COMMENT.sub(" ", header)))


def wasi_of_macros(macros: dict[str, str]) -> str | None:
    """Return the WASI version if exactly one is defined."""
    found = [version for name, version in FAMILIES.items() if name in macros]
    return found[0] if len(found) == 1 else None


def wasi_of_target(target: str) -> str | None:
    """Return the WASI version of a triple; ``-threads`` has another sysroot."""
    match = TRIPLE.fullmatch(target)
    return FAMILIES.get(f"__wasip{match[1] or 1}__") if match else None


def sdk_of_macros(macros: dict[str, str]) -> str | None:
    """Return the SDK's major number if the header is that of a release."""
    major = macros.get("__wasi_sdk_major__", "")
    version = macros.get("__wasi_sdk_version__", f'"{major}.0"').strip('"')
    release = RELEASE.fullmatch(version)
    known = MAJOR.fullmatch(major) and release and release[1] == major
    return major if known else None


def sdk_of_file(text: str) -> str | None:
    """Return the major number in the first line, if it is that of a release."""
    first, _, _ = text.partition("\n")
    release = RELEASE.fullmatch(first.rstrip("\r"))
    return release[1] if release else None


def _agreed(what: str, first: str | None, second: str | None) -> str | None:
    if first and second and first != second:
        raise ValueError(
            f"two sources disagree on {what}: {first} and {second};"
            " wanted a sysroot and an SDK that belong together"
            " (PEP requirement discovery-wasi)"
        )
    return first or second


def _checked(configured: str, wasi: str | None, sdk: str | None) -> str:
    match = GRAMMAR.fullmatch(configured)
    if match is None:
        raise ValueError(
            f"invalid WASI_PLATFORM_VERSION {configured!r}: wanted M_m_sdk_S, such as"
            " 0_1_sdk_24 (PEP requirement tag-grammar)"
        )
    _agreed("the WASI version", f"{match[1]}_{match[2]}", wasi)
    _agreed("the WASI SDK", match[3], sdk)
    return configured
