"""The cases and the committed results, read once a build, and how they are put."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from docutils.nodes import make_id

from docs.objections import PAGE as OBJECTIONS
from tests.matrix.cells import LIBRARY, cells
from tests.matrix.recorded import (
    DIVERGES,
    ERROR,
    NOT_RUN,
    PASS,
    PERMALINK,
    UNSUPPORTED,
    load_committed,
    load_reasons,
)
from tests.matrix.settings import CONFORMANCE, HERE, ROOT, load_settings
from tests.toolkit.pep_text import PEP
from wasm_platform_tags.conformance.cases import load_cases, load_targets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sphinx.environment import BuildEnvironment

    from tests.matrix.cells import Cell
    from tests.matrix.recorded import Reason
    from wasm_platform_tags.conformance.cases import Case

# How a number of cases is put into words; also the order of the words.
WORDS = {
    PASS: "pass",
    DIVERGES: "diverge",
    UNSUPPORTED: "unsupported",
    ERROR: "error",
    NOT_RUN: "not run",
}
UNKNOWN = {"verdict": NOT_RUN}
# The page of a result says what was observed instead.
WITH_DETAILS = frozenset({DIVERGES, ERROR})


@dataclass(frozen=True, eq=False)
class Row:
    """One cell of the matrix, the cases that apply to it, and what became of them."""

    cell: Cell
    cases: tuple[Case, ...]
    committed: Mapping[str, Any] | None

    @property
    def title(self) -> str:
        """Name the version, where it ran, and how it was shown the files."""
        via = f", {self.cell.via}" if self.cell.via else ""
        patched = ", patched" if self.cell.patched else ""
        return f"{self.cell.tool.version} on {self.cell.runtime.runtime}{via}{patched}"

    @property
    def measured(self) -> str:
        """The day on which it was measured."""
        return str(self.committed["measured"]) if self.committed else "never"

    @property
    def has_platform(self) -> bool:
        """Whether its runtime states a platform; where none is, every tag is refused."""
        target = self.cell.runtime.target
        return target is None or load_targets()[target].platform is not None

    def verdict(self, case: Case) -> Mapping[str, Any]:
        """Return what is committed of a case."""
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
def every_case() -> tuple[Case, ...]:
    """Return the cases in the order of their files."""
    return tuple(load_cases())


@cache
def every_group() -> dict[str, list[Case]]:
    """Return the cases by their group."""
    groups: dict[str, list[Case]] = {}
    for case in every_case():
        groups.setdefault(case.title, []).append(case)
    return groups


@cache
def every_row() -> dict[str, Row]:
    """Return every cell of the matrix by its name, whether or not it has a result.

    This project's own library comes last.
    """
    found = sorted(cells(load_settings()), key=lambda cell: cell.tool.tool == LIBRARY)
    return {
        cell.name: Row(
            cell, tuple(filter(cell.applies, every_case())), load_committed(cell)
        )
        for cell in found
    }


@cache
def sections() -> dict[tuple[str, str], list[Row]]:
    """Return the unpatched rows of each tool, by where it runs, oldest first."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in every_row().values():
        if not row.cell.patched:
            found.setdefault((row.cell.tool.tool, row.cell.where), []).append(row)
    return found


@cache
def every_reason() -> dict[str, Reason]:
    """Return why tools diverge."""
    return {reason.id: reason for reason in load_reasons()}


def twin(row: Row) -> Row | None:
    """Return the same cell patched, or unpatched, if there is one."""
    plain = row.cell.name.removesuffix("-patched")
    return every_row().get(plain if row.cell.patched else f"{plain}-patched")


def newest(rows: Iterable[Row]) -> list[Row]:
    """Return the rows of the newest version; provision.json has them in order."""
    every = list(rows)
    return [r for r in every if r.cell.tool.version == every[-1].cell.tool.version]


def span(versions: Iterable[str]) -> str:
    """Name some versions that follow one another: the first and the last."""
    first, *others = versions
    return f"{first} to {others[-1]}" if others else first


@cache
def files(*patterns: str) -> tuple[str, ...]:
    """Return the files of the suite that fit some patterns."""
    return tuple(
        str(path)
        for each in patterns
        for folder in (CONFORMANCE, HERE)
        for path in folder.glob(each)
    )


def note_files(env: BuildEnvironment, *, results: bool = True) -> None:
    """Let a page be read again when the data changes: of results only if it says so."""
    noted = files("*.json", "cases/*/*.json")
    if results:
        noted += (*files("results/*.json"), str(PEP), str(OBJECTIONS))
    for path in noted:
        env.note_dependency(path)


def in_words(counts: Counter[str]) -> str:
    """Say how many cases had which verdict."""
    return ", ".join(f"{counts[v]} {word}" for v, word in WORDS.items() if counts[v])


def said(counts: Counter[str]) -> str:
    """Say what became of some cases: "n/a" if there are none, "not run" if all were."""
    number = counts.total()
    if not number:
        return "n/a"
    if counts[NOT_RUN] == number:
        return NOT_RUN
    if counts[PASS] == number:
        return f"{number}/{number} pass"
    return in_words(counts)


def sign(counts: Counter[str], *, platform: bool = True) -> str:
    """Return the class of a cell; where a runtime has no platform, a pass is no score."""
    if WITH_DETAILS & counts.keys():
        return "no"
    if not counts[PASS] or not platform:
        return "none"
    return "yes" if counts[PASS] == counts.total() else "partly"


def asked(rows: Iterable[Row], group: str) -> list[Row]:
    """Return the rows that have a case of a group, one a runtime: the worst, if any."""
    found: dict[str, Row] = {}
    for row in (row for row in rows if row.counts(group)):
        before = found.setdefault(row.cell.runtime.runtime, row)
        if sign(before.counts(group)) != "no":
            found[row.cell.runtime.runtime] = row
    return list(found.values())


def counted(rows: Iterable[Row], group: str) -> Counter[str]:
    """Count the verdicts of a group in some rows together."""
    return sum((row.counts(group) for row in rows), Counter())


def name(case: Case) -> str:
    """What a case is called on every target."""
    return case.id.partition("@")[0]


def by_name(cases: Iterable[Case]) -> dict[str, list[Case]]:
    """Put together what is one case on several targets."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(name(case), []).append(case)
    return found


def page_of(path: Path) -> str:
    """Return the page that a file of data is."""
    return path.relative_to(ROOT).with_suffix("").as_posix()


def verdict_anchor(case: Case, verdict: str) -> str:
    """Return the anchor of a case on the page of a result: of its details, if any."""
    return make_id(f"{verdict if verdict in WITH_DETAILS else ''} {case.id}")


def repeat(row: Row, *cases: Case) -> str:
    """Return the command that asks a tool again, all its cases or some."""
    only = " ".join([row.cell.name, *(case.id for case in cases)])
    return f"tox run -e matrix -- --only {only}"


def threads(text: str) -> list[tuple[str, str]]:
    """Divide a text at the issues that it names, each with its address."""
    parts = re.split(r"([\w-]+/[\w.-]+#\d+)", text)
    address = "https://github.com/{}/issues/{}"
    return [
        (part, address.format(*part.split("#")) if number % 2 else "")
        for number, part in enumerate(parts)
    ]


def lines(url: str) -> str:
    """Say which lines of which file a permalink leads to."""
    [(path, first, last)] = PERMALINK.findall(url)
    which = f"lines {first}\N{EN DASH}{last}" if last else f"line {first}"
    return f"{which} of {path.rpartition('/')[2]}"
