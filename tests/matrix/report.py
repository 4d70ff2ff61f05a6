"""What a person sees: progress while it runs, a table at the end; and the JSON report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

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
)

if TYPE_CHECKING:
    from pathlib import Path

# How a case counts in the table, worst first.
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
SHOWN = 40
WIDE = 130
# The kinds that a whole installer or index answers; a table of their own if narrow.
CHOOSING = frozenset({"dependency", "index", "select", "wheels"})

# For each cell, the cases that say something about it, by group and name.
Tasks = Mapping[Cell, Mapping[str, Sequence[str]]]


def table(tasks: Tasks, results: Iterable[Result], width: int) -> Group:
    """Installer by case group, a section for each runtime; by kind if it is narrow."""
    verdicts = {result.cell: result.verdicts for result in results}
    groups = sorted({group for by_group in tasks.values() for group in by_group})
    if width < WIDE:
        kinds = sorted({_kind(group) for group in groups})
        columns = {kind: [g for g in groups if _kind(g) == kind] for kind in kinds}
        halves = [
            {kind: of for kind, of in columns.items() if (kind in CHOOSING) == first}
            for first in (True, False)
        ]
        grids = [_grid(tasks, verdicts, half) for half in halves if half]
        return Group(*grids, Text(LEGEND, style="dim"))
    select = {
        group.partition("/")[2].replace("-", "-\n"): [group]
        for group in groups
        if _kind(group) == "select"
    }
    rest = {g.replace("/", "\n"): [g] for g in groups if _kind(g) != "select"}
    grids = [_grid(tasks, verdicts, columns) for columns in (select, rest) if columns]
    return Group(*grids, Text(LEGEND, style="dim"))


def _kind(group: str) -> str:
    return group.partition("/")[0]


def _grid(
    tasks: Tasks,
    verdicts: Mapping[Cell, Mapping[str, Verdict]],
    columns: Mapping[str, Sequence[str]],
) -> Table:
    """One table; a row is shown if some column says something about it."""
    grid = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    grid.add_column("tool", no_wrap=True)
    for heading in columns:
        grid.add_column(heading, justify="right", overflow="fold")
    rows: dict[str, list[list[str | Text]]] = {}
    for cell, by_group in tasks.items():
        cases = [
            [case for group in groups for case in by_group.get(group, ())]
            for groups in columns.values()
        ]
        if any(cases):
            counts = [_count(some, verdicts.get(cell, {})) for some in cases]
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
    """How many of each verdict, the passes as a plain number."""
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
    """Each with what was expected, what was observed, and the tool's last words."""
    if not found:
        return
    console.print(f"[bold]{title}[/bold]: {len(found)}")
    # What is new and passes says least.
    found = sorted(found, key=lambda mismatch: mismatch.observed == PASS)
    for mismatch in found[:SHOWN]:
        console.print(f"  [bold]{mismatch.cell}[/bold]  {escape(mismatch.case)}")
        console.print(f"    expected  {escape(mismatch.expected)}")
        console.print(f"    observed  {escape(mismatch.observed)}")
        said = "" if mismatch.observed == PASS else mismatch.output
        for line in said.strip().splitlines()[-6:]:
            console.print(f"    | {line[:200]}", style="dim", markup=False)
    if len(found) > SHOWN:
        console.print(f"  ... and {len(found) - SHOWN} more (--json has them all)")


def show_reasons(
    console: Console, results: Iterable[Result], reasons: Iterable[Reason]
) -> None:
    """Why cells diverge, and how often."""
    counts = Counter(
        verdict.reason
        for result in results
        for verdict in result.verdicts.values()
        if verdict.verdict == DIVERGES
    )
    for reason in reasons:
        if counts[reason.id]:
            console.print(f"[yellow]{counts[reason.id]:4}≠[/yellow] {reason.id}")


def write_json(
    path: Path,
    tasks: Tasks,
    results: Iterable[Result],
    mismatches: Iterable[Mismatch],
    measured: str,
) -> None:
    """Everything that was observed, and what did not run."""
    by_cell = {result.cell: result for result in results}
    data = {
        "cells": {
            cell.name: by_cell[cell].json(measured) if cell in by_cell else NOT_RUN
            for cell in tasks
        },
        "not_run": {
            cell.name: left
            for cell, by_group in tasks.items()
            if cell in by_cell
            and (
                left := [
                    case
                    for cases in by_group.values()
                    for case in cases
                    if case not in by_cell[cell].verdicts
                ]
            )
        },
        "mismatches": [vars(mismatch) for mismatch in mismatches],
    }
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
