"""Results: made stable, compared, and complete."""

import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from tests.native import command, observe
from tests.native.command import main, pick
from tests.native.context import NativeContext
from tests.native.observe import Observation, Run
from tests.native.provision import downloads
from tests.native.runs import every_run
from tests.native.wheels import renamed
from tests.toolkit.command import BadInputError
from tests.toolkit.recorded import ResultError, stale

PEP = Path(__file__).parents[2] / "pep" / "pep-9999.rst"


def all_runs() -> Sequence[Run]:
    return every_run(NativeContext(downloads(Path("cache")), Path("scratch")))


RUNS = all_runs()


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Looking in indexes: http://127.0.0.1:35133/a", "http://127.0.0.1:PORT/a"),
        ("at /home/me/cache/pyodide.asm.js", "at .../pyodide.asm.js"),
        ("0x7f00dead1234", "0x..."),
        ("\x1b[31mERROR\x1b[0m", "ERROR"),
        ("took 12.5 ms", "took ..."),
        ("  two\nlines  \n\n", "two\nlines"),
        ("wasm32/wasi", "wasm32/wasi"),
        ("side.twice(21) == 42", "side.twice(21) == 42"),
    ],
)
def test_what_is_unstable_is_replaced(raw: str, shown: str) -> None:
    assert observe.normalise(raw).endswith(shown)
    assert observe.normalise(observe.normalise(raw)) == observe.normalise(raw)


def test_each_kind_of_difference_has_a_line() -> None:
    found = {
        "same": Observation("works", "42"),
        "other": Observation("works", "43"),
        "new": Observation("works", ""),
    }
    committed = {
        "same": {"outcome": "works", "output": "42"},
        "other": {"outcome": "works", "output": "42"},
        "gone": {"outcome": "works", "output": "42"},
    }
    lines = observe.differences(found, committed)
    assert [line.partition(":")[0] for line in lines] == ["other", "new"]
    assert "not committed yet" in lines[1]
    assert stale(found, committed, "run") == ["gone: there is no such run"]


def test_results_of_other_runs_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    observe.save({"a": Observation("works", "1")}, ["a", "b"], "day one", path)
    observe.save({"b": Observation("fails", "2")}, ["a", "b"], "day two", path)
    days = {name: one["measured"] for name, one in observe.load(path).items()}
    assert days == {"a": "day one", "b": "day two"}
    observe.save({"b": Observation("fails", "2")}, ["b"], "day three", path)
    assert list(observe.load(path)) == ["b"]
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("text", ["<<<<<<< HEAD", "[]", '{"a": {"outcome": "works"}}'])
def test_a_file_without_results_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(text)
    with pytest.raises(ResultError, match=r"results\.json: "):
        observe.load(path)


def test_ids_are_unique() -> None:
    ids = [run.id for run in RUNS]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("rule", sorted({run.rule for run in RUNS} - {""}))
def test_every_rule_is_in_the_pep(rule: str) -> None:
    assert f".. _pep-9999-{rule}:" in PEP.read_text(encoding="utf-8")


def test_every_run_has_a_committed_result_and_no_error() -> None:
    committed = observe.load()
    assert list(committed) == [run.id for run in RUNS]
    assert {one["outcome"] for one in committed.values()}.isdisjoint({"error", ""})


def test_every_pip_answers_the_same_for_wasi() -> None:
    """docs/wasi.md shows the newest, and says that the older ones agree."""
    seen: dict[str, set[str]] = {}
    pips = set()
    for name, one in observe.load().items():
        if name.startswith("wasi/select/"):
            asked, _, pip = name.rpartition("/")
            pips.add(pip)
            seen.setdefault(asked, set()).add(one["outcome"])
    assert len(pips) == 7
    assert all(len(outcomes) == 1 for outcomes in seen.values())


def test_committed_output_is_normalised() -> None:
    for name, one in observe.load().items():
        assert observe.normalise(one["output"]) == one["output"], name


def test_pick_wants_a_pattern_that_matches(capsys: pytest.CaptureFixture[str]) -> None:
    assert [run.id for run in pick(RUNS, ["wasi/run"])] == ["wasi/run"]
    assert pick(RUNS, []) == [run for run in RUNS if not run.by_name]
    assert [run.id for run in pick(RUNS, ["abi/static/rust"])] == ["abi/static/rust"]
    assert not any(run.by_name for run in pick(RUNS, ["abi/*"]))
    with pytest.raises(BadInputError, match="by its whole name: abi/static/rust"):
        pick(RUNS, ["wasi/run", "abi/static/rust*"])
    with pytest.raises(BadInputError, match="matches no run"):
        pick(RUNS, ["wasi/run", "nothing/*"])
    assert main(["--only", "nothing/*"]) == 2
    assert main(["--json", "no/such/folder/file.json"]) == 2
    assert "error: --only 'nothing/*'" in capsys.readouterr().err


def test_a_renamed_wheel_says_so_inside(tmp_path: Path) -> None:
    source = tmp_path / "demo-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl"
    with zipfile.ZipFile(source, "w") as wheel:
        wheel.writestr("demo.cpython-314-wasm32-emscripten.so", b"x")
        wheel.writestr("demo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: old\n")
        wheel.writestr("demo-1.0.dist-info/RECORD", "")
    made = renamed(source, tmp_path, "pyemscripten_2025_0_wasm32", "cp313", inside=True)
    assert made.name == "demo-1.0-cp313-cp313-pyemscripten_2025_0_wasm32.whl"
    with zipfile.ZipFile(made) as wheel:
        assert "demo.cpython-313-wasm32-emscripten.so" in wheel.namelist()
        text = wheel.read("demo-1.0.dist-info/WHEEL").decode()
    assert text == ("Wheel-Version: 1.0\nTag: cp313-cp313-pyemscripten_2025_0_wasm32\n")


def test_an_interruption_cancels_the_runs_that_wait() -> None:
    made = []

    def interrupt(context: object) -> Observation:
        raise KeyboardInterrupt

    def do(context: object) -> Observation:
        time.sleep(0.01)
        made.append(context)
        return Observation("works", "")

    runs = [Run("first", "", interrupt), *(Run(f"{n}", "", do) for n in range(100))]
    nothing: Any = SimpleNamespace()
    with pytest.raises(KeyboardInterrupt):
        command._observe(nothing, runs, nothing, Console(quiet=True))
    assert len(made) < 50
