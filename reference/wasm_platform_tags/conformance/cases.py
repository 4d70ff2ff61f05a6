"""Read the conformance cases, validate them, and expand them over their targets."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, best_match
from referencing.exceptions import Unresolvable
from referencing.jsonschema import EMPTY_REGISTRY

from .._errors import WasmPlatformTagsError
from . import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WORD = re.compile(r"\{([a-z_]+)\}")
# The parts of a case that an adapter is not asked.
_ABOUT = {"id", "description", "requirement", "targets", "expect"}
# What the requests of a kind have unless a case says otherwise.
_DEFAULTS = {kind: {"machine": "wasm32"} for kind in ("environment", "build")}


def _object(**properties: Any) -> dict[str, Any]:
    """Return the schema of an object that has these properties."""
    return {"type": "object", "required": [*properties], "properties": properties}


_STRING = {"type": "string"}
_WORDS = _object(python_full=_STRING) | {"additionalProperties": _STRING}
_TARGET = _object(
    id=_STRING,
    family=_STRING,
    python=_STRING,
    platform={"type": ["string", "null"]},
    words=_WORDS,
) | {"additionalProperties": False}
_CASE = _object(id=_STRING, description=_STRING, requirement=_STRING, expect=True)
# The schemas of targets.json, and of a file of cases: a suite's own may demand more.
_TARGETS = _object(targets={"type": "array", "items": _TARGET})
_FILE = _object(kind=_STRING, group=_STRING, cases={"type": "array", "items": _CASE})


class InvalidSuite(WasmPlatformTagsError, ValueError):
    """A file of the suite is wrong; the message says where and what is wanted."""


@dataclass(frozen=True)
class SuiteTarget:
    """One environment, and the words that stand for its parts in a case.

    `platform` is None, and the family ``unknown``, if the interpreter states none.
    """

    id: str
    family: str
    python: str
    platform: str | None
    words: Mapping[str, str]


@dataclass(frozen=True)
class Case:
    """A case for one target: what an adapter is asked, and the expected result."""

    id: str
    kind: str
    group: str
    description: str
    requirement: str
    target: SuiteTarget | None
    data: Mapping[str, Any]
    expect: Any

    @property
    def project(self) -> str:
        """The project of the wheels of a select case; each case has its own."""
        return re.sub(r"[^a-z0-9]+", "-", self.id.partition("/")[2])

    @property
    def asked(self) -> bool:
        """Whether an adapter can be asked: by its kind, and without a real wheel."""
        return self.kind in KINDS and "wheel" not in self.data

    @property
    def title(self) -> str:
        """The kind and the group, for the table of results."""
        return f"{self.kind}/{self.group}"


def suite_folder(given: str | Path | None = None) -> Path:
    """Return the folder of the suite, by default this project's.

    An installed wheel has it beside this module, a checkout below tests/.

    :raises InvalidSuite: if there is no suite.
    """
    here = Path(__file__).parent
    folders = [here / "suite", here.parents[2] / "tests" / "conformance"]
    for folder in [Path(given)] if given else folders:
        if os.path.isfile(folder / "schema.json"):  # noqa: PTH113 - takes any text
            return folder
    raise InvalidSuite(
        f"{given or here}: no suite there; wanted a folder with schema.json,"
        " targets.json and cases/"
    )


def load_targets(folder: Path | None = None) -> dict[str, SuiteTarget]:
    """Return every target of a suite by its id.

    :param folder: the suite's folder, by default this project's.
    :raises InvalidSuite: if targets.json cannot be read, or is not valid.
    """
    path = (folder or suite_folder()) / "targets.json"
    data = _read(path)
    _check(path, data, Draft202012Validator(_TARGETS))
    if twice := _repeated([target["id"] for target in data["targets"]]):
        raise InvalidSuite(f"{path}: more than one target has the id {twice}")
    return {target["id"]: SuiteTarget(**target) for target in data["targets"]}


def load_cases(folder: Path | None = None) -> list[Case]:
    """Return every case of a suite, expanded, in the order of the files.

    :param folder: the suite's folder, by default this project's.
    :raises InvalidSuite: if a file cannot be read, or is not valid by the schema.
    """
    root = folder or suite_folder()
    targets = load_targets(root)
    validator = _validator(root / "schema.json")
    cases: list[Case] = []
    for path in sorted((root / "cases").rglob("*.json")):
        data = _read(path)
        _check(path, data, Draft202012Validator(_FILE))
        _check(path, data, validator)
        if (path.parent.name, path.stem) != (data["kind"], data["group"]):
            raise InvalidSuite(
                f"{path}: holds kind {data['kind']!r}, group {data['group']!r};"
                f" wanted {path.parent.name!r}, {path.stem!r}, as the file is named"
            )
        for case in data["cases"]:
            try:
                cases += expand(data["kind"], data["group"], case, targets)
            except InvalidSuite as wrong:  # noqa: PERF203 - its file is not known there
                raise InvalidSuite(f"{path}: {case['id']}: {wrong}") from None
    if twice := _repeated([case.id for case in cases]):
        raise InvalidSuite(f"{root}: more than one case has the id {twice}")
    return cases


def expand(
    kind: str, group: str, case: Mapping[str, Any], targets: Mapping[str, SuiteTarget]
) -> Iterator[Case]:
    """Yield a case for each of its targets, with the target's words filled in.

    :raises InvalidSuite: if it names a target or a word that does not exist, or expects
        a file that it does not list.
    """
    name = f"{kind}/{group}/{case['id']}"
    for target in _targets(case, targets):
        words = target.words if target else {}
        given = _DEFAULTS.get(kind, {}) | {
            k: v for k, v in case.items() if k not in _ABOUT
        }
        concrete = Case(
            id=f"{name}@{target.id}" if target else name,
            kind=kind,
            group=group,
            description=case["description"],
            requirement=case["requirement"],
            target=target,
            data=_fill(given, words) if target else given,
            expect=_fill(case["expect"], words) if target else case["expect"],
        )
        yield _named(concrete) if kind == "select" else concrete


def _named(case: Case) -> Case:
    """Return a select case with whole file names: its project, and the suffix."""
    name = case.project.replace("-", "_")
    files = [f"{name}-{file}.whl" for file in case.data["files"]]
    expect = case.expect and f"{name}-{case.expect}.whl"
    if expect is not None and expect not in files:
        raise InvalidSuite(f"expects {case.expect!r}, which is not among its files")
    return Case(
        **{**vars(case), "data": {**case.data, "files": files}, "expect": expect}
    )


def _targets(
    case: Mapping[str, Any], targets: Mapping[str, SuiteTarget]
) -> list[SuiteTarget | None]:
    wanted = case.get("targets")
    if wanted is None:
        return [None]
    if isinstance(wanted, str):
        return [
            target
            for target in targets.values()
            if wanted == target.family or (wanted == "all" and target.platform)
        ]
    if unknown := set(wanted) - set(targets):
        raise InvalidSuite(
            f"targets {sorted(unknown)} are not in targets.json,"
            f" which has {', '.join(targets)}"
        )
    return [targets[name] for name in wanted]


def _fill(value: Any, words: Mapping[str, str]) -> Any:
    """Return a value with every word in braces replaced, at any depth."""
    if isinstance(value, str):
        return _WORD.sub(lambda match: _word(match[1], words), value)
    if isinstance(value, list):
        return [_fill(item, words) for item in value]
    if isinstance(value, dict):
        return {key: _fill(item, words) for key, item in value.items()}
    return value


def _word(name: str, words: Mapping[str, str]) -> str:
    if name not in words:
        raise InvalidSuite(f"{{{name}}} is no word here; there are {', '.join(words)}")
    return words[name]


def _validator(path: Path) -> Draft202012Validator:
    schema = _read(path)
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise InvalidSuite(
            f"{path}: is no JSON Schema: {error.json_path}: {error.message:.300}"
        ) from None
    # Without this registry, a reference to an address would be fetched.
    return Draft202012Validator(schema, registry=EMPTY_REGISTRY)


def _check(path: Path, data: Any, validator: Draft202012Validator) -> None:
    """Refuse a file that is not valid, and say where."""
    try:
        error = best_match(validator.iter_errors(data))
    except Unresolvable as wrong:
        raise InvalidSuite(
            f"{path}: its schema refers to {wrong.ref!r}, which is not there"
        ) from None
    if error:
        raise InvalidSuite(f"{path}: {error.json_path}: {error.message:.300}")


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidSuite(f"{path}: cannot be read as JSON: {error}") from None


def _repeated(names: list[str]) -> str | None:
    """Return a name that occurs twice, if there is one."""
    return next((name for name, count in Counter(names).items() if count > 1), None)
