"""Make the packaging guide's patch from the section that the PEP has for it.

``python -m tests.upstream.packaging_guide CHECKOUT`` writes the patch, for a checkout of the
guide. The text of the section is only in pep/pep-9999.
"""

import difflib
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.toolkit.paths import ROOT, UPSTREAM

TEXT = ROOT / "pep" / "pep-9999" / "platform-compatibility-tags.rst"
CHANGE = UPSTREAM / "packaging-python-org" / "change.patch"
PAGE = Path("source", "specifications", "platform-compatibility-tags.rst")
LABEL = ".. _webassembly:\n\n"
# As a section, the text is one heading level lower than as a page.
LEVELS = str.maketrans({"=": "-", "-": "~"})
UNDERLINE = re.compile(r"^(?:={3,}|-{3,})$", re.MULTILINE)
# What only this repository needs: a note on its place, and names for tests.
OURS = re.compile(
    r"\A:orphan:\n\n|^For the page (?:.+\n)+\n\n|^ +:name: .*\n", re.MULTILINE
)
# The heading after the platform tags.
NEXT = "Use\n===\n"


def section(text: str) -> str:
    """Return the section in the form that it has in the guide."""
    text = OURS.sub("", text)
    text = UNDERLINE.sub(lambda line: line[0].translate(LEVELS), text)
    return f"{LABEL}{text.strip()}\n\n"


def patch(page: str, text: str) -> str:
    """Return as a unified diff the page with the section before the one on use.

    :raises ValueError: if the page has no such place, or has the section.
    """
    if page.count(NEXT) != 1 or LABEL in page:
        wanted = NEXT.split(maxsplit=1)[0]
        raise ValueError(f"{PAGE}: wanted {wanted!r} once, and no {LABEL.strip()}")
    return diff(page, page.replace(NEXT, section(text) + NEXT), PAGE.as_posix())


def diff(before: str, after: str, name: str) -> str:
    """Return a unified diff in git's form."""
    old, new = (text.splitlines(keepends=True) for text in (before, after))
    return "".join(difflib.unified_diff(old, new, f"a/{name}", f"b/{name}"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the patch; return the exit code."""
    (checkout,) = sys.argv[1:] if arguments is None else arguments
    page = Path(checkout, PAGE).read_text("utf-8")
    try:
        CHANGE.write_text(patch(page, TEXT.read_text("utf-8")), "utf-8")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
