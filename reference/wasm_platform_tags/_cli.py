"""The command ``wasm-tags``."""

from __future__ import annotations

import argparse
import io
import json
import platform
import sys
from typing import TYPE_CHECKING

from . import __version__
from ._platforms import InvalidPlatformTag, shortened
from ._registry import known_platforms
from ._tags import FAMILIES, platform_tags, sys_tags
from ._target import Target
from .conformance.options import add_arguments as add_conformance_arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

YES, NO, BAD_INPUT = 0, 1, 2
INTERRUPTED = 130  # as a shell says of a program that Ctrl-C ended

_EXIT = "exit codes: 0 yes, or done; 1 no; 2 bad input; 130 interrupted"


class _InputError(Exception):
    """What was given cannot be worked with; the text says why."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    :param argv: the arguments, by default those of the process.
    :returns: the exit code: 0 yes or done, 1 no, 2 bad input, 130 interrupted.
    """
    options = _parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except _InputError as error:
        print(f"wasm-tags {options.command}: {error}", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:  # the reader, such as head, has seen enough
        sys.stderr.close()
        return YES
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


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
        name: str, run: Callable[[argparse.Namespace], int], text: str, example: str
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


def _platforms(options: argparse.Namespace) -> int:
    if options.json:
        return _print_json(
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
                }
                for known in known_platforms()
            ]
        )
    return _print_table(
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
                "\n".join(known.tags),
                known.toolchain,
                ", ".join(known.python),
                known.unwinding,
                known.status,
            )
            for known in known_platforms()
        ),
    )


def _show(options: argparse.Namespace) -> int:
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
        return _print_json(list(values))
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
    return _print_table(title, ("#", *columns), numbered)


def _explain(options: argparse.Namespace) -> int:
    target = _target(options)
    try:
        explanation = target.explain(options.wheel)
    except ValueError as error:
        raise _InputError(
            f"{shortened(options.wheel)} is not the file name of a wheel:"
            f" wanted NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl ({error})"
        ) from error
    if options.json:
        _print_json(explanation.json())
    else:
        _print_table(
            explanation.filename,
            ("", ""),
            (
                ("compatible", "yes" if explanation else "no"),
                ("decided by", f"{explanation.part} tag"),
                ("offered", "\n".join(explanation.offered)),
                ("wanted", "\n".join(explanation.wanted)),
                ("rule", explanation.rule),
                ("because", explanation.message),
            ),
        )
    return YES if explanation else NO


def _markers(options: argparse.Namespace) -> int:
    environment = _target(options).marker_environment()
    if options.json:
        return _print_json(environment)
    return _print_table(
        f"Environment markers of Python {options.python} on {options.platform}",
        ("variable", "value"),
        ((name, repr(value)) for name, value in sorted(environment.items())),
    )


def _conformance(options: argparse.Namespace) -> int:
    try:
        from .conformance.command import conformance  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise _InputError(
            f"the suite needs {error.name}, which is not installed: add it with"
            " `pip install wasm-platform-tags[conformance]`"
        ) from error
    try:
        code, report = conformance(options)
    except ValueError as error:
        raise _InputError(str(error)) from error
    if options.json:
        _print_json(report)
    return code


def _print_json(value: object) -> int:
    print(json.dumps(value, indent=2))
    return YES


def _print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> int:
    try:
        from rich import box  # noqa: PLC0415 - an extra, and slow to import
        from rich.console import Console  # noqa: PLC0415
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise _InputError(
            "tables need rich, which is not installed: add it with"
            " `pip install wasm-platform-tags[cli]`, or give --json"
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
    console = Console()
    console.print(Text(title, style="bold"))
    console.print(table)
    return YES
