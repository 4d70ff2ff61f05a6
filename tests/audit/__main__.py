"""Run the audit on real wheels, and the wheels in the real interpreters.

Run: python -m tests.audit [--update] [--only GLOB] [--cache FOLDER]

Prints a line for each wheel and compares with results.json, which --update writes. What
is not in the cache is downloaded by exact version and hash.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.matrix.provision import DEFAULT_CACHE, Cache, ProvisionError, provision
from tests.matrix.settings import load_settings

from . import judged


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.audit",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, metavar="FOLDER")
    parser.add_argument("--only", default="*", metavar="GLOB", help="only these wheels")
    parser.add_argument(
        "--update", action="store_true", help="write the results of each wheel"
    )
    options = parser.parse_args()
    cache = Cache(options.cache, load_settings())
    console = Console(stderr=True)
    old = judged.committed()
    moved, count = [], 0
    try:
        with console.status("") as status, tempfile.TemporaryDirectory() as scratch:
            provision(cache, lambda what, *_: status.update(what))
            for one in judged.judged(
                cache,
                Path(scratch),
                status.update,
                lambda file: fnmatchcase(file, options.only),
            ):
                count += 1
                same = without_date(one) == without_date(old.get(one["file"], {}))
                print(f"{one['own']['verdict']:12} {one['file']}", flush=True)
                if options.update:
                    judged.write(one, cache.settings)
                elif not same:
                    moved.append(one["file"])
                    print(f"  differs from results.json: {one}")
    except ProvisionError as error:
        sys.exit(f"tests.audit: {error}")
    if not count:
        sys.exit(f"tests.audit: --only {options.only!r} matches no wheel")
    sys.exit(1 if moved else 0)


def without_date(one: dict[str, Any]) -> dict[str, Any]:
    """A wheel's results, whenever they were measured."""
    return {key: value for key, value in one.items() if key != "date"}


if __name__ == "__main__":
    main()
