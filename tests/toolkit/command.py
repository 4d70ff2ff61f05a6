"""How the commands of the tests end: with a sentence and an exit code."""

from __future__ import annotations

import sys
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from .cache import ProvisionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path


class BadInputError(ValueError):
    """The command line asks for something that is not there."""


def exit_code(run: Callable[[], int], *bad: type[Exception]) -> int:
    """Run a command: 2 for bad input, 1 if a download fails, 130 if interrupted.

    `bad` are errors that are bad input too, such as those of a file that it reads.
    """
    refused: tuple[type[Exception], ...] = (BadInputError, *bad)
    try:
        return run()
    except refused as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except ProvisionError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def need_matches(patterns: Iterable[str], names: Sequence[str], what: str) -> None:
    """Refuse a pattern of --only that names nothing."""
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise BadInputError(
                f"--only {pattern!r} matches no {what}; --list shows them, and the first"
                f" is called {names[0]}"
            )


def need_folder(report: Path | None) -> None:
    """Refuse a report that could not be written, before anything runs."""
    if report and not report.absolute().parent.is_dir():
        raise BadInputError(f"--json {report}: its folder does not exist")
