"""What real tools did with wheels like the one asked about: joined from the results.

A wheel is like one of a case if the two are in the same situation, see
explorer_answers. The questions are the suite's, the tools those of "Support today".
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from explorer_answers import situation, suite
from measured import page_of
from support import place, support

from tests.matrix.recorded import DIVERGES, PASS, RESULTS, UNSUPPORTED
from wasm_platform_tags import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from measured import Row
    from support import Supported

    from wasm_platform_tags.conformance.cases import Case

# What became of a file; upper case where that is not what the PEP says, since such a
# case has another anchor on the page of the result.
TAKEN, LEFT, CANNOT, UNKNOWN = "t", "l", "c", "-"


def joined() -> dict[str, Any]:
    """Return, for each target of the suite and for an index, tools and cases."""
    found: dict[str, Any] = {}
    for key, rows in rows_by_target().items():
        codes: dict[tuple[str, str, str], list[str]] = {}
        for number, (_, row) in enumerate(rows):
            for case, ending, code in outcomes(row):
                if key == target_key(case):
                    told = (case.id, ending, situation(target_of(case), ending))
                    codes.setdefault(told, [UNKNOWN] * len(rows))[number] = code
        cases = [[*told, "".join(code)] for told, code in codes.items()]
        found[key] = {"tools": [about(*one) for one in rows], "cases": cases}
    return found


def rows_by_target() -> dict[str, list[tuple[Supported, Row]]]:
    """Return the rows that were asked of each target; one of those that say the same."""
    found: dict[str, dict[Any, tuple[Supported, Row]]] = defaultdict(dict)
    for one in support():
        for row in one.rows:
            said: dict[str, set[Any]] = defaultdict(set)
            for case, ending, code in outcomes(row):
                said[target_key(case)].add((case.id, ending, code))
            for key, what in said.items():
                same = (one.id, row.cell.runtime.runtime, frozenset(what))
                found[key].setdefault(same, (one, row))
    return {key: list(rows.values()) for key, rows in found.items()}


def outcomes(row: Row) -> Iterator[tuple[Case, str, str]]:
    """Yield what a tool did with the files of each case: the tags of each, and a code."""
    for case in row.cases:
        verdict = row.verdict(case)
        turned = str.upper if verdict["verdict"] == DIVERGES else str
        if case.kind == "index" and verdict["verdict"] in {PASS, DIVERGES}:
            accepted = verdict.get("observed", case.expect)
            yield case, case.data["platform"], turned(TAKEN if accepted else LEFT)
        if case.kind != "select" or target_of(case) is None:
            continue
        files = {name: "-".join(name.split("-")[-3:]) for name in case.data["files"]}
        if verdict["verdict"] == UNSUPPORTED:
            yield case, next(iter(files.values())).removesuffix(".whl"), CANNOT
        if verdict["verdict"] not in {PASS, DIVERGES}:
            continue
        chosen = verdict.get("observed", case.expect)
        for name, ending in files.items():
            # Of what was passed over for another file, nothing is known.
            if chosen in {name, None}:
                code = turned(LEFT if chosen is None else TAKEN)
                yield case, ending.removesuffix(".whl"), code


def target_of(case: Case) -> Target | None:
    """Return the target of a case, as the library has it; None if it names none."""
    if case.target is None or case.target.platform is None:
        return None
    return Target(case.target.python, case.target.platform)


def target_key(case: Case) -> str:
    """Return what the page calls a case's target; empty for an index."""
    target = target_of(case)
    return suite(target) if target else ""


def about(one: Supported, row: Row) -> dict[str, str]:
    """Return what the page says about a tool, and where its evidence is."""
    where = "" if row.cell.on_host else f" in {place(row.cell.runtime)}"
    return {
        "name": f"{one.name} ({one.version}{where})",
        "measured": row.measured,
        "page": f"../{page_of(RESULTS / f'{row.cell.name}.json')}.html",
    }
