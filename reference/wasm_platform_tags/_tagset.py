"""Compressed tag sets: how many tags they stand for, before they are expanded."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: tags that a wheel may have; real ones have fewer than a hundred
MOST_TAGS = 10_000
#: dots that a name may have without being counted: they make 21 * 21 * 21 tags at most
FEW_DOTS = 60


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
