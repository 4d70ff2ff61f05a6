"""How the pages name verdicts, versions, cases and sources in words and anchors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils.nodes import make_id
from matrix_results import WITH_DETAILS

from tests.matrix.recorded import (
    DIVERGES,
    ERROR,
    NOT_RUN,
    PASS,
    PERMALINK,
    UNSUPPORTED,
)
from tests.toolkit.paths import ROOT

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable
    from pathlib import Path

    from matrix_results import Row

    from wasm_platform_tags.conformance.cases import Case

# The word for each verdict after a number of cases, in the order of the page.
VERDICT_WORDS = {
    PASS: "pass",
    DIVERGES: "diverge",
    UNSUPPORTED: "unsupported",
    ERROR: "error",
    NOT_RUN: "not run",
}


def counts_text(counts: Counter[str]) -> str:
    """Return how many cases had which verdict: "3 pass, 1 diverge"."""
    return ", ".join(
        f"{counts[verdict]} {word}"
        for verdict, word in VERDICT_WORDS.items()
        if counts[verdict]
    )


def score_text(counts: Counter[str]) -> str:
    """Return the counts, in short if all are the same: "n/a", "not run" or "3/3 pass"."""
    number = counts.total()
    if not number:
        return "n/a"
    if counts[NOT_RUN] == number:
        return NOT_RUN
    if counts[PASS] == number:
        return f"{number}/{number} pass"
    return counts_text(counts)


def css_class(counts: Counter[str], *, platform: bool = True) -> str:
    """Return the class of a table's cell.

    Where a runtime has no platform, a pass is not counted as one.
    """
    if WITH_DETAILS & counts.keys():
        return "no"
    if not counts[PASS] or not platform:
        return "none"
    return "yes" if counts[PASS] == counts.total() else "partly"


def version_range(versions: Iterable[str]) -> str:
    """Name consecutive versions: the first and the last."""
    first, *others = versions
    return f"{first} to {others[-1]}" if others else first


def data_page(path: Path) -> str:
    """Return the name of the page that is made of a file of data."""
    return path.relative_to(ROOT).with_suffix("").as_posix()


def verdict_anchor(case: Case, verdict: str) -> str:
    """Return the anchor of a case on the page of a result: of its details, if any."""
    return make_id(f"{verdict if verdict in WITH_DETAILS else ''} {case.id}")


def repeat_command(row: Row, *cases: Case) -> str:
    """Return the command that asks a tool again, all its cases or some."""
    only = " ".join([row.cell.name, *(case.id for case in cases)])
    return f"tox run -e matrix -- --only {only}"


def split_at_issues(text: str) -> list[tuple[str, str]]:
    """Split a text into pairs: a part, and its address if the part names an issue."""
    parts = re.split(r"([\w-]+/[\w.-]+#\d+)", text)
    address = "https://github.com/{}/issues/{}"
    return [
        (part, address.format(*part.split("#")) if number % 2 else "")
        for number, part in enumerate(parts)
    ]


def permalink_text(url: str) -> str:
    """Return which lines of which file a permalink leads to."""
    [(path, first, last)] = PERMALINK.findall(url)
    numbers = f"lines {first}\N{EN DASH}{last}" if last else f"line {first}"
    return f"{numbers} of {path.rpartition('/')[2]}"
