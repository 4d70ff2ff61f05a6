"""Download one file and compare its hash."""

import hashlib
import urllib.request
from collections.abc import Iterable

from .cache import ProvisionError

TIMEOUT = 60  # seconds without a byte


def download(name: str, urls: Iterable[str], sha256: str) -> bytes:
    """Return the file, from the first URL that answers.

    :param name: what the file is called in an error message.
    :param sha256: in hexadecimal digits.
    :raises ProvisionError: if none answers, or if the file has another hash.
    """
    failures = []
    for url in urls:
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT) as response:
                data: bytes = response.read()
        except OSError as error:
            failures.append(f"{url}: {error}")
        else:
            check_sha256(name, data, sha256)
            return data
    raise ProvisionError(f"{name} cannot be downloaded: {'; '.join(failures)}")


def check_sha256(name: str, data: bytes, sha256: str) -> None:
    """Compare the hash of a file with the committed one.

    :raises ProvisionError: if it differs.
    """
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ProvisionError(f"{name}: its sha256 is {found}, wanted {sha256}")
