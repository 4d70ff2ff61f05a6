"""The PEP has the form that the peps repository checks."""

import json
import re
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from tests.toolkit.pep_text import LINES, PEP, SUPPORT, TEXT

HEADERS = (
    "PEP Title Author Sponsor PEP-Delegate Discussions-To Status Type Topic Requires"
    " Created Python-Version Post-History Replaces Superseded-By Resolution"
).split()
REQUIRED = {"PEP", "Title", "Author", "Discussions-To", "Status", "Type", "Created"}
SECTIONS = (
    "Abstract, Motivation, Specification, Rationale, Backwards Compatibility"
    ", Security Implications, How to Teach This, Reference Implementation, Rejected Ideas"
    ", Open Issues, Acknowledgements, Footnotes, Change History, Copyright"
).split(", ")
# Words that a title does not capitalise unless they come first.
SMALL = {"a", "an", "and", "for", "in", "is", "not", "of", "on", "the", "to", "with"}
UNDERLINE = re.compile(r"([=\-'])\1{3,}")
PREAMBLE = [line.partition(": ") for line in LINES[: LINES.index("")]]
# The text without literals, which may contain anything.
PROSE = re.sub(r"``.+?``", "", TEXT, flags=re.DOTALL)


def headings() -> list[tuple[int, str, str]]:
    """Return the line number, the text and the underline of each heading."""
    return [
        (at, text, line)
        for at, (text, line) in enumerate(pairwise(LINES))
        if UNDERLINE.fullmatch(line) and text and not text.startswith((" ", "="))
    ]


def section(name: str) -> str:
    """Return the text between a heading of the first level and the next."""
    first = [(at, text) for at, text, line in headings() if line[0] == "="]
    at = first.index(next(pair for pair in first if pair[1] == name))
    end = first[at + 1][0] if at + 1 < len(first) else len(LINES)
    return "\n".join(LINES[first[at][0] + 2 : end])


def header(name: str) -> str:
    """Return the value of a header."""
    return next(value for key, _, value in PREAMBLE if key == name)


def test_headers_are_in_order() -> None:
    """No header is unknown, missing, repeated or out of order."""
    names = [name for name, _, _ in PREAMBLE]
    assert names == [name for name in HEADERS if name in names]
    assert set(names) >= REQUIRED
    assert all(value for _, _, value in PREAMBLE)


def test_headers_have_their_form() -> None:
    """The headers have the values of a draft, in the right form."""
    assert LINES[0] == f"PEP: {PEP.stem.removeprefix('pep-').lstrip('0')}"
    assert len(header("Title")) <= 44
    assert header("Status") == "Draft"
    assert header("Type") == "Standards Track"
    assert header("Topic") == "Packaging"
    assert re.fullmatch(r"[1-9][0-9]*(, [1-9][0-9]*)*", header("Requires"))
    created = datetime.strptime(header("Created"), "%d-%b-%Y")  # noqa: DTZ007
    assert created.strftime("%d-%b-%Y") == header("Created")
    # No sponsor and no delegate has agreed, and there is no thread yet.
    names = {name for name, _, _ in PREAMBLE}
    assert not names & {"Sponsor", "PEP-Delegate", "Resolution", "Python-Version"}
    assert header("Discussions-To") == header("Post-History") == "Pending"


def test_sections_are_in_order() -> None:
    """The sections are those of the template."""
    assert [text for _, text, line in headings() if line[0] == "="] == SECTIONS


@pytest.mark.parametrize(("at", "text", "line"), headings())
def test_headings(at: int, text: str, line: str) -> None:
    """A heading is a title, fully underlined, after two blank lines."""
    assert len(line) == len(text)
    above = LINES[:at]
    if above[-2:-1] and above[-2].startswith(".. _"):
        above = above[:-2]
    assert above[-2:] == ["", ""] or UNDERLINE.fullmatch(above[-2]), "blank lines"
    words = re.findall(r"[A-Za-z]+", text)
    small = [word for word in words[1:] if word[0].islower() and word not in SMALL]
    assert words[0][0].isupper()
    assert small == []


def test_lengths() -> None:
    """The abstract and the text have a sensible number of words."""
    assert 130 <= len(section("Abstract").split()) <= 250
    before, _, _ = TEXT.partition("\nFootnotes\n====")
    assert len(before.split()) <= 5_000


def check_text(path: Path, width: int | None) -> None:
    """Check the width of lines, the blanks at their ends, and the end of the file."""
    text = path.read_bytes().decode()
    assert not set("\t\r") & set(text)
    assert re.search(r"\S\n\Z", text)
    for line in text.splitlines():
        assert line == line.rstrip()
        assert not width or len(line) <= width or "https://" in line


def test_text() -> None:
    """No line is longer than 79 columns, except for a URL."""
    check_text(PEP, 79)
    assert "\n\n\n\n" not in TEXT
    # In the peps repository, a file whose name begins with "pep-" is a PEP.
    assert [path.name for path in SUPPORT.iterdir() if path.stem[:4] == "pep-"] == []


def test_links() -> None:
    """PEPs and RFCs by their role, no bare URL, and anonymous targets."""
    assert not re.search(r"peps\.python\.org/pep-|dev/peps/|rfc-editor|ietf\.org", TEXT)
    bare = [line for line in PROSE.splitlines() if re.search(r"(?<!<)https?://", line)]
    # One address, to be filled in when there is one.
    assert bare == [".. _wasm-platform-tags: https://example.org/wasm-platform-tags"]
    assert re.findall(r">`_(?!_)", PROSE) == []
    # A link to a branch could change its content.
    for url in re.findall(r"https://github\.com/\S+?(?=>)", TEXT):
        if re.search("/(blob|tree)/", url):
            assert re.search("/(blob|tree)/[0-9a-f]{40}(/|$)", url), url


def test_no_single_backticks() -> None:
    """Single backticks are code in Markdown, but not in reStructuredText."""
    marks = re.sub(r":[a-z]+:`[^`]+`|`[^`]+\s<[^`]+>`__|`[^`<]+`_", "", PROSE)
    assert "`" not in marks


def test_footnotes_are_used() -> None:
    """Each footnote has a reference, and each reference a footnote."""
    used = re.findall(r"\[#([a-z-]+)\]_", TEXT)
    defined = re.findall(r"^\.\. \[#([a-z-]+)\] ", TEXT, re.MULTILINE)
    assert sorted(set(used)) == sorted(defined)


def test_copyright() -> None:
    """It is the sentence that every PEP ends with."""
    assert " ".join(section("Copyright").split()) == (
        "This document is placed in the public domain or under the CC0-1.0-Universal"
        " license, whichever is more permissive."
    )


def test_rejected_ideas_are_weighed() -> None:
    """There are ten or more, each with an argument for it and one against it."""
    rejected = section("Rejected Ideas")
    ideas = re.findall(r"^\S.*\n((?: {4}.+\n)+)", rejected, re.MULTILINE)
    assert len(ideas) >= 10
    assert [idea for idea in ideas if " But " not in " ".join(idea.split())] == []


def test_change_history_begins_with_the_draft() -> None:
    """The last entry is the draft, with the date of the header."""
    dates = re.findall(r"^\* (\S+): ", section("Change History"), re.MULTILINE)
    assert dates[-1] == header("Created")


@pytest.mark.parametrize("path", sorted(SUPPORT.glob("*.*")), ids=lambda p: p.name)
def test_support_files(path: Path) -> None:
    """They have the form of the text, and JSON can be parsed."""
    check_text(path, 79 if path.suffix == ".rst" else None)
    if path.suffix == ".json":
        json.loads(path.read_bytes())
