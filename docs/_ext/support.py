"""What the newest version of every tool supports: questions joined with the results.

`support()` is plain data, for any page. The questions and rows are those of
tests/matrix/support.json; every answer is read from the committed results.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from matrix_results import all_rows, newest

from tests.matrix.recorded import DIVERGES, ERROR, NOT_RUN, PASS, UNSUPPORTED
from tests.matrix.settings import HERE as MATRIX
from tests.matrix.settings import Runtime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from matrix_results import Row

    from wasm_platform_tags.conformance.cases import Case

SUPPORT = MATRIX / "support.json"
YES, NO, PARTLY, CANNOT = "yes", "no", "partly", "cannot"
NOT_APPLICABLE, NOT_ASKED = "n/a", "not asked"
# The answer for each verdict. Of the verdicts on the cases of a question, the first in
# this order decides.
ANSWERS = {DIVERGES: NO, ERROR: ERROR, PASS: YES, UNSUPPORTED: CANNOT, NOT_RUN: NOT_RUN}
# The family of platforms of each kind of runtime; the host has none.
FAMILIES = {"pyodide": "pyemscripten", "wasi": "wasi"}


@dataclass(frozen=True, eq=False)
class PlaceAnswer:
    """The answer in one place: a runtime, or a target if the tool runs on the host."""

    name: str
    verdict: str
    row: Row
    case: Case  # the evidence: the first case with that verdict


@dataclass(frozen=True)
class Answer:
    """The answer to one question, from all places together."""

    verdict: str
    words: str  # with the places, if their answers differ
    places: Sequence[PlaceAnswer] = ()

    @property
    def evidence(self) -> PlaceAnswer | None:
        """The first place whose answer is no; the first place if there is none."""
        negative = (place for place in self.places if place.verdict == NO)
        return next(negative, next(iter(self.places), None))

    @property
    def claim(self) -> str:
        """The answer in the form of "claims" in support.json."""
        if self.verdict != PARTLY:
            return self.verdict
        return f"{PARTLY}: {place_names(p for p in self.places if p.verdict == YES)}"


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
def support_data() -> dict[str, Any]:
    """Return the content of support.json."""
    found: dict[str, Any] = json.loads(SUPPORT.read_bytes())
    return found


@cache
def support() -> tuple[Supported, ...]:
    """Return every row of the page, in its order."""
    found = []
    for one in support_data()["rows"]:
        rows = newest(
            row
            for row in all_rows().values()
            if (row.cell.tool.tool, row.cell.patched) == (one["tool"], False)
            and fnmatchcase(row.cell.runtime.runtime, one["on"])
            and row.cell.via in one.get("via", [row.cell.via])
        )
        answers: dict[str, Answer] = {}
        for question in support_data()["questions"]:
            answers[question["id"]] = answer(question, rows, accepting_places(answers))
        version = rows[-1].cell.tool.version
        fields = {key: one[key] for key in ("id", "tool", "name", "claims")} | {
            "version": version,
            "measured": max(row.measured for row in rows),
            "short": one.get("short", False),
            "sentence": one["sentence"].format(version=version),
        }
        found.append(Supported(**fields, rows=rows, answers=answers))
    return tuple(found)


def accepting_places(answers: Mapping[str, Answer]) -> set[str]:
    """Return the names of the places where the tool accepts the canonical tag."""
    asked = [answers[name] for name in ("canonical", "wasi") if name in answers]
    return {place.name for one in asked for place in one.places if place.verdict == YES}


def answer(
    question: Mapping[str, Any], rows: Sequence[Row], accepting: set[str]
) -> Answer:
    """Return the answer of some rows, of one tool asked in one way, to a question.

    A verdict that the question calls void counts in the *accepting* places alone.
    """
    void = question.get("void", ())
    for asked in question["answers"]:
        places = place_answers(
            rows, partial(matches, asked["cases"]), question.get("word", "")
        )
        counted = [p for p in places if p.name in accepting or p.verdict not in void]
        if counted:
            verdict = combined(counted)
            return Answer(verdict, answer_text(verdict, asked, counted), counted)
        if places:
            return Answer(NOT_APPLICABLE, "takes no such tag")
    return no_answer(question, rows)


def matches(patterns: Iterable[str], case: Case) -> bool:
    """Say whether the id of a case matches a pattern."""
    return any(fnmatchcase(case.id, pattern) for pattern in patterns)


def no_answer(question: Mapping[str, Any], rows: Sequence[Row]) -> Answer:
    """Return why no case of a question applies to some rows."""
    families = {FAMILIES.get(row.cell.runtime.kind) for row in rows}
    if "family" in question and families.isdisjoint({None, question["family"]}):
        return Answer(NOT_APPLICABLE, "has no such target")
    globs = (glob for asked in question["answers"] for glob in asked["cases"])
    kinds = {"select", *(glob.partition("/")[0] for glob in globs)}
    if any(kinds & row.cell.kinds for row in rows):
        return Answer(NOT_ASKED, NOT_ASKED)
    return Answer(NOT_APPLICABLE, "does not concern it")


def place_answers(
    rows: Iterable[Row], wanted: Callable[[Case], bool], word: str = ""
) -> list[PlaceAnswer]:
    """Return one answer for each place where the wanted cases were run.

    Formats of an index are no places of their own. If *word* is given and a case asks
    for a list of tags, the answer is whether the target's tag for that word is in it.
    """
    order = list(ANSWERS.values())
    found: dict[str, PlaceAnswer] = {}
    for row in rows:
        for case in filter(wanted, row.cases):
            name = place_name(row, case)
            verdict = case_answer(row, case, word)
            before = found.get(name)
            if not before or order.index(verdict) < order.index(before.verdict):
                found[name] = PlaceAnswer(name, verdict, row, case)
    return list(found.values())


def place_name(row: Row, case: Case) -> str:
    """Return where a case was run: the target on the host, else the runtime."""
    if not row.cell.on_host:
        return runtime_name(row.cell.runtime)
    return case.target.id if case.target else "any target"


def case_answer(row: Row, case: Case, word: str) -> str:
    """Return the answer of one case, see place_answers."""
    recorded = row.verdict(case)
    verdict = ANSWERS[recorded["verdict"]]
    if word and case.kind == "running" and case.target and verdict in (YES, NO):
        tag = case.target.words[word]
        return YES if tag in recorded.get("observed", case.expect) else NO
    return verdict


def combined(places: Sequence[PlaceAnswer]) -> str:
    """Return the verdict of all places, "partly" if some of them say yes."""
    verdicts = {place.verdict for place in places}
    if len(verdicts) == 1:
        return places[0].verdict
    return PARTLY if YES in verdicts else NO


def runtime_name(runtime: Runtime) -> str:
    """Return a runtime's name for people."""
    kind, _, version = runtime.runtime.partition("-")
    return f"{ {'pyodide': 'Pyodide', 'wasi': 'CPython for WASI'}[kind] } {version}"


def place_names(places: Iterable[PlaceAnswer]) -> str:
    """Return the names of places, "Pyodide" once: Pyodide 0.29.5, 314.0.7."""
    names = ", ".join(place.name for place in places)
    return names.replace(", Pyodide ", ", ") if names.startswith("Pyodide") else names


def answer_text(
    verdict: str, asked: Mapping[str, Any], places: Sequence[PlaceAnswer]
) -> str:
    """Return an answer in words, with the places where it does not hold everywhere."""
    words = {CANNOT: "cannot be asked", **asked}
    if verdict != PARTLY:
        return str(words.get(verdict, verdict))
    yes = [place for place in places if place.verdict == YES]
    others = [place for place in places if place.verdict != YES]
    if len(yes) <= len(others):
        return f"{words[YES]}: {place_names(yes)}"
    return f"{words[YES]}; not: {place_names(others)}"
