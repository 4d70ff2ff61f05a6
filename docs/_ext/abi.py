"""Directives for what depends on the SDK and on the WASI version.

``{abi-grid}`` is a row for each module of tests/native/abi, or for several that came out
alike; ``{abi-headers}`` is what the compiler found in the headers. Both read the committed
results only.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from docutils import nodes
from native import NOT_RUN, results, runs
from sphinx.util.docutils import SphinxDirective
from tables import Cell, code, folded, table

from tests.native.abi.grid import WORDS, parse
from tests.native.abi.headers import KINDS
from tests.native.abi.relations import RELATIONS, outcomes
from tests.native.observe import RESULTS

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from tests.native.observe import Run

STATIC, HEADERS = "abi/static/", "abi/headers/"


def chosen(prefix: str) -> list[Run]:
    """Return the runs whose ids start so."""
    return [run for run in runs().values() if run.id.startswith(prefix)]


def output(run: Run) -> str:
    """Return what is committed of a run."""
    return str(results().get(run.id, NOT_RUN)["output"])


def measured(*which: Run) -> nodes.paragraph:
    """Return when runs were made."""
    days = {results().get(run.id, NOT_RUN)["measured"] for run in which}
    return nodes.paragraph("", f"Measured: {', '.join(sorted(days))}.")


class AbiGrid(SphinxDirective):
    """A row a module, and below it all the grids."""

    def run(self) -> list[nodes.Node]:
        """Build the table from the results."""
        self.env.note_dependency(str(RESULTS))
        run = chosen(STATIC)
        titled = [(one, relations(one)) for one in run]
        rows: list[tuple[str, list[Cell]]] = []
        for cells, alike in groupby(titled, key=lambda pair: pair[1]):
            group = [one for one, _ in alike]
            names = "; ".join(one.what for one in group)
            rows.append((f"abi-{nodes.make_id(group[0].id)}", [names, *cells]))
        key = nodes.paragraph(
            "", "; ".join(f"{k}: {v}" for k, v in WORDS.items()) + "."
        )
        grids: list[nodes.Node] = []
        for one in run:
            text = output(one) or "not run"
            grids += [
                nodes.paragraph("", one.what),
                nodes.literal_block(text, text, language="none"),
            ]
        return [
            table(["Module", *RELATIONS.values()], rows, "native"),
            *folded("Every combination of each module", key, *grids),
            measured(*run),
        ]


def relations(run: Run) -> tuple[str, ...]:
    """Return the cells of a module."""
    text = output(run)
    if not text:
        return ("not run",) * len(RELATIONS)
    return tuple(outcomes(parse(text)).values())


class AbiHeaders(SphinxDirective):
    """A row for each two platforms, a column for each kind of thing."""

    def run(self) -> list[nodes.Node]:
        """Build the table from the results."""
        self.env.note_dependency(str(RESULTS))
        run = chosen(HEADERS)
        kinds = [title.partition(",")[0] for title in KINDS.values()]
        columns = ["From, to", *(kind[0].upper() + kind[1:] for kind in kinds)]
        rows: list[tuple[str, list[Cell]]] = []
        details: list[nodes.Node] = []
        for one in run:
            lines = output(one).splitlines()
            cells: list[Cell] = [counts(line) for line in lines]
            rows.append((f"abi-{nodes.make_id(one.id)}", [one.what, *cells]))
            text = "\n".join(lines) or "not run"
            details += [
                nodes.paragraph("", one.what),
                nodes.literal_block(text, text, language="none"),
            ]
        shown = table(columns, rows, "native")
        return [shown, *folded("The names", *details), measured(*run)]


def counts(line: str) -> Cell:
    """Return the numbers of one line: in both, different, gone, new."""
    text = line.partition(": ")[2]
    both = re.match(r"(\d+) in both", text)
    parts: list[nodes.Node] = [nodes.Text(f"{int(both[1]):,} in both" if both else "")]
    if differ := re.search(r"(\d+) differ \(", text):
        parts.append(nodes.strong("", f", {differ[1]} differ"))
    moved = re.findall(r"(\d+ (?:gone|new)) \(", text)
    return [*parts, *(nodes.Text(f", {found}") for found in moved)]


class AbiOutput(SphinxDirective):
    """One grid, which a reader may unfold."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Build a table of its rows, without the reasons."""
        self.env.note_dependency(str(RESULTS))
        run = runs().get(self.arguments[0])
        if run is None:
            raise self.error(f"there is no run {self.arguments[0]!r} of tests/native")
        grid = parse(output(run))
        rows: list[tuple[str, list[Cell]]] = [
            (f"abi-{nodes.make_id(run.id)}-{row}", [[code(row)], *words])
            for row, words in grid.rows.items()
        ]
        head: list[Cell] = ["Built for", *([code(name)] for name in grid.columns)]
        return [*folded(run.what, table(head, rows, "native")), measured(run)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("abi-grid", AbiGrid)
    app.add_directive("abi-headers", AbiHeaders)
    app.add_directive("abi-output", AbiOutput)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
