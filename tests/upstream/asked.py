"""Ask a tool the conformance suite through the matrix, as it is and with the change."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from tests.matrix.cells import Cell, cells
from tests.matrix.command import needed
from tests.matrix.provision import Cache, provision
from tests.matrix.recorded import DIVERGES, ERROR, PASS, load_reasons
from tests.matrix.run import Matrix
from tests.matrix.settings import load_settings
from tests.toolkit.cache import Unit, make
from wasm_platform_tags.conformance.cases import load_cases

from .steps import StepError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from tests.matrix.recorded import Result
    from tests.matrix.settings import Tool

    from .records import Suite

STEP = "suite"


@dataclass(frozen=True)
class CellComparison:
    """One cell: how many cases, and in which ones the tool diverges."""

    name: str
    tool: str
    version: str
    runtime: str
    via: str | None
    before: Mapping[str, str]
    after: Mapping[str, str]
    # Cases that still diverge, and why, by the matrix's reasons.
    left: Mapping[str, str | None]
    # Cases in which the changed tool answers unlike the release under patch().
    unlike_patch: Sequence[str] = ()
    same_as_patched: int = 0
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def diverged(self) -> list[str]:
        """Cases that the release gets otherwise."""
        return [case for case, verdict in self.before.items() if verdict == DIVERGES]

    @property
    def worse(self) -> list[str]:
        """Cases that the release gets right, and the changed tool does not."""
        return [case for case in self.left if self.before[case] == PASS]

    def json(self) -> dict[str, Any]:
        """The committed form."""
        return {
            "tool": self.tool,
            "version": self.version,
            "runtime": self.runtime,
            "via": self.via,
            "before": dict(sorted(Counter(self.before.values()).items())),
            "after": dict(sorted(Counter(self.after.values()).items())),
            "gained": [case for case in self.diverged if case not in self.left],
            "left": dict(self.left),
            "same_as_patched": self.same_as_patched,
        }


def changed_version(version: str, digest: str) -> str:
    """What the changed tool is called beside the release: a local version."""
    return f"{version}+change.{digest}"


def tools(suite: Suite, version: str) -> list[Tool]:
    """The lines of provision.json for the tools of a suite, with this version.

    :raises StepError: if provision.json has none.
    """
    asked = suite.version or version
    like = suite.like or asked
    found = [
        replace(line, version=asked, cases=suite.cases or line.cases)
        for line in load_settings().tools
        if line.tool in suite.tools and line.version == like
    ]
    if missing := set(suite.tools) - {line.tool for line in found}:
        raise StepError(
            STEP,
            f"tests/matrix/provision.json has no {', '.join(sorted(missing))} {like}",
        )
    return found


def ask(
    suite: Suite,
    release: str,
    digest: str,
    cache: Path,
    *,
    install: Callable[[Path], None],
    tell: Callable[[str], None],
    on_stop: Callable[[Callable[[], None]], None],
) -> list[CellComparison]:
    """Ask the release and the changed tool the same cells.

    :param release: the version of the project.

    :param digest: tells one change from another, in the cache.
    :param install: puts the changed packages into a folder that holds the release.
    :param tell: hears what is done.
    :param on_stop: is told how to end the run.
    :raises StepError: if a pattern of cells matches none, or the tool gives no answer.
    """
    lines = tools(suite, release)
    settings = replace(load_settings(), tools=tuple(lines))
    every = [cell for cell in cells(settings) if _asked(cell, suite)]
    if not every:
        raise StepError(STEP, f"no cell is called {' or '.join(suite.cells)}")
    wanted = needed(every, settings)
    tell(f"{STEP}: downloads")
    found = Cache(cache, wanted)
    provision(found, lambda name, done, total: None)
    for tool in wanted.tools:
        _make_changed(found, tool, digest, install)
    changed = {cell: _changed(cell, digest) for cell in every if not cell.patched}
    cases = load_cases()
    chosen = [
        cell
        for cell in (*every, *changed.values())
        if any(cell.applies(case) for case in cases)
    ]
    both = replace(wanted, tools=tuple(dict.fromkeys(cell.tool for cell in chosen)))
    tell(STEP)
    matrix = Matrix(chosen, cases, Cache(cache, both), load_reasons())
    on_stop(matrix.stop)
    results = {result.cell: result for result in matrix.run(lambda cell, done: None)}
    asked = [
        _compared(
            cell,
            results[cell],
            results[new],
            results.get(replace(cell, patched=True)) if suite.same_as_patch else None,
        )
        for cell, new in changed.items()
        if cell in results
    ]
    judge(asked)
    return asked


def _asked(cell: Cell, suite: Suite) -> bool:
    if cell.patched and not suite.same_as_patch:
        return False
    name = replace(cell, patched=False).name
    return any(fnmatchcase(name, glob) for glob in suite.cells)


def _changed(cell: Cell, digest: str) -> Cell:
    version = changed_version(cell.tool.version, digest)
    return replace(cell, tool=replace(cell.tool, version=version))


def _make_changed(
    cache: Cache, tool: Tool, digest: str, install: Callable[[Path], None]
) -> None:
    if not tool.requirement:
        raise StepError(STEP, f"{tool.tool} is not downloaded, and cannot be changed")
    version = changed_version(tool.version, digest)
    new = replace(tool, version=version).requirement
    assert new
    source = cache.requirement(tool.requirement)

    def fill(folder: Path) -> None:
        shutil.copytree(source, folder, dirs_exist_ok=True)
        install(folder)

    unit = Unit(cache.requirement(new).name, new, fill)
    if not (cache.root / unit.name).exists():
        make(cache.root, unit)


def _compared(
    cell: Cell, before: Result, after: Result, patched: Result | None
) -> CellComparison:
    unlike = []
    like = 0
    for case, verdict in (patched.verdicts if patched else {}).items():
        if case not in after.verdicts:
            continue
        same = verdict.observed == after.verdicts[case].observed
        like += same
        unlike += [] if same else [case]
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
        unlike_patch=unlike,
        same_as_patched=like,
        errors={
            case: one.output or str(one.observed)
            for result in (before, after)
            for case, one in result.verdicts.items()
            if one.verdict == ERROR
        },
    )


def judge(asked: Iterable[CellComparison]) -> None:
    """Fail for a cell that gave no answer, or that is worse with the change.

    :raises StepError: for the first such cell.
    """
    for cell in asked:
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
