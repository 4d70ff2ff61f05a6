"""The cells of the matrix: one tool in one runtime, in one manner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wasm_platform_tags.conformance.cases import Case

    from .settings import Runtime, Settings, Tool

LIBRARY = "wasm-platform-tags"

# Which kinds of case say something about a tool, on the host and in a guest.
KINDS: dict[tuple[str, bool], frozenset[str]] = {
    (LIBRARY, True): frozenset({"select", "parse", "environment", "markers"}),
    (LIBRARY, False): frozenset({"select", "running"}),
    ("packaging", True): frozenset({"environment", "patch"}),
    ("packaging", False): frozenset({"running", "markers"}),
    ("pip-vendored", True): frozenset({"environment", "patch"}),
    ("pip", True): frozenset({"select"}),
    ("pip", False): frozenset({"select", "wheels"}),
    ("micropip", False): frozenset({"select", "wheels"}),
    ("uv", True): frozenset({"select"}),
}
# On the host, pip and uv are told the tags: there is nothing to patch.
PATCHABLE = frozenset(
    {("packaging", True), ("packaging", False), ("pip-vendored", True)}
    | {("pip", False), ("micropip", False)}
)


@dataclass(frozen=True)
class Cell:
    """One tool and version, in one runtime, shown files in one way, patched or not."""

    tool: Tool
    runtime: Runtime
    via: str | None
    patched: bool

    @property
    def name(self) -> str:
        """What the cell is called on the command line, and its results' file."""
        parts = (self.tool.tool, self.tool.version, self.runtime.runtime, self.via)
        end = ["patched"] if self.patched else []
        return "-".join([*(part for part in parts if part), *end])

    def applies(self, case: Case) -> bool:
        """Whether the case says something about this cell."""
        if case.kind not in KINDS[self.tool.tool, self.on_host]:
            return False
        if case.kind == "patch":
            return self.patched
        if case.target is None or self.on_host:
            return case.data.get("environment") != "running"
        here = case.target.id == self.runtime.target
        return here and case.data.get("environment") != "cross"

    @property
    def on_host(self) -> bool:
        """Whether the tool runs on this machine and only aims at the target."""
        return self.runtime.kind == "host"


def cells(settings: Settings) -> Iterator[Cell]:
    """Every cell there is."""
    for tool, runtime in settings.pairs():
        key = (tool.tool, runtime.kind == "host")
        for via in tool.via or (None,):
            yield Cell(tool, runtime, via, patched=False)
            if key in PATCHABLE:
                yield Cell(tool, runtime, via, patched=True)


def lanes(chosen: Iterable[Cell]) -> list[list[Cell]]:
    """The cells that share a process, and so take turns; the longest lanes first."""
    found: dict[tuple[str, ...], list[Cell]] = {}
    for cell in chosen:
        tool = (cell.tool.tool, cell.tool.version) if cell.on_host else ()
        key = (cell.runtime.runtime, *tool)
        found.setdefault(key, []).append(cell)
    return sorted(found.values(), key=lambda lane: -len(lane))
