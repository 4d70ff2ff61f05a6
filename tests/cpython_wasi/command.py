"""The command: ``python -m tests.cpython_wasi``, from the root of the repository."""

import argparse
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from tests.native import command, observe
from tests.native.provision import downloads
from tests.toolkit.command import BadInputError, exit_code, make_parser, need_folder

from .build import BuildCache, missing
from .questions import runs

RESULTS = Path(__file__).with_name("observation.json")
EXAMPLES = """\
examples:
  python -m tests.cpython_wasi                            build, ask everything, compare
  python -m tests.cpython_wasi --only 'cpython/configure/*'
  python -m tests.cpython_wasi --list
  python -m tests.cpython_wasi --update                   show what changed, and write it

The builds take some five minutes on two cores and are kept in the cache.

exit code: 0 if every observation is the committed one, 1 if not, 2 for bad input
"""


DESCRIPTION = (
    "Build CPython for WASI with the change that states its platform, and compare what"
    " it says with tests/cpython_wasi/observation.json."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    parser = make_parser("tests.cpython_wasi", DESCRIPTION, EXAMPLES)
    options = parser.parse_args(arguments)
    return exit_code(partial(_main, options, Console()))


def _main(options: argparse.Namespace, console: Console) -> int:
    started = time.monotonic()
    need_folder(options.json)
    questions = list(runs())
    chosen = command.pick(questions, options.only)
    if options.list:
        command.print_runs(chosen, console)
        return 0
    committed = observe.load(RESULTS)
    if lacking := missing():
        raise BadInputError(
            f"the build needs {', '.join(lacking)}: apt-get install {' '.join(lacking)},"
            " or what your system calls them"
        )
    cache = options.cache.absolute()
    build_cache = BuildCache(cache / "cpython-wasi", downloads(cache))
    found = {}
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("", total=len(chosen))
        build_cache.tell = build_cache.downloads.report = lambda step: progress.update(
            task, description=step
        )
        # Outside of attempt(): if the build fails, the command ends with its message.
        build_cache.build()
        for run in chosen:
            progress.update(task, description=run.id)
            found[run.id] = command.attempt(build_cache, run)
            progress.update(task, advance=1)
    seconds = round(time.monotonic() - started)
    console.print(f"{len(found)} observations, {seconds} s")
    if options.json:
        command.write_report(options.json, found, seconds)
    return command.report_differences(
        found, committed, questions, console, update=options.update, path=RESULTS
    )
