"""Find an installed Python that can run a project's tests."""

import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from packaging.specifiers import SpecifierSet

from tests.toolkit.process import run

from .steps import StepError

STEP = "interpreter"
VERSION = "import platform; print(platform.python_version())"
NAME = re.compile(r"python3\.([0-9]+)")
SECONDS = 30


def find(wanted: SpecifierSet, given: Sequence[Path] = ()) -> tuple[Path, str]:
    """Return an interpreter whose version is in `wanted`, and that version.

    Those `given` are tried first, then the running one, then each ``python3.N`` on the
    PATH or of pyenv, the oldest first.

    :raises StepError: if none fits; it has the versions of those that were found.
    """
    seen = []
    for path in [*given, Path(sys.executable), *_installed()]:
        if version := _version(path):
            if wanted.contains(version, prereleases=True):
                return path, version
            seen.append(version)
    found = ", ".join(dict.fromkeys(seen)) or "none"
    why = (
        f"no Python {wanted} here, only {found}: install one, or name it with --python"
    )
    raise StepError(STEP, why)


def _installed() -> list[Path]:
    folders = list(map(Path, filter(None, os.get_exec_path())))
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders += sorted(pyenv.glob("versions/3.*/bin"))
    found = [
        (int(match[1]), path)
        for folder in folders
        for path in folder.glob("python3.*")
        if (match := NAME.fullmatch(path.name)) and shutil.which(path)
    ]
    return [path for _, path in sorted(found, key=lambda pair: pair[0])]


def _version(path: Path) -> str | None:
    """Return its version, or nothing if it does not run, as a shim of pyenv may not."""
    try:
        done = run([path, "-c", VERSION], timeout=SECONDS)
    except OSError:
        return None
    return None if done.status else done.text.strip()
