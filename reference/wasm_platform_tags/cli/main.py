"""The command ``wasm-tags``: its parser, its exit codes, and how signals end it."""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, NoReturn

from .. import __version__
from .._text import printable
from . import (
    audit,
    choose,
    conformance,
    explain,
    markers,
    pip,
    platforms,
    retag,
    select,
    show,
)
from .console import BAD_INPUT, INTERRUPTED, TERMINATED, UNREAD, Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_EXIT = (
    "exit codes: 0 yes or done; 1 no; 2 bad input; 130 interrupted;"
    " 141 output not read; 143 terminated"
)
# The extra of the library that a command needs.
_EXTRAS = {"select": "index", "conformance": "conformance"}
_EXTRAS |= dict.fromkeys(("audit", "retag"), "audit")
_COMMANDS = (
    *(platforms, show, explain, choose, markers, select, pip),
    *(audit, retag, conformance),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    :param argv: the arguments, by default those of the process.
    :returns: the exit code: 0 yes or done; 1 no; 2 bad input, or a file that cannot be
        read or written; 130 interrupted; 141 if nobody reads the output; 143 terminated.
        A failure that is known before the output fails keeps its code. ``pip`` returns
        the code of pip.
    """
    parser = _parser()
    options, rest = parser.parse_known_args(argv)
    if options.command == "pip":
        options.given = rest
    elif rest:
        parser.error(f"unrecognized arguments: {printable(' '.join(rest))}")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with _terminable():
            answer: Answer = options.run(options)
        return _write(options, answer)
    except ModuleNotFoundError as error:
        if not (extra := _EXTRAS.get(options.command)):
            raise
        package = str(error.name).partition(".")[0]
        why = f"this needs {package}, which is not installed: add the extra {extra}"
        return _refuse(
            options.command, f"{why}, in a checkout with `pip install '.[{extra}]'`"
        )
    except ValueError as error:
        return _refuse(options.command, str(error))
    except OSError as error:
        where = "" if error.filename is None else f"{error.filename}: "
        return _refuse(options.command, f"{where}{error.strerror or error}")
    except _TerminatedError:
        return TERMINATED
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wasm-tags",
        description="Platform tags for Python on WebAssembly.",
        epilog=_EXIT,
    )
    parser.add_argument(
        "--version", action="version", version=f"wasm-tags {__version__}"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in _COMMANDS:
        sub = commands.add_parser(
            command.__name__.rpartition(".")[2],
            help=command.HELP,
            description=f"{command.HELP[0].upper()}{command.HELP[1:]}.",
            epilog=f"example: {command.EXAMPLE}\n{_EXIT}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if command is not pip:  # all its other options are those of the real pip
            sub.add_argument(
                "--json", action="store_true", help="print JSON, not a table"
            )
        command.add_arguments(sub)
        sub.set_defaults(run=command.run)
    return parser


class _TerminatedError(BaseException):
    """SIGTERM arrived."""


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end a command by an exception, so that it can clean up."""

    def terminate(*_: object) -> NoReturn:
        raise _TerminatedError

    before = signal.getsignal(signal.SIGTERM)
    # Only the main thread can set a handler. A caller may have set one.
    if before is not signal.SIG_DFL or current_thread() is not main_thread():
        yield
        return
    signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _refuse(command: str, why: str) -> int:
    print(f"wasm-tags {command}: {printable(why, keep=chr(10))}", file=sys.stderr)
    return BAD_INPUT


def _write(options: argparse.Namespace, answer: Answer) -> int:
    """Print an answer; return the exit code, which is not 0 if printing failed."""
    show = answer.show
    if any(getattr(options, form, False) for form in ("json", "sarif")):
        show = partial(print, json.dumps(answer.data, indent=2))
    try:
        show()
        print(end="", flush=True)
    except (BrokenPipeError, SystemExit):  # rich turns the first into the second
        _discard_output()
        return answer.code or UNREAD
    except OSError as error:
        _discard_output()
        refused = _refuse(options.command, f"cannot write the answer: {error}")
        return answer.code or refused
    return answer.code


def _discard_output() -> None:
    """Discard what is in the buffer, which Python would try to write at its end."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
