"""What an installer compares: the release of a file, and that of a target's Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name
from packaging.version import Version

from ._select import parse

if TYPE_CHECKING:
    from packaging.utils import NormalizedName

    from ._target import Target


def release_of(filename: str) -> tuple[NormalizedName, Version]:
    """Return the project and the version in a wheel's file name.

    :raises InvalidWheelFilename: if it is no such name.
    """
    parse(filename)
    project, version, _ = filename.split("-", 2)
    return canonicalize_name(project), Version(version)


def release(target: Target) -> str:
    """Return a target's Python as installers compare it: 3.15.0b1 is 3.15.0 to them."""
    return Version(target.marker_environment()["python_full_version"]).base_version
