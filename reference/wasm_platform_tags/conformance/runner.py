"""Ask an adapter every case, and compare its results with the expected ones."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, Literal

from . import START
from .build import module, wheel
from .child import AdapterError, AdapterTimeout, Child

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence
    from typing import TypeAlias

    from .cases import Case

    Verdict: TypeAlias = Literal["pass", "diverges", "unsupported", "error", "not run"]

#: the version of the contract, INTERPRETING.md; adapters may check it
SUITE = "1"

PASS: Final = "pass"  # noqa: S105 - a verdict
DIVERGES: Final = "diverges"
UNSUPPORTED: Final = "unsupported"
ERROR: Final = "error"
NOT_RUN: Final = "not run"

# No result needs deeper nesting, and the json module must be able to write it again.
_DEEPEST = 20
# The texts of an answer, and whether each must say something.
_TEXTS = {"unsupported": True, "error": True, "output": False}


@dataclass(frozen=True)
class Outcome:
    """The outcome of one case."""

    #: the case
    case: Case
    #: whether the adapter's result is the expected one, or why there is none
    verdict: Verdict
    #: the adapter's result, if it gave one
    observed: Any = None
    #: why there is no result, or what else the adapter said; not escaped for a terminal
    detail: str = ""

    def to_dict(self) -> dict[str, Any]:
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
    """Return the request: the case without its expected result.

    For the kind ``audit``, it has the name of the wheel; :func:`run` builds the wheel and
    puts its path there.
    """
    asked: dict[str, Any] = {"suite": SUITE, "id": case.id, "kind": case.kind}
    if case.target is not None:
        asked["target"] = {
            "python": case.target.python,
            "python_full_version": case.target.words["python_full"],
            "platform": case.target.platform,
        }
    if case.kind == "select":
        asked["project"] = case.project
    if case.kind == "audit":
        return asked | {"wheel": case.data["build"]}
    return asked | dict(case.data)


def run(
    command: Sequence[str],
    cases: Iterable[Case],
    *,
    seconds: float = 10,
    start: float = START,
) -> Generator[Outcome, None, None]:
    """Ask an adapter cases, one after another, and yield the outcome of each.

    An adapter that crashes or hangs is started again for the next case, at most three
    times; cases after that are "not run".

    :param command: the adapter and its arguments.
    :param seconds: how long it may take for a case.
    :param start: how much longer it may take for the first case after a start.
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
                limit = seconds if child.running else seconds + start
                yield _ask(child, case, asked, limit)
        finally:
            child.close()


def _built(case: Case, folder: Path) -> Path:
    """Build the wheel of an audit case from its description."""
    files = {name: module(given) for name, given in case.data["modules"].items()}
    return wheel(folder, case.data["build"], files, case.data.get("stated"))


def _ask(child: Child, case: Case, asked: Mapping[str, Any], seconds: float) -> Outcome:
    try:
        child.send(json.dumps(asked))
        line = child.receive(seconds)
    except AdapterError as error:
        late = isinstance(error, AdapterTimeout)
        hint = " (does it flush each line?)" if late else ""
        said = f"; it wrote: {error.stderr.strip()}" if error.stderr.strip() else ""
        return Outcome(case, ERROR, detail=f"{error}{hint}{said}")
    try:
        answer = _read(line, case.id)
    except ValueError as error:
        child.abandon()  # what follows in the pipe cannot be trusted
        return Outcome(case, ERROR, detail=str(error))
    if "result" in answer:
        observed = answer["result"]
        verdict: Verdict = PASS if same(observed, case.expect) else DIVERGES
        return Outcome(case, verdict, observed, answer.get("output", ""))
    if "unsupported" in answer:
        return Outcome(case, UNSUPPORTED, detail=answer["unsupported"])
    return Outcome(case, ERROR, detail=answer["error"])


def _read(line: str, asked: str) -> dict[str, Any]:
    """Read the answer to a case; a ValueError says how it breaks the contract."""
    try:
        answer = _parsed(line)
    except ValueError as error:
        raise ValueError(
            f"wanted a JSON object on a line, got {line!r:.300}: {error}"
        ) from None
    if answer.get("id") != asked:
        raise ValueError(f"wanted an answer to {asked!r}, got {line!r:.300}")
    given = [key for key in ("result", "unsupported", "error") if key in answer]
    if len(given) != 1:
        raise ValueError(
            'wanted one of "result", "unsupported" and "error",'
            f" got {', '.join(given) or 'none'}"
        )
    for key, says_something in _TEXTS.items():
        text = answer.get(key, "text")
        if not isinstance(text, str) or (says_something and not text.strip()):
            wanted = "a sentence" if says_something else "a text"
            raise ValueError(f'"{key}": wanted {wanted}, got {json.dumps(text):.300}')
    return answer


def _parsed(line: str) -> dict[str, Any]:
    """Parse a line; a ValueError says why it is no object that JSON can hold."""
    try:
        answer = json.loads(
            line, object_pairs_hook=_unique, parse_float=_finite, parse_constant=_finite
        )
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    if not isinstance(answer, dict):
        raise ValueError("it is no object")  # noqa: TRY004 - bad input, not a bad call
    level: list[Any] = [answer]
    for _ in range(_DEEPEST):
        level = [
            item
            for outer in level
            if isinstance(outer, dict | list)
            for item in (outer.values() if isinstance(outer, dict) else outer)
        ]
    if level:
        raise ValueError(f"it is nested deeper than {_DEEPEST}")
    return answer


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that has a key twice: nobody knows which is meant."""
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise ValueError(f"it has the key {key!r:.40} twice")
        made[key] = value
    return made


def _finite(text: str) -> float:
    """Refuse NaN and infinity, which JSON does not have."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text:.40} is not a finite number")
    return number


def same(observed: object, expected: object) -> bool:
    """Compare two results as JSON does, where true is not 1."""
    return json.dumps(observed, sort_keys=True) == json.dumps(expected, sort_keys=True)
