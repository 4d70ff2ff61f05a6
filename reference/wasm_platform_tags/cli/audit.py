"""The command ``wasm-tags audit``."""

from __future__ import annotations

import argparse
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .._platforms import parse_platform_tag
from .console import BAD_INPUT, INTERRUPTED, NO, YES, Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..audit import Report

HELP = "check the content of wheels against their platform tags"
EXAMPLE = "wasm-tags audit dist/*.whl"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "wheels", nargs="+", metavar="WHEEL", help="the file of a wheel"
    )
    parser.add_argument(
        "--platform",
        action="append",
        default=[],
        metavar="TAG",
        help="check the wheels against this platform tag instead of their own (may be"
        " repeated)",
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="exit with 1 also if nobody can tell, and at warnings",
    )
    parser.add_argument(
        "--sarif", action="store_true", help="print SARIF 2.1.0, for code hosts"
    )


def run(options: argparse.Namespace) -> Answer:
    """Audit wheels."""
    from ..audit import json_report, sarif
    from .findings import show_reports

    if options.json and options.sarif:
        raise ValueError("--json and --sarif: wanted one of them")
    for tag in options.platform:
        parse_platform_tag(tag)
    paths = list(map(Path, options.wheels))
    reports, refused, interrupted = _audited(paths, options.platform)
    failed = any(
        report.verdict == "contradicts" or (options.strict and report.findings)
        for report in reports
    )
    code = BAD_INPUT if refused else NO if failed else YES
    code = INTERRUPTED if interrupted else code
    form = sarif if options.sarif else json_report
    return Answer(code, form(reports, refused), partial(show_reports, reports, refused))


def _audited(
    paths: Sequence[Path], platforms: Sequence[str]
) -> tuple[list[Report], list[tuple[str, str]], bool]:
    """Return reports; what was not audited, and why; whether the user interrupted."""
    from ..audit import UnsafeWheelError, audit
    from .findings import with_progress

    reports: list[Report] = []
    refused: list[tuple[str, str]] = []
    with closing(with_progress(paths)) as waiting:
        try:
            for path, progress in waiting:
                try:
                    reports.append(audit(path, platforms, progress))
                except UnsafeWheelError as error:  # noqa: PERF203 - others are audited
                    refused.append((str(path), str(error)))
                except OSError as error:
                    why = f"cannot be read: {error.strerror or error}"
                    refused.append((str(path), why))
        except KeyboardInterrupt:
            left = paths[len(reports) + len(refused) :]
            refused += [(str(path), "not audited: interrupted") for path in left]
            return reports, refused, True
    return reports, refused, False
