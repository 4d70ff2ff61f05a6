"""The page "Support today": its questions, its rows, and its sentences hold."""

import json
from dataclasses import replace
from fnmatch import filter as matching

import pytest
import support
from jsonschema import Draft202012Validator
from matrix_results import all_cases, all_rows, rows_by_tool_and_place

from tests.matrix.cells import LIBRARY

QUESTIONS = {one["id"]: one for one in support.support_data()["questions"]}
ROWS = {row.id: row for row in support.support()}


def faults(row: support.Supported) -> list[str]:
    """Return what the sentence claims and the results do not say."""
    return [
        f"{question}: {claim!r} is claimed, the results say {found!r}"
        for question, claim in row.claims.items()
        if claim != (found := row.answers[question].claim)
    ]


def test_the_questions_fit_their_schema() -> None:
    schema = json.loads(support.SUPPORT.with_name("support.schema.json").read_bytes())
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(support.support_data())) == []


def test_every_pattern_has_a_case() -> None:
    ids = [case.id for case in all_cases()]
    asked = [one for question in QUESTIONS.values() for one in question["answers"]]
    patterns = [pattern for one in asked for pattern in one["cases"]]
    assert [pattern for pattern in patterns if not matching(ids, pattern)] == []


def test_every_newest_version_is_in_one_row() -> None:
    newest = {
        row.cell.name
        for rows in rows_by_tool_and_place().values()
        for row in rows
        if row.cell.tool.version == rows[-1].cell.tool.version
    }
    for pattern in support.support_data()["elsewhere"]:
        newest -= set(matching(newest, pattern))
    shown = sorted(row.cell.name for one in support.support() for row in one.rows)
    assert shown == sorted(newest)
    assert {row.tool for row in support.support()} | {"pip-vendored"} == {
        row.cell.tool.tool for row in all_rows().values()
    }


def test_the_projects_own_library_comes_last() -> None:
    own = [row.tool == LIBRARY for row in support.support()]
    assert own == sorted(own)
    assert any(own)
    assert not any(row.short for row in support.support() if row.tool == LIBRARY)
    assert sum(row.short for row in support.support()) == 6


@pytest.mark.parametrize("row", support.support(), ids=lambda row: row.id)
def test_a_sentence_says_what_was_measured_with_evidence(
    row: support.Supported,
) -> None:
    assert faults(row) == []
    for found in row.answers.values():
        for unit in found.places:
            assert unit.row in row.rows
            assert unit.case in unit.row.cases
            assert unit.row.verdict(unit.case)["verdict"] != "not run"


def test_a_sentence_that_the_results_contradict_is_found() -> None:
    row = replace(ROWS["micropip"], claims={"build": support.YES, "alias": support.YES})
    assert faults(row) == ["build: 'yes' is claimed, the results say 'no'"]


def test_a_tool_that_takes_nothing_has_no_exact_match() -> None:
    """In Pyodide 0.26 to 0.28 pip refuses all: that is no exact match."""
    row = ROWS["pip-in-pyodide"]
    exact, canonical = row.answers["exact"], row.answers["canonical"]
    assert canonical.verdict == support.PARTLY
    taking = {unit.name for unit in canonical.places if unit.verdict == support.YES}
    assert {unit.name for unit in exact.places} == taking
    nowhere = support.answer(QUESTIONS["exact"], row.rows, set())
    assert nowhere == support.Answer(support.NOT_APPLICABLE, "takes no such tag")


def test_one_divergence_is_a_no() -> None:
    row = ROWS["pip"]
    found = row.answers["markers"]
    assert found.verdict == support.NO
    assert found.evidence is not None
    assert found.evidence.case.kind == "dependency"
    assert found.evidence.row.verdict(found.evidence.case)["verdict"] == "diverges"
    assert support.accepting_places(row.answers) == {
        unit.name for q in ("canonical", "wasi") for unit in row.answers[q].places
    }


def test_no_result_is_no_answer() -> None:
    (row,) = ROWS["poetry"].rows
    assert ROWS["poetry"].answers["canonical"].verdict == support.CANNOT
    never = support.answer(
        QUESTIONS["canonical"], [replace(row, committed=None)], set()
    )
    assert never.verdict == never.words == "not run"
