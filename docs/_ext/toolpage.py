"""The ``{tool-results}`` directive: every version of one tool, by groups of cases.

A cell of its tables has an id, and leads to its cases on the page of the result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from measured import (
    cell_anchor,
    every_group,
    every_row,
    group_anchor,
    in_words,
    note_files,
    reason_text,
    result_link,
    section_anchor,
    twin,
)
from sphinx.util.docutils import SphinxDirective
from tables import entry, link, table

from tests.matrix.results import DIVERGES, NOT_RUN, PASS
from tests.matrix.told import told

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator

    from measured import Row
    from tables import Cell

    from wasm_platform_tags.conformance.cases import Case


class ToolResults(SphinxDirective):
    """Show how one tool fares: a table for each place where it runs."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Build the tables from the cases and the results."""
        note_files(self.env)
        (tool,) = self.arguments
        of_tool = {
            where: rows for (name, where), rows in sections().items() if name == tool
        }
        if not of_tool:
            known = ", ".join(sorted({name for name, _ in sections()}))
            raise self.error(f"no tool {tool!r} in the matrix; wanted one of: {known}")
        return [section(tool, where, rows) for where, rows in of_tool.items()]


def sections() -> dict[tuple[str, str], list[Row]]:
    """Return the unpatched rows of each tool, by where it runs, oldest first."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in every_row().values():
        if not row.cell.patched:
            found.setdefault((row.cell.tool.tool, row.cell.where), []).append(row)
    return found


def asked_groups(rows: Iterable[Row]) -> list[str]:
    """Return the groups of which some row is asked a case, in the suite's order."""
    asked = {case.title for row in rows for case in row.cases}
    return [group for group in every_group() if group in asked]


def short(group: str) -> str:
    """Return the name of a group for the head of a column."""
    return group.removeprefix("select/")


def section(tool: str, where: str, rows: list[Row]) -> nodes.section:
    """Return a table, a row for a cell and its patched twin, and its notes."""
    notes = Notes(f"{tool} {where}")
    groups = asked_groups(rows)
    patched = any(twin(row) for row in rows)
    drawn: list[tuple[str, list[Cell]]] = [
        (
            cell_anchor(row),
            [
                row.title,
                total(row),
                *([in_twin(row, notes)] if patched else []),
                *(in_group(row, group, notes) for group in groups),
            ],
        )
        for row in rows
    ]
    totals = ["All", "Patched"] if patched else ["All"]
    return nodes.section(
        "",
        nodes.title("", notes.title),
        *lent(rows),
        table(["Version", *totals, *map(short, groups)], drawn, "results"),
        *notes.legend(),
        ids=[section_anchor(tool, where)],
    )


def lent(rows: Iterable[Row]) -> Iterator[nodes.paragraph]:
    """Say what the adapters told these tools, or lent them."""
    for manner, those in (("", rows), ("Patched: ", filter(None, map(twin, rows)))):
        if sentences := dict.fromkeys(told(row.cell) for row in those):
            yield nodes.paragraph("", manner + " ".join(sentences))


def total(row: Row) -> list[nodes.Node]:
    """Say what became of all cases, with a link to the result."""
    return [result_link(row, said(row.counts()))]


def in_twin(row: Row, notes: Notes) -> Cell:
    """Say what became of all cases when the tool was patched, and why they diverge."""
    patched = twin(row)
    if patched is None:
        return "n/a"
    cell = [*total(patched), *notes.marks(patched, patched.cases)]
    return placed(cell, cell_anchor(patched), patched.counts())


def in_group(row: Row, group: str, notes: Notes) -> Cell:
    """Say what became of a group of cases, and why they diverge. It is never empty."""
    cases = [case for case in row.cases if case.title == group]
    if not cases:
        return "n/a"
    counts = row.counts(group)
    text = said(counts)
    asked = counts.keys() - {NOT_RUN}
    inside = result_link(row, text, group_anchor(group)) if asked else nodes.Text(text)
    cell = [inside, *notes.marks(row, cases)]
    return placed(cell, cell_anchor(row, group), counts)


def placed(cell: Cell, anchor: str, counts: Counter[str]) -> nodes.entry:
    """Return a cell with an anchor, and with a class if something diverges."""
    drawn = entry(cell)
    drawn["ids"].append(anchor)
    if counts[DIVERGES]:
        drawn["classes"].append("diverges")
    return drawn


def said(counts: Counter[str]) -> str:
    """Say what became of some cases: "n/a" if there are none, "not run" if all were."""
    number = counts.total()
    if not number:
        return "n/a"
    if counts[NOT_RUN] == number:
        return NOT_RUN
    if counts[PASS] == number:
        return f"{number}/{number} pass"
    return in_words(counts)


class Notes:
    """The reasons of what diverges in a table, numbered as they come."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.numbers: dict[str, int] = {}

    def anchor(self, number: int) -> str:
        """Return the anchor of a note."""
        return nodes.make_id(f"note {self.title} {number}")

    def marks(self, row: Row, cases: Iterable[Case]) -> Iterator[nodes.Node]:
        """Yield the marks of the reasons why some cases of a row diverge."""
        verdicts = map(row.verdict, cases)
        diverging = (v for v in verdicts if v["verdict"] == DIVERGES)
        for reason in dict.fromkeys(v.get("reason") or "" for v in diverging):
            number = self.numbers.setdefault(reason, len(self.numbers) + 1)
            mark = link(str(number), f"#{self.anchor(number)}")
            yield from (nodes.Text(" "), nodes.superscript("", "", mark))

    def legend(self) -> Iterator[nodes.enumerated_list]:
        """Yield the list of the reasons, if there are any."""
        items = [
            nodes.list_item("", reason_text(reason), ids=[self.anchor(number)])
            for reason, number in self.numbers.items()
        ]
        if items:
            yield nodes.enumerated_list(
                "", *items, enumtype="arabic", prefix="", suffix="."
            )
