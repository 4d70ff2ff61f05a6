"""The committed results of a project: make, read, compare and write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.toolkit import recorded

from .changes import total
from .records import RESULTS, Record
from .run import Outcome
from .suites import FAILED, Outcomes


def from_outcome(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome in the form of results.json, without its day."""
    added, removed = total(outcome.lines)
    data: dict[str, Any] = {
        "version": outcome.record.version,
        "change": {
            "digest": outcome.digest,
            "added": added,
            "removed": removed,
            "files": {name: list(count) for name, count in outcome.lines.items()},
        },
    }
    if outcome.before and outcome.after and outcome.compared:
        data["tests"] = {
            "python": outcome.before.python,
            "before": _counts(outcome.before),
            "after": _counts(outcome.after),
            "new": list(outcome.compared.new),
            "gone": list(outcome.compared.gone),
        }
    if outcome.checks:
        data["checks"] = outcome.checks
    if outcome.cells is not None:
        data["suite"] = {cell.name: cell.to_dict() for cell in outcome.cells}
    return data


def _counts(outcomes: Outcomes) -> dict[str, Any]:
    return {**outcomes.counts, "failing": sorted(outcomes.of(FAILED))}


def load(record: Record) -> dict[str, Any] | None:
    """Return the committed results of a project, or nothing if there are none.

    :raises ResultError: if they cannot be read.
    """
    return recorded.load(record.folder / RESULTS)


def differences(new: dict[str, Any], committed: dict[str, Any] | None) -> list[str]:
    """Return one line for each value of a run that differs from the committed one.

    The number of tests depends on the Python that runs them. It is compared only if the
    minor version of Python is the same.
    """
    if committed is None:
        return ["nothing is committed; --update writes results.json"]
    old, new = dict(committed), dict(new)
    for data in (old, new):
        if "tests" in data:
            same = _minor(committed) == _minor(new)
            data["tests"] = {**data["tests"], "python": None} if same else None
    return recorded.differences(old, new)


def _minor(data: dict[str, Any]) -> list[str] | None:
    python = data.get("tests", {}).get("python")
    return python.split(".")[:2] if python else None


def write(record: Record, data: dict[str, Any], day: str) -> Path:
    """Write results.json, with its old day if nothing else changed; return its path."""
    path = record.folder / RESULTS
    recorded.write(path, recorded.dated(data, load(record), day), indent=2)
    return path
