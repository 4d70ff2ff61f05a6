"""The command, on small projects that the tests make."""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from tests.toolkit.paths import UPSTREAM

from . import release
from .command import main
from .conftest import AFTER, BEFORE, Make
from .packaging_guide import diff
from .records import RECORD, RecordError, load_records

Command = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def command(records: Path, cache: Path, tmp_path: Path) -> Command:
    """Return a function that runs the command: its exit code, and its JSON by project."""

    def run(*arguments: str) -> tuple[int, dict[str, Any]]:
        report = tmp_path / "report.json"
        options = ["--cache", str(cache), "--json", str(report), *arguments]
        code = main(options, records)
        found = json.loads(report.read_bytes())["projects"] if report.exists() else {}
        return code, found

    return run


def test_a_run_is_written_compared_and_kept(make: Make, command: Command) -> None:
    folder = make("fine")
    code, found = command()
    lines = ["nothing is committed; --update writes results.json"]
    assert (code, found["fine"]["not_as_committed"]) == (1, lines)
    assert command("--update")[0] == 0
    results = json.loads((folder / "results.json").read_bytes())
    tests, change = results["tests"], results["change"]
    assert (tests["before"]["passed"], tests["after"]["passed"]) == (1, 2)
    assert tests["new"] == ["t::test_new"]
    assert (change["added"], change["removed"]) == (1, 1)
    assert command()[0] == 0
    tests["after"]["passed"] = 3
    (folder / "results.json").write_text(json.dumps(results), "utf-8")
    code, found = command("--again")
    lines = ["tests/after/passed: committed 3, observed 2"]
    assert (code, found["fine"]["not_as_committed"]) == (1, lines)


SILENT = ["{python}", "-c", "print('hm')", "{report}"]
WRONG = {"pypi": "wrong-1.0.tar.gz", "sha256": "0" * 64}
MOVED = diff(BEFORE.replace("41", "40"), AFTER, "answer.py")
NOT_TESTED = diff(BEFORE, f"{BEFORE}# five\n", "answer.py")
GONE = diff("a\n", "b\n", "no/such.py")
MISSING = {"command": ["no-such-program", "{report}"]}
# How each project is made, the step that fails, and a part of the reason.
FAILURES: dict[str, tuple[dict[str, Any], str, str]] = {
    "wrong": ({"source": WRONG}, "source", "wanted 0000"),
    "moved": ({"patch": MOVED}, "change", "does not apply at answer.py:1"),
    "gone": ({"patch": GONE}, "change", "no/such.py: No such file"),
    "silent": ({"tests": {"command": SILENT}}, "tests before", "wrote no report"),
    "missing": ({"tests": MISSING}, "tests before", "cannot start no-such-program"),
    "python": ({"python": ">=9"}, "interpreter", "no Python >=9 here, only "),
    "nothing-new": ({"patch": NOT_TESTED}, "tests after", "no test that passed"),
}


def test_each_failure_is_named_and_the_next_goes_on(
    make: Make, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    make("fine")
    for name, (given, _, _) in FAILURES.items():
        make(name, **given)
    code, found = command()
    assert code == 1
    errors = {name: one["error"] for name, one in found.items() if one["error"]}
    assert errors.keys() == FAILURES.keys()
    for name, (_, step, why) in FAILURES.items():
        assert errors[name]["step"] == step
        assert why in errors[name]["why"]
    assert errors["silent"]["output"] == "hm"
    assert found["fine"]["tests"]["after"]["passed"] == 2
    output = capsys.readouterr().out
    assert "failed: source" in output
    assert "Traceback" not in output


@pytest.mark.skipif(os.name == "nt", reason="Windows lacks process groups")
def test_a_suite_that_hangs_is_ended_with_what_it_started(
    make: Make, command: Command, tmp_path: Path
) -> None:
    note = tmp_path / "pid"
    hang = (
        "import subprocess, sys, time, pathlib;"
        " child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(99)']);"
        f" pathlib.Path({str(note)!r}).write_text(str(child.pid));"
        " print('waiting', flush=True); time.sleep(99)"
    )
    make("hangs", tests={"command": ["{python}", "-c", hang, "{report}"], "seconds": 3})
    code, found = command()
    error = {"step": "tests before", "why": "no end in 3 s", "output": "waiting"}
    assert (code, found["hangs"]["error"]) == (1, error)
    pid = int(note.read_text())
    deadline = time.monotonic() + 10
    while _runs(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    """Whether a process runs: one that has ended may keep its number as a zombie."""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not stat.exists() or ") Z " not in stat.read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_a_program_that_refuses_leaves_the_source(make: Make, command: Command) -> None:
    folder = make("program", change="change.py")
    program = folder / "change.py"
    program.write_text("import sys; sys.exit('not this form')\n", "utf-8")
    code, found = command()
    assert (code, found["program"]["error"]["why"]) == (1, "change.py refused")
    assert "not this form" in found["program"]["error"]["output"]
    program.write_text(
        "import sys, pathlib\n"
        "path = pathlib.Path(sys.argv[1], 'answer.py')\n"
        "path.write_text(path.read_text().replace('41', '42'))\n",
        "utf-8",
    )
    assert command("--update")[0] == 0
    results = json.loads((folder / "results.json").read_bytes())
    assert results["change"]["files"] == {"answer.py": [1, 1]}


def test_a_repository_needs_a_checkout(
    make: Make, command: Command, tmp_path: Path
) -> None:
    make("remote", source={"repository": "https://example.org/x", "commit": "0" * 40})
    code, found = command()
    assert code == 0
    assert "--checkout remote=FOLDER" in found["remote"]["not_run"]
    checkout = tmp_path / "trees" / "remote-1.0"
    code, found = command("--checkout", f"remote={checkout}")
    assert found["remote"]["not_run"] is None
    assert found["remote"]["tests"]["after"]["passed"] == 2


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> list[release.Archive]:
    """Return the archives that PyPI seems to have."""
    names = [release.Archive(f"1.{n}", f"fine-1.{n}.tar.gz", "") for n in range(9)]
    monkeypatch.setattr(release, "archives", lambda project: names)
    return names


NO_ARCHIVE = "PyPI has no source archive"
NO_FILE = {"command": ["{report}"], "requirements": "no.txt"}


@pytest.mark.parametrize(
    ("arguments", "given", "wanted"),
    [
        (
            "--only no-such",
            {},
            "matches no project; --list shows them, and the first is",
        ),
        ("--checkout fine", {}, "--checkout 'fine': wanted PROJECT=FOLDER"),
        ("--checkout other=.", {}, "--checkout 'other=.': wanted PROJECT=FOLDER"),
        ("--checkout fine=/no/such", {}, "there is no such folder"),
        ("--release fine", {}, "--release 'fine': wanted PROJECT=VERSION"),
        ("--release fine=x", {}, "--release 'fine=x': wanted PROJECT=VERSION"),
        ("--release fine=2", {}, f"{NO_ARCHIVE} of it; the newest are 1.6, 1.7, 1.8"),
        ("--json /no/such/file.json", {}, "its folder does not exist"),
        ("--list", {"project": ""}, "record.json: project: '' should be non-empty"),
        ("--list", {"more": 1}, "Additional properties are not allowed"),
        ("--list", {"python": ">=x"}, "record.json: python: "),
        ("--list", {"change": "a.patch"}, "change: 'a.patch' does not match"),
        ("--list", {"tests": {"command": ["x"]}}, "record.json: tests/command: "),
        ("--list", {"tests": NO_FILE}, "record.json: it needs no.txt"),
        ("--list", {"source": {"pypi": "x"}}, "source/pypi: 'x' does not match"),
    ],
)
@pytest.mark.usefixtures("offered")
def test_bad_input(
    *,
    make: Make,
    records: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: str,
    given: dict[str, Any],
    wanted: str,
) -> None:
    make("fine", **given)
    assert main(arguments.split(), records) == 2
    error = capsys.readouterr().err
    assert wanted in error
    assert not given or "record.json: " in error


def test_another_release_is_tried_and_written(
    make: Make, command: Command, cache: Path, offered: list[release.Archive]
) -> None:
    folder = make("fine")
    old = cache / "upstream" / "archives" / "fine-1.0.tar.gz"
    new = old.rename(old.with_name("fine-1.1.tar.gz"))
    sha256 = hashlib.sha256(new.read_bytes()).hexdigest()
    offered[:] = [release.Archive("1.1", new.name, sha256)]
    code, found = command("--release", "fine=1.1")
    assert (code, found["fine"]["version"]) == (1, "1.1")
    assert '"version": "1.0"' in (folder / "record.json").read_text("utf-8")
    assert command("--release", "fine=1.1", "--update")[0] == 0
    assert command()[0] == 0
    record = json.loads((folder / "record.json").read_bytes())
    assert record["version"] == "1.1"
    assert record["source"] == {"pypi": new.name, "sha256": sha256}


def test_a_release_unknown_to_the_matrix_has_the_options_of_the_previous_one(
    records: Path,
) -> None:
    shutil.copytree(UPSTREAM / "unearth", records / "unearth")
    (old,) = load_records(records)
    archive = release.Archive("99.1", "unearth-99.1.tar.gz", "0" * 64)
    new = release.of_release(old, Version("99.1"), [archive])
    release.write(old, new)
    (written,) = load_records(records)
    assert written == new
    assert new.suite
    assert new.suite.like == old.version
    assert all(cell.startswith("unearth-99.1-") for cell in new.suite.cells)
    # A record without the old version is not edited.
    text = (written.folder / RECORD).read_text("utf-8")
    with pytest.raises(RecordError, match=r"put 98\.0 there by hand"):
        release.write(old, replace(new, version="98.0"))
    assert (written.folder / RECORD).read_text("utf-8") == text


def test_wrong_results(
    make: Make, records: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make("fine")
    for text in ("{", "[]"):
        (folder / "results.json").write_text(text, "utf-8")
        assert main([], records) == 2
        assert "results.json: " in capsys.readouterr().err
