"""What is committed of a run, and where a run is not as committed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.toolkit.files import atomic_write

from .changes import total
from .records import RESULTS, Record, RecordError
from .suites import FAILED

if TYPE_CHECKING:
    from pathlib import Path

    from .run import Outcome
    from .suites import Outcomes


def found(outcome: Outcome) -> dict[str, Any]:
    """The committed form of an outcome, without its day."""
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
    if outcome.asked is not None:
        data["suite"] = {one.name: one.json() for one in outcome.asked}
    return data


def _counts(outcomes: Outcomes) -> dict[str, Any]:
    return {**outcomes.counts, "failing": sorted(outcomes.of(FAILED))}


def load(record: Record) -> dict[str, Any] | None:
    """What is committed for a project.

    :raises RecordError: if it cannot be read.
    """
    path = record.folder / RESULTS
    if not path.exists():
        return None
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: cannot be read as JSON: {error}") from None
    if not isinstance(data, dict):
        raise RecordError(f"{path}: wanted an object; --update writes it")
    return data


def differences(new: dict[str, Any], committed: dict[str, Any] | None) -> list[str]:
    """Where a run is not as committed, one line each.

    How many tests there are depends on the Python that runs them, and so is compared
    where that is of the same release.
    """
    if committed is None:
        return ["nothing is committed; --update writes results.json"]
    old = {name: part for name, part in committed.items() if name != "measured"}
    old, new = dict(old), dict(new)
    if _minor(old) != _minor(new):
        for data in (old, new):
            data.pop("tests", None)
    for data in (old, new):
        if "tests" in data:
            data["tests"] = {**data["tests"], "python": None}
    return [*_unlike("", old, new)]


def _minor(data: dict[str, Any]) -> list[str] | None:
    python = data.get("tests", {}).get("python")
    return python.split(".")[:2] if python else None


def _unlike(where: str, old: Any, new: Any) -> list[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        return [
            line
            for name in {**old, **new}
            for line in _unlike(
                f"{where}/{name}" if where else name, old.get(name), new.get(name)
            )
        ]
    if old == new:
        return []
    return [f"{where}: committed {json.dumps(old)}, found {json.dumps(new)}"]


def write(record: Record, data: dict[str, Any], today: str) -> Path:
    """Write results.json; its day stays where nothing else changed."""
    before = load(record)
    path = record.folder / RESULTS
    if before is None or {**data, "measured": before.get("measured")} != before:
        text = json.dumps({"measured": today, **data}, indent=2) + "\n"
        atomic_write(path, text)
    return path
