"""The page of a result: what one tool made of every case, in one runtime and manner."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from casepage import shown
from docutils import nodes
from markup import html, section
from measured import WITH_DETAILS, by_name, every_reason, in_words

from tests.matrix.results import UNSUPPORTED
from tests.matrix.told import told

if TYPE_CHECKING:
    from measured import Row
    from sphinx.addnodes import download_reference
    from sphinx.environment import BuildEnvironment

    from wasm_platform_tags.conformance.cases import Case


def result_page(
    env: BuildEnvironment, row: Row, download: download_reference
) -> nodes.section:
    """Return the page: what was run, what diverges and why, then all by group."""
    diverging: dict[str, list[Case]] = {}
    for case in row.cases:
        verdict = row.verdict(case)
        if verdict["verdict"] in WITH_DETAILS:
            diverging.setdefault(verdict.get("reason") or "", []).append(case)
    refused = Counter(
        verdict["output"]
        for verdict in map(row.verdict, row.cases)
        if verdict["verdict"] == UNSUPPORTED and "output" in verdict
    )
    parts = [
        section(
            f"Diverges: {reason or 'no reason is recorded'}",
            nodes.make_id(f"diverges {reason}"),
            html(
                env,
                "diverges",
                row=row,
                cases=cases,
                reason=every_reason().get(reason),
                shown=shown,
            ),
        )
        for reason, cases in diverging.items()
    ]
    if refused:
        parts.append(
            section("Unsupported", "unsupported", html(env, "refused", refused=refused))
        )
    for group in dict.fromkeys(case.title for case in row.cases):
        cases = by_name(case for case in row.cases if case.title == group)
        parts.append(
            section(
                f"{group}: {in_words(row.counts(group))}",
                nodes.make_id(group),
                html(
                    env,
                    "group",
                    row=row,
                    group=group,
                    cases=cases,
                    by_verdict=by_verdict,
                ),
            )
        )
    return section(
        f"{row.cell.tool.tool} {row.title}",
        nodes.make_id(f"result {row.cell.name}"),
        html(env, "result", row=row, told=told(row.cell)),
        nodes.paragraph("", "Raw result: ", download, nodes.Text(".")),
        *parts,
    )


def by_verdict(row: Row, cases: list[Case]) -> dict[str, list[Case]]:
    """Return the targets of one case by what became of it there."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(row.verdict(case)["verdict"], []).append(case)
    return found
