"""Committed results: read, compared and written."""

import json
from pathlib import Path

import pytest

from .recorded import ResultError, dated, differences, load, stale, write


def test_each_value_that_differs_has_a_line() -> None:
    committed = {"measured": "2026-01-01", "a": {"b": 1, "c": [2]}, "gone": "x"}
    observed = {"measured": "2026-02-02", "a": {"b": 1, "c": [3]}, "new": True}
    assert differences(committed, observed) == [
        "a/c: committed [2], observed [3]",
        'gone: committed "x", observed null',
        "new: committed nothing, observed true",
    ]
    assert not differences(committed, {**committed, "measured": "later"})


def test_the_day_stays_where_nothing_else_changed() -> None:
    committed = dated({"outcome": "fails"}, None, "2026-01-01")
    assert committed == {"measured": "2026-01-01", "outcome": "fails"}
    assert dated({"outcome": "fails"}, committed, "2026-02-02") == committed
    assert dated({"outcome": "works"}, committed, "2026-02-02") == {
        "measured": "2026-02-02",
        "outcome": "works",
    }


def test_results_of_what_no_longer_exists() -> None:
    assert stale(["b"], ["b", "c", "a"], "run") == [
        "a: there is no such run",
        "c: there is no such run",
    ]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    assert load(path) is None
    write(path, {"a": 1})
    assert load(path) == {"a": 1} == json.loads(path.read_bytes())
    for text, message in (
        ('{"a": 1}', r"results\.json: it has no b"),
        ("<<<<<<<", "cannot be read as JSON"),
        ("[]", "wanted an object"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ResultError, match=message):
            load(path, lambda data: "it has no b" if "b" not in data else "")
