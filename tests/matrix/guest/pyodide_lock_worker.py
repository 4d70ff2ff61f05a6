"""Add wheels to a Pyodide's lock file with pyodide-lock."""

import importlib
import sys
from functools import cache
from pathlib import Path
from typing import Any

REFUSED = "don't match Python version in lockfile"


def choose(folder: str, lock: str, wheel: str, project: str) -> str | None:
    """Return the file in the new lock file, or None if the wheel was refused."""
    added = _add(folder, lock, [wheel], project)
    return added and str(added.file_name)


def needs(
    folder: str, lock: str, wheels: list[str], project: str, needed: str
) -> bool | None:
    """Whether the new lock file says that the project depends on `needed`."""
    added = _add(folder, lock, wheels, project)
    return added and needed in added.depends


def _add(folder: str, lock: str, wheels: list[str], project: str) -> Any:
    """Return the project in the new lock file, or None if a wheel was refused."""
    if folder not in sys.path:
        sys.path.insert(0, folder)
    add = importlib.import_module("pyodide_lock.utils").add_wheels_to_spec
    try:
        return add(_read(lock), [Path(wheel) for wheel in wheels]).packages[project]
    except RuntimeError as error:
        if REFUSED not in str(error):
            raise
        print(error)
        return None


@cache
def _read(lock: str) -> Any:
    return importlib.import_module("pyodide_lock").PyodideLockSpec.from_json(Path(lock))
