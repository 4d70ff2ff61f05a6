"""The ``{upstream-divergences}`` directive: what could be reported, ready to reproduce."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caselist import case_link
from docutils import nodes
from native import rule
from sphinx.util.docutils import SphinxDirective
from tables import code, table

from tests.matrix.cells import cells
from tests.matrix.results import (
    DIVERGES,
    RESULTS,
    committed_verdicts,
    load_committed,
    load_reasons,
)
from tests.matrix.settings import CONFORMANCE, load_settings
from wasm_platform_tags.conformance.cases import load_cases

if TYPE_CHECKING:
    from tests.matrix.cells import Cell
    from tests.matrix.results import Reason
    from wasm_platform_tags.conformance.cases import Case

# For each reason, the cells that diverge for it, and in which cases.
Found = dict[str, dict["Cell", list["Case"]]]


class UpstreamDivergences(SphinxDirective):
    """List every reason why a tool diverges, from the committed results."""

    def run(self) -> list[nodes.Node]:
        """Build a section for each reason."""
        for path in (CONFORMANCE / "reasons.json", *RESULTS.glob("*.json")):
            self.env.note_dependency(str(path))
        found = divergences()
        return [section(r, found[r.id]) for r in load_reasons() if r.id in found]


def divergences() -> Found:
    """Read them from the results."""
    cases = {case.id: case for case in load_cases()}
    found: Found = {}
    for cell in cells(load_settings()):
        for name, verdict in committed_verdicts(load_committed(cell)).items():
            if verdict.verdict == DIVERGES and verdict.reason and name in cases:
                by_cell = found.setdefault(verdict.reason, {})
                by_cell.setdefault(cell, []).append(cases[name])
    return found


def section(reason: Reason, found: dict[Cell, list[Case]]) -> nodes.section:
    """Return what happens, what the PEP says, and how to see it."""
    every_case = [case for cases in found.values() for case in cases]
    rules = nodes.paragraph("", "The PEP: ")
    for number, slug in enumerate(sorted({case.requirement for case in every_case})):
        rules += [*([nodes.Text(", ")] if number else []), rule(slug)]
    rules += nodes.Text(".")
    rows = table(
        ["Tool", "Where", "Cases", "For example", "To see it"],
        [
            (
                nodes.make_id(f"upstream {reason.id} {cell.name}"),
                [
                    f"{cell.tool.tool} {cell.tool.version}",
                    ", ".join(filter(None, [cell.runtime.runtime, cell.via])),
                    str(len(cases)),
                    [case_link(cases[0])],
                    [code(f"python -m tests.matrix --only {cell.name} {cases[0].id}")],
                ],
            )
            for cell, cases in found.items()
        ],
    )
    return nodes.section(
        "",
        nodes.title("", reason.id),
        nodes.paragraph("", reason.text),
        nodes.paragraph("", f"Read in: {reason.reference}."),
        rules,
        rows,
        ids=[nodes.make_id(f"upstream {reason.id}")],
    )
