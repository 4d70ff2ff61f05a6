"""Choose among the files of a project, as fast as exact match allows."""

from __future__ import annotations

from functools import lru_cache
from math import prod
from operator import itemgetter
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.utils import (
    InvalidWheelFilename,
    canonicalize_name,
    parse_wheel_filename,
)
from packaging.version import Version

from ._text import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.tags import Tag
    from packaging.utils import BuildTag, NormalizedName

    from ._target import Target

#: tags that a wheel may have; real ones have fewer than a hundred
MOST_TAGS = 10_000
#: dots that a name may have without being counted: they make 21 * 21 * 21 tags at most
FEW_DOTS = 60
_REMEMBERED = 1024  # distinct tag triples, and releases, that a call remembers


@lru_cache(128)  # several targets ask about a name one after the other
def parse(filename: str) -> tuple[BuildTag, frozenset[Tag]]:
    """Return the build tag and the tags of a wheel's file name.

    :raises InvalidWheelFilename: if it is not such a name (before packaging 23.2 a bad
        version raised another error), or it stands for more than 10,000 tags.
    """
    if filename[-4:] != ".whl" and filename[-4:].lower() == ".whl":
        raise InvalidWheelFilename(
            f"Invalid wheel filename ({filename[-4:]} is in upper case: wanted .whl):"
            f" {filename!r}"
        )
    try:
        if filename.count(".") > FEW_DOTS:
            check_size(["-".join(filename[:-4].rsplit("-", 3)[1:])])
        _, _, build, tags = parse_wheel_filename(filename)
    except InvalidWheelFilename as error:  # its messages repeat parts as they are
        raise InvalidWheelFilename(printable(str(error))) from error
    except ValueError as error:
        raise InvalidWheelFilename(
            f"Invalid wheel filename ({error}): {shortened(filename)}"
        ) from error
    return build, tags


def check_size(tag_sets: Iterable[str]) -> None:
    """Refuse tag sets that would be large once they are expanded.

    A kilobyte can stand for a million tags: every combination of the values of its three
    parts is one.

    :param tag_sets: compressed tag sets, such as ``"cp311.cp312-abi3-any"``. What is
        malformed is counted as if it had three parts.
    :raises ValueError: if they stand for more than 10,000 tags together.

    Source: PEP 425, "Compressed Tag Sets".
    """
    count = sum(
        prod(part.count(".") + 1 for part in tag_set.split("-", 2))
        for tag_set in tag_sets
    )
    if count > MOST_TAGS:
        raise ValueError(f"{count} tags; at most {MOST_TAGS} are read")


def release_of(filename: str) -> tuple[NormalizedName, Version]:
    """Return the project and the version in a wheel's file name.

    :raises InvalidWheelFilename: if it is not such a name.

    Source: the binary distribution format, "File name convention".
    """
    parse(filename)
    project, version, _ = filename.split("-", 2)
    return canonicalize_name(project), Version(version)


def python_of(target: Target) -> str:
    """Return a target's Python as installers compare it: 3.15.0b1 counts as 3.15.0."""
    return Version(target.marker_environment()["python_full_version"]).base_version


@lru_cache(1024)  # the files of a project share few
def requires_python_allows(requires_python: str, python: str) -> bool | None:
    """Return whether a Requires-Python allows a Python; None if it is malformed.

    Pip ignores one that is malformed.

    :param requires_python: empty if there is none.
    :param python: as :func:`python_of` returns it.

    Source: the core metadata specifications, "Requires-Python".
    """
    try:
        return SpecifierSet(requires_python).contains(python)
    except ValueError:
        return None


def newest(versions: Iterable[Version], *, pre: bool = False) -> Version:
    """Return the newest release, which is a pre-release only if no other is there.

    :param pre: whether pre-releases count like any other.
    :raises ValueError: if there is none.

    Source: the version specifiers specification, "Handling of pre-releases".
    """
    return max(versions, key=lambda one: (pre or not one.is_prerelease, one))


def _wheels(
    filenames: Iterable[str], tags: Iterable[Tag]
) -> Iterator[tuple[tuple[NormalizedName, Version], int | None, BuildTag, str]]:
    """Yield the release of each wheel, the position of its best tag, build tag and name.

    :raises TypeError: if the file names are one string.
    """
    if isinstance(filenames, str | bytes):
        raise TypeError(
            f"wants an iterable of file names, not one name: {shortened(filenames)}"
        )
    order: dict[Tag, int] = {}
    for position, tag in enumerate(tags):
        order.setdefault(tag, position)

    # The files of a project share few endings and few releases, so each ending
    # and each release is parsed, by packaging, about once.
    @lru_cache(_REMEMBERED)
    def of_ending(ending: str) -> tuple[int | None, BuildTag] | None:
        try:
            build, wheel_tags = parse(f"x-0-{ending}")
        except InvalidWheelFilename:
            return None
        positions = [order[tag] for tag in wheel_tags if tag in order]
        return min(positions, default=None), build

    @lru_cache(_REMEMBERED)
    def of_start(name: str, version: str) -> tuple[NormalizedName, Version] | None:
        try:
            return release_of(f"{name}-{version}-py3-none-any.whl")
        except InvalidWheelFilename:
            return None

    for filename in filenames:
        try:
            name, version, ending = filename.split("-", 2)
        except ValueError:
            continue
        hit, release = of_ending(ending), of_start(name, version)
        if hit is not None and release is not None:
            yield release, *hit, filename


def _in_order(found: list[tuple[int, BuildTag, str]]) -> list[str]:
    """Return file names: the best tag first, then the higher build, then as given."""
    found.sort(key=itemgetter(1), reverse=True)
    found.sort(key=itemgetter(0))
    return [filename for _, _, filename in found]


def rank(filenames: Iterable[str], tags: Iterable[Tag]) -> list[str]:
    """Return the wheels among some files that suit an environment, best first.

    :param filenames: the files of one release; what is not a wheel is passed over.
    :param tags: the environment's tags, best first.
    :returns: the compatible file names in the order of the best tag of each; then
        the higher build number first; then as given.
    :raises ValueError: if the names are of several releases.
    :raises TypeError: if the file names are one string.

    Source: PEP 425, "Use"; the binary distribution format, "File name convention".
    """
    found, first = [], None
    for release, position, build, filename in _wheels(filenames, tags):
        first = first or release
        if release is not first and release != first:
            raise ValueError(
                f"files of two releases: {' '.join(map(str, first))} and"
                f" {' '.join(map(str, release))}; rank() and best() want those of one,"
                " select_release() of a project"
            )
        if position is not None:
            found.append((position, build, filename))
    return _in_order(found)


def select_release(
    filenames: Iterable[str], tags: Iterable[Tag], *, pre: bool = False
) -> str | None:
    """Return the best file of the newest release that has one for an environment.

    :param filenames: the files of one project; what is not a wheel is passed over.
    :param tags: the environment's tags, best first.
    :param pre: whether pre-releases count like any other release.
    :returns: None if no file suits.
    :raises ValueError: if the names are of several projects.
    :raises TypeError: if the file names are one string.

    Source: this PEP, "Installers"; as for :func:`newest` and :func:`rank`.
    """
    fitting: dict[Version, list[tuple[int, BuildTag, str]]] = {}
    first = None
    for (project, version), position, build, filename in _wheels(filenames, tags):
        first = first or project
        if project != first:
            raise ValueError(
                f"files of two projects: {first} and {project};"
                " select_release() wants those of one"
            )
        if position is not None:
            fitting.setdefault(version, []).append((position, build, filename))
    return _in_order(fitting[newest(fitting, pre=pre)])[0] if fitting else None
