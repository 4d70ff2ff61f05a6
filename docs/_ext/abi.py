"""Directives for what depends on the SDK and on the WASI version.

``{abi-grid}`` is a row for each module of tests/native/abi, or for several that came out
alike; ``{abi-headers}`` is what the compiler found in the headers; ``{abi-output} RUN`` is
one grid. All read the committed results only.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from docutils import nodes
from markup import html
from markupsafe import Markup
from native import FromResults, listed, measured, output
from tables import folded

from tests.native.abi.grid import WORDS, parse
from tests.native.abi.headers import KINDS
from tests.native.abi.relations import RELATIONS, outcomes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinx.application import Sphinx

    from tests.native.observe import Run


def texts(runs: Iterable[Run]) -> Iterator[nodes.Node]:
    """Yield what each run said, below its title."""
    for run in runs:
        text = output(run) or "not run"
        yield nodes.paragraph("", run.what)
        yield nodes.literal_block(text, text, language="none")


class AbiGrid(FromResults):
    """A row a module, and below it all the grids."""

    def content_nodes(self) -> list[nodes.Node]:
        runs = listed("abi/static/*")
        rows = []
        for cells, alike in groupby(runs, relations):
            group = list(alike)
            names = "; ".join(run.what for run in group)
            rows.append((group[0].id, [names, *cells]))
        key = "; ".join(f"{word}: {what}" for word, what in WORDS.items())
        every = nodes.paragraph("", f"{key}."), *texts(runs)
        heads = ["Module", *RELATIONS.values()]
        return [
            html(self.env, "abi", heads=heads, rows=rows),
            *folded("Every combination of each module", *every),
            measured(runs),
        ]


def relations(run: Run) -> tuple[str, ...]:
    """Return the cells of a module."""
    text = output(run)
    if not text:
        return ("not run",) * len(RELATIONS)
    return tuple(outcomes(parse(text)).values())


class AbiHeaders(FromResults):
    """A row for each two platforms, a column for each kind of thing."""

    def content_nodes(self) -> list[nodes.Node]:
        runs = listed("abi/headers/*")
        kinds = [title.partition(",")[0] for title in KINDS.values()]
        rows = [
            (run.id, [run.what, *map(counts, output(run).splitlines())]) for run in runs
        ]
        heads = ["From, to", *(kind[0].upper() + kind[1:] for kind in kinds)]
        shown = html(self.env, "abi", heads=heads, rows=rows)
        return [shown, *folded("The names", *texts(runs)), measured(runs)]


def counts(line: str) -> Markup:
    """Return the numbers of one line: in both, different, gone, new."""
    text = line.partition(": ")[2]
    both = re.match(r"(\d+) in both", text)
    differ = re.search(r"(\d+ differ) \(", text)
    return Markup(", ").join(
        [
            *([f"{int(both[1]):,} in both"] if both else []),
            *([Markup("<strong>{}</strong>").format(differ[1])] if differ else []),
            *re.findall(r"(\d+ (?:gone|new)) \(", text),
        ]
    )


class AbiOutput(FromResults):
    """One grid, which a reader may unfold."""

    required_arguments = 1

    def content_nodes(self) -> list[nodes.Node]:
        (run,) = self.chosen()
        grid = parse(output(run))
        rows = [(f"{run.id} {row}", [row, *of]) for row, of in grid.rows.items()]
        heads = ["Built for", *grid.columns]
        shown = html(self.env, "abi", heads=heads, rows=rows)
        return [*folded(run.what, shown), measured([run])]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("abi-grid", AbiGrid)
    app.add_directive("abi-headers", AbiHeaders)
    app.add_directive("abi-output", AbiOutput)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
