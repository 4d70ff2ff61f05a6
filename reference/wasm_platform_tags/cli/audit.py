"""The commands ``wasm-tags audit`` and ``wasm-tags retag``."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from .._platforms import parse_platform_tag
from .._text import printable, shortened
from ..audit.report import audit, json_report
from ..audit.retag import RetagError, platforms_after, retag
from ..audit.rules import CANNOT_TELL, CONSISTENT, CONTRADICTS, WARNING
from ..audit.sarif import sarif
from ..wheelfile.archive import UnsafeWheelError
from .console import BAD_INPUT, INTERRUPTED, NO, YES

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Generator, Sequence

    from ..audit.report import Report
    from ..audit.rules import Finding

_MOST = 20  # findings that are shown of a wheel; --json has all
_STYLES = {CONTRADICTS: "red", CANNOT_TELL: "yellow", CONSISTENT: "green", WARNING: ""}


def audit_command(
    options: argparse.Namespace,
) -> tuple[int, Any, Callable[[], None]]:
    """Audit wheels.

    :returns: the exit code, what ``--json`` or ``--sarif`` prints, and what prints it
        for a reader.
    :raises ValueError: if an option is wrong.
    """
    if options.json and options.sarif:
        raise ValueError("--json and --sarif: wanted one of them")
    for tag in options.platform:
        parse_platform_tag(tag)
    paths = list(map(Path, options.wheels))
    reports, refused, interrupted = _audited(paths, options.platform)
    code = YES
    if any(_fails(report, strict=options.strict) for report in reports):
        code = NO
    if refused:
        code = BAD_INPUT
    if interrupted:
        code = INTERRUPTED
    form = sarif if options.sarif else json_report
    return code, form(reports, refused), partial(_show, reports, refused)


def _audited(
    paths: Sequence[Path], platforms: Sequence[str]
) -> tuple[list[Report], list[tuple[str, str]], bool]:
    """The reports, what was not audited and why, and whether the user interrupted it."""
    reports: list[Report] = []
    refused: list[tuple[str, str]] = []
    interrupted = False
    with closing(_progress(paths)) as waiting:
        try:
            for path, tell in waiting:
                try:
                    reports.append(audit(path, platforms, tell))
                except UnsafeWheelError as error:  # noqa: PERF203 - the others are audited
                    refused.append((str(path), str(error)))
                except OSError as error:
                    why = f"cannot be read: {error.strerror or error}"
                    refused.append((str(path), why))
        except KeyboardInterrupt:
            interrupted = True
    left = paths[len(reports) + len(refused) :]
    refused += [(str(path), "not audited: interrupted") for path in left]
    return reports, refused, interrupted


def _fails(report: Report, *, strict: bool) -> bool:
    """Whether a report is a reason to stop."""
    return report.verdict == CONTRADICTS or (strict and bool(report.findings))


def retag_command(
    options: argparse.Namespace,
) -> tuple[int, Any, Callable[[], None]]:
    """Write a wheel under another tag, if nothing in it contradicts that.

    :returns: as for :func:`audit_command`.
    :raises ValueError: if an option is wrong, or nothing can be written.
    """
    path = Path(options.wheel)
    folder = Path(options.dest) if options.dest else path.parent
    # pathlib raises an error if a name is too long for a folder's.
    if not os.path.isdir(folder):  # noqa: PTH112
        raise ValueError(f"--dest: there is no folder {shortened(str(folder))}")
    try:
        report = audit(path, platforms_after(path, options.to, add=options.add))
        against = [one for one in report.findings if one.severity == CONTRADICTS]
        open_ = [one for one in report.findings if one.severity == CANNOT_TELL]
        made = None
        if options.force or not against:
            made = retag(path, options.to, add=options.add, folder=folder)
    except (UnsafeWheelError, RetagError) as error:
        raise ValueError(printable(str(error))) from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise ValueError(printable(f"{where}{error.strerror or error}")) from error
    result = {
        "wheel": str(path),
        "written": None if made is None else str(made),
        "overridden": _listed(against) if made else [],
        "claimed": _listed(open_) if made else [],
        "audit": report.json(),
    }
    return YES if made else NO, result, partial(_show_retag, report, made)


def _listed(findings: Sequence[Finding]) -> list[str]:
    return [
        " ".join(filter(None, (f"{one.rule}:", _where(one), one.message)))
        for one in findings
    ]


def _progress(
    paths: Sequence[Path],
) -> Generator[tuple[Path, Callable[[str], None] | None], None, None]:
    """The files, one after another; who waits sees what is read."""
    if not sys.stderr.isatty():
        yield from ((path, None) for path in paths)
        return
    console = Console(stderr=True)
    with console.status("") as status:
        for number, path in enumerate(paths, 1):
            head = f"{number}/{len(paths)} {printable(path.name)}"

            def tell(member: str, head: str = head) -> None:
                status.update(Text(f"{head}: {printable(member)}"))

            yield path, tell


def _show(reports: Sequence[Report], refused: Sequence[tuple[str, str]]) -> None:
    console = Console(highlight=False)
    not_decided: dict[str, None] = {}
    for report in reports:
        console.print(_title(report), soft_wrap=True)
        _show_findings(console, report.findings)
        not_decided.update(dict.fromkeys(report.not_decided))
    for file, message in refused:
        line = Text(f"{printable(file)}: ", style="bold")
        line.append("refused", style="red").append(f": {message}", style="not bold")
        console.print(line, soft_wrap=True)
    if not_decided:
        console.print("\nConsistent does not mean conforming. No audit of bytes sees")
        for what in not_decided:
            console.print(Text(f"- {what}"))


def _title(report: Report) -> Text:
    title = Text(f"{printable(report.filename)}: ", style="bold")
    title.append(report.verdict, style=_STYLES[report.verdict])
    if len(report.platforms) > 1:
        for tag, found in report.platforms.items():
            title.append(f"\n  {printable(tag)}: ", style="not bold")
            title.append(found, style=f"not bold {_STYLES[found]}")
    return title


def _show_findings(console: Console, findings: Sequence[Finding]) -> None:
    for one in findings[:_MOST]:
        line = Text("  ").append(one.severity, style=_STYLES[one.severity])
        about = ", ".join(filter(None, (one.rule, printable(one.platform))))
        line.append(f" ({about})")
        if one.requirement:
            line.append(f" PEP requirement {one.requirement}", style="dim")
        for text in filter(None, (_where(one), one.message)):
            line.append(f"\n    {printable(text)}")
        if one.needed:
            line.append(f"\n    needed: {printable(one.needed)}")
        console.print(line, soft_wrap=True)
    if (more := len(findings) - _MOST) > 0:
        console.print(f"  and {more} more, see --json")


def _where(finding: Finding) -> str:
    if not finding.member:
        return ""
    at = "" if finding.offset is None else f" at byte {finding.offset}"
    return f"{finding.member}{at}:"


def _show_retag(report: Report, made: Path | None) -> None:
    console = Console(highlight=False)
    console.print(_title(report), soft_wrap=True)
    _show_findings(console, report.findings)
    if made is None:
        console.print("nothing written; --force overrides what contradicts the tag")
        return
    overridden = [one for one in report.findings if one.severity == CONTRADICTS]
    for one in overridden:
        console.print(Text(f"overridden: {one.rule}: {printable(one.message)}"))
    for one in report.findings:
        if one.severity == CANNOT_TELL:
            console.print(Text(f"not checked; it would need {printable(one.needed)}"))
    console.print(Text(f"written: {printable(str(made))}"), soft_wrap=True)
