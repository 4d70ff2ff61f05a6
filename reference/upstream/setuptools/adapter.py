"""An adapter for the cases of build tools: what setuptools calls a wheel for a target.

A real cross-build in a process of its own, but for the compiler: the project has no module,
and only says that it has some. CPython's variables for cross-builds say what the target is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SETUP = """\
import setuptools
class Distribution(setuptools.Distribution):
    def has_ext_modules(self):
        return True
setuptools.setup(name="demo", version="1.0", py_modules=[], distclass=Distribution)
"""
# What setuptools reads of any CPython.
TARGET = {
    "EXT_SUFFIX": ".cpython-314-wasm32.so",
    "Py_DEBUG": 0,
    "Py_GIL_DISABLED": 0,
    "SIZEOF_VOID_P": 4,
    "SOABI": "cpython-314-wasm32",
    "VERSION": "3.14",
}
DATA = "_sysconfigdata_target"


def build(source: str, request: dict[str, Any]) -> str | None:
    """The platform tag of the wheel that is written, or None if none is."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "setup.py").write_text(SETUP, encoding="utf-8")
        data = f"build_time_vars = {TARGET | request['config']!r}\n"
        (folder / f"{DATA}.py").write_text(data, encoding="utf-8")
        told = ["--plat-name", request["told"]] if request["told"] is not None else []
        subprocess.run(
            [sys.executable, "setup.py", "--quiet", "bdist_wheel", *told],
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([place, source]),
                "_PYTHON_HOST_PLATFORM": request["get_platform"],
                "_PYTHON_SYSCONFIGDATA_NAME": DATA,
            },
            stdout=sys.stderr,
            check=False,
        )
        wheels = list(folder.glob("dist/*.whl"))
        return wheels[0].stem.rpartition("-")[2] if wheels else None


def main() -> None:
    """Answer each line."""
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"id": request["id"]}
        if request["kind"] == "build":
            answer["result"] = build(sys.argv[1], request)
        else:
            answer["unsupported"] = f"setuptools does no {request['kind']}"
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
