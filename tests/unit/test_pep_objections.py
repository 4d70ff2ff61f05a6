"""Every objection on its page has an answer in the text, and evidence."""

import re

from docs.objections import PAGE, objections
from tests.toolkit.pep_text import ANCHOR, FOLDER, TEXT

DOCS = FOLDER.parent / "docs"
FOUND = objections()
CASES = "../tests/conformance/cases/"
# A post, or a page of a thread; an issue or a pull request; a published text.
THREAD = re.compile(
    r"https://discuss\.python\.org/t/[a-z0-9-]+/\d+(/\d+|\?page=\d+)?"
    r"|https://github\.com/[\w-]+/[\w-]+/(issues|pull)/\d+"
    r"|https://bytecodealliance\.github\.io/zulip-archive/stream/\S+\.html#\d+"
    r"|https://peps\.python\.org/pep-\d{4}/(#[a-z-]+)?"
    r"|https://github\.com/[\w-]+/[\w-]+/blob/[0-9a-f]{40}/\S+"
)


def test_all_are_there() -> None:
    """They are numbered, each with a permalink and all its fields."""
    assert len(FOUND) > 20
    assert [number for number, *_ in FOUND] == [str(n + 1) for n in range(len(FOUND))]
    page = PAGE.read_text("utf-8")
    assert len(re.findall(r"^## \d|^\(objection", page, re.MULTILINE)) == 2 * len(FOUND)


def test_an_answer_is_a_sentence() -> None:
    """An answer makes sense without its links."""
    for _, title, _, _, answer, _ in FOUND:
        words = re.sub(r"\{\w+\}`([^`<]+?)\s*<[^`]+>`", r"\1", answer)
        assert words[0].isupper(), title
        assert words.endswith("."), title
        assert len(words.split()) >= 6, title


def test_a_status_says_what_is_left() -> None:
    """The status of a partly answered or open objection says what is open."""
    for _, title, status, *_ in FOUND:
        assert re.fullmatch(
            r"Answered\.|Answered in part\. .+\.|Open\. .+\.", status
        ), title


def test_threads_are_linked() -> None:
    """Each has links to where it was raised, or says that it has none."""
    for _, title, _, raised, *_ in FOUND:
        links = re.findall(r"\[[^]]+\]\(([^)]+)\)", raised)
        assert links or raised.startswith("Not linked."), title
        assert all(THREAD.fullmatch(link) for link in links), title


def test_answers_lead_into_the_text() -> None:
    """Each answer has a link to an anchor of the PEP."""
    anchors = set(ANCHOR.findall(TEXT))
    for _, title, _, _, answer, _ in FOUND:
        linked = re.findall(r"\{ref\}`[^`]+<pep-9999-([a-z0-9-]+)>`", answer)
        assert linked, title
        assert set(linked) <= anchors


def is_page(name: str) -> bool:
    """Return whether a name, as MyST resolves it, is that of a page or of cases."""
    path = DOCS.parent / name[1:] if name.startswith("/") else DOCS / name
    return any(path.with_suffix(suffix).is_file() for suffix in (".md", ".json"))


def test_evidence_is_there() -> None:
    """Each has a file or a page to check, or says that it has none."""
    for _, title, _, _, _, evidence in FOUND:
        files = re.findall(r"\{download\}`[^`]+<([^>]+)>`", evidence)
        pages = re.findall(r"\{doc\}`(?:[^`<]+<)?([^`>]+)>?`", evidence)
        assert files or pages or evidence.startswith("None; "), title
        assert all((DOCS / name).is_file() for name in files)
        assert all(is_page(name) for name in pages), title
        # The cases have pages, which are better than the file.
        assert not any(name.startswith(CASES) for name in files), title


def test_no_requirement_names_a_tool() -> None:
    """Objection 2 claims it."""
    tools = re.compile(r"\b(pip|uv|micropip|Poetry|PDM|Pex|maturin|cibuildwheel)\b")
    parts = TEXT.split(".. _pep-9999-")[1:]
    naming = [
        part.partition(":")[0]
        for part in parts
        if tools.search(part.split("\n\n")[1].replace("\n", " "))
    ]
    assert naming == []
