"""The ``{upstream-divergences}`` directive: what could be reported, ready to reproduce."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from measured import (
    case_link,
    every_reason,
    every_row,
    note_files,
    read_in,
    repeat,
    result_link,
    verdict_anchor,
)
from native import rule
from sphinx.util.docutils import SphinxDirective
from tables import table

from tests.matrix.results import DIVERGES

if TYPE_CHECKING:
    from measured import Row

    from tests.matrix.results import Reason
    from wasm_platform_tags.conformance.cases import Case

# For each reason, the cells that diverge for it, and in which cases.
Found = dict[str, dict["Row", list["Case"]]]


class UpstreamDivergences(SphinxDirective):
    """List every reason why a tool diverges, from the committed results."""

    def run(self) -> list[nodes.Node]:
        """Build a section for each reason."""
        note_files(self.env)
        found = divergences()
        return [
            section(r, found[name])
            for name, r in every_reason().items()
            if name in found
        ]


def divergences() -> Found:
    """Read them from the results."""
    found: Found = {}
    for row in every_row().values():
        for case in row.cases:
            reason = row.verdict(case).get("reason")
            if reason:
                found.setdefault(reason, {}).setdefault(row, []).append(case)
    return found


def section(reason: Reason, found: dict[Row, list[Case]]) -> nodes.section:
    """Return what happens, what the PEP says, and how to see it."""
    every_case = [case for cases in found.values() for case in cases]
    rules = nodes.paragraph("", "The PEP: ")
    for number, slug in enumerate(sorted({case.requirement for case in every_case})):
        rules += [*([nodes.Text(", ")] if number else []), rule(slug)]
    rules += nodes.Text(".")
    row, cases = list(found.items())[-1]
    rows = table(
        ["Tool", "Where", "Cases", "For example"],
        [
            (
                nodes.make_id(f"upstream {reason.id} {row.cell.name}"),
                [
                    [result(row, cases[0])],
                    ", ".join(filter(None, [row.cell.runtime.runtime, row.cell.via])),
                    str(len(cases)),
                    [case_link(cases[0])],
                ],
            )
            for row, cases in found.items()
        ],
    )
    return nodes.section(
        "",
        nodes.title("", reason.id),
        nodes.paragraph("", reason.text),
        nodes.paragraph("", "", *read_in(reason)),
        rules,
        nodes.paragraph("", "To see it: ", repeat(row, cases[0])),
        rows,
        ids=[nodes.make_id(f"upstream {reason.id}")],
    )


def result(row: Row, case: Case) -> nodes.Node:
    """Return a link to what the tool made of the case."""
    tool = f"{row.cell.tool.tool} {row.cell.tool.version}"
    return result_link(row, tool, verdict_anchor(case, DIVERGES))
