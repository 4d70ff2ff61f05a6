"""Put cases to an adapter and judge its answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .child import Child, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .cases import Case

__all__ = ["Outcome", "request", "run"]

#: the version of the contract, INTERPRETING.md; adapters may check it
SUITE = "1"

PASS, DIVERGES, UNSUPPORTED, ERROR, NOT_RUN = (
    "pass",
    "diverges",
    "unsupported",
    "error",
    "not run",
)


@dataclass(frozen=True)
class Outcome:
    """What came of one case."""

    #: the case
    case: Case
    #: ``"pass"``, ``"diverges"``, ``"unsupported"``, ``"error"`` or ``"not run"``
    verdict: str
    #: the adapter's result, where it gave one
    observed: Any = None
    #: why there is no result, or what else the adapter said
    detail: str = ""

    def json(self) -> dict[str, Any]:
        """Return the outcome as values that the json module can write."""
        return {
            "id": self.case.id,
            "requirement": self.case.requirement,
            "verdict": self.verdict,
            "expected": self.case.expect,
            "observed": self.observed,
            "detail": self.detail,
        }


def request(case: Case) -> dict[str, Any]:
    """Return what an adapter is told of a case: all but what is right."""
    about: dict[str, Any] = {"suite": SUITE, "id": case.id, "kind": case.kind}
    if case.target is not None:
        about["target"] = {
            "python": case.target.python,
            "python_full_version": case.target.words["python_full"],
            "platform": case.target.platform,
        }
    if case.kind == "select":
        about["project"] = case.project
    return about | dict(case.data)


def run(
    command: Sequence[str], cases: Iterable[Case], *, seconds: float = 10
) -> Iterator[Outcome]:
    """Put cases to an adapter, one after another, and yield what comes of each.

    An adapter that crashes or hangs is started again for the next case, three times
    at most; cases after that are "not run".

    :param command: the adapter and its arguments.
    :param seconds: how long it may take for a case. The first case of a process may
        take six times as long, for the process has to start.
    """
    child = Child(command)
    try:
        for case in cases:
            if child.given_up:
                yield Outcome(case, NOT_RUN, detail="the adapter died too often")
                continue
            yield _ask(child, case, seconds if child.running else 6 * seconds)
    finally:
        child.close()


def _ask(child: Child, case: Case, seconds: float) -> Outcome:
    try:
        child.send(json.dumps(request(case)))
        line = child.receive(seconds)
    except NoAnswer as none:
        said = f"; it wrote: {none.stderr.strip()}" if none.stderr.strip() else ""
        return Outcome(case, ERROR, detail=f"{none}{said}")
    try:
        answer = json.loads(line)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        return _broken(
            child, case, f"wanted a JSON object on a line, got {line!r:.300}"
        )
    if answer.get("id") != case.id:
        return _broken(
            child, case, f"wanted an answer to {case.id!r}, got {line!r:.300}"
        )
    given = [key for key in ("result", "unsupported", "error") if key in answer]
    if len(given) != 1:
        return _broken(
            child,
            case,
            'wanted one of "result", "unsupported" and "error",'
            f" got {', '.join(given) or 'none'}",
        )
    if given == ["result"]:
        observed = answer["result"]
        verdict = PASS if same(observed, case.expect) else DIVERGES
        return Outcome(case, verdict, observed, str(answer.get("output", "")))
    verdict = UNSUPPORTED if given == ["unsupported"] else ERROR
    return Outcome(case, verdict, detail=str(answer[given[0]]))


def _broken(child: Child, case: Case, detail: str) -> Outcome:
    """The answer breaks the contract; what follows in the pipe cannot be trusted."""
    child.abandon()
    return Outcome(case, ERROR, detail=detail)


def same(observed: object, expected: object) -> bool:
    """Compare as JSON does, where true is not 1."""
    return json.dumps(observed, sort_keys=True) == json.dumps(expected, sort_keys=True)
