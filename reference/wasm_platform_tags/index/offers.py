"""Which file of a project an installer that follows this PEP takes for a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name
from packaging.version import Version

from .._platforms import is_wasm_tag
from .._select import newest, python_of, release_of, requires_python_allows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pypi_simple import DistributionPackage

    from .._target import Target


def releases_of(
    project: str, packages: Iterable[DistributionPackage]
) -> dict[Version, list[DistributionPackage]]:
    """Sort the files of a project by release.

    Yanked files, and files whose names do not parse, are left out, as installers do.
    """
    wanted = canonicalize_name(project)
    releases: dict[Version, list[DistributionPackage]] = {}
    for package in packages:
        try:
            if package.package_type == "wheel":
                name, version = release_of(package.filename)
            else:
                name = canonicalize_name(package.project or "")
                version = Version(package.version or "")
        except ValueError:
            continue
        if name == wanted and not package.is_yanked:
            releases.setdefault(version, []).append(package)
    return releases


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
        return platforms != "any" and not any(map(is_wasm_tag, platforms.split(".")))


def choose(
    releases: Mapping[Version, Sequence[DistributionPackage]],
    target: Target,
    *,
    pre: bool = False,
) -> Choice:
    """Return what an installer that follows this PEP takes, wheels alone.

    :param releases: those of :func:`releases_of`; there is at least one.
    :param pre: whether pre-releases count as releases.

    Source: this PEP, "Installers"; the version specifiers specification.
    """
    latest = newest(releases, pre=pre)
    wheels = [
        wheel
        for of in releases.values()
        for wheel in _wheels(of)
        if _admits(wheel, target)
    ]
    file = target.select_release([wheel.filename for wheel in wheels], pre=pre)
    package = next((wheel for wheel in wheels if wheel.filename == file), None)
    version = None if package is None else release_of(package.filename)[1]
    refused = tuple(_refusals(releases[latest], target))
    return Choice(target, latest, package, version, refused)


def _wheels(of: Iterable[DistributionPackage]) -> Iterator[DistributionPackage]:
    return (package for package in of if package.package_type == "wheel")


def _admits(package: DistributionPackage, target: Target) -> bool:
    return (
        requires_python_allows(package.requires_python or "", python_of(target))
        is not False
    )


def _refusals(of: Iterable[DistributionPackage], target: Target) -> Iterator[Refusal]:
    for package in _wheels(of):
        why = target.explain(package.filename)
        if not _admits(package, target):
            cause = f"it requires Python {package.requires_python}"
            yield Refusal(package.filename, "requires-python", cause)
        elif not why:
            yield Refusal(package.filename, why.rule, why.cause)
