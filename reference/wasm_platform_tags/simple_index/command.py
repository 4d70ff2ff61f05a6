"""``wasm-tags select``: what an index offers to each target, in tables or as JSON."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from packaging.markers import default_environment
from packaging.utils import canonicalize_name
from pypi_simple import PYPI_SIMPLE_ENDPOINT
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .._registry import known_platforms
from .._target import Target
from .choice import choose, releases_of
from .dependencies import needed, stated
from .index import Index, UnusableIndexError, shown

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from packaging.version import Version
    from pypi_simple import DistributionPackage

    from .choice import Choice


def select(
    options: argparse.Namespace, target: Target | None
) -> tuple[int, dict[str, Any], Callable[[], object]]:
    """Ask the index and choose.

    :param options: those of :func:`.options.add_arguments`.
    :param target: the one target that is asked about; None for each known platform.
    :returns: the exit code, 0 if each target gets the newest release; the answer as
        JSON has it; and what prints it.
    :raises UnusableIndexError: says what is wrong with the index, or its answer.
    :raises ValueError: if an option is out of range.
    """
    if options.timeout <= 0 or options.retries < 0:
        raise ValueError(
            "--timeout is more than 0 seconds, and --retries 0 or more;"
            f" given {options.timeout:g} and {options.retries}"
        )
    index = Index(
        options.index_url or PYPI_SIMPLE_ENDPOINT, options.timeout, options.retries
    )
    releases = releases_of(options.project, index.page(options.project).packages)
    if not releases:
        raise UnusableIndexError(
            f"{shown(index.url)} lists no file of {options.project} that is not yanked"
        )
    targets = [target] if target else list(every_target())
    choices = [choose(releases, one, pre=options.pre) for one in targets]
    needs = [
        _needs(index, options.project, one) if options.metadata else None
        for one in choices
    ]
    report = {
        "project": options.project,
        "index": shown(index.url),
        "newest": str(choices[0].newest),
        "targets": [
            _json(choice, needed) for choice, needed in zip(choices, needs, strict=True)
        ],
    }
    show = partial(_show, options.project, releases, choices, needs)
    return (0 if all(choices) else 1), report, show


def every_target() -> Iterator[Target]:
    """Yield each Python of each known platform."""
    for known in known_platforms():
        for python in known.python:
            yield Target(python, known.platform)


def _needs(index: Index, project: str, choice: Choice) -> list[dict[str, Any]] | None:
    if choice.package is None:
        return None
    metadata = index.metadata(choice.package)
    name = canonicalize_name(project)
    requires = stated(metadata, name, choice.package.filename)
    here = dict(needed(requires, default_environment()))
    return [
        {"requirement": text, "target": wanted, "this_machine": here[text]}
        for text, wanted in needed(requires, choice.target.marker_environment())
    ]


def _json(choice: Choice, needs: list[dict[str, Any]] | None) -> dict[str, Any]:
    package = choice.package
    return {
        "platform": choice.target.platform.tags[0],
        "python": choice.target.python,
        "verdict": choice.verdict,
        "version": None if choice.version is None else str(choice.version),
        "file": package and package.filename,
        "url": package and shown(package.url),
        "refused": [vars(refusal) for refusal in choice.refused],
        **({} if needs is None else {"dependencies": needs}),
    }


def _show(
    project: str,
    releases: Mapping[Version, Sequence[DistributionPackage]],
    choices: Sequence[Choice],
    needs: Sequence[list[dict[str, Any]] | None],
) -> None:
    console = Console()
    newest = choices[0].newest
    files = len(releases[newest])
    title = f"{project} {newest} is the newest release; it has {files} files"
    table = _table("platform tag", "Python", "takes", "wheel", "which is")
    for choice in choices:
        wheel = choice.package.filename.split("-", 2)[2] if choice.package else ""
        table.add_row(
            Text(choice.target.platform.tags[0]),
            choice.target.python,
            str(choice.version or "nothing"),
            Text(wheel.removesuffix(".whl")),
            Text(_said(choice), "green" if choice else "red"),
        )
    console.print(Text(title, style="bold"), table)
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
    table = _table("platform tag", "Python", "wheels that are refused, and why")
    groups: dict[tuple[tuple[str, str, int], ...], list[Target]] = {}
    for choice in choices:
        reasons = tuple(_reasons(choice))
        groups.setdefault(reasons, []).append(choice.target)
    for reasons, targets in groups.items():
        tags = "\n".join(target.platform.tags[0] for target in targets)
        pythons = "\n".join(target.python for target in targets)
        why = "\n".join(f"{n}: {cause} ({rule})" for cause, rule, n in reasons)
        table.add_row(Text(tags), pythons, Text(why or "it has no wheels"))
        table.add_row()
    console.print(Text(f"Why not {newest}", style="bold"), table)


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
    console: Console,
    told: Sequence[tuple[Choice, list[dict[str, Any]] | None]],
) -> None:
    table = _table("platform tag", "Python", "dependency", "target", "this machine")
    for choice, needs in told:
        wanted = [n for n in needs or () if n["target"] or n["this_machine"]]
        for number, need in enumerate(wanted):
            named = (choice.target.platform.tags[0], choice.target.python)
            differ = need["target"] != need["this_machine"]
            table.add_row(
                *map(Text, named if number == 0 else ("", "")),
                Text(need["requirement"], "bold" if differ else ""),
                *("yes" if need[on] else "no" for on in ("target", "this_machine")),
            )
    console.print(Text("Direct dependencies that are needed", style="bold"), table)


def _table(*columns: str) -> Table:
    table = Table(*columns, box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    for column in table.columns:
        column.overflow = "fold"
    table.columns[0].no_wrap = True  # a tag is there to be copied
    return table
