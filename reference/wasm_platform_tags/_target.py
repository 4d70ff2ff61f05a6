"""A target: a Python version on a platform, seen from any host."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import packaging.tags

from ._explain import cause_of_no, cause_of_yes
from ._markers import marker_environment
from ._platforms import (
    InvalidPlatformTag,
    PyEmscriptenPlatform,
    WasiPlatform,
    parse_platform_tag,
)
from ._select import parse, rank
from ._text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.markers import Environment
    from packaging.tags import Tag

__all__ = ["Explanation", "Target"]

_PYTHON = re.compile(
    r"3\.(?P<minor>0|[1-9][0-9]{0,3})"
    r"(?P<rest>\.(0|[1-9][0-9]{0,3})((a|b|rc)(0|[1-9][0-9]{0,3}))?)?"
)


@dataclass(frozen=True)
class Explanation:
    """Whether a target supports a wheel, and why. True if it does."""

    #: the wheel's file name
    filename: str
    #: whether the target supports it
    compatible: bool
    #: the part of the tag that decided: ``"python"``, ``"abi"`` or ``"platform"``
    part: str
    #: the wheel's values of that part, sorted
    offered: tuple[str, ...]
    #: the target's values of that part, best first
    wanted: tuple[str, ...]
    #: the requirement of this PEP that decided, such as ``"exact-match"``
    rule: str
    #: all this in a sentence; what cannot be printed is escaped
    message: str
    #: why, as a person would put it, such as ``"built for Python 3.13, the target has
    #: 3.14"``; it may name more than the part that decided
    cause: str

    def __bool__(self) -> bool:
        return self.compatible

    def json(self) -> dict[str, object]:
        """Return the explanation as values that the json module can write."""
        return asdict(self)


class Target:
    """A Python version on a platform. Immutable, hashable.

    :param python: the version of CPython, ``"3.13"`` or in full ``"3.13.2"``.
    :param platform: a platform, or a platform tag in any spelling.
    :raises InvalidPlatformTag: if the platform tag is malformed.
    :raises ValueError: if the Python version is malformed.
    :raises TypeError: if either is of another type.

    Source: this PEP, "Platform Tags of an Environment" and "Environment
    Markers".
    """

    def __init__(
        self, python: str, platform: str | PyEmscriptenPlatform | WasiPlatform
    ) -> None:
        if not isinstance(python, str):
            raise TypeError(
                f"a Python version is a str, not {type(python).__name__}: {python!r}"
            )
        match = _PYTHON.fullmatch(python)
        if match is None:
            raise ValueError(
                f"invalid Python version {python[:40]!r}: wanted a CPython version"
                " such as '3.13' or '3.13.2'"
            )
        if not isinstance(platform, PyEmscriptenPlatform | WasiPlatform):
            platform = parse_platform_tag(platform)
        self._minor = int(match["minor"])
        self._full_version = python if match["rest"] else f"{python}.0"
        self._python = python
        self._platform = platform

    @property
    def python(self) -> str:
        """The version of CPython, as it was given."""
        return self._python

    @property
    def platform(self) -> PyEmscriptenPlatform | WasiPlatform:
        """The platform."""
        return self._platform

    def __repr__(self) -> str:
        return f"Target(python={self.python!r}, platform={self.platform!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Target):
            return NotImplemented
        return (self.python, self.platform) == (other.python, other.platform)

    def __hash__(self) -> int:
        return hash((self.python, self.platform))

    def platform_tags(self) -> Iterator[str]:
        """Yield the portable platform tags, best first.

        A machine's local tag is not among them: it cannot be known from elsewhere.
        """
        yield from self.platform.tags

    def tags(self) -> Iterator[Tag]:
        """Yield the tags that packaging yields on the target, best first.

        Those of the interpreter and its ABI come first, then the stable ABI, then
        those without an ABI, then those of any platform.

        Source: PEP 425; ``cpython_tags`` and ``compatible_tags`` of packaging.
        """
        yield from self._tags

    @cached_property
    def _tags(self) -> tuple[Tag, ...]:
        python = (3, self._minor)
        interpreter = f"cp3{self._minor}"
        platforms = self.platform.tags
        # The ABI is given because packaging would ask the host for it.
        return (
            *packaging.tags.cpython_tags(python, [interpreter], platforms),
            *packaging.tags.compatible_tags(python, interpreter, platforms),
        )

    @cached_property
    def _set(self) -> frozenset[Tag]:
        return frozenset(self._tags)

    def marker_environment(self) -> Environment:
        """Return the value of every environment marker variable on the target.

        ``python_full_version`` ends in ``.0`` if the target's Python was given
        without a patch number. ``platform_release`` is empty if the registry does
        not know the platform.

        :returns: what ``packaging.markers.default_environment()`` returns there.

        Source: dependency specifiers, "Environment Markers"; this PEP, "Environment
        Markers".
        """
        return marker_environment(self._full_version, self.platform)

    def supports(self, filename: str) -> bool:
        """Return whether a wheel of that file name can be installed on the target.

        :param filename: the name of a wheel file, without a folder.
        :raises packaging.utils.InvalidWheelFilename: if it is no such name.
        """
        _, tags = parse(filename)
        return not tags.isdisjoint(self._set)

    def rank(self, filenames: Iterable[str]) -> list[str]:
        """Return the wheels among the files of one release that suit the target.

        :param filenames: the files as an index lists them; what is not the name of
            a wheel is passed over.
        :returns: the compatible ones, those of the best tag first; then the higher
            build number first; then as given.
        """
        return rank(filenames, self._tags)

    def best(self, filenames: Iterable[str]) -> str | None:
        """Return the first file of :meth:`rank`, or None if no file suits."""
        return next(iter(self.rank(filenames)), None)

    def explain(self, filename: str) -> Explanation:
        """Return whether the target supports a wheel, and which rule says so.

        :param filename: the name of a wheel file, without a folder.
        :raises packaging.utils.InvalidWheelFilename: if it is no such name.
        """
        _, offered = parse(filename)
        if offered.isdisjoint(self._set):
            return self._no(filename, offered)
        best = next(tag for tag in self._tags if tag in offered)
        return self._yes(filename, best)

    def _yes(self, filename: str, tag: Tag) -> Explanation:
        if tag.platform == "any":
            rule, what = "installer-order", "suits any platform"
        elif tag.platform == self.platform.tags[0]:
            rule, what = "exact-match", "is the target's platform tag"
        else:
            rule, what = "same-platform", f"is an alias of {self.platform.tags[0]}"
        return Explanation(
            filename=filename,
            compatible=True,
            part="platform",
            offered=(tag.platform,),
            wanted=(*self.platform.tags, "any"),
            rule=rule,
            message=f"{tag} is compatible: {tag.platform} {what}",
            cause=cause_of_yes(tag.platform, self.platform),
        )

    def _no(self, filename: str, offered: frozenset[Tag]) -> Explanation:
        cause = printable(cause_of_no(offered, self._set, self._minor, self.platform))
        # Part after part, keep the tags that agree; none do when all parts are done,
        # for otherwise the wheel would suit.
        ours: tuple[Tag, ...] = self._tags
        for part in ("platform", "interpreter", "abi"):  # pragma: no branch
            if part == "platform":
                wanted: tuple[str, ...] = (*self.platform.tags, "any")
            else:
                wanted = tuple(dict.fromkeys(getattr(tag, part) for tag in ours))
            values = tuple(sorted({getattr(tag, part) for tag in offered}))
            if not set(wanted).isdisjoint(values):
                ours = tuple(tag for tag in ours if getattr(tag, part) in values)
            else:
                ours = ()
            offered = frozenset(tag for tag in offered if getattr(tag, part) in wanted)
            if not ours:
                break
        if part == "platform":
            rule, why = _why_not_equal(values[0])
        else:
            rule, why = "installer-order", "is none of the target's"
        part = "python" if part == "interpreter" else part
        return Explanation(
            filename=filename,
            compatible=False,
            part=part,
            offered=values,
            wanted=wanted,
            rule=rule,
            message=f"{part} tag {', '.join(map(printable, values))} {why}; wanted"
            f" {_some(wanted)} for Python {self.python} on"
            f" {self.platform.tags[0]}",
            cause=cause,
        )


def _why_not_equal(platform_tag: str) -> tuple[str, str]:
    """Return the rule that keeps a platform tag out, and what it says."""
    try:
        parse_platform_tag(platform_tag)
    except InvalidPlatformTag as error:
        if "wasm" in platform_tag:
            return error.rule, f"is not portable: {error.reason}"
        return "exact-match", "is not the target's"
    return "exact-match", "is another platform, and no platform is ordered"


def _some(values: tuple[str, ...]) -> str:
    shown = ", ".join(values[:4])
    return f"{shown}, ..." if len(values) > 4 else shown
