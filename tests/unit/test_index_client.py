"""What an index offers to a target, and indexes that are down, slow or wrong.

The index is a web server on the loopback interface.
"""

import gzip
import hashlib
import io
import json
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version
from pypi_simple import DistributionPackage, Link
from urllib3 import Retry

from wasm_platform_tags import Target
from wasm_platform_tags.cli.select import every_target
from wasm_platform_tags.index import client
from wasm_platform_tags.index.client import Index, UnusableIndexError, shown
from wasm_platform_tags.index.dependencies import needed, stated
from wasm_platform_tags.index.offers import choose, releases_of

from .conftest import Command, MonkeyPatch

JSON = {"Content-Type": client.JSON}
HTML = {"Content-Type": "text/html; charset=utf-8"}
TARGET = Target("3.14", "pyemscripten_2026_0_wasm32")
OF_TARGET = ("--python", "3.14", "--platform", "pyodide_2026_0_wasm32")
NATIVE = "demo-2.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl"

# What a request is answered with: a status, headers, and the body in pieces.
Reply = tuple[int, dict[str, str], "list[bytes]"]


class Served:
    """Replies by path, and a count of the requests; an unknown path is 404."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply | list[Reply]] = {}
        self.asked: list[str] = []
        self.url = ""
        self.pause = 0.0

    def reply(self, path: str) -> Reply:
        """Return the reply to a path; of several, the next one."""
        self.asked.append(path)
        found = self.replies.get(path, (404, {}, []))
        return found if isinstance(found, tuple) else found.pop(0)

    def page(self, *names: str, name: str = "demo", **more: object) -> None:
        """Serve a listing in JSON: the names of files, and what is said of each."""
        whole = [{"filename": f, "url": f, "hashes": {}, **more} for f in names]
        data = {"meta": {"api-version": "1.0"}, "name": name, "files": whole}
        self.serve(200, JSON, json.dumps(data).encode())

    def serve(self, status: int, headers: Any, *body: bytes, file: str = "") -> None:
        """Set the reply to the request of the listing, or of a file beside it."""
        self.replies[f"/simple/demo/{quote(file)}"] = (status, headers, [*body])


@contextmanager
def serving() -> Iterator[Served]:
    served = Served()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = served.reply(self.path)
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.end_headers()
            for piece in body:
                self.wfile.write(piece)
                self.wfile.flush()
                time.sleep(served.pause)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass  # a client that leaves early is what some tests want

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        served.url = f"http://127.0.0.1:{server.server_port}/simple/"
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def index() -> Iterator[Served]:
    with serving() as served:
        yield served


def ask(served: Served, **options: Any) -> Index:
    return Index(served.url, **{"timeout": 5, "retries": 0, **options})


def packages(*names: str, **attrs: Any) -> list[DistributionPackage]:
    links = [Link(name, f"https://example.org/{name}", attrs) for name in names]
    return [DistributionPackage.from_link(link, project_hint="demo") for link in links]


@pytest.fixture
def select(index: Served, tags: Command) -> Command:
    """Run wasm-tags select with that index, and return what it printed."""
    address = ["--index-url", index.url]
    return lambda code, *options: tags(code, "select", "demo", *address, *options)


# What is chosen.


def test_the_newest_release_that_fits(index: Served, select: Command) -> None:
    index.page("demo-1.0-py3-none-any.whl", NATIVE, "demo-2.0.tar.gz")
    report = json.loads(select(0, *OF_TARGET, "--json").out)
    assert report["newest"] == "2.0"
    assert report["targets"] == [
        {
            "platform": "pyemscripten_2026_0_wasm32",
            "python": "3.14",
            "verdict": "newest",
            "version": "2.0",
            "file": NATIVE,
            "url": f"{index.url}demo/{NATIVE}",
            "refused": [],
        }
    ]


def test_every_known_platform_is_asked_about(
    index: Served, select: Command, monkeypatch: MonkeyPatch
) -> None:
    windows = "demo-2.0-cp314-cp314-win_amd64.whl"
    index.page("demo-0.1-py3-none-any.whl", NATIVE, windows)
    report = json.loads(select(1, "--json").out)
    asked = [(one["platform"], one["python"]) for one in report["targets"]]
    assert asked == [(t.platform.platform_tags[0], t.python) for t in every_target()]
    verdicts = {one["platform"]: one["verdict"] for one in report["targets"]}
    assert verdicts.pop("pyemscripten_2026_0_wasm32") == "newest"
    assert set(verdicts.values()) == {"older"}
    # A fallback is named, and why.
    monkeypatch.setenv("COLUMNS", "200")
    table = select(1).out
    assert "\N{BALLOT X} older, pure" in table
    assert "\N{CHECK MARK} newest" in table
    assert "1: a Pyodide wheel, the target is WASI (exact-match)" in table
    assert "1: for other systems, such as Linux (exact-match)" in table


@pytest.mark.parametrize(
    ("names", "pre", "file", "verdict"),
    [
        (["demo-2.0.tar.gz"], False, None, "none"),
        (["demo-1.0-cp314-cp314-pyodide_2026_0_wasm32.whl", "demo-2.0.tar.gz"], False,
         "demo-1.0-cp314-cp314-pyodide_2026_0_wasm32.whl", "older"),
        (["demo-1.0-py3-none-any.whl", "demo-2.0rc1-py3-none-any.whl"], False,
         "demo-1.0-py3-none-any.whl", "newest"),
        (["demo-1.0-py3-none-any.whl", "demo-2.0rc1-py3-none-any.whl"], True,
         "demo-2.0rc1-py3-none-any.whl", "newest"),
        (["demo-2.0rc1-py3-none-any.whl"], False, "demo-2.0rc1-py3-none-any.whl",
         "newest"),
        # A final release for others alone: pip then takes the pre-release.
        (["demo-1.0-cp314-cp314-win_amd64.whl", "demo-2.0rc1-py3-none-any.whl"], False,
         "demo-2.0rc1-py3-none-any.whl", "older"),
        (["demo-9-py3-none-x.whl.exe", "demo-x-py3-none-any.whl", "other-3-py3-none-any.whl",
          "demo-1.0-py3-none-any.whl", "demo-8.0-bad.whl"], False, "demo-1.0-py3-none-any.whl", "newest"),
    ],
)  # fmt: skip
def test_choices(names: list[str], pre: bool, file: str | None, verdict: str) -> None:
    choice = choose(releases_of("demo", packages(*names)), TARGET, pre=pre)
    assert (choice.package and choice.package.filename) == file
    assert choice.verdict == verdict


def test_requires_python_is_a_reason() -> None:
    needs = {"data-requires-python": ">=3.15"}
    old = packages("demo-1.0-py3-none-any.whl")
    choice = choose(releases_of("demo", [*old, *packages(NATIVE, **needs)]), TARGET)
    assert choice.version == Version("1.0")
    [refusal] = choice.refused
    assert refusal.rule == "requires-python"
    assert refusal.cause == "it requires Python >=3.15"


@given(st.lists(st.sampled_from(["1.0", "2.0", "2.1rc1", "0.9"]), min_size=1))
def test_what_is_taken_is_supported_and_the_newest_that_is(versions: list[str]) -> None:
    names = [f"demo-{v}-py3-none-any.whl" for v in versions]
    choice = choose(releases_of("demo", packages(*names)), TARGET)
    finals = [Version(v) for v in versions if "rc" not in v]
    assert choice.version == (max(finals) if finals else Version("2.1rc1"))


# Dependencies.


def wheel(metadata: str, name: str = "demo-2.0.dist-info/METADATA") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        vendored = "demo/_vendor/other-1.0.dist-info/METADATA"
        archive.writestr(vendored, "Requires-Dist: wrong")
        archive.writestr(name, metadata)
    return file.getvalue()


METADATA = """\
Metadata-Version: 2.1
Name: demo
Version: 2.0
Requires-Dist: everywhere
Requires-Dist: there; sys_platform == "emscripten"
Requires-Dist: here; sys_platform != "emscripten"
Requires-Dist: extra; extra == "more"
"""


def test_dependencies_for_target_and_machine(index: Served, select: Command) -> None:
    body = METADATA.encode()
    digest: dict[str, Any] = {
        "core-metadata": {"sha256": hashlib.sha256(body).hexdigest()}
    }
    index.page(NATIVE, **digest)
    index.serve(200, {}, body, file=f"{NATIVE}.metadata")
    [told] = json.loads(select(0, *OF_TARGET, "--metadata", "--json").out)["targets"]
    assert [tuple(need.values()) for need in told["dependencies"]] == [
        ("everywhere", True, True),
        ('there; sys_platform == "emscripten"', True, False),
        ('here; sys_platform != "emscripten"', False, True),
        ('extra; extra == "more"', False, False),
    ]
    table = select(0, *OF_TARGET, "--metadata").out
    assert "there" in table
    assert "more" not in table


def test_metadata_out_of_the_wheel(index: Served) -> None:
    body = wheel(METADATA)
    index.page(NATIVE, hashes={"sha256": hashlib.sha256(body).hexdigest()})
    index.serve(200, {}, body, file=NATIVE)
    [package] = ask(index).page("demo").packages
    assert ask(index).metadata(package) == METADATA.encode()


def test_nothing_fits(index: Served, select: Command) -> None:
    index.page("demo-2.0.tar.gz")
    assert "it has no wheels" in select(1, *OF_TARGET).out
    index.page("demo-2.0-cp314-cp314-win_amd64.whl")
    [told] = json.loads(select(1, *OF_TARGET, "--metadata", "--json").out)["targets"]
    assert "dependencies" not in told
    assert "nothing fits" in select(1, *OF_TARGET, "--metadata").out
    index.page()
    assert "lists no file of demo that is not yanked" in select(2).err


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"PK\3\4", "it is no zip file: it has 4 bytes"),
        (wheel("", "demo/METADATA"), "it has 0 folders .dist-info; wanted one"),
        (wheel("", "other-2.0.dist-info/METADATA"), "of another project or version"),
        (wheel("", "demo-2.1.dist-info/METADATA"), "of another project or version"),
        (wheel("", "demo-2.0.dist-info/WHEEL"), "METADATA is missing"),
        (wheel(METADATA + "x" * 2**20), "at most 1048576 are read"),
        (wheel(METADATA).replace(b"Requires-Dist", b"Provides-Dist"), "checksum"),
    ],
)
def test_what_is_no_wheel(index: Served, body: bytes, said: str) -> None:
    index.page(NATIVE)
    index.serve(200, {}, body, file=NATIVE)
    [package] = ask(index).page("demo").packages
    with pytest.raises(UnusableIndexError, match=said):
        ask(index).metadata(package)


def test_another_hash(index: Served) -> None:
    digest: dict[str, Any] = {"core-metadata": {"sha256": "0" * 64}}
    index.page(NATIVE, **digest)
    index.serve(200, {}, b"x", file=f"{NATIVE}.metadata")
    [package] = ask(index).page("demo").packages
    with pytest.raises(UnusableIndexError, match="its sha256 is not the one"):
        ask(index).metadata(package)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>please log in</html>", "is no metadata of demo: .* the name is ''"),
        (b"", "is no metadata of demo"),
        (b"Name: demo\n", "is no metadata of demo"),
        (METADATA.replace(": demo", ": evil").encode(), "the name is 'evil'"),
        (METADATA.encode() + b"Requires-Dist: lost; os_name == '\xff'", "not UTF-8"),
    ],
)
def test_what_is_no_metadata(body: bytes, said: str) -> None:
    with pytest.raises(UnusableIndexError, match=said):
        stated(body, "demo", NATIVE)


@pytest.mark.parametrize("text", ["a b", "a; os_name ~= 'a'", "a; \x1b"])
def test_a_malformed_dependency(text: str) -> None:
    with pytest.raises(UnusableIndexError, match="Requires-Dist: ") as told:
        list(needed([text], TARGET.marker_environment()))
    assert repr(text) in str(told.value)


def test_a_terminal_gets_nothing_to_obey(index: Served, select: Command) -> None:
    red = "\x1b[31m"
    taken = f"demo-2.0-py3-none-any.{red}x.whl"
    index.page(taken)
    body = wheel(METADATA + f'Requires-Dist: bad; os_name != "{red}"\n')
    index.serve(200, {}, body, file=taken)
    said = select(0, *OF_TARGET, "--metadata")
    assert said.err == ""
    assert said.out.replace("\n", "").isprintable()
    assert said.out.count(r"\x1b[31m") == 2
    index.page(NATIVE, **{"requires-python": f">=4,==={red}"})
    out = select(1, *OF_TARGET).out
    assert out.replace("\n", "").isprintable()
    assert r">=4,===\x1b[31m" in out


# Indexes that are down, slow, truncated, or lie.

API_9 = b'{"meta": {"api-version": "9.0"}, "name": "demo", "files": []}'


def faults(index: Served, said: str, **options: Any) -> None:
    with pytest.raises(UnusableIndexError, match=said):
        ask(index, **options).page("demo")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ((404, {}, []), r"there is no such page \(404\)"),
        ((403, {}, []), "HTTP status 403"),
        (
            (200, JSON, [b"<html>"]),
            "fit PEP 691: .* line 1 column 1 .*; it starts with '<html>'",
        ),
        ((200, JSON, [b'{"name": "x", "files": 3}']), "fit PEP 691: files: .* list"),
        ((200, JSON, [b"[]"]), "does not fit PEP 691: the whole: "),
        ((200, JSON, [b"[" * 100_000]), "does not fit PEP 691"),
        ((200, HTML, [b'<a href="http://[x">y</a>']), "fit PEP 503: Invalid IPv6 URL"),
        ((302, {"Location": "http://[x"}, []), "/simple/demo/: Invalid IPv6 URL"),
        ((200, HTML, [b'{"files": []}']), "does not fit PEP 503"),
        ((200, {"Content-Type": "image/png"}, [b"x"]), "its type is 'image/png'"),
        ((200, {}, [b"<html>"]), "its type is ''"),
        ((200, {**JSON, "Content-Length": "99"}, [b"{"]), "IncompleteRead|bytes read"),
        ((200, {**JSON, "Content-Encoding": "gzip"}, [b"no"]), "gzip|header"),
        ((200, JSON, [API_9]), "9.0"),
    ],
)
def test_what_does_not_fit(index: Served, reply: Reply, said: str) -> None:
    index.replies["/simple/demo/"] = reply
    faults(index, said)


def test_a_listing_in_html_and_of_another_project(index: Served) -> None:
    index.page(name="evil")
    faults(index, "it lists 'evil', not demo")
    html = f'<!DOCTYPE html><a href="{NATIVE}">{NATIVE}</a>'.encode()
    index.serve(200, {**HTML, "Content-Encoding": "gzip"}, gzip.compress(html))
    assert [p.filename for p in ask(index).page("Demo").packages] == [NATIVE]


def test_nobody_listens() -> None:
    with serving() as gone:
        url = gone.url
    with pytest.raises(UnusableIndexError, match=r"refused|10061"):
        Index(url, retries=0).page("demo")


def test_failures_are_asked_again(index: Served, monkeypatch: MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(Retry, "sleep", lambda r: pauses.append(r.get_backoff_time()))
    index.page(NATIVE)
    good = index.replies["/simple/demo/"]
    assert isinstance(good, tuple)
    cut = (200, {**JSON, "Content-Length": "99"}, [b"{"])
    for failure in ((503, {"Retry-After": "9999"}, []), cut):
        index.replies["/simple/demo/"] = [failure, good]
        assert ask(index, retries=1).page("demo").packages
    assert pauses == [0, 0]  # not that of Retry-After
    index.replies["/simple/demo/"] = [(503, {}, [])] * 3
    faults(index, "HTTP status 503", retries=2)
    assert pauses == [0, 0, 0, 1]
    assert len(index.asked) == 7


def test_retries_end_in_time(index: Served) -> None:
    index.serve(503, {})
    faults(index, "no whole answer within 0.9 s", timeout=0.9, retries=9)
    assert len(index.asked) <= 2


def test_an_answer_without_end(index: Served, monkeypatch: MonkeyPatch) -> None:
    index.serve(200, JSON, *[b" " * 1000] * 3)
    monkeypatch.setattr(client, "LARGEST", 2000)
    faults(index, "more than 2,000 bytes")


def test_an_answer_that_drips(index: Served, monkeypatch: MonkeyPatch) -> None:
    index.serve(200, JSON, *[b" "] * 50)
    index.pause = 0.02
    # Each byte is in time, the whole is not.
    ticks = iter(range(0, 1000, 2))
    clock = SimpleNamespace(sleep=time.sleep, monotonic=lambda: next(ticks))
    monkeypatch.setattr(client, "time", clock)
    faults(index, "no whole answer within 5 s")


def test_an_answer_that_does_not_come(index: Served) -> None:
    index.serve(200, {**JSON, "Content-Length": "9"}, b" ", b" ")
    index.pause = 0.5
    faults(index, "no whole answer within 0.1 s", timeout=0.1)


@pytest.mark.parametrize(
    "url",
    ["ftp://x/", "file:///x", "x", "https:///x", "https://me:secret@/x", "http://:80/"],
)
def test_what_is_no_address(url: str, tags: Command) -> None:
    said = tags(2, "select", "demo", "--index-url", url).err
    assert "is no address of an index" in said
    assert "secret" not in said


@pytest.mark.parametrize("rest", ["example.org/simple/", "example.org?x=a@b", "[x"])
def test_a_password_is_not_shown(rest: str) -> None:
    assert shown(f"https://me:secret@{rest}") == f"https://{rest}"
    assert shown(f"https://{rest}") == f"https://{rest}"


@pytest.mark.parametrize("name", ["demo>=2", "", "..", "demo\x1b", "dist/demo"])
def test_what_is_no_name_of_a_project(name: str, tags: Command) -> None:
    said = tags(2, "select", name, "--index-url", "http://127.0.0.1:9/").err
    assert f"{name!r} is not the name of a project: wanted letters" in said


def test_a_password_is_not_in_the_answer(index: Served, tags: Command) -> None:
    index.page(NATIVE)
    asked = ["--index-url", index.url.replace("//", "//me:secret@"), "--json"]
    told = tags(0, "select", "demo", *OF_TARGET, *asked).out
    assert "secret" not in told
    assert json.loads(told)["targets"][0]["url"] == f"{index.url}demo/{NATIVE}"


def test_options_out_of_range(tags: Command) -> None:
    times = [("--timeout", t) for t in ("0", "-1", "inf", "1e+300", "nan")]
    for option, value in (*times, ("--retries", "-1")):
        said = tags(2, "select", "demo", option, value).err
        assert f"{option}: wanted " in said
        assert f"got {value}" in said


def test_half_a_target_and_no_extra(monkeypatch: MonkeyPatch, tags: Command) -> None:
    assert "--platform is missing" in tags(2, "select", "demo", "--python", "3.14").err
    monkeypatch.setitem(sys.modules, "pypi_simple", None)
    assert "`pip install '.[index]'`" in tags(2, "select", "demo").err
