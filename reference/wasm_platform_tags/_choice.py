"""Which files of a project an installer considers for a target, and which it takes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from ._select import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from packaging.utils import NormalizedName

    from ._target import Target


def release_of(filename: str) -> tuple[NormalizedName, Version]:
    """Return the project and the version in a wheel's file name.

    :raises InvalidWheelFilename: if it is no such name.

    Source: the binary distribution format, "File name convention".
    """
    parse(filename)
    project, version, _ = filename.split("-", 2)
    return canonicalize_name(project), Version(version)


def python_of(target: Target) -> str:
    """Return a target's Python as installers compare it: 3.15.0b1 is 3.15.0 to them."""
    return Version(target.marker_environment()["python_full_version"]).base_version


@lru_cache(1024)  # the files of a project share few
def requires_python_allows(requires_python: str, python: str) -> bool | None:
    """Say whether a Requires-Python requires_python_allows a Python; None if it is malformed.

    What is malformed excludes nothing, as in pip.

    :param requires_python: empty if there is none.
    :param python: as :func:`python_of` has it.

    Source: the core metadata specifications, "Requires-Python".
    """
    try:
        return SpecifierSet(requires_python).contains(python)
    except ValueError:
        return None


def newest(versions: Iterable[Version], *, pre: bool = False) -> Version:
    """Return the newest release; a pre-release if it is allowed, or all there is.

    :raises ValueError: if there is none.

    Source: the version specifiers specification, "Handling of pre-releases".
    """
    return max(versions, key=lambda one: (pre or not one.is_prerelease, one))


def take(
    fitting: Mapping[Version, Sequence[str]], target: Target, *, pre: bool = False
) -> tuple[Version, str] | tuple[None, None]:
    """Return what an installer takes: the newest release, and its best file.

    :param fitting: the wheels that suit the target, and that nothing else excludes.
    :param pre: whether pre-releases count as releases.
    :returns: None and None if there are none.

    Source: this PEP, "Installers".
    """
    if not fitting:
        return None, None
    version = newest(fitting, pre=pre)
    return version, target.rank(fitting[version])[0]
