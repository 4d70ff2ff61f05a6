"""What ``reference/upstream`` says of each project: record.json, read and typed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from tests.matrix.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

UPSTREAM = ROOT / "reference" / "upstream"
RECORD, SCHEMA, RESULTS = "record.json", "schema.json", "results.json"
REQUEST = "pull-request.md"
RUN = "patched and run"
# A suite of tens of thousands of tests, on a machine that does something else too.
SECONDS = 900


class RecordError(ValueError):
    """A record is wrong: which, where, and what was wanted."""


@dataclass(frozen=True)
class Tests:
    """How a project's own tests are run."""

    command: tuple[str, ...]
    requirements: str | None = None
    install: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    new_only: bool = False
    note: str = ""
    seconds: int = SECONDS
    known_failures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """A command that must succeed on the changed source."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    seconds: int = SECONDS
    needs_source: bool = True


@dataclass(frozen=True)
class Suite:
    """What of the matrix is asked, of which tools."""

    tools: tuple[str, ...]
    cells: tuple[str, ...]
    cases: tuple[str, ...] = ()
    version: str | None = None
    like: str | None = None
    beside: tuple[str, ...] = ()
    same_as_patch: bool = False


@dataclass(frozen=True)
class Adapter:
    """How a tool that the matrix has no cell for is asked the suite."""

    command: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """One folder of ``reference/upstream``; `name` is what the folder is called."""

    folder: Path
    project: str
    version: str
    source: Mapping[str, str]
    change: Path
    python: SpecifierSet
    gain: str
    state: str
    checked: tuple[str, ...]
    not_checked: tuple[str, ...]
    tests: Tests | None
    checks: tuple[Check, ...]
    suite: Suite | None
    adapter: Adapter | None
    references: tuple[Mapping[str, str], ...]

    @property
    def name(self) -> str:
        """What ``--only`` calls it."""
        return self.folder.name

    @property
    def downloadable(self) -> bool:
        """Whether the source is an archive, and not in a repository alone."""
        return "repository" not in self.source

    @cached_property
    def request(self) -> str:
        """The text of the pull request."""
        return (self.folder / REQUEST).read_text("utf-8")


def load_records(root: Path = UPSTREAM) -> list[Record]:
    """Every record, by name.

    :raises RecordError: for the first that is wrong.
    """
    validator = Draft202012Validator(_json(root / SCHEMA))
    return [
        load_record(path.parent, validator) for path in sorted(root.glob(f"*/{RECORD}"))
    ]


def load_record(folder: Path, validator: Draft202012Validator) -> Record:
    """One record, and what it needs beside it."""
    path = folder / RECORD
    data = _json(path)
    if error := best_match(validator.iter_errors(data)):
        where = "/".join(map(str, error.absolute_path)) or "the whole"
        raise RecordError(f"{path}: {where}: {error.message} ({SCHEMA})")
    record = record_of(folder, data)
    needed = [record.change]
    if record.tests and record.tests.requirements:
        needed.append(folder / record.tests.requirements)
    for file in (*needed, folder / REQUEST):
        if not file.is_file():
            raise RecordError(f"{path}: it needs {file.name}, which is not there")
    if record.state == RUN and record.downloadable and not record.tests:
        raise RecordError(f'{path}: tests: "{RUN}" wants tests that were run')
    return record


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: cannot be read as JSON: {error}") from None


def record_of(folder: Path, data: dict[str, Any]) -> Record:
    """The record that a record.json holds."""
    try:
        python = SpecifierSet(data["python"])
    except InvalidSpecifier as error:
        raise RecordError(f"{folder / RECORD}: python: {error}") from None
    suite = dict(data["suite"]) if "suite" in data else None
    if suite:
        suite["beside"] = suite.pop("with", [])
    return Record(
        folder=folder,
        project=data["project"],
        version=data["version"],
        source=data["source"],
        change=(folder / data["change"]).resolve(),
        python=python,
        gain=data["gain"],
        state=data["state"],
        checked=tuple(data.get("checked", ())),
        not_checked=tuple(data.get("not_checked", ())),
        tests=Tests(**_tuples(data["tests"])) if "tests" in data else None,
        checks=tuple(Check(**_tuples(check)) for check in data.get("checks", ())),
        suite=Suite(**_tuples(suite)) if suite else None,
        adapter=Adapter(**_tuples(data["adapter"])) if "adapter" in data else None,
        references=tuple(data["references"]),
    )


def _tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in data.items()
    }
