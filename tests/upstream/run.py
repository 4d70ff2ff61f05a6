"""Run every step of a project: change it, test it, and ask it the conformance suite."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.matrix.recorded import ReasonError
from tests.toolkit.cache import ProvisionError

from . import changes, suites
from .cell_comparison import CellComparison, compare_adapters, compare_cells
from .changes import Lines
from .project import AFTER, BEFORE, Project, RunOptions, digest
from .records import Record, RecordError, Tests, load_records
from .steps import StepError
from .suites import Compared, Outcomes


@dataclass
class Outcome:
    """The results of the steps of one project, as far as they were run."""

    record: Record
    digest: str = ""
    lines: Lines = field(default_factory=dict)
    before: Outcomes | None = None
    after: Outcomes | None = None
    compared: Compared | None = None
    checks: dict[str, str] = field(default_factory=dict)
    cells: list[CellComparison] | None = None
    # Why not everything was run, though nothing failed.
    not_run: str = ""
    error: StepError | None = None
    seconds: float = 0

    @property
    def complete(self) -> bool:
        """Whether everything was run, and nothing failed."""
        return not (self.error or self.not_run)

    def to_dict(self) -> dict[str, Any]:
        """Return the form of results.json, without its day."""
        added, removed = changes.total(self.lines)
        data: dict[str, Any] = {
            "version": self.record.version,
            "change": {
                "digest": self.digest,
                "added": added,
                "removed": removed,
                "files": {name: list(count) for name, count in self.lines.items()},
            },
        }
        if self.before and self.after and self.compared:
            data["tests"] = {
                "python": self.before.python,
                "before": self.before.to_dict(),
                "after": self.after.to_dict(),
                "new": self.compared.new,
                "gone": self.compared.gone,
            }
        if self.checks:
            data["checks"] = self.checks
        if self.cells is not None:
            data["suite"] = {cell.name: cell.to_dict() for cell in self.cells}
        return data


def run_project(name: str, projects: Mapping[str, Project]) -> Outcome:
    """Run every step of a project; if one fails, the outcome has its error.

    :param projects: every project, since one may be installed for another.
    """
    record = projects[name].record
    outcome = Outcome(record, digest=digest(record.change.read_bytes()))
    try:
        _run(record, outcome, projects)
    except StepError as error:
        outcome.error = error
    except (ProvisionError, ReasonError, RecordError) as error:
        outcome.error = StepError("downloads", str(error))
    except Exception as error:  # noqa: BLE001 - the other projects go on
        outcome.error = StepError("run", f"{type(error).__name__}: {error}")
    return outcome


def _run(record: Record, outcome: Outcome, projects: Mapping[str, Project]) -> None:
    project = projects[record.name]
    if record.change.suffix == ".patch":
        outcome.lines = changes.counted(record.change.read_text("utf-8"))
    if not (record.downloadable or project.checkout):
        outcome.not_run = (
            f"the source is only in {record.source['repository']}: give a checkout"
            f" with --checkout {record.name}=FOLDER"
        )
        outcome.checks = project.checks(source=False)
        return
    project.lay_sources()
    outcome.lines = outcome.lines or project.changed_lines()
    if record.tests:
        _run_tests(project, record.tests, outcome)
    outcome.checks = project.checks(source=True)
    if record.suite:
        installed = [projects[name] for name in (record.name, *record.suite.beside)]
        outcome.cells = compare_cells(project, record.suite, installed)
    if record.adapter:
        cell = compare_adapters(project, record.adapter)
        outcome.cells = [*(outcome.cells or []), cell]


def _run_tests(project: Project, tests: Tests, outcome: Outcome) -> None:
    """Run the project's own tests on both sources at the same time, and compare."""
    python = project.environment(tests)
    with ThreadPoolExecutor(2) as pool:
        after = pool.submit(project.tests, tests, AFTER, python)
        # A release without tests has none that could fail.
        outcome.before = suites.Outcomes({}, python[1])
        if not tests.new_only:
            outcome.before, _ = project.tests(tests, BEFORE, python)
        outcome.after, output = after.result()
    outcome.compared = suites.compare_outcomes(
        outcome.before, outcome.after, tests.known_failures, output
    )


def changed_source(name: str, matrix: Path) -> Path:
    """Return the source of a project with its change, for another application.

    :param name: the project's folder in ``reference/upstream``.
    :param matrix: the matrix's downloads; the sources are kept beside them.
    :raises StepError: if the source cannot be downloaded or changed.
    """
    (record,) = (one for one in load_records() if one.name == name)
    project = Project(record, RunOptions(matrix.parent))
    project.lay_sources()
    return project.place(AFTER)
