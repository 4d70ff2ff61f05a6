"""How tools fare by topic: the newest of each side by side, and every version of one."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from docutils import nodes
from markup import html, section
from measured import (
    cell_anchor,
    every_group,
    every_reason,
    result_place,
    row_place,
    sections,
    tool_place,
    twin,
)
from support import DECIDES, support

from tests.matrix.results import NOT_RUN
from tests.matrix.told import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from measured import Row
    from sphinx.environment import BuildEnvironment
    from support import Supported

# The groups of cases that stand in one table, which is not wider than a page.
TOPICS = {
    "Platform tags": [
        "select/alias",
        "select/canonical",
        "select/exact",
        "select/grammar",
        "select/local",
        "select/unknown",
        "select/wasi",
    ],
    "Choice among files": ["select/*"],
    "Dependencies and markers": ["dependency/*", "markers/*"],
    "Tags of an interpreter": ["environment/*", "running/*", "patch/*"],
    "Real wheels": ["audit/*", "lock-file/*", "wheels/*"],
    "Parsing, builds and indexes": ["parse/*", "build/*", "index/*"],
}
# The last decides where ways of asking are put together.
WORST = [*DECIDES][::-1]


def by_topic(groups: Iterable[str]) -> dict[str, list[str]]:
    """Divide groups of cases by topic, a group in the first that names it."""
    found: dict[str, list[str]] = {}
    for group in groups:
        topic = next(
            topic
            for topic, patterns in TOPICS.items()
            if any(fnmatchcase(group, pattern) for pattern in patterns)
        )
        found.setdefault(topic, []).append(group)
    return {topic: found[topic] for topic in TOPICS if topic in found}


def newest_by_topic(env: BuildEnvironment) -> Iterator[nodes.section]:
    """Yield a section for each topic: a row for each tool, its newest version."""
    placed: set[str] = set()
    for topic, groups in by_topic(every_group()).items():
        rows = [newest_row(one, groups, placed) for one in support()]
        shown = [row for row in rows if any(cell["counts"] for cell in row["cells"])]
        table = html(env, "topic", head="Tool", groups=groups, rows=shown, heads=True)
        yield section(topic, nodes.make_id(topic), table)


def newest_row(one: Supported, groups: list[str], placed: set[str]) -> dict[str, Any]:
    """Return the row of a tool; the first of a tool in a place has the anchors."""
    where = one.rows[0].cell.where
    cells = [newest_cell(one, group, placed) for group in groups]
    asked = any(cell["counts"] for cell in cells)
    return {
        "title": f"{one.name} {one.version}",
        "place": tool_place(one.tool, where),
        "anchor": first(f"newest {one.tool} {where}", placed) if asked else "",
        "cells": cells,
    }


def newest_cell(one: Supported, group: str, placed: set[str]) -> dict[str, Any]:
    """Return what became of a group: a case counts once a runtime, at its worst."""
    worst: dict[tuple[str, str], str] = {}
    for row in one.rows:
        for case in (case for case in row.cases if case.title == group):
            key = (row.cell.runtime.runtime, case.id)
            verdict = row.verdict(case)["verdict"]
            worst[key] = max(worst.get(key, NOT_RUN), verdict, key=WORST.index)
    asked = [row for row in one.rows if row.counts(group)]
    anchor = f"newest {one.tool} {one.rows[0].cell.where} {group}"
    return {
        "counts": Counter(worst.values()),
        "platform": any(row.has_platform for row in asked),
        "place": row_place(asked[0], group) if asked else None,
        "anchor": first(anchor, placed) if asked else "",
    }


def first(text: str, placed: set[str]) -> str:
    """Return an anchor the first time, and nothing when it stands on the page already."""
    anchor = nodes.make_id(text)
    if anchor in placed:
        return ""
    placed.add(anchor)
    return anchor


def tool_results(env: BuildEnvironment, tool: str) -> list[nodes.Node]:
    """Return every version of one tool: a section for each place where it runs.

    :raises ValueError: if the matrix has no such tool.
    """
    places = {where: rows for (of, where), rows in sections().items() if of == tool}
    if not places:
        known = ", ".join(sorted({name for name, _ in sections()}))
        raise ValueError(f"no tool {tool!r} in the matrix; wanted one of: {known}")
    return [
        html(env, "legend"),
        *(of_place(env, tool, where, rows) for where, rows in places.items()),
    ]


def of_place(
    env: BuildEnvironment, tool: str, where: str, rows: list[Row]
) -> nodes.section:
    """Return all versions in one place: what became of them and why, then by topic."""
    patched = [found for row in rows if (found := twin(row))]
    names = dict.fromkeys(name for row in rows + patched for name in row.reasons())
    anchor = tool_place(tool, where)[1]
    manners = (("", rows), ("Patched: ", patched))
    groups = {case.title: None for row in rows for case in row.cases}
    topics = by_topic(group for group in every_group() if group in groups)
    return section(
        f"{tool} {where}",
        anchor,
        html(
            env,
            "versions",
            rows=rows,
            classes=dict.fromkeys(rows, ()),
            overview=False,
        ),
        html(
            env,
            "tool",
            told=[
                manner + " ".join(dict.fromkeys(told(row.cell) for row in those))
                for manner, those in manners
                if those
            ],
            reasons=[every_reason()[name] for name in names],
            title=f"{tool} {where}",
        ),
        *(
            section(
                topic,
                nodes.make_id(f"{anchor} {topic}"),
                html(
                    env,
                    "topic",
                    head="Version",
                    groups=those,
                    rows=[version_row(row, those) for row in rows if asked(row, those)],
                    heads=False,
                ),
            )
            for topic, those in topics.items()
        ),
    )


def asked(row: Row, groups: list[str]) -> bool:
    """Whether a version was asked any case of some groups."""
    return any(case.title in groups for case in row.cases)


def version_row(row: Row, groups: list[str]) -> dict[str, Any]:
    """Return the cells of a version; each leads to its cases on the page of the result."""
    return {
        "title": row.title,
        "place": None,
        "anchor": "",
        "cells": [
            {
                "counts": row.counts(group),
                "platform": row.has_platform,
                "place": result_place(row, nodes.make_id(group))
                if row.counts(group).keys() - {NOT_RUN}
                else None,
                "anchor": cell_anchor(row, group) if row.counts(group) else "",
            }
            for group in groups
        ],
    }
