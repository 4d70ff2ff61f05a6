"""The packaging guide's section, made of the text that the PEP brings for it.

Run as a program with a checkout of the guide, it writes the patch: ``python -m
tests.upstream.packaging_guide CHECKOUT``. What the section says is written once, in pep/pep-9999.
"""

from __future__ import annotations

import difflib
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.matrix.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXT = ROOT / "pep" / "pep-9999" / "platform-compatibility-tags.rst"
CHANGE = ROOT / "reference" / "upstream" / "packaging-python-org" / "change.patch"
PAGE = Path("source", "specifications", "platform-compatibility-tags.rst")
LABEL = ".. _webassembly:\n\n"
# The section of a page is one level below the page that the text is by itself.
LEVELS = str.maketrans({"=": "-", "-": "~"})
UNDERLINE = re.compile(r"^(?:={3,}|-{3,})$", re.MULTILINE)
# What the text has for the sake of this project: its place, and names that tests use.
OURS = re.compile(
    r"\A:orphan:\n\n|^For the page (?:.+\n)+\n\n|^ +:name: .*\n", re.MULTILINE
)
# Where the platform tags end.
NEXT = "Use\n===\n"


def section(text: str) -> str:
    """The section as it stands in the guide."""
    text = OURS.sub("", text)
    text = UNDERLINE.sub(lambda line: line[0].translate(LEVELS), text)
    return f"{LABEL}{text.strip()}\n\n"


def changed(page: str, text: str) -> str:
    """The page with the section before the one on use.

    :raises ValueError: if the page has no such place, or has the section.
    """
    if page.count(NEXT) != 1 or LABEL in page:
        raise ValueError(
            f"{PAGE}: wanted {NEXT.split(maxsplit=1)[0]!r} once, and no {LABEL.strip()}"
        )
    return page.replace(NEXT, section(text) + NEXT)


def patch(page: str, text: str) -> str:
    """The change as a unified diff."""
    new = changed(page, text)
    lines = difflib.unified_diff(
        page.splitlines(keepends=True),
        new.splitlines(keepends=True),
        f"a/{PAGE.as_posix()}",
        f"b/{PAGE.as_posix()}",
    )
    return "".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the patch; the exit code."""
    (checkout,) = sys.argv[1:] if arguments is None else arguments
    page = (Path(checkout) / PAGE).read_text("utf-8")
    try:
        made = patch(page, TEXT.read_text("utf-8"))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    CHANGE.write_text(made, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
