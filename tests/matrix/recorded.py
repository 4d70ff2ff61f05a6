"""Verdicts: what was observed, held against the cases and the committed results."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from wasm_platform_tags.conformance.runner import (
    DIVERGES,
    ERROR,
    NOT_RUN,
    PASS,
    UNSUPPORTED,
    same,
)

from ..toolkit.files import atomic_write
from .settings import HERE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from wasm_platform_tags.conformance.cases import Case

    from .cells import Cell

# The suite's verdicts are the matrix's too.
__all__ = ["DIVERGES", "ERROR", "NOT_RUN", "PASS", "UNSUPPORTED"]

RESULTS = HERE / "results"

# What a committed result has, and what the verdict of a case in it may have.
KEYS = set("tool version runtime via patched versions measured cases".split())
VERDICTS = (PASS, DIVERGES, UNSUPPORTED, ERROR, NOT_RUN)
OF_A_VERDICT = {"verdict", "observed", "reason", "output"}

# What a divergence can be: less than the case expects, more, or something else.
MISSED, TAKEN, INSTEAD = "missed", "taken", "instead"
DIFFERENCES = (MISSED, TAKEN, INSTEAD)

# Lines of a file as it was at one commit, which a branch or a tag would not fix.
PERMALINK = re.compile(
    r"https://github\.com/[\w.-]+/[\w.-]+/blob/[0-9a-f]{40}/(?P<path>[^#?\s]+)"
    r"#L(?P<first>[0-9]+)(?:-L(?P<last>[0-9]+))?"
)


def difference(expected: Any, observed: Any) -> str:
    """How an observation is unlike what is expected: one of `DIFFERENCES`.

    A file is missed where none was chosen, and taken where none should be; so is a
    dependency, an acceptance, and a tag of a list. Where a yes or a no is expected,
    anything else is no answer, and so something else.
    """
    if isinstance(expected, bool) and not isinstance(observed, bool):
        return INSTEAD
    wanted, found = _members(expected), _members(observed)
    if found < wanted:
        return MISSED
    return TAKEN if found > wanted else INSTEAD


def _members(value: Any) -> set[str]:
    if value is None or value is False:
        return set()
    members = value if isinstance(value, list) else [value]
    return {json.dumps(member, sort_keys=True) for member in members}


@dataclass(frozen=True)
class Verdict:
    """One case in one cell; `output` is kept and not compared.

    It is in the tool's own words, or says why the tool could not be asked.
    """

    verdict: str
    observed: Any = None
    reason: str | None = None
    output: str = field(default="", compare=False)

    def json(self) -> dict[str, Any]:
        """What is compared: a pass observed what the case expects."""
        if self.verdict == DIVERGES:
            return {
                "verdict": self.verdict,
                "observed": self.observed,
                "reason": self.reason,
            }
        if self.verdict == ERROR:
            return {"verdict": self.verdict, "observed": self.observed}
        return {"verdict": self.verdict}

    def committed(self) -> dict[str, Any]:
        """What is committed: of what the tool would not do, the words as well."""
        if self.verdict in (DIVERGES, UNSUPPORTED) and self.output:
            return {**self.json(), "output": self.output}
        return self.json()

    def __str__(self) -> str:
        if self.verdict in (PASS, UNSUPPORTED):
            return self.verdict
        reason = f" ({self.reason})" if self.reason else ""
        return f"{self.verdict}: {json.dumps(self.observed)}{reason}"


@dataclass(frozen=True)
class Reason:
    """Why a divergence happens, and which ones it explains."""

    id: str
    text: str
    reference: str
    # To the lines where it was read.
    links: tuple[str, ...]
    tools: tuple[str, ...]
    cases: tuple[str, ...]
    # Which differences it explains: a tool that passes files over takes none wrongly.
    observed: tuple[str, ...]

    def concerns(self, cell: str, case: str) -> bool:
        """Whether it is about that cell and case, whatever was observed."""
        return any(fnmatchcase(cell, glob) for glob in self.tools) and any(
            fnmatchcase(case, glob) for glob in self.cases
        )

    def explains(self, cell: str, case: Case, observed: Any) -> bool:
        """Whether this is why that cell observed that in the case."""
        kind = difference(case.expect, observed)
        return kind in self.observed and self.concerns(cell, case.id)


class ReasonError(ValueError):
    """reasons.json is wrong."""


def load_reasons(path: Path = HERE / "reasons.json") -> list[Reason]:
    """Every reason, in the order in which they are tried."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        reasons = [
            Reason(
                name,
                reason["text"],
                reason["reference"],
                tuple(map(str, reason["links"])),
                tuple(reason["tools"]),
                tuple(reason["cases"]),
                tuple(reason["observed"]),
            )
            for name, reason in data.items()
        ]
    except (OSError, ValueError) as error:
        raise ReasonError(f"{path}: cannot be read as JSON: {error}") from None
    except KeyError as missing:
        raise ReasonError(f"{path}: a reason has no {missing}") from None
    for reason in reasons:
        if not reason.observed or not set(reason.observed) <= set(DIFFERENCES):
            raise ReasonError(
                f"{path}: {reason.id} explains {list(reason.observed)}, wanted some of"
                f" {', '.join(DIFFERENCES)}"
            )
        if not reason.links or not all(map(PERMALINK.fullmatch, reason.links)):
            raise ReasonError(
                f"{path}: {reason.id} links to {list(reason.links)}, wanted permalinks to"
                " lines: https://github.com/OWNER/REPO/blob/COMMIT/PATH#L1-L2"
            )
    return reasons


def judge(
    case: Case, cell: Cell, observed: Any, output: str, reasons: Iterable[Reason]
) -> Verdict:
    """Pass if it is what the case expects; else why not, if a reason is known."""
    if same(observed, case.expect):
        return Verdict(PASS, observed, output=output)
    explaining = (r.id for r in reasons if r.explains(cell.name, case, observed))
    reason = next(explaining, None)
    return Verdict(DIVERGES, observed, reason, output)


@dataclass(frozen=True)
class Result:
    """Everything about one cell."""

    cell: Cell
    versions: Mapping[str, str]
    verdicts: Mapping[str, Verdict]

    def json(self, measured: str) -> dict[str, Any]:
        """The committed form."""
        return {
            "tool": self.cell.tool.tool,
            "version": self.cell.tool.version,
            "runtime": self.cell.runtime.runtime,
            "via": self.cell.via,
            "patched": self.cell.patched,
            "versions": dict(self.versions),
            "measured": measured,
            "cases": {name: v.committed() for name, v in sorted(self.verdicts.items())},
        }


@dataclass(frozen=True)
class Mismatch:
    """What is not as committed, or what nothing explains."""

    cell: str
    case: str
    expected: str
    observed: str
    output: str = ""


class ResultError(ValueError):
    """A committed result is none, as after a merge that did not go through."""


def load_committed(cell: Cell, folder: Path = RESULTS) -> dict[str, Any] | None:
    """The committed result of a cell."""
    path = folder / f"{cell.name}.json"
    if not path.exists():
        return None
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultError(f"{path}: cannot be read as JSON: {error}") from None
    if fault := _fault(data):
        raise ResultError(f"{path}: {fault}")
    return data


def _fault(data: Any) -> str:
    """Why a file is no committed result, or nothing."""
    if not isinstance(data, dict):
        return "wanted an object"
    if unlike := data.keys() ^ KEYS:
        return f"has too little or too much: {', '.join(sorted(unlike))}"
    for part in ("versions", "cases"):
        if not isinstance(data[part], dict):
            return f"{part}: wanted an object"
    for name, verdict in data["cases"].items():
        if not isinstance(verdict, dict) or verdict.get("verdict") not in VERDICTS:
            return f"{name}: wanted a verdict, one of {', '.join(VERDICTS)}"
        if unknown := verdict.keys() - OF_A_VERDICT:
            return f"{name}: a verdict has no {', '.join(sorted(unknown))}"
    return ""


def committed_verdicts(data: Mapping[str, Any] | None) -> dict[str, Verdict]:
    """The verdicts of a committed result."""
    cases = data["cases"] if data else {}
    return {name: Verdict(**verdict) for name, verdict in cases.items()}


def changed_versions(
    result: Result, data: Mapping[str, Any] | None
) -> dict[str, tuple[str, str]]:
    """The versions that are not those of the committed `data`, before and now.

    The Python of a cell on the host is this machine's, and need not be the same.
    """
    if data is None:
        return {}
    before, now = data["versions"], result.versions
    return {
        name: (before.get(name, "none"), now.get(name, "none"))
        for name in {**before, **now}
        if before.get(name) != now.get(name)
        and not (result.cell.on_host and name == "python")
    }


def compare(result: Result, data: Mapping[str, Any] | None) -> list[Mismatch]:
    """Where the result is not the committed one, which is `data`."""
    found = [
        Mismatch(result.cell.name, f"versions: {name}", before, now)
        for name, (before, now) in changed_versions(result, data).items()
    ]
    committed = committed_verdicts(data)
    for case, verdict in result.verdicts.items():
        before = committed.get(case)
        if before is None or not same(before.json(), verdict.json()):
            expected = str(before) if before else "nothing committed"
            found.append(
                Mismatch(result.cell.name, case, expected, str(verdict), verdict.output)
            )
    return found


def faults(result: Result) -> list[Mismatch]:
    """What must never be committed: errors, and divergences without a reason."""
    unknown = [
        Mismatch(result.cell.name, "versions", "an answer", said)
        for name, said in result.versions.items()
        if name == ERROR
    ]
    return unknown + [
        Mismatch(
            result.cell.name,
            case,
            "a reason in reasons.json" if verdict.verdict == DIVERGES else "an answer",
            str(verdict),
            verdict.output,
        )
        for case, verdict in result.verdicts.items()
        if verdict.verdict == ERROR
        or (verdict.verdict == DIVERGES and verdict.reason is None)
    ]


def stale(
    cells: Iterable[Cell], cases: Iterable[Case], folder: Path = RESULTS
) -> list[Mismatch]:
    """What is committed for cells and cases that are no more."""
    known = {cell.name: cell for cell in cells}
    by_id = {case.id: case for case in cases}
    found = []
    for path in sorted(folder.glob("*.json")):
        cell = known.get(path.stem)
        if cell is None:
            found.append(Mismatch(path.stem, "*", "no result", "a committed result"))
            continue
        found += [
            Mismatch(cell.name, name, "no result", "a committed result")
            for name in committed_verdicts(load_committed(cell, folder))
            if name not in by_id or not cell.applies(by_id[name])
        ]
    return found


def remove_stale(cells: Iterable[Cell], folder: Path = RESULTS) -> None:
    """Remove the results of cells that are no more."""
    known = {cell.name for cell in cells}
    for path in folder.glob("*.json"):
        if path.stem not in known:
            path.unlink()


def write(result: Result, measured: str, folder: Path = RESULTS) -> None:
    """Write the result of a whole cell: its versions and its day hold for every case."""
    before = load_committed(result.cell, folder)
    # The same observation in words that differ, as in a time, is no change.
    kept = {
        name: verdict
        for name, verdict in committed_verdicts(before).items()
        if not changed_versions(result, before)
        and name in result.verdicts
        and same(verdict.json(), result.verdicts[name].json())
        and verdict.output
    }
    whole = Result(result.cell, result.versions, {**result.verdicts, **kept})
    data = whole.json(measured)
    if before and {**data, "measured": before["measured"]} == before:
        return
    folder.mkdir(parents=True, exist_ok=True)
    atomic_write(folder / f"{result.cell.name}.json", dump(data))


def dump(data: Mapping[str, Any]) -> str:
    """JSON with one case a line, so that a change shows as one."""
    cases = ",\n".join(
        f"    {json.dumps(name)}: {json.dumps(verdict)}"
        for name, verdict in data["cases"].items()
    )
    head = json.dumps({k: v for k, v in data.items() if k != "cases"}, indent=2)
    return head.removesuffix("\n}") + f',\n  "cases": {{\n{cases}\n  }}\n}}\n'
