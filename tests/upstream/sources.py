"""Get the source of a project: a released archive, or a copy of a checkout."""

import shutil
import tarfile
import tempfile
import zipfile
from pathlib import Path

from pypi_simple import DistributionPackage, NoSuchProjectError, PyPISimple
from pypi_simple.errors import UnsupportedContentTypeError, UnsupportedRepoVersionError
from requests.exceptions import RequestException

from tests.toolkit.cache import ProvisionError
from tests.toolkit.debian import Package
from tests.toolkit.download import check_sha256, download

from .records import Record
from .steps import StepError

STEP = "source"
# What only a checkout has, and what tests write.
LEFT_OUT = shutil.ignore_patterns(".git", "__pycache__", ".tox", ".nox", ".venv")
SECONDS = 60
# The errors of a request to PyPI that has no usable answer.
UNSUPPORTED = UnsupportedContentTypeError, UnsupportedRepoVersionError
NO_ANSWER = NoSuchProjectError, RequestException, *UNSUPPORTED


def pypi_files(project: str) -> list[DistributionPackage]:
    """Return the files that PyPI lists for a project.

    :raises ProvisionError: if PyPI does not answer, or has no such project.
    """
    try:
        with PyPISimple() as index:
            return index.get_project_page(project, timeout=SECONDS).packages
    except NO_ANSWER as error:
        raise ProvisionError(f"PyPI's files of {project}: {error}") from None


def archive(record: Record, folder: Path) -> Path:
    """Return the archive of a record, in `folder`; download it if it is not there.

    :raises StepError: if it cannot be downloaded, or has another hash than in the record.
    """
    sha256 = record.source["sha256"]
    path = folder / Path(record.source.get("pypi") or record.source["debian"]).name
    try:
        if path.exists():
            check_sha256(path.name, path.read_bytes(), sha256)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{path.name}.part")
            part.write_bytes(_download(record, path.name, sha256))
            part.replace(path)
    except ProvisionError as error:
        deleted = "; the file is deleted" if path.exists() else ""
        path.unlink(missing_ok=True)
        raise StepError(STEP, f"{error}{deleted}") from None
    return path


def _download(record: Record, name: str, sha256: str) -> bytes:
    if "debian" in record.source:
        return Package(record.source["debian"], sha256).download()
    # The file's name begins with the project's.
    project = name.rpartition("-")[0]
    urls = [file.url for file in pypi_files(project) if file.filename == name]
    if not urls:
        raise ProvisionError(f"PyPI has no {name} of {project}")
    return download(name, urls, sha256)


def unpack(path: Path, folder: Path) -> None:
    """Unpack an archive into an empty folder, without the one folder at its top.

    :raises StepError: if it cannot be unpacked, or has more than one entry at its top.
    """
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".part-") as part:
        try:
            if path.suffix == ".zip":
                shutil.unpack_archive(path, part)
            else:
                shutil.unpack_archive(path, part, filter="data")
        except (OSError, tarfile.TarError, zipfile.BadZipFile) as error:
            raise StepError(STEP, f"{path.name} cannot be unpacked: {error}") from None
        inner = list(Path(part).iterdir())
        if len(inner) != 1:
            why = f"{path.name} has {len(inner)} entries at its top, wanted 1"
            raise StepError(STEP, why)
        folder.rmdir()
        inner[0].rename(folder)


def copy(source: Path, folder: Path) -> None:
    """Replace a folder by a copy of a source, without what only a checkout has."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder, symlinks=True, ignore=LEFT_OUT)
