"""A project's own tests: what a report in JUnit XML says, before and after a change."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from .steps import StepError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
# What stands in a test's element if it did not pass.
OUTCOMES = {"failure": FAILED, "error": FAILED, "skipped": SKIPPED}
SHOWN = 10


@dataclass(frozen=True)
class Outcomes:
    """Every test by its name, and what became of it; and on which Python."""

    tests: Mapping[str, str]
    python: str

    @property
    def counts(self) -> dict[str, int]:
        """How many of each."""
        found = Counter(self.tests.values())
        return {outcome: found[outcome] for outcome in (PASSED, FAILED, SKIPPED)}

    def of(self, outcome: str) -> set[str]:
        """The tests that ended so."""
        return {name for name, found in self.tests.items() if found == outcome}

    def below(self, folder: Path) -> Outcomes:
        """The same, where names do not say in which folder the source lay."""
        names = {name: name.replace(str(folder), "SOURCE") for name in self.tests}
        tests = {names[name]: outcome for name, outcome in self.tests.items()}
        return Outcomes(tests, self.python)

    def json(self) -> dict[str, Any]:
        """To be kept."""
        return {"python": self.python, "tests": dict(self.tests)}


def read(report: Path, step: str, python: str, said: str) -> Outcomes:
    """Read the report of a run.

    :raises StepError: if there is none, or no test in it: the suite did not start.
    """
    if not report.exists():
        raise StepError(step, "the suite did not start: it wrote no report", said)
    try:
        root = ET.parse(report).getroot()
    except ET.ParseError as error:
        raise StepError(step, f"its report is no XML: {error}", said) from None
    tests: dict[str, str] = {}
    for case in root.iter("testcase"):
        found = {OUTCOMES[child.tag] for child in case if child.tag in OUTCOMES}
        name = f"{case.get('classname', '')}::{case.get('name', '')}".lstrip(":")
        outcome = FAILED if FAILED in found else SKIPPED if found else PASSED
        # A test and an error of its teardown are two elements of one name.
        tests[name] = FAILED if FAILED in {outcome, tests.get(name)} else outcome
    if not tests:
        raise StepError(step, "the suite ran no test", said)
    return Outcomes(tests, python)


@dataclass(frozen=True)
class Compared:
    """What a change does to a suite."""

    new: tuple[str, ...]
    gone: tuple[str, ...]
    broken: tuple[str, ...]


def compare(before: Outcomes, after: Outcomes) -> Compared:
    """New tests, tests that are no more, and failures that were none."""
    return Compared(
        tuple(sorted(after.tests.keys() - before.tests.keys())),
        tuple(sorted(before.tests.keys() - after.tests.keys())),
        tuple(sorted(after.of(FAILED) - before.of(FAILED))),
    )


def judge(
    before: Outcomes, after: Outcomes, known: Mapping[str, str], said: str
) -> Compared:
    """The same, where nothing may be broken.

    :raises StepError: if a test fails that is not known to, or if no test is new.
    """
    if unknown := before.of(FAILED) - known.keys():
        raise StepError("tests before", f"fail, and are not known to: {_few(unknown)}")
    found = compare(before, after)
    if found.broken:
        raise StepError(
            "tests after", f"fail with the change: {_few(found.broken)}", said
        )
    if not set(found.new) & after.of(PASSED):
        raise StepError("tests after", "the change has no test that passed", said)
    return found


def _few(names: Any) -> str:
    shown = sorted(names)
    more = f" and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
    return ", ".join(shown[:SHOWN]) + more
