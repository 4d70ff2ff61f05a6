"""Compressed tag sets of wheels: how many tags they stand for, before they are expanded."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: tags that a wheel may have; real ones have less than a hundred
MOST_TAGS = 10_000


def check_size(tag_sets: Iterable[str]) -> None:
    """Refuse tag sets that would be large once they are expanded.

    A kilobyte stands for a million tags: each part has some hundred values, and every
    combination is a tag.

    :param tag_sets: compressed tag sets, such as ``"cp311.cp312-abi3-any"``. Whether
        they are some is not asked.
    :raises ValueError: if they stand for more than 10,000 tags together.

    Source: PEP 425, "Compressed Tag Sets".
    """
    count = sum(
        prod(part.count(".") + 1 for part in tag_set.split("-")) for tag_set in tag_sets
    )
    if count > MOST_TAGS:
        raise ValueError(f"{count} tags; at most {MOST_TAGS} are read")
