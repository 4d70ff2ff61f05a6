"""A real project whose dependencies differ by ``sys_platform``, resolved for a target.

Three tools see the same folder of wheels: stock pip with its options for a target, the same
pip through ``wasm-tags pip``, and uv.
"""

import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.toolkit.paths import ROOT
from tests.toolkit.process import environment, run

from .context import NativeContext
from .observe import Observation, Run, shown

PROJECT = "ipython"
PYTHON, TAG, TRIPLE = "3.13", "pyemscripten_2025_0_wasm32", "wasm32-pyodide2025"
PIP_OPTIONS = ("--platform", TAG, "--python-version", PYTHON, "--only-binary=:all:")


def by_pip(
    command: tuple[str, ...], arguments: tuple[str, ...], context: NativeContext
) -> Observation:
    """Let pip resolve, without installing anything."""
    wheels = context.downloads.wheels_for(PROJECT)
    report = context.folder(f"target-{command[0]}") / "report.json"
    pip = context.downloads.requirement(f"pip=={context.downloads.pips[-1]}")
    path = pip, ROOT / "reference", context.downloads.packaging
    what = "install", PROJECT, "--dry-run", "--quiet", "--no-index", *arguments
    where = "--report", report, "--target", report.parent, "--find-links", wheels
    process = run([sys.executable, "-m", *command, *what, *where], environment(path))
    if process.status:
        return shown("refused", process.text)
    found = json.loads(report.read_text("utf-8"))["install"]
    projects = [one["metadata"] for one in found]
    return listed([f"{project['name']}=={project['version']}" for project in projects])


def by_uv(context: NativeContext) -> Observation:
    """Let uv resolve for the same target, by its own name for it."""
    requirements = context.folder("target-uv") / "requirements.in"
    requirements.write_text(f"{PROJECT}\n", "utf-8")
    tools = context.downloads.requirement(context.downloads.uv) / "bin"
    uv = next(path for path in tools.iterdir() if path.stem == "uv")
    command: list[str | Path] = [
        *(uv, "pip", "compile", "--quiet", "--no-annotate", "--no-header"),
        *("--no-config", "--no-cache", "--no-index", requirements),
        *("--find-links", context.downloads.wheels_for(PROJECT)),
        *("--python-platform", TRIPLE, "--python-version", PYTHON),
    ]
    process = run(command, environment([]))
    if process.status:
        return shown("refused", process.text)
    return listed(process.text.split())


def listed(found: list[str]) -> Observation:
    """What a tool would install, in one order and one spelling."""
    names = sorted(name.lower().replace("_", "-") for name in found)
    what = "without pexpect" if "pexpect" not in "".join(names) else "with pexpect"
    return shown(f"resolved, {what}", "\n".join(names))


def runs() -> Iterator[Run]:
    """What the three tools would install."""
    ours = "wasm_platform_tags", "pip"
    target = "--target-platform", TAG, "--python", PYTHON
    for name, what, do in (
        ("stock", "pip with --platform", partial(by_pip, ("pip",), PIP_OPTIONS)),
        ("target", "wasm-tags pip", partial(by_pip, ours, target)),
        ("uv", f"uv with --python-platform {TRIPLE}", by_uv),
    ):
        case = f"{PROJECT} for Python {PYTHON} on {TAG}, by {what}"
        yield Run(f"guide/target-pip/{name}", case, do, rule="markers-target")
