"""The command ``wasm-tags conformance``."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from collections import Counter
from contextlib import closing
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, Any

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

from .. import __version__
from .._text import printable
from ..conformance.cases import InvalidSuite, load_cases, suite_folder
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
from .console import INTERRUPTED, NO, YES
from .tables import table
from .timeout import check_timeout

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from ..conformance.cases import Case

_MOST = 5  # reasons that are shown of what was not answered
# What of a request only names it.
_NAMES = {"suite", "id", "kind"}
_VERDICTS = (PASS, DIVERGES, UNSUPPORTED, ERROR, NOT_RUN)


def conformance(
    options: argparse.Namespace,
) -> tuple[int, Any, Callable[[], None]]:
    """Run the suite against an adapter, or list it.

    :returns: the exit code, what ``--json`` prints, and what prints it for a reader.
    :raises ValueError: if an option is wrong; the text says which and why.
    """
    check_timeout(options.timeout)
    cases = chosen(options)
    if options.list:
        listed = [request(case) | {"requirement": case.requirement} for case in cases]
        return YES, listed, partial(_show_cases, cases)
    outcomes, interrupted = _run(_command(options.adapter), cases, options.timeout)
    report = {
        "project": f"wasm-platform-tags {__version__}",
        "outcomes": [outcome.json() for outcome in outcomes],
    }
    show = partial(_show, outcomes)
    if interrupted:
        return INTERRUPTED, report, show
    failed = any(outcome.verdict in (DIVERGES, ERROR, NOT_RUN) for outcome in outcomes)
    passed = any(outcome.verdict == PASS for outcome in outcomes)
    return YES if passed and not failed else NO, report, show


def chosen(options: argparse.Namespace) -> list[Case]:
    """Return the cases that the options choose.

    :raises ValueError: if they choose none, or the suite cannot be read.
    """
    try:
        every = load_cases(suite_folder(options.suite))
    except InvalidSuite as error:
        raise ValueError(f"--suite: {error}") from error
    every = [case for case in every if case.asked]
    for pattern in options.only or ():
        if not any(fnmatchcase(case.id, pattern) for case in every):
            raise ValueError(
                f"--only {pattern!r} matches no case that an adapter is asked;"
                " --list shows them"
            )
    for kind in options.kind or ():
        if not any(case.kind == kind for case in every):
            raise ValueError(f"--kind {kind}: the suite has no such case")
    targets = {case.target.id for case in every if case.target}
    if options.running is not None and options.running not in targets:
        raise ValueError(
            f"--running: no target {options.running!r}; there are"
            f" {', '.join(sorted(targets))}"
        )
    cases = [
        case
        for case in every
        if _asked(case, options.running)
        and (not options.kind or case.kind in options.kind)
        and (not options.only or any(fnmatchcase(case.id, g) for g in options.only))
    ]
    if not cases:
        raise ValueError("no case is left; --list shows what there is")
    return cases


def _run(
    command: Sequence[str], cases: Sequence[Case], seconds: float
) -> tuple[list[Outcome], bool]:
    """An outcome for each case, and whether the user interrupted the run."""
    outcomes: list[Outcome] = []
    interrupted = False
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
                # Who waits sees for what, how long, and what went wrong before.
                progress.update(task, description=f"{case.id}{last}")
                outcome = next(found)
                outcomes.append(outcome)
                if outcome.verdict == ERROR:
                    first, _, _ = outcome.detail.partition("\n")
                    last = f"; last error: {printable(first)}"
                progress.advance(task)
        except KeyboardInterrupt:
            interrupted = True
    left = [Outcome(c, NOT_RUN, detail="interrupted") for c in cases[len(outcomes) :]]
    return outcomes + left, interrupted


def _asked(case: Case, running: str | None) -> bool:
    where: str = case.data.get("environment", "any")
    if running is None:
        return where != "running"
    here = case.target is None or case.target.id == running
    return here and where != "cross"


def _command(text: str) -> list[str]:
    try:
        command = shlex.split(text)
    except ValueError as error:
        raise ValueError(f"--adapter: {error} in {text!r}") from error
    if not command:
        raise ValueError("--adapter: wanted a command, got nothing")
    program = command[0]
    if shutil.which(program) is None:
        if os.path.isfile(program):  # noqa: PTH113 - takes any text
            raise ValueError(
                f"--adapter: {program!r} is there, but cannot be executed: put what"
                f" interprets it before it, as in 'python3 {program}'"
            )
        raise ValueError(f"--adapter: there is no program {program!r}")
    return command


def _show_cases(cases: Sequence[Case]) -> None:
    rows = ((case.id, case.requirement, case.description) for case in cases)
    Console().print(table(("case", "requirement", "description"), rows))


def _show(outcomes: Sequence[Outcome]) -> None:
    console = Console()
    groups: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.case.title, Counter())[outcome.verdict] += 1
    rows = ((group, *_counted(counts)) for group, counts in groups.items())
    shown = table(("cases", *_VERDICTS), rows, numbers=_VERDICTS)
    total = Counter(outcome.verdict for outcome in outcomes)
    shown.add_section()
    shown.add_row("all", *_counted(total))
    console.print(shown)
    if not total[PASS]:
        console.print("nothing passed")
    for verdict in (UNSUPPORTED, NOT_RUN):
        said = Counter(one.detail for one in outcomes if one.verdict == verdict)
        for why, count in said.most_common(_MOST):
            console.print(_text(f"{count} {verdict}: {why}"), soft_wrap=True)
        if (more := len(said) - _MOST) > 0:
            console.print(f"and {more} more reasons, see --json", highlight=False)
    for outcome in outcomes:
        if outcome.verdict not in (DIVERGES, ERROR):
            continue
        case = outcome.case
        console.print(_text(f"{outcome.verdict}: {case.id}", style="bold"))
        lines = [f"{case.description} (PEP requirement {case.requirement})"]
        if outcome.verdict == DIVERGES:
            asked = {k: v for k, v in request(case).items() if k not in _NAMES}
            lines += [
                f"asked    {json.dumps(asked)}",
                f"expected {json.dumps(case.expect)}",
                f"observed {json.dumps(outcome.observed)}",
            ]
        if outcome.detail:
            lines.append(outcome.detail)
        for line in lines:
            console.print(_text(f"  {line}"), soft_wrap=True)


def _text(text: str, style: str = "") -> Text:
    return Text(printable(text, keep="\n\t"), style=style)


def _counted(counts: Counter[str]) -> list[str]:
    return [str(counts[verdict] or "-") for verdict in _VERDICTS]
