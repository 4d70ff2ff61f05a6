"""The ``{conformance-results}`` directive: the committed results as tables.

Beside it, the directives that list the cases and what could be reported upstream.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from caselist import ConformanceCases
from docutils import nodes
from measured import (
    WITH_DETAILS,
    cell_anchor,
    every_group,
    every_reason,
    every_row,
    in_words,
    note_files,
    reason_link,
    reason_text,
    result_link,
    twin,
)
from sphinx.util.docutils import SphinxDirective
from tables import entry, link, table
from upstream import UpstreamDivergences

from tests.matrix.results import DIVERGES, NOT_RUN, PASS
from tests.matrix.told import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from measured import Row
    from sphinx.application import Sphinx
    from tables import Cell

    from tests.matrix.results import Reason
    from wasm_platform_tags.conformance.cases import Case

PAGE = "docs/results"
FORM = Path(__file__).with_name("results.html")


class ConformanceResults(SphinxDirective):
    """Show how every tool fares, by group; each row leads to its results."""

    def run(self) -> list[nodes.Node]:
        """Build the tables of each tool from the cases and the results."""
        note_files(self.env)
        self.env.note_dependency(str(FORM))
        tools: dict[tuple[str, str], list[Row]] = {}
        for row in every_row().values():
            if not row.cell.patched:
                tools.setdefault((row.cell.tool.tool, row.cell.where), []).append(row)
        days = sorted({row.measured for row in every_row().values()})
        return [
            nodes.paragraph("", f"Measured: {', '.join(days)}."),
            summary(tools),
            form(tools),
            *(section(*t, tools[t]) for t in tools),
        ]


def summary(sections: Mapping[tuple[str, str], Sequence[Row]]) -> nodes.Element:
    """Return a table of the newest version of each tool, over all its rows."""
    drawn: list[tuple[str, list[Cell]]] = []
    for (tool, where), rows in sections.items():
        version = rows[-1].cell.tool.version  # provision.json has them in order
        newest = [row for row in rows if row.cell.tool.version == version]
        twins = [patched for row in newest if (patched := twin(row))]
        title = f"{tool} {where}"
        anchor = nodes.make_id(f"results {title}")
        drawn.append(
            (
                nodes.make_id(f"newest {title}"),
                [
                    [link(title, f"#{anchor}")],
                    version,
                    said(sum((row.counts() for row in newest), Counter())),
                    said(sum((row.counts() for row in twins), Counter())),
                    separated(map(reason_link, reasons(newest))),
                ],
            )
        )
    columns = ["Tool", "Newest", "As it is", "Patched", "Why it diverges"]
    return table(columns, drawn, "summary")


def reasons(rows: Iterable[Row]) -> Iterator[Reason]:
    """Yield each reason why some rows diverge, once."""
    names = (row.verdict(case).get("reason") for row in rows for case in row.cases)
    for name in dict.fromkeys(filter(None, names)):
        yield every_reason()[name]


def separated(parts: Iterable[nodes.Node]) -> Cell:
    """Return parts with commas between them, or a dash if there are none."""
    found: list[nodes.Node] = []
    for part in parts:
        found += [*([nodes.Text(", ")] if found else []), part]
    return found or "\N{EN DASH}"


def form(sections: Iterable[tuple[str, str]]) -> nodes.raw:
    """Return the filters; a script shows them. Their values are classes of sections."""
    tools, places = zip(*sections, strict=True)
    text = Template(FORM.read_text("utf-8")).substitute(
        tools="".join(f"<option>{tool}</option>" for tool in dict.fromkeys(tools)),
        places="".join(
            f'<option value="{nodes.make_id(place)}">{place}</option>'
            for place in dict.fromkeys(places)
        ),
    )
    return nodes.raw("", text, format="html")


def section(tool: str, where: str, rows: list[Row]) -> nodes.section:
    """Return a table, a row for a cell and its patched twin, and its notes."""
    notes = Notes(f"{tool} {where}")
    asked = {case.title for row in rows for case in row.cases}
    groups = [group for group in every_group() if group in asked]
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
    # The script makes an anchor of these, to which the cell of a row leads.
    names = [group.removeprefix("select/") for group in groups]
    classes = {cell_anchor(row): row_classes(row) for row in rows}
    return nodes.section(
        "",
        nodes.title("", notes.title),
        *lent(rows),
        table(["Version", *totals, *names], drawn, "results", classes),
        *notes.legend(),
        ids=[nodes.make_id(f"results {notes.title}")],
        classes=[f"tool-{tool}", nodes.make_id(where)],
    )


def lent(rows: Iterable[Row]) -> Iterator[nodes.paragraph]:
    """Say what the adapters told these tools, or lent them."""
    for manner, those in (("", rows), ("Patched: ", filter(None, map(twin, rows)))):
        if sentences := dict.fromkeys(told(row.cell) for row in those):
            yield nodes.paragraph("", manner + " ".join(sentences))


def row_classes(row: Row) -> list[str]:
    """Return what the script that filters wants to know of a row."""
    results = {"unpatched": row, "patched": twin(row)}
    return [
        f"diverges-{manner}"
        for manner, result in results.items()
        if result and WITH_DETAILS & set(result.counts())
    ]


def total(row: Row) -> Cell:
    """Say what became of all cases, with a link to the result."""
    return [result_link(row, said(row.counts()))]


def in_twin(row: Row, notes: Notes) -> Cell:
    """Say what became of all cases when the tool was patched, and why they diverge."""
    patched = twin(row)
    if patched is None:
        return "n/a"
    link = result_link(patched, said(patched.counts()))
    drawn = entry([link, *notes.marks(patched, patched.cases)])
    drawn["ids"].append(cell_anchor(patched))
    return drawn


def in_group(row: Row, group: str, notes: Notes) -> Cell:
    """Say what became of a group of cases, and why they diverge. It is never empty.

    Not in a paragraph: with thousands of them that would be a tenth of the page.
    """
    counts = row.counts(group)
    cases = [case for case in row.cases if case.title == group]
    return nodes.entry("", nodes.Text(said(counts)), *notes.marks(row, cases))


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
    """The reasons of what diverges in a table, numbered as they come.

    Where there are marks, the style sheet makes the cell bold, and the script links.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self.numbers: dict[str, int] = {}

    def marks(self, row: Row, cases: Iterable[Case]) -> Iterator[nodes.Node]:
        """Yield the marks of the reasons why some cases of a row diverge."""
        verdicts = map(row.verdict, cases)
        diverging = (v for v in verdicts if v["verdict"] == DIVERGES)
        for reason in dict.fromkeys(v.get("reason") or "" for v in diverging):
            number = self.numbers.setdefault(reason, len(self.numbers) + 1)
            yield from (nodes.Text(" "), nodes.superscript("", str(number)))

    def legend(self) -> Iterator[nodes.enumerated_list]:
        """Yield the list of the reasons, if there are any."""
        items = [
            nodes.list_item(
                "",
                reason_text(reason),
                ids=[nodes.make_id(f"note {self.title} {number}")],
            )
            for reason, number in self.numbers.items()
        ]
        if items:
            yield nodes.enumerated_list(
                "", *items, enumtype="arabic", prefix="", suffix="."
            )


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
