"""The laboratory: downloads, wheels, an index, and the tools that runs are made of."""

import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.toolkit.index_server import Index
from tests.toolkit.paths import ROOT
from tests.toolkit.process import CompletedProcess, environment, run
from tests.toolkit.runtimes.pyodide import pyodide
from tests.toolkit.runtimes.worker import WorkerError

from .observe import Observation, shown
from .provision import HERE, PROVISION, ZIG, Downloads, PyodideRelease
from .wheels import renamed

PROJECT = HERE / "project"
GUEST = HERE / "guest"
WASI = "wasi_0_2_sdk_33_wasm32"
VERSIONS = ("2024_0", "2025_0", "2026_0", "2026_5")
EMSCRIPTEN = tuple(f"pyemscripten_{version}_wasm32" for version in VERSIONS)
# Tags that merely look alike, and those of neighbours.
LOOK_ALIKES = ("wasi_0_2_sdk_34", "wasi_0_1_sdk_33", "wasi_0_0_0", "wasi", "wasix")
WILD = tuple(f"{name}_wasm32" for name in LOOK_ALIKES)
# For each componentize-py, the oldest first, the suffix of the extension modules that its
# CPython imports. Only the newest takes that of the stable ABI.
LINKERS = {one["version"]: one["suffix"] for one in PROVISION["componentize-py"]}
OLDEST_LINKER, *_, PREVIOUS_LINKER, LINKER = LINKERS
COMPONENTIZE = (
    "from componentize_py import script; import sys;"
    " sys.argv[0] = 'componentize-py'; script()"
)


Target = tuple[str, str]


class NativeContext:
    """What runs share; each thing in it is made once, when it is first asked for."""

    def __init__(self, downloads: Downloads, scratch: Path) -> None:
        self.downloads = downloads
        self.scratch = scratch
        self._made: dict[str, Any] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` returns, made by whoever asks first."""
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            if name not in self._made:
                self._made[name] = make()
            return self._made[name]

    def folder(self, name: str) -> Path:
        """A new empty folder."""
        path = self.scratch / name.replace("/", "-").replace("*", "-")
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    # Build.

    def build(self, folder: Path, *settings: str) -> CompletedProcess:
        """Build the project with the newest pip: ``pip wheel``, no isolation."""
        options = ("wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", folder)
        given = [part for line in settings for part in ("--config-settings", line)]
        return self.pip(self.downloads.pips[-1], *options, *given, PROJECT)

    def wheel(self, *settings: str) -> Path:
        """The wheel that these config settings give."""

        def make() -> Path:
            folder = self.folder("-".join(["wheel", *settings]))
            process = self.build(folder, *settings)
            if process.status:
                message = f"the wheel {settings} was not built"
                raise RuntimeError(f"{message}:\n{process.text}")
            return next(folder.glob("*.whl"))

        made: Path = self.once(f"wheel {settings}", make)
        return made

    def real_wheel(self, project: str) -> Path:
        """A wheel from PyPI."""
        return next((self.downloads.wheels / project).glob("*.whl"))

    def zig(self, *arguments: str | Path) -> CompletedProcess:
        """Run a tool of ziglang; what it cannot do here is a fault of this file."""
        path = [self.downloads.requirement(ZIG)]
        process = run([sys.executable, "-m", "ziglang", *arguments], environment(path))
        if process.status:
            raise RuntimeError(f"zig {arguments} failed:\n{process.text}")
        return process

    # Select.

    def pip(self, version: str, *arguments: str | Path) -> CompletedProcess:
        """Run one pip, unchanged, in a Python of its own."""
        names = (f"pip=={version}", ZIG)
        path = [*map(self.downloads.requirement, names), ROOT, ROOT / "reference"]
        pip = sys.executable, "-m", "pip", "--disable-pip-version-check"
        return run([*pip, *arguments], environment(path))

    def install(
        self, pip: str, target: Target, site: Path, *what: str | Path
    ) -> CompletedProcess:
        """Let pip select for a target (a Python and a platform tag) and unpack."""
        python, platform = target
        options = ("install", "--no-cache-dir", "--no-deps", "--only-binary=:all:")
        where = ("--target", site, "--implementation", "cp", "--platform", platform)
        return self.pip(pip, *options, *where, "--python-version", python, *what)

    @property
    def index(self) -> Index:
        """The index: our wheels, and on another shelf the ones with the wrong names."""

        def make() -> Index:
            ours = [self.wheel(f"platform={tag}") for tag in (WASI, *EMSCRIPTEN)]
            wild = [renamed(ours[0], self.folder(f"wild-{t}"), t) for t in WILD]
            shelves = {"ours": {"one-source": ours}, "wild": {"one-source": wild}}
            return Index(shelves).__enter__()

        made: Index = self.once("index", make)
        return made

    def serve(self, shelf: str, wheels: Sequence[Path]) -> str:
        """The address of an index that has these wheels alone."""

        index: Index = self.once(
            f"index {shelf}", lambda: Index({shelf: {"one-source": wheels}}).__enter__()
        )
        return index.simple(shelf, "html")

    def close(self) -> None:
        """End the servers that were started."""
        for made in self._made.values():
            if isinstance(made, Index):
                made.__exit__(None, None, None)

    # Link and run.

    def componentize(
        self, version: str, world: Path, app: str, path: Sequence[Path], out: Path
    ) -> CompletedProcess:
        """Link the extension modules under `path` into a component."""
        name = f"componentize-py=={version}"
        paths = [part for folder in path for part in ("-p", folder)]
        script = (sys.executable, "-c", COMPONENTIZE, "-d", world, "-w", world.stem)
        what = ("--world-module", "wit_world", "componentize", app, *paths, "-o", out)
        host = environment([self.downloads.requirement(name)], RUST_BACKTRACE="0")
        return run([*script, *what], host)

    def component(
        self, path: Path, *calls: str, scratch: Path | None = None
    ) -> CompletedProcess:
        """Call functions of a component under wasmtime, each as ``NAME ARGUMENT...``.

        With `scratch`, a folder that the component may write to as ``/scratch``.
        """
        granted: list[str | Path] = ["--scratch", scratch] if scratch else []
        command = [sys.executable, HERE / "component_host.py", *granted, path, *calls]
        return run(command, environment([self.downloads.wasmtime]))

    @contextmanager
    def guest(self, line: PyodideRelease, site: Path) -> Iterator[Callable[..., Any]]:
        """One Pyodide, just started, with a folder of installed wheels on its path."""
        folders = {"/site": site, "/project": ROOT, "/cache": self.downloads.root}
        packaging = f"/cache/{self.downloads.packaging.name}"
        path = ["/site", "/project", "/project/reference", packaging]
        found = self.downloads.pyodide(line)
        with closing(pyodide(self.downloads.node, found, folders, path)) as process:
            yield process.call

    def load(
        self,
        line: PyodideRelease,
        site: Path,
        project: str,
        module: str,
        asked: Sequence[str],
    ) -> Observation:
        """Import what is installed in a fresh Pyodide and evaluate; see what happens."""
        values: list[str] = []
        # The module stays imported: only `colorsys` is forgotten afterwards.
        what = {"project": project, "module": "colorsys"}
        package = f"{module.partition('.')[0]}."
        # The import alone first: a mismatch may show only in a call.
        stage = "import"
        with self.guest(line, site) as call:
            try:
                for expression in (f"{module}.__name__", *asked):
                    code = expression.replace(package, f"__import__('{module}').", 1)
                    found = call("installed.call", **what, expression=code).value[
                        "value"
                    ]
                    if stage == "call":
                        values.append(f"{expression} == {found!r}")
                    stage = "call"
            except WorkerError as error:
                dead = "the process ended" in str(error)
                reason = fatal(error.output) if dead else str(error)
                outcome = "kills the interpreter" if dead else "fails"
                lines = "\n".join([*values, reason])
                return shown(f"{stage} {outcome}", lines, f"{error}\n{error.output}")
        return shown("works", "\n".join(values))


def fatal(output: str) -> str:
    """The lines of a dying Pyodide that say why, without its stack."""
    lines = [line.strip() for line in output.splitlines()]
    errors = [line for line in lines if re.match(r"(?:\w+\.)*\w*Error: ", line)]
    return "\n".join(dict.fromkeys(line[:200] for line in errors[:3])) or "no message"
