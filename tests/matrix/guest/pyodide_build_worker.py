"""Run pip through the wrapper that pyodide-build puts into a ``pyodide venv``.

pyodide-build copies ``pip_wrapper.py`` into the environment. Beside it, it writes a file
with answers of the environment's interpreter. In a real environment a CPython of the host
runs the wrapper, which makes it give these answers; here the interpreter itself runs it.
"""

import importlib.util
import json
import os
import platform
import shutil
import sys
import sysconfig
from functools import cache
from importlib import metadata
from pathlib import Path

from . import pip_worker

WRAPPER = "pyodide_build/out_of_tree/pip_wrapper.py"


def choose(site: str, place: str, arguments: list[str]) -> str | None:
    """Return the name of the file that this pip would install, or None if nothing fits."""
    _wrap(site, place)
    return pip_worker.choose(site, False, arguments)


def pip_version(site: str) -> str:
    """Return the version of the pip beside this pyodide-build."""
    (found,) = metadata.distributions(name="pip", path=[site])
    return found.version


@cache
def _wrap(site: str, place: str) -> None:
    """Run the wrapper, except its last line, which starts pip."""
    pip_worker.import_from(site)
    folder = Path(place)
    folder.mkdir()
    (folder / "pip").symlink_to("pip_patched")  # as the wrapper expects it
    wrapper = folder / "_pip-wrapper.py"
    shutil.copy(Path(site) / WRAPPER, wrapper)
    config = folder / "pyodide_pip_config.json"
    config.write_text(json.dumps(_config()), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("pyodide_pip_wrapper", wrapper)
    assert spec
    assert spec.loader
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


def _config() -> dict[str, object]:
    """Return what pyodide-build writes on Linux, with the answers of this interpreter."""
    multiarch = getattr(sys.implementation, "_multiarch")  # noqa: B009 - a private name
    data = importlib.util.find_spec(
        f"_sysconfigdata_{sys.abiflags}_{sys.platform}_{multiarch}"
    )
    assert data
    assert data.origin
    return {
        "executable_symlink_suffix": "-host-link",
        "exe_suffix": "",
        "pip_patched_name": "pip_patched",
        "pip_wrapper_name": "_pip-wrapper.py",
        "platform_data": [
            os.name,
            sys.platform,
            platform.system(),
            multiarch,
            sysconfig.get_platform(),
        ],
        "pyodide_platform": "",  # for Windows alone
        # The cross-build environment has the same file.
        "sysconfigdata_dir": str(Path(data.origin).parent),
    }
