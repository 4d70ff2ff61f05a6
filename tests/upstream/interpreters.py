"""Find the Python that a project's tests run on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .steps import StepError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packaging.specifiers import SpecifierSet

STEP = "interpreter"
VERSION = "import platform; print(platform.python_version())"
NAME = re.compile(r"python3\.([0-9]+)")
SECONDS = 30


def find(
    wanted: SpecifierSet,
    given: Sequence[Path] = (),
    environ: Mapping[str, str] = os.environ,
) -> tuple[Path, str]:
    """An interpreter that fits, and its version.

    Those given come first, then the one that runs this, then ``python3.N`` on the
    PATH and those of pyenv, the oldest first.

    :raises StepError: if there is none; it names those that there are.
    """
    seen = []
    for path in [*given, Path(sys.executable), *_others(environ)]:
        version = _version(path)
        if version and wanted.contains(version, prereleases=True):
            return path, version
        if version:
            seen.append(version)
    found = ", ".join(dict.fromkeys(seen)) or "none"
    raise StepError(
        STEP,
        f"no Python {wanted} here, only {found}: install one, or name it with --python",
    )


def _others(environ: Mapping[str, str]) -> Iterator[Path]:
    folders = [Path(part) for part in environ.get("PATH", "").split(os.pathsep) if part]
    pyenv = Path(environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders += sorted(pyenv.glob("versions/3.*/bin"))
    yield from sorted(_named(folders), key=_minor)


def _named(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for path in folder.glob("python3.*"):
            if NAME.fullmatch(path.name) and shutil.which(path):
                yield path


def _minor(path: Path) -> int:
    match = NAME.fullmatch(path.name)
    return int(match[1]) if match else 0


def _version(path: Path) -> str | None:
    """Its version; nothing for a file that is none, as a shim of pyenv may be."""
    try:
        done = subprocess.run(
            [path, "-c", VERSION],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else done.stdout.strip()
