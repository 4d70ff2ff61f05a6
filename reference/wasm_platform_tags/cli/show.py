"""The command ``wasm-tags show``."""

from __future__ import annotations

import argparse
import platform
from functools import partial

from .._tags import FAMILIES, platform_tags, sys_tags
from .console import YES, Answer, add_target, named, target_if_given
from .tables import print_table

HELP = "list the tags of this interpreter, or of a target, best first"
EXAMPLE = "wasm-tags show --python 3.13 --platform pyodide_2025_0_wasm32"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_target(parser, required=False)
    parser.add_argument(
        "--platform-tags", action="store_true", help="list the platform tags alone"
    )


def run(options: argparse.Namespace) -> Answer:
    """List tags."""
    target, system = target_if_given(options), platform.system()
    where = named(target) if target else f"this interpreter ({system})"
    title = f"Tags of {where}, best first"
    if not target and system in FAMILIES:
        title += "; the last platform tag is local"
    if options.platform_tags:
        tags = list(target.platform_tags() if target else platform_tags())
        columns, rows = ["platform tag"], [[tag] for tag in tags]
    else:
        found = list(target.tags() if target else sys_tags())
        tags = list(map(str, found))
        columns = ["Python tag", "ABI tag", "platform tag"]
        rows = [[tag.interpreter, tag.abi, tag.platform] for tag in found]
    numbered = ([str(number), *row] for number, row in enumerate(rows, 1))
    return Answer(YES, tags, partial(print_table, title, ["#", *columns], numbered))
