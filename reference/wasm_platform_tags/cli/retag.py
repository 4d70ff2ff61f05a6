"""The command ``wasm-tags retag``."""

from __future__ import annotations

import argparse
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .._text import shortened
from .console import NO, YES, Answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..audit import Finding

HELP = (
    "write a copy of a wheel under another platform tag that its content does not"
    " contradict"
)
EXAMPLE = (
    "wasm-tags retag demo-1.0-cp313-cp313-pyodide_2025_0_wasm32.whl"
    " --to pyemscripten_2025_0_wasm32"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("wheel", metavar="WHEEL", help="a wheel; it is not changed")
    parser.add_argument(
        "--to", required=True, metavar="TAG", help="the portable platform tag to write"
    )
    parser.add_argument(
        "--add",
        action="store_true",
        help="keep the wheel's platform tags and add this one to them",
    )
    parser.add_argument(
        "--dest",
        metavar="FOLDER",
        help="where the new wheel is written, by default beside the old one",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="write it even if the audit finds that it contradicts the tag, and print"
        " what was overridden",
    )


def run(options: argparse.Namespace) -> Answer:
    """Write a wheel under another tag, if nothing in it contradicts that tag."""
    from ..audit import audit
    from ..audit.retag import platforms_after, retag
    from .findings import show_retag

    path = Path(options.wheel)
    folder = Path(options.dest) if options.dest else path.parent
    # pathlib raises an error if a name is too long for a folder.
    if not os.path.isdir(folder):  # noqa: PTH112
        raise ValueError(f"--dest: there is no folder {shortened(str(folder))}")
    report = audit(path, platforms_after(path, options.to, add=options.add))
    against = [one for one in report.findings if one.severity == "contradicts"]
    unknown = [one for one in report.findings if one.severity == "cannot tell"]
    made = None
    if options.force or not against:
        made = retag(path, options.to, add=options.add, folder=folder)
    result = {
        "wheel": str(path),
        "written": made and str(made),
        "overridden": _listed(against) if made else [],
        "claimed": _listed(unknown) if made else [],
        "audit": report.to_dict(),
    }
    return Answer(YES if made else NO, result, partial(show_retag, report, made))


def _listed(findings: Iterable[Finding]) -> list[str]:
    return [
        " ".join(filter(None, (f"{one.rule}:", one.where, one.message)))
        for one in findings
    ]
