"""Committed results: read them, compare a run with them, and write them."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

# The day of a measurement: the one member of a result that is not compared.
DAY = "measured"


class ResultError(ValueError):
    """A committed result cannot be read, as after a merge with conflicts."""


def load(
    path: Path, fault: Callable[[Any], str] = lambda data: ""
) -> dict[str, Any] | None:
    """Return the object in a JSON file, or nothing if there is no file.

    :param fault: says what is wrong with the content, or returns an empty string.
    :raises ResultError: if it is no JSON object, or if there is a fault.
    """
    if not path.exists():
        return None
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultError(f"{path}: cannot be read as JSON: {error}") from None
    if not isinstance(data, dict):
        raise ResultError(f"{path}: wanted an object")
    if wrong := fault(data):
        raise ResultError(f"{path}: {wrong}")
    return data


def differences(committed: Any, observed: Any, where: str = "") -> list[str]:
    """Return one line for each value that differs, except the day of measurement.

    :param where: the path of the value in the results, such as ``tests/after/passed``.
    """
    if isinstance(committed, dict) and isinstance(observed, dict):
        return [
            line
            for name in {**committed, **observed}
            if name != DAY
            for line in differences(
                committed.get(name),
                observed.get(name),
                f"{where}/{name}" if where else name,
            )
        ]
    if committed == observed:
        return []
    shown = "nothing" if committed is None else json.dumps(committed)
    return [f"{where}: committed {shown}, observed {json.dumps(observed)}"]


def stale(known: Iterable[str], committed: Iterable[str], what: str) -> list[str]:
    """Return one line for each committed result of something that no longer exists.

    :param what: what the results are of, such as ``run``.
    """
    return [
        f"{name}: there is no such {what}" for name in sorted({*committed} - {*known})
    ]


def dated(
    observed: Mapping[str, Any], committed: Mapping[str, Any] | None, day: str
) -> dict[str, Any]:
    """Return a result with its day: the committed one, if nothing else changed."""
    if committed and DAY in committed and not differences(committed, observed):
        day = committed[DAY]
    return {DAY: day, **observed}


def atomic_write(path: Path, text: str) -> None:
    """Write a text file. The old file stays until the new one is complete."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def write(path: Path, results: Mapping[str, Any], indent: int = 1) -> None:
    """Write results as JSON; an interruption leaves the old file."""
    atomic_write(path, json.dumps(results, indent=indent) + "\n")


def today() -> str:
    """Return the day that a measurement of now has, in UTC, such as ``2026-12-01``."""
    return datetime.now(timezone.utc).date().isoformat()
