"""The command ``wasm-tags select``: what an index offers to each target."""

from __future__ import annotations

import argparse
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from packaging.markers import default_environment

from .._registry import known_platforms
from .._target import Target
from .._text import shortened
from .console import NO, YES, Answer, add_target, check_timeout, target_if_given
from .tables import table, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from packaging.version import Version
    from pypi_simple import DistributionPackage
    from rich.console import Console

    from ..index.client import Index
    from ..index.offers import Choice
    from .tables import Cell

HELP = "say which file of a project on an index each platform, or one target, gets"
EXAMPLE = (
    "wasm-tags select pydantic-core --python 3.14 --platform pyemscripten_2026_0_wasm32"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
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
    add_target(parser, required=False)


def run(options: argparse.Namespace) -> Answer:
    """Ask the index and choose: yes if each target gets the newest release."""
    target = target_if_given(options)
    from packaging.utils import InvalidName, canonicalize_name
    from pypi_simple import PYPI_SIMPLE_ENDPOINT
    from rich.console import Console

    from ..index.client import Index, UnusableIndexError, shown
    from ..index.offers import choose, releases_of

    check_timeout(options.timeout)
    if options.retries < 0:
        raise ValueError(f"--retries: wanted 0 or more, got {options.retries}")
    try:
        project = canonicalize_name(options.project, validate=True)
    except InvalidName as error:
        raise ValueError(
            f"{shortened(options.project)} is not the name of a project: wanted letters,"
            " digits, '.', '-' and '_', such as pydantic-core"
        ) from error
    index = Index(
        options.index_url or PYPI_SIMPLE_ENDPOINT, options.timeout, options.retries
    )
    releases = releases_of(project, index.page(project).packages)
    if not releases:
        raise UnusableIndexError(
            f"{shown(index.url)} lists no file of {project} that is not yanked"
        )
    targets = [target] if target else list(every_target())
    choices = [choose(releases, one, pre=options.pre) for one in targets]
    needs = [
        _needs(index, project, one) if options.metadata else None for one in choices
    ]
    report = {
        "project": options.project,
        "index": shown(index.url),
        "newest": str(choices[0].newest),
        "targets": [
            _json(choice, needed) for choice, needed in zip(choices, needs, strict=True)
        ],
    }
    show = partial(_show, Console(), options.project, releases, choices, needs)
    return Answer(YES if all(choices) else NO, report, show)


def every_target() -> Iterator[Target]:
    """Yield each Python of each known platform."""
    for known in known_platforms():
        for python in known.python:
            yield Target(python, known.platform)


def _needs(index: Index, project: str, choice: Choice) -> list[dict[str, Any]] | None:
    from ..index.dependencies import needed, stated

    if choice.package is None:
        return None
    metadata = index.metadata(choice.package)
    requires = stated(metadata, project, choice.package.filename)
    here = dict(needed(requires, default_environment()))
    return [
        {"requirement": one, "target": wanted, "this_machine": here[one]}
        for one, wanted in needed(requires, choice.target.marker_environment())
    ]


def _json(choice: Choice, needs: list[dict[str, Any]] | None) -> dict[str, Any]:
    from ..index.client import shown

    package = choice.package
    return {
        "platform": choice.target.platform.platform_tags[0],
        "python": choice.target.python,
        "verdict": choice.verdict,
        "version": None if choice.version is None else str(choice.version),
        "file": package and package.filename,
        "url": package and shown(package.url),
        "refused": [vars(refusal) for refusal in choice.refused],
        **({} if needs is None else {"dependencies": needs}),
    }


def _show(
    console: Console,
    project: str,
    releases: Mapping[Version, Sequence[DistributionPackage]],
    choices: Sequence[Choice],
    needs: Sequence[list[dict[str, Any]] | None],
) -> None:
    newest = choices[0].newest
    files = len(releases[newest])
    title = f"{project} {newest} is the newest release; it has {files} files"
    columns = ("platform tag", "Python", "takes", "wheel", "which is")
    rows = (
        (
            choice.target.platform.platform_tags[0],
            choice.target.python,
            str(choice.version or "nothing"),
            choice.package.filename.split("-", 2)[2][:-4] if choice.package else "",
            text(_said(choice), "green" if choice else "red"),
        )
        for choice in choices
    )
    console.print(text(title, "bold"), table(columns, rows))
    if refused := [choice for choice in choices if not choice]:
        _show_refused(console, newest, refused)
    if told := [pair for pair in zip(choices, needs, strict=True) if pair[1]]:
        _show_needs(console, told)


def _said(choice: Choice) -> str:
    if choice.verdict == "none":
        return "\N{BALLOT X} nothing fits"
    if choice.verdict == "older":
        return f"\N{BALLOT X} older{', pure' if choice.pure else ''}"
    return "\N{CHECK MARK} newest"


def _show_refused(console: Console, newest: object, choices: Sequence[Choice]) -> None:
    groups: dict[tuple[str, ...], list[Target]] = {}
    for choice in choices:
        said = (f"{n}: {cause} ({rule})" for cause, rule, n in _reasons(choice))
        groups.setdefault(tuple(said), []).append(choice.target)
    rows: list[Sequence[Cell]] = []
    for reasons, targets in groups.items():
        tags = [target.platform.platform_tags[0] for target in targets]
        pythons = [target.python for target in targets]
        rows += [(tags, pythons, list(reasons) or "it has no wheels"), ()]
    columns = ("platform tag", "Python", "wheels that are refused, and why")
    console.print(text(f"Why not {newest}", "bold"), table(columns, rows))


def _reasons(choice: Choice) -> Iterator[tuple[str, str, int]]:
    """Yield reasons and how many wheels each refuses, of other systems at the end."""
    foreign = [one for one in choice.refused if one.foreign]
    reasons = Counter(
        (one.cause, one.rule) for one in choice.refused if not one.foreign
    )
    for (cause, rule), count in reasons.most_common():
        yield cause, rule, count
    if foreign:
        yield "for other systems, such as Linux", "exact-match", len(foreign)


def _show_needs(
    console: Console, told: Sequence[tuple[Choice, list[dict[str, Any]] | None]]
) -> None:
    rows: list[Sequence[Cell]] = []
    for choice, needs in told:
        named = (choice.target.platform.platform_tags[0], choice.target.python)
        for need in needs or ():
            on = (need["target"], need["this_machine"])
            if any(on):
                style = "bold" if on[0] != on[1] else ""
                said = ("yes" if one else "no" for one in on)
                rows.append((*named, text(need["requirement"], style), *said))
                named = ("", "")
    columns = ("platform tag", "Python", "dependency", "target", "this machine")
    title = text("Direct dependencies that are needed", "bold")
    console.print(title, table(columns, rows))
