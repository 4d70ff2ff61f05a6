"""The index speaks PEP 503 and PEP 691."""

import hashlib
import json
import re
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from ..matrix.wheels import write_project
from .index_server import Index

# Not in the order of the alphabet: the listing keeps the order given.
FILES = [
    "demo-2.0-py3-none-any.whl",
    "demo-1.0-cp313-cp313-wasi_0_1_sdk_24_wasm32.whl",
    "demo-1.0-cp313-cp313-pyodide_2025_0_wasm32.whl",
]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index({"shelf": {"demo": write_project(tmp_path, "demo", FILES)}}) as index:
        yield index


def get(index: Index, path: str, method: str = "GET") -> tuple[int, str, bytes]:
    connection = HTTPConnection(index.url.removeprefix("http://"), timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read()
    finally:
        connection.close()


def test_html(index: Index, tmp_path: Path) -> None:
    status, kind, body = get(index, "/shelf/html/simple/demo/")
    assert (status, kind) == (200, "application/vnd.pypi.simple.v1+html")
    links = re.findall(r'<a href="(.+?)#sha256=(.+?)">(.+?)</a>', body.decode())
    assert [name for _, _, name in links] == FILES
    for url, digest, name in links:
        content = get(index, url.removeprefix(index.url))[2]
        assert hashlib.sha256(content).hexdigest() == digest
        assert content == (tmp_path / "demo" / name).read_bytes()


def test_json(index: Index) -> None:
    status, kind, body = get(index, "/shelf/json/simple/demo/")
    assert (status, kind) == (200, "application/vnd.pypi.simple.v1+json")
    data = json.loads(body)
    assert data["name"] == "demo"
    assert data["versions"] == ["1.0", "2.0"]
    assert [file["filename"] for file in data["files"]] == FILES
    for file in data["files"]:
        content = get(index, file["url"].removeprefix(index.url))[2]
        assert hashlib.sha256(content).hexdigest() == file["hashes"]["sha256"]
        assert len(content) == file["size"]


def test_the_list_of_projects(index: Index) -> None:
    assert b'href="demo/"' in get(index, "/shelf/html/simple/")[2]
    data = json.loads(get(index, "/shelf/json/simple/")[2])
    assert data["projects"] == [{"name": "demo"}]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/shelf",
        "/other/html/simple/demo/",
        "/shelf/xml/simple/demo/",
        "/shelf/html/simple/nothing/",
        "/shelf/html/simple/demo/more/",
        "/shelf/files/nothing.whl",
        "/shelf/files/../secret",
    ],
)
def test_what_is_not_there(index: Index, path: str) -> None:
    assert get(index, path)[0] == 404


def test_other_methods(index: Index) -> None:
    # A browser asks with OPTIONS first.
    assert get(index, "/shelf/html/simple/demo/", "OPTIONS")[0] == 200
    status, _, body = get(index, "/shelf/html/simple/demo/", "HEAD")
    assert (status, body) == (200, b"")
