"""The pip of this Python, told what a target is: its tags and its markers."""

import os
import runpy
import sys
import zipfile
from importlib import import_module
from pathlib import Path

import pytest

from wasm_platform_tags import Target
from wasm_platform_tags.cli import main as _cli
from wasm_platform_tags.cli import pip as _pip

from .conftest import Capture, Command, MonkeyPatch

OF_TARGET = ("--target-platform", "pyodide_2025_0_wasm32", "--python", "3.13")
TARGET = Target("3.13", "pyodide_2025_0_wasm32")


@pytest.fixture(autouse=True)
def pip_without_settings(monkeypatch: MonkeyPatch) -> None:
    for variable in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PYTHONWARNINGS", "")  # pip's are not ours


def test_every_spelling_in_order() -> None:
    command = _pip.command_line(TARGET, ["download", "demo", "--", "-x"])
    assert command == (
        "download demo --platform=pyemscripten_2025_0_wasm32"
        " --platform=pyodide_2025_0_wasm32 --python-version=3.13.0 --implementation=cp"
        " --abi=cp313 --only-binary=:all: -- -x"
    ).split(" ")
    # A pre-release of Python is its release to pip.
    beta = Target("3.15.0b1", TARGET.platform)
    assert "--python-version=3.15.0" in _pip.command_line(beta, [])


@pytest.mark.parametrize(
    "option",
    ["--platform x", "--python-version=3.1", "--plat x", "--python-v=3.1", "--ab=none"],
)
def test_what_the_target_says_is_not_said_twice(option: str, tags: Command) -> None:
    said = tags(2, "pip", "download", *option.split(), *OF_TARGET).err
    assert "follows from --target-platform" in said


@pytest.mark.parametrize(
    ("variable", "named"),
    [
        (("PIP_PLATFORM", "win_amd64"), "setting PIP_PLATFORM"),
        (("PIP_PYTHON_VERSION", "3.1"), "setting PIP_PYTHON_VERSION"),
        (("PIP_CONFIG_FILE", "pip.conf"), "setting download.abi"),
    ],
)
def test_what_the_target_says_is_no_setting_of_pip(
    variable: tuple[str, str],
    named: str,
    tmp_path: Path,
    monkeypatch: MonkeyPatch,
    capfd: Capture,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pip.conf").write_text("[download]\nabi =\n  none\n  x\n", "utf-8")
    monkeypatch.setenv(*variable)
    assert _cli.main(["pip", "download", "demo", "--no-index", *OF_TARGET]) == 2
    said = capfd.readouterr()
    assert f"pip's {named}, which `pip config list` shows, follows" in said.err
    assert said.out == ""


def test_no_arguments_no_platform_and_no_pip(
    tags: Command, monkeypatch: MonkeyPatch
) -> None:
    assert "pip got no arguments" in tags(2, "pip", *OF_TARGET).err
    wrong = ("--target-platform", "wasi_0_0_0_wasm32", "--python", "3.13")
    told = tags(2, "pip", "download", "demo", *wrong).err
    assert "it is the local tag of a WASI build" in told
    monkeypatch.setattr(_pip, "find_spec", lambda name: None)
    assert "has no pip" in tags(2, "pip", "download", "demo", *OF_TARGET).err


def test_only_pip_takes_other_arguments(capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        _cli.main(["platforms", "--pre"])
    assert "unrecognized arguments: --pre" in capsys.readouterr().err


def test_markers_are_the_targets(monkeypatch: MonkeyPatch) -> None:
    """In this process: what is run in pip's place sees the target."""
    seen: list[object] = []
    markers = import_module(_pip.MARKERS)
    monkeypatch.setattr(markers, "default_environment", markers.default_environment)
    monkeypatch.setattr(sys, "argv", ["_pip", "3.13", "pyodide_2025_0_wasm32", "list"])
    monkeypatch.setattr(
        runpy,
        "run_module",
        lambda name, **_: seen.extend([name, *sys.argv, markers.default_environment()]),
    )
    _pip.main()
    assert seen[:3] == ["pip", "pip", "list"]
    assert seen[-1] == TARGET.marker_environment()


def test_files_of_the_current_folder_are_not_run(
    tmp_path: Path, monkeypatch: MonkeyPatch, capfd: Capture
) -> None:
    for module in ("packaging", "re", "typing", "runpy", "pip"):
        (tmp_path / f"{module}.py").write_text(f"open('{module} ran', 'w')\n", "utf-8")
    there = sorted(tmp_path.iterdir())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert _cli.main(["pip", "download", "demo", "--no-index", *OF_TARGET]) == 1
    assert sorted(tmp_path.iterdir()) == there
    assert "No matching distribution" in capfd.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lacks a SIGTERM to send")
@pytest.mark.parametrize(("sent", "code"), [("SIGTERM", 143), ("SIGINT", 130)])
def test_pip_may_tidy_up_when_the_command_is_ended(
    sent: str, code: int, tmp_path: Path, monkeypatch: MonkeyPatch
) -> None:
    pip = (
        "import os, signal, time",
        "try:",
        f"    os.kill(os.getppid(), signal.{sent})",
        f"    os.kill(os.getpid(), signal.SIGINT) if '{sent}' == 'SIGINT' else None",
        "    time.sleep(60)",
        "except KeyboardInterrupt:",
        "    open('tidy', 'w').close()",
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(_pip, "_MAIN", "\n".join(pip))
    assert _cli.main(["pip", "download", "demo", *OF_TARGET]) == code
    assert [path.name for path in tmp_path.iterdir()] == ["tidy"]


def make(folder: Path, name: str, tag: str, requires: str = "") -> None:
    project, version = name.split("-")
    info = f"{name}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{tag}.whl", "w") as archive:
        archive.writestr(
            f"{info}/METADATA",
            f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n{requires}",
        )
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nTag: {tag}\n")
        archive.writestr(f"{info}/RECORD", "")


def test_a_real_pip_takes_the_alias_and_the_targets_dependency(
    tmp_path: Path, monkeypatch: MonkeyPatch, capfd: Capture
) -> None:
    requires = (
        'Requires-Dist: there; sys_platform == "emscripten"\n'
        'Requires-Dist: here; sys_platform != "emscripten"\n'
    )
    make(tmp_path, "demo-1.0", "cp313-cp313-pyodide_2025_0_wasm32", requires)
    make(tmp_path, "there-1.0", "py3-none-any")
    where = ["--no-index", f"--find-links={tmp_path}", f"--dest={tmp_path / 'out'}"]
    code = _cli.main(["pip", "download", "demo", *where, *OF_TARGET])
    assert code == 0, capfd.readouterr()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "demo-1.0-cp313-cp313-pyodide_2025_0_wasm32.whl",
        "there-1.0-py3-none-any.whl",
    ]
