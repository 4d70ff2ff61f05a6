"""Run the conformance suite on a tool, as released and with the change."""

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.matrix.cells import Cell, cells, settings_for
from tests.matrix.provision import Cache, provision
from tests.matrix.recorded import DIVERGES, ERROR, NOT_RUN, PASS, Verdict, load_reasons
from tests.matrix.run import Matrix
from tests.matrix.settings import Tool, load_settings
from tests.toolkit.cache import LazyCache, Unit
from tests.toolkit.command import matches
from wasm_platform_tags.conformance.cases import load_cases
from wasm_platform_tags.conformance.runner import run

from .project import AFTER, BEFORE, Project, digest
from .records import Adapter, Suite
from .steps import StepError

STEP = "suite"


@dataclass(frozen=True)
class CellComparison:
    """The verdicts of one cell by case, before and after a change.

    `patched` are those of the release under the library's patch().
    """

    name: str
    tool: str
    version: str
    runtime: str
    via: str | None
    before: Mapping[str, Verdict]
    after: Mapping[str, Verdict]
    patched: Mapping[str, Verdict] = field(default_factory=dict)

    @property
    def left(self) -> dict[str, str | None]:
        """The cases that still diverge, and the id of the matrix's reason for it."""
        return {c: v.reason for c, v in self.after.items() if v.verdict == DIVERGES}

    @property
    def same_as_patched(self) -> dict[str, bool]:
        """Whether the changed tool answers as the release under patch(), by case."""
        return {
            case: one.observed == self.after[case].observed
            for case, one in self.patched.items()
            if case in self.after
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the form of results.json."""
        before, after = (
            dict(sorted(Counter(v.verdict for v in verdicts.values()).items()))
            for verdicts in (self.before, self.after)
        )
        diverged = [c for c, v in self.before.items() if v.verdict == DIVERGES]
        return {
            "tool": self.tool,
            "version": self.version,
            "runtime": self.runtime,
            "via": self.via,
            "before": before,
            "after": after,
            "gained": [case for case in diverged if case not in self.left],
            "left": self.left,
            "like_patch": sum(self.same_as_patched.values()),
        }

    def check(self) -> None:
        """Check that each case has an answer, and that the change made none worse.

        :raises StepError: for the first case that has no answer, that the release
            passes and the changed tool does not, or that the changed tool answers
            differently from the release under patch().
        """
        for verdicts in (self.before, self.after):
            for case, one in verdicts.items():
                if one.verdict in (ERROR, NOT_RUN):
                    output = one.output or str(one.observed)
                    why = f"{self.name} gave no answer to {case}"
                    raise StepError(STEP, why, output)
        for case in self.left:
            if self.before[case].verdict == PASS:
                why = f"{self.name} diverges with the change in {case}"
                raise StepError(STEP, why)
        for case, same in self.same_as_patched.items():
            if not same:
                why = f"{self.name} answers {case} unlike the release under"
                raise StepError(STEP, f"{why} the library's patch()")


def compare_adapters(project: Project, adapter: Adapter) -> CellComparison:
    """Compare a tool that the matrix has no cell for, through its own adapter.

    :raises StepError: as `CellComparison.check` does.
    """
    name, version = project.record.name, project.record.version
    python = project.python()
    project.report(STEP)
    cases = [case for case in load_cases() if case.kind in adapter.kinds]
    before, after = (
        {
            one.case.id: Verdict(one.verdict, output=one.detail)
            for one in run(
                project.filled(adapter.command, project.place(state), python=python),
                cases,
            )
        }
        for state in (BEFORE, AFTER)
    )
    found = CellComparison(
        f"{name}-{version}-adapter", name, version, "host", "adapter", before, after
    )
    found.check()
    return found


def suite_cells(suite: Suite, release: str) -> list[Cell]:
    """Return the cells of the matrix that the patterns of a suite match.

    Those under the library's patch() are among them if the suite is compared with it.

    :param release: the version of the project.
    :raises StepError: if there is none, or if provision.json lacks a tool of the suite.
    """
    settings = load_settings()
    version = suite.version or release
    like = suite.like or version
    tools = tuple(
        replace(line, version=version, cases=suite.cases or line.cases)
        for line in settings.tools
        if line.tool in suite.tools and line.version == like
    )
    if missing := ", ".join(sorted(set(suite.tools) - {tool.tool for tool in tools})):
        raise StepError(STEP, f"tests/matrix/provision.json has no {missing} {like}")
    found = [
        cell
        for cell in cells(replace(settings, tools=tools))
        if (suite.same_as_patch or not cell.patched)
        and matches(replace(cell, patched=False).name, suite.cells)
    ]
    if not found:
        raise StepError(STEP, f"no cell is called {' or '.join(suite.cells)}")
    return found


def compare_cells(
    project: Project, suite: Suite, installed: Sequence[Project]
) -> list[CellComparison]:
    """Run the cells of a suite with the release and with the changed tool.

    :param installed: the projects whose changed packages are installed.
    :raises StepError: if no cell matches, and as `CellComparison.check` does.
    """
    change = digest(*(one.record.change.read_bytes() for one in installed))
    cache = project.options.cache / "matrix"
    released = suite_cells(suite, project.record.version)
    settings = settings_for(released, load_settings())
    project.report(f"{STEP}: downloads")
    downloads = Cache(cache, settings)
    provision(downloads, lambda name, done, total: None)
    for tool in settings.tools:
        _make_changed(downloads, tool, change, installed)
    # The version of the changed tool is a local version.
    changed = {
        cell: replace(
            cell,
            tool=replace(cell.tool, version=f"{cell.tool.version}+change.{change}"),
        )
        for cell in released
        if not cell.patched
    }
    cases = load_cases()
    tasks = {
        cell: some
        for cell in (*released, *changed.values())
        if (some := [case for case in cases if cell.applies(case)])
    }
    tools = tuple(dict.fromkeys(cell.tool for cell in tasks))
    project.report(STEP)
    downloads = Cache(cache, replace(settings, tools=tools))
    matrix = Matrix(tasks, downloads, load_reasons())
    project.options.stop.callbacks.append(matrix.stop)
    verdicts = {one.cell: one.verdicts for one in matrix.run(lambda cell, done: None)}
    compared = [
        CellComparison(
            cell.name,
            cell.tool.tool,
            cell.tool.version,
            cell.runtime.runtime,
            cell.via,
            verdicts[cell],
            verdicts[new],
            verdicts.get(replace(cell, patched=True), {}),
        )
        for cell, new in changed.items()
        if cell in verdicts
    ]
    for one in compared:
        one.check()
    return compared


def _make_changed(
    cache: Cache, tool: Tool, change: str, installed: Sequence[Project]
) -> None:
    """Make the folder of the cache that has the tool with the changed packages."""
    if not tool.requirement:
        raise StepError(STEP, f"{tool.tool} is not downloaded, and cannot be changed")
    source = cache.requirement(tool.requirement)
    changed = f"{tool.requirement}+change.{change}"

    def fill(folder: Path) -> None:
        shutil.copytree(source, folder, dirs_exist_ok=True)
        for project in installed:
            project.install(folder)

    unit = Unit(cache.requirement(changed).name, changed, fill)
    LazyCache(cache.root, [unit]).path(unit.name)
