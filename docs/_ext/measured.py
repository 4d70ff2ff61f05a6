"""The cases and the committed results, read once a build, and the places of their pages."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from docutils.nodes import make_id

from tests.matrix.cells import LIBRARY, cells
from tests.matrix.results import (
    DIVERGES,
    ERROR,
    NOT_RUN,
    PASS,
    RESULTS,
    UNSUPPORTED,
    load_committed,
    load_reasons,
)
from tests.matrix.settings import CONFORMANCE, ROOT, load_settings
from wasm_platform_tags.conformance.cases import load_cases, load_targets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sphinx.environment import BuildEnvironment

    from tests.matrix.cells import Cell
    from tests.matrix.results import Reason
    from wasm_platform_tags.conformance.cases import Case

    # The name of a page as Sphinx has it, and an anchor on it.
    Place = tuple[str, str]

# How a number of cases is put into words; also the order of the words.
WORDS = {
    PASS: "pass",
    DIVERGES: "diverge",
    UNSUPPORTED: "unsupported",
    ERROR: "error",
    NOT_RUN: "not run",
}
PATCHED = "-patched"
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
        return f"{self.cell.tool.version} on {self.place}"

    @property
    def place(self) -> str:
        """Name where it ran, and how it was shown the files."""
        via = f", {self.cell.via}" if self.cell.via else ""
        patched = ", patched" if self.cell.patched else ""
        return f"{self.cell.runtime.runtime}{via}{patched}"

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
    plain = row.cell.name.removesuffix(PATCHED)
    return every_row().get(plain if row.cell.patched else plain + PATCHED)


def newest(rows: Iterable[Row]) -> list[Row]:
    """Return the rows of the newest version; provision.json has them in order."""
    every = list(rows)
    return [r for r in every if r.cell.tool.version == every[-1].cell.tool.version]


def span(versions: Iterable[str]) -> str:
    """Name some versions that follow one another: the first and the last."""
    first, *others = versions
    return f"{first} to {others[-1]}" if others else first


@cache
def files(folder: Path) -> tuple[str, ...]:
    """Return every file of data below a folder; of the suite, without the results."""
    return tuple(
        str(path)
        for path in folder.rglob("*.json")
        if folder == RESULTS or path.parent != RESULTS
    )


def note_files(env: BuildEnvironment, *, results: bool = True) -> None:
    """Let a page be read again when a case, a reason or, if it says, a result changes."""
    for path in files(CONFORMANCE) + (files(RESULTS) if results else ()):
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
    """Return the class of a cell: "no" if one diverges, "yes" if all pass; no score
    where a runtime has no platform."""
    if WITH_DETAILS & counts.keys():
        return "no"
    if not counts[PASS] or not platform:
        return "none"
    return "yes" if counts[PASS] == counts.total() else "partly"


def name(case: Case) -> str:
    """What a case is called on every target."""
    return case.id.partition("@")[0]


def by_name(cases: Iterable[Case]) -> dict[str, list[Case]]:
    """Put together what is one case on several targets."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(name(case), []).append(case)
    return found


def short(group: str) -> str:
    """Return the name of a group for the head of a column."""
    return group.removeprefix("select/")


def page_of(path: Path) -> str:
    """Return the page that a file of data is."""
    return path.relative_to(ROOT).with_suffix("").as_posix()


def group_place(group: str) -> Place:
    """Return the page of a group of cases."""
    return page_of(CONFORMANCE / "cases" / f"{group}.json"), ""


def case_place(case: Case) -> Place:
    """Return the place of a case on the page of its group."""
    return group_place(case.title)[0], make_id(f"case {name(case)}")


def result_place(row: Row, anchor: str = "") -> Place:
    """Return the page of a result, or a part of it."""
    return page_of(RESULTS / f"{row.cell.name}.json"), anchor


def verdict_anchor(case: Case, verdict: str) -> str:
    """Return the anchor of a case on the page of a result: of its details, if any."""
    return make_id(f"{verdict if verdict in WITH_DETAILS else ''} {case.id}")


def verdict_place(row: Row, case: Case) -> Place:
    """Return the place of a case on the page of a result."""
    return result_place(row, verdict_anchor(case, row.verdict(case)["verdict"]))


def cell_anchor(row: Row, group: str = "") -> str:
    """Return the anchor of a cell of the matrix, or of a group in it."""
    return make_id(f"cell {row.cell.name} {group}")


def row_place(row: Row, group: str = "") -> Place:
    """Return the place of a row on the page of its tool, or of a group in it."""
    return tool_place(row.cell.tool.tool)[0], cell_anchor(row, group)


def tool_place(tool: str, where: str = "") -> Place:
    """Return the page that has every version of a tool, or a place where that runs."""
    return f"docs/results/{tool}", make_id(f"results {tool} {where}") if where else ""


def reason_place(reason: str) -> Place:
    """Return the place that has everything that diverges for a reason."""
    return "docs/divergences", make_id(f"upstream {reason}")


def rule_place(slug: str) -> Place:
    """Return the place of a requirement in the PEP."""
    return "pep/pep-9999", f"pep-9999-{slug}"


def repeat(row: Row, *cases: Case) -> str:
    """Return the command that asks a tool again, all its cases or some."""
    only = " ".join([row.cell.name, *(case.id for case in cases)])
    return f"tox run -e matrix -- --only {only}"


# An issue or a pull request; the address of the one leads to the other.
THREAD = re.compile(r"([\w-]+/[\w.-]+#\d+)")


def threads(text: str) -> list[tuple[str, str]]:
    """Divide a text at the issues that it names, each with its address."""
    return [
        (part, f"https://github.com/{part.replace('#', '/issues/')}" if odd % 2 else "")
        for odd, part in enumerate(THREAD.split(text))
    ]


def lines(link: tuple[str, str, str]) -> str:
    """Say which lines of which file a permalink leads to."""
    path, first, last = link
    which = f"lines {first}\N{EN DASH}{last}" if last else f"line {first}"
    return f"{which} of {path.rpartition('/')[2]}"
