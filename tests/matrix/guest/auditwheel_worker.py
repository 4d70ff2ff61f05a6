"""Show a wheel with auditwheel-emscripten."""

import importlib
import subprocess
import sys
from contextlib import nullcontext
from typing import Any
from unittest import mock

REFUSED = "is not an emscripten wheel"


def takes(folder: str, wheel: str) -> bool:
    """Whether it shows what the wheel contains; if not, it refuses the wheel's tag."""
    if folder not in sys.path:
        sys.path.insert(0, folder)
    show = importlib.import_module("auditwheel_emscripten").show
    try:
        with _in_this_process() if sys.platform == "emscripten" else nullcontext():
            modules = show(wheel)
    except RuntimeError as error:
        if REFUSED not in str(error):
            raise
        print(error)
        return False
    if not modules:
        raise ValueError(f"{wheel} contains no module, so that nothing was shown")
    print(modules)
    return True


def _in_this_process() -> Any:
    """Run ``wheel unpack`` in this process, because Pyodide starts no other."""
    wheel = importlib.import_module("wheel._commands").main

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        with mock.patch.object(sys, "argv", command):
            done = subprocess.CompletedProcess[str](command, wheel())
        done.check_returncode()
        return done

    return mock.patch.object(subprocess, "run", run)
