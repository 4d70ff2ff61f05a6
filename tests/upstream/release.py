"""Adopt another release of a project: its archive and hash from PyPI, and record.json."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from packaging.version import VERSION_PATTERN, Version

from tests.matrix.settings import load_settings
from tests.toolkit.cache import ProvisionError
from tests.toolkit.recorded import atomic_write

from .records import RECORD, Record, RecordError, record_of
from .sources import pypi_files


@dataclass(frozen=True)
class Archive:
    """A source archive on PyPI."""

    version: str
    name: str
    sha256: str


def archives(project: str) -> list[Archive]:
    """Return the source archives of a project on PyPI.

    :raises RecordError: if PyPI does not answer, or has no such project.
    """
    try:
        files = pypi_files(project)
    except ProvisionError as error:
        raise RecordError(f"--release: {error}") from None
    return [
        Archive(file.version, file.filename, file.digests["sha256"])
        for file in files
        if file.package_type == "sdist"
        and file.version
        and re.fullmatch(VERSION_PATTERN, file.version, re.VERBOSE | re.IGNORECASE)
        and "sha256" in file.digests
    ]


def of_release(record: Record, version: Version, offered: Iterable[Archive]) -> Record:
    """Return the record for another release, with the same change and tests.

    :param offered: the project's source archives.
    :raises RecordError: if there is none of that version.
    """
    versions = {Version(one.version): one for one in offered}
    found = versions.get(version)
    if found is None:
        newest = ", ".join(map(str, sorted(versions)[-3:])) or "none"
        why = f"PyPI has no source archive of it; the newest are {newest}"
        raise RecordError(f"--release {record.name}={version}: {why}")
    suite = record.suite
    if suite and not suite.version:
        lines = load_settings().tools
        known = {line.version for line in lines if line.tool in suite.tools}
        old, new = f"-{record.version}-", f"-{found.version}-"
        # A version that the matrix lacks has the options of the previous one.
        like = suite.like or (None if found.version in known else record.version)
        cells = tuple(cell.replace(old, new) for cell in suite.cells)
        suite = replace(suite, cells=cells, like=like)
    source = {"pypi": found.name, "sha256": found.sha256}
    return replace(record, version=found.version, source=source, suite=suite)


def write(old: Record, new: Record) -> None:
    """Replace a release in record.json by another, and leave its layout as it is.

    :raises RecordError: if the edited text is not the new record; nothing is written.
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
        why = f"{old.version} is not where it was looked for"
        raise RecordError(f"{path}: {why}; put {new.version} there by hand")
    atomic_write(path, text)
