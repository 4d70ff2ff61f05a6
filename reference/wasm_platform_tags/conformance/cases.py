"""The conformance cases: read, validated, and expanded over their targets."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, best_match
from referencing.exceptions import Unresolvable
from referencing.jsonschema import EMPTY_REGISTRY

from ..cli.conformance_options import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "Case",
    "InvalidSuite",
    "Target",
    "expand",
    "load_cases",
    "load_targets",
    "suite_folder",
]

PATTERN = re.compile(r"\{([a-z_]+)\}")
# What of a case is about the case, and not for an adapter to act on.
ABOUT = {"id", "description", "requirement", "targets", "expect"}
# What an adapter is always told; a case says it only where it is something else.
GIVEN = {kind: {"machine": "wasm32"} for kind in ("environment", "build")}
# What targets.json is: an environment for each target, see Target.
_TARGETS = {
    "type": "object",
    "required": ["targets"],
    "properties": {
        "targets": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "family", "python", "platform", "words"],
                "additionalProperties": False,
                "properties": {
                    "id": {"type": "string"},
                    "family": {"type": "string"},
                    "python": {"type": "string"},
                    "platform": {"type": ["string", "null"]},
                    "words": {
                        "type": "object",
                        "required": ["python_full"],  # every request has it
                        "additionalProperties": {"type": "string"},
                    },
                },
            },
        }
    },
}
# What any suite's file of cases has to be, whatever else its own schema wants.
_FILE = {
    "type": "object",
    "required": ["kind", "group", "cases"],
    "properties": {
        "kind": {"type": "string"},
        "group": {"type": "string"},
        "cases": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "description", "requirement", "expect"],
                "properties": {
                    "id": {"type": "string"},
                    "description": {"type": "string"},
                    "requirement": {"type": "string"},
                },
            },
        },
    },
}


class InvalidSuite(ValueError):
    """A file of cases is wrong; the message says where and what is wanted."""


@dataclass(frozen=True)
class Target:
    """One environment, and the words that a case may use for its parts.

    `platform` is None, and the family ``unknown``, if the interpreter names none.
    """

    id: str
    family: str
    python: str
    platform: str | None
    words: Mapping[str, str]


@dataclass(frozen=True)
class Case:
    """A concrete case: all that an adapter needs, and what is right."""

    id: str
    kind: str
    group: str
    description: str
    requirement: str
    target: Target | None
    data: Mapping[str, Any]
    expect: Any

    @property
    def project(self) -> str:
        """The project that a select case's wheels belong to: its own."""
        return re.sub(r"[^a-z0-9]+", "-", self.id.partition("/")[2])

    @property
    def asked(self) -> bool:
        """Whether an adapter can be asked: of a kind for it, and not of a real wheel."""
        return self.kind in KINDS and "wheel" not in self.data

    @property
    def title(self) -> str:
        """How the table calls the cases that belong together."""
        return f"{self.kind}/{self.group}"


def suite_folder(given: str | Path | None = None) -> Path:
    """Return the folder of the suite: the given one, or this project's.

    In an installed wheel that lies beside this module, in a checkout below tests/.

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


def load_targets(folder: Path | None = None) -> dict[str, Target]:
    """Return every target of a suite by its id.

    :raises InvalidSuite: if the file of the targets cannot be read, or is none.
    """
    path = (folder or suite_folder()) / "targets.json"
    data = _read(path)
    _check(path, data, Draft202012Validator(_TARGETS))
    targets = {target["id"]: Target(**target) for target in data["targets"]}
    if len(targets) < len(data["targets"]):
        twice = _repeated([target["id"] for target in data["targets"]])
        raise InvalidSuite(f"{path}: more than one target has the id {twice}")
    return targets


def load_cases(folder: Path | None = None) -> list[Case]:
    """Return every concrete case of a suite, in the order of the files.

    :param folder: the suite's folder, by default this project's.
    :raises InvalidSuite: if a file cannot be read, or does not fit the schema.
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
    kind: str, group: str, case: Mapping[str, Any], targets: Mapping[str, Target]
) -> Iterator[Case]:
    """One case a target, with the target's words in place of their names."""
    name = f"{kind}/{group}/{case['id']}"
    for target in _targets(case, targets):
        words = target.words if target else {}
        given = GIVEN.get(kind, {}) | {k: v for k, v in case.items() if k not in ABOUT}
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
    """The case with whole file names: a project of its own, and the suffix."""
    name = case.project.replace("-", "_")
    files = [f"{name}-{file}.whl" for file in case.data["files"]]
    expect = case.expect and f"{name}-{case.expect}.whl"
    if expect is not None and expect not in files:
        raise InvalidSuite(f"expects {case.expect!r}, which is not among its files")
    return Case(
        **{**vars(case), "data": {**case.data, "files": files}, "expect": expect}
    )


def _targets(
    case: Mapping[str, Any], targets: Mapping[str, Target]
) -> list[Target | None]:
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
    """The value with every word in braces replaced, however deep."""
    if isinstance(value, str):
        return PATTERN.sub(lambda match: _word(match[1], words), value)
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
    # With a registry, or a reference to another place would be asked of the network.
    return Draft202012Validator(schema, registry=EMPTY_REGISTRY)


def _check(path: Path, data: Any, validator: Draft202012Validator) -> None:
    """Say where a file is not as wanted, and what is wanted there."""
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
    seen: set[str] = set()
    return next((name for name in names if name in seen or seen.add(name)), None)  # type: ignore[func-returns-value]
