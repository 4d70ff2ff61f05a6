"""The command: ``python -m tests.native``, from the root of the repository."""

import argparse
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import as_completed
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.toolkit import command, recorded
from tests.toolkit.threads import threads

from . import observe
from .context import NativeContext
from .observe import Observation, Run
from .provision import Downloads, downloads
from .runs import every_run

EXAMPLES = """\
examples:
  python -m tests.native                           everything, against results.json
  python -m tests.native --list                    list the runs
  python -m tests.native --only 'wasi/*'           WASI from end to end
  python -m tests.native --only 'gallery/*0.28.3'  some failures
  python -m tests.native --only abi/static/rust    a 100 MB compiler: only if named
  python -m tests.native --update                  show what changed, and write it

exit code: 0 if every observation is the committed one, 1 if not, 2 for bad input
"""


DESCRIPTION = (
    "Build, link and run extension modules with real tools, and compare what happens"
    " with tests/native/results.json."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    parser = command.make_parser("tests.native", DESCRIPTION, EXAMPLES)
    options = parser.parse_args(arguments)
    return command.exit_code(partial(_main, options, Console()))


def _main(options: argparse.Namespace, console: Console) -> int:
    started = time.monotonic()
    command.need_folder(options.json)
    committed = observe.load()
    found_in = downloads(options.cache.absolute())
    with tempfile.TemporaryDirectory(prefix="native-") as scratch:
        context = NativeContext(found_in, Path(scratch))
        runs = every_run(context)
        chosen = pick(runs, options.only)
        if options.list:
            print_runs(chosen, console)
            return 0
        try:
            found = _observe(context, chosen, found_in, console)
        finally:
            context.close()
    seconds = round(time.monotonic() - started)
    console.print(f"{len(found)} observations, {seconds} s")
    if options.json:
        write_report(options.json, found, seconds)
    return report_differences(found, committed, runs, console, update=options.update)


def pick(runs: Sequence[Run], patterns: Sequence[str]) -> list[Run]:
    """Return the runs that the patterns select: without one, all but large downloads.

    :raises BadInputError: if a pattern selects none.
    """
    command.need_matches(patterns, [run.id for run in runs], "run")
    for pattern in patterns:
        named = [run for run in runs if fnmatchcase(run.id, pattern)]
        if all(run.by_name and run.id != pattern for run in named):
            raise command.BadInputError(
                f"--only {pattern!r} matches only what runs by its whole name:"
                f" {', '.join(run.id for run in named)}"
            )

    def chosen(run: Run) -> bool:
        return run.id in patterns or (
            not run.by_name and command.matches(run.id, patterns)
        )

    return list(filter(chosen, runs))


def print_runs(runs: Sequence[Run], console: Console) -> None:
    """Print the name of each run and what it does."""
    for run in runs:
        console.print(f"{run.id}  [dim]{run.what}[/dim]", soft_wrap=True)


def _observe(
    context: NativeContext, runs: Sequence[Run], found_in: Downloads, console: Console
) -> dict[str, Observation]:
    found: dict[str, Observation] = {}
    shown = Progress(console=console, transient=True)
    with shown as progress, threads(os.cpu_count() or 2) as pool:
        task = progress.add_task("runs", total=len(runs))
        found_in.report = lambda source: progress.update(task, description=source)
        pending = {pool.submit(attempt, context, run): run.id for run in runs}
        for future in as_completed(pending):
            name = pending[future]
            found[name] = future.result()
            progress.update(task, description=name, advance=1)
    return {run.id: found[run.id] for run in runs}


def attempt(context: object, run: Run) -> Observation:
    """Return the observation of a run; if the run raises, one that says `error`."""
    try:
        return run.do(context)
    except Exception as error:  # noqa: BLE001 - the other runs go on
        message = f"{type(error).__name__}: {error}"
        return observe.shown("error", message.partition("\n")[0], message)


def report_differences(
    found: dict[str, Observation],
    committed: Mapping[str, Mapping[str, str]],
    runs: Sequence[Run],
    console: Console,
    *,
    update: bool,
    path: Path = observe.RESULTS,
) -> int:
    """Print what differs from the committed results, and write it if asked to."""
    known = [run.id for run in runs]
    different = observe.differences(found, committed)
    different += recorded.stale(known, committed, "run")
    errors = [name for name, one in found.items() if one.outcome == "error"]
    console.print(comparison(found, committed))
    for line in different:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    for name in errors:
        console.print(f"error in {name}: {found[name].raw}", markup=False)
    if left := len(runs) - len(found):
        console.print(f"{left} other runs: not run")
    if update and not errors:
        observe.save(found, known, recorded.today(), path)
        console.print(f"{path.name} written")
        return 0
    return 1 if different or errors else 0


def comparison(
    found: Mapping[str, Observation], committed: Mapping[str, Mapping[str, str]]
) -> Table:
    """Return a table: each run, its outcome, and whether it is as committed."""
    table = Table("Run", "Outcome", "As committed")
    for name, one in found.items():
        same = one.is_as(committed.get(name, {}))
        table.add_row(name, one.outcome, "yes" if same else "[red]no[/red]")
    return table


def write_report(path: Path, found: dict[str, Observation], seconds: int) -> None:
    """Write the observations with their raw output."""
    raw = {name: {**one.json(), "raw": one.raw} for name, one in found.items()}
    report = {"measured": recorded.today(), "seconds": seconds, "observations": raw}
    recorded.write(path, report)
