"""The cases and the committed results, read once a build, and links to their pages."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from docutils import nodes
from links import page_link
from tables import code, link

from tests.matrix.cells import cells
from tests.matrix.results import (
    DIVERGES,
    ERROR,
    NOT_RUN,
    PERMALINK,
    RESULTS,
    load_committed,
    load_reasons,
)
from tests.matrix.settings import CONFORMANCE, ROOT, load_settings
from wasm_platform_tags.conformance.cases import load_cases

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sphinx.environment import BuildEnvironment

    from tests.matrix.cells import Cell
    from tests.matrix.results import Reason
    from wasm_platform_tags.conformance.cases import Case

# How a number of cases is put into words; also the order of the words.
WORDS = {
    "pass": "pass",
    "diverges": "diverge",
    "unsupported": "unsupported",
    "error": "error",
    "not run": "not run",
}
PATCHED = "-patched"
# An issue or a pull request; the address of the one leads to the other.
THREAD = re.compile(r"([\w-]+/[\w.-]+#\d+)")
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
    """Return every cell of the matrix by its name, whether or not it has a result."""
    return {
        cell.name: Row(
            cell,
            tuple(case for case in every_case() if cell.applies(case)),
            load_committed(cell),
        )
        for cell in cells(load_settings())
    }


def twin(row: Row) -> Row | None:
    """Return the same cell patched, or unpatched, if there is one."""
    plain = row.cell.name.removesuffix(PATCHED)
    return every_row().get(plain if row.cell.patched else plain + PATCHED)


def cell_anchor(row: Row, group: str = "") -> str:
    """Return the anchor of a cell of the matrix, or of a group in it."""
    return nodes.make_id(f"cell {row.cell.name} {group}")


def section_anchor(tool: str, where: str) -> str:
    """Return the anchor of a tool in a place, on the page of the tool."""
    return nodes.make_id(f"results {tool} {where}")


def tool_page(tool: str) -> str:
    """Return the page that has every version of a tool."""
    return f"docs/results/{tool}"


def repeat(row: Row, *cases: Case) -> nodes.literal:
    """Return the command that asks a tool again, all its cases or some."""
    only = " ".join([row.cell.name, *(case.id for case in cases)])
    return code(f"tox run -e matrix -- --only {only}")


@cache
def every_reason() -> dict[str, Reason]:
    """Return why tools diverge."""
    return {reason.id: reason for reason in load_reasons()}


@cache
def answers() -> dict[str, list[tuple[Row, Mapping[str, Any]]]]:
    """Return what every cell made of each case, by the case's id."""
    found: dict[str, list[tuple[Row, Mapping[str, Any]]]] = {}
    for row in every_row().values():
        for case in row.cases:
            found.setdefault(case.id, []).append((row, row.verdict(case)))
    return found


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


def group_page(group: str) -> str:
    """Return the page of a group of cases."""
    return page_of(CONFORMANCE / "cases" / f"{group}.json")


def case_link(case: Case, text: str = "") -> nodes.reference:
    """Return a link to the case on the page of its group."""
    anchor = nodes.make_id(f"case {name(case)}")
    return page_link(text or code(case.id), group_page(case.title), anchor)


def result_link(row: Row, text: str, anchor: str = "") -> nodes.Node:
    """Return a link to the page of a result, if there is one, or to a part of it."""
    if row.committed is None:
        return nodes.Text(text)
    return page_link(text, page_of(RESULTS / f"{row.cell.name}.json"), anchor)


def row_link(row: Row, text: str, group: str = "") -> nodes.reference:
    """Return a link to a row of a tool's page, or to a group in it."""
    return page_link(text, tool_page(row.cell.tool.tool), cell_anchor(row, group))


def group_anchor(group: str) -> str:
    """Return the anchor of a group on the page of a result."""
    return nodes.make_id(group)


def verdict_anchor(case: Case, verdict: str) -> str:
    """Return the anchor of a case on the page of a result: of its details, if any."""
    return nodes.make_id(f"{verdict if verdict in WITH_DETAILS else ''} {case.id}")


def reason_link(reason: Reason) -> nodes.reference:
    """Return a link to everything that diverges for a reason."""
    anchor = nodes.make_id(f"upstream {reason.id}")
    return page_link(reason.id, "docs/upstream", anchor, reason.text)


def reason_text(name: str) -> nodes.paragraph:
    """Return why tools diverge, where that was read, and what else diverges so."""
    reason = every_reason().get(name)
    if reason is None:
        return nodes.paragraph("", "No reason is recorded.")
    return nodes.paragraph(
        "",
        f"{reason.text} ",
        *read_in(reason),
        nodes.Text(" All that diverge so: "),
        reason_link(reason),
        nodes.Text("."),
    )


def read_in(reason: Reason) -> list[nodes.Node]:
    """Say where a reason was read, with links to the lines."""
    parts: list[nodes.Node] = [nodes.Text("Read in ")]
    for text in THREAD.split(reason.reference):
        thread = THREAD.fullmatch(text)
        parts.append(
            link(text, f"https://github.com/{text.replace('#', '/issues/')}")
            if thread
            else nodes.Text(text)
        )
    parts.append(nodes.Text(". See "))
    for number, url in enumerate(reason.links):
        parts += [*([nodes.Text(", ")] if number else []), link(lines(url), url)]
    return [*parts, nodes.Text(".")]


def lines(url: str) -> str:
    """Say which lines of which file a permalink leads to."""
    [(path, first, last)] = PERMALINK.findall(url)
    which = f"lines {first}\N{EN DASH}{last}" if last else f"line {first}"
    return f"{which} of {path.rpartition('/')[2]}"
