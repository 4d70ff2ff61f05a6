"""What the newest version of every tool supports: questions joined with the results.

`support()` is plain data, for any page: the questions and rows are those of
tests/matrix/support.json, every answer is read from the committed results.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Any

from measured import every_row, newest

from tests.matrix.cells import KINDS
from tests.matrix.recorded import DIVERGES, ERROR, NOT_RUN, PASS, UNSUPPORTED
from tests.matrix.settings import HERE as MATRIX
from tests.matrix.settings import Runtime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from measured import Row

    from wasm_platform_tags.conformance.cases import Case

SUPPORT = MATRIX / "support.json"
YES, NO, PARTLY, CANNOT = "yes", "no", "partly", "cannot"
NOT_APPLICABLE, NOT_ASKED = "n/a", "not asked"
# Of the verdicts on the cases of a question, the first that is there decides.
DECIDES = {DIVERGES: NO, ERROR: ERROR, PASS: YES, UNSUPPORTED: CANNOT, NOT_RUN: NOT_RUN}
FAMILIES = {"pyodide": "pyemscripten", "wasi": "wasi"}  # of runtimes; the host has none


@dataclass(frozen=True, eq=False)
class Unit:
    """One question in one place: a runtime, or a target where the tool is on the host."""

    name: str
    verdict: str
    row: Row
    case: Case  # the evidence: the first case with that verdict


@dataclass(frozen=True)
class Answer:
    """What all places say to one question."""

    verdict: str
    words: str  # with the places, if they are not of one mind
    units: Sequence[Unit] = ()

    @property
    def evidence(self) -> Unit | None:
        """The place to look at first: one that says no, if any does."""
        saying_no = (unit for unit in self.units if unit.verdict == NO)
        return next(saying_no, next(iter(self.units), None))

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
    rows: Sequence[Row]
    answers: Mapping[str, Answer]


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
            if (row.cell.tool.tool, row.cell.patched) == (one["tool"], False)
            and fnmatchcase(row.cell.runtime.runtime, one["on"])
            and row.cell.via in one.get("via", [row.cell.via])
        )
        answers: dict[str, Answer] = {}
        for question in data()["questions"]:
            answers[question["id"]] = answer(question, rows, takes(answers))
        version = rows[-1].cell.tool.version
        about = {key: one[key] for key in ("id", "tool", "name", "claims")} | {
            "version": version,
            "measured": max(row.measured for row in rows),
            "short": one.get("short", False),
            "sentence": one["sentence"].format(version=version),
        }
        found.append(Supported(**about, rows=rows, answers=answers))
    return tuple(found)


def takes(answers: Mapping[str, Answer]) -> set[str]:
    """Return the places in which the tool takes the canonical tag."""
    asked = [answers[name] for name in ("canonical", "wasi") if name in answers]
    return {unit.name for one in asked for unit in one.units if unit.verdict == YES}


def answer(
    question: Mapping[str, Any], rows: Sequence[Row], taking: set[str]
) -> Answer:
    """Return what some rows, of one tool asked in one way, say to a question."""
    for asked in question["answers"]:
        every = units(
            rows,
            lambda case: any(fnmatchcase(case.id, glob) for glob in asked["cases"]),  # noqa: B023 - called at once
            question.get("word", ""),
        )
        void = question.get("void", ())
        found = [u for u in every if u.name in taking or u.verdict not in void]
        if found:
            verdict = overall(found)
            return Answer(verdict, in_words(verdict, asked, found), found)
        if every:
            return Answer(NOT_APPLICABLE, "takes no such tag")
    families = {FAMILIES.get(row.cell.runtime.kind) for row in rows}
    if "family" in question and families.isdisjoint({None, question["family"]}):
        return Answer(NOT_APPLICABLE, "has no such target")
    globs = (glob for asked in question["answers"] for glob in asked["cases"])
    asks = {"select", *(glob.partition("/")[0] for glob in globs)}
    if any(asks & KINDS[row.cell.tool.tool, row.cell.on_host] for row in rows):
        return Answer(NOT_ASKED, NOT_ASKED)
    return Answer(NOT_APPLICABLE, "does not concern it")


def units(
    rows: Iterable[Row], wanted: Callable[[Case], bool], word: str = ""
) -> list[Unit]:
    """Return what some cases say, once a place.

    Ways that differ in the format of the index alone are one. In a list of tags, the one
    that the target has for *word* is looked for.
    """
    order = list(DECIDES.values())
    found: dict[str, Unit] = {}
    for row in rows:
        for case in filter(wanted, row.cases):
            runtime = row.cell.runtime
            target = case.target.id if case.target else None
            name = (target or "any target") if row.cell.on_host else place(runtime)
            said = row.verdict(case)
            verdict = DECIDES[said["verdict"]]
            if word and case.kind == "running" and case.target and verdict in (YES, NO):
                tag = case.target.words[word]
                verdict = YES if tag in said.get("observed", case.expect) else NO
            before = found.get(name)
            if not before or order.index(verdict) < order.index(before.verdict):
                found[name] = Unit(name, verdict, row, case)
    return list(found.values())


def overall(found: Sequence[Unit]) -> str:
    """Return what all places say, or that they are not of one mind."""
    verdicts = {unit.verdict for unit in found}
    if len(verdicts) == 1:
        return found[0].verdict
    return PARTLY if YES in verdicts else NO


def place(runtime: Runtime) -> str:
    """Name a runtime as people do."""
    kind, _, version = runtime.runtime.partition("-")
    return f"{ {'pyodide': 'Pyodide', 'wasi': 'CPython for WASI'}[kind] } {version}"


def listed(found: Iterable[Unit]) -> str:
    """Name places, the runtime's name once: Pyodide 0.29.5, 314.0.7."""
    names = ", ".join(unit.name for unit in found)
    return names.replace(", Pyodide ", ", ") if names.startswith("Pyodide") else names


def in_words(verdict: str, asked: Mapping[str, Any], found: Sequence[Unit]) -> str:
    """Say an answer in words, and where it holds if it does not hold everywhere."""
    words = {CANNOT: "cannot be asked", **asked}
    if verdict != PARTLY:
        return str(words.get(verdict, verdict))
    yes = [unit for unit in found if unit.verdict == YES]
    others = [unit for unit in found if unit.verdict != YES]
    if len(yes) <= len(others):
        return f"{words[YES]}: {listed(yes)}"
    return f"{words[YES]}; not: {listed(others)}"
