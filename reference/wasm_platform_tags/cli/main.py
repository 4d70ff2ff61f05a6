"""The command ``wasm-tags``."""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import signal
import sys
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, NoReturn

from .. import __version__
from .._platforms import InvalidPlatformTag
from .._registry import known_platforms
from .._tags import FAMILIES, platform_tags, sys_tags
from .._target import Target
from .._text import printable, shortened
from .._uploads import upload
from ..index.listing import Classified, classify
from ..wheelfile.metadata import compare
from .audit_options import add_audit_arguments, add_retag_arguments
from .conformance_options import add_arguments as add_conformance_arguments
from .console import BAD_INPUT, INTERRUPTED, NO, TERMINATED, UNREAD, YES
from .pip import check_settings, command_line
from .pip import run as run_pip
from .select_options import add_arguments as add_index_arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeAlias

    # The exit code, and what prints the rest of the answer.
    Answer: TypeAlias = tuple[int, Callable[[], object]]

    from .tables import Cell

# What an index says to the upload of a wheel.
_UPLOAD = {True: "accepted", False: "refused", None: "not decided by the PEP"}

_EXIT = (
    "exit codes: 0 yes or done; 1 no; 2 bad input; 130 interrupted;"
    " 141 output not read; 143 terminated"
)


class _InputError(Exception):
    """What was given cannot be worked with; the text says why."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    :param argv: the arguments, by default those of the process.
    :returns: the exit code: 0 yes or done, 1 no, 2 bad input, or a file that cannot be
        read or written, 130 interrupted, 141 if the reader of the output went away, 143
        terminated; a failure that is known by then keeps its code. Of ``pip``, pip's.
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
            code, show = options.run(options)
        return _write(options.command, code, show)
    except _InputError as error:
        return _refuse(options.command, str(error))
    except OSError as error:
        where = "" if error.filename is None else f"{error.filename}: "
        return _refuse(options.command, f"{where}{error.strerror or error}")
    except _TerminatedError:
        return TERMINATED
    except KeyboardInterrupt:
        return INTERRUPTED


class _TerminatedError(BaseException):
    """SIGTERM came."""


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end a command by an exception, so that it leaves nothing behind."""

    def terminate(*_: object) -> NoReturn:
        raise _TerminatedError

    before = signal.getsignal(signal.SIGTERM)
    # Only the main thread may say what a signal does; a caller may have said it.
    if before is not signal.SIG_DFL or current_thread() is not main_thread():
        yield
        return
    signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _refuse(command: str, why: str) -> int:
    said = printable(why, keep="\n")
    print(f"wasm-tags {command}: {said}", file=sys.stderr)
    return BAD_INPUT


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

    def of_target(
        name: str,
        run: Callable[[argparse.Namespace], Answer],
        text: str,
        example: str,
        **arguments: str,
    ) -> None:
        sub = command(name, run, text, example)
        for argument, about in arguments.items():
            sub.add_argument(argument, metavar=argument.upper(), help=about)
        target(sub, required=True)

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
    of_target(
        "explain",
        _explain,
        "say whether a target supports a wheel, and which rule says so",
        "wasm-tags explain demo-1.0-cp313-cp313-pyodide_2025_0_wasm32.whl"
        " --python 3.13 --platform pyemscripten_2025_0_wasm32",
        wheel="the file name of a wheel; if that file exists, its WHEEL is read too",
    )
    of_target(
        "choose",
        _choose,
        "say which files of a list fit a target, and which would be installed",
        "wasm-tags choose pyodide-lock.json --python 3.14"
        " --platform pyemscripten_2026_0_wasm32",
        list="a file of names, one a line, a lock file, or an index's page or JSON",
    )
    of_target(
        "markers",
        _markers,
        "list the environment markers of a target",
        "wasm-tags markers --python 3.14 --platform wasi_0_1_sdk_24_wasm32",
    )
    select = command(
        "select",
        _select,
        "say which file of a project on an index each platform, or one target, gets",
        "wasm-tags select pydantic-core --python 3.14"
        " --platform pyemscripten_2026_0_wasm32",
    )
    add_index_arguments(select)
    target(select, required=False)
    pip = commands.add_parser(
        "pip",
        help="run pip for a target, with each spelling of its platform and its markers",
        usage="wasm-tags pip [-h] --target-platform TAG --python VERSION ARGUMENT ...",
        description="Run the pip of this Python, unchanged, for a target. pip gets every"
        " spelling of the target's platform, the preferred one first, and evaluates"
        " environment markers for the target instead of this machine. All other arguments"
        " are pip's.",
        epilog="example: wasm-tags pip install ipython --target site"
        " --target-platform pyemscripten_2026_0_wasm32 --python 3.14\n"
        "exit code: pip's; 2 bad input",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,  # --pre is pip's
    )
    pip.add_argument(
        "--target-platform",
        dest="platform",
        required=True,
        metavar="TAG",
        help="the target's platform tag in any spelling",
    )
    pip.add_argument(
        "--python",
        required=True,
        metavar="VERSION",
        help="the target's Python, such as 3.14",
    )
    pip.set_defaults(run=_pip)
    add_audit_arguments(
        command(
            "audit",
            partial(_by_extra, "audit", "audit", "audit_command"),
            "check the content of wheels against their platform tags",
            "wasm-tags audit dist/*.whl",
        )
    )
    add_retag_arguments(
        command(
            "retag",
            partial(_by_extra, "audit", "audit", "retag_command"),
            "write a copy of a wheel under another platform tag that its content does"
            " not contradict",
            "wasm-tags retag demo-1.0-cp313-cp313-pyodide_2025_0_wasm32.whl"
            " --to pyemscripten_2025_0_wasm32",
        )
    )
    add_conformance_arguments(
        command(
            "conformance",
            partial(_by_extra, "conformance", "conformance", "conformance"),
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


def _target_if_given(options: argparse.Namespace) -> Target | None:
    if options.python is None and options.platform is None:
        return None
    if options.python is None or options.platform is None:
        missing = "--python" if options.python is None else "--platform"
        raise _InputError(
            f"a target needs --python and --platform: {missing} is missing"
        )
    return _target(options)


def _named(target: Target) -> str:
    return f"Python {target.python} on {target.platform.tags[0]}"


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
                    "pyodide": known.pyodide,
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
                [*known.tags, f"  {known.runtime}"],
                known.toolchain,
                ", ".join(known.python),
                known.unwinding,
                known.status,
            )
            for known in known_platforms()
        ),
    )


def _show(options: argparse.Namespace) -> Answer:
    target = _target_if_given(options)
    if target is None:
        where = f"this interpreter ({platform.system()})"
        tags, platforms = sys_tags, platform_tags
        local = platform.system() in FAMILIES
    else:
        where = _named(target)
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
    name, stated = options.wheel, ""
    # pathlib raises an error if a name is too long for a file's.
    if name.lower().endswith(".whl") and os.path.isfile(name):  # noqa: PTH113
        path = Path(name)
        name, stated = path.name, _stated(path)
    elif name.lower().endswith(".whl") and Path(name).name != name:
        raise _InputError(f"there is no file {shortened(name)}")
    try:
        explanation = target.explain(name)
    except ValueError as error:
        raise _InputError(
            f"{shortened(options.wheel)} is not the file name of a wheel:"
            f" wanted NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl ({error})"
        ) from error
    code = YES if explanation else NO
    asked = upload(name)
    if options.json:
        more = {"upload": asked._asdict(), "wheel_file": stated or None}
        return code, _json(explanation.json() | more)
    return code, _table(
        explanation.filename,
        ("", ""),
        (
            ("compatible", "yes" if explanation else "no"),
            ("because", explanation.cause),
            ("decided by", f"{explanation.part} tag"),
            ("offered", list(explanation.offered)),
            ("wanted", list(explanation.wanted)),
            ("rule", explanation.rule),
            ("in full", explanation.message),
            ("an upload", f"{_UPLOAD[asked.accepted]}: {asked.reason} ({asked.rule})"),
            *([("its WHEEL", stated)] if stated else []),
        ),
    )


def _stated(path: Path) -> str:
    """Say whether the WHEEL file in a wheel states the tags of its name."""
    try:
        with path.open("rb") as content:
            _, in_name, in_wheel = compare(path.name, content)
    except (OSError, ValueError) as error:
        raise _InputError(f"{shortened(str(path))}: {error}") from error
    if not in_name and not in_wheel:
        return "states the tags of the name"
    differs = {"only in the name": in_name, "only in WHEEL": in_wheel}
    return "states other tags; " + "; ".join(
        f"{where}: {', '.join(tags)}" for where, tags in differs.items() if tags
    )


def _choose(options: argparse.Namespace) -> Answer:
    target = _target(options)
    try:
        text = Path(options.list).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise _InputError(f"{shortened(options.list)}: {error}") from error
    files, choices = classify(text, [target])
    if files and files[0].listed.error:
        raise _InputError(f"{shortened(options.list)}: {files[0].error}")
    taken = [(project, chosen) for project, (chosen,) in choices.items()]
    code = YES if any(chosen for _, chosen in taken) else NO
    rows = [
        (one.listed.place, printable(one.listed.name), *_judged(one)) for one in files
    ]
    if options.json:
        keys = ("place", "name", "fits", "because")
        return code, _json(
            {
                "files": [dict(zip(keys, row, strict=True)) for row in rows],
                "choices": dict(taken),
            }
        )
    choice = [f"{name}: {file or 'no file fits'}" for name, file in taken]
    return code, _table(
        f"What fits {_named(target)}",
        ("", "file", "fits", "because"),
        [*rows, ("", choice or "no wheel", "", "what is installed")],
    )


def _judged(one: Classified) -> tuple[str, str]:
    """Return whether a file of a list fits, and why."""
    if not one.ending:
        return ("error", one.error) if one.error else ("no wheel", one.what)
    (said,), (left,) = one.verdicts, one.left_out
    if said and left:
        return "not chosen", left
    return "yes" if said else "no", said.cause


def _markers(options: argparse.Namespace) -> Answer:
    target = _target(options)
    environment = target.marker_environment()
    if options.json:
        return YES, _json(environment)
    return YES, _table(
        f"Environment markers of {_named(target)}",
        ("variable", "value"),
        ((name, repr(value)) for name, value in sorted(environment.items())),
    )


def _select(options: argparse.Namespace) -> Answer:
    target = _target_if_given(options)
    return _by_extra("index", "select", "select", options, target)


def _pip(options: argparse.Namespace) -> Answer:
    target = _target(options)
    if not options.given:
        raise _InputError("pip got no arguments; wanted some, such as download demo")
    if find_spec("pip") is None:
        raise _InputError(f"{sys.executable} has no pip: python -m ensurepip adds it")
    try:
        command_line(target, options.given)
        check_settings()
    except ValueError as error:
        raise _InputError(str(error)) from error
    code = run_pip(target.python, target.platform.tags[0], *options.given)
    return code, lambda: None


def _by_extra(
    extra: str, module: str, function: str, options: argparse.Namespace, *more: object
) -> Answer:
    """Let a command of an extra answer; it has an exit code, JSON, and what prints it."""
    try:
        run = getattr(import_module(f".{module}", __package__), function)
    except ModuleNotFoundError as error:
        raise _InputError(
            f"this needs {error.name}, which is not installed: {_extra(extra)}"
        ) from error
    try:
        code, report, show = run(options, *more)
    except ValueError as error:
        raise _InputError(str(error)) from error
    as_data = options.json or getattr(options, "sarif", False)
    return code, _json(report) if as_data else show


def _extra(name: str) -> str:
    return f"add the extra {name}, in a checkout with `pip install '.[{name}]'`"


def _json(value: object) -> Callable[[], object]:
    return partial(print, json.dumps(value, indent=2))


def _table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> Callable[[], object]:
    try:
        from rich.console import Console  # noqa: PLC0415 - an extra, and slow to import

        from .tables import table, text  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise _InputError(
            f"tables need rich, which is not installed: {_extra('cli')}, or give --json"
        ) from error
    return partial(Console().print, text(title, "bold"), table(columns, rows))
