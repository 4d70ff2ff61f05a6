"""The command: ``python -m tests.upstream``, from the root of the repository."""

from __future__ import annotations

import argparse
import os
import signal
import time
from concurrent.futures import as_completed
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tests.toolkit.command import BadInputError, exit_code, need_folder
from tests.toolkit.paths import DOWNLOADS as DEFAULT_CACHE
from tests.toolkit.threads import threads

from . import release, report, results
from .records import RECORD, UPSTREAM, RecordError, load_records
from .run import UpstreamRunner
from .steps import Runner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .records import Record
    from .run import Outcome

EXAMPLES = """\
examples:
  python -m tests.upstream                          every project, against what is committed
  python -m tests.upstream --list                   the projects
  python -m tests.upstream --only packaging pip     some of them
  python -m tests.upstream --update --only micropip show what changed, and write it
  python -m tests.upstream --only packaging-main --checkout packaging-main=FOLDER
  python -m tests.upstream --release pex=2.106.0    the change on a new release

A run that was interrupted goes on where it was: tests that ran are not run again until the
change, their requirements or the Python changes, or --again is given.

exit code: 0 if everything is as committed, 1 if not or if a step fails, 2 for bad input
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m tests.upstream",
        description="Try the changes in reference/upstream: each project's own tests"
        " before and after, and the conformance suite before and after.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--only", nargs="+", default=[], metavar="GLOB", help="run only these"
    )
    made.add_argument(
        "--list", action="store_true", help="list the projects and run nothing"
    )
    made.add_argument(
        "--json", type=Path, metavar="FILE", help="write everything to FILE"
    )
    made.add_argument(
        "--update",
        action="store_true",
        help="show the differences, then write results.json of each project that ran",
    )
    made.add_argument(
        "--again", action="store_true", help="run the projects' tests even if they ran"
    )
    made.add_argument(
        "--checkout",
        nargs="+",
        default=[],
        metavar="PROJECT=FOLDER",
        help="take the source of a project from a checkout",
    )
    made.add_argument(
        "--release",
        nargs="+",
        default=[],
        metavar="PROJECT=VERSION",
        help="try the change on another release of PyPI, without --only on it alone;"
        " with --update, record.json is of that release from then on",
    )
    made.add_argument(
        "--python",
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE",
        help="interpreters to choose from, beside those that are found",
    )
    made.add_argument(
        "--cache",
        type=Path,
        default=DEFAULT_CACHE.parent,
        metavar="DIR",
        help="keep downloads and work here (default: .cache)",
    )
    return made


def main(arguments: Sequence[str] | None = None, root: Path = UPSTREAM) -> int:
    """Run the command; the exit code."""
    options = parser().parse_args(arguments)
    return exit_code(partial(_main, options, Console(), root), RecordError)


def _main(options: argparse.Namespace, console: Console, root: Path) -> int:
    started = time.monotonic()
    need_folder(options.json)
    known = {record.name: record for record in load_records(root)}
    released = dict(_release(text, known) for text in options.release)
    records = list({**known, **released}.values())
    chosen = pick(records, options.only or list(released))
    checkouts = dict(_checkout(text, records) for text in options.checkout)
    if options.list:
        for record in chosen:
            console.print(
                f"{record.name} {record.version}  [dim]{record.gain}[/dim]",
                soft_wrap=True,
                highlight=False,
            )
        return 0
    # Before anything runs: a committed result may be broken.
    committed = {record.name: results.load(record) for record in chosen}
    cache = options.cache.resolve()  # pytest names tests by where links lead
    shop = UpstreamRunner(
        cache / "upstream",
        cache / "matrix",
        Runner(),
        {record.name: record for record in records},
        checkouts,
        options.python,
        options.again,
    )
    # As Ctrl-C: the steps are in groups of their own, and would go on.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        outcomes = _run(shop, chosen, console)
    finally:
        signal.signal(signal.SIGTERM, before)
    found = {one.record.name: results.found(one) for one in outcomes}
    unlike = {
        one.record.name: (
            []
            if one.error or one.not_run
            else results.differences(found[one.record.name], committed[one.record.name])
        )
        for one in outcomes
    }
    report.show(console, outcomes, unlike)
    today = datetime.now(timezone.utc).date().isoformat()
    if options.json:
        report.write_json(options.json, outcomes, unlike, today)
    seconds = time.monotonic() - started
    console.print(f"{len(outcomes)} projects, {seconds:.0f} s")
    failed = [one for one in outcomes if one.error]
    if options.update:
        for one in outcomes:
            if not (one.error or one.not_run):
                name = one.record.name
                if name in released:
                    release.write(known[name], released[name])
                    console.print(f"{name}/{RECORD} written")
                path = results.write(one.record, found[name], today)
                console.print(f"{name}/{path.name} written")
        return 1 if failed else 0
    return 1 if failed or any(unlike.values()) else 0


def pick(records: Sequence[Record], patterns: Sequence[str]) -> list[Record]:
    """The projects that a pattern names; a pattern that names none is a mistake."""
    names = [record.name for record in records]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise BadInputError(
                f"--only {pattern!r} matches no project; there are {', '.join(names)}"
            )
    return [
        record
        for record in records
        if not patterns or any(fnmatchcase(record.name, one) for one in patterns)
    ]


def _release(text: str, records: Mapping[str, Record]) -> tuple[str, Record]:
    name, _, version = text.partition("=")
    try:
        wanted = Version(version)
    except InvalidVersion:
        wanted = None
    if name not in records or not wanted:
        raise BadInputError(f"--release {text!r}: wanted PROJECT=VERSION")
    record = records[name]
    if "pypi" not in record.source:
        raise BadInputError(f"--release {text!r}: its source is not on PyPI")
    project = record.source["pypi"].rpartition("-")[0]
    return name, release.of_release(record, wanted, release.archives(project))


def _checkout(text: str, records: Sequence[Record]) -> tuple[str, Path]:
    name, _, folder = text.partition("=")
    if name not in {record.name for record in records} or not folder:
        raise BadInputError(f"--checkout {text!r}: wanted PROJECT=FOLDER")
    path = Path(folder).absolute()
    if not path.is_dir():
        raise BadInputError(f"--checkout {text!r}: there is no such folder")
    return name, path


def _run(
    shop: UpstreamRunner, chosen: Sequence[Record], console: Console
) -> list[Outcome]:
    with (
        Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        ) as progress,
        threads(os.cpu_count() or 2) as pool,
    ):
        bars = {r.name: progress.add_task(r.name, start=False) for r in chosen}

        def one(record: Record) -> Outcome:
            progress.start_task(bars[record.name])
            started = time.monotonic()
            outcome = shop.run(record)
            outcome.seconds = time.monotonic() - started
            return outcome

        shop.tell = lambda name, step: progress.update(
            bars[name], description=f"{name}: {step}"
        )
        running = {pool.submit(one, record): record for record in chosen}
        found = {}
        try:
            for future in as_completed(running):
                record = running[future]
                found[record.name] = future.result()
                progress.update(bars[record.name], visible=False)
        except BaseException:  # Ctrl-C: the steps are in groups of their own
            shop.runner.stop()
            raise
    return [found[record.name] for record in chosen]
