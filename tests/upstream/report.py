"""What a person sees, and the JSON report."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from tests.matrix.recorded import DIVERGES, UNSUPPORTED

from . import results
from .changes import total

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from .run import Outcome


def table(outcomes: Sequence[Outcome], unlike: Mapping[str, Sequence[str]]) -> Table:
    """A row for each project."""
    made = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    made.add_column("project", no_wrap=True)
    for heading in ("change", "its tests", "new", "divergences", "s"):
        made.add_column(heading, justify="right")
    made.add_column("outcome")
    for outcome in outcomes:
        made.add_row(
            f"{outcome.record.name} {outcome.record.version}",
            lines(outcome),
            tests(outcome),
            str(len(outcome.compared.new)) if outcome.compared else "-",
            divergences(outcome),
            f"{outcome.seconds:.0f}",
            verdict(outcome, unlike[outcome.record.name]),
        )
    return made


def lines(outcome: Outcome) -> str:
    """The size of the change."""
    added, removed = total(outcome.lines)
    return f"+{added} -{removed}" if outcome.lines else "-"


def tests(outcome: Outcome) -> str:
    """How many pass before and after."""
    if not (outcome.before and outcome.after):
        return "-"
    return f"{outcome.before.counts['passed']} → {outcome.after.counts['passed']}"


def divergences(outcome: Outcome) -> str:
    """How often the tool diverges before and after, and what it cannot be asked."""
    if outcome.asked is None:
        return "-"
    return before_and_after(
        {when: Counter(getattr(one, when).values()) for when in ("before", "after")}
        for one in outcome.asked
    )


def before_and_after(cells: Iterable[Mapping[str, Mapping[str, int]]]) -> str:
    """Put the verdicts of some cells together, those before a change and those after."""
    counts = {"before": Counter[str](), "after": Counter[str]()}
    for cell in cells:
        for when, counted in counts.items():
            counted.update(cell[when])
    return " → ".join(map(_count, counts.values()))


def _count(verdicts: Counter[str]) -> str:
    unsupported = verdicts[UNSUPPORTED]
    more = f" ({unsupported} cannot be asked)" if unsupported else ""
    return f"{verdicts[DIVERGES]}{more}"


def verdict(outcome: Outcome, unlike: Sequence[str]) -> str:
    """How it ended, in a few words."""
    if outcome.error:
        return f"[red]failed: {escape(outcome.error.step)}[/red]"
    if outcome.not_run:
        return "[magenta]not run[/magenta]"
    return "[red]not as committed[/red]" if unlike else "as committed"


def show(
    console: Console, outcomes: Sequence[Outcome], unlike: Mapping[str, Sequence[str]]
) -> None:
    """The table, and below it what did not go as it should."""
    console.print(table(outcomes, unlike))
    for outcome in outcomes:
        name = outcome.record.name
        if outcome.error:
            console.print(f"[bold red]{name}[/bold red]: {escape(str(outcome.error))}")
            for line in outcome.error.output.splitlines():
                console.print(f"  | {line[:300]}", style="dim", markup=False)
        elif outcome.not_run:
            console.print(f"{name}: not run: {escape(outcome.not_run)}")
        elif unlike[name]:
            console.print(f"[bold]{name}[/bold]: not as committed")
            for line in unlike[name]:
                console.print(f"  {line[:600]}", markup=False, highlight=False)


def write_json(
    path: Path,
    outcomes: Sequence[Outcome],
    unlike: Mapping[str, Sequence[str]],
    today: str,
) -> None:
    """Everything, for a program to read."""
    data: dict[str, Any] = {
        "measured": today,
        "projects": {
            outcome.record.name: {
                **results.found(outcome),
                "seconds": round(outcome.seconds, 1),
                "not_run": outcome.not_run or None,
                "error": _error(outcome),
                "not_as_committed": list(unlike[outcome.record.name]),
            }
            for outcome in outcomes
        },
    }
    path.write_text(json.dumps(data, indent=1) + "\n", "utf-8")


def _error(outcome: Outcome) -> dict[str, str] | None:
    if not outcome.error:
        return None
    error = outcome.error
    return {"step": error.step, "why": error.why, "output": error.output}
