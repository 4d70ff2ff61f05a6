"""Show the outcomes of a run: a table for people, and JSON for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.matrix.recorded import DIVERGES, UNSUPPORTED
from tests.toolkit.recorded import DAY

from .changes import total
from .run import Outcome

# For each project, the lines in which its run differs from the committed results.
Differences = dict[str, list[str]]


def show(
    console: Console, outcomes: Sequence[Outcome], differences: Differences
) -> None:
    """Print a table, and below it each error and each difference."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("project", no_wrap=True)
    for heading in ("change", "its tests", "new", "divergences", "s"):
        table.add_column(heading, justify="right")
    table.add_column("outcome")
    for outcome in outcomes:
        table.add_row(*_row(outcome, differences[outcome.record.name]))
    console.print(table)
    for outcome in outcomes:
        _show_details(console, outcome, differences[outcome.record.name])


def _row(outcome: Outcome, differences: Sequence[str]) -> list[str]:
    added, removed = total(outcome.lines)
    before, after = outcome.before, outcome.after
    return [
        f"{outcome.record.name} {outcome.record.version}",
        f"+{added} -{removed}" if outcome.lines else "-",
        f"{before.counts['passed']} → {after.counts['passed']}"
        if before and after
        else "-",
        str(len(outcome.compared.new)) if outcome.compared else "-",
        "-"
        if outcome.cells is None
        else before_and_after(cell.to_dict() for cell in outcome.cells),
        f"{outcome.seconds:.0f}",
        _verdict(outcome, differences),
    ]


def before_and_after(cells: Iterable[Mapping[str, Mapping[str, int]]]) -> str:
    """Return the number of divergences before and after a change, such as ``9 → 0``.

    :param cells: under ``before`` and ``after``, how many cases have each verdict.
    """
    counts = {"before": Counter[str](), "after": Counter[str]()}
    for cell in cells:
        for when, counted in counts.items():
            counted.update(cell[when])
    return " → ".join(
        f"{found[DIVERGES]}"
        + (f" ({found[UNSUPPORTED]} cannot be asked)" if found[UNSUPPORTED] else "")
        for found in counts.values()
    )


def _verdict(outcome: Outcome, differences: Sequence[str]) -> str:
    if outcome.error:
        return f"[red]failed: {escape(outcome.error.step)}[/red]"
    if outcome.not_run:
        return "[magenta]not run[/magenta]"
    return "[red]not as committed[/red]" if differences else "as committed"


def _show_details(
    console: Console, outcome: Outcome, differences: Sequence[str]
) -> None:
    name = outcome.record.name
    if outcome.error:
        console.print(f"[bold red]{name}[/bold red]: {escape(str(outcome.error))}")
        for line in outcome.error.output.splitlines():
            console.print(f"  | {line[:300]}", style="dim", markup=False)
    elif outcome.not_run:
        console.print(f"{name}: not run: {escape(outcome.not_run)}")
    elif differences:
        console.print(f"[bold]{name}[/bold]: not as committed")
        for line in differences:
            console.print(f"  {line[:600]}", markup=False, highlight=False)


def write_json(
    path: Path, outcomes: Sequence[Outcome], differences: Differences, day: str
) -> None:
    """Write every outcome as JSON."""
    projects = {
        outcome.record.name: {
            **outcome.to_dict(),
            "seconds": round(outcome.seconds, 1),
            "not_run": outcome.not_run or None,
            "error": vars(outcome.error) if outcome.error else None,
            "not_as_committed": differences[outcome.record.name],
        }
        for outcome in outcomes
    }
    text = json.dumps({DAY: day, "projects": projects}, indent=1) + "\n"
    path.write_text(text, "utf-8")
