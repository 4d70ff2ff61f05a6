"""The suite's cases and the matrix's committed results, read once a build."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from docs.objections import PAGE as OBJECTIONS
from tests.matrix.cells import LIBRARY, cells
from tests.matrix.recorded import (
    DIVERGES,
    ERROR,
    NOT_RUN,
    load_committed,
    load_reasons,
)
from tests.matrix.settings import HERE, load_settings
from tests.toolkit.paths import CONFORMANCE
from tests.toolkit.pep_text import PEP
from wasm_platform_tags.conformance.cases import load_cases, load_targets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sphinx.environment import BuildEnvironment

    from tests.matrix.cells import Cell
    from tests.matrix.recorded import Reason
    from wasm_platform_tags.conformance.cases import Case

UNKNOWN = {"verdict": NOT_RUN}
# Verdicts that the page of a result shows with what was observed instead.
WITH_DETAILS = frozenset({DIVERGES, ERROR})


@dataclass(frozen=True, eq=False)
class Row:
    """One cell of the matrix, the cases that apply to it, and its committed result."""

    cell: Cell
    cases: tuple[Case, ...]
    committed: Mapping[str, Any] | None

    @property
    def title(self) -> str:
        """The tool's version, the runtime, how it was given the files, and the patch."""
        via = f", {self.cell.via}" if self.cell.via else ""
        patched = ", patched" if self.cell.patched else ""
        return f"{self.cell.tool.version} on {self.cell.runtime.runtime}{via}{patched}"

    @property
    def measured(self) -> str:
        """The day on which it was measured."""
        return str(self.committed["measured"]) if self.committed else "never"

    @property
    def has_platform(self) -> bool:
        """Whether its runtime states a platform; without one, every tag is refused."""
        target = self.cell.runtime.target
        return target is None or load_targets()[target].platform is not None

    def verdict(self, case: Case) -> Mapping[str, Any]:
        """Return the committed verdict on a case."""
        if self.committed is None:
            return UNKNOWN
        cases: Mapping[str, Mapping[str, Any]] = self.committed["cases"]
        return cases.get(case.id, UNKNOWN)

    def counts(self, group: str | None = None) -> Counter[str]:
        """Count the verdicts of a group of cases, or of all."""
        return Counter(
            self.verdict(case)["verdict"]
            for case in self.cases
            if group in (None, case.title)
        )

    def reasons(self) -> list[str]:
        """Return why it diverges, each reason once."""
        found = (self.verdict(case).get("reason") for case in self.cases)
        return [name for name in dict.fromkeys(found) if name]


@cache
def all_cases() -> tuple[Case, ...]:
    """Return the cases in the order of their files."""
    return tuple(load_cases())


@cache
def cases_by_group() -> dict[str, list[Case]]:
    """Return the cases by group, in the order of their files."""
    groups: dict[str, list[Case]] = {}
    for case in all_cases():
        groups.setdefault(case.title, []).append(case)
    return groups


@cache
def all_rows() -> dict[str, Row]:
    """Return every cell of the matrix by its name, whether or not it has a result.

    This project's own library comes last.
    """
    found = sorted(cells(load_settings()), key=lambda cell: cell.tool.tool == LIBRARY)
    return {
        cell.name: Row(
            cell, tuple(filter(cell.applies, all_cases())), load_committed(cell)
        )
        for cell in found
    }


@cache
def rows_by_tool_and_place() -> dict[tuple[str, str], list[Row]]:
    """Return the unpatched rows of each tool, by where it runs, oldest first."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in all_rows().values():
        if not row.cell.patched:
            found.setdefault((row.cell.tool.tool, row.cell.where), []).append(row)
    return found


@cache
def all_reasons() -> dict[str, Reason]:
    """Return the reasons of divergences by id, as reasons.json has them."""
    return {reason.id: reason for reason in load_reasons()}


def counterpart(row: Row) -> Row | None:
    """Return the same cell patched, or unpatched, if there is one."""
    plain = row.cell.name.removesuffix("-patched")
    return all_rows().get(plain if row.cell.patched else f"{plain}-patched")


def newest(rows: Iterable[Row]) -> list[Row]:
    """Return the rows of the last version; provision.json lists the oldest first."""
    listed = list(rows)
    return [r for r in listed if r.cell.tool.version == listed[-1].cell.tool.version]


@cache
def files(*patterns: str) -> tuple[str, ...]:
    """Return the files of the suite and of the matrix that match some patterns."""
    return tuple(
        str(path)
        for pattern in patterns
        for folder in (CONFORMANCE, HERE)
        for path in folder.glob(pattern)
    )


def note_files(env: BuildEnvironment, *, results: bool = True) -> None:
    """Read a page again when the cases change, or the results unless *results* is off."""
    paths = files("*.json", "cases/*/*.json")
    if results:
        paths += (*files("results/*.json"), str(PEP), str(OBJECTIONS))
    for path in paths:
        env.note_dependency(path)


def one_row_a_runtime(rows: Iterable[Row], group: str) -> list[Row]:
    """Return one row for each runtime where cases of a group apply.

    It is the first that diverges, if any does, and else the last.
    """
    found: dict[str, Row] = {}
    for row in (row for row in rows if row.counts(group)):
        before = found.setdefault(row.cell.runtime.runtime, row)
        if not WITH_DETAILS & before.counts(group).keys():
            found[row.cell.runtime.runtime] = row
    return list(found.values())


def total_counts(rows: Iterable[Row], group: str) -> Counter[str]:
    """Count the verdicts of a group in some rows together."""
    return sum((row.counts(group) for row in rows), Counter())


def case_name(case: Case) -> str:
    """Return the id of a case without its target."""
    return case.id.partition("@")[0]


def cases_by_name(cases: Iterable[Case]) -> dict[str, list[Case]]:
    """Return the cases by their name: one case on several targets is one entry."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(case_name(case), []).append(case)
    return found
