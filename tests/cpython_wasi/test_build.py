"""What can be known of the builds without building."""

import re
from pathlib import Path

import pytest

from tests.cpython_wasi import command
from tests.cpython_wasi.build import PATCH, RECORD, SOURCE, BuildCache, missing
from tests.cpython_wasi.questions import SETTINGS, runs
from tests.cpython_wasi.toolchain import Toolchain, script
from tests.native import observe
from tests.native.provision import downloads
from tests.toolkit.cache import STAMP, ProvisionError
from tests.toolkit.process import run
from tests.upstream.changes import counted

PEP = Path(__file__).parents[2] / "pep" / "pep-9999.rst"
CHANGE = PEP.parent / "pep-9999" / "cpython.rst"


@pytest.fixture
def build_cache(tmp_path: Path) -> BuildCache:
    return BuildCache(tmp_path / "build_cache", downloads(tmp_path / "cache"))


def test_every_question_is_answered_and_no_other() -> None:
    committed = observe.load(command.RESULTS)
    assert list(committed) == [run.id for run in runs()]
    assert {one["outcome"] for one in committed.values()}.isdisjoint({"error", ""})


@pytest.mark.parametrize("rule", sorted({run.rule for run in runs()} - {""}))
def test_every_rule_is_in_the_pep(rule: str) -> None:
    assert f".. _pep-9999-{rule}:" in PEP.read_text(encoding="utf-8")


def test_every_answer_of_configure_is_asked_for() -> None:
    committed = observe.load(command.RESULTS)
    outcomes = {committed[f"cpython/configure/{name}"]["outcome"] for name in SETTINGS}
    assert outcomes == {"0_1_sdk_34", "0_1_sdk_33", "not known", "stops"}


def test_the_size_of_the_change_is_stated() -> None:
    lines = counted(PATCH.read_text(encoding="utf-8"))
    assert {removed for _, removed in lines.values()} == {0}
    by_hand = lines["configure.ac"][0] + lines["Makefile.pre.in"][0]
    stated = re.findall(r"(\d+)\s+lines", CHANGE.read_text(encoding="utf-8"))
    assert [int(number) for number in stated] == [by_hand, lines["configure"][0]]


def test_the_source_is_pinned() -> None:
    assert RECORD["version"] in SOURCE.path
    assert re.fullmatch("[0-9a-f]{64}", SOURCE.sha256)


def test_what_is_missing_is_named_before_anything_is_built(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert missing(str(tmp_path)) == ["gcc", "make", "patch"]
    monkeypatch.setattr(command, "missing", lambda: ["make"])
    assert command.main(["--cache", str(tmp_path / "cache")]) == 2
    assert "apt-get install make" in capsys.readouterr().err
    assert not (tmp_path / "cache").exists()


def test_an_unknown_question_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--only", "cpython/nothing"]) == 2
    assert "matches no run" in capsys.readouterr().err


def test_questions_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--list", "--only", "cpython/states"]) == 0
    assert "cpython/states" in capsys.readouterr().out


def test_a_build_is_kept_until_its_key_changes(build_cache: BuildCache) -> None:
    made: list[str] = []
    for key in ("one", "one", "two"):
        build_cache._made("a", key, lambda folder: made.append(folder.name))
    assert made == ["a", "a"]


def test_a_failed_build_starts_again(build_cache: BuildCache) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        build_cache._run("step", ["sh", "-c", "echo no; exit 3"], folder)

    with pytest.raises(ProvisionError, match=r"step: exit status 3; .*step\.log"):
        build_cache._made("a", "key", fail)
    assert not (build_cache.root / "a" / STAMP).exists()
    build_cache._made("a", "key", lambda folder: None)
    assert not (build_cache.root / "a" / "half").exists()


def test_a_script_passes_its_arguments_on(tmp_path: Path) -> None:
    path = script(tmp_path / "say", "echo", "a b")
    assert run([path, "c d"]).text == "a b c d\n"


def test_configure_gets_the_whole_toolchain(tmp_path: Path) -> None:
    compiler = Toolchain(tmp_path)
    compiler.say_version("33.0\n")
    assert (tmp_path / "VERSION").read_text() == "33.0\n"
    assert {"CC", "CPP", "AR", "WASI_SDK_PATH"} <= compiler.environment().keys()
