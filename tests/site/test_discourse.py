"""The summary for a forum."""

import re

import pytest

from docs.discourse import PAGES, main, markdown
from tests.toolkit.pep_text import requirements

ROOT = "https://example.org/site/"


@pytest.fixture
def summary(capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["--base-url", ROOT.rstrip("/")]) == 0
    return capsys.readouterr().out


def test_every_requirement_has_its_permalink(summary: str) -> None:
    links = [f"{ROOT}pep/pep-9999.html#pep-9999-{slug}" for slug in requirements()]
    links += [f"{ROOT}{page}" for page in PAGES]
    assert [link for link in links if f"]({link})" not in summary] == []
    assert "Discussions-To: _" in summary
    assert "[PEP 783](https://peps.python.org/pep-0783/)" in summary


def test_no_markup_of_the_draft_is_left(summary: str) -> None:
    # Discourse's own limit for a post, in characters, if the forum has no other.
    assert len(summary) < 32_000
    assert re.findall(r"``|:\w+:`|`__?\b|^\.\. ", summary, re.MULTILINE) == []
    issues = summary.split("## Open issues")[1].strip().splitlines()[2:]
    assert len(issues) > 3
    assert all(line.startswith("* ") and " * " not in line for line in issues)


def test_every_objection_has_its_permalink_and_status(summary: str) -> None:
    line = r"^(\d+)\. \[.+\]\((.+)\): (?:Answered|Open)"
    found = re.findall(line, summary, re.MULTILINE)
    page = f"{ROOT}docs/objections.html#objection-"
    assert found == [(str(n), f"{page}{n}") for n in range(1, len(found) + 1)]
    assert len(found) > 20


def test_details_are_opened_and_closed(summary: str) -> None:
    """Discourse wants each mark alone on a line, with an empty line on both sides."""
    marks = re.findall(r"\n\n(\[/?details(?==\"|\]))[^\n]*(?=\n\n)", summary)
    assert marks == ["[details", "[/details"] * 3


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("``a`` and\n``b``", "`a` and `b`"),
        (":pep:`783`", "[PEP 783](https://peps.python.org/pep-0783/)"),
        (":pep:`PEP 816\n<816#x>`", "[PEP 816](https://peps.python.org/pep-0816/#x)"),
        ("`pip <https://example.org/x>`__", "[pip](https://example.org/x)"),
        ("measured [#abi]_.", "measured."),
    ],
)
def test_markdown(source: str, expected: str) -> None:
    assert markdown(source) == expected


@pytest.mark.parametrize(
    "given",
    [
        *("site", "ftp://example.org", "http://:80"),
        *(f"{ROOT}{end}" for end in ("?a", "#a", "a b", "a)", "?", "#", "index.html")),
    ],
)
def test_a_bad_address_is_refused(
    given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--base-url", given]) == 2
    assert repr(given) in capsys.readouterr().err
