"""What an index offers to a target, and indexes that are down, slow or wrong.

The index is a web server on the loopback interface.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
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
import urllib3
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version
from pypi_simple import DistributionPackage

from wasm_platform_tags import Target
from wasm_platform_tags.cli import main as _cli
from wasm_platform_tags.cli.select import every_target
from wasm_platform_tags.index import client
from wasm_platform_tags.index.client import Index, UnusableIndexError, shown
from wasm_platform_tags.index.dependencies import needed, stated
from wasm_platform_tags.index.offers import choose, releases_of

Capture = pytest.CaptureFixture[str]
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

    def page(self, *files: dict[str, Any] | str, name: str = "demo") -> None:
        """Serve a listing in JSON; a file is its name, or as the index has it."""
        whole = [
            {"filename": f, "url": f, "hashes": {}} if isinstance(f, str) else f
            for f in files
        ]
        data = {"meta": {"api-version": "1.0"}, "name": name, "files": whole}
        self.replies["/simple/demo/"] = (200, JSON, [json.dumps(data).encode()])


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
        thread = threading.Thread(
            target=server.serve_forever, args=(0.01,), daemon=True
        )
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


def packages(*names: str, **more: Any) -> list[DistributionPackage]:
    return [
        DistributionPackage.from_link(_link(name, **more), project_hint="demo")
        for name in names
    ]


def _link(name: str, **attrs: Any) -> Any:
    from pypi_simple import Link  # noqa: PLC0415

    return Link(name, f"https://example.org/{name}", attrs)


def select(served: Served, *arguments: str) -> int:
    return _cli.main(["select", "demo", "--index-url", served.url, *arguments])


# What is chosen.


def test_the_newest_release_that_fits(index: Served, capsys: Capture) -> None:
    index.page("demo-1.0-py3-none-any.whl", NATIVE, "demo-2.0.tar.gz")
    assert select(index, *OF_TARGET, "--json") == 0
    report = json.loads(capsys.readouterr().out)
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


def test_every_known_platform_is_asked_about(index: Served, capsys: Capture) -> None:
    index.page(
        "demo-0.1-py3-none-any.whl", NATIVE, "demo-2.0-cp314-cp314-win_amd64.whl"
    )
    assert select(index, "--json") == 1
    report = json.loads(capsys.readouterr().out)
    asked = [(one["platform"], one["python"]) for one in report["targets"]]
    assert asked == [(t.platform.platform_tags[0], t.python) for t in every_target()]
    verdicts = {one["platform"]: one["verdict"] for one in report["targets"]}
    assert verdicts.pop("pyemscripten_2026_0_wasm32") == "newest"
    assert set(verdicts.values()) == {"older"}


def test_a_fallback_is_named_and_why(
    index: Served, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    index.page(
        "demo-0.1-py3-none-any.whl", NATIVE, "demo-2.0-cp314-cp314-win_amd64.whl"
    )
    assert select(index) == 1
    table = capsys.readouterr().out
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
    assert (refusal.rule, refusal.cause) == (
        "requires-python", "it requires Python >=3.15",
    )  # fmt: skip


@given(st.lists(st.sampled_from(["1.0", "2.0", "2.1rc1", "0.9"]), min_size=1))
def test_what_is_taken_is_supported_and_the_newest_that_is(versions: list[str]) -> None:
    names = [f"demo-{v}-py3-none-any.whl" for v in versions]
    choice = choose(releases_of("demo", packages(*names)), TARGET)
    finals = [Version(v) for v in versions if "rc" not in v]
    assert choice.version == (max(finals) if finals else Version("2.1rc1"))


# Dependencies.


def wheel(
    metadata: str,
    name: str = "demo-2.0.dist-info/METADATA",
    vendored: bytes = b"",
) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("demo/_vendor/other-1.0.dist-info/METADATA", vendored)
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


def metadata_file(digest: str) -> dict[str, Any]:
    return {
        "filename": NATIVE, "url": NATIVE, "hashes": {}, "core-metadata": {"sha256": digest},
    }  # fmt: skip


def test_dependencies_for_the_target_and_this_machine(
    index: Served, capsys: Capture
) -> None:
    body = METADATA.encode()
    index.page(metadata_file(hashlib.sha256(body).hexdigest()))
    index.replies[f"/simple/demo/{NATIVE}.metadata"] = (200, {}, [body])
    assert select(index, *OF_TARGET, "--metadata", "--json") == 0
    [told] = json.loads(capsys.readouterr().out)["targets"]
    assert [tuple(need.values()) for need in told["dependencies"]] == [
        ("everywhere", True, True),
        ('there; sys_platform == "emscripten"', True, False),
        ('here; sys_platform != "emscripten"', False, True),
        ('extra; extra == "more"', False, False),
    ]
    index.page(metadata_file(hashlib.sha256(body).hexdigest()))
    assert select(index, *OF_TARGET, "--metadata") == 0
    table = capsys.readouterr().out
    assert "there" in table
    assert "more" not in table


def test_metadata_out_of_the_wheel(index: Served) -> None:
    body = wheel(METADATA, vendored=b"Requires-Dist: wrong")
    sha256 = hashlib.sha256(body).hexdigest()
    index.page({"filename": NATIVE, "url": NATIVE, "hashes": {"sha256": sha256}})
    index.replies[f"/simple/demo/{NATIVE}"] = (200, {}, [body])
    [package] = ask(index).page("demo").packages
    assert ask(index).metadata(package) == METADATA.encode()


def test_a_release_without_wheels(index: Served, capsys: Capture) -> None:
    index.page("demo-2.0.tar.gz")
    assert select(index, *OF_TARGET) == 1
    assert "it has no wheels" in capsys.readouterr().out


def test_no_dependencies_of_nothing(index: Served, capsys: Capture) -> None:
    index.page("demo-2.0-cp314-cp314-win_amd64.whl")
    assert select(index, *OF_TARGET, "--metadata", "--json") == 1
    [told] = json.loads(capsys.readouterr().out)["targets"]
    assert "dependencies" not in told
    assert select(index, *OF_TARGET, "--metadata") == 1
    assert "nothing fits" in capsys.readouterr().out


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
    index.replies[f"/simple/demo/{NATIVE}"] = (200, {}, [body])
    [package] = ask(index).page("demo").packages
    with pytest.raises(UnusableIndexError, match=said):
        ask(index).metadata(package)


def test_another_hash(index: Served) -> None:
    index.page(metadata_file("0" * 64))
    index.replies[f"/simple/demo/{NATIVE}.metadata"] = (200, {}, [b"x"])
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


def test_a_terminal_gets_nothing_to_obey(index: Served, capsys: Capture) -> None:
    red = "\x1b[31m"
    taken = f"demo-2.0-py3-none-any.{red}x.whl"
    index.page(taken)
    lines = (METADATA, f'Requires-Dist: bad; os_name != "{red}"\n')
    index.replies[f"/simple/demo/{quote(taken)}"] = (200, {}, [wheel("".join(lines))])
    select(index, *OF_TARGET, "--metadata")
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.replace("\n", "").isprintable()
    assert said.out.count(r"\x1b[31m") == 2
    refused = {"filename": NATIVE, "url": NATIVE, "hashes": {}}
    index.page({**refused, "requires-python": f">=4,==={red}"})
    select(index, *OF_TARGET)
    said = capsys.readouterr()
    assert said.out.replace("\n", "").isprintable()
    assert r">=4,===\x1b[31m" in said.out


# Indexes that are down, slow, truncated, or lie.


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
        (
            (
                200,
                JSON,
                [b'{"meta": {"api-version": "9.0"}, "name": "demo", "files": []}'],
            ),
            "9.0",
        ),
    ],
)
def test_what_does_not_fit(index: Served, reply: Reply, said: str) -> None:
    index.replies["/simple/demo/"] = reply
    faults(index, said)


def test_another_project(index: Served) -> None:
    index.page(name="evil")
    faults(index, "it lists 'evil', not demo")


def test_a_listing_in_html(index: Served) -> None:
    html = f'<!DOCTYPE html><a href="{NATIVE}">{NATIVE}</a>'.encode()
    index.replies["/simple/demo/"] = (
        200, {**HTML, "Content-Encoding": "gzip"}, [gzip.compress(html)],
    )  # fmt: skip
    assert [p.filename for p in ask(index).page("Demo").packages] == [NATIVE]


def test_nobody_listens() -> None:
    with serving() as gone:
        url = gone.url
    with pytest.raises(UnusableIndexError, match=r"refused|10061"):
        Index(url, retries=0).page("demo")


def test_a_temporary_failure_is_asked_again(
    index: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(
        urllib3.Retry, "sleep", lambda self: pauses.append(self.get_backoff_time())
    )
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
    index.replies["/simple/demo/"] = (503, {}, [])
    faults(index, "no whole answer within 0.9 s", timeout=0.9, retries=9)
    assert len(index.asked) <= 2


def test_an_answer_without_end(index: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    index.replies["/simple/demo/"] = (200, JSON, [b" " * 1000] * 3)
    monkeypatch.setattr(client, "LARGEST", 2000)
    faults(index, "more than 2,000 bytes")


def test_an_answer_that_drips(index: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    index.replies["/simple/demo/"] = (200, JSON, [b" "] * 50)
    index.pause = 0.02
    # Each byte is in time, the whole is not.
    ticks = iter(range(0, 1000, 2))
    clock = SimpleNamespace(sleep=time.sleep, monotonic=lambda: next(ticks))
    monkeypatch.setattr(client, "time", clock)
    faults(index, "no whole answer within 5 s")


def test_an_answer_that_does_not_come(index: Served) -> None:
    index.replies["/simple/demo/"] = (
        200,
        {**JSON, "Content-Length": "9"},
        [b" ", b" "],
    )
    index.pause = 0.5
    faults(index, "no whole answer within 0.1 s", timeout=0.1)


@pytest.mark.parametrize(
    "url",
    ["ftp://x/", "file:///x", "x", "https:///x", "https://me:secret@/x", "http://:80/"],
)
def test_what_is_no_address(url: str, capsys: Capture) -> None:
    assert _cli.main(["select", "demo", "--index-url", url]) == 2
    said = capsys.readouterr().err
    assert "is no address of an index" in said
    assert "secret" not in said


@pytest.mark.parametrize("rest", ["example.org/simple/", "example.org?x=a@b", "[x"])
def test_a_password_is_not_shown(rest: str) -> None:
    assert shown(f"https://me:secret@{rest}") == f"https://{rest}"
    assert shown(f"https://{rest}") == f"https://{rest}"


@pytest.mark.parametrize("name", ["demo>=2", "", "..", "demo\x1b", "dist/demo"])
def test_what_is_no_name_of_a_project(name: str, capsys: Capture) -> None:
    assert _cli.main(["select", name, "--index-url", "http://127.0.0.1:9/"]) == 2
    said = capsys.readouterr().err
    assert f"{name!r} is not the name of a project: wanted letters" in said


def test_a_password_is_not_in_the_answer(index: Served, capsys: Capture) -> None:
    index.page(NATIVE)
    address = index.url.replace("//", "//me:secret@")
    select = ("select", "demo", "--index-url", address, *OF_TARGET, "--json")
    assert _cli.main(select) == 0
    told = capsys.readouterr().out
    assert "secret" not in told
    assert json.loads(told)["targets"][0]["url"] == f"{index.url}demo/{NATIVE}"


@pytest.mark.parametrize(
    ("option", "given"),
    [
        ("--timeout", "0"),
        ("--timeout", "-1"),
        ("--timeout", "inf"),
        ("--timeout", "1e+300"),
        ("--timeout", "nan"),
        ("--retries", "-1"),
    ],
)
def test_options_out_of_range(option: str, given: str, capsys: Capture) -> None:
    assert _cli.main(["select", "demo", option, given]) == 2
    said = capsys.readouterr().err
    assert f"{option}: wanted " in said
    assert f"got {given}" in said


def test_a_project_without_files(index: Served, capsys: Capture) -> None:
    index.page()
    assert select(index) == 2
    assert "lists no file of demo that is not yanked" in capsys.readouterr().err


def test_half_a_target(capsys: Capture) -> None:
    assert _cli.main(["select", "demo", "--python", "3.14"]) == 2
    assert "--platform is missing" in capsys.readouterr().err


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pypi_simple", None)
    assert _cli.main(["select", "demo"]) == 2
    assert "`pip install '.[index]'`" in capsys.readouterr().err
