"""Compare outcomes with the committed results; show and write them."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.matrix.recorded import DIVERGES, UNSUPPORTED
from tests.toolkit import recorded

from .changes import total
from .records import RESULTS, Record
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
    tests = cells = new = "-"
    if outcome.before and outcome.after:
        before, after = outcome.before.counts, outcome.after.counts
        tests = f"{before['passed']} → {after['passed']}"
    if outcome.compared:
        new = str(len(outcome.compared.new))
    if outcome.cells is not None:
        cells = before_and_after(cell.to_dict() for cell in outcome.cells)
    name = f"{outcome.record.name} {outcome.record.version}"
    lines = "+{} -{}".format(*total(outcome.lines)) if outcome.lines else "-"
    verdict = "[red]not as committed[/red]" if differences else "as committed"
    if outcome.error:
        verdict = f"[red]failed: {escape(outcome.error.step)}[/red]"
    elif outcome.not_run:
        verdict = "[magenta]not run[/magenta]"
    return [name, lines, tests, new, cells, f"{outcome.seconds:.0f}", verdict]


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
    text = json.dumps({recorded.DAY: day, "projects": projects}, indent=1) + "\n"
    path.write_text(text, "utf-8")


def load(record: Record) -> dict[str, Any] | None:
    """Return the committed results of a project, or nothing if there are none.

    :raises ResultError: if they cannot be read.
    """
    return recorded.load(record.folder / RESULTS)


def compare(
    outcomes: Iterable[Outcome], committed: Mapping[str, dict[str, Any] | None]
) -> Differences:
    """Return the differences of each outcome; there are none if it is not complete."""
    return {
        name: differences(one.to_dict(), committed[name]) if one.complete else []
        for one in outcomes
        for name in [one.record.name]
    }


def differences(new: dict[str, Any], committed: dict[str, Any] | None) -> list[str]:
    """Return one line for each value of a run that differs from the committed one.

    The number of tests depends on the Python that runs them. It is compared only if the
    minor version of Python is the same.
    """
    if committed is None:
        return ["nothing is committed; --update writes results.json"]
    both = committed, new
    python = [one.get("tests", {}).get("python", "").split(".")[:2] for one in both]
    same = python[0] == python[1]
    committed, new = (
        {**one, "tests": {**one["tests"], "python": None} if same else None}
        if "tests" in one
        else one
        for one in both
    )
    return recorded.differences(committed, new)


def write(record: Record, data: dict[str, Any], day: str) -> Path:
    """Write results.json, with its old day if nothing else changed; return its path."""
    path = record.folder / RESULTS
    recorded.write(path, recorded.dated(data, load(record), day), indent=2)
    return path
