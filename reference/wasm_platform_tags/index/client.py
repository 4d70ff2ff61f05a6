"""Read the pages and the metadata of a simple index, in HTML or JSON.

All that an index sends is checked: status, type, size, form, name and hashes.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import requests
import urllib3
from packaging.utils import canonicalize_name
from pydantic import ValidationError
from pypi_simple import (
    ACCEPT_JSON_PREFERRED,
    PYPI_SIMPLE_ENDPOINT,
    ProjectPage,
    UnsupportedRepoVersionError,
)

from .._errors import WasmPlatformTagsError
from .._text import printable, shortened
from ..wheelfile.metadata import member

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pypi_simple import DistributionPackage

JSON = "application/vnd.pypi.simple.v1+json"
HTML = ("application/vnd.pypi.simple.v1+html", "text/html")
#: the largest response that is read, in bytes
LARGEST = 128 * 2**20
# An index may state others too; those are not checked.
_HASHES = frozenset({"md5", "sha1", "sha256", "sha384", "sha512"})
_TEMPORARY = frozenset({408, 429, 500, 502, 503, 504})
_CHUNK = 2**16
# What json, pypi-simple and pydantic raise on what they cannot read.
_MISFITS = (
    *(ValueError, LookupError, TypeError, AttributeError, RecursionError),
    UnsupportedRepoVersionError,
)
_ADDRESS = re.compile("https?://[^/?#:]", re.IGNORECASE)


class UnusableIndexError(WasmPlatformTagsError, ValueError):
    """The index did not respond, or sent something else than the standards say."""


@dataclass(frozen=True)
class Response:
    """A whole response of an index."""

    #: where it came from, after redirects
    url: str
    #: its Content-Type, without parameters
    media_type: str
    body: bytes


@dataclass(frozen=True)
class Index:
    """A simple index.

    :param url: its address, to which the name of a project is added.
    :param timeout: seconds that a whole response may take, all retries included.
    :param retries: how often to ask again after a failure that may be temporary.
    :raises UnusableIndexError: if the address is not that of a web server.
    """

    url: str = PYPI_SIMPLE_ENDPOINT
    timeout: float = 30
    retries: int = 2
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        """Check the address."""
        if not _ADDRESS.match(address := shown(self.url)):
            raise UnusableIndexError(
                f"{shortened(address)} is no address of an index: wanted"
                " https://HOST/PATH"
            )

    def page(self, project: str) -> ProjectPage:
        """Return the page of a project.

        :raises UnusableIndexError: if the index has no such project, or its response is
            not as PEP 503 or PEP 691 say, or is the page of another project.

        Source: PEP 503; PEP 691, "Content-Types".
        """
        name = canonicalize_name(project)
        response = self.fetch(f"{self.url.rstrip('/')}/{name}/", ACCEPT_JSON_PREFERRED)
        page = _parsed(response, name)
        if canonicalize_name(page.project) != name:
            raise UnusableIndexError(
                f"{shown(response.url)}: it lists {shortened(page.project)}, not {name}"
            )
        return page

    def metadata(self, package: DistributionPackage) -> bytes:
        """Return the metadata of a wheel: the file beside it, else from the wheel.

        :raises UnusableIndexError: if it cannot be fetched or read, or a hash differs.

        Source: PEP 658; PEP 714; the binary distribution format.
        """
        if package.has_metadata:
            response = self.fetch(package.metadata_url, "*/*")
            name = f"{package.filename}.metadata"
            _check(response.body, package.metadata_digests or {}, name)
            return response.body
        response = self.fetch(package.url, "*/*")
        _check(response.body, package.digests, package.filename)
        try:
            return member(package.filename, io.BytesIO(response.body), "METADATA")
        except ValueError as error:
            raise UnusableIndexError(
                f"{printable(package.filename)}: {error}"
            ) from error

    def fetch(self, url: str, accept: str) -> Response:
        """Return a whole response, asking again after failures that may be temporary.

        :param accept: the value of the header Accept.
        :raises UnusableIndexError: if there is none in time; the message says why.
        """
        where, end = shown(url), time.monotonic() + self.timeout
        retry = urllib3.Retry(self.retries, backoff_factor=0.5)
        while True:
            try:
                return self._fetch_once(url, accept, end)
            except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
                raise self._too_slow(where) from error
            except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
                try:
                    retry = retry.increment("GET", where, error=error)
                except urllib3.exceptions.MaxRetryError:
                    raise UnusableIndexError(f"{where}: {_cause(error)}") from error
            except UnusableIndexError:
                raise
            except ValueError as error:  # of an address that it redirects to
                raise UnusableIndexError(f"{where}: {_cause(error)}") from error
            if time.monotonic() + retry.get_backoff_time() > end:
                raise self._too_slow(where)
            retry.sleep()

    def _fetch_once(self, url: str, accept: str, end: float) -> Response:
        """Return a whole response; `end` is in the time of :func:`time.monotonic`."""
        left = max(end - time.monotonic(), 0.001)  # requests refuses 0
        with self.session.get(
            url, headers={"Accept": accept}, timeout=left, stream=True
        ) as response:
            _check_status(response.status_code, shown(url))
            media_type = response.headers.get("Content-Type", "").partition(";")[0]
            body = b"".join(self._read(response, shown(url), end))
            return Response(response.url, media_type.strip().lower(), body)

    def _read(
        self, response: requests.Response, where: str, end: float
    ) -> Iterator[bytes]:
        size = 0
        # iter_content would wait for a whole chunk, however slowly its bytes come.
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            size += len(chunk)
            if size > LARGEST:
                raise UnusableIndexError(f"{where}: more than {LARGEST:,} bytes")
            if time.monotonic() > end:
                raise self._too_slow(where)
            yield chunk

    def _too_slow(self, where: str) -> UnusableIndexError:
        return UnusableIndexError(f"{where}: no whole answer within {self.timeout:g} s")


def _check_status(status: int, where: str) -> None:
    if status in _TEMPORARY:
        raise requests.HTTPError(f"HTTP status {status}")
    if status == requests.codes.not_found:
        raise UnusableIndexError(f"{where}: there is no such page (404)")
    if status != requests.codes.ok:
        raise UnusableIndexError(f"{where}: HTTP status {status}")


def _check(body: bytes, digests: Mapping[str, str], name: str) -> None:
    for algorithm, wanted in digests.items():
        if algorithm in _HASHES and hashlib.new(algorithm, body).hexdigest() != wanted:
            raise UnusableIndexError(
                f"{printable(name)}: its {algorithm} is not the one that the index states"
            )


def shown(url: str) -> str:
    """Return an address without the user name and password in it."""
    return printable(re.sub("//[^/?#]*@", "//", url, count=1))


def _cause(error: BaseException) -> str:
    """Return the innermost error: requests wraps those of urllib3."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    return printable(str(error) or type(error).__name__)


def _parsed(response: Response, name: str) -> ProjectPage:
    where = shown(response.url)
    if response.media_type != JSON and response.media_type not in HTML:
        raise UnusableIndexError(
            f"{where}: its type is {shortened(response.media_type)}; wanted {JSON}, or HTML"
            f" (PEP 691)"
        )
    try:
        return _page(response, name)
    except _MISFITS as error:
        standard = "PEP 691" if response.media_type == JSON else "PEP 503"
        start = shortened(response.body[:40].decode("utf-8", "replace"))
        raise UnusableIndexError(
            f"{where}: its type is {response.media_type}, and what came does not fit"
            f" {standard}: {_misfit(error)}; it starts with {start}"
        ) from error


def _page(response: Response, name: str) -> ProjectPage:
    if response.media_type == JSON:
        return ProjectPage.from_json_data(json.loads(response.body), response.url)
    if not response.body.lstrip().startswith(b"<"):
        raise ValueError("it is no HTML")
    return ProjectPage.from_html(name, response.body, response.url)


def _misfit(error: Exception) -> str:
    """Say what does not fit the standard: of several fields, the first."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the whole'}: {first['msg']}"
