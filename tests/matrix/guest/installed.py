"""Look at a project that was just installed: which file it was, what a call returns."""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import distribution


def file(project: str) -> str:
    """The file that a dummy project was installed from: it says so itself."""
    module = project.replace("-", "_")
    return str(_evaluate(module, f"{module}.WHEEL"))


def call(project: str, module: str, expression: str) -> dict[str, object]:
    """The tag of the wheel, and the value of an expression over the module."""
    text = distribution(project).read_text("WHEEL") or ""
    (tag,) = (
        line.removeprefix("Tag: ") for line in text.splitlines() if "Tag: " in line
    )
    return {"tag": tag, "value": _evaluate(module, expression)}


def _evaluate(module: str, expression: str) -> object:
    """Evaluate, and let the next import find another copy."""
    importlib.invalidate_caches()
    importlib.import_module(module)
    package = module.partition(".")[0]
    try:
        return eval(expression, {package: sys.modules[package]})
    finally:
        for name in [n for n in sys.modules if n.partition(".")[0] == package]:
            del sys.modules[name]
