"""The page of a result: what one tool made of every case, in one runtime and manner."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from casepage import shown
from docutils import nodes
from measured import (
    WITH_DETAILS,
    by_name,
    case_link,
    group_anchor,
    in_words,
    reason_text,
    repeat,
    result_link,
    row_link,
    twin,
    verdict_anchor,
)
from tables import code, folded, permalink

from tests.matrix.results import UNSUPPORTED
from tests.matrix.told import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from measured import Row
    from sphinx.addnodes import download_reference

    from wasm_platform_tags.conformance.cases import Case

# So much fits on a line.
LINE = 80


def result_page(row: Row, download: download_reference) -> nodes.section:
    """Return the page: what was run, what diverges and why, then all by group."""
    groups = dict.fromkeys(case.title for case in row.cases)
    return nodes.section(
        "",
        nodes.title("", f"{row.cell.tool.tool} {row.title}"),
        up(row),
        facts(row, download),
        *divergences(row),
        *refusals(row),
        *(group_section(row, group) for group in groups),
        ids=[nodes.make_id(f"result {row.cell.name}")],
    )


def up(row: Row) -> nodes.paragraph:
    """Return the way to other versions, and to the twin with or without the patch."""
    every = row_link(row, f"Every version of {row.cell.tool.tool}")
    paragraph = nodes.paragraph("", "", every, nodes.Text("."))
    if other := twin(row):
        manner = "patched" if other.cell.patched else "unpatched"
        paragraph += [
            nodes.Text(" The same "),
            result_link(other, manner),
            nodes.Text(f": {in_words(other.counts())}."),
        ]
    return paragraph


def facts(row: Row, download: download_reference) -> nodes.field_list:
    """Return what was run, when, what came of it, and how to run it again."""
    cell, committed = row.cell, row.committed or {"versions": {}}
    versions = [f"{what} {which}" for what, which in committed["versions"].items()]
    fields: dict[str, nodes.Node] = {
        "Tool": nodes.Text(f"{cell.tool.tool} {cell.tool.version}"),
        "Runtime": nodes.Text(f"{cell.runtime.runtime} ({', '.join(versions)})"),
        **({"Manner": nodes.Text(cell.via)} if cell.via else {}),
        "Library": nodes.Text("patched in" if cell.patched else "not patched in"),
        "Told or lent": nodes.Text(told(cell)),
        "Measured": nodes.Text(row.measured),
        "Cases": nodes.Text(f"{len(row.cases)}: {in_words(row.counts())}"),
        "To repeat": repeat(row),
        "Raw result": download,
    }
    return nodes.field_list(
        "",
        *(
            nodes.field(
                "",
                nodes.field_name("", title),
                nodes.field_body("", nodes.paragraph("", "", value)),
            )
            for title, value in fields.items()
        ),
        classes=["facts"],
    )


def divergences(row: Row) -> Iterator[nodes.section]:
    """Yield a section for each reason, with the cases that it explains."""
    found: dict[str, list[Case]] = {}
    for case in row.cases:
        verdict = row.verdict(case)
        if verdict["verdict"] in WITH_DETAILS:
            found.setdefault(verdict.get("reason") or "", []).append(case)
    for reason, cases in found.items():
        yield nodes.section(
            "",
            nodes.title("", f"Diverges: {reason or 'no reason is recorded'}"),
            reason_text(reason),
            nodes.bullet_list("", *(divergence(case, row) for case in cases)),
            ids=[nodes.make_id(f"diverges {reason}")],
        )


def divergence(case: Case, row: Row) -> nodes.list_item:
    """Return one case: what was wanted, what came, and what the tool said."""
    verdict = row.verdict(case)
    anchor = verdict_anchor(case, verdict["verdict"])
    parts = [
        case_link(case),
        nodes.Text(": expected "),
        code(shown(case, case.expect)),
        nodes.Text(", observed "),
        code(shown(case, verdict["observed"])),
        permalink(anchor, "Link to this case"),
    ]
    paragraph = nodes.paragraph("", "", *parts)
    return nodes.list_item(
        "", paragraph, *words(verdict.get("output", "")), ids=[anchor]
    )


def refusals(row: Row) -> Iterator[nodes.section]:
    """Yield a section with what the tool said where it could not be asked."""
    found = Counter(
        verdict["output"]
        for verdict in map(row.verdict, row.cases)
        if verdict["verdict"] == UNSUPPORTED and "output" in verdict
    )
    items = [
        nodes.list_item("", nodes.paragraph("", f"In {count} cases:"), *words(output))
        for output, count in found.items()
    ]
    if items:
        title = nodes.title("", "Unsupported")
        listed = nodes.bullet_list("", *items)
        yield nodes.section("", title, listed, ids=["unsupported"])


def words(output: str) -> Iterator[nodes.Node]:
    """Yield a tool's own words as they are, folded if they are more than a line."""
    if not output:
        return
    block = nodes.literal_block(output, output, language="none")
    if len(output) <= LINE:
        yield block
        return
    yield from folded("In its own words", block)


def group_section(row: Row, group: str) -> nodes.section:
    """Return all cases of a group, with the targets that share a verdict."""
    cases = by_name(case for case in row.cases if case.title == group)
    items = nodes.bullet_list()
    for of, those in cases.items():
        anchor = nodes.make_id(of)
        parts = [
            case_link(those[0], of.rpartition("/")[2]),
            nodes.Text(": "),
            *verdicts(row, those),
            permalink(anchor, "Link to this case"),
        ]
        items += nodes.list_item("", nodes.paragraph("", "", *parts), ids=[anchor])
    beside = []  # a patched result has one cell in the table
    if not row.cell.patched:
        beside.append(
            nodes.paragraph("", "", row_link(row, "In other versions", group))
        )
    return nodes.section(
        "",
        nodes.title("", f"{group}: {in_words(row.counts(group))}"),
        *beside,
        items,
        ids=[group_anchor(group)],
    )


def verdicts(row: Row, cases: list[Case]) -> list[nodes.Node]:
    """Return each verdict and its targets; every target has an anchor on the page."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(row.verdict(case)["verdict"], []).append(case)
    parts: list[nodes.Node] = []
    for verdict, those in found.items():
        if those[0].target is None:
            return [detailed(verdict, those[0], verdict)]
        separator = f"; {verdict} " if parts else f"{verdict} "
        for case in those:
            parts.append(nodes.Text(separator))
            target = case.target.id if case.target else ""
            inside = detailed(target, case, verdict)
            parts.append(nodes.inline("", "", inside, ids=[nodes.make_id(case.id)]))
            separator = ", "
    return parts


def detailed(text: str, case: Case, verdict: str) -> nodes.Node:
    """Return the text, as a link to the details above if there are any."""
    if verdict not in WITH_DETAILS:
        return nodes.Text(text)
    anchor = verdict_anchor(case, verdict)
    return nodes.reference("", text, refuri=f"#{anchor}", internal=True)
