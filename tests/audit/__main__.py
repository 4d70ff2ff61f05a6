"""Judge the audit on real wheels, each in the real interpreters too.

Run: python -m tests.audit [--update] [--only GLOB] [--cache FOLDER] [--json FILE]

Prints a line a wheel and compares with results.json, which --update writes. What is
not in the cache is downloaded by exact version and hash.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from fnmatch import fnmatchcase
from pathlib import Path

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
    parser.add_argument("--update", action="store_true", help="write results.json")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write JSON")
    options = parser.parse_args()
    if options.update and options.only != "*":
        parser.error("--update writes all wheels: leave --only out")
    cache = Cache(options.cache, load_settings())
    console = Console(stderr=True)
    found = []
    try:
        with console.status("") as status, tempfile.TemporaryDirectory() as scratch:
            provision(cache, lambda what, *_: status.update(what))
            for one in judged.judged(
                cache,
                Path(scratch),
                status.update,
                lambda file: fnmatchcase(file, options.only),
            ):
                found.append(one)
                print(f"{one['own']['verdict']:12} {one['file']}", flush=True)
    except ProvisionError as error:
        sys.exit(f"tests.audit: {error}")
    report = judged.report(found, cache)
    text = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
    if options.json:
        options.json.write_text(text, encoding="utf-8")
    if options.update:
        judged.RESULTS.write_text(text, encoding="utf-8")
        return
    committed = json.loads(judged.RESULTS.read_bytes())
    old = {one["file"]: one for one in committed["wheels"]}
    moved = [one["file"] for one in found if old.get(one["file"]) != one]
    for file in moved:
        print(f"differs from results.json: {file}")
    sys.exit(1 if moved or not found else 0)


if __name__ == "__main__":
    main()
