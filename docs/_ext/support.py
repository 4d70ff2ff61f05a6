"""What the newest version of every tool supports: questions joined with the results.

`support()` is plain data, for any page: the questions and rows are those of
tests/conformance/support.json, every answer is read from the committed results.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Any

from measured import every_row, page_of, verdict_anchor

from tests.matrix.cells import KINDS
from tests.matrix.results import DIVERGES, ERROR, NOT_RUN, PASS, RESULTS, UNSUPPORTED
from tests.matrix.settings import CONFORMANCE, Runtime

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from measured import Row

    from wasm_platform_tags.conformance.cases import Case

SUPPORT = CONFORMANCE / "support.json"
YES, NO, PARTLY, CANNOT = "yes", "no", "partly", "cannot"
NOT_APPLICABLE, NOT_ASKED = "n/a", "not asked"
# Of the verdicts on the cases of a question, the first that is there decides.
DECIDES = {DIVERGES: NO, ERROR: ERROR, PASS: YES, UNSUPPORTED: CANNOT, NOT_RUN: NOT_RUN}


@dataclass(frozen=True, eq=False)
class Unit:
    """One question in one place: a runtime, or a target where the tool is on the host."""

    name: str
    target: str | None  # as in targets.json
    verdict: str
    row: Row
    case: Case  # the evidence: the first case with that verdict

    @property
    def page(self) -> str:
        """The page of the result, as Sphinx names it."""
        return page_of(RESULTS / f"{self.row.cell.name}.json")

    @property
    def anchor(self) -> str:
        """The anchor of the evidence on that page."""
        return verdict_anchor(self.case, self.row.verdict(self.case)["verdict"])


@dataclass(frozen=True)
class Answer:
    """What all places say to one question."""

    question: str
    verdict: str
    words: str  # the verdict in words, with the places if it is no in some
    units: tuple[Unit, ...]

    @property
    def evidence(self) -> Unit | None:
        """The place to look at first: one that says no, if any does."""
        return next(
            (u for u in self.units if u.verdict == NO), next(iter(self.units), None)
        )

    @property
    def claim(self) -> str:
        """The answer as "claims" in support.json has it."""
        if self.verdict != PARTLY:
            return self.verdict
        return f"{PARTLY}: {listed(u for u in self.units if u.verdict == YES)}"


@dataclass(frozen=True)
class Supported:
    """One tool, asked in one way."""

    id: str
    tool: str
    name: str
    version: str
    measured: str  # the day, the last if there are several
    short: bool
    sentence: str
    claims: Mapping[str, str]
    rows: tuple[Row, ...]
    answers: Mapping[str, Answer]

    @property
    def faults(self) -> list[str]:
        """What the sentence claims and the results do not say."""
        return [
            f"{self.id}: the sentence claims {question}: {claim!r}, the results say"
            f" {self.answers[question].claim!r}"
            for question, claim in self.claims.items()
            if self.answers[question].claim != claim
        ]


@cache
def questions() -> dict[str, Mapping[str, Any]]:
    """Return the questions by their ids, in the order of their columns."""
    return {one["id"]: one for one in data()["questions"]}


@cache
def data() -> dict[str, Any]:
    """Return support.json."""
    found: dict[str, Any] = json.loads(SUPPORT.read_bytes())
    return found


@cache
def support() -> tuple[Supported, ...]:
    """Return every row of the page, in its order."""
    found = []
    for one in data()["rows"]:
        rows = newest(
            row
            for row in every_row().values()
            if row.cell.tool.tool == one["tool"]
            and not row.cell.patched
            and fnmatchcase(row.cell.runtime.runtime, one["on"])
            and row.cell.via in one.get("via", [row.cell.via])
        )
        answers: dict[str, Answer] = {}
        for question in questions().values():
            answers[question["id"]] = answer(question, rows, takes(answers))
        version = rows[-1].cell.tool.version
        found.append(
            Supported(
                one["id"],
                one["tool"],
                one["name"],
                version,
                max(row.measured for row in rows),
                one.get("short", False),
                one["sentence"].format(version=version),
                one["claims"],
                tuple(rows),
                answers,
            )
        )
    return tuple(found)


def newest(rows: Iterable[Row]) -> list[Row]:
    """Return the rows of the newest version; provision.json has them in order."""
    every = list(rows)
    return [r for r in every if r.cell.tool.version == every[-1].cell.tool.version]


def takes(answers: Mapping[str, Answer]) -> set[str]:
    """Return the places in which the tool takes the canonical tag."""
    return {
        unit.name
        for question in ("canonical", "wasi")
        if question in answers
        for unit in answers[question].units
        if unit.verdict == YES
    }


def answer(
    question: Mapping[str, Any], rows: Sequence[Row], taking: set[str]
) -> Answer:
    """Return what some rows, of one tool asked in one way, say to a question."""
    name: str = question["id"]
    kinds = {k for row in rows for k in KINDS[row.cell.tool.tool, row.cell.on_host]}
    for asked in question["answers"]:
        every = merged(u for row in rows for u in units_of(question, asked, row))
        void = question.get("void", ())
        units = tuple(u for u in every if u.name in taking or u.verdict not in void)
        if units:
            verdicts = {unit.verdict for unit in units}
            verdict = PARTLY if YES in verdicts else NO
            if len(verdicts) == 1:
                (verdict,) = verdicts
            return Answer(name, verdict, in_words(verdict, asked, units), units)
        if every:
            return Answer(name, NOT_APPLICABLE, "takes no such tag", ())
    families = {of_runtime(row.cell.runtime) for row in rows}
    if "family" in question and families.isdisjoint({None, question["family"]}):
        return Answer(name, NOT_APPLICABLE, "has no such target", ())
    patterns = (pattern for asked in question["answers"] for pattern in asked["cases"])
    if "select" in kinds or kinds & {pattern.partition("/")[0] for pattern in patterns}:
        return Answer(name, NOT_ASKED, NOT_ASKED, ())
    return Answer(name, NOT_APPLICABLE, "does not concern it", ())


def of_runtime(runtime: Runtime) -> str | None:
    """Return the family of a runtime's platform; the host has none of its own."""
    return {"pyodide": "pyemscripten", "wasi": "wasi"}.get(runtime.kind)


def units_of(
    question: Mapping[str, Any], asked: Mapping[str, Any], row: Row
) -> Iterable[Unit]:
    """Yield a unit for each target of the cases of a question that a row was asked."""
    by_target: dict[str | None, list[Case]] = {}
    for case in row.cases:
        if any(fnmatchcase(case.id, pattern) for pattern in asked["cases"]):
            target = case.target.id if case.target else None
            by_target.setdefault(target, []).append(case)
    for target, cases in by_target.items():
        verdicts = [verdict_of(question, row, case) for case in cases]
        verdict = next(one for one in DECIDES.values() if one in verdicts)
        runtime = row.cell.runtime
        where = target or "any target" if row.cell.on_host else place(runtime)
        evidence = cases[verdicts.index(verdict)]
        yield Unit(where, target, verdict, row, evidence)


def verdict_of(question: Mapping[str, Any], row: Row, case: Case) -> str:
    """Return the answer of one case; in a list of tags, whether the tag is there."""
    verdict = row.verdict(case)
    if (
        case.kind == "running"
        and case.target
        and verdict["verdict"] in (PASS, DIVERGES)
    ):
        tag = case.target.words[question["word"]]
        return YES if tag in verdict.get("observed", case.expect) else NO
    return DECIDES[verdict["verdict"]]


def merged(units: Iterable[Unit]) -> list[Unit]:
    """Return one unit a place: ways that differ in the index's format alone are one."""
    order = list(DECIDES.values())
    found: dict[str, Unit] = {}
    for unit in units:
        known = found.setdefault(unit.name, unit)
        if order.index(unit.verdict) < order.index(known.verdict):
            found[unit.name] = unit
    return list(found.values())


def place(runtime: Runtime) -> str:
    """Name a runtime as people do."""
    kind, _, version = runtime.runtime.partition("-")
    return f"{ {'pyodide': 'Pyodide', 'wasi': 'CPython for WASI'}[kind] } {version}"


def listed(units: Iterable[Unit]) -> str:
    """Name places, the runtime's name once: Pyodide 0.29.5, 314.0.7."""
    names = [unit.name for unit in units]
    return ", ".join(
        name.removeprefix("Pyodide ") if number and "Pyodide" in names[0] else name
        for number, name in enumerate(names)
    )


def in_words(verdict: str, asked: Mapping[str, Any], units: Sequence[Unit]) -> str:
    """Say an answer in words, and where it holds if it does not hold everywhere."""
    words = {CANNOT: "cannot be asked", **asked}
    if verdict != PARTLY:
        return str(words.get(verdict, verdict))
    yes = [unit for unit in units if unit.verdict == YES]
    others = [unit for unit in units if unit.verdict != YES]
    if len(yes) <= len(others):
        return f"{words[YES]}: {listed(yes)}"
    return f"{words[YES]}; not: {listed(others)}"
