"""The command ``wasm-tags choose``."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from .._text import printable, shortened
from ..index.listing import Classified, classify
from .console import NO, YES, Answer, add_target, named, target_of
from .tables import print_table

HELP = "say which files of a list fit a target, and which would be installed"
EXAMPLE = (
    "wasm-tags choose pyodide-lock.json --python 3.14"
    " --platform pyemscripten_2026_0_wasm32"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "list",
        metavar="LIST",
        help="a file of names, one a line, a lock file, or an index's page or JSON",
    )
    add_target(parser)


def run(options: argparse.Namespace) -> Answer:
    """Choose among the files of a list."""
    target = target_of(options)
    try:
        text = Path(options.list).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise ValueError(f"{shortened(options.list)}: {error}") from error
    files, choices = classify(text, [target])
    if files and files[0].listed.error:
        raise ValueError(f"{shortened(options.list)}: {files[0].error}")
    taken = {project: chosen for project, (chosen,) in choices.items()}
    rows = [
        (one.listed.place, printable(one.listed.name), *_verdict(one)) for one in files
    ]
    keys = ("place", "name", "fits", "because")
    listed = [dict(zip(keys, row, strict=True)) for row in rows]
    data = {"files": listed, "choices": taken}
    choice = [f"{name}: {file or 'no file fits'}" for name, file in taken.items()]
    last = ("", choice or "no wheel", "", "what is installed")
    title, columns = f"What fits {named(target)}", ("", "file", "fits", "because")
    show = partial(print_table, title, columns, [*rows, last])
    return Answer(YES if any(taken.values()) else NO, data, show)


def _verdict(file: Classified) -> tuple[str, str]:
    """Return whether a file of a list fits, and why."""
    if not file.ending:
        return ("error", file.error) if file.error else ("no wheel", file.what)
    (explanation,), (left_out,) = file.verdicts, file.left_out
    if explanation and left_out:
        return "not chosen", left_out
    return "yes" if explanation else "no", explanation.cause
