"""The command ``wasm-tags conformance``."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections import Counter
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from .cases import CaseError, load_cases, suite_folder
from .options import KINDS
from .runner import DIVERGES, ERROR, NOT_RUN, PASS, UNSUPPORTED, request, run

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from .cases import Case
    from .runner import Outcome

_VERDICTS = (PASS, DIVERGES, UNSUPPORTED, ERROR, NOT_RUN)


def conformance(options: argparse.Namespace) -> tuple[int, list[dict[str, Any]]]:
    """Run the suite against an adapter, or list it.

    :returns: the exit code, and what ``--json`` prints.
    :raises ValueError: if an option is wrong; the text says which and why.
    """
    if not options.timeout > 0:  # nor NaN
        raise ValueError(
            f"--timeout: wanted more than 0 seconds, got {options.timeout}"
        )
    cases = chosen(options)
    if options.list:
        if not options.json:
            _show_cases(cases)
        return 0, [request(case) | {"requirement": case.requirement} for case in cases]
    command = _command(options.adapter)
    outcomes = list(
        track(
            run(command, cases, seconds=options.timeout),
            total=len(cases),
            description="cases",
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
    )
    if not options.json:
        _show(outcomes)
    failed = any(outcome.verdict in (DIVERGES, ERROR, NOT_RUN) for outcome in outcomes)
    passed = any(outcome.verdict == PASS for outcome in outcomes)
    return 0 if passed and not failed else 1, [one.json() for one in outcomes]


def chosen(options: argparse.Namespace) -> list[Case]:
    """Return the cases that the options choose.

    :raises ValueError: if they choose none, or the suite cannot be read.
    """
    try:
        every = load_cases(suite_folder(options.suite))
    except CaseError as error:
        raise ValueError(f"--suite: {error}") from error
    every = [case for case in every if case.kind in KINDS]
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
    if shutil.which(command[0]) is None:
        raise ValueError(f"--adapter: there is no program {command[0]!r}")
    return command


def _show_cases(cases: Sequence[Case]) -> None:
    table = _table("case", "requirement", "description")
    for case in cases:
        table.add_row(*map(Text, (case.id, case.requirement, case.description)))
    Console().print(table)


def _show(outcomes: Sequence[Outcome]) -> None:
    console = Console()
    table = _table("cases", *_VERDICTS)
    groups: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.case.title, Counter())[outcome.verdict] += 1
    for group, counts in groups.items():
        table.add_row(group, *(str(counts[verdict] or "-") for verdict in _VERDICTS))
    total = Counter(outcome.verdict for outcome in outcomes)
    table.add_section()
    table.add_row("all", *(str(total[verdict] or "-") for verdict in _VERDICTS))
    console.print(table)
    for outcome in outcomes:
        if outcome.verdict not in (DIVERGES, ERROR):
            continue
        case = outcome.case
        console.print(Text(f"{outcome.verdict}: {case.id}", style="bold"))
        lines = [f"{case.description} (PEP requirement {case.requirement})"]
        if outcome.verdict == DIVERGES:
            lines += [f"expected {case.expect!r}", f"observed {outcome.observed!r}"]
        if outcome.detail:
            lines.append(outcome.detail)
        for line in lines:
            console.print(Text(f"  {line}"), soft_wrap=True)


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    for column in columns:
        right = column in _VERDICTS
        table.add_column(column, justify="right" if right else "left", overflow="fold")
    return table
