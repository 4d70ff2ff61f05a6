"""Show the outcome of a run as tables and lists, and write it as JSON."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from wasm_platform_tags.conformance.cases import Case

from .cells import Cell
from .recorded import (
    DIVERGES,
    ERROR,
    NOT_RUN,
    PASS,
    UNSUPPORTED,
    Mismatch,
    Reason,
    Result,
    Verdict,
    compare,
    faults,
    load_committed,
)

# How a verdict is counted in the table, the worst first.
MARKS = {
    ERROR: ("!", "bold red"),
    NOT_RUN: ("?", "magenta"),
    DIVERGES: ("≠", "yellow"),
    UNSUPPORTED: ("-", "dim"),
}
LEGEND = (
    "n passed · n≠ diverged · n- unsupported: the tool cannot be asked · n? not run"
    " · n! error · blank: no such case for this tool"
)
SHOWN = 40  # mismatches of each list
WIDE = 130  # columns of a terminal that has room for a column for each group
# The kinds that a whole installer or index answers: a table of their own if it is narrow.
CHOOSING = frozenset({"dependency", "index", "select", "wheels"})

# The names of the cases of each cell, by their group.
ByGroup = Mapping[Cell, Mapping[str, Sequence[str]]]


@dataclass(frozen=True)
class Run:
    """The outcome of a run.

    :param everything: the cases of every cell of the matrix, asked or not.
    :param stale: committed results of what no longer exists.
    """

    everything: Mapping[Cell, Sequence[Case]]
    results: Sequence[Result]
    stale: Sequence[Mismatch]

    @cached_property
    def mismatches(self) -> list[Mismatch]:
        """What is not as committed."""
        return [
            mismatch
            for result in self.results
            for mismatch in compare(result, load_committed(result.cell))
        ]

    @cached_property
    def faults(self) -> list[Mismatch]:
        """What must not be committed."""
        return [fault for result in self.results for fault in faults(result)]

    @property
    def differs(self) -> bool:
        """Whether something is not as committed, or must not be committed."""
        return bool(self.mismatches or self.faults or self.stale)

    @cached_property
    def by_group(self) -> ByGroup:
        """The cases of each cell that ran, by their group."""
        found: dict[Cell, dict[str, list[str]]] = {}
        for result in self.results:
            groups = found.setdefault(result.cell, {})
            for case in self.everything[result.cell]:
                groups.setdefault(case.title, []).append(case.id)
        return found

    @property
    def summary(self) -> str:
        """How many observations were made, and how many were not."""
        made = sum(len(result.verdicts) for result in self.results)
        left = sum(map(len, self.everything.values())) - made
        text = f"{made} observations in {len(self.results)} cells"
        return f"{text}; {left} others were not asked" if left else text

    def show(self, console: Console, reasons: Iterable[Reason]) -> None:
        """Print everything but the summary."""
        console.print(table(self.by_group, self.results, console.width))
        if left := sum(map(bool, self.everything.values())) - len(self.results):
            console.print(f"[magenta]{left} other cells: not run[/magenta]")
        counts = Counter(
            verdict.reason
            for result in self.results
            for verdict in result.verdicts.values()
            if verdict.verdict == DIVERGES
        )
        for reason in reasons:
            if counts[reason.id]:
                console.print(f"[yellow]{counts[reason.id]:4}≠[/yellow] {reason.id}")
        listed = {(mismatch.cell, mismatch.case) for mismatch in self.mismatches}
        others = [one for one in self.faults if (one.cell, one.case) not in listed]
        show_mismatches(console, "not as committed", self.mismatches)
        show_mismatches(console, "stale results", self.stale)
        show_mismatches(console, "errors, or without a reason", others)

    def write_json(self, path: Path, measured: str) -> None:
        """Write all observations, and the names of the cases that were not asked."""
        by_cell = {result.cell: result for result in self.results}
        not_run = {
            cell.name: [case.id for case in cases if case.id not in result.verdicts]
            for cell, cases in self.everything.items()
            if (result := by_cell.get(cell))
        }
        data = {
            "cells": {
                cell.name: by_cell[cell].json(measured) if cell in by_cell else NOT_RUN
                for cell, cases in self.everything.items()
                if cases
            },
            "not_run": {name: left for name, left in not_run.items() if left},
            "mismatches": [
                vars(one) for one in (*self.mismatches, *self.faults, *self.stale)
            ],
        }
        path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def table(by_group: ByGroup, results: Iterable[Result], width: int) -> Group:
    """Return a table of tools by groups of cases, with a section for each runtime.

    On a narrow terminal, kinds of cases take the place of groups.
    """
    verdicts = {result.cell: result.verdicts for result in results}
    columns: tuple[dict[str, list[str]], dict[str, list[str]]] = ({}, {})
    for group in sorted({group for some in by_group.values() for group in some}):
        kind, _, name = group.partition("/")
        if width < WIDE:
            half, heading = kind not in CHOOSING, kind
        elif kind == "select":
            half, heading = False, name.replace("-", "-\n")
        else:
            half, heading = True, f"{kind}\n{name}"
        columns[half].setdefault(heading, []).append(group)
    grids = [_grid(by_group, verdicts, half) for half in columns if half]
    return Group(*grids, Text(LEGEND, style="dim"))


def _grid(
    by_group: ByGroup,
    verdicts: Mapping[Cell, Mapping[str, Verdict]],
    columns: Mapping[str, Sequence[str]],
) -> Table:
    """Return one table, with the cells that have cases in one of its columns."""
    grid = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    grid.add_column("tool", no_wrap=True)
    for heading in columns:
        grid.add_column(heading, justify="right", overflow="fold")
    rows: dict[str, list[list[str | Text]]] = {}
    for cell, some in by_group.items():
        cases = [
            [case for group in groups for case in some.get(group, ())]
            for groups in columns.values()
        ]
        if any(cases):
            counts = [_count(names, verdicts[cell]) for names in cases]
            rows.setdefault(cell.runtime.runtime, []).append([_label(cell), *counts])
    for runtime, lines in rows.items():
        grid.add_row(Text(runtime, style="bold"))
        for line in lines:
            grid.add_row(*line)
        grid.add_section()
    return grid


def _label(cell: Cell) -> str:
    name = f"{cell.tool.tool} {cell.tool.version}"
    via = f" {cell.via}" if cell.via else ""
    return f"  {name}{via}{' patched' if cell.patched else ''}"


def _count(cases: Sequence[str], verdicts: Mapping[str, Verdict]) -> Text:
    """Return how many of each verdict there are; passes are a plain number."""
    found = Counter(
        verdicts[case].verdict if case in verdicts else NOT_RUN for case in cases
    )
    text = Text()
    if found[PASS]:
        text.append(str(found[PASS]), "green")
    for verdict, (mark, style) in MARKS.items():
        if found[verdict]:
            text.append(" " if text else "")
            text.append(f"{found[verdict]}{mark}", style)
    return text


def show_mismatches(console: Console, title: str, found: Sequence[Mismatch]) -> None:
    """Print what was expected and observed, and the end of the tool's output."""
    if not found:
        return
    console.print(f"[bold]{title}[/bold]: {len(found)}")
    # New passes come last: they need no explanation.
    found = sorted(found, key=lambda mismatch: mismatch.observed == PASS)
    for mismatch in found[:SHOWN]:
        console.print(f"  [bold]{mismatch.cell}[/bold]  {escape(mismatch.case)}")
        console.print(f"    expected  {escape(mismatch.expected)}")
        console.print(f"    observed  {escape(mismatch.observed)}")
        output = "" if mismatch.observed == PASS else mismatch.output
        for line in output.strip().splitlines()[-6:]:
            console.print(f"    | {line[:200]}", style="dim", markup=False)
    if len(found) > SHOWN:
        console.print(f"  ... and {len(found) - SHOWN} more (--json has them all)")
