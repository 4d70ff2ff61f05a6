"""The command ``wasm-tags platforms``."""

from __future__ import annotations

import argparse
from functools import partial

from .._registry import known_platforms
from .console import YES, Answer
from .tables import print_table

HELP = "list the known platforms"
EXAMPLE = "wasm-tags platforms"

_KEYS = (
    *("toolchain", "python", "unwinding", "static_libraries", "library_lookup"),
    *("status", "source", "distributor", "pyodide"),
)


def add_arguments(_: argparse.ArgumentParser) -> None:
    """Add no options."""


def run(_: argparse.Namespace) -> Answer:
    """List the registry."""
    known = known_platforms()
    data = [
        {"tags": one.platform_tags} | {key: getattr(one, key) for key in _KEYS}
        for one in known
    ]
    title = "Known platforms; the first tag of each is the canonical one"
    columns = ("platform tags", "toolchain", "Python", "unwinding", "status")
    rows = []
    for one in known:
        # Below the tag, because its column is the widest.
        tags, pythons = [*one.platform_tags, f"  {one.runtime}"], ", ".join(one.python)
        rows.append((tags, one.toolchain, pythons, one.unwinding, one.status))
    return Answer(YES, data, partial(print_table, title, columns, rows))
