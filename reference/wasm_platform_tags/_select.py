"""Choose among the files of one release, as fast as exact match allows."""

from __future__ import annotations

from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from ._tagset import FEW_DOTS, check_size
from ._text import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.tags import Tag
    from packaging.utils import BuildTag

_REMEMBERED = 1024  # distinct tag triples, and releases, that a call remembers


@lru_cache(128)  # several targets judge a name one after the other
def parse(filename: str) -> tuple[BuildTag, frozenset[Tag]]:
    """Return the build tag and the tags of a wheel's file name.

    :raises InvalidWheelFilename: if it is not one (before packaging 23.2 a bad
        version raised something else), or it stands for more than 10,000 tags.
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


def rank(filenames: Iterable[str], tags: Iterable[Tag]) -> list[str]:
    """Return the wheels among some files that suit an environment, best first.

    :param filenames: the files of one release; what is no wheel is passed over.
    :param tags: the environment's tags, best first.
    :returns: the compatible file names in the order of the best tag of each; then
        the higher build number first; then as given.

    Source: PEP 425, "Use"; the binary distribution format, "File name convention".
    """
    order: dict[Tag, int] = {}
    for position, tag in enumerate(tags):
        order.setdefault(tag, position)

    # The files of a project share few endings and few releases, so each ending
    # and each release is parsed, by packaging, about once.
    @lru_cache(_REMEMBERED)
    def of_ending(ending: str) -> tuple[int, BuildTag] | None:
        try:
            build, wheel_tags = parse(f"x-0-{ending}")
        except InvalidWheelFilename:
            return None
        positions = [order[tag] for tag in wheel_tags if tag in order]
        return (min(positions), build) if positions else None

    @lru_cache(_REMEMBERED)
    def is_release(name: str, version: str) -> bool:
        try:
            parse(f"{name}-{version}-py3-none-any.whl")
        except InvalidWheelFilename:
            return False
        return True

    found = []
    for filename in filenames:
        try:
            name, version, ending = filename.split("-", 2)
        except ValueError:
            continue
        if (hit := of_ending(ending)) is not None and is_release(name, version):
            found.append((*hit, filename))
    found.sort(key=itemgetter(1), reverse=True)
    found.sort(key=itemgetter(0))
    return [filename for _, _, filename in found]
