"""The cells of the matrix: one tool in one runtime, in one manner."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wasm_platform_tags.conformance.cases import Case

    from .settings import Runtime, Settings, Tool

LIBRARY = "wasm-platform-tags"

# Which kinds of case say something about a tool, on the host and in a guest.
KINDS: dict[tuple[str, bool], frozenset[str]] = {
    (LIBRARY, True): frozenset(
        {"parse", "environment", "build", "markers", "dependency", "select", "index"}
    ),
    (LIBRARY, False): frozenset({"select", "running", "lock-file"}),
    ("packaging", True): frozenset({"environment", "patch"}),
    ("packaging", False): frozenset({"running", "markers", "dependency"}),
    ("pip-vendored", True): frozenset({"environment", "patch"}),
    ("pip", True): frozenset({"select", "dependency"}),
    ("pip", False): frozenset({"select", "dependency", "wheels"}),
    ("micropip", False): frozenset({"select", "dependency", "wheels"}),
    ("uv", True): frozenset({"select", "dependency"}),
    ("uv", False): frozenset({"select", "dependency"}),
    ("pdm", True): frozenset({"select", "dependency"}),
    ("pex", True): frozenset({"select", "dependency"}),
    ("poetry", True): frozenset({"select", "dependency"}),
    ("unearth", True): frozenset({"select"}),
    ("pyodide-build", False): frozenset({"select"}),
    ("pyodide-lock", True): frozenset({"select", "dependency"}),
    ("pyodide-lock", False): frozenset({"select", "dependency"}),
    ("auditwheel-emscripten", True): frozenset({"audit"}),
    ("auditwheel-emscripten", False): frozenset({"audit"}),
    ("warehouse", True): frozenset({"index"}),
}
# These evaluate markers for the host: what depends on its Python, its kernel or its
# processor would be another result on another machine.
FOR_THE_HOST = frozenset({"pip"})
HOST_BOUND = frozenset(
    {
        # Of a kernel's release, packaging 24.2 and 25.0 even say "Invalid version".
        "dependency/needed/emscripten-release",
        "dependency/needed/emscripten-version",
        "dependency/needed/wasi-release",
        "dependency/needed/python-version",
        "dependency/needed/python-full-version",
        "dependency/not-needed/older-python",
        "dependency/not-needed/x86-64",
        "dependency/not-needed/arm64",
    }
)
# Of these a process can hold one version; pyodide-build changes the interpreter.
ALONE = frozenset(
    {"auditwheel-emscripten", "micropip", "pyodide-build", "pyodide-lock"}
)
# The manner of a tool that runs on this machine and is given the runtime to ask.
INTERPRETER = "interpreter"
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
        on_host = self.on_host
        if case.kind not in KINDS[self.tool.tool, on_host]:
            return False
        if not any(fnmatchcase(case.id, pattern) for pattern in self.tool.cases):
            return False
        if case.kind == "patch":
            return self.patched
        name = case.id.partition("@")[0]
        if on_host and self.tool.tool in FOR_THE_HOST and name in HOST_BOUND:
            return False
        if case.target is None or on_host:
            return case.data.get("environment") != "running"
        if name in self.runtime.other_release:
            return False
        here = case.target.id == self.runtime.target
        return here and case.data.get("environment") != "cross"

    @property
    def on_host(self) -> bool:
        """Whether the tool runs on this machine and only aims at the target."""
        return self.runtime.kind == "host"

    @property
    def where(self) -> str:
        """Where the tool runs, in words."""
        if self.on_host:
            return "on the host"
        return "given an interpreter" if self.via == INTERPRETER else "in WebAssembly"


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
    found: dict[tuple[str | None, ...], list[Cell]] = {}
    for cell in chosen:
        alone = cell.on_host or cell.tool.tool in ALONE
        tool = (cell.tool.tool, cell.tool.version, cell.via) if alone else ()
        key = (cell.runtime.runtime, *tool)
        found.setdefault(key, []).append(cell)
    return sorted(found.values(), key=lambda lane: -len(lane))
