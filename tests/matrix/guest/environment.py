"""The versions of the interpreter that runs this."""

import importlib
import platform
import sys


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    found = {"python": platform.python_version()}
    if sys.platform == "emscripten":
        found["pyodide"] = importlib.import_module("pyodide").__version__
        found["emscripten"] = platform.release()
    return found
