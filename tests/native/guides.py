"""Run the scripts of the guides: check-wheel.mjs and check_runtime.py."""

import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from functools import partial

from tests.toolkit.paths import ROOT
from tests.toolkit.process import CompletedProcess, environment, run

from .context import GUEST, NativeContext
from .interpreters import SAFELOADAI, complete, safeloadai_script
from .observe import Observation, Run, shown
from .provision import pinned

GUIDES = ROOT / "docs" / "guides"
SCRIPT = GUIDES / "check-wheel.mjs"
RUNTIME = GUIDES / "check_runtime.py"
WASI_PYTHON = SAFELOADAI.replace("==", "-")
LINE = "py314"
MICROPIP = pinned("micropip")
CODE = "import side; side.twice(21)"
EXIT = "import side, sys; sys.exit(side.twice(3))"
TAG = "pyemscripten_2026_0_wasm32"
OTHER = "pyemscripten_2025_0_wasm32"
# The platform tags of the wheels, and the code to run; some of it sets an exit code.
CHECKS = {
    "fits": ((TAG,), CODE),
    "exits": ((TAG,), EXIT),
    "another-platform": ((OTHER,), CODE),
    "folder": ((OTHER, TAG), CODE),
}


def check(case: str, context: NativeContext) -> Observation:
    """Run check-wheel.mjs on wheels of the sample project, in a folder as the guide has it."""
    tags, code = CHECKS[case]
    wheels = [context.wheel(f"platform={tag}") for tag in tags]
    folder = context.folder(f"guide-{case}")
    shutil.copy(SCRIPT, folder)
    if len(wheels) > 1:
        (folder / "wheelhouse").mkdir()
        for wheel in wheels:
            shutil.copy(wheel, folder / "wheelhouse")
    (folder / "node_modules").mkdir()
    pyodide = context.downloads.pyodide(context.downloads.lines[LINE])
    (folder / "node_modules" / "pyodide").symlink_to(pyodide)
    site = context.downloads.requirement(MICROPIP)
    name = f"{MICROPIP.replace('==', '-')}-py3-none-any.whl"
    with zipfile.ZipFile(folder / name, "w") as archive:  # of its installed files
        for file in sorted(site.rglob("*")):
            if "__pycache__" not in file.parts:
                archive.write(file, file.relative_to(site))
    given = wheels[0] if len(wheels) == 1 else "wheelhouse"
    command = context.downloads.node, folder / SCRIPT.name, given, code
    process = run(command, environment([], PYODIDE_PACKAGES=str(folder)), folder)
    outcome = "works" if "installed" in process.text else "refused"
    output = f"{process.text.strip()}\nexit code {process.status}"
    return shown(outcome, output, process.text)


def stated(process: CompletedProcess) -> Observation:
    """Return whether the script found a stated platform, by its output.

    The host of the CPython for WASI does not pass the exit code on.
    """
    unknown = "no platform is stated" in process.text
    return shown("states no platform" if unknown else "states a platform", process.text)


def in_pyodide(alias: str, context: NativeContext) -> Observation:
    """Run check_runtime.py in a Pyodide."""
    pyodide = context.downloads.pyodide(context.downloads.lines[alias])
    path = ROOT / "reference", context.downloads.packaging
    script = GUEST / "check_runtime.mjs"
    return stated(run([context.downloads.node, script, pyodide, RUNTIME, *path]))


def in_wasi(completed: bool, context: NativeContext) -> Observation:
    """Run check_runtime.py in a CPython for WASI."""
    data = complete(context, WASI_PYTHON) if completed else None
    return stated(safeloadai_script(context, RUNTIME, data))


def select(context: NativeContext) -> Observation:
    """Run ``wasm-tags select`` on an index that has the sample project for five platforms."""
    command = [sys.executable, "-m", "wasm_platform_tags", "select", "one-source"]
    process = run(
        [*command, "--index-url", context.index.simple("ours", "json")],
        os.environ | {"COLUMNS": "100", "PYTHONPATH": str(ROOT / "reference")},
    )
    text = "\n".join(line.rstrip() for line in process.text.splitlines())
    return shown("some platforms get nothing" if process.status == 1 else "fails", text)


def runs(context: NativeContext) -> Iterator[Run]:
    """Yield the runs of both scripts, and of ``wasm-tags select``."""
    lines = {alias: line.version for alias, line in context.downloads.lines.items()}
    for name, (tags, code) in CHECKS.items():
        what = f"a wheel for {' and '.join(tags)}, in Pyodide {lines[LINE]}: {code}"
        what, do = f"The guide's check of {what}", partial(check, name)
        yield Run(f"guide/check-wheel/{name}", what, do, rule="exact-match")
    what = "What an index offers to each known platform, by wasm-tags select"
    yield Run("guide/select", what, select, rule="exact-match")
    what = "The guide's check of a runtime, in"
    for alias in ("py025", "py028", "py314"):
        name, do = f"pyodide-{lines[alias]}", partial(in_pyodide, alias)
        where, rule = f"{what} Pyodide {lines[alias]}", "discovery-pyemscripten"
        yield Run(f"guide/check-runtime/{name}", where, do, rule=rule)
    for name, completed in (("as-built", False), ("completed", True)):
        where, do = f"{what} a CPython for WASI {name}", partial(in_wasi, completed)
        rule = "discovery-wasi"
        yield Run(f"guide/check-runtime/wasi-{name}", where, do, rule=rule)
