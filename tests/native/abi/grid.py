"""Outcomes in rows and columns, as text that a results file and a page can hold."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

# The best first; a cell is one of these.
WORDS = {
    "works": "the answer is right",
    "wrong": "every call succeeds, and the answer is wrong",
    "fails": "a call reports an error",
    "traps": "the program is ended",
    "refused": "it is not linked",
    "no-header": "it does not compile: the headers have no such thing",
    "not-run": "a part that this needs is not to be had",
}
ANSWERS = {"0": "works", "1": "fails", "2": "wrong"}
CORNER = "built-for"


@dataclass(frozen=True)
class Cell:
    """What came of one combination, and why if it did not run."""

    word: str
    why: str = ""


@dataclass(frozen=True)
class Grid:
    """A table of words."""

    columns: tuple[str, ...]
    rows: dict[str, tuple[str, ...]]
    #: in words, what stands behind cells that are not answers
    reasons: tuple[str, ...] = ()


def render(
    rows: Sequence[str], columns: Sequence[str], cells: Mapping[tuple[str, str], Cell]
) -> str:
    """The grid as lines, and below it each reason with the columns that it holds for."""
    width = max(len(name) for name in (CORNER, *rows)) + 2
    head = CORNER.ljust(width) + " ".join(name.ljust(10) for name in columns)
    lines = [head.rstrip()]
    for row in rows:
        words = (cells[row, column].word.ljust(10) for column in columns)
        lines.append((row.ljust(width) + " ".join(words)).rstrip())
    reasons: dict[tuple[str, str], dict[str, None]] = {}
    for column, row in product(columns, rows):
        cell = cells[row, column]
        if cell.why and cell.word != "not-run":
            # What does not compile is the same in each column.
            where = row if cell.word == "no-header" else column
            reasons.setdefault((cell.word, cell.why), {})[where] = None
    for (word, why), found in reasons.items():
        lines.append(f"{word} ({', '.join(found)}): {why}")
    return "\n".join(lines)


def parse(text: str) -> Grid:
    """What `render` wrote.

    :raises ValueError: if it is no grid.
    """
    head, *lines = text.splitlines() or [""]
    corner, *columns = head.split() or [""]
    if corner != CORNER or not columns:
        raise ValueError(f"no grid: wanted a first line of {CORNER!r} and columns")
    rows: dict[str, tuple[str, ...]] = {}
    reasons = []
    for line in lines:
        name, *words = line.split()
        if set(words) <= set(WORDS) and len(words) == len(columns):
            rows[name] = tuple(words)
        elif name in WORDS:
            reasons.append(line)
        else:
            raise ValueError(f"no row of {len(columns)} outcomes: {line!r}")
    return Grid(tuple(columns), rows, tuple(reasons))


def summary(cells: Mapping[tuple[str, str], Cell]) -> str:
    """How often each outcome is there: ``30 works, 6 wrong``."""
    counts = Counter(cell.word for cell in cells.values())
    return ", ".join(f"{counts[word]} {word}" for word in WORDS if counts[word])
