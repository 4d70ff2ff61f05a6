"""What the matrix is made of: provision.json, read and typed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from ..toolkit.paths import CONFORMANCE as CONFORMANCE  # noqa: PLC0414
from ..toolkit.paths import ROOT as ROOT  # noqa: PLC0414
from ..toolkit.paths import TESTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HERE = TESTS / "matrix"
# In this repository: the library, and the rules of the index, restated.
NOT_DOWNLOADED = frozenset({"wasm-platform-tags", "warehouse"})


@dataclass(frozen=True)
class Runtime:
    """One Python to run in; `target` is what it is, in conformance/targets.json.

    `other_release`: its Python is another release than the target names, so that these
    cases, by their name on every target, do not concern it.
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


@dataclass(frozen=True)
class Tool:
    """One version of one tool, where it is tried, and how it is shown the files.

    `via` is an index of either style, ``html`` or ``json``, or a folder, ``links``; for
    Pex, which reads a folder, the option that names the target; for uv, ``interpreter``
    where it is given one; nothing for a tool that is not asked about files. `cases` are
    the only ones that it is asked: patterns, or in provision.json the name of one of its
    selections. `wheels` are what it would download when it runs.
    """

    tool: str
    version: str
    on: tuple[str, ...]
    via: tuple[str, ...] = ()
    cases: tuple[str, ...] = ("*",)
    wheels: tuple[str, ...] = ()

    @property
    def requirement(self) -> str | None:
        """What to download for it; nothing for what is in this repository."""
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
    """All of provision.json."""

    node: str
    wasmtime: str
    packaging: str
    runtimes: tuple[Runtime, ...]
    tools: tuple[Tool, ...]
    wheels: tuple[Wheel, ...]
    # By name, the cells of a shorter run.
    subsets: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    def pairs(self) -> Iterator[tuple[Tool, Runtime]]:
        """Every tool in every runtime it names, each pair once."""
        for tool in self.tools:
            for runtime in self.runtimes:
                if any(fnmatchcase(runtime.runtime, pattern) for pattern in tool.on):
                    yield tool, runtime


def load_settings() -> Settings:
    """Read provision.json."""
    data: dict[str, Any] = json.loads((HERE / "provision.json").read_bytes())
    return Settings(
        node=data["node"],
        wasmtime=data["wasmtime"],
        packaging=data["packaging"],
        runtimes=tuple(
            Runtime(**{**line, "other_release": tuple(line.get("other_release", ()))})
            for line in data["runtimes"]
        ),
        tools=tuple(
            Tool(
                line["tool"],
                line["version"],
                tuple(line["on"]),
                tuple(line.get("via", ())),
                tuple(_cases(line, data["selections"])),
                tuple(line.get("wheels", ())),
            )
            for line in data["tools"]
        ),
        wheels=tuple(Wheel(**line) for line in data["wheels"]),
        subsets={name: tuple(globs) for name, globs in data["subsets"].items()},
    )


def _cases(
    line: Mapping[str, Any], selections: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    for given in line.get("cases", ["*"]):
        yield from selections.get(given, [given])
