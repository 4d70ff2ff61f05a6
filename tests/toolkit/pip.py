"""Download from PyPI with pip: never a source distribution, never a dependency."""

import sys
from pathlib import Path

from .cache import run_step

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
WHEELS_ALONE = ("--no-deps", "--only-binary=:all:")


def pip_install(folder: Path, *requirements: str) -> None:
    """Install requirements into a folder for ``sys.path``; what they need is not.

    A tool may want a newer Python than this one: it runs in another.

    :param requirements: such as ``pip==26.3``, or options of pip.
    :raises ProvisionError: if pip fails.
    """
    options = ("--no-compile", "--ignore-requires-python", "--target", folder)
    run_step([*PIP, "install", *WHEELS_ALONE, *options, *requirements])


def pip_download(folder: Path, *requirements: str) -> None:
    """Download the wheels of requirements into a folder.

    :param requirements: such as ``pip==26.3``, or options of pip.
    :raises ProvisionError: if pip fails.
    """
    run_step([*PIP, "download", *WHEELS_ALONE, "--dest", folder, *requirements])
