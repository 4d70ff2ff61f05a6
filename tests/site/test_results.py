"""How pages show results, also such as no committed result has today."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from casepage import grid, tool_label, value_lines, value_text
from markup import html
from matrix_results import (
    Row,
    all_cases,
    all_rows,
    cases_by_group,
    one_row_a_runtime,
    rows_by_tool_and_place,
    total_counts,
)
from requirements import changes, explorer_question
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from toolpage import TOPICS, by_topic, tool_results
from wording import css_class, score_text, version_range

from docs.objections import objections
from tests.matrix.settings import load_settings

PAGE = SimpleNamespace(docname="docs/page", note_dependency=print)
ENV = cast("BuildEnvironment", PAGE)
GROUP = "select/alias"


def measured(committed: Mapping[str, Any] | None) -> Row:
    return replace(all_rows()["uv-0.13.9-host-json"], committed=committed)


def cell(row: Row, group: str) -> str:
    text = html(ENV, "topic", groups=[group], rows=[row]).astext()
    return text.partition("<tbody>")[2].partition("</th>")[2]


def test_not_run_differs_from_no_such_case_and_from_pass() -> None:
    never = measured(None)
    assert 'class="none">not run</td>' in cell(never, GROUP)
    assert cell(never, "no/group") == ""
    pair = html(ENV, "topic", groups=[GROUP, "no/group"], rows=[never]).astext()
    assert '<td class="none">n/a</td>' in pair
    total = html(ENV, "versions", rows=[never], overview=False).astext()
    assert ">not run</a>" in total
    everything = all_rows()["uv-0.13.9-host-json"].committed
    assert everything is not None
    first = next(case for case in everything["cases"] if case.startswith(GROUP))
    others = {k: v for k, v in everything["cases"].items() if k != first}
    partly = measured({**everything, "cases": others})
    assert ', 1 not run">' in cell(partly, GROUP)


def test_output_is_never_markup() -> None:
    output = "<script>alert(1)</script>\n" * 9
    text = html(ENV, "refused", refused={output: 2}).astext()
    assert "<script" not in text
    assert "<details><summary>In its own words</summary>" in text


@pytest.mark.parametrize(
    ("counts", "words", "kind"),
    [
        ({}, "n/a", "none"),
        ({"not run": 2}, "not run", "none"),
        ({"pass": 2}, "2/2 pass", "yes"),
        ({"unsupported": 2}, "2 unsupported", "none"),
        ({"pass": 2, "unsupported": 1}, "2 pass, 1 unsupported", "partly"),
        ({"pass": 2, "diverges": 1}, "2 pass, 1 diverge", "no"),
        ({"pass": 2, "error": 1}, "2 pass, 1 error", "no"),
    ],
)
def test_counts_in_words_and_in_a_class(
    counts: dict[str, int], words: str, kind: str
) -> None:
    assert score_text(Counter(counts)) == words
    assert css_class(Counter(counts)) == kind


def test_every_group_is_in_one_topic() -> None:
    topics = by_topic(cases_by_group())
    assert list(topics) == list(TOPICS)
    listed = [group for groups in topics.values() for group in groups]
    assert sorted(listed) == sorted(cases_by_group())
    assert max(map(len, topics.values())) <= 9  # more is wider than a page
    # The project's own library is last everywhere.
    tools = [tool for tool, _ in rows_by_tool_and_place()]
    assert set(tools[tools.index("wasm-platform-tags") :]) == {"wasm-platform-tags"}


def test_of_several_ways_of_asking_the_worst_counts() -> None:
    good, bad = (all_rows()[f"pip-26.3-host-{via}"] for via in ("html", "json"))
    assert good.committed
    assert bad.committed
    name = next(c.id for c in bad.cases if c.title == GROUP)
    worse = {**bad.committed["cases"], name: {"verdict": "diverges", "reason": "x"}}
    bad = replace(bad, committed={**bad.committed, "cases": worse})
    for rows in ([good, bad], [bad, good]):
        assert one_row_a_runtime(rows, GROUP) == [bad]
    assert total_counts([bad], GROUP)["diverges"] == 1


def test_versions_with_equal_outcomes_are_one_row() -> None:
    rows = [all_rows()[f"packaging-{v}-host"] for v in ("21.3", "22.0", "23.2")]
    case = rows[0].cases[0]
    kinds = ("yes", "yes", "no")
    found = grid([(k, "word", r, case) for k, r in zip(kinds, rows, strict=True)])
    assert found["runtimes"] == ["host"]
    names = [name for name, _ in found["rows"]]
    assert names == ["packaging 21.3 to 22.0", "packaging 23.2"]
    assert version_range(["1"]) == "1"


def test_another_question_is_another_row() -> None:
    runtime = load_settings().newest_pyodide("2025_0").runtime
    names = {
        "pip-26.3-host-json": "pip",
        "pip-26.3-host-canonical": "pip (canonical)",
        f"pip-26.3-{runtime}-links-patched": "pip patched",
        f"uv-0.13.9-{runtime}-interpreter": "uv (interpreter)",
    }
    assert {name: tool_label(all_rows()[name]) for name in names} == names


def test_a_change_is_one_between_two_measured_versions() -> None:
    """The verdicts are those of the two files."""
    found = changes()["tag-order"]["micropip", "0.10.1", "0.11.1"]
    before = all_rows()["micropip-0.10.1-pyodide-0.28.3-json"]
    runtime = load_settings().newest_pyodide("2025_0").runtime
    after = all_rows()[f"micropip-0.11.1-{runtime}-json"]
    cases = [case for case in after.cases if case.requirement == "tag-order"]
    pairs = Counter(
        (before.verdict(case)["verdict"], after.verdict(case)["verdict"])
        for case in cases
    )
    assert found == {pair: n for pair, n in pairs.items() if pair[0] != pair[1]}
    assert all(old != new for tools in changes().values() for _, old, new in tools)


def test_data_is_shown_as_it_is() -> None:
    (case,) = [c for c in all_cases() if c.id == "select/alias/alone@2026_0"]
    assert value_text(case, case.expect) == "1.0-cp314-cp314-pyodide_2026_0_wasm32.whl"
    assert value_text(case, None) == "none"
    assert value_text(case, "two\nlines") == '"two\\nlines"'
    assert value_lines(case, {"a": "b"}) == ['a: "b"']
    assert value_lines(case, []) == []
    # A case that cannot be asked has no question.
    audits = [case for case in all_cases() if case.kind == "audit"]
    assert explorer_question(audits) == ""


def test_objections_have_their_parts() -> None:
    for number, one in enumerate(objections(), 1):
        assert one.number == str(number)
        assert one.status.partition(".")[0] in {"Answered", "Answered in part", "Open"}
        assert one.answer.endswith(".")


def test_an_unknown_tool_is_named() -> None:
    page = SimpleNamespace(arguments=["conda"], env=PAGE, error=ValueError)
    why = "no tool 'conda' in the matrix; wanted one of"
    with pytest.raises(ValueError, match=why):
        tool_results(cast("SphinxDirective", page))
