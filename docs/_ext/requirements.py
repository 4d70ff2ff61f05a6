"""The ``{requirement-index}`` directive: every requirement of the PEP, and its cases."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from docutils import nodes
from links import page_link
from measured import by_name, case_link, every_case, name, note_files
from native import rule
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective
from tables import folded, table

from tests.unit.pep_text import HEADING, KEYWORD, PEP, anchored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from tables import Cell

    from wasm_platform_tags.conformance.cases import Case

PAGE = "docs/requirements"
PEP_PAGE = "pep/pep-9999"
ANCHOR = "pep-9999-"


class RequirementIndex(SphinxDirective):
    """A row a requirement, in the order of the text."""

    def run(self) -> list[nodes.Node]:
        """Build the table from the PEP and the cases."""
        self.env.note_dependency(str(PEP))
        note_files(self.env)
        cases = by_requirement()
        rows = [
            (
                row_anchor(slug),
                [
                    [rule(slug)],
                    levels(text),
                    heading,
                    str(len(cases.get(slug, []))),
                    groups(cases.get(slug, [])),
                ],
            )
            for heading, slug, text in found()
        ]
        columns = ["Requirement", "Level", "Section", "Cases", "Where"]
        return [table(columns, rows, "requirements")]


def by_requirement() -> dict[str, list[Case]]:
    """Return the cases that test each requirement, by its slug."""
    cases: dict[str, list[Case]] = {}
    for case in every_case():
        cases.setdefault(case.requirement, []).append(case)
    return cases


def row_anchor(slug: str) -> str:
    """Return the anchor of a requirement's row."""
    return nodes.make_id(f"requirement {slug}")


def found() -> Iterator[tuple[str, str, str]]:
    """Yield the section, the slug and the text of every requirement."""
    heading = ""
    for slug, part in anchored():
        if HEADING.fullmatch(part):
            heading = part.splitlines()[0]
        if slug:
            yield heading, slug, part


def groups(cases: list[Case]) -> Cell:
    """Return the cases by group, folded, each a link."""
    entry = nodes.entry()
    by_group: dict[str, list[list[Case]]] = {}
    for those in by_name(cases).values():
        by_group.setdefault(those[0].title, []).append(those)
    for title, named in by_group.items():
        links = nodes.paragraph()
        for those in named:
            text = name(those[0]).rpartition("/")[2]
            links += [nodes.Text(", " if len(links) else ""), case_link(those[0], text)]
        count = sum(map(len, named))
        entry += folded(f"{title} {count}", links)
    return entry


def levels(text: str) -> str:
    """Return the key words of a requirement, and how often each stands there."""
    counts = Counter(KEYWORD.findall(" ".join(text.split())))
    return ", ".join(f"{n} {word}" if n > 1 else word for word, n in counts.items())


class CaseNotes(SphinxTransform):
    """Say beside each rule of the PEP how many cases test it."""

    # After the anchors have moved to the paragraphs (260).
    default_priority = 900

    def apply(self, **_: Any) -> None:
        """Add a note to every paragraph that is a requirement."""
        # A build of the PEP alone has no page to link to.
        if self.env.docname != PEP_PAGE or PAGE not in self.env.found_docs:
            return
        note_files(self.env)
        cases = by_requirement()
        for paragraph in self.document.findall(nodes.paragraph):
            for anchor in paragraph["ids"]:
                slug = anchor.removeprefix(ANCHOR)
                if slug in cases:
                    paragraph.append(note(slug, cases[slug]))


def note(slug: str, cases: list[Case]) -> nodes.inline:
    """Return the note: straight to the cases of one group, else to the list."""
    if len({case.title for case in cases}) == 1:
        reference = case_link(cases[0], counted(cases))
    else:
        reference = page_link(counted(cases), PAGE, row_anchor(slug))
    return nodes.inline("", "", nodes.Text(" "), reference, classes=["rule-cases"])


def counted(cases: list[Case]) -> str:
    """Return the number of cases in words."""
    return f"{len(cases)} case{'s' if len(cases) > 1 else ''}"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive, and the notes beside the rules."""
    app.add_directive("requirement-index", RequirementIndex)
    app.add_transform(CaseNotes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
