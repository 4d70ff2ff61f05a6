"""The ``{conformance-results}`` directive: how every tool fares, in three views.

The newest versions in short, the same by group of cases, and a row for each version, with
filters. All lead to the page of the tool. The other directives about cases and results are
registered here too.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from caselist import ConformanceCases
from docutils import nodes
from links import page_link
from measured import (
    WITH_DETAILS,
    cell_anchor,
    every_group,
    every_reason,
    every_row,
    group_page,
    note_files,
    reason_link,
    row_link,
    section_anchor,
    tool_page,
    twin,
)
from sphinx.util.docutils import SphinxDirective
from tables import table
from toolpage import ToolResults, placed, said, sections, short, total
from upstream import UpstreamDivergences

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from measured import Row
    from sphinx.application import Sphinx
    from tables import Cell

    from tests.matrix.results import Reason

PAGE = "docs/results"
FORM = Path(__file__).with_name("results.html")
NONE = "\N{EN DASH}"


class ConformanceResults(SphinxDirective):
    """Show how every tool fares; each name and row leads to the page of the tool."""

    def run(self) -> list[nodes.Node]:
        """Build the tables from the cases and the results."""
        note_files(self.env)
        self.env.note_dependency(str(FORM))
        days = sorted({row.measured for row in every_row().values()})
        newest = {of: newest_of(rows) for of, rows in sections().items()}
        return [
            nodes.paragraph("", f"Measured: {', '.join(days)}."),
            summary(newest),
            part("The newest versions, by group of cases", by_group(newest)),
            part(
                "Every version",
                form(sections()),
                every_version([row for of in sections().values() for row in of]),
            ),
        ]


def part(title: str, *content: nodes.Node) -> nodes.section:
    """Return a section of the page."""
    return nodes.section(
        "", nodes.title("", title), *content, ids=[nodes.make_id(title)]
    )


def newest_of(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of the newest version; provision.json has them in order."""
    newest = rows[-1].cell.tool.version
    return [row for row in rows if row.cell.tool.version == newest]


def tool_link(tool: str, where: str) -> nodes.reference:
    """Return a link to every version of a tool in a place."""
    return page_link(f"{tool} {where}", tool_page(tool), section_anchor(tool, where))


def added(rows: Iterable[Row], group: str | None = None) -> Counter[str]:
    """Count the verdicts of some rows together, of all cases or those of a group."""
    return sum((row.counts(group) for row in rows), Counter())


def summary(newest: Mapping[tuple[str, str], Sequence[Row]]) -> nodes.table:
    """Return a table of the newest version of each tool, over all its rows."""
    drawn: list[tuple[str, list[Cell]]] = [
        (
            nodes.make_id(f"newest {tool} {where}"),
            [
                [tool_link(tool, where)],
                rows[0].cell.tool.version,
                said(added(rows)),
                said(added(filter(None, map(twin, rows)))),
                separated(map(reason_link, reasons(rows))),
            ],
        )
        for (tool, where), rows in newest.items()
    ]
    columns = ["Tool", "Newest", "As it is", "Patched", "Why it diverges"]
    return table(columns, drawn, "summary")


def by_group(newest: Mapping[tuple[str, str], Sequence[Row]]) -> nodes.table:
    """Return the same by group of cases: a row for each group, a column for each tool.

    A cell leads to the same group on the page of the tool.
    """
    heads: list[Cell] = ["Group", *([tool_link(*of)] for of in newest)]
    drawn: list[tuple[str, list[Cell]]] = [
        (
            nodes.make_id(f"group {group}"),
            [
                [page_link(short(group), group_page(group))],
                *(of_group(rows, group) for rows in newest.values()),
            ],
        )
        for group in every_group()
    ]
    return table(heads, drawn, "results")


def of_group(rows: Sequence[Row], group: str) -> Cell:
    """Say what became of a group, with a link to the first of its rows."""
    row = next((row for row in rows if row.counts(group)), None)
    if row is None:
        return "n/a"
    counts = added(rows, group)
    anchor = nodes.make_id(f"newest {row.cell.tool.tool} {row.cell.where} {group}")
    return placed([row_link(row, said(counts), group)], anchor, counts)


def every_version(rows: Sequence[Row]) -> nodes.table:
    """Return a table of all rows, each with the classes that the filters ask for."""
    drawn: list[tuple[str, list[Cell]]] = [
        (
            cell_anchor(row),
            [
                [row_link(row, f"{row.cell.tool.tool} {row.title}")],
                total(row),
                total(patched) if (patched := twin(row)) else "n/a",
                # As text: the notes on the page of the tool have the links.
                ", ".join(r.id for r in reasons(filter(None, [row, patched]))) or NONE,
            ],
        )
        for row in rows
    ]
    classes = {cell_anchor(row): row_classes(row) for row in rows}
    columns = ["Version", "As it is", "Patched", "Why it diverges"]
    return table(columns, drawn, "versions", classes)


def reasons(rows: Iterable[Row]) -> list[Reason]:
    """Return each reason why some rows diverge, once."""
    names = (row.verdict(case).get("reason") for row in rows for case in row.cases)
    return [every_reason()[name] for name in dict.fromkeys(filter(None, names))]


def separated(parts: Iterable[nodes.Node]) -> Cell:
    """Return parts with commas between them, or a dash if there are none."""
    found: list[nodes.Node] = []
    for part in parts:
        found += [*([nodes.Text(", ")] if found else []), part]
    return found or NONE


def row_classes(row: Row) -> list[str]:
    """Return what the script that filters wants to know of a row."""
    results = {"unpatched": row, "patched": twin(row)}
    return [
        f"tool-{row.cell.tool.tool}",
        nodes.make_id(row.cell.where),
        *(
            f"diverges-{manner}"
            for manner, result in results.items()
            if result and WITH_DETAILS & set(result.counts())
        ),
    ]


def form(of: Iterable[tuple[str, str]]) -> nodes.raw:
    """Return the filters; a script shows them. Their values are classes of rows."""
    tools, places = zip(*of, strict=True)
    text = Template(FORM.read_text("utf-8")).substitute(
        tools="".join(f"<option>{tool}</option>" for tool in dict.fromkeys(tools)),
        places="".join(
            f'<option value="{nodes.make_id(place)}">{place}</option>'
            for place in dict.fromkeys(places)
        ),
    )
    return nodes.raw("", text, format="html")


def add_files(
    app: Sphinx, pagename: str, _template: str, _context: object, _doctree: object
) -> None:
    """Let the pages of the results load their style; the overview, the filters too."""
    if pagename == PAGE or pagename.startswith(f"{PAGE}/"):
        app.add_css_file("results/results.css")
    if pagename == PAGE:
        app.add_js_file("results/results.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives, and what the pages load."""
    app.add_directive("conformance-results", ConformanceResults)
    app.add_directive("tool-results", ToolResults)
    app.add_directive("conformance-cases", ConformanceCases)
    app.add_directive("upstream-divergences", UpstreamDivergences)
    app.connect("html-page-context", add_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
