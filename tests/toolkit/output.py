"""Remove from a tool's output what differs from one machine or run to the next."""

import re
from collections.abc import Mapping, Sequence

Replacement = tuple[re.Pattern[str], str]

COLOUR: Replacement = (re.compile(r"\x1b\[[0-9;]*m"), "")
# Ports, durations, and names of temporary folders.
REPLACEMENTS: Sequence[Replacement] = (
    COLOUR,
    (re.compile(r"(?<=127\.0\.0\.1):\d+"), ""),
    (re.compile(r"\b\d+(?:\.\d+)?(?:ms|s)\b"), "…"),
    (re.compile(r"(?<=/)(?:\.?tmp|pip-)[A-Za-z0-9_-]*"), "…"),
)


def normalise_output(
    text: str,
    folders: Mapping[str, str] | None = None,
    replacements: Sequence[Replacement] = REPLACEMENTS,
    longest: int | None = None,
) -> str:
    """Return the output without what is unstable, and without blanks at line ends.

    :param folders: a name to show in place of each of these paths.
    :param replacements: patterns, and what to show in their place, in order.
    :param longest: of longer output, keep the last lines, at most so many characters.
    """
    names = folders or {}
    # The longest first, since one folder may be inside another.
    for folder in sorted(names, key=len, reverse=True):
        text = re.sub(rf"{re.escape(folder)}(?![\w.-])", names[folder], text)
    for pattern, replacement in replacements:
        text = pattern.sub(replacement, text)
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if longest is None or len(text) <= longest:
        return text
    return "…" + text[-longest:].partition("\n")[2]
