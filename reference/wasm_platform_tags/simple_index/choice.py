"""Which file of a project an installer that follows this PEP takes for a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import (
    InvalidWheelFilename,
    canonicalize_name,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pypi_simple import DistributionPackage

    from .._target import Target

_ALL = SpecifierSet()


@dataclass(frozen=True)
class Listing:
    """The releases of a project: of each, what can be installed.

    Yanked files, and files whose names do not parse, are left out, as installers do.
    """

    releases: Mapping[Version, tuple[DistributionPackage, ...]]

    def newest(self, *, pre: bool, among: Iterable[Version] | None = None) -> Version:
        """Return the newest release; a pre-release if it is allowed, or all there is.

        :raises ValueError: if there is none.

        Source: the version specifiers specification, "Handling of pre-releases".
        """
        versions = self.releases if among is None else among
        return max(_ALL.filter(versions, prereleases=True if pre else None))


def listing(project: str, packages: Iterable[DistributionPackage]) -> Listing:
    """Sort the files of a project by release."""
    name = canonicalize_name(project)
    releases: dict[Version, list[DistributionPackage]] = {}
    for package in packages:
        if package.is_yanked or canonicalize_name(package.project or "") != name:
            continue
        try:
            version = Version(package.version or "")
            if package.package_type == "wheel":
                parse_wheel_filename(package.filename)
        except (InvalidVersion, InvalidWheelFilename):
            continue
        releases.setdefault(version, []).append(package)
    return Listing({version: tuple(of) for version, of in releases.items()})


@dataclass(frozen=True)
class Choice:
    """What an installer takes for a target, and why not the newest release."""

    target: Target
    #: the newest release of the project, for any platform
    newest: Version
    #: the file that is taken; None if no release has one
    package: DistributionPackage | None
    version: Version | None
    #: why the wheels of the newest release are refused; of its own file, nothing
    refused: tuple[Refusal, ...]

    @property
    def verdict(self) -> str:
        """``newest``, ``older`` for a fallback to an older release, or ``none``."""
        if self.version is None:
            return "none"
        return "newest" if self.version == self.newest else "older"

    @property
    def pure(self) -> bool:
        """Whether the file that is taken suits any platform."""
        return self.package is not None and self.package.filename.endswith("-any.whl")

    def __bool__(self) -> bool:
        return self.verdict == "newest"


@dataclass(frozen=True)
class Refusal:
    """A wheel that is not taken."""

    filename: str
    #: the requirement that refuses it, or ``"requires-python"``
    rule: str
    #: why, as a person would put it
    cause: str

    @property
    def foreign(self) -> bool:
        """Whether it is for another system than WebAssembly."""
        platforms = self.filename.removesuffix(".whl").rpartition("-")[2]
        return "wasm" not in platforms and platforms != "any"


def choose(listed: Listing, target: Target, *, pre: bool = False) -> Choice:
    """Return what an installer that follows this PEP takes, wheels alone.

    :param listed: the releases; there is at least one.
    :param pre: whether pre-releases count as releases.

    Source: this PEP, "Installers"; the version specifiers specification.
    """
    newest = listed.newest(pre=pre)
    suitable = {
        version: fitting
        for version, of in listed.releases.items()
        if (fitting := [p.filename for p in _wheels(of) if _suits(p, target)])
    }
    package = version = None
    if suitable:
        version = listed.newest(pre=pre, among=suitable)
        best = target.best(suitable[version])
        package = next(p for p in listed.releases[version] if p.filename == best)
    refused = tuple(_refusals(listed.releases[newest], target))
    return Choice(target, newest, package, version, refused)


def _wheels(of: Iterable[DistributionPackage]) -> Iterator[DistributionPackage]:
    return (package for package in of if package.package_type == "wheel")


def _suits(package: DistributionPackage, target: Target) -> bool:
    return admits(package, target) and target.supports(package.filename)


def admits(package: DistributionPackage, target: Target) -> bool:
    """Return whether Requires-Python admits the target; what is malformed does."""
    try:
        wanted = SpecifierSet(package.requires_python or "")
    except InvalidSpecifier:
        return True
    python = target.marker_environment()["python_full_version"]
    return wanted.contains(python, prereleases=True)


def _refusals(of: Iterable[DistributionPackage], target: Target) -> Iterator[Refusal]:
    for package in _wheels(of):
        why = target.explain(package.filename)
        if not admits(package, target):
            cause = f"it requires Python {package.requires_python}"
            yield Refusal(package.filename, "requires-python", cause)
        elif not why:
            yield Refusal(package.filename, why.rule, why.cause)
