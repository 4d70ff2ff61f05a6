"""What the commands share: exit codes, the form of an answer, time-outs, the target."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, NamedTuple

from .._platforms import InvalidPlatformTag
from .._target import Target

if TYPE_CHECKING:
    from collections.abc import Callable

YES, NO, BAD_INPUT = 0, 1, 2
# The codes that a shell reports if a signal ended a program: SIGINT, SIGPIPE, SIGTERM.
INTERRUPTED, UNREAD, TERMINATED = 130, 141, 143

DAY = 86400  # seconds


class Answer(NamedTuple):
    """What a command answers."""

    #: the exit code, such as :data:`YES`
    code: int
    #: what ``--json`` prints
    data: Any
    #: prints the same for a reader
    show: Callable[[], object]


def check_timeout(seconds: float) -> None:
    """Refuse a time-out that ends at once, or never.

    :raises ValueError: if it is not more than 0 seconds and at most a day.
    """
    if not 0 < seconds <= DAY:  # nor NaN
        raise ValueError(
            f"--timeout: wanted more than 0 seconds and at most {DAY}, got {seconds:g}"
        )


def add_target(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add the options that name a target."""
    parser.add_argument(
        "--python",
        required=required,
        metavar="VERSION",
        help="the target's Python, such as 3.13 or 3.13.2",
    )
    parser.add_argument(
        "--platform",
        required=required,
        metavar="TAG",
        help="the target's platform tag in any spelling,"
        " such as pyemscripten_2025_0_wasm32",
    )


def target_of(options: argparse.Namespace) -> Target:
    """Return the target that the options name.

    :raises ValueError: if they name none; the text says which option is wrong.
    """
    try:
        return Target(options.python, options.platform)
    except InvalidPlatformTag as error:
        raise ValueError(f"--platform: {error}") from error
    except ValueError as error:
        raise ValueError(f"--python: {error}") from error


def target_if_given(options: argparse.Namespace) -> Target | None:
    """Return the target that the options name, or None if there are no such options.

    :raises ValueError: as :func:`target_of`, or if only one of the two options is there.
    """
    missing = [name for name in ("python", "platform") if vars(options)[name] is None]
    if len(missing) == 1:
        raise ValueError(
            f"a target needs --python and --platform: --{missing[0]} is missing"
        )
    return None if missing else target_of(options)


def named(target: Target) -> str:
    """Return a target in words: ``"Python 3.13 on pyemscripten_2025_0_wasm32"``."""
    return f"Python {target.python} on {target.platform.platform_tags[0]}"
