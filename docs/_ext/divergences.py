"""Every reason why tools diverge: which versions do, where it was read, how to see it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from casepage import way
from markup import html, section
from measured import every_reason, every_row, reason_place, repeat, span

from tests.matrix.settings import load_settings

if TYPE_CHECKING:
    from docutils import nodes
    from measured import Row
    from sphinx.environment import BuildEnvironment

    from wasm_platform_tags.conformance.cases import Case


def upstream_divergences(env: BuildEnvironment) -> list[nodes.Node]:
    """Return a section for each reason that a committed result has."""
    found: dict[str, dict[Row, list[Case]]] = {}
    for row in every_row().values():
        for case in row.cases:
            if reason := row.verdict(case).get("reason"):
                found.setdefault(reason, {}).setdefault(row, []).append(case)
    return [
        section(
            name,
            reason_place(name)[1],
            html(
                env,
                "divergence",
                reason=reason,
                rules=sorted(
                    {c.requirement for cs in found[name].values() for c in cs}
                ),
                tools=folded(found[name]),
                found=found[name],
                command=repeat(row, cases[0]),
            ),
        )
        for name, reason in every_reason().items()
        if name in found
        for row, cases in [list(found[name].items())[-1]]
    ]


def folded(found: dict[Row, list[Case]]) -> list[dict[str, Any]]:
    """Return what diverges by tool: versions that do in the same runtimes are one line."""
    tools: dict[str, dict[str, list[Row]]] = {}
    for row in found:
        tools.setdefault(way(row), {}).setdefault(row.cell.tool.version, []).append(row)
    lines = []
    for tool, versions in tools.items():
        where = {version: runtimes(rows) for version, rows in versions.items()}
        for named, those in groupby(versions, key=where.__getitem__):
            same = list(those)
            rows = [row for version in same for row in versions[version]]
            counts = sorted({len(found[row]) for row in rows})
            lines.append(
                {
                    "tool": f"{tool} {span(same)}",
                    "where": named,
                    "cases": span(map(str, counts)),
                    "row": rows[-1],
                    "case": found[rows[-1]][0],
                }
            )
    return lines


def runtimes(rows: list[Row]) -> str:
    """Name the runtimes of some rows; those that follow one another are a span."""
    order = [runtime.runtime for runtime in load_settings().runtimes]
    places = sorted({order.index(row.cell.runtime.runtime) for row in rows})
    spans = groupby(places, key=lambda place: place - places.index(place))
    return ", ".join(span([order[place] for place in those]) for _, those in spans)
