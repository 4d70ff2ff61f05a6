"""The pages of the cases: what is asked, what is right, and how the tools fare."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

from docutils import nodes
from markup import html, section
from measured import (
    by_name,
    every_group,
    every_row,
    said,
    sign,
    span,
    verdict_place,
)

from tests.matrix.results import PASS
from tests.matrix.settings import CONFORMANCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from measured import Row
    from sphinx.addnodes import download_reference
    from sphinx.environment import BuildEnvironment

    from wasm_platform_tags.conformance.cases import Case

    # For each runtime, what a version made of a case, and where it made that.
    Outcomes = Mapping[str, tuple[Counter[str], Row, Case]]

# What can be told apart without quotes.
PLAIN = re.compile("[!-~]+( [!-~]+)*")
# Ways of showing a tool the same files, which are no other question.
LISTINGS = {None, "html", "json", "links"}


def case_groups(env: BuildEnvironment) -> list[nodes.Node]:
    """Return the table of all groups."""
    rows = [
        (group, len(by_name(cases)), len(cases), described(group)["description"])
        for group, cases in every_group().items()
    ]
    return [html(env, "cases", rows=rows)]


def described(group: str) -> dict[str, Any]:
    """Return the file of a group of cases."""
    path = CONFORMANCE / "cases" / f"{group}.json"
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def cases_page(
    env: BuildEnvironment, group: str, download: download_reference
) -> nodes.section:
    """Return the page: a section for each case, with all its targets."""
    cases = every_group()[group]
    schema = json.loads((CONFORMANCE / "schema.json").read_bytes())
    about = schema["$defs"][cases[0].kind]["description"]
    return section(
        f"Conformance cases: {group}",
        nodes.make_id(f"cases {group}"),
        nodes.paragraph("", f"{described(group)['description']} A case holds: {about}"),
        nodes.paragraph("", "The file: ", download, nodes.Text(".")),
        *(
            section(
                title.rpartition("/")[2],
                nodes.make_id(f"case {title}"),
                html(env, "case", cases=those, lines=lines, **grid(those)),
            )
            for title, those in by_name(cases).items()
        ),
    )


def lines(case: Case, value: object) -> list[str]:
    """Return data as text, what is in a list or an object one below the other."""
    if isinstance(value, dict):
        return [f"{key}: {json.dumps(item)}" for key, item in value.items()]
    return [
        shown(case, item) for item in (value if isinstance(value, list) else [value])
    ]


def shown(case: Case, value: object) -> str:
    """Return a value as text: no file is "none", a file goes without its project."""
    if value is None:
        return "none"
    if isinstance(value, str) and PLAIN.fullmatch(value):
        return value.removeprefix(case.project.replace("-", "_") + "-")
    return json.dumps(value)


def grid(cases: list[Case]) -> dict[str, Any]:
    """Return what every version in every runtime made of a case on its targets.

    Versions that follow one another and fare alike are one line.
    """
    tools: dict[str, dict[str, dict[str, tuple[Counter[str], Row, Case]]]] = {}
    reasons: dict[str, None] = {}
    wanted = {case.id for case in cases}
    for row in every_row().values():
        for case in (case for case in row.cases if case.id in wanted):
            verdict = row.verdict(case)
            versions = tools.setdefault(way(row), {})
            outcomes = versions.setdefault(row.cell.tool.version, {})
            runtime = row.cell.runtime.runtime
            counts, at, first = outcomes.get(runtime, (Counter(), row, case))
            if verdict["verdict"] != PASS and counts[PASS] == counts.total():
                at, first = row, case  # the evidence: the first that does not pass
            counts[verdict["verdict"]] += 1
            outcomes[runtime] = (counts, at, first)
            if reason := verdict.get("reason"):
                reasons[reason] = None
    runtimes = dict.fromkeys(
        row.cell.runtime.runtime
        for row in every_row().values()
        if any(case.id in wanted for case in row.cases)
    )
    rows = [line for tool, versions in tools.items() for line in merged(tool, versions)]
    return {"runtimes": list(runtimes), "rows": rows, "reasons": list(reasons)}


def way(row: Row) -> str:
    """Name a tool and how it was asked, where that is another question."""
    parts = [row.cell.tool.tool]
    if row.cell.via not in LISTINGS:
        parts.append(f"({row.cell.via})")
    if row.cell.patched:
        parts.append("patched")
    return " ".join(parts)


def merged(
    tool: str, versions: Mapping[str, Outcomes]
) -> Iterator[tuple[str, str, dict[str, tuple[str, str, Any]]]]:
    """Yield a tool, a span of versions, and by runtime a sign, words and a place."""

    def alike(version: str) -> list[tuple[str, str]]:
        return [(runtime, worded(one[0])) for runtime, one in versions[version].items()]

    for _, those in groupby(versions, key=alike):
        same = list(those)
        outcomes = versions[same[-1]]
        yield (
            tool,
            span(same),
            {
                runtime: (
                    sign(counts),
                    worded(counts),
                    None if sign(counts) == "yes" else verdict_place(row, case),
                )
                for runtime, (counts, row, case) in outcomes.items()
            },
        )


def worded(counts: Counter[str]) -> str:
    """Return a verdict on all targets in a word, else how many had which."""
    (verdict, *others) = counts
    return said(counts) if others else {"unsupported": "cannot"}.get(verdict, verdict)
