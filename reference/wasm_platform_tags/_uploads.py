"""Whether an index takes the upload of a wheel."""

from __future__ import annotations

import re
from typing import NamedTuple

from ._platforms import InvalidPlatformTag, parse_platform_tag
from ._select import parse
from ._text import printable

# Which tags the rules for indexes are about, as index-expressions.json of the PEP has it.
CONCERNED = re.compile(r"\A(emscripten|pyemscripten|pyodide|wasi)|wasm32|wasm64")


class Upload(NamedTuple):
    """Whether an index that follows this PEP takes a new upload, and why."""

    #: None if the rules of the index for other platforms decide
    accepted: bool | None
    #: why, in a few words; what cannot be printed is escaped
    reason: str
    #: the requirement of this PEP that decided, such as ``"index-rejects"``
    rule: str


def upload(filename: str) -> Upload:
    """Return whether an index that follows this PEP takes a new upload of a wheel.

    :param filename: the name of a wheel file, without a folder.
    :raises packaging.utils.InvalidWheelFilename: if it is no such name.

    Source: this PEP, "Indexes".
    """
    parse(filename)
    tags = filename.removesuffix(".whl").rpartition("-")[2].lower().split(".")
    others = [tag for tag in tags if tag and not CONCERNED.search(tag)]
    for tag in tags:
        if tag in others:
            continue
        try:
            canonical = parse_platform_tag(tag).tags[0]
        except InvalidPlatformTag as error:
            return Upload(False, f"{printable(tag)}: {error.reason}", error.rule)
        if tag != canonical:
            reason = f"the older name of a platform; an upload says {canonical}"
            return Upload(False, reason, "index-rejects")
    if set(others) <= {"any"}:
        reason = "for any platform" if others else "the platform's canonical tag"
        return Upload(True, reason, "index-accepts")
    return Upload(
        None, "the index has rules of its own for other platforms", "index-accepts"
    )
