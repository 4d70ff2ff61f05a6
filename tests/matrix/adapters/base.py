"""The base class of the adapters, and what each adapter receives."""

import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from wasm_platform_tags.conformance.cases import Case, SuiteTarget

from ...toolkit.index_server import Index
from ...toolkit.paths import ROOT
from ...toolkit.process import ENDED, CompletedProcess, clean_environment, run
from ...toolkit.runtimes.worker import Reply, Worker, WorkerError
from ..cells import Cell
from ..provision import Cache

# Parts of descriptions.
SIMULATED = "What an interpreter of the target says of itself is simulated"
PATCHED = "The library's patch() is applied"
BOTH_SPELLINGS = "both spellings of the platform, best first, as the PEP lists them"


class UnsupportedError(Exception):
    """The tool cannot be asked a case: its refusal, or else why."""


@dataclass(frozen=True)
class AdapterContext:
    """The downloads, the files, the index and the worker that a lane of cells shares."""

    cache: Cache
    index: Index
    wheels: Path
    scratch: Path
    worker: Worker
    # For CPython for WASI: one whose configuration names no platform.
    unset: Worker | None = None
    # Projects whose extension modules the worker has loaded.
    loaded: set[str] = field(default_factory=set)

    def folders(self) -> dict[str, str]:
        """Folders of this machine, and a name to show in place of each."""
        return {
            str(self.scratch): "SCRATCH",
            str(self.wheels): "WHEELS",
            str(self.cache.root): "CACHE",
            str(ROOT): "PROJECT",
            sys.prefix: "PYTHON",
            tempfile.gettempdir(): "TMP",
        }


class Adapter(ABC):
    """Asks one tool the cases of one cell.

    A subclass says which kinds of case concern the tool, and how it is asked.
    """

    # The kinds of case for the tool on this machine, and inside WebAssembly.
    host_kinds: ClassVar[frozenset[str]] = frozenset()
    guest_kinds: ClassVar[frozenset[str]] = frozenset()
    # Cases that say nothing about the tool on this machine.
    excluded_on_host: ClassVar[frozenset[str]] = frozenset()
    # Where the library can change the tags that the tool finds.
    patchable_on_host: ClassVar[bool] = False
    patchable_in_guest: ClassVar[bool] = False
    # What the tool receives, where that is the same in every cell.
    description: ClassVar[str] = ""
    # Roughly, to start the slowest cells first.
    seconds_per_case: ClassVar[float] = 0.1
    # Whether a worker can hold only one version of the tool.
    needs_own_worker: ClassVar[bool] = False

    def __init__(self, cell: Cell, context: AdapterContext) -> None:
        self.cell = cell
        self.context = context

    @classmethod
    def describe(cls, cell: Cell) -> str:  # noqa: ARG003 - for those that override it
        """Return what the tool receives in a cell, in one sentence."""
        return cls.description

    @abstractmethod
    def observe(self, case: Case) -> Reply:
        """Return what the tool does in a case.

        :raises UnsupportedError: if it cannot be asked this.
        :raises WorkerError: if it fails in any other way.
        """

    def versions(self) -> Mapping[str, str]:
        """Return the versions that a result depends on, such as that of the Python."""
        found: dict[str, str] = self.call("environment.versions").value
        settings, kind = self.context.cache.settings, self.cell.runtime.kind
        below = {
            "pyodide": {"node": settings.node},
            "wasi": {"wasmtime": settings.wasmtime},
        }
        return {**found, **below.get(kind, {})}

    def folder(self, requirement: str | None) -> str:
        """Return the path of a download, as the tool sees it."""
        assert requirement, "only what is downloaded has a folder"
        return self._cached(self.context.cache.requirement(requirement))

    def lock_file(self, alias: str) -> str:
        """Return the path of the lock file of one Pyodide, as the tool sees it."""
        return self._cached(self.context.cache.pyodide(alias) / "pyodide-lock.json")

    def call(self, function: str, **arguments: Any) -> Reply:
        """Call a function of a module in ``tests/matrix/guest``, in the worker."""
        return self.context.worker.call(function, **arguments)

    def call_with_variable(
        self, function: str, *, is_set: bool, **arguments: Any
    ) -> Reply:
        """The same, where the platform's variable is set or not, as the case wants it."""
        worker = self.context.worker if is_set else self.context.unset
        assert worker, "only CPython for WASI is asked without the variable"
        return worker.call(function, **arguments)

    def _cached(self, path: Path) -> str:
        if self.cell.on_host:
            return str(path)
        return f"/cache/{path.relative_to(self.context.cache.root).as_posix()}"


def own_tags(cell: Cell) -> str:
    """Describe a tool that finds the tags of the interpreter that runs it."""
    text = "It finds the tags of the interpreter that runs it"
    if cell.runtime.kind == "wasi":
        text += (
            ", in whose sysconfig the platform's variable is set, unless the case wants it"
            " unset, because CPython for WASI lacks it"
        )
    return text


def platforms(target: SuiteTarget) -> list[str]:
    """Return the portable tags of a target, best first."""
    words = target.words
    return [words[word] for word in ("canonical", "alias") if word in words]


def run_tool(
    command: Sequence[str | Path],
    timeout: float,
    folder: Path | None = None,
    **variables: str,
) -> CompletedProcess:
    """Run a tool that is a program.

    :param timeout: in seconds.
    :param variables: environment variables.
    :raises WorkerError: if it does not end.
    """
    done = run(command, clean_environment(**variables), folder, timeout)
    if done.status == ENDED:
        raise WorkerError(f"no answer in {timeout} s", done.text)
    return done
