"""The options of ``wasm-tags select``: quick to import, without the extra."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options; those of the target are added by the caller."""
    parser.add_argument("project", metavar="PROJECT", help="the name of a project")
    parser.add_argument(
        "--index-url",
        metavar="URL",
        help="the simple index to ask (PEP 503 or 691), by default PyPI's",
    )
    parser.add_argument(
        "--metadata",
        action="store_true",
        help="read the metadata of each chosen wheel, and say which of the direct"
        " dependencies its target needs, and which this machine would need",
    )
    parser.add_argument(
        "--pre", action="store_true", help="treat pre-releases as final releases"
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=30,
        metavar="SECONDS",
        help="how long a whole response of the index may take, with all retries (30)",
    )
    parser.add_argument(
        "--retries",
        type=int,
        default=2,
        metavar="N",
        help="how often to retry after a failure that may be temporary (2)",
    )
