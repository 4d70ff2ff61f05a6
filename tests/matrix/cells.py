"""The cells of the matrix: one version of a tool, in one runtime, in one manner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from wasm_platform_tags.conformance.cases import Case

from .settings import Runtime, Settings, Tool

if TYPE_CHECKING:
    from .adapters.base import Adapter

# The tool that is this repository's library.
LIBRARY = "wasm-platform-tags"

# `via` of a tool that runs on this machine and receives the runtime as an executable.
INTERPRETER = "interpreter"


@dataclass(frozen=True)
class Cell:
    """One version of a tool in one runtime.

    `via` is how it finds the files or receives the target (see `settings.Tool`);
    `patched` is whether the library changes the tags that it finds.
    """

    tool: Tool
    runtime: Runtime
    via: str | None
    patched: bool

    @property
    def name(self) -> str:
        """The name on the command line, and of the file of results."""
        parts = (self.tool.tool, self.tool.version, self.runtime.runtime, self.via)
        end = ["patched"] if self.patched else []
        return "-".join([*(part for part in parts if part), *end])

    @property
    def adapter(self) -> type[Adapter]:
        """The adapter of the tool."""
        from .adapters import ADAPTERS  # noqa: PLC0415 - adapters import this module

        return ADAPTERS[self.tool.tool]

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of case that concern the tool here."""
        return self.adapter.host_kinds if self.on_host else self.adapter.guest_kinds

    @property
    def description(self) -> str:
        """What the tool receives in this cell, in one sentence."""
        return self.adapter.describe(self)

    def applies(self, case: Case) -> bool:
        """Whether the case concerns this cell."""
        if case.kind not in self.kinds:
            return False
        if not any(fnmatchcase(case.id, pattern) for pattern in self.tool.cases):
            return False
        if case.kind == "patch":
            return self.patched
        name = case.id.partition("@")[0]
        if self.on_host and name in self.adapter.excluded_on_host:
            return False
        if case.target is None or self.on_host:
            return case.data.get("environment") != "running"
        if name in self.runtime.other_release:
            return False
        here = case.target.id == self.runtime.target
        return here and case.data.get("environment") != "cross"

    @property
    def on_host(self) -> bool:
        """Whether the tool runs on this machine, for a target that is named to it."""
        return self.runtime.kind == "host"

    @property
    def where(self) -> str:
        """Where the tool runs, as pages say it."""
        if self.on_host:
            return "on the host"
        return "given an interpreter" if self.via == INTERPRETER else "in WebAssembly"


def cells(settings: Settings) -> Iterator[Cell]:
    """Yield every cell, in the order of provision.json."""
    for tool, runtime in settings.pairs():
        for via in tool.via or (None,):
            cell = Cell(tool, runtime, via, patched=False)
            yield cell
            adapter = cell.adapter
            if (
                adapter.patchable_on_host
                if cell.on_host
                else adapter.patchable_in_guest
            ):
                yield replace(cell, patched=True)


def lanes(tasks: Mapping[Cell, Sequence[Case]]) -> list[list[Cell]]:
    """Return the cells that share a worker, one after another; the slowest lanes first."""
    found: dict[tuple[str | None, ...], list[Cell]] = {}
    for cell in tasks:
        alone = cell.on_host or cell.adapter.needs_own_worker
        tool = (cell.tool.tool, cell.tool.version, cell.via) if alone else ()
        key = (cell.runtime.runtime, *tool)
        found.setdefault(key, []).append(cell)

    def seconds(lane: Sequence[Cell]) -> float:
        return sum(len(tasks[cell]) * cell.adapter.seconds_per_case for cell in lane)

    return sorted(found.values(), key=seconds, reverse=True)


def settings_for(chosen: Iterable[Cell], settings: Settings) -> Settings:
    """Return the settings with only the tools and the runtimes of some cells."""
    chosen = list(chosen)
    return replace(
        settings,
        tools=tuple(dict.fromkeys(cell.tool for cell in chosen)),
        runtimes=tuple(dict.fromkeys(cell.runtime for cell in chosen)),
    )
