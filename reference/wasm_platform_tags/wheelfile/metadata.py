"""Read the metadata in a wheel, and compare its tags with those of the file name."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from packaging.tags import parse_tag
from packaging.utils import canonicalize_name, canonicalize_version

from .._select import check_size, parse, release_of
from .._text import printable, shortened
from .archive import UnsafeWheelError, archive_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.version import Version

LARGEST = 2**20  # the most bytes of a metadata file; real ones have some thousand


def compare(name: str, content: IO[bytes]) -> tuple[list[str], list[str], list[str]]:
    """Compare the tags in a wheel's name with those that its WHEEL file states.

    :param name: the name of the wheel file, without a folder.
    :param content: the wheel, open to be read.
    :returns: the tags of both, those of the name alone, those of WHEEL alone; each
        sorted, with escapes for what cannot be printed.
    :raises ValueError: if it is not the name of a wheel, or no WHEEL file can be read.

    Source: the binary distribution format, "File contents".
    """
    named = {str(tag) for tag in parse(name)[1]}
    lines = member(name, content, "WHEEL").decode("utf-8", "replace").splitlines()
    sets = [line[4:].strip() for line in lines if line.lower().startswith("tag:")]
    check_size(sets)
    stated = {str(tag) for tag_set in sets for tag in _tags(tag_set)}
    return _shown(named & stated), _shown(named - stated), _shown(stated - named)


def member(name: str, content: IO[bytes], file: str) -> bytes:
    """Return the content of a file in a wheel's .dist-info folder.

    :param name: the name of the wheel file, without a folder.
    :param content: the wheel, open to be read.
    :param file: such as ``"METADATA"``.
    :raises ValueError: if it is not the name of a wheel, or the file cannot be read.

    Source: the binary distribution format, "The .dist-info directory".
    """
    release = release_of(name)
    try:
        archive = archive_in(content)
        path = f"{dist_info(archive.members, *release)}/{file}"
        if path not in archive.members:
            raise UnsafeWheelError(f"{path} is missing")
        return archive.read(path, LARGEST)
    except (OSError, ValueError) as error:
        raise ValueError(f"no {file} file can be read from it: {error}") from error


def dist_info(members: Iterable[str], project: str, version: Version) -> str:
    """Return the name of a wheel's .dist-info folder.

    :param members: the names of the files in the wheel.
    :param project: the project in its file name, normalised.
    :param version: the version in its file name.
    :raises UnsafeWheelError: if there is not one such folder, or it names another release.

    Source: the binary distribution format, "The .dist-info directory".
    """
    tops = {member.partition("/")[0] for member in members}
    folders = [top for top in tops if top.endswith(".dist-info")]
    if len(folders) != 1:
        raise UnsafeWheelError(f"it has {len(folders)} folders .dist-info; wanted one")
    name, _, text = folders[0].removesuffix(".dist-info").partition("-")
    release = (project, canonicalize_version(version))
    if (canonicalize_name(name), canonicalize_version(text)) != release:
        raise UnsafeWheelError(
            f"its folder {shortened(folders[0])} is of another project or version than"
            " the file name"
        )
    return folders[0]


def _shown(tags: Iterable[str]) -> list[str]:
    return sorted(map(printable, tags))


def _tags(text: str) -> set[str]:
    """Return the tags of a tag set; the text itself if it is malformed."""
    try:
        return {str(tag) for tag in parse_tag(text)}
    except ValueError:
        return {text}
