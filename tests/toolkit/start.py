"""Start a command of the tests, or say which extra it lacks."""

from __future__ import annotations

import sys
from importlib import import_module


def start(module: str) -> int:
    """Run the ``main`` of a module that may not be importable; the exit code."""
    try:
        command = import_module(module)
    except ModuleNotFoundError as error:
        package, _, _ = str(error.name).partition(".")
        hint = "in the checkout, pip install -e '.[matrix]' brings it"
        print(f"error: {package} is not installed: {hint}", file=sys.stderr)
        return 2
    code: int = command.main()
    return code
