"""The ``{conformance-results}`` directive: the committed results as tables.

Beside it, the directives that list the cases and what could be reported upstream.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from caselist import ConformanceCases, case_link
from docutils import nodes
from sphinx.util.docutils import SphinxDirective
from tables import code, link, table
from upstream import UpstreamDivergences

from tests.matrix.cells import cells
from tests.matrix.results import NOT_RUN, PASS, RESULTS, load_committed, load_reasons
from tests.matrix.settings import CONFORMANCE, load_settings
from wasm_platform_tags.conformance.cases import load_cases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

    from tests.matrix.cells import Cell
    from tests.matrix.results import Reason
    from wasm_platform_tags.conformance.cases import Case

# How a number of cases is put into words; also the order of the words.
WORDS = {
    "pass": "pass",
    "diverges": "diverge",
    "unsupported": "unsupported",
    "error": "error",
    "not run": "not run",
}
REASONS = CONFORMANCE / "reasons.json"


@dataclass(frozen=True, eq=False)
class Row:
    """One cell of the matrix, the cases that apply to it, and what became of them."""

    cell: Cell
    cases: tuple[Case, ...]
    verdicts: dict[str, dict[str, Any]]
    measured: str

    @property
    def title(self) -> str:
        """Name the version, where it ran, and how it was shown the files."""
        via = f", {self.cell.via}" if self.cell.via else ""
        patched = ", patched" if self.cell.patched else ""
        return f"{self.cell.tool.version} on {self.cell.runtime.runtime}{via}{patched}"

    def in_words(self, group: str) -> str:
        """Say what became of a group of cases. It is never empty."""
        verdicts = Counter(
            self.verdicts.get(case.id, {"verdict": NOT_RUN})["verdict"]
            for case in self.cases
            if case.title == group
        )
        total = sum(verdicts.values())
        if not total:
            return "n/a"
        if verdicts[NOT_RUN] == total:
            return WORDS[NOT_RUN]
        if verdicts[PASS] == total:
            return f"{total}/{total} pass"
        return ", ".join(f"{verdicts[v]} {WORDS[v]}" for v in WORDS if verdicts[v])


def load_rows() -> Iterator[Row]:
    """Yield every cell of the matrix, whether or not it has a result."""
    cases = load_cases()
    for cell in cells(load_settings()):
        committed = load_committed(cell) or {"cases": {}, "measured": "never"}
        yield Row(
            cell,
            tuple(case for case in cases if cell.applies(case)),
            committed["cases"],
            committed["measured"],
        )


class ConformanceResults(SphinxDirective):
    """Show how every tool fares, and every divergence with its reason."""

    def run(self) -> list[nodes.Node]:
        """Build the tables of each tool from the cases and the results."""
        for path in (REASONS, *RESULTS.glob("*.json"), *CONFORMANCE.rglob("*.json")):
            self.env.note_dependency(str(path))
        reasons = load_reasons() if REASONS.exists() else []
        tables: dict[str, list[Row]] = {}
        for row in load_rows():
            title = f"{row.cell.tool.tool} {row.cell.where}"
            tables.setdefault(title, []).append(row)
        by_id = {reason.id: reason for reason in reasons}
        return [section(title, rows, by_id) for title, rows in tables.items()]


def section(title: str, rows: list[Row], reasons: dict[str, Reason]) -> nodes.section:
    """Return a table, one row a cell and one column a group, and the divergences."""
    groups = dict.fromkeys(case.title for row in rows for case in row.cases)
    columns = [name.removeprefix("select/") for name in groups]
    overview = table(
        ["Version", *columns, "Measured"],
        [
            (
                nodes.make_id(f"cell {row.cell.name}"),
                [row.title, *map(row.in_words, groups), row.measured],
            )
            for row in rows
        ],
        "results",
    )
    return nodes.section(
        "",
        nodes.title("", title),
        overview,
        *divergences(rows, reasons),
        ids=[nodes.make_id(f"results {title}")],
    )


def divergences(rows: list[Row], reasons: dict[str, Reason]) -> Iterator[nodes.Node]:
    """Yield a table for each reason and the cells that share its divergences."""
    where: dict[tuple[str, str, str], list[Row]] = {}
    cases = {case.id: case for row in rows for case in row.cases}
    for row in rows:
        for case in row.cases:
            verdict = row.verdicts.get(case.id, {})
            if verdict.get("verdict") == "diverges":
                observed = shown(case, verdict["observed"])
                what = (verdict.get("reason") or "", case.id, observed)
                where.setdefault(what, []).append(row)
    alike: dict[tuple[str, tuple[Row, ...]], list[tuple[Case, str]]] = {}
    for (reason, name, observed), those in where.items():
        alike.setdefault((reason, tuple(those)), []).append((cases[name], observed))
    for (reason, those_alike), found in alike.items():
        titles = "; ".join(row.title for row in those_alike)
        yield nodes.paragraph("", "", nodes.strong("", titles))
        yield reason_text(reasons.get(reason))
        yield table(
            ["Case", "Expected", "Observed"],
            [
                (
                    nodes.make_id(f"diverges {those_alike[0].cell.name} {case.id}"),
                    [
                        [case_link(case)],
                        [code(shown(case, case.expect))],
                        [code(observed)],
                    ],
                )
                for case, observed in found
            ],
        )


def shown(case: Case, value: object) -> str:
    """Return a value as text: no file is "none", a file goes without its project."""
    if value is None:
        return "none"
    if isinstance(value, str):
        return value.removeprefix(case.project.replace("-", "_") + "-")
    return json.dumps(value)


def reason_text(reason: Reason | None) -> nodes.paragraph:
    """Return why a tool diverges, with the upstream reference."""
    if reason is None:
        return nodes.paragraph("", "Diverges; no reason is recorded.")
    paragraph = nodes.paragraph("", f"{reason.text} (")
    if reason.reference.startswith("https://"):
        paragraph += link("reference", reason.reference)
    else:
        paragraph += nodes.Text(reason.reference)
    paragraph += nodes.Text(")")
    return paragraph


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("conformance-results", ConformanceResults)
    app.add_directive("conformance-cases", ConformanceCases)
    app.add_directive("upstream-divergences", UpstreamDivergences)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
