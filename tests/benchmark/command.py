"""Speed and memory compared with other tools, each as a ratio from one run."""

import argparse
import json
import platform
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import packaging
from rich.console import Console
from rich.table import Table

from tests.matrix.provision import Cache
from tests.matrix.settings import load_settings
from tests.toolkit.command import BadInputError, exit_code, need_folder
from tests.toolkit.paths import DOWNLOADS
from tests.toolkit.recorded import atomic_write

from . import audit, tags

COLUMNS = ("what", "ours", "the peer's", "ratio")
DESCRIPTION = """\
Speed and memory compared with other tools, each as a ratio from one run. The peer is
packaging or, for the audit of an 8 MB wheel, show() of auditwheel-emscripten. What is not
in the matrix's cache is downloaded, by exact version.
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m tests.benchmark",
        description=DESCRIPTION,
        epilog="exit code: 0 if everything was measured, 1 if a download fails, 2 for bad input",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--files", type=int, default=100_000, help="how many files to rank (100000)"
    )
    made.add_argument(
        "--only", choices=("tags", "audit"), help="only one part, by default both"
    )
    made.add_argument("--cache", type=Path, default=DOWNLOADS, metavar="DIR")
    made.add_argument("--json", type=Path, metavar="FILE", help="also write JSON")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    return exit_code(partial(_main, parser().parse_args(arguments)))


def _main(options: argparse.Namespace) -> int:
    need_folder(options.json)
    if options.files < 1000:
        raise BadInputError(f"--files {options.files}: wanted 1000 or more")
    if options.only != "tags" and not find_spec("zlib_ng"):
        raise BadInputError(
            "zlib-ng is not installed: pip install -e '.[fast]' brings it"
        )
    versions = (
        f"CPython {platform.python_version()}, packaging {packaging.__version__},"
        f" {platform.system()} {platform.machine()}"
    )
    table = Table(*COLUMNS, title=versions)
    rows = []
    console = Console()
    with console.status("measuring") as status:
        parts = []
        if options.only != "audit":
            parts.append(tags.measure(options.files))
        if options.only != "tags":
            cache = Cache(options.cache.absolute(), load_settings())
            parts.append(audit.measure(cache, status.update))
        for row in chain(*parts):
            rows.append(dict(zip(COLUMNS, row, strict=True)))
            table.add_row(*row)
    console.print(table)
    if options.json:
        report = {"versions": versions, "rows": rows}
        atomic_write(options.json, json.dumps(report, indent=2) + "\n")
    return 0
