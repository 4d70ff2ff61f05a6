"""Directives for what depends on the SDK and on the WASI version.

``{abi-grid}`` has a row for each module of tests/native/abi, or for consecutive modules with
equal outcomes; ``{abi-headers}`` shows what the compiler found in the headers;
``{abi-output} RUN`` shows one grid. All read the committed results only.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from docutils import nodes
from markup import html
from markupsafe import Markup
from native import NativeDirective, matching_runs, measured_days, output
from tables import folded

from tests.native.abi.grid import WORDS, parse
from tests.native.abi.headers import KINDS
from tests.native.abi.relations import RELATIONS, outcomes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinx.application import Sphinx

    from tests.native.observe import Run


def titled_outputs(runs: Iterable[Run]) -> Iterator[nodes.Node]:
    """Yield the output of each run, below its title."""
    for run in runs:
        text = output(run) or "not run"
        yield nodes.paragraph("", run.what)
        yield nodes.literal_block(text, text, language="none")


class AbiGrid(NativeDirective):
    """A table with a row for each module, and below it every module's grid, folded."""

    def content_nodes(self) -> list[nodes.Node]:
        runs = matching_runs("abi/static/*")
        rows = []
        for cells, equal in groupby(runs, relations):
            modules = list(equal)
            names = "; ".join(run.what for run in modules)
            rows.append((modules[0].id, [names, *cells]))
        legend = "; ".join(f"{word}: {meaning}" for word, meaning in WORDS.items())
        grids = nodes.paragraph("", f"{legend}."), *titled_outputs(runs)
        heads = ["Module", *RELATIONS.values()]
        return [
            html(self.env, "abi", heads=heads, rows=rows),
            *folded("Every combination of each module", *grids),
            measured_days(runs),
        ]


def relations(run: Run) -> tuple[str, ...]:
    """Return a module's cells: the outcome of each relation between platforms."""
    text = output(run)
    if not text:
        return ("not run",) * len(RELATIONS)
    return tuple(outcomes(parse(text)).values())


class AbiHeaders(NativeDirective):
    """A row for each pair of platforms, a column for each kind of declaration."""

    def content_nodes(self) -> list[nodes.Node]:
        runs = matching_runs("abi/headers/*")
        kinds = [title.partition(",")[0] for title in KINDS.values()]
        rows = [
            (run.id, [run.what, *map(counts, output(run).splitlines())]) for run in runs
        ]
        heads = ["From, to", *(kind[0].upper() + kind[1:] for kind in kinds)]
        shown = html(self.env, "abi", heads=heads, rows=rows)
        return [shown, *folded("The names", *titled_outputs(runs)), measured_days(runs)]


def counts(line: str) -> Markup:
    """Return the counts of a line: how many are in both, differ, are gone, are new."""
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


class AbiOutput(NativeDirective):
    """One grid, folded."""

    required_arguments = 1

    def content_nodes(self) -> list[nodes.Node]:
        (run,) = self.named_runs()
        grid = parse(output(run))
        rows = [(f"{run.id} {row}", [row, *cells]) for row, cells in grid.rows.items()]
        heads = ["Built for", *grid.columns]
        shown = html(self.env, "abi", heads=heads, rows=rows)
        return [*folded(run.what, shown), measured_days([run])]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("abi-grid", AbiGrid)
    app.add_directive("abi-headers", AbiHeaders)
    app.add_directive("abi-output", AbiOutput)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
