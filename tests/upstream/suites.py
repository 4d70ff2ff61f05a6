"""Read the JUnit XML report of a project's own tests, and compare two of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from .steps import StepError

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
# The child of a test's element that says that it did not pass.
OUTCOMES = {"failure": FAILED, "error": FAILED, "skipped": SKIPPED}
# How many names a message has.
SHOWN = 10


@dataclass(frozen=True)
class Outcomes:
    """The outcome of every test by its name, and the Python that ran them."""

    tests: Mapping[str, str]
    python: str

    @property
    def counts(self) -> dict[str, int]:
        """The number of tests with each outcome."""
        found = Counter(self.tests.values())
        return {outcome: found[outcome] for outcome in (PASSED, FAILED, SKIPPED)}

    def of(self, outcome: str) -> set[str]:
        """Return the names of the tests with this outcome."""
        return {name for name, found in self.tests.items() if found == outcome}

    def to_dict(self) -> dict[str, Any]:
        """Return the form of results.json."""
        return {**self.counts, "failing": sorted(self.of(FAILED))}


def read(report: Path, step: str, python: str, output: str, source: Path) -> Outcomes:
    """Read the report of a run.

    :param step: the step that wrote it, for the error.
    :param python: the version of Python that ran the tests.
    :param output: the output of the run, for the error.
    :param source: the folder of the source, which the names have as ``SOURCE``.
    :raises StepError: if there is no report, or no test in it: the suite did not start.
    """
    if not report.exists():
        raise StepError(step, "the suite did not start: it wrote no report", output)
    try:
        root = ET.parse(report).getroot()
    except ET.ParseError as error:
        raise StepError(step, f"its report is no XML: {error}", output) from None
    tests: dict[str, str] = {}
    for case in root.iter("testcase"):
        found = {OUTCOMES[child.tag] for child in case if child.tag in OUTCOMES}
        name = f"{case.get('classname', '')}::{case.get('name', '')}".lstrip(":")
        name = name.replace(str(source), "SOURCE")
        outcome = FAILED if FAILED in found else SKIPPED if found else PASSED
        # A test and an error of its teardown are two elements of one name.
        tests[name] = FAILED if FAILED in {outcome, tests.get(name)} else outcome
    if not tests:
        raise StepError(step, "the suite ran no test", output)
    return Outcomes(tests, python)


class Compared(NamedTuple):
    """The names of new tests, of tests that are gone, and of new failures."""

    new: list[str]
    gone: list[str]
    broken: list[str]


def compare(before: Outcomes, after: Outcomes) -> Compared:
    """Compare two runs, without a verdict."""
    new, gone = after.tests.keys() - before.tests, before.tests.keys() - after.tests
    broken = after.of(FAILED) - before.of(FAILED)
    return Compared(sorted(new), sorted(gone), sorted(broken))


def compare_outcomes(
    before: Outcomes, after: Outcomes, known: Mapping[str, str], output: str
) -> Compared:
    """Compare two runs, and check that the change broke nothing.

    :param known: the tests that fail before the change too, and why.
    :param output: the output of the run after the change, for the error.
    :raises StepError: if another test fails, or if no new test passes.
    """
    if unknown := before.of(FAILED) - known.keys():
        why = f"fail, and are not in known_failures: {_few(unknown)}"
        raise StepError("tests before", why)
    found = compare(before, after)
    if found.broken:
        why = f"fail with the change: {_few(found.broken)}"
        raise StepError("tests after", why, output)
    if not set(found.new) & after.of(PASSED):
        raise StepError("tests after", "the change has no test that passed", output)
    return found


def _few(names: Iterable[str]) -> str:
    shown = sorted(names)
    more = f" and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
    return ", ".join(shown[:SHOWN]) + more
