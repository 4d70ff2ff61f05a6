"""The command ``wasm-tags markers``."""

from __future__ import annotations

import argparse
from functools import partial

from .console import YES, Answer, add_target, named, target_of
from .tables import print_table

HELP = "list the environment markers of a target"
EXAMPLE = "wasm-tags markers --python 3.14 --platform wasi_0_1_sdk_24_wasm32"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_target(parser)


def run(options: argparse.Namespace) -> Answer:
    """List the markers of a target."""
    target = target_of(options)
    environment = target.marker_environment()
    title = f"Environment markers of {named(target)}"
    rows = [(name, repr(value)) for name, value in sorted(environment.items())]
    show = partial(print_table, title, ("variable", "value"), rows)
    return Answer(YES, environment, show)
