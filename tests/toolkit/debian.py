"""Packages of Debian, by path and hash: unpacked without root, on any system."""

from __future__ import annotations

import hashlib
import io
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.toolkit.cache import ProvisionError

if TYPE_CHECKING:
    from pathlib import Path

# The second keeps what the first drops when a suite gets a newer version; the hash
# makes it the same which of them answers.
MIRRORS = (
    "http://deb.debian.org/debian/",
    "https://snapshot.debian.org/archive/debian/20261101T000000Z/",
)
SECONDS = 60


@dataclass(frozen=True)
class Package:
    """One file of the archive."""

    path: str
    sha256: str

    def unpack(self, folder: Path, mirrors: tuple[str, ...] = MIRRORS) -> None:
        """Download a ``.deb`` and write what it installs."""
        data = self.download(mirrors)
        # Here, so that listing the runs does not need it.
        from debian.debfile import DebFile  # noqa: PLC0415

        with DebFile(fileobj=io.BytesIO(data)) as package:
            package.data.tgz().extractall(folder, filter="data")

    def download(self, mirrors: tuple[str, ...] = MIRRORS) -> bytes:
        """The file, if its hash is the one that was pinned."""
        data = self._fetch(mirrors)
        found = hashlib.sha256(data).hexdigest()
        if found != self.sha256:
            raise ProvisionError(
                f"{self.path}: its sha256 is {found}, wanted {self.sha256}, as"
                " it is pinned"
            )
        return data

    def _fetch(self, mirrors: tuple[str, ...]) -> bytes:
        tried = []
        for mirror in mirrors:
            try:
                with urllib.request.urlopen(mirror + self.path, timeout=SECONDS) as got:
                    data: bytes = got.read()
                    return data
            except (OSError, urllib.error.URLError) as error:
                tried.append(f"{mirror}: {error}")
        raise ProvisionError(
            f"{self.path} cannot be had: {'; '.join(tried)}. If Debian has a newer"
            " version, pin its path and sha256 in tests/native/provision.json"
        )
