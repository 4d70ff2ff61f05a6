"""The command: ``python -m tests.matrix``, from the root of the repository."""

import argparse
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

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

from ..toolkit import command
from ..toolkit.recorded import today
from . import recorded, report
from .cells import Cell, cells, settings_for
from .provision import Cache, provision
from .run import Matrix
from .selection import newest_versions, select_cases
from .settings import Settings, load_settings

DESCRIPTION = """\
Run real installers in real runtimes on the conformance cases, and compare what they do with
tests/matrix/results. A pattern of --only with a slash selects cases, any other cells; of
cells, --update writes only whole ones. When nothing is named, the newest release of each tool is asked
everything, and an older release a selection (tests/matrix/selection.py).
"""
EXAMPLES = """\
examples:
  python -m tests.matrix                           compare with what is committed
  python -m tests.matrix --all                     the same, older releases as well
  python -m tests.matrix --list                    the cells, and how many cases each has
  python -m tests.matrix --only 'pip-26.3-*'       some cells
  python -m tests.matrix --only 'select/alias/*'   some cases
  python -m tests.matrix --only 'uv-*' '*/exact/*' those cases in those cells
  python -m tests.matrix --subset short            a shorter run
  python -m tests.matrix --update                  show what changed, and write it
  python -m tests.matrix --update --only 'uv-*'    the same for some whole cells

exit code: 0 if every observation is the committed one, 1 if not, 2 for bad input
"""
# A run, or all that it could ask: the cases of each cell.
Tasks = Mapping[Cell, Sequence[Case]]


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = command.make_parser("tests.matrix", DESCRIPTION, EXAMPLES, what="cells")
    made.add_argument(
        "--all",
        action="store_true",
        help="ask every case of every release; --only and --update do so too",
    )
    made.add_argument(
        "--subset",
        metavar="NAME",
        help="run only the cells that provision.json lists under this name, such as short",
    )
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code."""
    options = parser().parse_args(arguments)
    run = partial(_main, options, Console())
    return command.exit_code(run, InvalidSuite, recorded.ReasonError)


def _main(options: argparse.Namespace, console: Console) -> int:
    started = time.monotonic()
    settings, every_case = load_settings(), load_cases()
    everything = {
        cell: [case for case in every_case if cell.applies(case)]
        for cell in cells(settings)
    }
    patterns = subset(options.subset, settings)
    wanted = {
        c: some for c, some in everything.items() if command.matches(c.name, patterns)
    }
    chosen = pick(options.only, wanted, every_case)
    if options.update and any("/" in pattern for pattern in options.only):
        raise command.BadInputError(
            "--update writes whole cells, because a result has one version and one day:"
            " leave out the patterns with a slash, which select cases"
        )
    if options.list:
        for cell, some in chosen.items():
            console.print(f"{len(some):4}  {cell.name}", highlight=False)
        return 0
    command.need_folder(options.json)
    reasons = recorded.load_reasons()
    # Before anything runs: this reads every committed result, and one may be broken.
    stale = recorded.stale(everything, every_case)
    if not (options.all or options.only or options.update):
        console.print("older releases are asked a selection; --all asks everything")
        chosen = selected(chosen, everything)
    cache = Cache(options.cache.absolute(), settings)
    found = _run(Matrix(chosen, cache, reasons), console)
    run = report.Run(everything, found, stale)
    if options.json:
        run.write_json(options.json, today())
    run.show(console, reasons)
    console.print(f"{run.summary}, {time.monotonic() - started:.0f} s", highlight=False)
    if options.update:
        return _update(run, console)
    return int(run.differs)


def _update(run: report.Run, console: Console) -> int:
    """Write the results, unless one of them must not be committed."""
    if run.faults:
        console.print(
            f"nothing written: {len(run.faults)} errors, or divergences that no reason in"
            " reasons.json explains"
        )
        return 1
    for result in run.results:
        recorded.write(result, today())
    recorded.remove_stale(run.everything)
    console.print("results written")
    return 0


def subset(name: str | None, settings: Settings) -> Sequence[str]:
    """Return the patterns of the cells of a subset: none if no subset is named.

    :raises BadInputError: if provision.json does not have it.
    """
    if name is None:
        return ()
    if name not in settings.subsets:
        raise command.BadInputError(
            f"--subset {name!r}: provision.json has {', '.join(settings.subsets)}"
        )
    return settings.subsets[name]


def pick(patterns: Sequence[str], tasks: Tasks, every_case: Sequence[Case]) -> Tasks:
    """Return the cells that --only selects, with the cases that it selects.

    :raises BadInputError: if a pattern matches nothing.
    """
    names = {
        "cell": [cell.name for cell in tasks],
        "case": [case.id for case in every_case],
    }
    by_kind: dict[str, list[str]] = {"cell": [], "case": []}
    for pattern in patterns:
        what = "case" if "/" in pattern else "cell"
        by_kind[what].append(pattern)
        if not command.matches_any(names[what], pattern):
            raise command.BadInputError(
                f"--only {pattern!r} matches no {what}; --list shows the cells, and"
                f" a case is called KIND/GROUP/ID@TARGET, such as {every_case[0].id}"
            )
    picked = {
        cell: [case for case in some if command.matches(case.id, by_kind["case"])]
        for cell, some in tasks.items()
        if command.matches(cell.name, by_kind["cell"])
    }
    return {cell: some for cell, some in picked.items() if some}


def selected(tasks: Tasks, every_cell: Iterable[Cell]) -> Tasks:
    """Return the tasks with only a selection of the cases of older releases."""
    newest = newest_versions(every_cell)
    return {
        cell: some
        if cell.tool.version == newest[cell.tool.tool]
        else select_cases(
            some, recorded.committed_verdicts(recorded.load_committed(cell))
        )
        for cell, some in tasks.items()
    }


def _run(matrix: Matrix, console: Console) -> list[recorded.Result]:
    """Download what is missing and run, with bars for the running cells."""
    tasks = matrix.tasks
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as progress:
        downloads = progress.add_task("downloads", total=None)
        needed = settings_for(tasks, matrix.cache.settings)
        provision(
            replace(matrix.cache, settings=needed),
            lambda name, done, total: progress.update(
                downloads, description=name, completed=done, total=total
            ),
        )
        progress.remove_task(downloads)
        bars = {
            cell: progress.add_task(
                cell.name, total=len(some), start=False, visible=False
            )
            for cell, some in tasks.items()
        }
        whole = progress.add_task("all", total=sum(map(len, tasks.values())))

        def advance(cell: Cell, done: int) -> None:
            if done == 1:
                progress.start_task(bars[cell])
            running = done < len(tasks[cell])
            progress.update(bars[cell], completed=done, visible=running)
            progress.advance(whole)

        return matrix.run(advance)
