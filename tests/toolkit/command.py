"""The command line that the applications share: options, errors and exit codes."""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from .cache import ProvisionError
from .paths import DOWNLOADS, ROOT
from .recorded import ResultError

T = TypeVar("T")


class BadInputError(ValueError):
    """The command line asks for something that does not exist."""


def start(module: str) -> int:
    """Import the module of a command and run its ``main``; return the exit code.

    It is 2 if a dependency of the module is not installed.
    """
    try:
        command = import_module(module)
    except ModuleNotFoundError as error:
        package, _, _ = str(error.name).partition(".")
        hint = "in the checkout, pip install -e '.[matrix]' brings it"
        print(f"error: {package} is not installed: {hint}", file=sys.stderr)
        return 2
    code: int = command.main()
    return code


def make_parser(
    package: str,
    description: str,
    examples: str,
    *,
    what: str = "runs",
    cache: Path = DOWNLOADS,
) -> argparse.ArgumentParser:
    """Return the parser of ``python -m PACKAGE``, with the options of every application.

    :param what: what the application runs, in the plural.
    :param cache: the default of ``--cache``.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m {package}",
        description=description,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="GLOB", help=f"run only these {what}"
    )
    parser.add_argument(
        "--list", action="store_true", help=f"list the {what} and run nothing"
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write everything observed to FILE"
    )
    parser.add_argument(
        "--update",
        action="store_true",
        help="show the differences, then write the results",
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=cache,
        metavar="DIR",
        help=f"keep downloads here (default: {cache.relative_to(ROOT).as_posix()})",
    )
    return parser


def exit_code(command: Callable[[], int], *bad: type[Exception]) -> int:
    """Run a command and return its exit code.

    It is 2 for bad input, 1 if a download fails, 130 after Ctrl-C; the first two with
    one line on standard error.

    :param bad: errors that are bad input too, such as those of a file that it reads.
    """
    refused: tuple[type[Exception], ...] = (BadInputError, ResultError, *bad)
    try:
        return command()
    except refused as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except ProvisionError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Whether one of the patterns matches, or there is none."""
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)


def pick(
    items: Iterable[T], patterns: Sequence[str], name: Callable[[T], str], what: str
) -> list[T]:
    """Return the items that --only selects: all, if it has no pattern.

    :param name: returns the name of an item.
    :param what: what an item is, in the singular.
    :raises BadInputError: if a pattern matches none.
    """
    items = list(items)
    need_matches(patterns, [name(item) for item in items], what)
    return [item for item in items if matches(name(item), patterns)]


def need_matches(patterns: Iterable[str], names: Sequence[str], what: str) -> None:
    """Check that each pattern of --only matches a name.

    :raises BadInputError: if one matches none.
    """
    for pattern in patterns:
        if not matches_any(names, pattern):
            raise BadInputError(
                f"--only {pattern!r} matches no {what}; --list shows them, and the first"
                f" is called {names[0]}"
            )


def matches_any(names: Iterable[str], pattern: str) -> bool:
    """Whether the pattern matches one of the names."""
    return any(fnmatchcase(name, pattern) for name in names)


def need_folder(report: Path | None) -> None:
    """Check that the file of --json can be written, before anything runs.

    :raises BadInputError: if its folder does not exist.
    """
    if report and not report.absolute().parent.is_dir():
        raise BadInputError(f"--json {report}: its folder does not exist")
