"""The page of a group of cases: what is asked, what is right, and how the tools fare."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

from docutils import nodes
from links import page_link
from measured import (
    WORDS,
    answers,
    by_name,
    every_group,
    every_reason,
    every_row,
    in_words,
    name,
    reason_link,
    result_link,
    verdict_anchor,
)
from native import rule
from tables import code, table

from tests.matrix.results import PASS
from tests.matrix.settings import CONFORMANCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from measured import Row
    from sphinx.addnodes import download_reference
    from tables import Cell

    from wasm_platform_tags.conformance.cases import Case

# What can be told apart without quotes.
PLAIN = re.compile("[!-~]+( [!-~]+)*")


def cases_page(
    group: str, description: str, download: download_reference
) -> nodes.section:
    """Return the page: a section for each case, with all its targets."""
    cases = every_group()[group]
    up = nodes.paragraph("", "A group of the ")
    up += page_link("conformance cases", "docs/cases")
    up += [nodes.Text(". The file: "), download, nodes.Text(".")]
    return nodes.section(
        "",
        nodes.title("", group),
        up,
        nodes.paragraph("", f"{description} {about(cases[0].kind)}"),
        *(section(those) for those in by_name(cases).values()),
        ids=[nodes.make_id(f"cases {group}")],
    )


def about(kind: str) -> str:
    """Return what a case of this kind holds."""
    schema = json.loads((CONFORMANCE / "schema.json").read_bytes())
    return f"A case holds: {schema['$defs'][kind]['description']}"


def section(cases: list[Case]) -> nodes.section:
    """Return the section of one case on all its targets."""
    first = cases[0]
    what = nodes.paragraph("", f"{first.description} Rule: ")
    what += [rule(first.requirement), nodes.Text(".")]
    given = [key for key, value in first.data.items() if value != "any"]
    target = ["target"] if first.target else []
    rows: list[tuple[str, list[Cell]]] = [
        (
            nodes.make_id(f"case {case.id} given"),
            [
                *([case.target.id] if case.target else []),
                *(lines(case, case.data[key]) for key in given),
                lines(case, case.expect),
            ],
        )
        for case in cases
    ]
    return nodes.section(
        "",
        nodes.title("", name(first).rpartition("/")[2]),
        what,
        table([*target, *given, "expect"], rows, "data"),
        *outcome(cases),
        ids=[nodes.make_id(f"case {name(first)}")],
    )


def lines(case: Case, value: object) -> list[nodes.Node]:
    """Return data as code, what is in a list or an object one below the other."""
    if isinstance(value, dict):
        texts = [f"{key}: {json.dumps(item)}" for key, item in value.items()]
    elif isinstance(value, list):
        texts = [shown(case, item) for item in value]
    else:
        texts = [shown(case, value)]
    # The style sheet puts each on a line of its own.
    parts: list[nodes.Node] = []
    for text in texts:
        parts += [code(text), nodes.Text(" ")]
    return parts or [nodes.Text("none")]


def shown(case: Case, value: object) -> str:
    """Return a value as text: no file is "none", a file goes without its project."""
    if value is None:
        return "none"
    if isinstance(value, str) and PLAIN.fullmatch(value):
        return value.removeprefix(case.project.replace("-", "_") + "-")
    return json.dumps(value)


def outcome(cases: list[Case]) -> Iterator[nodes.Node]:
    """Say how many pass, and name by tool and reason those that do not."""
    counts: Counter[str] = Counter()
    others: dict[tuple[str, str], dict[str, dict[Row, list[Case]]]] = {}
    for case in cases:
        for row, verdict in answers().get(case.id, ()):
            counts[verdict["verdict"]] += 1
            if verdict["verdict"] != PASS:
                why = (verdict["verdict"], verdict.get("reason") or "")
                tool = f"{row.cell.tool.tool} {row.cell.where}"
                rows = others.setdefault(why, {}).setdefault(tool, {})
                rows.setdefault(row, []).append(case)
    yield nodes.paragraph("", f"Observed: {in_words(counts) or 'no tool is asked'}.")
    order = list(WORDS)
    if others:
        yield nodes.bullet_list(
            "",
            *(
                nodes.list_item("", not_passed(*why, others[why]))
                for why in sorted(others, key=lambda why: order.index(why[0]))
            ),
        )


def not_passed(
    verdict: str, reason: str, tools: Mapping[str, Mapping[Row, list[Case]]]
) -> nodes.paragraph:
    """Return the cells with one verdict for one reason, each a link to its result."""
    paragraph = nodes.paragraph("", "", nodes.strong("", verdict))
    if reason in every_reason():
        paragraph += [nodes.Text(", "), reason_link(every_reason()[reason])]
    for tool, rows in tools.items():
        separator, version = f". {tool}: ", ""
        for row in filter(rows.__contains__, every_row().values()):
            cases = rows[row]
            anchor = verdict_anchor(cases[0], verdict)
            paragraph += nodes.Text(separator)
            again = row.cell.tool.version == version
            version = row.cell.tool.version
            paragraph += result_link(row, row.place if again else row.title, anchor)
            if cases[0].target and row.cell.on_host:
                targets = ", ".join(case.target.id for case in cases if case.target)
                paragraph += nodes.Text(f" ({targets})")
            separator = "; "
    paragraph += nodes.Text(".")
    return paragraph
