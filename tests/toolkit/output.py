"""A tool's own words, without what belongs to one machine or to one run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a tool says of one file is short; a resolver's log is not, and ends with the point.
LONGEST = 1_500

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_PORT = re.compile(r"(?<=127\.0\.0\.1):\d+")
_TIME = re.compile(r"\b\d+(?:\.\d+)?(?:ms|s)\b")
_RANDOM = re.compile(r"(?<=/)(?:\.?tmp|pip-)[A-Za-z0-9_-]*")


def normalise_output(output: str, folders: Mapping[str, str]) -> str:
    """The output with each folder under its plain name; only its end, if it is long."""
    said = _COLOUR.sub("", output).strip()
    # The longest first, since one folder may lie in another.
    for folder in sorted(folders, key=len, reverse=True):
        said = re.sub(rf"{re.escape(folder)}(?![\w.-])", folders[folder], said)
    said = _PORT.sub("", said)
    said = _TIME.sub("…", said)
    said = _RANDOM.sub("…", said)
    if len(said) <= LONGEST:
        return said
    return "…" + said[-LONGEST:].partition("\n")[2]
