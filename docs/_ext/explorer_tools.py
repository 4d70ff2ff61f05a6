"""What real tools did with wheels like the one asked about, joined from the results.

A wheel is like one of a case if both are in the same situation, see explorer_answers.
The cases are the suite's, the tools those of "Support today".
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from explorer_answers import situation, suite_key
from support import runtime_name, support
from wording import data_page

from tests.matrix.recorded import DIVERGES, PASS, RESULTS, UNSUPPORTED
from wasm_platform_tags import Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from matrix_results import Row
    from support import Supported

    from wasm_platform_tags.conformance.cases import Case

# Codes of what a tool did with a file. They are in upper case if the tool diverges: such
# a case has another anchor on the page of the result.
TAKEN, LEFT, CANNOT, UNKNOWN = "t", "l", "c", "-"


def joined() -> dict[str, Any]:
    """Return the tools and the cases for each target of the suite, and for an index."""
    found: dict[str, Any] = {}
    for key, rows in rows_by_target().items():
        codes: dict[tuple[str, str, str], list[str]] = {}
        for number, (_, row) in enumerate(rows):
            for case, ending, code in outcomes(row):
                if key == target_key(case):
                    wheel = (case.id, ending, situation(target_of(case), ending))
                    codes.setdefault(wheel, [UNKNOWN] * len(rows))[number] = code
        cases = [[*wheel, "".join(code)] for wheel, code in codes.items()]
        found[key] = {"tools": [tool_entry(*row) for row in rows], "cases": cases}
    return found


def rows_by_target() -> dict[str, list[tuple[Supported, Row]]]:
    """Return the rows for each target; of a tool's equal rows in a runtime, the first."""
    found: dict[str, dict[Any, tuple[Supported, Row]]] = defaultdict(dict)
    for one in support():
        for row in one.rows:
            by_target: dict[str, set[Any]] = defaultdict(set)
            for case, ending, code in outcomes(row):
                by_target[target_key(case)].add((case.id, ending, code))
            for key, results in by_target.items():
                same = (one.id, row.cell.runtime.runtime, frozenset(results))
                found[key].setdefault(same, (one, row))
    return {key: list(rows.values()) for key, rows in found.items()}


def outcomes(row: Row) -> Iterator[tuple[Case, str, str]]:
    """Yield what a tool did with each file of each case: the case, the tags, a code."""
    for case in row.cases:
        recorded = row.verdict(case)
        if case.kind == "index":
            codes = index_outcome(case, recorded)
        elif case.kind == "select" and target_of(case):
            codes = choice_outcomes(case, recorded)
        else:
            continue
        diverges = recorded["verdict"] == DIVERGES
        for tags, code in codes:
            yield case, tags, code.upper() if diverges else code


def index_outcome(case: Case, recorded: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the platform tag and whether the index accepted it, if that was measured."""
    if recorded["verdict"] in {PASS, DIVERGES}:
        accepted = recorded.get("observed", case.expect)
        yield case.data["platform"], TAKEN if accepted else LEFT


def choice_outcomes(
    case: Case, recorded: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Yield the tags of each file whose acceptance is known, and the code."""
    tags = {
        name: "-".join(name.removesuffix(".whl").split("-")[-3:])
        for name in case.data["files"]
    }
    if recorded["verdict"] == UNSUPPORTED:
        yield next(iter(tags.values())), CANNOT
    if recorded["verdict"] in {PASS, DIVERGES}:
        chosen = recorded.get("observed", case.expect)
        # A file that lost against another one may or may not be acceptable.
        for name in tags if chosen is None else tags.keys() & {chosen}:
            yield tags[name], LEFT if chosen is None else TAKEN


def target_of(case: Case) -> Target | None:
    """Return the target of a case, as the library has it; None if it names none."""
    if case.target is None or case.target.platform is None:
        return None
    return Target(case.target.python, case.target.platform)


def target_key(case: Case) -> str:
    """Return what the page calls a case's target; empty for an index."""
    target = target_of(case)
    return suite_key(target) if target else ""


def tool_entry(one: Supported, row: Row) -> dict[str, str]:
    """Return a tool's name, the day it was measured, and the page of its evidence."""
    where = "" if row.cell.on_host else f" in {runtime_name(row.cell.runtime)}"
    return {
        "name": f"{one.name} ({one.version}{where})",
        "measured": row.measured,
        "page": f"../{data_page(RESULTS / f'{row.cell.name}.json')}.html",
    }
