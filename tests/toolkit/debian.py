"""Download packages of Debian by path and hash, and unpack them on any system."""

import io
from dataclasses import dataclass
from pathlib import Path

from .cache import ProvisionError
from .download import download

# The mirror drops a file when a suite gets a newer version; the snapshot keeps it.
MIRRORS = (
    "http://deb.debian.org/debian/",
    "https://snapshot.debian.org/archive/debian/20261101T000000Z/",
)


@dataclass(frozen=True)
class Package:
    """One file of the archive: its path below a mirror, and its hash."""

    path: str
    sha256: str

    def unpack(self, folder: Path, mirrors: tuple[str, ...] = MIRRORS) -> None:
        """Download a ``.deb`` and unpack the files that it installs.

        :raises ProvisionError: as `download` does.
        """
        data = self.download(mirrors)
        # Imported here, because --list works without it.
        from debian.debfile import DebFile  # noqa: PLC0415

        with DebFile(fileobj=io.BytesIO(data)) as package:
            package.data.tgz().extractall(folder, filter="data")

    def download(self, mirrors: tuple[str, ...] = MIRRORS) -> bytes:
        """Return the file, from the first mirror that has it.

        :raises ProvisionError: if none has it, or if the hash differs.
        """
        urls = [mirror + self.path for mirror in mirrors]
        try:
            return download(self.path, urls, self.sha256)
        except ProvisionError as error:
            raise ProvisionError(
                f"{error}. If Debian has a newer version, pin its path and sha256"
            ) from None
