"""Build the wheels of the audit cases from their descriptions.

A module has the sections that an audit reads, and no code. :func:`module` makes one from
a description in JSON::

    {"needed": ["libc.so"], "exports": ["PyInit_demo"],
     "imports": [{"from": "env", "function": "malloc"},
                 {"from": "env", "tag": "__cpp_exception"}]}
"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_HEAD = b"\0asm\x01\0\0\0"
_COMPONENT = b"\0asm\x0d\0\x01\0"
_KINDS = ("function", "table", "memory", "global", "tag")
# What follows the kind: a type; an element type and limits; limits; a type and
# whether it is mutable; an attribute and a type.
_REST = (b"\0", b"\x70\0\0", b"\0\1", b"\x7f\1", b"\0\0")
# () -> (), then (i64) -> ().
_TYPES = (b"\x60\0\0", b"\x60\1\x7e\0")


def number(value: int) -> bytes:
    """Return a number as unsigned LEB128."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def sized(data: bytes) -> bytes:
    """Return bytes with their length before them."""
    return number(len(data)) + data


def text(value: str) -> bytes:
    """Return a name."""
    return sized(value.encode())


def vector(parts: Iterable[bytes]) -> bytes:
    """Return parts with their count before them."""
    listed = list(parts)
    return number(len(listed)) + b"".join(listed)


def section(kind: int, body: bytes) -> bytes:
    """Return a section."""
    return bytes([kind]) + sized(body)


def custom(name: str, body: bytes) -> bytes:
    """Return a custom section."""
    return section(0, text(name) + body)


def dylink(
    needed: Iterable[str] = (),
    runtime_paths: Iterable[str] = (),
    weak: Iterable[str] = (),
) -> bytes:
    """Return a section ``dylink.0``."""
    parts = [(1, bytes(4)), (2, vector(map(text, needed)))]
    if flags := [text("env") + text(name) + b"\1" for name in weak]:
        parts.append((4, vector(flags)))
    if paths := list(map(text, runtime_paths)):
        parts.append((5, vector(paths)))
    body = b"".join(bytes([kind]) + sized(part) for kind, part in parts)
    return custom("dylink.0", body)


def imported(given: Mapping[str, Any]) -> bytes:
    """Return one import, such as ``{"from": "env", "function": "malloc"}``.

    A function may have ``i64``, a memory the ``flags`` of its limits.
    """
    (kind,) = (kind for kind in _KINDS if kind in given)
    rest = _REST[_KINDS.index(kind)]
    if given.get("i64"):
        rest = b"\1"
    if "flags" in given:
        maximum = b"\2" if given["flags"] & 1 else b""
        rest = bytes([given["flags"], 1]) + maximum
    name = text(given["from"]) + text(given[kind])
    return name + bytes([_KINDS.index(kind)]) + rest


def module(given: Mapping[str, Any]) -> bytes:
    """Return the content of the file that a description asks for.

    :param given: ``imports``, ``exports``, ``needed``, ``runtime_paths``, ``weak`` and
        ``features`` are lists; ``dylink`` is ``first``, ``last`` or ``none``; ``tags``
        gives it exception tags of its own; ``component`` and ``text`` make it no
        core module at all.
    """
    if "text" in given:
        return str(given["text"]).encode()
    if given.get("component"):
        return _COMPONENT
    link = dylink(*(given.get(k, ()) for k in ("needed", "runtime_paths", "weak")))
    where = given.get("dylink", "first")
    parts = [section(1, vector(_TYPES))]
    parts.append(section(2, vector(map(imported, given.get("imports", ())))))
    if given.get("tags"):
        parts.append(section(13, vector([b"\0\0"])))
    exports = (text(name) + b"\0\0" for name in given.get("exports", ()))
    parts.append(section(7, vector(exports)))
    if features := given.get("features"):
        named = (one[:1].encode() + text(one[1:]) for one in features)
        parts.append(custom("target_features", vector(named)))
    first = [link] if where == "first" else []
    last = [link] if where == "last" else []
    return b"".join([_HEAD, *first, *parts, *last])


def wheel(
    folder: Path,
    filename: str,
    files: Mapping[str, bytes],
    stated: Iterable[str] | None = None,
) -> Path:
    """Write a wheel.

    :param folder: where it is written.
    :param filename: its name.
    :param files: the content of each file beside its metadata.
    :param stated: the tags in its file ``WHEEL``, by default those of its name.
    :returns: its path.
    """
    name, version, *_, python, abi, platform = filename.removesuffix(".whl").split("-")
    parts = (python.split("."), abi.split("."), platform.split("."))
    tags = map("-".join, product(*parts)) if stated is None else stated
    info = f"{name}-{version}.dist-info"
    lines = ["Wheel-Version: 1.0", "Root-Is-Purelib: false"]
    lines += (f"Tag: {tag}" for tag in tags)
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    written = {
        **files,
        f"{info}/METADATA": metadata.encode(),
        f"{info}/WHEEL": "\n".join([*lines, ""]).encode(),
    }
    record = [f"{place},{_hash(data)},{len(data)}\n" for place, data in written.items()]
    written[f"{info}/RECORD"] = "".join([*record, f"{info}/RECORD,,\n"]).encode()
    path = folder / filename
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, data in written.items():
            # ZipInfo has a fixed date, so a case always makes the same file.
            archive.writestr(zipfile.ZipInfo(place), data, zipfile.ZIP_DEFLATED)
    return path


def _hash(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
    return f"sha256={digest.decode().rstrip('=')}"
