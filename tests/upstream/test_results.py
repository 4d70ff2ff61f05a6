"""The lines of patches, reports of tests, results, and the committed records."""

import fnmatch
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.toolkit.process import run

from .cell_comparison import CellComparison, suite_cells
from .changes import counted, total
from .packaging_guide import diff
from .project import digest
from .records import REQUEST, Record, load_records
from .report import differences, load
from .steps import StepError
from .suites import FAILED, PASSED, SKIPPED, Outcomes, compare, compare_outcomes, read

RECORDS = load_records()
each_record = pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)

TEXT = st.lists(st.sampled_from(["a", "b", "- x", "+ y", "@@ -1 +1 @@", "--- a/z", ""]))


@given(st.lists(st.tuples(TEXT, TEXT), max_size=3))
def test_lines_are_counted(files: list[tuple[list[str], list[str]]]) -> None:
    patch = ""
    expected = {}
    for number, (old, new) in enumerate(files):
        before, after = ("".join(f"{line}\n" for line in side) for side in (old, new))
        if made := diff(before, after, f"f{number}"):
            patch += made
            # Within a hunk, only the first character tells what a line is.
            signs = [line[:1] for line in made.splitlines()[2:]]
            expected[f"f{number}"] = signs.count("+"), signs.count("-")
    assert counted(patch) == expected


@each_record
def test_lines_are_those_that_git_counts(record: Record) -> None:
    assert record.change.suffix == ".patch"
    numstat = run(["git", "apply", "--numstat", record.change]).text
    numbers = {
        name: (int(added), int(removed))
        for added, removed, name in (line.split("\t") for line in numstat.splitlines())
    }
    assert counted(record.change.read_text("utf-8")) == numbers
    assert total(numbers) == total(counted(record.change.read_text("utf-8")))


@each_record
def test_results_are_of_this_change(record: Record) -> None:
    assert record.request.startswith("#")
    results = load(record)
    assert results, "nothing is committed; --update writes results.json"
    assert results["version"] == record.version
    assert results["change"]["digest"] == digest(record.change.read_bytes())
    for cell in results.get("suite", {}).values():
        assert sum(cell["before"].values()) == sum(cell["after"].values())
    for path in (record.change, record.folder / REQUEST):
        assert str(Path.home()) not in path.read_text("utf-8")


@pytest.mark.parametrize(
    "record", [one for one in RECORDS if one.suite], ids=lambda record: record.name
)
def test_patterns_match_the_cells_of_the_results(record: Record) -> None:
    assert record.suite
    found = suite_cells(record.suite, record.version)
    names = [cell.name for cell in found if not cell.patched]
    suite = (load(record) or {})["suite"]
    assert names == [name for name, one in suite.items() if one["via"] != "adapter"]
    keys = CellComparison("", "", "", "", None, {}, {}).to_dict().keys()
    assert all(cell.keys() == keys for cell in suite.values())
    # The pattern of a series of a runtime stands for one release of it.
    for pattern in record.suite.cells:
        if re.search(r"pyodide-[0-9]", pattern):
            assert len(fnmatch.filter(names, pattern)) == 1, pattern


REPORT = """\
<testsuites><testsuite>
<testcase classname="t.T" name="good"/>
<testcase classname="t.T" name="bad"><failure/></testcase>
<testcase classname="t.T" name="left"><skipped/></testcase>
<testcase classname="t.T" name="torn"/>
<testcase classname="t.T" name="torn"><error/></testcase>
<testcase classname="" name="t.collect"><error/></testcase>
</testsuite></testsuites>
"""


def test_a_report_is_read(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    path.write_text(REPORT, "utf-8")
    found = read(path, "tests before", "3.13.0", "", tmp_path)
    assert found.tests == {
        "t.T::good": PASSED,
        "t.T::bad": FAILED,
        "t.T::left": SKIPPED,
        "t.T::torn": FAILED,
        "t.collect": FAILED,
    }
    assert found.counts == {PASSED: 1, FAILED: 3, SKIPPED: 1}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [(None, "no report"), ("<", "no XML"), ("<testsuites/>", "no test")],
)
def test_an_unusable_report(tmp_path: Path, text: str | None, wanted: str) -> None:
    path = tmp_path / "report.xml"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(StepError, match=wanted) as error:
        read(path, "tests before", "3.13.0", "the output", tmp_path)
    assert error.value.output == "the output"


def test_outcomes_are_compared() -> None:
    before = Outcomes({"a": PASSED, "b": FAILED, "c": PASSED}, "3.13.0")
    after = Outcomes({"a": FAILED, "b": FAILED, "d": PASSED}, "3.13.0")
    assert compare(before, after) == (["d"], ["c"], ["a"])
    with pytest.raises(StepError, match="not in known_failures: b"):
        compare_outcomes(before, after, {}, "")
    with pytest.raises(StepError, match="fail with the change: a"):
        compare_outcomes(before, after, {"b": "it has a reason"}, "")


def test_counts_are_compared_on_the_same_python() -> None:
    old = {"measured": "2026-11-27", "tests": {"python": "3.13.0", "passed": 1}}
    wanted = ["tests/passed: committed 1, observed 2"]
    for python, passed, lines in [
        ("3.13.9", 1, []),
        ("3.13.0", 2, wanted),
        ("3.14.0", 2, []),
    ]:
        found = differences({"tests": {"python": python, "passed": passed}}, old)
        assert found == lines
    assert differences({}, None) == [
        "nothing is committed; --update writes results.json"
    ]
