"""A package index on loopback: PEP 503 HTML, PEP 691 JSON, and the files themselves.

Each shelf has its own projects under its own path::

    /SHELF/html/simple/PROJECT/    /SHELF/json/simple/PROJECT/    /SHELF/files/NAME.whl

Files are listed in the order given: an installer must not depend on it.
"""

import hashlib
import html
import json
import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

from typing_extensions import Self

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "application/vnd.pypi.simple.v1+html"
WHEEL = "application/octet-stream"

Shelves = Mapping[str, Mapping[str, Sequence[Path]]]


class Shelf:
    """The projects under one path, and their pages."""

    def __init__(self, url: str, projects: Mapping[str, Sequence[Path]]) -> None:
        self.url = url
        self.projects = projects

    @cached_property
    def files(self) -> dict[str, Path]:
        """Every file by its name."""
        return {file.name: file for files in self.projects.values() for file in files}

    def page(self, style: str, project: str | None) -> bytes:
        """Return the list of projects, or the page of one project."""
        if style == "html":
            return self._html(project).encode()
        data = self._json(project) if project else self._json_root()
        return json.dumps(data, indent=1).encode()

    def _html(self, project: str | None) -> str:
        title = f"Links for {project}" if project else "Simple index"
        links = {name: f"{name}/" for name in self.projects}
        if project:
            links = {
                file.name: f"{self.url}/files/{file.name}#sha256={_digest(file)}"
                for file in self.projects[project]
            }
        body = "<br>\n".join(
            f'<a href="{html.escape(url)}">{html.escape(name)}</a>'
            for name, url in links.items()
        )
        return (
            '<!DOCTYPE html>\n<html><head><meta name="pypi:repository-version"'
            f' content="1.1"><title>{title}</title></head>\n<body>\n{body}\n</body></html>\n'
        )

    def _json_root(self) -> dict[str, Any]:
        projects = [{"name": name} for name in self.projects]
        return {"meta": {"api-version": "1.1"}, "projects": projects}

    def _json(self, project: str) -> dict[str, Any]:
        files = self.projects[project]
        return {
            "meta": {"api-version": "1.1"},
            "name": project,
            "versions": sorted({file.name.split("-")[1] for file in files}),
            "files": [
                {
                    "filename": file.name,
                    # micropip does not join a relative URL of a JSON page.
                    "url": f"{self.url}/files/{file.name}",
                    "hashes": {"sha256": _digest(file)},
                    "size": file.stat().st_size,
                    "yanked": False,
                }
                for file in files
            ],
        }


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


class Index:
    """The server. It runs inside a ``with`` statement.

    :param shelves: for each shelf, the files of each project.
    """

    def __init__(self, shelves: Shelves) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._server.shelves = {
            name: Shelf(f"{self.url}/{name}", projects)
            for name, projects in shelves.items()
        }
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    def simple(self, shelf: str, style: str) -> str:
        """Return the URL for an installer, without a slash at its end."""
        return f"{self.url}/{shelf}/{style}/simple"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    shelves: Mapping[str, Shelf]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body are two writes; otherwise the second waits for an ACK.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        shelves = cast("_Server", self.server).shelves
        match self.path.partition("?")[0].strip("/").split("/"):
            case [name, ("html" | "json") as style, "simple", *rest] if (
                name in shelves and len(rest) < 2
            ):
                project = rest[0] if rest else None
                if project is None or project in shelves[name].projects:
                    kind = HTML if style == "html" else JSON
                    self._send(kind, shelves[name].page(style, project))
                    return
            case [name, "files", file] if (
                name in shelves and file in shelves[name].files
            ):
                self._send(WHEEL, shelves[name].files[file].read_bytes())
                return
        self._send("text/plain", b"not here\n", HTTPStatus.NOT_FOUND)

    def do_HEAD(self) -> None:
        # uv sends HEAD before it reads metadata, and repeats it if it fails.
        self.do_GET()

    def do_OPTIONS(self) -> None:
        self._send("text/plain", b"")

    def _send(self, kind: str, body: bytes, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        # For a browser, which asks from another origin.
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "*")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Log nothing."""
