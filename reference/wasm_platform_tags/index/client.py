"""Ask a simple index, in HTML or JSON, and trust nothing that it says about itself."""

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

from .._text import printable, shortened
from ..wheelfile.metadata import member

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pypi_simple import DistributionPackage

JSON = "application/vnd.pypi.simple.v1+json"
HTML = ("application/vnd.pypi.simple.v1+html", "text/html")
#: bytes of an answer that are read at most
LARGEST = 128 * 2**20
# Of others, which an index may state too, nothing is checked.
_HASHES = frozenset({"md5", "sha1", "sha256", "sha384", "sha512"})
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_AT_ONCE = 2**16
_ADDRESS = re.compile("https?://[^/?#:]", re.IGNORECASE)


class UnusableIndexError(ValueError):
    """The index did not answer, or not with what it said it would."""


class _TransientError(UnusableIndexError):
    """A fault that a second try may not meet."""


@dataclass(frozen=True)
class Answer:
    """What came, all of it."""

    url: str
    media_type: str
    body: bytes


@dataclass(frozen=True)
class Index:
    """A simple index.

    :param url: its address, to which the name of a project is added.
    :param timeout: seconds that an answer may take, from the first byte to the last.
    :param retries: how often to ask again after a failure that may pass.
    :raises UnusableIndexError: if the address is no address of a web server.
    """

    url: str = PYPI_SIMPLE_ENDPOINT
    timeout: float = 30
    retries: int = 2
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        """Refuse what could not be asked."""
        if not _ADDRESS.match(address := shown(self.url)):
            raise UnusableIndexError(
                f"{shortened(address)} is no address of an index: wanted"
                " https://HOST/PATH"
            )

    def page(self, project: str) -> ProjectPage:
        """Return what the index lists of a project.

        :raises UnusableIndexError: if it has no such project, or does not answer in a form of
            PEP 503 or PEP 691, or answers about another project.

        Source: PEP 503; PEP 691, "Content-Types".
        """
        name = canonicalize_name(project)
        answer = self.ask(f"{self.url.rstrip('/')}/{name}/", ACCEPT_JSON_PREFERRED)
        try:
            page = _parsed(answer, name)
        except UnsupportedRepoVersionError as error:
            raise UnusableIndexError(f"{shown(answer.url)}: {error}") from error
        if canonicalize_name(page.project) != name:
            raise UnusableIndexError(
                f"{shown(answer.url)}: it lists {shortened(page.project)}, not {name}"
            )
        return page

    def metadata(self, package: DistributionPackage) -> bytes:
        """Return the metadata of a wheel: beside it, or out of it.

        :raises UnusableIndexError: if it cannot be had or read, or if a hash is another.

        Source: PEP 658; PEP 714; the binary distribution format.
        """
        if package.has_metadata:
            answer = self.ask(package.metadata_url, "*/*")
            name = f"{package.filename}.metadata"
            _check(answer.body, package.metadata_digests or {}, name)
            return answer.body
        answer = self.ask(package.url, "*/*")
        _check(answer.body, package.digests, package.filename)
        try:
            return member(package.filename, io.BytesIO(answer.body), "METADATA")
        except ValueError as error:
            raise UnusableIndexError(
                f"{printable(package.filename)}: {error}"
            ) from error

    def ask(self, url: str, accept: str) -> Answer:
        """Return a whole answer.

        :raises UnusableIndexError: says what came instead.
        """
        for pause in self._pauses():
            try:
                return self._asked(url, accept)
            except _TransientError as error:
                fault = error
            time.sleep(pause)
        raise fault

    def _pauses(self) -> Iterator[float]:
        for number in range(self.retries):
            yield 0.5 * 2**number
        yield 0

    def _asked(self, url: str, accept: str) -> Answer:
        where, end = shown(url), time.monotonic() + self.timeout
        try:
            with self.session.get(
                url, headers={"Accept": accept}, timeout=self.timeout, stream=True
            ) as response:
                _check_status(response.status_code, where)
                media_type = response.headers.get("Content-Type", "").partition(";")[0]
                body = b"".join(self._read(response, where, end))
                return Answer(response.url, media_type.strip().lower(), body)
        except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
            raise self._too_slow(where) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _TransientError(f"{where}: {_cause(error)}") from error
        except UnusableIndexError:
            raise
        except ValueError as error:  # of an address that it was sent on to
            raise UnusableIndexError(f"{where}: {_cause(error)}") from error

    def _read(
        self, response: requests.Response, where: str, end: float
    ) -> Iterator[bytes]:
        size = 0
        # Not by iter_content, which waits for a chunk however slowly its bytes come.
        while chunk := response.raw.read1(_AT_ONCE, decode_content=True):
            size += len(chunk)
            if size > LARGEST:
                raise UnusableIndexError(f"{where}: more than {LARGEST:,} bytes")
            if time.monotonic() > end:
                raise self._too_slow(where)
            yield chunk

    def _too_slow(self, where: str) -> _TransientError:
        return _TransientError(f"{where}: no whole answer within {self.timeout:g} s")


def _check_status(status: int, where: str) -> None:
    if status == requests.codes.not_found:
        raise UnusableIndexError(f"{where}: there is no such page (404)")
    if status != requests.codes.ok:
        error = _TransientError if status in _PASSING else UnusableIndexError
        raise error(f"{where}: HTTP status {status}")


def _check(body: bytes, digests: Mapping[str, str], name: str) -> None:
    for algorithm, wanted in digests.items():
        if algorithm in _HASHES and hashlib.new(algorithm, body).hexdigest() != wanted:
            raise UnusableIndexError(
                f"{printable(name)}: its {algorithm} is not the one that the index states"
            )


def shown(url: str) -> str:
    """Return an address without the name and password that it may hold."""
    return printable(re.sub("//[^/?#]*@", "//", url, count=1))


def _cause(error: BaseException) -> str:
    """Return the innermost reason: requests and urllib3 wrap one another."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    return printable(str(error) or type(error).__name__)


def _parsed(answer: Answer, name: str) -> ProjectPage:
    where = shown(answer.url)
    if answer.media_type != JSON and answer.media_type not in HTML:
        raise UnusableIndexError(
            f"{where}: its type is {shortened(answer.media_type)}; wanted {JSON}, or HTML"
            f" (PEP 691)"
        )
    try:
        return _page(answer, name)
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        standard = "PEP 691" if answer.media_type == JSON else "PEP 503"
        start = shortened(answer.body[:40].decode("utf-8", "replace"))
        raise UnusableIndexError(
            f"{where}: its type is {answer.media_type}, and what came does not fit"
            f" {standard}: {_misfit(error)}; it starts with {start}"
        ) from error


def _page(answer: Answer, name: str) -> ProjectPage:
    if answer.media_type == JSON:
        return ProjectPage.from_json_data(json.loads(answer.body), answer.url)
    if not answer.body.lstrip().startswith(b"<"):
        raise ValueError("it is no HTML")
    return ProjectPage.from_html(name, answer.body, answer.url)


def _misfit(error: Exception) -> str:
    """Return what does not fit: of several fields, the first."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the whole'}: {first['msg']}"
