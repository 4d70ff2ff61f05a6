"""Tables for a terminal, by rich if it is installed, else in plain columns.

No text can control the terminal: what cannot be printed is escaped.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from .._text import printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from typing import TypeAlias

    from rich.table import Table
    from rich.text import Text

    # Lines are a list; a Text is made by text().
    Cell: TypeAlias = str | list[str] | Text


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str | list[str]]]
) -> None:
    """Print a title and a table.

    :param columns: their titles, all empty for a table without a head.
    :param rows: their cells; a list is of lines.
    """
    try:
        from rich.console import Console
    except ModuleNotFoundError:
        for line in (printable(title), "", *_plain(columns, rows)):
            print(line)
    else:
        Console().print(text(title, "bold"), table(columns, rows))


def _plain(
    columns: Sequence[str], rows: Iterable[Sequence[str | list[str]]]
) -> Iterable[str]:
    """Yield the lines of a table without rich."""
    lines: list[Sequence[str]] = []
    for row in rows:
        cells = ([cell] if isinstance(cell, str) else cell for cell in row)
        lines += zip_longest(*cells, fillvalue="")
    lines = [tuple(map(printable, line)) for line in lines]
    if any(columns):
        lines.insert(0, columns)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    if any(columns):
        lines.insert(1, ["-" * width for width in widths])
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        yield "  ".join(padded).rstrip()


def text(shown: str | list[str], style: str = "") -> Text:
    """Return a text, or lines, in a style of rich; what cannot be printed is escaped."""
    from rich.text import Text

    lines = [shown] if isinstance(shown, str) else shown
    return Text("\n".join(map(printable, lines)), style)


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    numbers: Collection[str] = ("#",),
) -> Table:
    """Return a table of rich.

    :param columns: their titles, all empty for a table without a head. A column that
        names a tag does not wrap, so that tags can be copied.
    :param rows: their cells.
    :param numbers: the titles of columns that hold numbers.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

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
