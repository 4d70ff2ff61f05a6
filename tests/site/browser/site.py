"""The built site: its folder, its pages and their references, and a server of it."""

import os
import runpy
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from html.parser import HTMLParser
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Page

Opener = Callable[..., Page]

ROOT = Path(__file__).parents[3]
SITE = Path(os.environ.get("WASM_TAGS_SITE") or ROOT / "_build" / "html")
REDIRECTS = runpy.run_path(str(ROOT / "conf.py"))["redirects"]
# Old addresses of pages, and what they lead to.
MOVED = {f"{old}.html": new.removeprefix("/") for old, new in REDIRECTS.items()}


def pages() -> list[str]:
    """Return the path of every page, relative to the site, without old addresses."""
    found = (page.relative_to(SITE).as_posix() for page in SITE.rglob("*.html"))
    other = ("_static/", "_downloads/", *MOVED)
    return sorted(name for name in found if not name.startswith(other))


class Handler(SimpleHTTPRequestHandler):
    """A plain file server without a log."""

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def send_error(self, code: int, *about: Any) -> None:
        """Answer with the page 404, as servers of static files do."""
        found = Path(self.directory) / "404.html"
        if code != HTTPStatus.NOT_FOUND or not found.is_file():
            super().send_error(code, *about)
            return
        self.send_response(code)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(found.read_bytes())


class Server(ThreadingHTTPServer):
    """A server that ignores connections that a page closes before it has loaded."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report any other error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def served(folder: Path, handler: type[Handler] = Handler) -> Iterator[str]:
    """Serve a folder on a free port of loopback."""
    handle = partial(handler, directory=str(folder))
    with Server(("127.0.0.1", 0), handle) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


class References(HTMLParser):
    """The ids, metadata and references of a page, and the files that it loads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.found: list[str] = []
        self.loads: list[str] = []
        self.metadata: dict[str, list[str]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the ids, references and metadata of a tag."""
        given = dict(attrs)
        if tag == "meta" and (name := given.get("name") or given.get("property")):
            self.metadata.setdefault(name, []).append(given.get("content") or "")
        for name, value in attrs:
            if name == "id" and value:
                self.ids[value] += 1
            elif name in {"href", "src"} and value and tag != "base":
                self.found.append(value)
                if tag == "script" or ("rel", "stylesheet") in attrs:
                    self.loads.append(value)


@cache  # many tests look at the same pages
def references(name: str) -> References:
    """Return the ids and references of a page of the site."""
    return References((SITE / name).read_text("utf-8"))


def target(folder: Path, page: Path, path: str) -> Path:
    """Return the file that a page refers to; the page 404 does from the root."""
    return folder / path[1:] if path.startswith("/") else page.parent / path


def broken_links(folder: Path, names: list[str]) -> list[str]:
    """Return the internal references of some pages to no file or no id."""
    files = [folder / name for name in names]
    parsed = {file: References(file.read_text("utf-8")) for file in files}
    broken = []
    for page, references in parsed.items():
        for reference in references.found:
            parts = urlsplit(reference)
            if parts.scheme or parts.netloc:
                continue
            path, anchor = unquote(parts.path), unquote(parts.fragment)
            file = target(folder, page, path).resolve() if path else page
            # A fragment with "=" is a state of the explorer.
            known = not anchor or "=" in anchor or file not in parsed
            if not file.is_file() or not (known or anchor in parsed[file].ids):
                broken.append(f"{page.relative_to(folder).as_posix()}: {reference}")
    return broken
