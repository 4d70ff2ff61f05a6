"""The pages of cases, with each tool's outcomes, and of the reasons of divergences."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

from docutils import nodes
from markup import html, section
from matrix_results import all_reasons, all_rows, cases_by_group, cases_by_name
from wording import css_class, repeat_command, version_range

from tests.matrix.recorded import PASS, UNSUPPORTED
from tests.matrix.settings import load_settings
from tests.toolkit.paths import CONFORMANCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from matrix_results import Row
    from sphinx.addnodes import download_reference
    from sphinx.environment import BuildEnvironment
    from sphinx.util.docutils import SphinxDirective

    from wasm_platform_tags.conformance.cases import Case

    # The class of a cell of a grid, its text, its row of the matrix, and the evidence.
    Outcome = tuple[str, str, Row, Case]

PASSED = {"verdict": PASS}
WORDS = {UNSUPPORTED: "cannot"}
CASES = CONFORMANCE / "cases"
# Text whose start and end are plain without quotes.
PLAIN = re.compile("[!-~]+( [!-~]+)*")
# Ways to give a tool the same files; they make no other question.
LISTINGS = {None, "html", "json", "links"}


def case_groups(page: SphinxDirective) -> list[nodes.Node]:
    """Return the table of all groups."""
    return [
        html(page.env, "cases", groups=cases_by_group(), describe=group_description)
    ]


def group_description(group: str) -> str:
    """Return the description of a group of cases."""
    return str(json.loads((CASES / f"{group}.json").read_bytes())["description"])


def cases_page(
    env: BuildEnvironment, group: str, download: download_reference
) -> nodes.section:
    """Return the page: a section for each case, with all its targets."""
    cases = cases_by_group()[group]
    schema = json.loads((CONFORMANCE / "schema.json").read_bytes())
    holds = schema["$defs"][cases[0].kind]["description"]
    return section(
        f"Conformance cases: {group}",
        nodes.make_id(f"cases {group}"),
        nodes.paragraph("", f"{group_description(group)} A case holds: {holds}"),
        nodes.paragraph("", "The file: ", download, nodes.Text(".")),
        *(
            section(
                title.rpartition("/")[2],
                nodes.make_id(f"case {title}"),
                html(
                    env, "case", cases=same, value_lines=value_lines, **observed(same)
                ),
            )
            for title, same in cases_by_name(cases).items()
        ),
    )


def value_lines(case: Case, value: object) -> list[str]:
    """Return a value as text, a line for each item of a list or an object."""
    if isinstance(value, dict):
        return [f"{key}: {json.dumps(item)}" for key, item in value.items()]
    items = value if isinstance(value, list) else [value]
    return [value_text(case, item) for item in items]


def value_text(case: Case, value: object) -> str:
    """Return a value as text: "none" for no file, a file without its project's name."""
    if value is None:
        return "none"
    if isinstance(value, str) and PLAIN.fullmatch(value):
        return value.removeprefix(case.project.replace("-", "_") + "-")
    return json.dumps(value)


def observed(cases: list[Case]) -> dict[str, Any]:
    """Return the grid of what every version did with a case, and the reasons."""
    wanted = {case.id for case in cases}
    outcomes: list[Outcome] = []
    reasons: dict[str, None] = {}
    for row in all_rows().values():
        verdicts = {c.id: row.verdict(c) for c in row.cases if c.id in wanted}
        if not verdicts:
            continue
        outcomes.append(outcome(row, cases, verdicts))
        reasons |= dict.fromkeys(
            verdict["reason"] for verdict in verdicts.values() if verdict.get("reason")
        )
    return grid(outcomes) | {"reasons": reasons}


def outcome(
    row: Row, cases: list[Case], verdicts: Mapping[str, Mapping[str, Any]]
) -> Outcome:
    """Return what a tool did with a case; the evidence is the first that did not pass."""
    verdict, *others = counts = Counter(v["verdict"] for v in verdicts.values())
    share = f"{counts[PASS]}/{counts.total()}"
    text = share if others else WORDS.get(verdict, verdict)
    asked = [case for case in cases if case.id in verdicts]
    failed = (case for case in asked if verdicts[case.id] != PASSED)
    return css_class(counts), text, row, next(failed, asked[0])


def divergences(page: SphinxDirective) -> list[nodes.Node]:
    """Return a section for each reason that a committed result has."""
    parts: list[nodes.Node] = []
    for name, reason in all_reasons().items():
        found = {
            row: cases
            for row in all_rows().values()
            if (cases := [c for c in row.cases if row.verdict(c).get("reason") == name])
        }
        for last, cases in [*found.items()][-1:]:
            context = {
                "reason": reason,
                "found": found,
                "rules": sorted(
                    {case.requirement for cases in found.values() for case in cases}
                ),
                "command": repeat_command(last, cases[0]),
            }
            table = grid(
                ("no", str(len(cases)), row, cases[0]) for row, cases in found.items()
            )
            content = html(page.env, "divergence", **context, **table)
            parts.append(section(name, nodes.make_id(f"upstream {name}"), content))
    return parts


def grid(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """Arrange outcomes in rows by version and columns by runtime.

    Consecutive versions with equal outcomes are one row.
    """
    tools: dict[str, dict[str, dict[str, Outcome]]] = {}
    for outcome in outcomes:
        cell = outcome[2].cell
        versions = tools.setdefault(tool_label(outcome[2]), {})
        runtimes = versions.setdefault(cell.tool.version, {})
        if cell.runtime.runtime not in runtimes or outcome[0] == "no":
            runtimes[cell.runtime.runtime] = outcome
    rows = []
    for tool, versions in tools.items():
        text = {
            version: {runtime: one[:2] for runtime, one in runtimes.items()}
            for version, runtimes in versions.items()
        }
        for _, group in groupby(versions, key=text.__getitem__):
            equal = list(group)
            rows.append((f"{tool} {version_range(equal)}", versions[equal[-1]]))
    names = [runtime.runtime for runtime in load_settings().runtimes]
    shown = [name for name in names if any(name in runtimes for _, runtimes in rows)]
    return {"runtimes": shown, "rows": rows}


def tool_label(row: Row) -> str:
    """Return a tool's name, with how it was asked where that is another question."""
    via = "" if row.cell.via in LISTINGS else f" ({row.cell.via})"
    return f"{row.cell.tool.tool}{via}{' patched' if row.cell.patched else ''}"
