"""Runs, their observations, and the comparison with the committed results."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.toolkit import recorded
from tests.toolkit.output import COLOUR, normalise_output

RESULTS = Path(__file__).with_name("results.json")
RECORD = {"measured", "outcome", "output"}
# Text that differs between runs or machines, and its replacement.
UNSTABLE = [
    COLOUR,
    (re.compile(r"http://127\.0\.0\.1:\d+"), "http://127.0.0.1:PORT"),
    (re.compile(r"0x[0-9a-f]{4,}"), "0x..."),
    (re.compile(r"pip-(?:ephem|build|req)-[\w-]+"), "pip-TEMPORARY"),
    (re.compile(r"\b\d+(?:\.\d+)? ?(?:ms|kB/s|MB/s)\b"), "..."),
    (re.compile(r"(?:/[\w.+-]+){2,}/(?=[\w.+-])"), ".../"),
]


@dataclass(frozen=True)
class Observation:
    """The result of a run: one word, its normalised output, and its raw output."""

    outcome: str
    output: str
    raw: str = ""

    def json(self) -> dict[str, str]:
        """Return the members that are committed."""
        return {"outcome": self.outcome, "output": self.output}

    def is_as(self, committed: Mapping[str, str]) -> bool:
        """Whether it equals the committed observation; the day is not compared."""
        return self.json().items() <= committed.items()


@dataclass(frozen=True)
class Run:
    """One experiment. `do` takes the context of its application."""

    id: str
    what: str
    do: Callable[[Any], Observation]
    # Why the PEP's rule matters here; empty where nothing is compared with it.
    wrongly: str = ""
    rule: str = ""
    # Whether only its full name selects it, because it needs a large download.
    by_name: bool = False


def shown(outcome: str, output: str, raw: str = "") -> Observation:
    """Return an observation, with output that is the same on every machine."""
    return Observation(outcome, normalise(output), raw or output)


def normalise(text: str) -> str:
    """Return the text without paths, ports, addresses and times."""
    return normalise_output(text, replacements=UNSTABLE)


def load(path: Path = RESULTS) -> dict[str, dict[str, str]]:
    """Return the committed observations by run: outcome, output, day of measurement.

    :raises ResultError: if the file has another content.
    """
    return recorded.load(path, _fault) or {}


def _fault(data: dict[str, Any]) -> str:
    if all(isinstance(one, dict) and one.keys() == RECORD for one in data.values()):
        return ""
    return f"wanted, for each run, an object with {', '.join(sorted(RECORD))}"


def save(
    found: Mapping[str, Observation], known: Iterable[str], measured: str, path: Path
) -> None:
    """Write the results; a run that was not repeated keeps its result and its day."""
    now = {name: {"measured": measured, **one.json()} for name, one in found.items()}
    merged = {**load(path), **now}
    results = {name: merged[name] for name in known if name in merged}
    recorded.write(path, results)


def differences(
    found: Mapping[str, Observation], committed: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """Return one line for each observation that differs from the committed one."""
    lines = []
    for name, observation in found.items():
        old, new = committed.get(name), observation.json()
        if old is None or not observation.is_as(old):
            known = f"committed {_one_line(old)}" if old else "not committed yet"
            lines.append(f"{name}: {known}; observed {_one_line(new)}")
    return lines


def _one_line(result: Mapping[str, str]) -> str:
    return f"{result['outcome']!r}: {result['output']!r}"
