"""The command ``wasm-tags conformance``."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING

from .. import __version__
from ..conformance import KINDS, START
from .console import INTERRUPTED, NO, YES, Answer, check_timeout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..conformance.cases import Case

HELP = "run the conformance suite against a tool, through an adapter"
EXAMPLE = "wasm-tags conformance --adapter 'node my-adapter.mjs' --kind parse"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--adapter",
        metavar="COMMAND",
        help="the program that answers, with its arguments, in one string that is split"
        " as by a POSIX shell, on Windows too: write C:/py/python.exe, or quote a"
        " backslash",
    )
    what.add_argument(
        "--list", action="store_true", help="list the cases instead of running them"
    )
    parser.add_argument(
        "--kind",
        action="append",
        choices=KINDS,
        help="only cases of this kind (may be repeated)",
    )
    parser.add_argument(
        "--only",
        action="append",
        metavar="GLOB",
        help="only cases whose id matches, such as 'select/alias/*' (may be repeated)",
    )
    parser.add_argument(
        "--running",
        metavar="TARGET",
        help="the tool runs inside this target, such as 2025_0; by default it runs on"
        " another machine, and each request names the target",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=10,
        metavar="SECONDS",
        help="how long the adapter may take for a case (10); whenever it was just"
        f" started, {START} seconds more",
    )
    parser.add_argument(
        "--suite",
        metavar="FOLDER",
        help="the folder of the suite, by default that of this project",
    )


def run(options: argparse.Namespace) -> Answer:
    """Run the suite against an adapter, or list it."""
    from ..conformance.runner import PASS, UNSUPPORTED, request
    from .outcomes import show_cases, show_outcomes, with_progress

    check_timeout(options.timeout)
    cases = _chosen(options)
    if options.list:
        listed = [request(case) | {"requirement": case.requirement} for case in cases]
        return Answer(YES, listed, partial(show_cases, cases))
    outcomes, interrupted = with_progress(
        _command(options.adapter), cases, options.timeout
    )
    report = {
        "project": f"wasm-platform-tags {__version__}",
        "outcomes": [outcome.to_dict() for outcome in outcomes],
    }
    verdicts = {outcome.verdict for outcome in outcomes}
    code = YES if PASS in verdicts <= {PASS, UNSUPPORTED} else NO
    show = partial(show_outcomes, outcomes)
    return Answer(INTERRUPTED if interrupted else code, report, show)


def _chosen(options: argparse.Namespace) -> list[Case]:
    """Return the cases that the options choose.

    :raises ValueError: if they choose none, or the suite cannot be read.
    """
    from ..conformance.cases import InvalidSuite, load_cases, suite_folder

    try:
        cases = load_cases(suite_folder(options.suite))
    except InvalidSuite as error:
        raise ValueError(f"--suite: {error}") from error
    cases = [case for case in cases if case.asked]
    _check_filters(options, cases)
    chosen = [
        case
        for case in cases
        if _concerns(case, options.running)
        and (not options.kind or case.kind in options.kind)
        and (not options.only or any(fnmatchcase(case.id, g) for g in options.only))
    ]
    if not chosen:
        raise ValueError("no case is left; --list shows what there is")
    return chosen


def _check_filters(options: argparse.Namespace, cases: Sequence[Case]) -> None:
    """Refuse a filter that matches no case by itself."""
    ids = [case.id for case in cases]
    for pattern in options.only or ():
        if not any(fnmatchcase(name, pattern) for name in ids):
            raise ValueError(
                f"--only {pattern!r} matches no case that an adapter is asked;"
                " --list shows them"
            )
    for kind in options.kind or ():
        if not any(case.kind == kind for case in cases):
            raise ValueError(f"--kind {kind}: the suite has no such case")
    targets = {case.target.id for case in cases if case.target}
    if options.running is not None and options.running not in targets:
        raise ValueError(
            f"--running: no target {options.running!r}; there are"
            f" {', '.join(sorted(targets))}"
        )


def _concerns(case: Case, running: str | None) -> bool:
    """Whether a case is for a tool on another machine, or for one inside a target."""
    where: str = case.data.get("environment", "any")
    if running is None:
        return where != "running"
    here = case.target is None or case.target.id == running
    return here and where != "cross"


def _command(text: str) -> list[str]:
    """Split the command of an adapter, and check that its program is there."""
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
