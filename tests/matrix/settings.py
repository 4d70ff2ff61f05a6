"""provision.json, typed: the tools and runtimes of the matrix, by exact version."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from ..toolkit.paths import TESTS

HERE = TESTS / "matrix"
# In this repository: the library, and the rules of PyPI's index.
NOT_DOWNLOADED = frozenset({"wasm-platform-tags", "warehouse"})


@dataclass(frozen=True)
class Runtime:
    """One Python that tools run in.

    :param target: its platform, as tests/conformance/targets.json names it.
    :param alias: for a Pyodide, its name in the package.json of the runtimes.
    :param requirement: for CPython for WASI, the package of PyPI that has it.
    :param module: the path of the WebAssembly module in that package.
    :param other_release: cases, without their target, that do not concern it, because its
        Python is another release than the target names.
    """

    runtime: str
    target: str | None
    alias: str | None = None
    requirement: str | None = None
    module: str | None = None
    other_release: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """``host``, ``pyodide`` or ``wasi``."""
        return self.runtime.partition("-")[0]

    @property
    def version(self) -> str:
        """Its version; empty for the host."""
        return self.runtime.partition("-")[2]


@dataclass(frozen=True)
class Tool:
    """One version of one tool.

    :param on: patterns of the runtimes that it runs in.
    :param via: how it finds the files: an index of either style, ``html`` or ``json``, or a
        folder, ``links``. For Pex, the option that names the target; for pip and unearth
        also ``canonical``; for uv ``interpreter``, where it receives one. Empty for a tool
        that is not asked about files.
    :param cases: patterns of the cases that it is asked; in provision.json also the name of
        one of its ``selections``.
    :param wheels: what it would otherwise download while it runs.
    """

    tool: str
    version: str
    on: tuple[str, ...]
    via: tuple[str, ...] = ()
    cases: tuple[str, ...] = ("*",)
    wheels: tuple[str, ...] = ()

    @property
    def requirement(self) -> str | None:
        """What to download for it: nothing for what is in this repository."""
        if self.tool in NOT_DOWNLOADED:
            return None
        return f"{self.tool.removesuffix('-vendored')}=={self.version}"


@dataclass(frozen=True)
class Wheel:
    """A real wheel from PyPI."""

    project: str
    version: str
    python: str
    platform: str


@dataclass(frozen=True)
class Settings:
    """All of provision.json.

    :param subsets: patterns of cells by the name of a shorter run.
    """

    node: str
    wasmtime: str
    packaging: str
    runtimes: tuple[Runtime, ...]
    tools: tuple[Tool, ...]
    wheels: tuple[Wheel, ...]
    subsets: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    def pairs(self) -> Iterator[tuple[Tool, Runtime]]:
        """Yield every tool with every runtime that it runs in."""
        for tool in self.tools:
            for runtime in self.runtimes:
                if any(fnmatchcase(runtime.runtime, pattern) for pattern in tool.on):
                    yield tool, runtime

    def newest_pyodide(self, target: str) -> Runtime:
        """Return the newest Pyodide of a platform, such as ``2025_0``.

        :raises KeyError: if there is none.
        """
        found = [one for one in self.runtimes if one.alias and one.target == target]
        if not found:
            raise KeyError(target)
        return found[-1]  # they are in the order of their release


def load_settings() -> Settings:
    """Read provision.json."""
    data: dict[str, Any] = json.loads((HERE / "provision.json").read_bytes())
    return Settings(
        node=data["node"],
        wasmtime=data["wasmtime"],
        packaging=data["packaging"],
        runtimes=tuple(Runtime(**_tuples(line)) for line in data["runtimes"]),
        tools=tuple(
            Tool(**{**_tuples(line), "cases": tuple(_cases(line, data["selections"]))})
            for line in data["tools"]
        ),
        wheels=tuple(Wheel(**line) for line in data["wheels"]),
        subsets=_tuples(data["subsets"]),
    )


def _tuples(line: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in line.items()}


def _cases(
    line: Mapping[str, Any], selections: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    for given in line.get("cases", ["*"]):
        yield from selections.get(given, [given])
