"""The command ``wasm-tags``."""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from . import __version__
from ._platforms import InvalidPlatformTag
from ._registry import known_platforms
from ._tags import FAMILIES, platform_tags, sys_tags
from ._target import Target
from ._text import printable, shortened
from .audit.options import add_audit_arguments, add_retag_arguments
from .conformance.options import add_arguments as add_conformance_arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    # The exit code, and what prints the rest of the answer.
    Answer: TypeAlias = tuple[int, Callable[[], object]]

YES, NO, BAD_INPUT = 0, 1, 2
# As a shell says of a program that Ctrl-C ended, and of one whose reader went away.
INTERRUPTED, UNREAD = 130, 141

_EXIT = "exit codes: 0 yes, or done; 1 no; 2 bad input; 130 interrupted; 141 not read"


class _InputError(Exception):
    """What was given cannot be worked with; the text says why."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    :param argv: the arguments, by default those of the process.
    :returns: the exit code: 0 yes or done, 1 no, 2 bad input, or output that cannot be
        written, 130 interrupted, 141 if the reader of the output went away; a failure
        that is known by then keeps its code.
    """
    options = _parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code, show = options.run(options)
        return _write(options.command, code, show)
    except _InputError as error:
        print(f"wasm-tags {options.command}: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED


def _write(command: str, code: int, show: Callable[[], object]) -> int:
    """Print an answer; return the exit code, no success if it cannot be read."""
    try:
        show()
        print(end="", flush=True)
    except (BrokenPipeError, SystemExit):  # rich turns the first into the second
        _write_no_more()
        return code or UNREAD
    except OSError as error:
        _write_no_more()
        print(f"wasm-tags {command}: cannot write the answer: {error}", file=sys.stderr)
        return code or BAD_INPUT
    return code


def _write_no_more() -> None:
    """Lose what is left in the buffer: Python would try, and fail, at its end."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


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

    def command(
        name: str, run: Callable[[argparse.Namespace], Answer], text: str, example: str
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(
            name,
            help=text,
            description=f"{text[0].upper()}{text[1:]}.",
            epilog=f"example: {example}\n{_EXIT}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.add_argument("--json", action="store_true", help="print JSON, not a table")
        sub.set_defaults(run=run)
        return sub

    def target(sub: argparse.ArgumentParser, *, required: bool) -> None:
        sub.add_argument(
            "--python",
            required=required,
            metavar="VERSION",
            help="the target's Python, such as 3.13 or 3.13.2",
        )
        sub.add_argument(
            "--platform",
            required=required,
            metavar="TAG",
            help="the target's platform tag in any spelling,"
            " such as pyemscripten_2025_0_wasm32",
        )

    command("platforms", _platforms, "list the known platforms", "wasm-tags platforms")
    show = command(
        "show",
        _show,
        "list the tags of this interpreter, or of a target, best first",
        "wasm-tags show --python 3.13 --platform pyodide_2025_0_wasm32",
    )
    target(show, required=False)
    show.add_argument(
        "--platform-tags", action="store_true", help="list the platform tags alone"
    )
    explain = command(
        "explain",
        _explain,
        "say whether a target supports a wheel, and which rule says so",
        "wasm-tags explain demo-1.0-cp313-cp313-pyodide_2025_0_wasm32.whl"
        " --python 3.13 --platform pyemscripten_2025_0_wasm32",
    )
    explain.add_argument("wheel", metavar="WHEEL", help="the file name of a wheel")
    target(explain, required=True)
    markers = command(
        "markers",
        _markers,
        "list the environment markers of a target",
        "wasm-tags markers --python 3.14 --platform wasi_0_1_sdk_24_wasm32",
    )
    target(markers, required=True)
    add_audit_arguments(
        command(
            "audit",
            _audit,
            "hold the content of wheels against their platform tags",
            "wasm-tags audit dist/*.whl",
        )
    )
    add_retag_arguments(
        command(
            "retag",
            _retag,
            "write a wheel again under another platform tag that it does not contradict",
            "wasm-tags retag demo-1.0-cp313-cp313-pyodide_2025_0_wasm32.whl"
            " --to pyemscripten_2025_0_wasm32",
        )
    )
    add_conformance_arguments(
        command(
            "conformance",
            _conformance,
            "put the cases of the conformance suite to a tool, through an adapter",
            "wasm-tags conformance --adapter 'node my-adapter.mjs' --kind parse",
        )
    )
    return parser


def _target(options: argparse.Namespace) -> Target:
    try:
        return Target(options.python, options.platform)
    except InvalidPlatformTag as error:
        raise _InputError(f"--platform: {error}") from error
    except ValueError as error:
        raise _InputError(f"--python: {error}") from error


def _platforms(options: argparse.Namespace) -> Answer:
    if options.json:
        return YES, _json(
            [
                {
                    "tags": known.tags,
                    "toolchain": known.toolchain,
                    "python": known.python,
                    "unwinding": known.unwinding,
                    "static_libraries": known.static_libraries,
                    "library_lookup": known.library_lookup,
                    "status": known.status,
                    "source": known.source,
                    "distributor": known.distributor,
                }
                for known in known_platforms()
            ]
        )
    return YES, _table(
        "Known platforms; the first tag of each is the canonical one",
        (
            "platform tags",
            "toolchain",
            "Python",
            "unwinding",
            "status",
        ),
        (
            (
                # Below the tag: the widest column has the room.
                "\n  ".join(filter(None, ("\n".join(known.tags), known.distributor))),
                known.toolchain,
                ", ".join(known.python),
                known.unwinding,
                known.status,
            )
            for known in known_platforms()
        ),
    )


def _show(options: argparse.Namespace) -> Answer:
    if options.python is None and options.platform is None:
        where = f"this interpreter ({platform.system()})"
        tags, platforms = sys_tags, platform_tags
        local = platform.system() in FAMILIES
    elif options.python is None or options.platform is None:
        missing = "--python" if options.python is None else "--platform"
        raise _InputError(f"a target has both: {missing} is missing too")
    else:
        target = _target(options)
        where = f"Python {target.python} on {target.platform.tags[0]}"
        tags, platforms = target.tags, target.platform_tags
        local = False
    if options.json:
        values = platforms() if options.platform_tags else map(str, tags())
        return YES, _json(list(values))
    if options.platform_tags:
        rows: Iterable[tuple[str, ...]] = ((value,) for value in platforms())
        columns: tuple[str, ...] = ("platform tag",)
    else:
        rows = ((tag.interpreter, tag.abi, tag.platform) for tag in tags())
        columns = ("Python tag", "ABI tag", "platform tag")
    numbered = ((str(number), *row) for number, row in enumerate(rows, 1))
    title = f"Tags of {where}, best first"
    if local:
        title += "; the last platform tag is local"
    return YES, _table(title, ("#", *columns), numbered)


def _explain(options: argparse.Namespace) -> Answer:
    target = _target(options)
    try:
        explanation = target.explain(options.wheel)
    except ValueError as error:
        raise _InputError(
            f"{shortened(options.wheel)} is not the file name of a wheel:"
            f" wanted NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl ({error})"
        ) from error
    code = YES if explanation else NO
    if options.json:
        return code, _json(explanation.json())
    return code, _table(
        printable(explanation.filename),
        ("", ""),
        (
            ("compatible", "yes" if explanation else "no"),
            ("decided by", f"{explanation.part} tag"),
            ("offered", "\n".join(map(printable, explanation.offered))),
            ("wanted", "\n".join(explanation.wanted)),
            ("rule", explanation.rule),
            ("because", explanation.message),
        ),
    )


def _markers(options: argparse.Namespace) -> Answer:
    environment = _target(options).marker_environment()
    if options.json:
        return YES, _json(environment)
    return YES, _table(
        f"Environment markers of Python {options.python} on {options.platform}",
        ("variable", "value"),
        ((name, repr(value)) for name, value in sorted(environment.items())),
    )


def _conformance(options: argparse.Namespace) -> Answer:
    try:
        from .conformance.command import conformance  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise _InputError(
            f"the suite needs {error.name}, which is not installed:"
            f" {_extra('conformance')}"
        ) from error
    try:
        code, report, show = conformance(options)
    except ValueError as error:
        raise _InputError(str(error)) from error
    return code, _json(report) if options.json else show


def _audit(options: argparse.Namespace) -> Answer:
    try:
        from .audit.command import audit_command  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise _missing("audit", error) from error
    try:
        code, report, show = audit_command(options)
    except ValueError as error:
        raise _InputError(str(error)) from error
    return code, _json(report) if options.json or options.sarif else show


def _retag(options: argparse.Namespace) -> Answer:
    try:
        from .audit.command import retag_command  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise _missing("audit", error) from error
    try:
        code, report, show = retag_command(options)
    except ValueError as error:
        raise _InputError(str(error)) from error
    return code, _json(report) if options.json else show


def _missing(extra: str, error: ModuleNotFoundError) -> _InputError:
    return _InputError(
        f"this needs {error.name}, which is not installed: {_extra(extra)}"
    )


def _extra(name: str) -> str:
    return f"add the extra {name}, in a checkout with `pip install '.[{name}]'`"


def _json(value: object) -> Callable[[], object]:
    return partial(print, json.dumps(value, indent=2))


def _table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> Callable[[], object]:
    try:
        from rich import box  # noqa: PLC0415 - an extra, and slow to import
        from rich.console import Console  # noqa: PLC0415
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise _InputError(
            f"tables need rich, which is not installed: {_extra('cli')}, or give --json"
        ) from error
    table = Table(
        box=box.SIMPLE_HEAD,
        show_header=any(columns),
        collapse_padding=True,
        pad_edge=False,
    )
    for column in columns:
        table.add_column(
            column,
            justify="right" if column == "#" else "left",
            no_wrap="tag" in column,  # a tag is there to be copied
            overflow="fold",
        )
    for row in rows:
        table.add_row(*map(Text, row))
    return partial(Console().print, Text(title, style="bold"), table)
