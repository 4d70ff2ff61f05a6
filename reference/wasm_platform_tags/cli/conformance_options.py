"""The options of ``wasm-tags conformance``: quick to import, without the extra."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

#: the kinds that an adapter can be asked
KINDS = (
    *("parse", "environment", "build", "markers", "dependency", "select", "index"),
    "audit",
)
#: seconds that a process may take for its first case, beside the time for a case
START = 30


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
        help="the tool runs inside this target, such as 2025_0; by default it is"
        " on another machine and is told the target",
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
        help="the folder of the cases, by default the one of this project",
    )
