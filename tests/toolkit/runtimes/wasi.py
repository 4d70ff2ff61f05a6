"""CPython for WASI under wasmtime, as a worker or as a command."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from .worker import Worker

HOST = Path(__file__).with_name("wasi_host.py")
NAME = "_sysconfigdata__wasi_wasm32-wasi"
# The variables of the interpreter, and the one that the PEP adds.
SYSCONFIGDATA = f"""\
import zipimport
exec(zipimport.zipimporter("/usr/local/lib/python312.zip").get_code("{NAME}"))
build_time_vars["WASI_PLATFORM_VERSION"] = "@VERSION@"
"""


def write_sysconfigdata(folder: Path, version: str) -> None:
    """Write a ``_sysconfigdata`` with the platform, for a folder first on ``sys.path``."""
    folder.mkdir(parents=True, exist_ok=True)
    text = SYSCONFIGDATA.replace("@VERSION@", version)
    (folder / f"{NAME}.py").write_text(text, encoding="utf-8")


def wasi_command(
    module: Path,
    mounts: Mapping[str, Path],
    environment: Mapping[str, str],
    *arguments: str,
) -> list[str]:
    """Return the command that starts the interpreter; more arguments may follow.

    :param module: the WebAssembly module.
    :param mounts: for each path in the guest, the folder of this machine.
    :param environment: the environment variables in the guest.
    """
    options = {
        "module": str(module),
        "compiled": str(module.with_suffix(".compiled")),
        "mounts": {guest: str(host) for guest, host in mounts.items()},
        "environment": dict(environment),
        "arguments": list(arguments),
    }
    return [sys.executable, str(HOST), json.dumps(options)]


def wasi(
    wasmtime: Path, module: Path, mounts: Mapping[str, Path], path: Sequence[str]
) -> Worker:
    """Return a worker that is the interpreter in `module`.

    :param wasmtime: the folder of the Python package.
    :param path: put first on ``sys.path``.
    """
    environment = {"PYTHONPATH": ":".join(path), "PYTHONDONTWRITEBYTECODE": "1"}
    command = wasi_command(
        module, mounts, environment, "-m", "tests.matrix.guest.serve"
    )
    return Worker(command, env={**os.environ, "PYTHONPATH": str(wasmtime)})
