"""Look at an installed project: which file it was, and what a call returns."""

import importlib
import sys
from importlib.metadata import distribution


def file(project: str) -> str:
    """Return the file that a dummy project was installed from, which its module names."""
    module = project.replace("-", "_")
    return str(_evaluate(module, f"{module}.WHEEL"))


def call(project: str, module: str, expression: str) -> dict[str, object]:
    """Return the tag of the wheel, and the value of an expression that uses the module."""
    text = distribution(project).read_text("WHEEL") or ""
    (tag,) = (
        line.removeprefix("Tag: ") for line in text.splitlines() if "Tag: " in line
    )
    return {"tag": tag, "value": _evaluate(module, expression)}


def _evaluate(module: str, expression: str) -> object:
    """Evaluate an expression, and make the next import load the module again."""
    importlib.invalidate_caches()
    importlib.import_module(module)
    package = module.partition(".")[0]
    try:
        return eval(expression, {package: sys.modules[package]})
    finally:
        for name in [n for n in sys.modules if n.partition(".")[0] == package]:
            del sys.modules[name]
