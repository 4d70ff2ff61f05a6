"""Tables as docutils nodes: rows may carry an id, cells hold text or nodes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from docutils import nodes

if TYPE_CHECKING:
    from collections.abc import Iterable

# Text, a node, or several nodes side by side.
Cell = str | nodes.Node | Sequence[nodes.Node]


def code(text: str) -> nodes.literal:
    """Return *text* set as code."""
    return nodes.literal(text, text)


def permalink(anchor: str, title: str) -> nodes.reference:
    """Return the link that headings show on hover, for any other element."""
    return nodes.reference(
        "",
        "\N{PILCROW SIGN}",
        internal=True,
        refuri=f"#{anchor}",
        reftitle=title,
        classes=["headerlink"],
    )


def folded(summary: str, *blocks: nodes.Node) -> list[nodes.Node]:
    """Return blocks that a reader may unfold; the summary is plain text."""
    head = f"<details><summary>{escape(summary)}</summary>"
    return [
        nodes.raw("", head, format="html"),
        *blocks,
        nodes.raw("", "</details>", format="html"),
    ]


def entry(cell: Cell, *after: nodes.Node) -> nodes.entry:
    """Return one cell of a table, with the nodes *after* in the same paragraph."""
    if isinstance(cell, nodes.entry):
        return cell
    if isinstance(cell, str):
        cell = nodes.Text(cell)
    parts = [cell] if isinstance(cell, nodes.Node) else list(cell)
    return nodes.entry("", nodes.paragraph("", "", *parts, *after))


def table(
    columns: Sequence[Cell], rows: Iterable[tuple[str, Sequence[Cell]]], name: str = ""
) -> nodes.table:
    """Return a table with a head of *columns*; a row is a pair of its id and its cells.

    *name* is a class for the style sheet.
    """
    group = nodes.tgroup("", cols=len(columns))
    # The first cell of a row is its head.
    group += [nodes.colspec(colwidth=1, stub=int(not n)) for n in range(len(columns))]
    group += nodes.thead("", nodes.row("", *map(entry, columns)))
    body = nodes.tbody()
    for row_id, cells in rows:
        first = entry(cells[0], permalink(row_id, "Link to this row"))
        body += nodes.row("", first, *map(entry, cells[1:]), ids=[row_id])
    group += body
    return nodes.table("", group, classes=["colwidths-auto", *name.split()])
