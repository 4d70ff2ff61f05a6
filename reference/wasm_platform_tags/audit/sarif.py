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

    from .report import Report
    from .rules import Finding

__all__ = ["sarif"]

_SARIF = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(
    reports: Iterable[Report], refused: Iterable[tuple[str, str]] = ()
) -> dict[str, Any]:
    """Return what ``wasm-tags audit --sarif`` prints.

    What contradicts a tag is a failure of the level error; where nobody can tell, the
    result is open. A file in the current folder is named from there, as hosts want it.

    :param reports: the wheels that were audited.
    :param refused: the files that were not opened, and why.
    """
    order = list(rules())
    results = [
        _result(report.path, finding, order)
        for report in reports
        for finding in report.findings
    ]
    return {
        "$schema": _SARIF,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "wasm-tags audit",
                        "version": __version__,
                        "rules": [
                            {
                                "id": rule.id,
                                "shortDescription": {"text": rule.title},
                                "fullDescription": {
                                    "text": f"Decided by {rule.decides}."
                                },
                                "help": {
                                    "text": f"{rule.title}. Decided by {rule.decides}."
                                },
                                **({"helpUri": rule.source} if rule.source else {}),
                            }
                            for rule in rules().values()
                        ],
                    }
                },
                "invocations": [
                    {
                        "executionSuccessful": not (refused := list(refused)),
                        "toolExecutionNotifications": [
                            {
                                "level": "error",
                                "message": {"text": message},
                                "locations": [_location(Path(file))],
                            }
                            for file, message in refused
                        ],
                    }
                ],
                "results": results,
            }
        ],
    }


def _result(file: Path, finding: Finding, order: list[str]) -> dict[str, Any]:
    kind, level = {
        CONTRADICTS: ("fail", "error"),
        CANNOT_TELL: ("open", "none"),
        WARNING: ("fail", "warning"),
    }[finding.severity]
    text = f"{finding.member}: {finding.message}" if finding.member else finding.message
    if finding.needed:
        text += f"; needed: {finding.needed}"
    if finding.requirement:
        text += f" (PEP requirement {finding.requirement})"
    return {
        "ruleId": finding.rule,
        "ruleIndex": order.index(finding.rule),
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
    """A place in a wheel: the file, and the member as a logical location.

    There is no region: a wheel has no lines, and an offset is one in the member.
    """
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(file)}}
    place: dict[str, Any] = {"physicalLocation": physical}
    if member:
        where = member if offset is None else f"{member} at byte {offset}"
        place["logicalLocations"] = [
            {
                "fullyQualifiedName": f"{file.name}/{member}",
                "name": where,
                "kind": "module",
            }
        ]
    return place


def _uri(file: Path) -> str:
    """A file relative to the current folder, or else as it is, with a scheme."""
    if file.is_absolute():
        try:
            file = file.relative_to(Path.cwd())
        except (ValueError, FileNotFoundError):  # not below it, or it was removed
            return file.as_uri()
    return quote(os.fsencode(file.as_posix()))
