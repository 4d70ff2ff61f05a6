"""The ``{requirement-index}`` directive: every requirement of the PEP, and its cases."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from docutils import nodes
from native import rule
from sphinx.util.docutils import SphinxDirective
from tables import link, table

from tests.matrix.settings import CONFORMANCE
from tests.unit.pep_text import HEADING, PEP, anchored, keywords
from wasm_platform_tags.conformance.cases import load_cases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from tables import Cell

    from wasm_platform_tags.conformance.cases import Case

UNTESTED = CONFORMANCE / "untested.json"


class RequirementIndex(SphinxDirective):
    """A row a requirement, in the order of the text."""

    def run(self) -> list[nodes.Node]:
        """Build the table from the PEP and the cases."""
        for path in (PEP, UNTESTED, *CONFORMANCE.glob("cases/*/*.json")):
            self.env.note_dependency(str(path))
        reasons: dict[str, str] = json.loads(UNTESTED.read_bytes())["reasons"]
        cases: dict[str, list[Case]] = {}
        for case in load_cases():
            cases.setdefault(case.requirement, []).append(case)
        rows = [
            (
                nodes.make_id(f"requirement {slug}"),
                [
                    [rule(slug)],
                    ", ".join(keywords(text)),
                    heading,
                    str(len(cases.get(slug, ()))),
                    groups(cases[slug]) if slug in cases else f"None: {reasons[slug]}",
                ],
            )
            for heading, slug, text in found()
        ]
        columns = ["Requirement", "Level", "Section", "Cases", "Where"]
        return [table(columns, rows, "requirements")]


def found() -> Iterator[tuple[str, str, str]]:
    """Yield the section, the slug and the text of every requirement."""
    heading = ""
    for slug, part in anchored():
        if HEADING.fullmatch(part):
            heading = part.splitlines()[0]
        if slug:
            yield heading, slug, part


def groups(cases: list[Case]) -> Cell:
    """Return the groups of some cases, each with a link to its first case."""
    parts: list[nodes.Node] = []
    counts = Counter(case.title for case in cases)
    for title, count in counts.items():
        first = next(case for case in cases if case.title == title)
        anchor = nodes.make_id(f"case {first.id.partition('@')[0]}")
        if parts:
            parts.append(nodes.Text(", "))
        parts += [link(title, f"cases.html#{anchor}"), nodes.Text(f" {count}")]
    return parts


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("requirement-index", RequirementIndex)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
