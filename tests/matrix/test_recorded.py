"""Verdicts, and what is committed of them."""

import json
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from wasm_platform_tags.conformance.cases import Case, load_cases

from ..toolkit.recorded import ResultError
from . import recorded as results
from .cells import LIBRARY, Cell, cells
from .command import main
from .recorded import (
    DIFFERENCES,
    DIVERGES,
    ERROR,
    INSTEAD,
    MISSED,
    PASS,
    RESULTS,
    TAKEN,
    UNSUPPORTED,
    Reason,
    ReasonError,
    Result,
    Verdict,
    committed_verdicts,
    compare,
    difference,
    faults,
    load_committed,
    load_reasons,
    stale,
    verdict_for,
    write,
)
from .settings import load_settings

CASES = load_cases()
CELLS = list(cells(load_settings()))
REASONS = load_reasons()
CELL = next(cell for cell in CELLS if cell.tool.tool == "uv")
GUEST = next(cell for cell in CELLS if not cell.on_host)
FIRST, SECOND = [case for case in CASES if CELL.applies(case)][:2]
LINK = f"https://github.com/a/b/blob/{'0' * 40}/c/d.py#L1-L2"
WHY = Reason(
    "why", "Because.", "there", (LINK,), (CELL.name,), (FIRST.id,), DIFFERENCES
)
# A reason as reasons.json holds it.
WRITTEN = {
    "text": "T.",
    "reference": "r",
    "links": [LINK],
    "tools": ["*"],
    "cases": ["*"],
    "observed": [MISSED],
}


def result(**verdicts: Verdict) -> Result:
    """Return a result of the first case, the second, or both."""
    ids = {"first": FIRST.id, "second": SECOND.id}
    return Result(CELL, {}, {ids[name]: verdicts[name] for name in verdicts})


def versioned(cell: Cell, said: str = "", **versions: str) -> Result:
    """Return a result with these versions, and a divergence with this output."""
    return Result(cell, versions, {FIRST.id: Verdict(DIVERGES, "x", "why", said)})


def committed(folder: Path) -> dict[str, Verdict]:
    return committed_verdicts(load_committed(CELL, folder))


def day(folder: Path) -> object:
    return (load_committed(CELL, folder) or {})["measured"]


@pytest.mark.parametrize(
    ("case", "observed", "verdict"),
    [
        (FIRST, FIRST.expect, Verdict(PASS, FIRST.expect)),
        (replace(FIRST, expect=True), True, Verdict(PASS, observed=True)),
        (replace(FIRST, expect=True), 1, Verdict(DIVERGES, 1, "why")),
        (FIRST, "else", Verdict(DIVERGES, "else", "why")),
        (SECOND, "else", Verdict(DIVERGES, "else")),
    ],
)
def test_the_verdict_of_an_observation(
    case: Case, observed: Any, verdict: Verdict
) -> None:
    assert verdict_for(case, CELL, observed, "", [WHY]) == verdict


@pytest.mark.parametrize(
    ("expected", "observed", "kind"),
    [
        ("a.whl", None, MISSED),
        (None, "a.whl", TAKEN),
        ("a.whl", "b.whl", INSTEAD),
        (True, False, MISSED),
        (False, True, TAKEN),
        (True, None, INSTEAD),
        (False, None, INSTEAD),
        (True, 1, INSTEAD),
        (False, "an error", INSTEAD),
        (["a", "b"], ["b"], MISSED),
        (["a"], ["b", "a"], TAKEN),
        ([], ["a"], TAKEN),
        (["a", "b"], ["b", "c"], INSTEAD),
        (["a", "b"], ["b", "a"], INSTEAD),
        ({"tag": "a"}, None, MISSED),
        ({"tag": "a"}, {"tag": "b"}, INSTEAD),
    ],
)
def test_how_an_observation_differs(expected: Any, observed: Any, kind: str) -> None:
    assert difference(expected, observed) == kind


SHOWN = {MISSED: ("a.whl", None), TAKEN: (None, "a.whl"), INSTEAD: ("a.whl", "b.whl")}


@pytest.mark.parametrize("kind", DIFFERENCES)
def test_a_reason_explains_what_it_says_and_nothing_else(kind: str) -> None:
    why = replace(WHY, observed=(kind,))
    for of, (expected, observed) in SHOWN.items():
        case = replace(FIRST, expect=expected)
        assert why.explains(CELL.name, case, observed) is (of == kind)


def written_reason(folder: Path, **changes: Any) -> Reason:
    """Write `WRITTEN` with changes, without what is None; and load it."""
    reason = {k: v for k, v in {**WRITTEN, **changes}.items() if v is not None}
    path = folder / "reasons.json"
    path.write_text(json.dumps({"why": reason}), encoding="utf-8")
    return load_reasons(path)[0]


@pytest.mark.parametrize("link", [LINK, LINK.removesuffix("-L2")])
def test_a_reason_links_to_lines(tmp_path: Path, link: str) -> None:
    assert written_reason(tmp_path, links=[link]).links == (link,)


EXPLAINS_NOTHING = "wanted some of missed, taken, instead"
NO_PERMALINK = "wanted permalinks to lines: "


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        *((key, None, f"a reason has no '{key}'") for key in WRITTEN),
        ("observed", [], EXPLAINS_NOTHING),
        ("observed", ["missing"], EXPLAINS_NOTHING),
        ("observed", "missed", EXPLAINS_NOTHING),
        ("observed", [MISSED, "else"], EXPLAINS_NOTHING),
        ("links", [], NO_PERMALINK),
        ("links", LINK, NO_PERMALINK),
        ("links", [LINK, 1], NO_PERMALINK),
        ("links", [LINK.replace("https", "http")], NO_PERMALINK),
        ("links", [LINK.replace("github.com", "example.org")], NO_PERMALINK),
        ("links", [LINK.replace("0" * 40, "main")], NO_PERMALINK),
        ("links", [LINK.replace("0" * 40, "0" * 39)], NO_PERMALINK),
        ("links", [LINK.partition("#")[0]], NO_PERMALINK),
        ("links", [LINK, f"{LINK}\n"], NO_PERMALINK),
    ],
)
def test_a_reason_that_is_wrong(
    tmp_path: Path, key: str, value: Any, message: str
) -> None:
    with pytest.raises(ReasonError, match=message):
        written_reason(tmp_path, **{key: value})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('<<<<<<< HEAD\n{"tool": "uv"}', "cannot be read as JSON: Expecting value"),
        ("[]", "wanted an object"),
        ({"tools": "uv"}, "has too little or too much: tools"),
        ({"measured": None}, "has too little or too much: measured"),
        ({"versions": []}, "versions: wanted an object"),
        ({"cases": None}, "cases: wanted an object"),
        ({"cases": {"a": "pass"}}, "a: wanted a verdict, one of pass, diverges, uns"),
        ({"cases": {"a": {"verdict": "passed"}}}, "a: wanted a verdict, one of pass"),
        (
            {"cases": {"a": {"verdict": "pass", "reasons": "b"}}},
            "a: a verdict has no reasons",
        ),
    ],
)
def test_a_file_that_is_no_committed_result(
    content: Any,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / f"{CELL.name}.json"
    if isinstance(content, dict):
        whole = {**result().json("2026-01-01"), **content}
        content = json.dumps({k: v for k, v in whole.items() if k != "measured" or v})
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ResultError) as caught:
        load_committed(CELL, tmp_path)
    assert str(caught.value).startswith(f"{path}: {message}")
    monkeypatch.setattr(
        results, "load_committed", lambda cell, _: load_committed(cell, tmp_path)
    )
    assert main(["--only", CELL.name, "--cache", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"error: {caught.value}\n"


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    one = result(first=Verdict(DIVERGES, "x", "why"), second=Verdict(UNSUPPORTED))
    write(one, "2026-01-01", tmp_path)
    assert compare(one, load_committed(CELL, tmp_path)) == []
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
    write(result(first=Verdict(DIVERGES, "x", "why")), "2026-01-01", tmp_path)
    (mismatch,) = compare(result(first=other), load_committed(CELL, tmp_path))
    assert (mismatch.cell, mismatch.case) == (CELL.name, FIRST.id)
    assert mismatch.expected == 'diverges: "x" (why)'
    (mismatch,) = compare(result(first=other), None)
    assert mismatch.expected == "nothing committed"


def test_an_update_replaces_the_whole_cell(tmp_path: Path) -> None:
    write(result(first=Verdict(PASS)), "2026-01-01", tmp_path)
    write(result(second=Verdict(UNSUPPORTED)), "2026-01-02", tmp_path)
    assert committed(tmp_path) == {SECOND.id: Verdict(UNSUPPORTED)}
    write(result(second=Verdict(UNSUPPORTED)), "2026-01-03", tmp_path)
    assert day(tmp_path) == "2026-01-02"


def test_the_output_of_a_divergence_is_kept_and_not_compared(tmp_path: Path) -> None:
    def divergence(said: str) -> Result:
        return result(first=Verdict(DIVERGES, "x", "why", said))

    write(divergence("took 1 s"), "2026-01-01", tmp_path)
    write(divergence("took 2 s"), "2026-01-02", tmp_path)
    assert committed(tmp_path)[FIRST.id].output == "took 1 s"
    assert compare(divergence("took 3 s"), load_committed(CELL, tmp_path)) == []
    assert day(tmp_path) == "2026-01-01"


def test_another_version_is_a_mismatch(tmp_path: Path) -> None:
    before = versioned(GUEST, python="3.14.2", node="24.19.0", gone="1")
    write(before, "2026-01-01", tmp_path)
    data = load_committed(GUEST, tmp_path)
    assert compare(before, data) == []
    after = versioned(GUEST, python="3.14.3", node="24.19.0", new="2")
    assert [(m.case, m.expected, m.observed) for m in compare(after, data)] == [
        ("versions: python", "3.14.2", "3.14.3"),
        ("versions: gone", "1", "none"),
        ("versions: new", "none", "2"),
    ]
    # The Python of the host may be another.
    write(versioned(CELL, python="3.11.7"), "2026-01-01", tmp_path)
    data = load_committed(CELL, tmp_path)
    assert compare(versioned(CELL, python="3.14.0"), data) == []
    (mismatch,) = compare(versioned(CELL, python="3.14.0", pip="26.2.1"), data)
    assert mismatch.case == "versions: pip"


def test_with_another_version_the_output_is_new(tmp_path: Path) -> None:
    write(versioned(CELL, "old words", pip="1"), "2026-01-01", tmp_path)
    write(versioned(CELL, "new words", pip="2"), "2026-01-02", tmp_path)
    assert committed(tmp_path)[FIRST.id].output == "new words"


def test_errors_and_unexplained_divergences_are_faults() -> None:
    assert faults(result(first=Verdict(PASS), second=Verdict(DIVERGES, 1, "why"))) == []
    assert len(faults(result(first=Verdict(ERROR), second=Verdict(DIVERGES, 1)))) == 2
    (fault,) = faults(versioned(CELL, **{ERROR: "no answer in 60 s"}))
    assert fault.observed == "no answer in 60 s"


def test_results_of_what_no_longer_exists_are_stale(tmp_path: Path) -> None:
    write(result(first=Verdict(PASS)), "2026-01-01", tmp_path)
    assert [m.case for m in stale(CELLS, [SECOND], tmp_path)] == [FIRST.id]
    assert [m.case for m in stale([], CASES, tmp_path)] == ["*"]


def test_no_reason_excuses_this_library() -> None:
    ours = [cell for cell in CELLS if cell.patched or cell.tool.tool == LIBRARY]
    assert ours
    assert not [
        (cell.name, reason.id)
        for cell in ours
        for reason in REASONS
        if any(fnmatchcase(cell.name, glob) for glob in reason.tools)
    ]


@cache
def divergences() -> list[tuple[str, Case, Verdict]]:
    """Return every committed divergence of a case that still exists."""
    cases = {case.id: case for case in CASES}
    return [
        (cell.name, cases[name], verdict)
        for cell in CELLS
        for name, verdict in committed_verdicts(load_committed(cell)).items()
        if verdict.verdict == DIVERGES and name in cases
    ]


def test_every_committed_divergence_is_explained() -> None:
    reasons = {reason.id: reason for reason in REASONS}
    for cell, case, verdict in divergences():
        reason = reasons[str(verdict.reason)]
        assert reason.explains(cell, case, verdict.observed), (cell, case.id)


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.id)
def test_a_reason_refuses_the_opposite_of_what_it_claims(reason: Reason) -> None:
    explained = set()
    for cell, case, verdict in divergences():
        if verdict.reason == reason.id:
            explained.add(difference(case.expect, verdict.observed))
            # As if the case had asked for what was done, and its answer were the fault.
            opposite = replace(case, expect=verdict.observed)
            if reason.observed in [(MISSED,), (TAKEN,)]:
                assert not reason.explains(cell, opposite, case.expect), case.id
    assert explained == set(reason.observed)


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.id)
def test_a_reason_reaches_no_further_than_it_is_used(reason: Reason) -> None:
    used = [
        (cell, case.id)
        for cell, case, verdict in divergences()
        if verdict.reason == reason.id
    ]
    cells_used, cases_used = (set(names) for names in zip(*used, strict=True))
    for glob in reason.tools:
        matched = {c.name for c in CELLS if not c.patched and fnmatchcase(c.name, glob)}
        assert matched <= cells_used, glob
    for glob in reason.cases:
        matched = {
            case.id.partition("@")[0]
            for case in CASES
            if fnmatchcase(case.id, glob)
            # Where nothing may be taken, nothing can be missed.
            and (case.expect not in (None, False) or TAKEN in reason.observed)
        }
        assert matched <= {name.partition("@")[0] for name in cases_used}, glob


@pytest.mark.parametrize("kind", ["needed", "not-needed"])
def test_where_nothing_could_be_installed_no_marker_is_to_blame(kind: str) -> None:
    on_host = [c.name for c in CELLS if c.on_host and c.tool.tool == "pip"]
    asked = [case for case in CASES if case.title == f"dependency/{kind}"]
    assert on_host
    assert asked
    assert not [
        (cell, case.id, reason.id)
        for cell in on_host
        for case in asked
        for reason in REASONS
        if reason.explains(cell, case, None)
    ]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_the_committed_results_are_whole(cell: Cell) -> None:
    verdicts = committed_verdicts(load_committed(cell))
    assert verdicts.keys() == {case.id for case in CASES if cell.applies(case)}
    found = {verdict.verdict for verdict in verdicts.values()}
    unsupported = [v for v in verdicts.values() if v.verdict == UNSUPPORTED]
    assert all(v.output for v in unsupported), "what could not be asked says why"
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
