"""The page of objections as data."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).with_suffix(".md")
FORM = re.compile(
    r"^\(objection-(\d+)\)=\n## \1\. (.+)\n\nStatus\n: (.+)\n\n"
    r"Raised in\n: ((?:.+\n)+)\nAnswer\n: ((?:.+\n)+)\nEvidence\n: ((?:.+\n)+)",
    re.MULTILINE,
)


class Objection(NamedTuple):
    """One objection; every part is on one line, as MyST."""

    number: str
    title: str
    status: str
    raised: str
    answer: str
    evidence: str


def objections() -> list[Objection]:
    """Return every objection, in the order of the page."""
    found = FORM.findall(PAGE.read_text("utf-8"))
    return [Objection(*(" ".join(part.split()) for part in parts)) for parts in found]
