"""The command ``wasm-tags explain``."""

from __future__ import annotations

import argparse
import os
from functools import partial
from pathlib import Path

from .._text import shortened
from .._uploads import check_upload
from ..wheelfile.metadata import compare
from .console import NO, YES, Answer, add_target, target_of
from .tables import print_table

HELP = "say whether a target supports a wheel, and which rule says so"
EXAMPLE = (
    "wasm-tags explain demo-1.0-cp313-cp313-pyodide_2025_0_wasm32.whl --python 3.13"
    " --platform pyemscripten_2025_0_wasm32"
)

_UPLOAD = {True: "accepted", False: "refused", None: "not decided by the PEP"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "wheel",
        metavar="WHEEL",
        help="the file name of a wheel; if that file exists, its WHEEL is read too",
    )
    add_target(parser)


def run(options: argparse.Namespace) -> Answer:
    """Explain a target's answer to a wheel."""
    target = target_of(options)
    name, stated = _read(options.wheel)
    try:
        explanation = target.explain(name)
    except ValueError as error:
        raise ValueError(
            f"{shortened(options.wheel)} is not the file name of a wheel:"
            f" wanted NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl ({error})"
        ) from error
    asked = check_upload(name)
    rows: list[tuple[str, str | list[str]]] = [
        ("compatible", "yes" if explanation else "no"),
        ("because", explanation.cause),
        ("decided by", f"{explanation.part} tag"),
        ("offered", list(explanation.offered)),
        ("wanted", list(explanation.wanted)),
        ("rule", explanation.rule),
        ("in full", explanation.message),
        ("an upload", f"{_UPLOAD[asked.accepted]}: {asked.reason} ({asked.rule})"),
    ]
    if stated:
        rows.append(("its WHEEL", stated))
    more = {"upload": asked._asdict(), "wheel_file": stated or None}
    show = partial(print_table, explanation.filename, ("", ""), rows)
    return Answer(YES if explanation else NO, explanation.to_dict() | more, show)


def _read(wheel: str) -> tuple[str, str]:
    """Return the name of a wheel, and what its file WHEEL states, if it is there."""
    path = Path(wheel)
    if not wheel.lower().endswith(".whl"):
        return wheel, ""
    # pathlib raises an error if a name is too long for a file.
    if not os.path.isfile(wheel):  # noqa: PTH113
        if path.name != wheel:
            raise ValueError(f"there is no file {shortened(wheel)}")
        return wheel, ""
    try:
        with path.open("rb") as content:
            _, in_name, in_wheel = compare(path.name, content)
    except (OSError, ValueError) as error:
        raise ValueError(f"{shortened(wheel)}: {error}") from error
    if not in_name and not in_wheel:
        return path.name, "states the tags of the name"
    differs = {"only in the name": in_name, "only in WHEEL": in_wheel}
    return path.name, "states other tags; " + "; ".join(
        f"{where}: {', '.join(tags)}" for where, tags in differs.items() if tags
    )
