"""What an adapter is, and what it is given to work with."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from ...toolkit.paths import ROOT
from ..cells import Cell

if TYPE_CHECKING:
    from pathlib import Path

    from wasm_platform_tags.conformance.cases import Case

    from ...toolkit.index_server import Index
    from ...toolkit.runtimes.worker import Reply, Worker
    from ..provision import Cache


class UnsupportedError(Exception):
    """The tool has no way to be asked this: what it said, if it was, or else why."""


@dataclass(frozen=True)
class AdapterContext:
    """All that is ready: the downloads, the files, the index, and one lane's process."""

    cache: Cache
    index: Index
    wheels: Path
    scratch: Path
    process: Worker
    # CPython for WASI as it is built: its configuration names no platform.
    unset: Worker | None = None
    # Projects whose extension modules the process has loaded.
    loaded: set[str] = field(default_factory=set)

    def folders(self) -> dict[str, str]:
        """The folders that a tool may speak of, under names that no machine has."""
        return {
            str(self.scratch): "SCRATCH",
            str(self.wheels): "WHEELS",
            str(self.cache.root): "CACHE",
            str(ROOT): "PROJECT",
            sys.prefix: "PYTHON",
            tempfile.gettempdir(): "TMP",
        }


class Adapter(Protocol):
    """One cell at work."""

    cell: Cell
    bench: AdapterContext

    def versions(self) -> Mapping[str, str]:
        """The versions of everything involved."""

    def observe(self, case: Case) -> Reply:
        """What the tool does with the case; `UnsupportedError` if it cannot be asked."""


Make = Callable[[Cell, AdapterContext], Adapter]


class Base:
    """What most adapters share."""

    def __init__(self, cell: Cell, bench: AdapterContext) -> None:
        self.cell = cell
        self.bench = bench

    def versions(self) -> Mapping[str, str]:
        """The Python that runs the tool, and what that Python runs on."""
        found: dict[str, str] = self.bench.process.call("environment.versions").value
        settings, kind = self.bench.cache.settings, self.cell.runtime.kind
        below = {
            "pyodide": {"node": settings.node},
            "wasi": {"wasmtime": settings.wasmtime},
        }
        return {**found, **below.get(kind, {})}

    def folder(self, requirement: str | None) -> str:
        """Where a download is, seen from where the tool runs."""
        assert requirement, "only what is downloaded has a folder"
        return self._cached(self.bench.cache.requirement(requirement))

    def lock_file(self, alias: str) -> str:
        """Where the lock file of one Pyodide is, seen from where the tool runs."""
        return self._cached(self.bench.cache.pyodide(alias) / "pyodide-lock.json")

    def call(self, function: str, **arguments: Any) -> Reply:
        """Call a function of a guest module in the lane's process."""
        return self.bench.process.call(function, **arguments)

    def _cached(self, path: Path) -> str:
        if self.cell.on_host:
            return str(path)
        return f"/cache/{path.relative_to(self.bench.cache.root).as_posix()}"
