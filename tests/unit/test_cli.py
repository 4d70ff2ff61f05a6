import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import Mock

import pytest

from wasm_platform_tags import __version__, known_platforms
from wasm_platform_tags.cli.main import main

TARGET = ("--python", "3.13", "--platform", "pyodide_2025_0_wasm32")
GOOD = "demo-1.0-cp313-cp313-pyodide_2025_0_wasm32.whl"
THREE = ("--python", "3", *TARGET[2:])
OTHER = "demo-1.0-cp313-cp313-pyodide_2026_0_wasm32.whl"

# The function that `platforms` calls.
KNOWN = "wasm_platform_tags.cli.platforms.known_platforms"
ZERO = "pyodide_2025_00_wasm32"
LEADING = f"invalid platform tag {ZERO!r}: a number has a leading zero; wanted"
from .conftest import Capture, Command, MonkeyPatch, Simulate


@pytest.fixture(autouse=True)
def wide(monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def test_table_and_json(tags: Command) -> None:
    for arguments in (
        ("platforms",),
        ("show",),
        ("show", "--platform-tags"),
        ("show", *TARGET),
        ("show", *TARGET, "--platform-tags"),
        ("explain", GOOD, *TARGET),
        ("explain", OTHER, *TARGET),
        ("markers", *TARGET),
    ):
        code = int(OTHER in arguments)
        table = tags(code, *arguments)
        assert table.out.strip()
        assert table.err == ""
        assert json.loads(tags(code, *arguments, "--json").out)


def test_contents(tags: Command) -> None:
    rows = json.loads(tags(0, "platforms", "--json").out)
    every = [known.platform_tags for known in known_platforms()]
    assert [tuple(row["tags"]) for row in rows] == every
    shown = json.loads(tags(0, "show", *TARGET, "--platform-tags", "--json").out)
    assert shown == ["pyemscripten_2025_0_wasm32", "pyodide_2025_0_wasm32"]
    text = tags(1, "explain", OTHER, *TARGET).out
    assert "exact-match" in text
    assert "does not match: built for PyEmscripten 2026_0" in text
    assert "built for PyEmscripten 2026_0, the target has 2025_0" in text
    assert "refused: the older name of a platform" in text
    explained = json.loads(tags(0, "explain", GOOD, *TARGET, "--json").out)
    assert explained["upload"]["accepted"] is not None
    markers = tags(0, "markers", *TARGET).out
    assert "Python 3.13 on pyemscripten_2025_0_wasm32" in markers
    markers = json.loads(tags(0, "markers", *TARGET, "--json").out)
    assert markers["sys_platform"] == "emscripten"


def test_an_interpreter_shows_its_local_tag(simulate: Simulate, tags: Command) -> None:
    simulate("wasi", "wasi-0.0.0-wasm32")
    printed = tags(0, "show", "--platform-tags").out
    assert "this interpreter (wasi), best first; the last platform tag is" in printed
    assert "wasi_0_0_0_wasm32" in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "--python", "3.13"), "--platform is missing"),
        (("show", "--platform", "pyodide_2025_0_wasm32"), "--python is missing"),
        (("explain", "demo", *TARGET), "'demo' is not the file name of a wheel"),
        (("explain", f"dist/{GOOD}", *TARGET), f"there is no file 'dist/{GOOD}'"),
        (("explain", "x" * 999, *TARGET), r"(999 characters)"),
        (("markers", "--python", "3.13", "--platform", ZERO), f"--platform: {LEADING}"),
        (("markers", *THREE), "--python: invalid Python version '3'"),
    ],
)
def test_bad_input(arguments: tuple[str, ...], message: str, tags: Command) -> None:
    printed = tags(2, *arguments)
    assert message in printed.err
    assert printed.out == ""


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("explain",), ("markers",)])
def test_usage(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        main(arguments)


def test_version_and_help(capsys: Capture) -> None:
    for option in ("--version", "--help"):
        with pytest.raises(SystemExit, match=r"^0$"):
            main([option])
    printed = capsys.readouterr().out
    assert __version__ in printed
    assert "exit codes" in printed


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["platforms"], 0),
        (["show", *TARGET], 0),
        (["explain", OTHER, *TARGET], 1),
        (["explain", "demo-1.0-py3-none-\x1b.whl", *TARGET], 1),
        (["choose", "LIST", *TARGET], 0),
        (["markers", *TARGET], 0),
    ],
)
def test_tables_without_rich_have_the_same_words(
    arguments: list[str], code: int, tmp_path: Path, monkeypatch: MonkeyPatch, tags: Any
) -> None:
    (tmp_path / "LIST").write_text(f"{GOOD}\n{OTHER}\ndemo-1.0.tar.gz\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    rich = tags(code, *arguments).out
    for name in [name for name in sys.modules if name.split(".")[0] == "rich"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "rich", None)
    plain = tags(code, *arguments).out
    assert json.loads(tags(code, *arguments, "--json").out)
    assert plain.replace("\n", "").isprintable()
    words = [word for word in plain.split() if set(word) != {"-"}]
    assert words == [word for word in rich.split() if set(word) != {"\u2500"}]


def test_columns_without_rich_align(monkeypatch: MonkeyPatch, tags: Command) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert tags(0, "show", *TARGET, "--platform-tags").out == (
        "Tags of Python 3.13 on pyemscripten_2025_0_wasm32, best first\n\n"
        "#  platform tag\n"
        "-  --------------------------\n"
        "1  pyemscripten_2025_0_wasm32\n"
        "2  pyodide_2025_0_wasm32\n"
    )


def test_a_module_that_no_extra_has_is_an_error(monkeypatch: MonkeyPatch) -> None:
    missing = ModuleNotFoundError("No module named 'nonsense'", name="nonsense")
    monkeypatch.setattr(KNOWN, Mock(side_effect=missing))
    with pytest.raises(ModuleNotFoundError):
        main(["platforms"])


def test_a_terminal_that_knows_ascii_alone(monkeypatch: MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert main(["explain", f"d\u00e9{GOOD}", *TARGET]) == 0
    assert b"d\\xe9demo" in raw.getvalue()


@pytest.mark.parametrize(
    "name",
    [
        "demo-1.0-cp313-cp313-x\x1b[31mred.whl",
        "demo-1.0-cp313-cp313-\u202e23msaw_0_5202_edidoyp.whl",
        "demo-1.0-cp313-cp313-pyodide_2025_0_wasm32.\u009b2j.whl",
        "demo-1.0-\x1b-py3-none-any.whl",
        "demo\x1b",
    ],
)
def test_a_terminal_gets_nothing_to_obey(name: str, capsys: Capture) -> None:
    main(["explain", name, *TARGET])
    said = "".join(capsys.readouterr())
    assert said.replace("\n", "").isprintable()
    assert r"\x1b" in said or r"\u202e" in said or r"\x9b" in said


def test_a_file_gives_a_terminal_nothing_to_obey(tmp_path: Path, tags: Command) -> None:
    path = tmp_path / "demo-1.0-py3-none-any.a\x1b[31mb.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("demo-1.0.dist-info/WHEEL", "Tag: py3-none-\x1b[32m\n")
    said = tags(0, "explain", str(path), *TARGET).out
    assert said.replace("\n", "").isprintable()
    assert r"only in the name: py3-none-a\x1b[31mb" in said
    assert r"only in WHEEL: py3-none-\x1b[32m" in said


EXITS = {"platforms": ["platforms"], "explain": ["explain", OTHER, *TARGET]}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lacks broken pipes")
@pytest.mark.parametrize("form", [[], ["--json"]])
@pytest.mark.parametrize(("command", "code"), [("platforms", 0), ("explain", 1)])
def test_what_nobody_reads_or_cannot_be_written_is_no_success(
    command: str, code: int, form: list[str], monkeypatch: MonkeyPatch, tags: Command
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", encoding="utf-8") as unread:
        monkeypatch.setattr(sys, "stdout", unread)
        assert tags(code or 141, *EXITS[command], *form) == ("", "")
    if not (device := Path("/dev/full")).exists():
        pytest.skip("a full device was not tried: this system has no /dev/full")
    with device.open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        (line,) = tags(code or 2, *EXITS[command], *form).err.splitlines()
    assert f"wasm-tags {command}: cannot write the answer: [Errno 28]" in line


def test_a_closed_output_leaves_the_exit_code(monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["platforms"]) == 0
    assert main(["explain", OTHER, *TARGET, "--json"]) == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(2, "No such file", "x\x1b"), r"x\x1b: No such file"),
        (OSError("in no file"), "in no file"),
        (ValueError("\x1b[31mred\x1b[0m"), r"\x1b[31mred\x1b[0m"),
    ],
)
def test_an_error_is_bad_input_and_gives_a_terminal_nothing_to_obey(
    error: Exception, said: str, monkeypatch: MonkeyPatch, tags: Command
) -> None:
    monkeypatch.setattr(KNOWN, Mock(side_effect=error))
    assert tags(2, "platforms", "--json") == ("", f"wasm-tags platforms: {said}\n")


def test_sigterm(tmp_path: Path, monkeypatch: MonkeyPatch, tags: Command) -> None:
    def terminated() -> None:
        with TemporaryDirectory(dir=tmp_path):
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(KNOWN, terminated)
    assert tags(143, "platforms") == ("", "")
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_signals_are_those_of_the_main_thread() -> None:
    with ThreadPoolExecutor() as pool:
        assert pool.submit(main, ["platforms", "--json"]).result() == 0


def test_as_a_module() -> None:
    command = [sys.executable, "-m", "wasm_platform_tags", "explain", OTHER, *TARGET]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert result.returncode == 1
    assert "does not match:" in result.stdout
    assert result.stderr == ""
