"""The options of ``wasm-tags audit`` and ``retag``: quick to import, without the extra."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_audit_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``wasm-tags audit``."""
    parser.add_argument(
        "wheels", nargs="+", metavar="WHEEL", help="the file of a wheel"
    )
    parser.add_argument(
        "--platform",
        action="append",
        default=[],
        metavar="TAG",
        help="check the wheels against this platform tag, not their own (may be"
        " repeated)",
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="exit with 1 also at 'cannot tell' and at warnings",
    )
    parser.add_argument(
        "--sarif", action="store_true", help="print SARIF 2.1.0, for code hosts"
    )


def add_retag_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``wasm-tags retag``."""
    parser.add_argument("wheel", metavar="WHEEL", help="a wheel; it is not changed")
    parser.add_argument(
        "--to", required=True, metavar="TAG", help="the portable platform tag to write"
    )
    parser.add_argument(
        "--add",
        action="store_true",
        help="keep the wheel's platform tags and add this one to them",
    )
    parser.add_argument(
        "--dest",
        metavar="FOLDER",
        help="where the new wheel is written, by default beside the old one",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="write it although the audit finds that it contradicts the tag; what that"
        " overrides is printed",
    )
