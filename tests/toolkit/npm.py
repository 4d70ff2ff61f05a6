"""Download from npm: by a lock file, or one package by its hash."""

import hashlib
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path

from .cache import run_step
from .download import check_sha256

NPM_FILES = ("package.json", "package-lock.json", ".npmrc")
# Exactly the lock file. npm's own cache is used without asking the registry again.
NPM_CI = ("ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund")


def npm_name(source: Path) -> str:
    """Return the name of the unit that has the packages of a lock file."""
    lock = (source / "package-lock.json").read_bytes()
    return f"npm-{hashlib.sha256(lock).hexdigest()[:12]}"


def npm_ci(folder: Path, node: Path, source: Path) -> None:
    """Install the packages of a lock file.

    :param folder: receives ``node_modules``.
    :param node: the executable, which npm comes with.
    :param source: the folder that has the lock file.
    :raises ProvisionError: if npm fails.
    """
    for name in NPM_FILES:
        shutil.copy(source / name, folder)
    run_step([node, npm_of(node), *NPM_CI], folder=folder)


@dataclass(frozen=True)
class Tarball:
    """One package of npm, without its dependencies."""

    name: str
    version: str
    sha256: str

    def unpack(self, folder: Path, node: Path) -> None:
        """Download the package, compare its hash and unpack it into ``node_modules``.

        :raises ProvisionError: if npm fails, or if the hash differs.
        """
        wanted = f"{self.name}@{self.version}"
        run_step([node, npm_of(node), "pack", wanted], folder=folder)
        (file,) = folder.glob("*.tgz")
        check_sha256(wanted, file.read_bytes(), self.sha256)
        place = folder / "node_modules" / self.name
        with tarfile.open(file) as archive:
            archive.extractall(folder, filter="data")
        place.parent.mkdir(parents=True, exist_ok=True)
        (folder / "package").rename(place)
        file.unlink()


def npm_of(node: Path) -> Path:
    """Return the script of the npm that comes with a Node."""
    return node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
