"""Which cases a run asks when nothing is named: everything of the newest releases.

Of an older release it asks, for each group of cases and each target, the first case with
each committed verdict and reason; and every case that has none. So each behaviour that is
committed for an older release is observed again, but not in every case.
"""

from collections.abc import Iterable, Mapping, Sequence

from packaging.version import Version

from wasm_platform_tags.conformance.cases import Case

from .cells import Cell
from .recorded import Verdict


def newest_versions(every_cell: Iterable[Cell]) -> dict[str, str]:
    """Return the newest version of each tool in the matrix."""
    versions: dict[str, list[str]] = {}
    for cell in every_cell:
        found = versions.setdefault(cell.tool.tool, [])
        if cell.tool.version not in found:
            found.append(cell.tool.version)
    # A tool of this repository has one version, which need not be a number.
    return {
        tool: max(found, key=Version) if len(found) > 1 else found[0]
        for tool, found in versions.items()
    }


def select_cases(
    cases: Iterable[Case], committed: Mapping[str, Verdict]
) -> Sequence[Case]:
    """Return the cases that are asked of an older release.

    :param cases: those that concern the cell, in their order.
    :param committed: the committed verdicts of the cell by the name of the case.
    """
    chosen, seen = [], set()
    for case in cases:
        verdict = committed.get(case.id)
        if verdict:
            target = case.target and case.target.id
            behaviour = (case.title, target, verdict.verdict, verdict.reason)
            if behaviour in seen:
                continue
            seen.add(behaviour)
        chosen.append(case)
    return chosen
