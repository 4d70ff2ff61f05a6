"""What a run asks of an older release."""

from dataclasses import replace

from wasm_platform_tags.conformance.cases import load_cases

from .cells import LIBRARY, Cell, cells
from .command import selected
from .recorded import PASS, Verdict, committed_verdicts, load_committed
from .selection import newest_versions, select_cases
from .settings import load_settings

CASES = load_cases()
CELLS = list(cells(load_settings()))
EVERYTHING = {cell: [c for c in CASES if cell.applies(c)] for cell in CELLS}
SELECTED = selected(EVERYTHING, CELLS)


def behaviours(cell: Cell, names: set[str]) -> set[tuple[object, ...]]:
    """Return each group and target, with the committed verdicts of these cases."""
    verdicts = committed_verdicts(load_committed(cell))
    return {
        (
            c.title,
            c.target and c.target.id,
            verdicts[c.id].verdict,
            verdicts[c.id].reason,
        )
        for c in EVERYTHING[cell]
        if c.id in names
    }


def test_the_newest_release_is_asked_everything() -> None:
    newest = newest_versions(CELLS)
    assert newest[LIBRARY] == "checkout"
    whole = [cell for cell in CELLS if SELECTED[cell] == EVERYTHING[cell]]
    assert {cell for cell in CELLS if cell.tool.version == newest[cell.tool.tool]} <= {
        *whole
    }
    assert 0 < len(whole) < len(CELLS)


def test_a_version_is_not_text() -> None:
    cell = CELLS[0]
    two = [
        replace(cell, tool=replace(cell.tool, tool="t", version=version))
        for version in ("10.0", "9.1")
    ]
    assert newest_versions(two) == {"t": "10.0"}


def test_an_older_release_shows_each_of_its_behaviours() -> None:
    for cell, some in SELECTED.items():
        asked = {case.id for case in some}
        every = {case.id for case in EVERYTHING[cell]}
        assert asked <= every
        assert behaviours(cell, asked) == behaviours(cell, every)


def test_a_case_without_a_committed_verdict_is_asked() -> None:
    some = [case for case in CASES if case.title == "select/exact"]
    committed = {case.id: Verdict(PASS) for case in some}
    first = select_cases(some, committed)
    assert len(first) == len({case.target and case.target.id for case in some})
    new = some[-1]
    del committed[new.id]
    assert new in select_cases(some, committed)
    assert select_cases(some, {}) == some
