"""Put cases to an adapter and judge its answers."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ..cli.conformance_options import START
from .build import module, wheel
from .child import AdapterError, AdapterTimeout, Child

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence

    from .cases import Case

__all__ = ["Outcome", "request", "run", "same"]

#: the version of the contract, INTERPRETING.md; adapters may check it
SUITE = "1"

PASS, DIVERGES, UNSUPPORTED, ERROR, NOT_RUN = (
    "pass",
    "diverges",
    "unsupported",
    "error",
    "not run",
)

# No result has a reason to nest deeper, and what is read must be written again.
_DEEPEST = 20


@dataclass(frozen=True)
class Outcome:
    """What came of one case."""

    #: the case
    case: Case
    #: ``"pass"``, ``"diverges"``, ``"unsupported"``, ``"error"`` or ``"not run"``
    verdict: str
    #: the adapter's result, where it gave one
    observed: Any = None
    #: why there is no result, or what else the adapter said; not escaped for a terminal
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
    """Return what an adapter is told of a case: all but what is right.

    The wheel of an audit case is its name here, and its path when it is put.
    """
    about: dict[str, Any] = {"suite": SUITE, "id": case.id, "kind": case.kind}
    if case.target is not None:
        about["target"] = {
            "python": case.target.python,
            "python_full_version": case.target.words["python_full"],
            "platform": case.target.platform,
        }
    if case.kind == "select":
        about["project"] = case.project
    if case.kind == "audit":
        return about | {"wheel": case.data["build"]}
    return about | dict(case.data)


def run(
    command: Sequence[str],
    cases: Iterable[Case],
    *,
    seconds: float = 10,
    start: float = START,
) -> Generator[Outcome, None, None]:
    """Put cases to an adapter, one after another, and yield what comes of each.

    An adapter that crashes or hangs is started again for the next case, three times
    at most; cases after that are "not run".

    :param command: the adapter and its arguments.
    :param seconds: how long it may take for a case.
    :param start: how much longer for the first case of a process, which has to start.
    """
    child = Child(command)
    with TemporaryDirectory(prefix="wasm-tags-") as scratch:
        try:
            for case in cases:
                if child.given_up:
                    yield Outcome(case, NOT_RUN, detail="the adapter died too often")
                    continue
                asked = request(case)
                if case.kind == "audit":
                    asked["wheel"] = str(_built(case, Path(scratch)))
                yield _ask(
                    child, case, asked, seconds + (0 if child.running else start)
                )
        finally:
            child.close()


def _built(case: Case, folder: Path) -> Path:
    """The wheel of an audit case, as its description says."""
    files = {name: module(given) for name, given in case.data["modules"].items()}
    return wheel(folder, case.data["build"], files, case.data.get("stated"))


def _ask(child: Child, case: Case, asked: Mapping[str, Any], seconds: float) -> Outcome:
    try:
        child.send(json.dumps(asked))
        line = child.receive(seconds)
    except AdapterError as none:
        hint = " (does it flush each line?)" if isinstance(none, AdapterTimeout) else ""
        said = f"; it wrote: {none.stderr.strip()}" if none.stderr.strip() else ""
        return Outcome(case, ERROR, detail=f"{none}{hint}{said}")
    try:
        answer = _read(line)
    except ValueError as error:
        return _broken(
            child, case, f"wanted a JSON object on a line, got {line!r:.300}: {error}"
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
    for key, least in (("unsupported", 1), ("error", 1), ("output", 0)):
        text = answer.get(key, "text")
        if not isinstance(text, str) or len(text.strip()) < least:
            what = "a sentence" if least else "a text"
            said = json.dumps(text)
            return _broken(child, case, f'"{key}": wanted {what}, got {said:.300}')
    if given == ["result"]:
        observed = answer["result"]
        verdict = PASS if same(observed, case.expect) else DIVERGES
        return Outcome(case, verdict, observed, answer.get("output", ""))
    verdict = UNSUPPORTED if given == ["unsupported"] else ERROR
    return Outcome(case, verdict, detail=answer[given[0]])


def _broken(child: Child, case: Case, detail: str) -> Outcome:
    """The answer breaks the contract; what follows in the pipe cannot be trusted."""
    child.abandon()
    return Outcome(case, ERROR, detail=detail)


def _read(line: str) -> dict[str, Any]:
    """The object on a line.

    :raises ValueError: if it is not one that can be written as JSON again.
    """
    try:
        answer = json.loads(
            line,
            object_pairs_hook=_unique,
            parse_float=_finite,
            parse_constant=_finite,
        )
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    if not isinstance(answer, dict):
        raise ValueError("it is no object")  # noqa: TRY004 - bad input, not a bad call
    level = [answer]
    for _ in range(_DEEPEST):
        level = [item for outer in level for item in _items(outer)]
    if level:
        raise ValueError(f"it is nested deeper than {_DEEPEST}")
    return answer


def _items(value: object) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys differ; of equal ones nobody knows which is meant."""
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise ValueError(f"it has the key {key!r:.40} twice")
        made[key] = value
    return made


def _finite(text: str) -> float:
    """A number that JSON has: neither NaN nor infinite."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text:.40} is not a finite number")
    return number


def same(observed: object, expected: object) -> bool:
    """Compare two results as JSON does, where true is not 1."""
    return json.dumps(observed, sort_keys=True) == json.dumps(expected, sort_keys=True)
