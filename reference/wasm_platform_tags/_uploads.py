"""Whether an index accepts the upload of a wheel."""

from __future__ import annotations

from typing import NamedTuple

from ._platforms import InvalidPlatformTag, is_wasm_tag, parse_platform_tag
from ._select import parse
from ._text import printable


class Upload(NamedTuple):
    """Whether an index that follows this PEP accepts a new upload, and why."""

    #: None if the index's rules for other platforms decide
    accepted: bool | None
    #: why, in a few words; what cannot be printed is escaped
    reason: str
    #: the requirement of this PEP that decided, such as ``"index-rejects"``
    rule: str


def check_upload(filename: str) -> Upload:
    """Return whether an index that follows this PEP accepts a new upload of a wheel.

    :param filename: the name of a wheel file, without a folder.
    :raises packaging.utils.InvalidWheelFilename: if it is not such a name.

    Source: this PEP, "Indexes".
    """
    parse(filename)
    tags = filename.removesuffix(".whl").rpartition("-")[2].lower().split(".")
    others = {tag for tag in tags if tag and not is_wasm_tag(tag)}
    for tag in tags:
        if tag in others:
            continue
        try:
            canonical = parse_platform_tag(tag).platform_tags[0]
        except InvalidPlatformTag as error:
            return Upload(False, f"{printable(tag)}: {error.reason}", error.rule)
        if tag != canonical:
            reason = f"the older name of a platform; an upload says {canonical}"
            return Upload(False, reason, "index-rejects")
    if others <= {"any"}:
        reason = "for any platform" if others else "the platform's canonical tag"
        return Upload(True, reason, "index-accepts")
    return Upload(
        None, "the index has rules of its own for other platforms", "index-accepts"
    )
