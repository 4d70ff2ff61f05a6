"""Tables for a terminal, which obeys nothing that a stranger wrote. Needs rich."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from .._text import printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from typing import TypeAlias

    # A list is of lines, which alone may break a cell; a Text is made by text().
    Cell: TypeAlias = str | list[str] | Text


def text(shown: str | list[str], style: str = "") -> Text:
    """Return a text, or lines, in a style of rich's; what cannot be printed is escaped."""
    lines = [shown] if isinstance(shown, str) else shown
    return Text("\n".join(map(printable, lines)), style)


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    numbers: Collection[str] = ("#",),
) -> Table:
    """Return a table.

    :param columns: their titles, all empty for a table without a head. One that names a
        tag is never broken, for a tag is there to be copied.
    :param rows: their cells.
    :param numbers: the titles of columns that hold numbers.
    """
    made = Table(
        box=box.SIMPLE_HEAD,
        show_header=any(columns),
        collapse_padding=True,
        pad_edge=False,
    )
    for column in columns:
        made.add_column(
            column,
            justify="right" if column in numbers else "left",
            no_wrap="tag" in column,
            overflow="fold",
        )
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else text(cell) for cell in row))
    return made
