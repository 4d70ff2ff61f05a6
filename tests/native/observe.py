"""What a run is, what it showed, and how that is held against the committed results."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.toolkit.command import BadInputError
from tests.toolkit.files import atomic_write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

RESULTS = Path(__file__).with_name("results.json")
RECORD = {"measured", "outcome", "output"}
# What differs from one run or machine to the next, and what is shown in its place.
UNSTABLE = [
    (re.compile(r"\x1b\[[0-9;]*m"), ""),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "http://127.0.0.1:PORT"),
    (re.compile(r"0x[0-9a-f]{4,}"), "0x..."),
    (re.compile(r"pip-(?:ephem|build|req)-[\w-]+"), "pip-TEMPORARY"),
    (re.compile(r"\b\d+(?:\.\d+)? ?(?:ms|kB/s|MB/s)\b"), "..."),
    (re.compile(r"(?:/[\w.+-]+){2,}/(?=[\w.+-])"), ".../"),
]


@dataclass(frozen=True)
class Observation:
    """What a run showed: in a word, in its own words, and raw."""

    outcome: str
    output: str
    raw: str = ""

    def json(self) -> dict[str, str]:
        """What is committed."""
        return {"outcome": self.outcome, "output": self.output}

    def is_as(self, committed: Mapping[str, str]) -> bool:
        """Whether it is what was seen before, whenever that was."""
        return self.json().items() <= committed.items()


@dataclass(frozen=True)
class Run:
    """One thing to do: in the laboratory, or with another workshop."""

    id: str
    what: str
    do: Callable[[Any], Observation]
    # Why the PEP's rule matters here; empty where nothing is compared with it.
    wrongly: str = ""
    rule: str = ""
    # Run by its name only: a part that it needs is large.
    by_name: bool = False


def shown(outcome: str, output: str, raw: str = "") -> Observation:
    """An observation whose output is the same on every machine."""
    return Observation(outcome, normalise(output), raw or output)


def normalise(text: str) -> str:
    """The text without paths, ports, addresses and times."""
    for pattern, replacement in UNSTABLE:
        text = pattern.sub(replacement, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def load(path: Path = RESULTS) -> dict[str, dict[str, str]]:
    """The committed observations by their runs: outcome, output, day of measurement."""
    if not path.exists():
        return {}
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInputError(f"{path}: cannot be read as JSON: {error}") from None
    if not isinstance(data, dict) or any(
        not isinstance(one, dict) or one.keys() != RECORD for one in data.values()
    ):
        raise BadInputError(
            f"{path}: wanted, for each run, an object with {', '.join(sorted(RECORD))}"
        )
    return data


def save(
    found: Mapping[str, Observation],
    known: Iterable[str],
    measured: str,
    path: Path = RESULTS,
) -> None:
    """Write the results; what did not run now keeps its result, and its day."""
    now = {name: {"measured": measured, **one.json()} for name, one in found.items()}
    merged = {**load(path), **now}
    results = {name: merged[name] for name in known if name in merged}
    atomic_write(path, json.dumps(results, indent=1) + "\n")


def differences(
    found: Mapping[str, Observation], committed: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """Every observation that is not the committed one, in words."""
    lines = []
    for name, observation in found.items():
        old, new = committed.get(name), observation.json()
        if old is None:
            lines.append(f"{name}: not committed yet; observed {_one_line(new)}")
        elif not observation.is_as(old):
            lines.append(
                f"{name}: committed {_one_line(old)}; observed {_one_line(new)}"
            )
    return lines


def stale(known: Iterable[str], committed: Iterable[str]) -> list[str]:
    """Committed results of runs that are no more."""
    return [f"{name}: there is no such run" for name in sorted({*committed} - {*known})]


def _one_line(result: Mapping[str, str]) -> str:
    return f"{result['outcome']!r}: {result['output']!r}"
