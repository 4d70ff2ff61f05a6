"""The page of objections leads from each to the text and to something to check."""

from __future__ import annotations

import re

from tests.unit.pep_text import ANCHOR, FOLDER, TEXT

DOCS = FOLDER.parent / "docs"
PAGE = (DOCS / "objections.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if re.match(r"\| \d", line)
]


def test_all_are_there() -> None:
    """Fifteen, in order, each with an objection, an answer and evidence."""
    assert [row[0] for row in ROWS] == [str(number) for number in range(1, 16)]
    assert all(len(row) == 4 and all(row) for row in ROWS)


def test_answers_lead_into_the_text() -> None:
    """Each answer has a link to an anchor of the PEP."""
    anchors = set(ANCHOR.findall(TEXT))
    for row in ROWS:
        linked = re.findall(r"\{ref\}`[^`]+<pep-9999-([a-z0-9-]+)>`", row[2])
        assert linked, row[1]
        assert set(linked) <= anchors


def test_evidence_is_there() -> None:
    """Each row has a file or a page to check, or says that it has none."""
    for row in ROWS:
        files = re.findall(r"\{download\}`[^`]+<([^>]+)>`", row[3])
        pages = re.findall(r"\{doc\}`([^`]+)`", row[3])
        assert files or pages or row[3].startswith("None; "), row[1]
        assert all((DOCS / name).is_file() for name in files)
        assert all((DOCS / f"{name}.md").is_file() for name in pages)


def test_no_requirement_names_a_tool_but_one() -> None:
    """So row 2 says."""
    tools = re.compile(r"\b(pip|uv|micropip|Poetry|PDM|Pex|maturin|cibuildwheel)\b")
    parts = TEXT.split(".. _pep-9999-")[1:]
    naming = [
        part.partition(":")[0]
        for part in parts
        if tools.search(part.split("\n\n")[1].replace("\n", " "))
    ]
    assert naming == ["markers-target"]
