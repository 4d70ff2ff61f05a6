"""The command: ``python -m tests.upstream``, from the root of the repository."""

import argparse
import os
import signal
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import as_completed
from functools import partial
from pathlib import Path

from packaging.version import InvalidVersion, Version
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tests.toolkit.command import (
    BadInputError,
    exit_code,
    make_parser,
    need_folder,
    pick,
)
from tests.toolkit.paths import CACHE, UPSTREAM
from tests.toolkit.recorded import today
from tests.toolkit.threads import threads

from . import release, report
from .project import Project, RunOptions
from .records import RECORD, Record, RecordError, load_records
from .run import Outcome, run_project

DESCRIPTION = """\
Try the changes in reference/upstream: each project's own tests before and after, and
the conformance suite before and after.
"""
EXAMPLES = """\
examples:
  python -m tests.upstream                          every project, against what is committed
  python -m tests.upstream --list                   the projects
  python -m tests.upstream --only packaging pip     some of them
  python -m tests.upstream --update --only micropip show what changed, and write it
  python -m tests.upstream --only packaging-main --checkout packaging-main=FOLDER
  python -m tests.upstream --release pex=2.106.0    the change on a new release

An interrupted run continues where it was: tests that ran are not run again until the
change, their requirements or the Python changes, or --again is given.

exit code: 0 if everything is as committed, 1 if not or if a step fails, 2 for bad input
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = make_parser(
        "tests.upstream", DESCRIPTION, EXAMPLES, what="projects", cache=CACHE
    )
    made.add_argument(
        "--again",
        action="store_true",
        help="run the projects' tests even if nothing has changed since they last ran",
    )
    several = partial(made.add_argument, nargs="+", default=[])
    several(
        "--checkout",
        metavar="PROJECT=FOLDER",
        help="use a checkout as the source of a project",
    )
    several(
        "--release",
        metavar="PROJECT=VERSION",
        help="try the change on another release on PyPI; without --only, run only that"
        " project; with --update, write the release to record.json",
    )
    several(
        "--python",
        type=Path,
        metavar="FILE",
        help="interpreters to try before those that are found",
    )
    return made


def main(arguments: Sequence[str] | None = None, root: Path = UPSTREAM) -> int:
    """Run the command; return the exit code.

    :param root: the folder of the records.
    """
    options = parser().parse_args(arguments)
    return exit_code(partial(_main, options, Console(), root), RecordError)


def _main(options: argparse.Namespace, console: Console, root: Path) -> int:
    started = time.monotonic()
    need_folder(options.json)
    known = {record.name: record for record in load_records(root)}
    released = dict(_release(text, known) for text in options.release)
    records = {**known, **released}
    patterns = options.only or list(released)
    chosen = pick(records.values(), patterns, lambda record: record.name, "project")
    checkouts = dict(_checkout(text, records) for text in options.checkout)
    if options.list:
        for record in chosen:
            line = f"{record.name} {record.version}  [dim]{record.gain}[/dim]"
            console.print(line, soft_wrap=True, highlight=False)
        return 0
    # Read before anything runs, since a file may be broken.
    committed = {record.name: report.load(record) for record in chosen}
    outcomes = _run(options, records.values(), chosen, checkouts, console)
    differences = report.compare(outcomes, committed)
    report.show(console, outcomes, differences)
    if options.json:
        report.write_json(options.json, outcomes, differences, today())
    console.print(f"{len(outcomes)} projects, {time.monotonic() - started:.0f} s")
    failed = any(one.error for one in outcomes)
    if not options.update:
        return int(failed or any(differences.values()))
    for one in outcomes:
        if not one.complete:
            continue
        name = one.record.name
        if name in released:
            release.write(known[name], released[name])
            console.print(f"{name}/{RECORD} written")
        path = report.write(one.record, one.to_dict(), today())
        console.print(f"{name}/{path.name} written")
    return int(failed)


def _release(text: str, records: Mapping[str, Record]) -> tuple[str, Record]:
    """Return the name of a project, and its record for the release in --release."""
    name, _, version = text.partition("=")
    try:
        record, wanted = records[name], Version(version)
    except (KeyError, InvalidVersion):
        raise BadInputError(f"--release {text!r}: wanted PROJECT=VERSION") from None
    if "pypi" not in record.source:
        raise BadInputError(f"--release {text!r}: its source is not on PyPI")
    project = record.source["pypi"].rpartition("-")[0]
    return name, release.of_release(record, wanted, release.archives(project))


def _checkout(text: str, records: Mapping[str, Record]) -> tuple[str, Path]:
    """Return the name of a project, and the folder in --checkout."""
    name, _, folder = text.partition("=")
    if name not in records or not folder:
        raise BadInputError(f"--checkout {text!r}: wanted PROJECT=FOLDER")
    path = Path(folder).absolute()
    if not path.is_dir():
        raise BadInputError(f"--checkout {text!r}: there is no such folder")
    return name, path


def _run(
    options: argparse.Namespace,
    records: Iterable[Record],
    chosen: Sequence[Record],
    checkouts: Mapping[str, Path],
    console: Console,
) -> list[Outcome]:
    """Run the chosen projects, several at a time; return the outcomes in their order."""
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with (
        Progress(*columns, console=console, transient=True) as progress,
        threads(os.cpu_count() or 2) as pool,
    ):
        bars = {r.name: progress.add_task(r.name, start=False) for r in chosen}

        def report_step(name: str, step: str) -> None:
            if name in bars:
                progress.update(bars[name], description=f"{name}: {step}")

        cache = options.cache.resolve()  # pytest resolves links in the names of tests
        shared = RunOptions(
            cache, checkouts, options.python, options.again, report_step
        )
        projects = {record.name: Project(record, shared) for record in records}

        def run(record: Record) -> Outcome:
            progress.start_task(bars[record.name])
            started = time.monotonic()
            outcome = run_project(record.name, projects)
            outcome.seconds = time.monotonic() - started
            progress.update(bars[record.name], visible=False)
            return outcome

        # As Ctrl-C does: the programs are in process groups of their own.
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            running = [pool.submit(run, record) for record in chosen]
            for future in as_completed(running):
                future.result()
        except BaseException:
            shared.stop.set()
            raise
        finally:
            signal.signal(signal.SIGTERM, before)
    return [future.result() for future in running]
