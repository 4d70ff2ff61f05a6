"""The ``{conformance-results}`` directive: the committed results as tables.

Beside it, the directives that list the cases and what could be reported upstream.
"""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from caselist import ConformanceCases
from docutils import nodes
from measured import (
    WITH_DETAILS,
    every_row,
    group_anchor,
    in_words,
    note_files,
    reason_text,
    result_link,
)
from sphinx.util.docutils import SphinxDirective
from tables import entry, table
from upstream import UpstreamDivergences

from tests.matrix.results import DIVERGES, NOT_RUN, PASS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from measured import Row
    from sphinx.application import Sphinx
    from tables import Cell

PAGE = "docs/results"
FORM = Path(__file__).with_name("results.html")


class ConformanceResults(SphinxDirective):
    """Show how every tool fares, by group; each cell leads to its result."""

    def run(self) -> list[nodes.Node]:
        """Build the tables of each tool from the cases and the results."""
        note_files(self.env)
        self.env.note_dependency(str(FORM))
        tools: dict[tuple[str, str], list[Row]] = {}
        for row in every_row().values():
            tools.setdefault((row.cell.tool.tool, row.where), []).append(row)
        return [
            form(tool for tool, _ in tools),
            *(section(*t, tools[t]) for t in tools),
        ]


def form(tools: Iterable[str]) -> nodes.raw:
    """Return the filters; a script shows them."""
    options = "".join(f"<option>{tool}</option>" for tool in dict.fromkeys(tools))
    text = Template(FORM.read_text("utf-8")).substitute(tools=options)
    return nodes.raw("", text, format="html")


def section(tool: str, where: str, rows: list[Row]) -> nodes.section:
    """Return a table, one row a cell and one column a group, and its notes."""
    title = f"{tool} {where}"
    groups = dict.fromkeys(case.title for row in rows for case in row.cases)
    notes: dict[str, int] = {}
    columns = [group.removeprefix("select/") for group in groups]
    ids = {row: nodes.make_id(f"cell {row.cell.name}") for row in rows}
    drawn: list[tuple[str, list[Cell]]] = [
        (
            ids[row],
            [row.title, *in_groups(row, list(groups), notes, title), row.measured],
        )
        for row in rows
    ]
    classes = {ids[row]: row_classes(row) for row in rows}
    overview = table(["Version", *columns, "Measured"], drawn, "results", classes)
    parts = [nodes.title("", title), overview]
    if notes:
        parts.append(legend(notes, title))
    return nodes.section(
        "",
        *parts,
        ids=[nodes.make_id(f"results {title}")],
        classes=[f"tool-{tool}", "host" if where == "on the host" else "webassembly"],
    )


def row_classes(row: Row) -> list[str]:
    """Return what the script that filters wants to know of a row."""
    manner = "patched" if row.cell.patched else "unpatched"
    return [manner, "diverges"] if WITH_DETAILS & set(row.counts()) else [manner]


def all_pass(row: Row) -> int:
    """Return the number of a row's cases if every one passes, else 0."""
    counts = row.counts()
    return counts[PASS] if counts[PASS] == counts.total() else 0


def in_groups(
    row: Row, groups: list[str], notes: dict[str, int], title: str
) -> list[Cell]:
    """Return a cell for each group, or a single one where every case passes."""
    if total := all_pass(row):
        said = nodes.paragraph("", "", result_link(row, f"all {total} pass"))
        return [nodes.entry("", said, morecols=len(groups) - 1)]
    return [in_group(row, group, notes, title) for group in groups]


def in_group(row: Row, group: str, notes: dict[str, int], title: str) -> Cell:
    """Say what became of a group of cases. It is never empty."""
    counts = row.counts(group)
    total = counts.total()
    if not total:
        return "n/a"
    if counts[NOT_RUN] == total:
        said = NOT_RUN
    elif counts[PASS] == total:
        said = f"{total}/{total} pass"
    else:
        said = in_words(counts)
    parts: list[nodes.Node] = [result_link(row, said, group_anchor(group))]
    for reason in dict.fromkeys(
        row.verdict(case).get("reason") or "no-reason"
        for case in row.cases
        if case.title == group and row.verdict(case)["verdict"] == DIVERGES
    ):
        number = str(notes.setdefault(reason, len(notes) + 1))
        anchor = note_anchor(title, number)
        mark = nodes.reference("", number, refuri=f"#{anchor}", internal=True)
        parts += [nodes.Text(" "), nodes.superscript("", "", mark)]
    drawn = entry(parts)
    if counts[DIVERGES]:
        drawn["classes"].append("diverges")
    return drawn


def note_anchor(title: str, number: str) -> str:
    """Return the anchor of a note below the table of that title."""
    return nodes.make_id(f"note {title} {number}")


def legend(notes: dict[str, int], title: str) -> nodes.enumerated_list:
    """Return the reasons to which the marks in the table lead."""
    items = nodes.enumerated_list(enumtype="arabic", prefix="", suffix=".")
    for name, number in notes.items():
        anchor = note_anchor(title, str(number))
        items += nodes.list_item("", reason_text(name), ids=[anchor])
    return items


def add_files(
    app: Sphinx, pagename: str, _template: str, _context: object, _doctree: object
) -> None:
    """Let the page of the results, and no other, load the filters."""
    if pagename == PAGE:
        app.add_css_file("results/results.css")
        app.add_js_file("results/results.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives, and what the page loads."""
    app.add_directive("conformance-results", ConformanceResults)
    app.add_directive("conformance-cases", ConformanceCases)
    app.add_directive("upstream-divergences", UpstreamDivergences)
    app.connect("html-page-context", add_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
