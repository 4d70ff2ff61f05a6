"""Which release of a project a file belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name
from packaging.version import Version

from ._select import parse

if TYPE_CHECKING:
    from packaging.utils import NormalizedName


def release_of(filename: str) -> tuple[NormalizedName, Version]:
    """Return the project and the version in a wheel's file name.

    :raises InvalidWheelFilename: if it is no such name.
    """
    parse(filename)
    project, version, _ = filename.split("-", 2)
    return canonicalize_name(project), Version(version)
