"""The outcome of an audit as SARIF 2.1.0, which code hosts show."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .. import __version__
from .policy import rules
from .rules import CANNOT_TELL, CONTRADICTS, WARNING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .policy import Rule
    from .report import Report
    from .rules import Finding

_SARIF = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#: the kind and the level of a result
_LEVELS = {
    CONTRADICTS: ("fail", "error"),
    CANNOT_TELL: ("open", "none"),
    WARNING: ("fail", "warning"),
}


def sarif(
    reports: Iterable[Report], refused: Iterable[tuple[str, str]] = ()
) -> dict[str, Any]:
    """Return what ``wasm-tags audit --sarif`` prints.

    What contradicts a tag is a failure of the level error. Where nobody can tell, the
    result is open. A file below the current folder has an address relative to it, which
    code hosts need.

    :param reports: the wheels that were audited.
    :param refused: the files that were not audited, and why.

    Source: SARIF 2.1.0.
    """
    notifications = [
        {
            "level": "error",
            "message": {"text": message},
            "locations": [_location(Path(file))],
        }
        for file, message in refused
    ]
    done = {"executionSuccessful": not notifications}
    descriptors = list(map(_descriptor, rules().values()))
    driver = {"name": "wasm-tags audit", "version": __version__, "rules": descriptors}
    order = list(rules())
    run = {
        "tool": {"driver": driver},
        "invocations": [done | {"toolExecutionNotifications": notifications}],
        "results": [
            _result(report.path, finding, order.index(finding.rule))
            for report in reports
            for finding in report.findings
        ],
    }
    return {"$schema": _SARIF, "version": "2.1.0", "runs": [run]}


def _descriptor(rule: Rule) -> dict[str, Any]:
    decided = f"Decided by {rule.decides}."
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": decided},
        "help": {"text": f"{rule.title}. {decided}"},
        **({"helpUri": rule.source} if rule.source else {}),
    }


def _result(file: Path, finding: Finding, index: int) -> dict[str, Any]:
    kind, level = _LEVELS[finding.severity]
    text = f"{finding.member}: {finding.message}" if finding.member else finding.message
    if finding.needed:
        text += f"; needed: {finding.needed}"
    if finding.requirement:
        text += f" (PEP requirement {finding.requirement})"
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "kind": kind,
        "level": level,
        "message": {"text": text},
        "locations": [_location(file, finding.member, finding.offset)],
        "properties": {
            "platform": finding.platform,
            "requirement": finding.requirement,
            "names": list(finding.names),
        },
    }


def _location(
    file: Path, member: str = "", offset: int | None = None
) -> dict[str, Any]:
    """Return a place in a wheel: the file, and the member as a logical location.

    There is no region: a wheel has no lines, and the offset is one in the member.
    """
    place: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": _uri(file)}}
    }
    if member:
        name = member if offset is None else f"{member} at byte {offset}"
        full = f"{file.name}/{member}"
        place["logicalLocations"] = [
            {"fullyQualifiedName": full, "name": name, "kind": "module"}
        ]
    return place


def _uri(file: Path) -> str:
    """Return a file's address: relative if it is below the current folder or given so."""
    if file.is_absolute():
        try:
            file = file.relative_to(Path.cwd())
        except (ValueError, FileNotFoundError):  # not below it, or it was removed
            return file.as_uri()
    return quote(os.fsencode(file.as_posix()))
