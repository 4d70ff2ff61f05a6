"""Packages of npm: by the lock file with npm itself, or a tarball by its hash."""

from __future__ import annotations

import hashlib
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.toolkit.cache import ProvisionError

from .process import tool

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Tarball:
    """One package, without what it depends on."""

    name: str
    version: str
    sha256: str

    def unpack(self, folder: Path, node: Path) -> None:
        """Download, compare the hash, and put it where Node looks for it."""
        wanted = f"{self.name}@{self.version}"
        run([str(node), str(npm_of(node)), "pack", wanted], None, folder)
        (file,) = folder.glob("*.tgz")
        found = hashlib.sha256(file.read_bytes()).hexdigest()
        if found != self.sha256:
            raise ProvisionError(
                f"{wanted}: its sha256 is {found}, wanted {self.sha256}, as"
                " provision.json pins it"
            )
        place = folder / "node_modules" / self.name
        with tarfile.open(file) as archive:
            archive.extractall(folder, filter="data")
        place.parent.mkdir(parents=True, exist_ok=True)
        (folder / "package").rename(place)
        file.unlink()


def npm_of(node: Path) -> Path:
    """The npm that comes with a Node."""
    return node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def run(
    command: list[str], env: dict[str, str] | None, folder: Path | None = None
) -> None:
    """Run a step; what it said is the message if it fails."""
    said = tool(command, env, folder)
    if said.status:
        raise ProvisionError(f"{' '.join(command)} failed:\n{said.text[-2000:]}")
