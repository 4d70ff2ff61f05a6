"""What ``wasm-tags conformance`` prints, also while it runs. Needs rich."""

from __future__ import annotations

import json
import sys
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Column
from rich.text import Text

from .._text import printable
from ..conformance.runner import (
    DIVERGES,
    ERROR,
    NOT_RUN,
    PASS,
    UNSUPPORTED,
    Outcome,
    request,
    run,
)
from .tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..conformance.cases import Case

_MOST = 5  # reasons that are printed for cases without a result
# The parts of a request that only identify it.
_NAMES = {"suite", "id", "kind"}
_VERDICTS = (PASS, DIVERGES, UNSUPPORTED, ERROR, NOT_RUN)


def with_progress(
    command: Sequence[str], cases: Sequence[Case], seconds: float
) -> tuple[list[Outcome], bool]:
    """Run cases, with progress if there is a terminal.

    :returns: an outcome for each case, and whether the user interrupted the run.
    """
    outcomes: list[Outcome] = []
    last = ""
    progress = Progress(
        BarColumn(20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False, table_column=Column(ratio=1)),
        console=Console(stderr=True),
        transient=True,
        expand=True,
        disable=not sys.stderr.isatty(),
    )
    task = progress.add_task("", total=len(cases))
    with progress, closing(run(command, cases, seconds=seconds)) as found:
        try:
            for case in cases:
                progress.update(task, description=f"{case.id}{last}")
                outcome = next(found)
                outcomes.append(outcome)
                if outcome.verdict == ERROR:
                    first, _, _ = outcome.detail.partition("\n")
                    last = f"; last error: {printable(first)}"
                progress.advance(task)
        except KeyboardInterrupt:
            left = cases[len(outcomes) :]
            outcomes += [Outcome(case, NOT_RUN, detail="interrupted") for case in left]
            return outcomes, True
    return outcomes, False


def show_cases(cases: Sequence[Case]) -> None:
    """Print a table of cases."""
    rows = ((case.id, case.requirement, case.description) for case in cases)
    Console().print(table(("case", "requirement", "description"), rows))


def show_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Print counts for each group of cases, and what there is to change."""
    console = Console()
    groups: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.case.title, Counter())[outcome.verdict] += 1
    rows = ((group, *_counted(counts)) for group, counts in groups.items())
    shown = table(("cases", *_VERDICTS), rows, numbers=_VERDICTS)
    total: Counter[str] = Counter(outcome.verdict for outcome in outcomes)
    shown.add_section()
    shown.add_row("all", *_counted(total))
    console.print(shown)
    if not total[PASS]:
        console.print("nothing passed")
    for verdict in (UNSUPPORTED, NOT_RUN):
        reasons = Counter(one.detail for one in outcomes if one.verdict == verdict)
        for why, count in reasons.most_common(_MOST):
            console.print(_text(f"{count} {verdict}: {why}"), soft_wrap=True)
        if (more := len(reasons) - _MOST) > 0:
            console.print(f"and {more} more reasons, see --json", highlight=False)
    for outcome in outcomes:
        if outcome.verdict in (DIVERGES, ERROR):
            name = f"{outcome.verdict}: {outcome.case.id}"
            console.print(_text(name, "bold"))
            for line in _details(outcome):
                console.print(_text(f"  {line}"), soft_wrap=True)


def _details(outcome: Outcome) -> Iterator[str]:
    """Yield what someone needs to know to change an outcome."""
    case = outcome.case
    yield f"{case.description} (PEP requirement {case.requirement})"
    if outcome.verdict == DIVERGES:
        asked = {k: v for k, v in request(case).items() if k not in _NAMES}
        yield f"asked    {json.dumps(asked)}"
        yield f"expected {json.dumps(case.expect)}"
        yield f"observed {json.dumps(outcome.observed)}"
    if outcome.detail:
        yield outcome.detail


def _text(text: str, style: str = "") -> Text:
    """Return a text that may have several lines."""
    return Text(printable(text, keep="\n\t"), style=style)


def _counted(counts: Counter[str]) -> list[str]:
    return [str(counts[verdict] or "-") for verdict in _VERDICTS]
