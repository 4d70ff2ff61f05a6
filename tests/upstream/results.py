"""The committed results of a project: read, compare and write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.toolkit import recorded

from .records import RESULTS, Record


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
    both = committed, new
    python = [one.get("tests", {}).get("python", "").split(".")[:2] for one in both]
    same = python[0] == python[1]
    committed, new = (
        {**one, "tests": {**one["tests"], "python": None} if same else None}
        if "tests" in one
        else one
        for one in both
    )
    return recorded.differences(committed, new)


def write(record: Record, data: dict[str, Any], day: str) -> Path:
    """Write results.json, with its old day if nothing else changed; return its path."""
    path = record.folder / RESULTS
    recorded.write(path, recorded.dated(data, load(record), day), indent=2)
    return path
