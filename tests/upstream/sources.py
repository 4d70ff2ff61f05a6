"""Source archives, by name and hash; and checkouts that somebody gives."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from pypi_simple import NoSuchProjectError, PyPISimple
from pypi_simple.errors import UnsupportedContentTypeError, UnsupportedRepoVersionError
from requests.exceptions import RequestException

from tests.toolkit.cache import ProvisionError
from tests.toolkit.debian import Package

from .steps import StepError

if TYPE_CHECKING:
    from .records import Record

STEP = "source"
# What a checkout has and an archive does not, and what tests leave.
LEFT_OUT = shutil.ignore_patterns(".git", "__pycache__", ".tox", ".nox", ".venv")
CHUNK = 1 << 16
SECONDS = 60
# How a request to PyPI ends without what was asked for.
NO_ANSWER = (
    NoSuchProjectError,
    RequestException,
    UnsupportedContentTypeError,
    UnsupportedRepoVersionError,
)


def archive(record: Record, folder: Path) -> Path:
    """The archive of a record, from the folder of archives or downloaded into it.

    :raises StepError: if it cannot be had, or is another than the record says.
    """
    kind = "pypi" if "pypi" in record.source else "debian"
    path = folder / Path(record.source[kind]).name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".part-") as part:
            half = Path(part) / path.name
            _from_pypi(record, half) if kind == "pypi" else _from_debian(record, half)
            _check(record, half)
            half.replace(path)
    _check(record, path)
    return path


def _check(record: Record, path: Path) -> None:
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    wanted = record.source["sha256"]
    if found != wanted:
        path.unlink()
        raise StepError(
            STEP,
            f"{path.name} has the sha256 {found}, wanted {wanted}, as record.json says;"
            " it was thrown away",
        )


def _from_pypi(record: Record, path: Path) -> None:
    # The file's name begins with the project's.
    project = path.name.rpartition("-")[0]
    try:
        with PyPISimple() as index:
            page = index.get_project_page(project, timeout=SECONDS)
            found = [p for p in page.packages if p.filename == path.name]
            if not found:
                raise StepError(STEP, f"PyPI has no {path.name} of {project}")
            response = index.s.get(found[0].url, stream=True, timeout=SECONDS)
            response.raise_for_status()
            with path.open("wb") as out:
                for chunk in response.iter_content(CHUNK):
                    out.write(chunk)
    except NO_ANSWER as error:
        raise StepError(STEP, f"{path.name} cannot be had: {error}") from None


def _from_debian(record: Record, path: Path) -> None:
    package = Package(record.source["debian"], record.source["sha256"])
    try:
        path.write_bytes(package.download())
    except ProvisionError as error:
        raise StepError(STEP, str(error)) from None


def unpack(path: Path, folder: Path) -> None:
    """Unpack an archive that has one folder at its top into `folder`.

    :raises StepError: if it is no such archive.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".part-") as part:
        try:
            if path.suffix == ".zip":
                with zipfile.ZipFile(path) as zipped:
                    zipped.extractall(part)
            else:
                with tarfile.open(path) as tarred:
                    tarred.extractall(part, filter="data")
        except (OSError, tarfile.TarError, zipfile.BadZipFile) as error:
            raise StepError(STEP, f"{path.name} cannot be unpacked: {error}") from None
        inner = list(Path(part).iterdir())
        if len(inner) != 1:
            raise StepError(
                STEP, f"{path.name} has {len(inner)} entries at its top, wanted 1"
            )
        inner[0].rename(folder)


def copy(source: Path, folder: Path) -> None:
    """A copy of a source, of a checkout as well, without what it left behind."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder, symlinks=True, ignore=LEFT_OUT)
