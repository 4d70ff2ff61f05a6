"""Verdicts: compare observations with the cases, and with the committed results."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from wasm_platform_tags.conformance.cases import Case
from wasm_platform_tags.conformance.runner import (
    DIVERGES,
    ERROR,
    NOT_RUN,
    PASS,
    UNSUPPORTED,
    same,
)

from ..toolkit.recorded import atomic_write, load
from .cells import Cell
from .settings import HERE

__all__ = ["DIVERGES", "ERROR", "NOT_RUN", "PASS", "UNSUPPORTED"]

RESULTS = HERE / "results"

# The members of a committed result, and those of the verdict of a case in it.
KEYS = set("tool version runtime via patched versions measured cases".split())
VERDICTS = (PASS, DIVERGES, UNSUPPORTED, ERROR, NOT_RUN)
VERDICT_KEYS = {"verdict", "observed", "reason", "output"}

# How an observation differs: less than the case expects, more, or something else.
MISSED, TAKEN, INSTEAD = "missed", "taken", "instead"
DIFFERENCES = (MISSED, TAKEN, INSTEAD)

# A link to lines of a file at one commit: at a branch or a tag they could change.
PERMALINK = re.compile(
    r"https://github\.com/[\w.-]+/[\w.-]+/blob/[0-9a-f]{40}/(?P<path>[^#?\s]+)"
    r"#L(?P<first>[0-9]+)(?:-L(?P<last>[0-9]+))?"
)


def difference(expected: Any, observed: Any) -> str:
    """Return how an observation differs from the expectation: one of `DIFFERENCES`.

    A file is missed if none was chosen, and taken if none should be; the same is said of a
    dependency, an acceptance, and the tags of a list. Where a boolean is expected, any
    other type is something else.
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
    """The verdict of one case in one cell.

    :param output: what the tool wrote, or why it could not be asked. It is not compared.
    """

    verdict: str
    observed: Any = None
    reason: str | None = None
    output: str = field(default="", compare=False)

    def json(self) -> dict[str, Any]:
        """Return what is compared. The observation of a pass is what the case expects."""
        data: dict[str, Any] = {"verdict": self.verdict}
        if self.verdict in (DIVERGES, ERROR):
            data["observed"] = self.observed
        if self.verdict == DIVERGES:
            data["reason"] = self.reason
        return data

    def committed(self) -> dict[str, Any]:
        """Return what is committed: also the output, where the tool does not pass."""
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
    """Why a tool diverges, and which divergences this explains.

    :param links: to the lines of its source that show it.
    :param tools: patterns of cells.
    :param cases: patterns of cases.
    :param observed: which `DIFFERENCES` it explains.
    """

    id: str
    text: str
    reference: str
    links: tuple[str, ...]
    tools: tuple[str, ...]
    cases: tuple[str, ...]
    observed: tuple[str, ...]

    def concerns(self, cell: str, case: str) -> bool:
        """Whether its patterns match the cell and the case."""
        return any(fnmatchcase(cell, glob) for glob in self.tools) and any(
            fnmatchcase(case, glob) for glob in self.cases
        )

    def explains(self, cell: str, case: Case, observed: Any) -> bool:
        """Whether it explains that observation."""
        kind = difference(case.expect, observed)
        return kind in self.observed and self.concerns(cell, case.id)


# The members of a reason that are lists, in the order of `Reason`.
LISTS = ("links", "tools", "cases", "observed")


class ReasonError(ValueError):
    """reasons.json cannot be read, or a reason in it is incomplete."""


def load_reasons(path: Path = HERE / "reasons.json") -> list[Reason]:
    """Return the reasons, in the order in which they are tried.

    :raises ReasonError: if the file is wrong.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        reasons = [
            Reason(
                name,
                reason["text"],
                reason["reference"],
                *(tuple(map(str, reason[key])) for key in LISTS),
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


def verdict_for(
    case: Case, cell: Cell, observed: Any, output: str, reasons: Iterable[Reason]
) -> Verdict:
    """Return the verdict of an observation: with the first reason that explains it."""
    if same(observed, case.expect):
        return Verdict(PASS, observed, output=output)
    explaining = (r.id for r in reasons if r.explains(cell.name, case, observed))
    reason = next(explaining, None)
    return Verdict(DIVERGES, observed, reason, output)


@dataclass(frozen=True)
class Result:
    """The versions and the verdicts of one cell."""

    cell: Cell
    versions: Mapping[str, str]
    verdicts: Mapping[str, Verdict]

    def json(self, measured: str) -> dict[str, Any]:
        """Return what is committed.

        :param measured: the day.
        """
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
    """An observation that is not the committed one, or that must not be committed."""

    cell: str
    case: str
    expected: str
    observed: str
    output: str = ""


def load_committed(cell: Cell, folder: Path = RESULTS) -> dict[str, Any] | None:
    """Return the committed result of a cell, if there is one.

    :raises ResultError: if the file is broken.
    """
    return load(folder / f"{cell.name}.json", _fault)


def _fault(data: dict[str, Any]) -> str:
    """Return why an object is not a committed result, or an empty string."""
    if unlike := data.keys() ^ KEYS:
        return f"has too little or too much: {', '.join(sorted(unlike))}"
    for part in ("versions", "cases"):
        if not isinstance(data[part], dict):
            return f"{part}: wanted an object"
    for name, verdict in data["cases"].items():
        if not isinstance(verdict, dict) or verdict.get("verdict") not in VERDICTS:
            return f"{name}: wanted a verdict, one of {', '.join(VERDICTS)}"
        if unknown := verdict.keys() - VERDICT_KEYS:
            return f"{name}: a verdict has no {', '.join(sorted(unknown))}"
    return ""


def committed_verdicts(data: Mapping[str, Any] | None) -> dict[str, Verdict]:
    """Return the verdicts of a committed result."""
    cases = data["cases"] if data else {}
    return {name: Verdict(**verdict) for name, verdict in cases.items()}


def changed_versions(
    result: Result, data: Mapping[str, Any] | None
) -> dict[str, tuple[str, str]]:
    """Return the versions that differ from the committed ones, before and now.

    The Python of a cell on the host is that of this machine, and may differ.

    :param data: the committed result.
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
    """Return where a result differs from the committed one.

    :param data: the committed result.
    """
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
    """Return what must not be committed: errors, and divergences without a reason."""
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
    """Return the committed results of cells and cases that no longer exist."""
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
    """Remove the results of cells that no longer exist."""
    known = {cell.name for cell in cells}
    for path in folder.glob("*.json"):
        if path.stem not in known:
            path.unlink()


def write(result: Result, measured: str, folder: Path = RESULTS) -> None:
    """Write the result of a whole cell, because its versions and its day are one.

    :param measured: the day. A result that does not change keeps its own.
    """
    before = load_committed(result.cell, folder)
    # Output that differs is no change, as where it has a time in it.
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
    """Return JSON with one case on each line, so that a diff shows each change."""
    cases = ",\n".join(
        f"    {json.dumps(name)}: {json.dumps(verdict)}"
        for name, verdict in data["cases"].items()
    )
    head = json.dumps({k: v for k, v in data.items() if k != "cases"}, indent=2)
    return head.removesuffix("\n}") + f',\n  "cases": {{\n{cases}\n  }}\n}}\n'
