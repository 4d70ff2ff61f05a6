"""The ``{conformance-cases}`` directive: every case, by group, with its rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from native import rule
from sphinx.util.docutils import SphinxDirective
from tables import code, link, table

from tests.matrix.settings import CONFORMANCE
from wasm_platform_tags.conformance.cases import load_cases

if TYPE_CHECKING:
    from wasm_platform_tags.conformance.cases import Case


def name(case: Case) -> str:
    """What a case is called on every target."""
    return case.id.partition("@")[0]


def case_link(case: Case) -> nodes.reference:
    """Return a link to the case on the page of all cases."""
    reference = link("", f"cases.html#{nodes.make_id(f'case {name(case)}')}")
    reference += code(case.id)
    return reference


class ConformanceCases(SphinxDirective):
    """List what is asked."""

    def run(self) -> list[nodes.Node]:
        """Build a section for each group of cases."""
        for path in CONFORMANCE.glob("cases/*/*.json"):
            self.env.note_dependency(str(path))
        groups: dict[str, dict[str, list[Case]]] = {}
        for case in load_cases():
            groups.setdefault(case.title, {}).setdefault(name(case), []).append(case)
        return [section(title, list(cases.values())) for title, cases in groups.items()]


def section(title: str, cases: list[list[Case]]) -> nodes.section:
    """Return a table of the cases of a group; each is given on all its targets."""
    rows = table(
        ["Case", "What", "Rule", "Targets"],
        [
            (
                nodes.make_id(f"case {name(first)}"),
                [
                    [code(name(first).rpartition("/")[2])],
                    first.description,
                    [rule(first.requirement)],
                    ", ".join(case.target.id for case in (first, *rest) if case.target)
                    or "none",
                ],
            )
            for first, *rest in cases
        ],
    )
    return nodes.section(
        "", nodes.title("", title), rows, ids=[nodes.make_id(f"cases {title}")]
    )
