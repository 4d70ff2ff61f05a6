"""Read the records of ``reference/upstream``: one record.json for each project."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from tests.toolkit.paths import UPSTREAM

RECORD, SCHEMA, RESULTS = "record.json", "schema.json", "results.json"
REQUEST = "pull-request.md"
RUN = "patched and run"
# Some projects have tens of thousands of tests.
SECONDS = 900


class RecordError(ValueError):
    """A record is wrong; the message has its path, the place and the fault."""


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
    """Which cells of the matrix are run, with which cases."""

    tools: tuple[str, ...]
    cells: tuple[str, ...]
    cases: tuple[str, ...] = ()
    version: str | None = None
    like: str | None = None
    beside: tuple[str, ...] = ()
    same_as_patch: bool = False


@dataclass(frozen=True)
class Adapter:
    """The conformance adapter of a tool that has no cell in the matrix."""

    command: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """One folder of ``reference/upstream``; schema.json describes the fields."""

    folder: Path
    project: str
    version: str
    source: Mapping[str, str]
    change: Path
    python: SpecifierSet
    gain: str
    state: str
    references: tuple[Mapping[str, str], ...]
    checked: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()
    tests: Tests | None = None
    checks: tuple[Check, ...] = ()
    suite: Suite | None = None
    adapter: Adapter | None = None

    @property
    def name(self) -> str:
        """The name of its folder, which ``--only`` takes."""
        return self.folder.name

    @property
    def downloadable(self) -> bool:
        """Whether the source is a released archive, not only a commit of a repository."""
        return "repository" not in self.source

    @cached_property
    def request(self) -> str:
        """The text of the pull request."""
        return (self.folder / REQUEST).read_text("utf-8")


def load_records(root: Path = UPSTREAM) -> list[Record]:
    """Return every record, sorted by name.

    :raises RecordError: for the first that is wrong, or needs a file that is missing.
    """
    validator = Draft202012Validator(_json(root / SCHEMA))
    return [_load(path, validator) for path in sorted(root.glob(f"*/{RECORD}"))]


def _load(path: Path, validator: Draft202012Validator) -> Record:
    """Return a record; check it and that the files which it needs exist."""
    folder = path.parent
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
            raise RecordError(f"{path}: it needs {file.name}, which is missing")
    if record.state == RUN and record.downloadable and not record.tests:
        raise RecordError(f'{path}: tests: "{RUN}" wants tests that were run')
    return record


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: cannot be read as JSON: {error}") from None


def record_of(folder: Path, data: Mapping[str, Any]) -> Record:
    """Return the record for the content of a record.json that fits the schema.

    :raises RecordError: if its `python` is no version specifier.
    """
    fields = {name: value for name, value in data.items() if name != "$schema"}
    try:
        fields["python"] = SpecifierSet(data["python"])
    except InvalidSpecifier as error:
        raise RecordError(f"{folder / RECORD}: python: {error}") from None
    for name, part in (("tests", Tests), ("suite", Suite), ("adapter", Adapter)):
        if name in fields:
            fields[name] = part(**_tuples(fields[name]))
    fields["change"] = (folder / data["change"]).resolve()
    fields["checks"] = [Check(**_tuples(check)) for check in data.get("checks", ())]
    return Record(folder=folder, **_tuples(fields))


def _tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments: tuples for lists, and `beside` for the key ``with``."""
    pairs = (("beside" if k == "with" else k, value) for k, value in data.items())
    return {k: tuple(v) if isinstance(v, list) else v for k, v in pairs}
