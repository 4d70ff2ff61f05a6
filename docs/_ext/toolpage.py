"""Results by topic: the newest version of each tool, and every version of one tool."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from docutils import nodes
from markup import html, section
from matrix_results import (
    all_reasons,
    cases_by_group,
    counterpart,
    rows_by_tool_and_place,
)
from support import support

if TYPE_CHECKING:
    from collections.abc import Collection

    from matrix_results import Row
    from sphinx.environment import BuildEnvironment
    from sphinx.util.docutils import SphinxDirective

# The groups of cases in each table; a table is not wider than a page.
TOPICS = {
    "Platform tags": "alias canonical exact grammar local unknown wasi",
    "Choice among files": "build compressed free-threaded pure python stable-abi versions",
    "Dependencies and markers": "dependency/* markers/*",
    "Tags of an interpreter": "environment/* running/* patch/*",
    "Real wheels": "audit/* lock-file/* wheels/*",
    "Parsing, builds and indexes": "parse/* build/* index/*",
}


def by_topic(groups: Collection[str]) -> dict[str, list[str]]:
    """Divide groups of cases by topic, in the suite's order."""
    found = {
        topic: [
            group
            for group in filter(groups.__contains__, cases_by_group())
            for pattern in patterns.split()
            if fnmatchcase(group.removeprefix("select/"), pattern)
        ]
        for topic, patterns in TOPICS.items()
    }
    return {topic: listed for topic, listed in found.items() if listed}


def newest_by_topic(env: BuildEnvironment) -> list[nodes.section]:
    """Return a section for each topic: a row for each tool, its newest version."""
    placed: set[str] = set()  # only a tool's first row in a place gets the anchor
    return [
        section(
            topic,
            nodes.make_id(topic),
            html(env, "newest", groups=groups, rows=support(), placed=placed),
        )
        for topic, groups in by_topic(cases_by_group()).items()
    ]


def tool_results(page: SphinxDirective) -> list[nodes.Node]:
    """Return every version of one tool: a section for each place where it runs."""
    name = "".join(page.arguments)
    places = {
        where: rows
        for (tool, where), rows in rows_by_tool_and_place().items()
        if tool == name
    }
    if not places:
        known = ", ".join(sorted({tool for tool, _ in rows_by_tool_and_place()}))
        raise page.error(f"no tool {name!r} in the matrix; wanted one of: {known}")
    parts = [
        place_section(page.env, f"{name} {where}", rows)
        for where, rows in places.items()
    ]
    return [html(page.env, "legend"), *parts]


def place_section(env: BuildEnvironment, title: str, rows: list[Row]) -> nodes.section:
    """Return all versions in one place: their results and reasons, then by topic."""
    patched = [found for row in rows if (found := counterpart(row))]
    names = dict.fromkeys(name for row in rows + patched for name in row.reasons())
    reasons = [all_reasons()[name] for name in names]
    anchor = nodes.make_id(f"results {title}")
    return section(
        title,
        anchor,
        html(env, "versions", rows=rows, overview=False),
        html(env, "tool", rows=rows, patched=patched, reasons=reasons),
        *(
            section(
                topic,
                nodes.make_id(f"{anchor} {topic}"),
                html(env, "topic", groups=groups, rows=rows),
            )
            for topic, groups in by_topic(
                {case.title for row in rows for case in row.cases}
            ).items()
        ),
    )
