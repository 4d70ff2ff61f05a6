"""The command ``python -m tests.audit``: audit real wheels, and import them."""

import argparse
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.matrix.provision import Cache, provision
from tests.matrix.settings import load_settings
from tests.toolkit import recorded
from tests.toolkit.command import BadInputError, exit_code, make_parser, need_folder

from . import real_wheels

DESCRIPTION = (
    "Audit real wheels from PyPI, each under its own tag and under others, import them in"
    " the real interpreters, and compare the results with tests/audit/results.json."
)
EXAMPLES = """\
examples:
  python -m tests.audit                         every wheel, against results.json
  python -m tests.audit --list                  the wheels
  python -m tests.audit --only 'jiter-*'        some of them
  python -m tests.audit --update                write the results

What is not in the cache is downloaded, by exact version and hash.

exit code: 0 if everything is as committed, 1 if not or if a download fails, 2 for bad input
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    parser = make_parser("tests.audit", DESCRIPTION, EXAMPLES, what="wheels")
    options = parser.parse_args(arguments)
    return exit_code(partial(_main, options, Console()))


def _main(options: argparse.Namespace, console: Console) -> int:
    need_folder(options.json)
    chosen = real_wheels.pick(options.only)
    if options.list:
        for wheel in chosen:
            console.print(wheel.file, soft_wrap=True, highlight=False)
        return 0
    settings = load_settings()
    cache = Cache(options.cache.absolute(), settings)
    versions, old = real_wheels.versions(settings), real_wheels.committed()
    if options.update and options.only and versions != old["versions"]:
        raise BadInputError(
            "--update with --only, but the other wheels in results.json were run with"
            f" {old['versions']}; wanted {versions}: leave out --only"
        )
    before = {one["file"]: one for one in old["wheels"]}
    found: list[dict[str, Any]] = []
    differ = False
    with console.status("") as status, tempfile.TemporaryDirectory() as scratch:
        provision(cache, lambda what, *_: status.update(what))
        for one in real_wheels.judged(cache, Path(scratch), status.update, chosen):
            found.append(one)
            print(f"{one['own']['verdict']:12} {one['file']}", flush=True)
            for line in recorded.differences(before.get(one["file"], {}), one):
                if not line.startswith("date: "):
                    differ = True
                    print(f"  {line}")
            if options.update:
                real_wheels.write(one, versions)
    if options.json:
        report = {"versions": versions, "wheels": found}
        recorded.write(options.json, report)
    return int(differ and not options.update)
