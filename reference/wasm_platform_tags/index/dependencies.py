"""What a wheel depends on, by its metadata, and what of that an environment needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.metadata import parse_email
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .._text import printable, shortened
from .client import UnusableIndexError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.markers import Environment


def stated(metadata: bytes, project: str, filename: str) -> list[str]:
    """Return the values of Requires-Dist.

    :param metadata: what METADATA of a wheel holds.
    :param project: whose it should be.
    :param filename: the wheel that an error names.
    :raises UnusableIndexError: if it is not the metadata of the project, or cannot be
        read without loss.

    Source: the core metadata specifications.
    """
    raw, unread = parse_email(metadata)
    name = raw.get("name", "")
    if "metadata_version" not in raw or canonicalize_name(name) != project:
        raise UnusableIndexError(
            f"{printable(filename)}: what came is no metadata of {project}: wanted"
            f" Metadata-Version, and Name: {project}; the name is {shortened(name)}"
        )
    if "requires-dist" in unread:
        raise UnusableIndexError(
            f"{printable(filename)}: Requires-Dist in its metadata is not UTF-8"
        )
    return raw.get("requires_dist", [])


def needed(
    requires: Iterable[str], environment: Environment
) -> Iterator[tuple[str, bool]]:
    """Yield the direct dependencies, and whether an environment needs each.

    :param requires: values of Requires-Dist; those of an extra are needed nowhere.
    :raises UnusableIndexError: if one is malformed, or compares what cannot be compared.
    """
    context: dict[str, str] = {**environment, "extra": ""}  # type: ignore[dict-item]
    for text in requires:
        try:
            marker = Requirement(text).marker
            wanted = marker is None or marker.evaluate(context)
        except ValueError as error:
            raise UnusableIndexError(
                f"Requires-Dist: {shortened(text)}: {error}"
            ) from error
        yield text, wanted
