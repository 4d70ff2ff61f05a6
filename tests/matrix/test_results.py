"""Verdicts, and what is committed of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from wasm_platform_tags.conformance.cases import load_cases

from .cells import LIBRARY, Cell, cells
from .results import (
    DIVERGES,
    ERROR,
    PASS,
    RESULTS,
    UNSUPPORTED,
    Reason,
    Result,
    Verdict,
    committed_verdicts,
    compare,
    faults,
    judge,
    load_committed,
    load_reasons,
    stale,
    write,
)
from .settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

CASES = load_cases()
CELLS = list(cells(load_settings()))
REASONS = load_reasons()
CELL = next(cell for cell in CELLS if cell.tool.tool == "uv")
GUEST = next(cell for cell in CELLS if not cell.on_host)
FIRST, SECOND = [case for case in CASES if CELL.applies(case)][:2]
WHY = Reason("why", "Because.", "there", (CELL.name,), (FIRST.id,))


def held(**verdicts: Verdict) -> Result:
    """A result of the first case, the second, or both."""
    ids = {"first": FIRST.id, "second": SECOND.id}
    return Result(CELL, {}, {ids[name]: verdicts[name] for name in verdicts})


def versioned(cell: Cell, said: str = "", **versions: str) -> Result:
    """A result with these versions, and a divergence in these words."""
    return Result(cell, versions, {FIRST.id: Verdict(DIVERGES, "x", "why", said)})


def committed(folder: Path) -> dict[str, Verdict]:
    return committed_verdicts(load_committed(CELL, folder))


def test_what_is_expected_passes() -> None:
    assert judge(FIRST, CELL, FIRST.expect, "", []).verdict == PASS


def test_what_is_not_diverges_for_a_reason() -> None:
    assert judge(FIRST, CELL, "else", "", [WHY]) == Verdict(DIVERGES, "else", "why")
    assert judge(SECOND, CELL, "else", "", [WHY]) == Verdict(DIVERGES, "else")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    result = held(first=Verdict(DIVERGES, "x", "why"), second=Verdict(UNSUPPORTED))
    write(result, CASES, "2026-01-01", tmp_path)
    assert compare(result, load_committed(CELL, tmp_path)) == []
    assert stale(CELLS, CASES, tmp_path) == []


@pytest.mark.parametrize(
    "other",
    [
        Verdict(PASS, "x"),
        Verdict(UNSUPPORTED),
        Verdict(DIVERGES, "y", "why"),
        Verdict(DIVERGES, "x", "else"),
        Verdict(ERROR, "x"),
    ],
)
def test_another_verdict_is_a_mismatch(tmp_path: Path, other: Verdict) -> None:
    write(held(first=Verdict(DIVERGES, "x", "why")), CASES, "2026-01-01", tmp_path)
    (mismatch,) = compare(held(first=other), load_committed(CELL, tmp_path))
    assert (mismatch.cell, mismatch.case) == (CELL.name, FIRST.id)
    assert mismatch.expected == 'diverges: "x" (why)'


def test_what_was_never_committed_is_a_mismatch(tmp_path: Path) -> None:
    (mismatch,) = compare(held(first=Verdict(PASS)), None)
    assert mismatch.expected == "nothing committed"


def test_cases_that_did_not_run_are_kept(tmp_path: Path) -> None:
    write(held(first=Verdict(PASS)), CASES, "2026-01-01", tmp_path)
    write(held(second=Verdict(UNSUPPORTED)), CASES, "2026-01-02", tmp_path)
    assert committed(tmp_path) == {
        FIRST.id: Verdict(PASS),
        SECOND.id: Verdict(UNSUPPORTED),
    }
    write(held(second=Verdict(UNSUPPORTED)), CASES, "2026-01-03", tmp_path)
    data = load_committed(CELL, tmp_path)
    assert data
    assert data["measured"] == "2026-01-02"


def test_the_words_of_a_divergence_are_kept_and_not_compared(tmp_path: Path) -> None:
    def divergence(said: str) -> Result:
        return held(first=Verdict(DIVERGES, "x", "why", said))

    write(divergence("took 1 s"), CASES, "2026-01-01", tmp_path)
    write(divergence("took 2 s"), CASES, "2026-01-02", tmp_path)
    assert committed(tmp_path)[FIRST.id].output == "took 1 s"
    assert compare(divergence("took 3 s"), load_committed(CELL, tmp_path)) == []
    data = load_committed(CELL, tmp_path)
    assert data
    assert data["measured"] == "2026-01-01"


def test_another_version_is_a_mismatch(tmp_path: Path) -> None:
    before = versioned(GUEST, python="3.14.2", node="24.19.0", gone="1")
    write(before, CASES, "2026-01-01", tmp_path)
    data = load_committed(GUEST, tmp_path)
    assert compare(before, data) == []
    after = versioned(GUEST, python="3.14.3", node="24.19.0", new="2")
    found = {m.case: (m.expected, m.observed) for m in compare(after, data)}
    assert found == {
        "versions: python": ("3.14.2", "3.14.3"),
        "versions: gone": ("1", "none"),
        "versions: new": ("none", "2"),
    }


def test_the_python_of_the_host_may_be_another(tmp_path: Path) -> None:
    write(versioned(CELL, python="3.11.7"), CASES, "2026-01-01", tmp_path)
    data = load_committed(CELL, tmp_path)
    assert compare(versioned(CELL, python="3.14.0"), data) == []
    (mismatch,) = compare(versioned(CELL, python="3.14.0", pip="26.2.1"), data)
    assert mismatch.case == "versions: pip"


def test_another_version_speaks_for_itself(tmp_path: Path) -> None:
    write(versioned(CELL, "old words", pip="1"), CASES, "2026-01-01", tmp_path)
    write(versioned(CELL, "new words", pip="2"), CASES, "2026-01-02", tmp_path)
    assert committed(tmp_path)[FIRST.id].output == "new words"


def test_unknown_versions_are_a_fault() -> None:
    (fault,) = faults(versioned(CELL, **{ERROR: "no answer in 60 s"}))
    assert fault.observed == "no answer in 60 s"


def test_errors_and_unexplained_divergences_are_faults() -> None:
    assert faults(held(first=Verdict(PASS), second=Verdict(DIVERGES, 1, "why"))) == []
    assert len(faults(held(first=Verdict(ERROR), second=Verdict(DIVERGES, 1)))) == 2


def test_results_of_what_is_gone_are_told(tmp_path: Path) -> None:
    write(held(first=Verdict(PASS)), CASES, "2026-01-01", tmp_path)
    assert [m.case for m in stale(CELLS, [SECOND], tmp_path)] == [FIRST.id]
    assert [m.case for m in stale([], CASES, tmp_path)] == ["*"]


def test_no_reason_excuses_this_library() -> None:
    ours = [cell for cell in CELLS if cell.patched or cell.tool.tool == LIBRARY]
    assert ours
    assert not [
        (cell.name, case.id, reason.id)
        for cell in ours
        for case in CASES
        for reason in REASONS
        if reason.explains(cell.name, case.id)
    ]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_the_committed_results_are_whole(cell: Cell) -> None:
    verdicts = committed_verdicts(load_committed(cell))
    assert verdicts.keys() == {case.id for case in CASES if cell.applies(case)}
    found = {verdict.verdict for verdict in verdicts.values()}
    ours = cell.patched or cell.tool.tool == LIBRARY
    assert found <= ({PASS} if ours else {PASS, DIVERGES, UNSUPPORTED})


def test_every_reason_is_needed() -> None:
    used = {
        verdict.get("reason")
        for path in RESULTS.glob("*.json")
        for verdict in json.loads(path.read_bytes())["cases"].values()
    }
    assert {reason.id for reason in REASONS} == used - {None}


def test_nothing_stale_is_committed() -> None:
    assert stale(CELLS, CASES) == []
