"""Another release of a project: its archive and hash from PyPI, and record.json for it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.version import VERSION_PATTERN, Version
from pypi_simple import PyPISimple

from tests.matrix.settings import load_settings
from tests.toolkit.files import atomic_write

from .records import RECORD, Record, RecordError, record_of
from .sources import NO_ANSWER, SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Archive:
    """A source archive of an index."""

    version: str
    name: str
    sha256: str


def archives(project: str) -> list[Archive]:
    """The source archives that PyPI has of a project.

    :raises RecordError: if PyPI does not answer, or has no such project.
    """
    try:
        with PyPISimple() as index:
            page = index.get_project_page(project, timeout=SECONDS)
    except NO_ANSWER as error:
        raise RecordError(f"--release: PyPI's files of {project}: {error}") from None
    return [
        Archive(package.version, package.filename, package.digests["sha256"])
        for package in page.packages
        if package.package_type == "sdist"
        and package.version
        and re.fullmatch(VERSION_PATTERN, package.version, re.VERBOSE | re.IGNORECASE)
        and "sha256" in package.digests
    ]


def of_release(record: Record, version: Version, offered: Iterable[Archive]) -> Record:
    """The record for another release, whose change and tests are the same.

    :param offered: the project's source archives.
    :raises RecordError: if there is none of that version.
    """
    versions = {Version(one.version): one for one in offered}
    found = versions.get(version)
    if found is None:
        newest = ", ".join(map(str, sorted(versions)[-3:])) or "none"
        raise RecordError(
            f"--release {record.name}={version}: PyPI has no source archive of it; the"
            f" newest are {newest}"
        )
    suite = record.suite
    if suite and not suite.version:
        lines = load_settings().tools
        known = {line.version for line in lines if line.tool in suite.tools}
        suite = replace(
            suite,
            cells=tuple(
                cell.replace(f"-{record.version}-", f"-{found.version}-")
                for cell in suite.cells
            ),
            # The matrix asks a version that it has not yet as it asks the one before.
            like=suite.like or (None if found.version in known else record.version),
        )
    return replace(
        record,
        version=found.version,
        source={"pypi": found.name, "sha256": found.sha256},
        suite=suite,
    )


def write(old: Record, new: Record) -> None:
    """Put a release into record.json, in the place of the one before, whole or not.

    :raises RecordError: if the record would then say anything else.
    """
    path = old.folder / RECORD
    text = path.read_text("utf-8")
    changes = [
        (f'"version": "{old.version}"', f'"version": "{new.version}"'),
        (old.source["pypi"], new.source["pypi"]),
        (old.source["sha256"], new.source["sha256"]),
    ]
    if old.suite and new.suite:
        changes += zip(old.suite.cells, new.suite.cells, strict=True)
        if new.suite.like != old.suite.like:
            changes.append(('"cells":', f'"like": "{new.suite.like}", "cells":'))
    for before, after in changes:
        text = text.replace(before, after, 1)
    if record_of(old.folder, json.loads(text)) != new:
        raise RecordError(
            f"{path}: what is of {old.version} is not where it was looked for; put"
            f" {new.version} there by hand"
        )
    atomic_write(path, text)
