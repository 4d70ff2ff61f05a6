"""What a wheel's WHEEL file says about its tags."""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import IO

from packaging.tags import parse_tag

from ._select import parse
from ._text import printable

_WHEEL = re.compile(r"[^/]+\.dist-info/WHEEL")
_LONGEST = 1_000_000  # bytes of a WHEEL file; a real one has some hundred
_BROKEN = (OSError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error)


def compare(name: str, content: IO[bytes]) -> tuple[list[str], list[str], list[str]]:
    """Compare the tags in a wheel's name with those that its WHEEL file states.

    :param name: the name of the wheel file, without a folder.
    :param content: the wheel, open to be read.
    :returns: the tags of both, those of the name alone, those of WHEEL alone; sorted,
        and what cannot be printed escaped.
    :raises ValueError: if it is no such name, or no WHEEL file can be read.

    Source: the binary distribution format, "File contents".
    """
    named = {str(tag) for tag in parse(name)[1]}
    try:
        lines = _read(content).decode("utf-8", "replace").splitlines()
    except _BROKEN as error:
        raise ValueError(f"no WHEEL file can be read from it: {error}") from error
    stated = {
        str(tag)
        for line in lines
        if line.lower().startswith("tag:")
        for tag in _tags(line[4:].strip())
    }
    both, in_name, in_wheel = named & stated, named - stated, stated - named
    return sorted(both), sorted(in_name), sorted(map(printable, in_wheel))


def _read(content: IO[bytes]) -> bytes:
    with zipfile.ZipFile(content) as archive:
        found = [info for info in archive.infolist() if _WHEEL.fullmatch(info.filename)]
        if len(found) != 1:
            raise ValueError(
                f"wanted one file *.dist-info/WHEEL in it, not {len(found)}"
            )
        if found[0].file_size > _LONGEST:
            raise ValueError(f"its WHEEL file has {found[0].file_size} bytes")
        return archive.read(found[0])


def _tags(text: str) -> set[str]:
    """Return the tags that a line states; as it is, if it states none."""
    try:
        return {str(tag) for tag in parse_tag(text)}
    except ValueError:
        return {text}
