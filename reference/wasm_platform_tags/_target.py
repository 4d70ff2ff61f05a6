"""A target: a Python version on a platform, seen from any host."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

import packaging.tags
from packaging.tags import Tag

from ._explain import explain
from ._platforms import Platform, WasiPlatform, parse_platform_tag
from ._registry import known_platform
from ._select import parse, rank, select_release

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.markers import Environment

    from ._explain import Explanation

_PYTHON = re.compile(
    r"3\.(?P<minor>0|[1-9][0-9]{0,3})"
    r"(?P<rest>\.(0|[1-9][0-9]{0,3})((a|b|rc)(0|[1-9][0-9]{0,3}))?)?"
)


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

    def __init__(self, python: str, platform: str | Platform) -> None:
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
        if not isinstance(platform, Platform):
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
    def platform(self) -> Platform:
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
        yield from self.platform.platform_tags

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
        platforms = self.platform.platform_tags
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
        wasi = isinstance(self.platform, WasiPlatform)
        known = known_platform(self.platform)
        emscripten = known.toolchain.removeprefix("Emscripten ") if known else ""
        return {
            "implementation_name": "cpython",
            "implementation_version": self._full_version,
            "os_name": "posix",
            "platform_machine": "wasm32",
            "platform_release": "0.0.0" if wasi else emscripten,
            "platform_system": "wasi" if wasi else "Emscripten",
            "platform_version": "0.0.0" if wasi else "#1",
            "python_full_version": self._full_version,
            "platform_python_implementation": "CPython",
            "python_version": f"3.{self._minor}",
            "sys_platform": "wasi" if wasi else "emscripten",
        }

    def supports(self, name_or_tags: str | Iterable[Tag]) -> bool:
        """Return whether a wheel can be installed on the target.

        :param name_or_tags: the name of a wheel file, without a folder; or the tags of
            a wheel, any of which may match.
        :raises packaging.utils.InvalidWheelFilename: if the name is not that of a wheel.
        :raises TypeError: if it is neither a string nor an iterable of tags.

        Source: PEP 425, "Use"; this PEP, "Meaning".
        """
        if isinstance(name_or_tags, str):
            return not self._set.isdisjoint(parse(name_or_tags)[1])
        tags = frozenset(name_or_tags)
        for tag in tags:
            if not isinstance(tag, Tag):
                raise TypeError(f"wants a file name or Tag objects, not {tag!r:.80}")
        return not self._set.isdisjoint(tags)

    def rank(self, filenames: Iterable[str]) -> list[str]:
        """Return the wheels among the files of one release that suit the target.

        :param filenames: the files as an index lists them; what is not the name of
            a wheel is passed over.
        :returns: the compatible ones, those of the best tag first; then the higher
            build number first; then as given.
        :raises ValueError: if the names are of several releases or projects.
        :raises TypeError: if it is one string instead of an iterable of names.

        Source: this PEP, "Installers"; PEP 425, "Use"; the binary distribution
        format, "File name convention".
        """
        return rank(filenames, self._tags)

    def best(self, filenames: Iterable[str]) -> str | None:
        """Return the first file of :meth:`rank`, or None if no file suits.

        :raises ValueError: as :meth:`rank`.
        :raises TypeError: as :meth:`rank`.
        """
        return next(iter(self.rank(filenames)), None)

    def select_release(
        self, filenames: Iterable[str], *, pre: bool = False
    ) -> str | None:
        """Return the best file of the newest release that has one for the target.

        ``Requires-Python`` and yanked files are left to the caller: names do not
        tell them.

        :param filenames: the files of one project, as its page of an index lists
            them; what is not the name of a wheel is passed over.
        :param pre: whether pre-releases count like any other release. Otherwise
            one is taken only if no other release has a file that suits.
        :returns: the name of the file, or None if none suits.
        :raises ValueError: if the names are of several projects.
        :raises TypeError: if it is one string instead of an iterable of names.

        Source: this PEP, "Installers"; the version specifiers specification,
        "Handling of pre-releases".
        """
        return select_release(filenames, self._tags, pre=pre)

    def explain(self, filename: str) -> Explanation:
        """Return whether the target supports a wheel, and which rule says so.

        Every tag of a compressed set is considered; the nearest to the target decides.

        :param filename: the name of a wheel file, without a folder.
        :raises packaging.utils.InvalidWheelFilename: if it is not such a name.

        Source: PEP 425, "Compressed Tag Sets"; this PEP, "Meaning" and "Installers".
        """
        return explain(filename, parse(filename)[1], self)
