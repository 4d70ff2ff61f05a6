"""Run the conformance suite on a tool, as released and with the change."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tests.matrix.cells import Cell, cells, settings_for
from tests.matrix.provision import Cache, provision
from tests.matrix.recorded import DIVERGES, ERROR, NOT_RUN, PASS, Result, load_reasons
from tests.matrix.run import Matrix
from tests.matrix.settings import Tool, load_settings
from tests.toolkit.cache import LazyCache, Unit
from wasm_platform_tags.conformance.cases import load_cases
from wasm_platform_tags.conformance.runner import run

from .records import Record, Suite
from .steps import StepError

STEP = "suite"


@dataclass(frozen=True)
class CellComparison:
    """The verdicts of one cell by case, before and after a change."""

    name: str
    tool: str
    version: str
    runtime: str
    via: str | None
    before: Mapping[str, str]
    after: Mapping[str, str]
    # The cases that still diverge, and the id of the matrix's reason for it.
    left: Mapping[str, str | None]
    # The cases that the changed tool answers differently from the release under patch(),
    # and the number of those that it answers alike.
    unlike_patch: Sequence[str] = ()
    same_as_patched: int = 0
    # The output of each case without an answer.
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def worse(self) -> list[str]:
        """The cases that the release passes, and the changed tool does not."""
        return [case for case in self.left if self.before[case] == PASS]

    def to_dict(self) -> dict[str, Any]:
        """Return the form of results.json."""
        return {
            "tool": self.tool,
            "version": self.version,
            "runtime": self.runtime,
            "via": self.via,
            "before": dict(sorted(Counter(self.before.values()).items())),
            "after": dict(sorted(Counter(self.after.values()).items())),
            "gained": [
                case
                for case, verdict in self.before.items()
                if verdict == DIVERGES and case not in self.left
            ],
            "left": dict(self.left),
            "like_patch": self.same_as_patched,
        }


def compare_adapters(
    record: Record, before: Sequence[str], after: Sequence[str]
) -> CellComparison:
    """Compare a tool that the matrix has no cell for, through its own adapter.

    :param before: the command of the adapter for the released source.
    :param after: the same for the changed source.
    :raises StepError: as `check_regressions` does.
    """
    kinds = record.adapter.kinds if record.adapter else ()
    cases = [case for case in load_cases() if case.kind in kinds]
    old, new = (list(run(command, cases)) for command in (before, after))
    comparison = CellComparison(
        name=f"{record.name}-{record.version}-adapter",
        tool=record.name,
        version=record.version,
        runtime="host",
        via="adapter",
        before={one.case.id: one.verdict for one in old},
        after={one.case.id: one.verdict for one in new},
        left={one.case.id: None for one in new if one.verdict == DIVERGES},
        errors={
            one.case.id: one.detail
            for one in (*old, *new)
            if one.verdict in (ERROR, NOT_RUN)
        },
    )
    check_regressions([comparison])
    return comparison


def matrix_tools(suite: Suite, release: str) -> list[Tool]:
    """Return the lines of provision.json for the tools of a suite, with its version.

    :param release: the version of the project.
    :raises StepError: if provision.json has no such line.
    """
    version = suite.version or release
    like = suite.like or version
    found = [
        replace(line, version=version, cases=suite.cases or line.cases)
        for line in load_settings().tools
        if line.tool in suite.tools and line.version == like
    ]
    if missing := set(suite.tools) - {line.tool for line in found}:
        raise StepError(
            STEP,
            f"tests/matrix/provision.json has no {', '.join(sorted(missing))} {like}",
        )
    return found


def suite_cells(suite: Suite, release: str) -> list[Cell]:
    """Return the cells of the matrix that the patterns of a suite match.

    Those under the library's patch() are among them if the suite is compared with it.

    :param release: the version of the project.
    :raises StepError: if there is none.
    """
    settings = replace(load_settings(), tools=tuple(matrix_tools(suite, release)))
    found = [
        cell
        for cell in cells(settings)
        if (suite.same_as_patch or not cell.patched)
        and any(
            fnmatchcase(replace(cell, patched=False).name, glob) for glob in suite.cells
        )
    ]
    if not found:
        raise StepError(STEP, f"no cell is called {' or '.join(suite.cells)}")
    return found


def compare_cells(
    suite: Suite,
    release: str,
    digest: str,
    cache: Path,
    *,
    install: Callable[[Path], None],
    report: Callable[[str], None],
    on_stop: Callable[[Callable[[], None]], None],
) -> list[CellComparison]:
    """Run the cells of a suite with the release and with the changed tool.

    :param release: the version of the project.
    :param digest: distinguishes one change from another, in the cache.
    :param cache: the matrix's folder of downloads.
    :param install: installs the changed packages into a folder that has the release.
    :param report: receives the name of each step.
    :param on_stop: receives a function that ends the run.
    :raises StepError: if no cell matches, and as `check_regressions` does.
    """
    released = suite_cells(suite, release)
    settings = settings_for(released, load_settings())
    report(f"{STEP}: downloads")
    downloads = Cache(cache, settings)
    provision(downloads, lambda name, done, total: None)
    for tool in settings.tools:
        _make_changed(downloads, tool, digest, install)
    changed = {c: _changed(c, digest) for c in released if not c.patched}
    cases = load_cases()
    tasks = {
        cell: some
        for cell in (*released, *changed.values())
        if (some := [case for case in cases if cell.applies(case)])
    }
    tools = tuple(dict.fromkeys(cell.tool for cell in tasks))
    report(STEP)
    downloads = Cache(cache, replace(settings, tools=tools))
    matrix = Matrix(tasks, downloads, load_reasons())
    on_stop(matrix.stop)
    results = {result.cell: result for result in matrix.run(lambda cell, done: None)}
    compared = [
        _compared(cell, results[cell], results[new], results.get(_patched(cell)))
        for cell, new in changed.items()
        if cell in results
    ]
    check_regressions(compared)
    return compared


def _patched(cell: Cell) -> Cell:
    return replace(cell, patched=True)


def _changed(cell: Cell, digest: str) -> Cell:
    """Return the cell of the changed tool, whose version is a local version."""
    version = f"{cell.tool.version}+change.{digest}"
    return replace(cell, tool=replace(cell.tool, version=version))


def _make_changed(
    cache: Cache, tool: Tool, digest: str, install: Callable[[Path], None]
) -> None:
    if not tool.requirement:
        raise StepError(STEP, f"{tool.tool} is not downloaded, and cannot be changed")
    source = cache.requirement(tool.requirement)
    changed = f"{tool.requirement}+change.{digest}"

    def fill(folder: Path) -> None:
        shutil.copytree(source, folder, dirs_exist_ok=True)
        install(folder)

    unit = Unit(cache.requirement(changed).name, changed, fill)
    LazyCache(cache.root, [unit]).path(unit.name)


def _compared(
    cell: Cell, before: Result, after: Result, patched: Result | None
) -> CellComparison:
    same = {
        case: verdict.observed == after.verdicts[case].observed
        for case, verdict in (patched.verdicts if patched else {}).items()
        if case in after.verdicts
    }
    return CellComparison(
        name=cell.name,
        tool=cell.tool.tool,
        version=cell.tool.version,
        runtime=cell.runtime.runtime,
        via=cell.via,
        before={case: one.verdict for case, one in before.verdicts.items()},
        after={case: one.verdict for case, one in after.verdicts.items()},
        left={
            case: one.reason
            for case, one in after.verdicts.items()
            if one.verdict == DIVERGES
        },
        unlike_patch=[case for case, alike in same.items() if not alike],
        same_as_patched=sum(same.values()),
        errors={
            case: one.output or str(one.observed)
            for result in (before, after)
            for case, one in result.verdicts.items()
            if one.verdict == ERROR
        },
    )


def check_regressions(compared: Iterable[CellComparison]) -> None:
    """Check that each cell answered, and that the change made none worse.

    :raises StepError: for the first cell that has no answer to a case, fails one that
        the release passes, or answers one differently from the release under patch().
    """
    for cell in compared:
        for case, output in cell.errors.items():
            raise StepError(STEP, f"{cell.name} gave no answer to {case}", output)
        if cell.worse:
            raise StepError(
                STEP, f"{cell.name} diverges with the change in {cell.worse[0]}"
            )
        if cell.unlike_patch:
            raise StepError(
                STEP,
                f"{cell.name} answers {cell.unlike_patch[0]} unlike the release under"
                " the library's patch()",
            )
