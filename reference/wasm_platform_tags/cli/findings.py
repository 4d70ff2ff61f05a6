"""What ``wasm-tags audit`` and ``wasm-tags retag`` print. Needs rich."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from .._text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    from ..audit import Finding, Report

_MOST = 20  # findings that are printed of a wheel; --json has all
_STYLES = {"contradicts": "red", "cannot tell": "yellow", "consistent": "green"}
_STYLES["warning"] = ""


def with_progress(
    paths: Sequence[Path],
) -> Generator[tuple[Path, Callable[[str], None] | None], None, None]:
    """Yield each path, with a function that shows progress if there is a terminal."""
    if not sys.stderr.isatty():
        yield from ((path, None) for path in paths)
        return
    with Console(stderr=True).status("") as status:
        for number, path in enumerate(paths, 1):
            head = f"{number}/{len(paths)} {printable(path.name)}"

            def progress(member: str, head: str = head) -> None:
                status.update(Text(f"{head}: {printable(member)}"))

            yield path, progress


def show_reports(reports: Sequence[Report], refused: Sequence[tuple[str, str]]) -> None:
    """Print what was audited, and what was not and why."""
    console = Console(highlight=False)
    not_decided: dict[str, None] = {}
    for report in reports:
        _show_report(console, report)
        not_decided.update(dict.fromkeys(report.not_decided))
    for file, message in refused:
        line = Text(f"{printable(file)}: ", style="bold")
        line.append("refused", style="red").append(f": {message}", style="not bold")
        console.print(line, soft_wrap=True)
    if not_decided:
        console.print("\nConsistent does not mean conforming. No audit of bytes sees")
        for what in not_decided:
            console.print(Text(f"- {what}"))


def show_retag(report: Report, made: Path | None) -> None:
    """Print the audit under the new tag, and what was written."""
    console = Console(highlight=False)
    _show_report(console, report)
    if made is None:
        console.print("nothing written; --force overrides what contradicts the tag")
        return
    for one in report.findings:
        if one.severity == "contradicts":
            console.print(Text(f"overridden: {one.rule}: {printable(one.message)}"))
    for one in report.findings:
        if one.severity == "cannot tell":
            console.print(Text(f"not checked; it would need {printable(one.needed)}"))
    console.print(Text(f"written: {printable(str(made))}"), soft_wrap=True)


def _show_report(console: Console, report: Report) -> None:
    title = Text(f"{printable(report.filename)}: ", style="bold")
    title.append(report.verdict, style=_STYLES[report.verdict])
    if len(report.platforms) > 1:
        for tag, verdict in report.platforms.items():
            title.append(f"\n  {printable(tag)}: ", style="not bold")
            title.append(verdict, style=f"not bold {_STYLES[verdict]}")
    console.print(title, soft_wrap=True)
    for finding in report.findings[:_MOST]:
        console.print(_text(finding), soft_wrap=True)
    if (more := len(report.findings) - _MOST) > 0:
        console.print(f"  and {more} more, see --json")


def _text(finding: Finding) -> Text:
    text = Text("  ").append(finding.severity, style=_STYLES[finding.severity])
    about = ", ".join(filter(None, (finding.rule, printable(finding.platform))))
    text.append(f" ({about})")
    if finding.requirement:
        text.append(f" PEP requirement {finding.requirement}", style="dim")
    needed = finding.needed and f"needed: {finding.needed}"
    for line in filter(None, (finding.where, finding.message, needed)):
        text.append(f"\n    {printable(line)}")
    return text
