"""The command: ``python -m tests.matrix``, from the root of the repository."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from wasm_platform_tags.conformance.cases import Case, InvalidSuite, load_cases

from ..toolkit.command import BadInputError, exit_code, need_folder
from ..toolkit.paths import DOWNLOADS as DEFAULT_CACHE
from . import recorded as results
from . import report
from .cells import Cell, cells
from .provision import Cache, provision
from .run import Matrix
from .settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES = """\
examples:
  python -m tests.matrix                           everything, against what is committed
  python -m tests.matrix --list                    the cells, and how many cases each has
  python -m tests.matrix --only 'pip-26.3-*'       some cells
  python -m tests.matrix --only 'select/alias/*'   some cases
  python -m tests.matrix --only 'uv-*' '*/exact/*' those cases in those cells
  python -m tests.matrix --subset short            a shorter run
  python -m tests.matrix --update                  show what changed, and write it
  python -m tests.matrix --update --only 'uv-*'    the same for some whole cells

exit code: 0 if every observation is the committed one, 1 if not, 2 for bad input
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m tests.matrix",
        description="Run real installers in real runtimes on the conformance cases,"
        " and compare what they do with tests/matrix/results.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="GLOB",
        help="run only these; a pattern with a slash picks cases, any other cells",
    )
    made.add_argument(
        "--subset",
        metavar="NAME",
        help="run only the cells that provision.json lists under this name, such as short",
    )
    made.add_argument(
        "--json", type=Path, metavar="FILE", help="write all observations to FILE"
    )
    made.add_argument(
        "--list", action="store_true", help="list the cells and run nothing"
    )
    made.add_argument(
        "--update",
        action="store_true",
        help="show the differences, then write the results, for whole cells only; the"
        " version-control system shows them again",
    )
    made.add_argument(
        "--cache",
        type=Path,
        default=DEFAULT_CACHE,
        metavar="DIR",
        help="keep downloads here (default: .cache/matrix)",
    )
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    options = parser().parse_args(arguments)
    run = partial(_main, options, Console())
    return exit_code(run, InvalidSuite, results.ReasonError, results.ResultError)


def _main(options: argparse.Namespace, console: Console) -> int:
    settings = load_settings()
    every_cell, every_case = list(cells(settings)), load_cases()
    wanted = _subset(options.subset, settings, every_cell)
    chosen, some = _pick(options.only, wanted, every_case)
    if options.update and any("/" in pattern for pattern in options.only):
        raise BadInputError(
            "--update writes whole cells, for a result has one version and one day: leave"
            " out the patterns with a slash, which pick cases"
        )
    if options.list:
        for cell in chosen:
            count = sum(cell.applies(case) for case in some)
            console.print(f"{count:4}  {cell.name}", highlight=False)
        return 0
    need_folder(options.json)
    reasons = results.load_reasons()
    # Before anything runs: it reads every committed result, and one may be broken.
    stale = results.stale(every_cell, every_case)
    cache = Cache(options.cache.absolute(), settings)
    matrix = Matrix(chosen, some, cache, reasons)
    started = time.monotonic()
    with _progress(console) as progress:
        task = progress.add_task("downloads", total=None)
        provision(
            replace(cache, settings=needed(chosen, settings)),
            lambda name, done, total: progress.update(
                task, description=name, completed=done, total=total
            ),
        )
        progress.remove_task(task)
        found = _run(matrix, progress)

    tasks = {
        cell: _by_group(cell, every_case)
        for cell in every_cell
        if any(cell.applies(case) for case in every_case)
    }
    shown = {cell: tasks[cell] for cell in chosen}
    console.print(report.table(shown, found, console.width))
    if left := len(tasks) - len(shown):
        console.print(f"[magenta]{left} other cells: not run[/magenta]")
    report.show_reasons(console, found, reasons)
    mismatches = [
        mismatch
        for result in found
        for mismatch in results.compare(result, results.load_committed(result.cell))
    ]
    faults = [fault for result in found for fault in results.faults(result)]
    today = datetime.now(timezone.utc).date().isoformat()
    if options.json:
        wrong = [*mismatches, *faults, *stale]
        report.write_json(options.json, tasks, found, wrong, today)
    report.show_mismatches(console, "not as committed", mismatches)
    report.show_mismatches(console, "stale results", stale)
    listed = {(mismatch.cell, mismatch.case) for mismatch in mismatches}
    unlisted = [fault for fault in faults if (fault.cell, fault.case) not in listed]
    report.show_mismatches(console, "errors, or without a reason", unlisted)
    if options.update and faults:
        console.print(
            f"nothing written: {len(faults)} errors, or divergences that no reason in"
            " reasons.json explains"
        )
    seconds = time.monotonic() - started
    count = sum(len(result.verdicts) for result in found)
    console.print(f"{count} observations in {len(found)} cells, {seconds:.0f} s")
    if options.update and not faults:
        for result in found:
            results.write(result, today)
        results.remove_stale(every_cell)
        console.print("results written")
        return 0
    return 1 if mismatches or faults or stale else 0


def needed(chosen: Sequence[Cell], settings: Settings) -> Settings:
    """The settings with the tools and the runtimes of some cells alone."""
    return replace(
        settings,
        tools=tuple(dict.fromkeys(cell.tool for cell in chosen)),
        runtimes=tuple(dict.fromkeys(cell.runtime for cell in chosen)),
    )


def _run(matrix: Matrix, progress: Progress) -> list[results.Result]:
    bars = {}
    for cell in matrix.cells:
        total = len(matrix.tasks(cell))
        bars[cell] = progress.add_task(
            cell.name, total=total, start=False, visible=False
        )
    whole = progress.add_task(
        "all", total=sum(len(matrix.tasks(cell)) for cell in matrix.cells)
    )

    def tell(cell: Cell, done: int) -> None:
        bar = bars[cell]
        if done == 1:
            progress.start_task(bar)
        running = done < len(matrix.tasks(cell))
        progress.update(bar, completed=done, visible=running)
        progress.advance(whole)

    return matrix.run(tell)


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


def _subset(
    name: str | None, settings: Settings, every_cell: Sequence[Cell]
) -> Sequence[Cell]:
    if name is None:
        return every_cell
    if name not in settings.subsets:
        raise BadInputError(
            f"--subset {name!r}: provision.json has {', '.join(settings.subsets)}"
        )
    return [cell for cell in every_cell if _matches(cell.name, settings.subsets[name])]


def _pick(
    patterns: Sequence[str], every_cell: Sequence[Cell], every_case: Sequence[Case]
) -> tuple[list[Cell], list[Case]]:
    for pattern in patterns:
        names = (
            [case.id for case in every_case]
            if "/" in pattern
            else [cell.name for cell in every_cell]
        )
        if not any(fnmatchcase(name, pattern) for name in names):
            what = "case" if "/" in pattern else "cell"
            raise BadInputError(
                f"--only {pattern!r} matches no {what}; --list shows the cells, and"
                f" a case is called KIND/GROUP/ID@TARGET, such as {every_case[0].id}"
            )
    for_cells = [p for p in patterns if "/" not in p]
    for_cases = [p for p in patterns if "/" in p]
    some = [case for case in every_case if _matches(case.id, for_cases)]
    chosen = [
        cell
        for cell in every_cell
        if _matches(cell.name, for_cells) and any(cell.applies(case) for case in some)
    ]
    return chosen, some


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)


def _by_group(cell: Cell, every_case: Sequence[Case]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for case in every_case:
        if cell.applies(case):
            groups.setdefault(case.title, []).append(case.id)
    return groups
