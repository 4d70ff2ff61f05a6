"""``wasm-tags audit`` and ``wasm-tags retag``, as a person and a script use them."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import jsonschema
import pytest

from tests.unit.test_audit import (
    INIT,
    PY,
    SCHEMA,
    WASI,
    having,
    imports,
    of,
    record,
    rewritten,
)
from wasm_platform_tags.audit import Report, UnsafeWheelError, audit
from wasm_platform_tags.audit.retag import RetagError, retag
from wasm_platform_tags.cli.main import main
from wasm_platform_tags.conformance.build import module, wheel

from .conftest import Command, MonkeyPatch

GOOD = f"demo-1.0-cp311-abi3-{PY}.whl"
ALIAS = "demo-1.0-cp311-abi3-pyodide_2025_0_wasm32.whl"


@pytest.fixture(autouse=True)
def there(tmp_path: Path, monkeypatch: MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def good(there: Path) -> str:
    wheel(there, GOOD, {"demo.abi3.so": module(INIT)})
    return GOOD


@pytest.fixture
def bad(there: Path) -> str:
    given = having(*imports("invoke_ii"), needed=["libx.so"])
    wheel(there, f"bad-1.0-cp311-abi3-{PY}.whl", {"demo.abi3.so": module(given)})
    return f"bad-1.0-cp311-abi3-{PY}.whl"


def test_a_wheel_that_is_consistent(good: str, tags: Command) -> None:
    said = tags(0, "audit", good)
    assert said.out.startswith(f"{good}: consistent\n")
    assert "Consistent does not mean conforming" in said.out
    assert said.err == ""


def test_findings_name_rule_bytes_and_requirement(bad: str, tags: Command) -> None:
    lines = tags(1, "audit", bad).out.splitlines()
    assert lines[0] == f"{bad}: contradicts"
    why = f"(module-exceptions, {PY}) PEP requirement platform-pyemscripten"
    assert lines[1] == f"  contradicts {why}"
    assert lines[2].startswith("    demo.abi3.so at byte ")
    assert "needed: the wheel that brings libx.so" in "\n".join(lines)


def test_several_wheels_and_platforms(good: str, bad: str, tags: Command) -> None:
    arguments = ["audit", good, bad, "--platform", PY, "--platform", WASI]
    assert f"  {WASI}: contradicts" in tags(1, *arguments).out
    report = json.loads(tags(1, *arguments, "--json").out)
    jsonschema.validate(report, SCHEMA)
    assert [one["verdict"] for one in report["wheels"]] == ["consistent", "contradicts"]
    assert json.loads(tags(1, *arguments, "--sarif").out)["version"] == "2.1.0"


def test_files_that_cannot_be_opened(good: str, there: Path, tags: Command) -> None:
    name = f"zip-1.0-cp311-abi3-{PY}.whl"
    (there / name).write_bytes(b"no zip file, but long enough to look for one")
    arguments = ["audit", good, name, f"none-1.0-cp311-abi3-{PY}.whl"]
    out = tags(2, *arguments).out
    assert f"{good}: consistent" in out
    assert f"{name}: refused: it does not end with the end record" in out
    assert "cannot be read: No such file" in out
    refused = json.loads(tags(2, *arguments, "--json").out)["refused"]
    assert [one["file"] for one in refused] == arguments[2:]


def test_what_is_no_wheel_and_another_specification(there: Path, tags: Command) -> None:
    assert "Consistent" not in tags(2, "audit", "demo.zip").out
    wheel(there, GOOD, {"demo.abi3.so": module(INIT)}, stated=["py3-none-any"])
    out = tags(1, "audit", GOOD).out
    assert "contradicts (wheel-tags)\n    demo-1.0.dist-info/WHEEL:\n" in out
    wheel(there, GOOD, {f"m{n}.abi3.so": b"\x7fELF" for n in range(23)})
    assert "and 3 more, see --json" in tags(1, "audit", GOOD).out


def test_strict(there: Path, good: str, tags: Command) -> None:
    """It fails if nobody can tell."""
    unknown = "demo-1.0-cp311-abi3-pyemscripten_2031_0_wasm32.whl"
    wheel(there, unknown, {"demo.abi3.so": module(INIT)})
    wheel(there, ALIAS, {"demo.abi3.so": module(INIT)})
    for name, strict in ((unknown, 1), (ALIAS, 1), (good, 0)):
        assert ("cannot tell" in tags(0, "audit", name).out) is (name == unknown)
        tags(strict, "audit", name, "--strict")


def test_bad_options(good: str, tags: Command) -> None:
    for arguments, words in (
        (["--json", "--sarif"], "wanted one of them"),
        (["--platform", "wasi_wasm32"], "invalid platform tag 'wasi_wasm32'"),
    ):
        said = tags(2, "audit", good, *arguments)
        assert said.out == ""
        assert words in said.err


def test_progress_is_shown(good: str, bad: str, monkeypatch: MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    assert main(["audit", good, bad, "--json"]) == 1
    assert terminal.getvalue()


def test_interruption_keeps_reports_that_are_done(
    good: str, bad: str, monkeypatch: MonkeyPatch, tags: Command
) -> None:
    def interrupted(path: Path, *rest: Any) -> Report:
        if path.name == bad:
            raise KeyboardInterrupt
        return audit(path, *rest)

    monkeypatch.setattr("wasm_platform_tags.audit.audit", interrupted)
    report = json.loads(tags(130, "audit", good, bad, "none.whl", "--json").out)
    jsonschema.validate(report, SCHEMA)
    assert [one["wheel"] for one in report["wheels"]] == [good]
    refused = [tuple(one.values()) for one in report["refused"]]
    why = "not audited: interrupted"
    assert refused == [(bad, why), ("none.whl", why)]
    assert report["refused"][0].keys() == {"file", "message"}
    assert f"{bad}: refused: {why}\n" in tags(130, "audit", good, bad).out


def test_without_the_extra_it_says_which(
    good: str, monkeypatch: MonkeyPatch, tags: Command
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "rich"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "wasm_platform_tags.cli.findings", raising=False)
    monkeypatch.setitem(sys.modules, "rich", None)
    for arguments in (["audit", good], ["retag", good, "--to", WASI]):
        message = tags(2, *arguments).err
        assert "needs rich, which is not installed" in message
        assert "'.[audit]'" in message


def test_retag_writes_a_copy(good: str, there: Path, tags: Command) -> None:
    before = (there / good).read_bytes()
    told = tags(0, "retag", good, "--to", "pyodide_2025_0_wasm32").out
    assert f"written: {ALIAS}" in told
    assert (there / good).read_bytes() == before
    assert sorted(path.name for path in there.iterdir()) == sorted([good, ALIAS])
    report = audit(there / ALIAS)
    assert report.platforms == {"pyodide_2025_0_wasm32": "consistent"}
    with zipfile.ZipFile(there / ALIAS) as archive:
        stated = archive.read("demo-1.0.dist-info/WHEEL").decode()
    assert "Tag: cp311-abi3-pyodide_2025_0_wasm32" in stated
    assert PY not in stated


@pytest.mark.parametrize("name", ["wheel.py", "wheel/__init__.py", "re.py"])
def test_retag_runs_nothing_of_this_folder(name: str, good: str, there: Path) -> None:
    (there / name).parent.mkdir(exist_ok=True)
    (there / name).write_text("open('ran.txt', 'w'); raise SystemExit('ran')")
    assert main(["retag", good, "--to", "pyodide_2025_0_wasm32"]) == 0
    assert audit(there / ALIAS)
    assert not list(there.rglob("ran.txt"))


def test_retag_adds_to_a_set(good: str, there: Path, tags: Command) -> None:
    (there / "out").mkdir()
    to = ["--to", "pyemscripten_2026_0_wasm32", "--add", "--dest", "out", "--json"]
    result = json.loads(tags(0, "retag", good, *to).out)
    written = Path(result["written"])
    assert written.name == f"demo-1.0-cp311-abi3-{PY}.pyemscripten_2026_0_wasm32.whl"
    assert audit(written)
    assert result["overridden"] == result["claimed"] == []


def test_retag_of_a_placeholder_is_not_checked(there: Path, tags: Command) -> None:
    placeholder = "demo-1.0-cp311-abi3-wasi_0_0_0_wasm32.whl"
    wheel(there, placeholder, {"demo.abi3.so": module(of("malloc"))})
    out = tags(0, "retag", placeholder, "--to", "wasi_0_1_sdk_24_wasm32").out
    assert "not checked; it would need the exports of libc.so" in out
    assert "written: demo-1.0-cp311-abi3-wasi_0_1_sdk_24_wasm32.whl" in out


def test_retag_refuses_what_contradicts(bad: str, there: Path, tags: Command) -> None:
    arguments = ["retag", bad, "--to", "pyodide_2025_0_wasm32"]
    assert "nothing written" in tags(1, *arguments).out
    assert [path.name for path in there.iterdir()] == [bad]
    assert json.loads(tags(1, *arguments, "--json").out)["written"] is None
    said = tags(0, *arguments, "--force").out
    assert "overridden: module-exceptions: it imports invoke_ii" in said
    assert len(list(there.iterdir())) == 2


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([GOOD, "--to", PY], f"has the platform tag {PY} already"),
        ([GOOD, "--to", PY, "--add"], "already"),
        ([GOOD, "--to", "wasi_0_0_0_wasm32"], "invalid platform tag"),
        ([GOOD, "--to", WASI, "--dest", "nowhere"], "there is no folder 'nowhere'"),
        ([GOOD, "--to", WASI, "--dest", "a" * 300], "aaa'... (300 characters)"),
        (["demo.zip", "--to", WASI], "demo.zip"),
        ([f"no-1.0-py3-none-{PY}.whl", "--to", WASI], "No such file"),
        (["zip-1.0-py3-none-any.whl", "--to", WASI], "is no zip file"),
        # What a terminal would obey.
        (["demo-1.0-\x1b[31m-py3-none-any.whl", "--to", WASI], "number: \\x1b[31m"),
        ([f"\x1b[31m-1.0-py3-none-{PY}.whl", "--to", WASI], "Invalid project name: "),
        (["demo-1.0-py3-none-\x1b.whl", "--to", WASI], "none-\\x1b.whl: No such file"),
    ],
)
@pytest.mark.usefixtures("good")
def test_retag_fails(args: list[str], words: str, there: Path, tags: Command) -> None:
    (there / "zip-1.0-py3-none-any.whl").write_bytes(b"short")
    said = tags(2, "retag", *args).err
    assert words in said
    assert said.rstrip("\n").isprintable()
    assert len(list(there.iterdir())) == 2


def test_retag_of_a_folder_with_a_strange_name(good: str, tags: Command) -> None:
    folder = Path("\x1b[31m")
    folder.mkdir()
    (folder / ALIAS).touch()
    to = ["--to", "pyodide_2025_0_wasm32", "--dest", str(folder)]
    assert f"\\x1b[31m/{ALIAS} exists; it is not" in tags(2, "retag", good, *to).err


def test_retag_of_tags_spelled_in_two_ways(there: Path, tags: Command) -> None:
    name = "demo-1.0-cp311-abi3-PYODIDE_2025_0_wasm32.whl"
    stated = ["cp311-abi3-pyodide_2025_0_wasm32"]
    wheel(there, name, {"demo.abi3.so": module(INIT)}, stated)
    assert tags(2, "retag", name, "--to", PY).err == (
        "wasm-tags retag: `wheel tags` failed: it wants the tags and the build number in"
        " WHEEL as they are spelled in the file name\n"
    )
    assert [path.name for path in there.iterdir()] == [name]


def test_retag_never_overwrites(good: str, there: Path, tags: Command) -> None:
    (there / ALIAS).write_bytes(b"mine")
    said = tags(2, "retag", good, "--to", "pyodide_2025_0_wasm32").err
    assert f"{ALIAS} exists; it is not overwritten" in said
    assert (there / ALIAS).read_bytes() == b"mine"
    assert len(list(there.iterdir())) == 2


def test_a_disk_without_links(good: str, there: Path, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", Mock(side_effect=PermissionError("no links here")))
    made = retag(there / good, "pyodide_2025_0_wasm32")
    assert audit(made)
    with pytest.raises(RetagError, match="not overwritten"):
        retag(there / good, "pyodide_2025_0_wasm32")
    made.unlink()
    full = Mock(side_effect=OSError("the disk is full"))
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="full"):
        retag(there / good, "pyodide_2025_0_wasm32")
    assert [path.name for path in there.iterdir()] == [good]


def test_what_the_wheel_package_refuses_is_said(good: str, there: Path) -> None:
    rewritten(there / good, record(lambda text: text.replace("sha256=", "sha256=x")))
    with pytest.raises(RetagError, match="`wheel tags` failed: "):
        retag(there / good, WASI)
    assert [path.name for path in there.iterdir()] == [good]


@pytest.mark.parametrize(
    ("status", "words"), [(1, "it said nothing"), (0, "WHEEL says")]
)
def test_what_the_wheel_package_wrote_is_checked(
    status: int, words: str, good: str, there: Path, monkeypatch: MonkeyPatch
) -> None:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        if status == 0:
            Path(command[-1]).rename(Path(command[-1]).with_name(ALIAS))
        return subprocess.CompletedProcess(command, status, "", "")

    monkeypatch.setattr("wasm_platform_tags.audit.retag.subprocess.run", run)
    with pytest.raises(RetagError, match=words):
        retag(there / good, "pyodide_2025_0_wasm32")
    assert [path.name for path in there.iterdir()] == [good]


def test_a_failure_to_write(good: str, tags: Command, monkeypatch: MonkeyPatch) -> None:
    failing = Mock(side_effect=OSError(28, "No space left on device"))
    monkeypatch.setattr("wasm_platform_tags.audit.retag.retag", failing)
    assert "No space left on device" in tags(2, "retag", good, "--to", WASI).err
    assert issubclass(UnsafeWheelError, ValueError)
