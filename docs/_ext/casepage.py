"""What was asked and what became of it: the pages of cases, and of why tools differ."""

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
    every_reason,
    every_row,
    repeat,
    sign,
    span,
)

from tests.matrix.recorded import PASS, UNSUPPORTED
from tests.matrix.settings import CONFORMANCE, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from measured import Row
    from sphinx.addnodes import download_reference
    from sphinx.environment import BuildEnvironment
    from sphinx.util.docutils import SphinxDirective

    from wasm_platform_tags.conformance.cases import Case

    # The class of a cell of a grid, its words, its row of the matrix, and the evidence.
    Outcome = tuple[str, str, Row, Case]

PASSED = {"verdict": PASS}
WORDS = {UNSUPPORTED: "cannot"}
CASES = CONFORMANCE / "cases"
# What can be told apart without quotes.
PLAIN = re.compile("[!-~]+( [!-~]+)*")
# Ways of showing a tool the same files, which are no other question.
LISTINGS = {None, "html", "json", "links"}


def case_groups(page: SphinxDirective) -> list[nodes.Node]:
    """Return the table of all groups."""
    return [html(page.env, "cases", groups=every_group(), about=about)]


def about(group: str) -> str:
    """Return what a group of cases is about."""
    return str(json.loads((CASES / f"{group}.json").read_bytes())["description"])


def cases_page(
    env: BuildEnvironment, group: str, download: download_reference
) -> nodes.section:
    """Return the page: a section for each case, with all its targets."""
    cases = every_group()[group]
    schema = json.loads((CONFORMANCE / "schema.json").read_bytes())
    holds = schema["$defs"][cases[0].kind]["description"]
    return section(
        f"Conformance cases: {group}",
        nodes.make_id(f"cases {group}"),
        nodes.paragraph("", f"{about(group)} A case holds: {holds}"),
        nodes.paragraph("", "The file: ", download, nodes.Text(".")),
        *(
            section(
                title.rpartition("/")[2],
                nodes.make_id(f"case {title}"),
                html(env, "case", cases=those, lines=lines, **of_case(those)),
            )
            for title, those in by_name(cases).items()
        ),
    )


def lines(case: Case, value: object) -> list[str]:
    """Return data as text, what is in a list or an object one below the other."""
    if isinstance(value, dict):
        return [f"{key}: {json.dumps(item)}" for key, item in value.items()]
    items = value if isinstance(value, list) else [value]
    return [shown(case, item) for item in items]


def shown(case: Case, value: object) -> str:
    """Return a value as text: no file is "none", a file goes without its project."""
    if value is None:
        return "none"
    if isinstance(value, str) and PLAIN.fullmatch(value):
        return value.removeprefix(case.project.replace("-", "_") + "-")
    return json.dumps(value)


def of_case(cases: list[Case]) -> dict[str, Any]:
    """Return what every version made of a case on its targets, and why."""
    wanted = {case.id for case in cases}
    outcomes: list[Outcome] = []
    reasons: dict[str, None] = {}
    for row in every_row().values():
        found = {c.id: row.verdict(c) for c in row.cases if c.id in wanted}
        if not found:
            continue
        verdict, *others = counts = Counter(v["verdict"] for v in found.values())
        share = f"{counts[PASS]}/{counts.total()}"
        words = share if others else WORDS.get(verdict, verdict)
        failed = (case for case in cases if found.get(case.id, PASSED) != PASSED)
        passed = (case for case in cases if case.id in found)
        outcomes.append((sign(counts), words, row, next(failed, None) or next(passed)))
        reasons |= dict.fromkeys(v["reason"] for v in found.values() if v.get("reason"))
    return grid(outcomes) | {"reasons": reasons}


def divergences(page: SphinxDirective) -> list[nodes.Node]:
    """Return a section for each reason that a committed result has."""
    parts: list[nodes.Node] = []
    for name, reason in every_reason().items():
        found = {
            row: those
            for row in every_row().values()
            if (those := [c for c in row.cases if row.verdict(c).get("reason") == name])
        }
        for last, cases in [*found.items()][-1:]:
            about = {
                "reason": reason,
                "found": found,
                "rules": sorted(
                    {c.requirement for those in found.values() for c in those}
                ),
                "command": repeat(last, cases[0]),
            }
            table = grid(("no", str(len(of)), row, of[0]) for row, of in found.items())
            content = html(page.env, "divergence", **about, **table)
            parts.append(section(name, nodes.make_id(f"upstream {name}"), content))
    return parts


def grid(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """Put outcomes in lines by version and columns by runtime.

    Versions that follow one another and fare alike are one line.
    """
    tools: dict[str, dict[str, dict[str, Outcome]]] = {}
    for outcome in outcomes:
        cell = outcome[2].cell
        line = tools.setdefault(way(outcome[2]), {}).setdefault(cell.tool.version, {})
        if cell.runtime.runtime not in line or outcome[0] == "no":
            line[cell.runtime.runtime] = outcome
    rows = []
    for tool, versions in tools.items():
        alike = {
            version: {runtime: one[:2] for runtime, one in line.items()}
            for version, line in versions.items()
        }
        for _, same in groupby(versions, key=alike.__getitem__):
            those = list(same)
            rows.append((f"{tool} {span(those)}", versions[those[-1]]))
    order = (runtime.runtime for runtime in load_settings().runtimes)
    runtimes = [one for one in order if any(one in line for _, line in rows)]
    return {"runtimes": runtimes, "rows": rows}


def way(row: Row) -> str:
    """Name a tool and how it was asked, where that is another question."""
    via = "" if row.cell.via in LISTINGS else f" ({row.cell.via})"
    return f"{row.cell.tool.tool}{via}{' patched' if row.cell.patched else ''}"
