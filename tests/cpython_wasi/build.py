"""The builds of CPython. Each is kept until what it is made from changes."""

import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.native.provision import Downloads
from tests.toolkit.cache import LazyCache, ProvisionError, Unit
from tests.toolkit.debian import Package
from tests.toolkit.paths import ROOT
from tests.toolkit.process import environment, run

from . import toolchain
from .toolchain import Toolchain

# The change that CPython would take, and the release that it is made against.
UPSTREAM = ROOT / "reference" / "upstream" / "cpython"
PATCH = UPSTREAM / "change.patch"
RECORD: dict[str, Any] = json.loads((UPSTREAM / "record.json").read_bytes())
SOURCE = Package(RECORD["source"]["debian"], RECORD["source"]["sha256"])
SDK = (34, "0.1")
# An extension module that uses the C library, linked into the interpreter.
EXTENSION = tuple(
    ROOT / "tests" / "native" / "project" / "src" / name
    for name in ("clib.c", "limited_api.h")
)
HOST = "wasm32-unknown-wasip1"
OPTIONS = ("--disable-test-modules", "CFLAGS=-O1 -g0")
NATIVE = ("--without-ensurepip", *OPTIONS)
MAKE = ("make", "-s", f"-j{os.cpu_count() or 2}")
# The programs that the build runs, and the packages of Debian that have them.
NEEDED = {"cc": "gcc", "make": "make", "patch": "patch"}
HOUR = 3600  # seconds


def missing(path: str | None = None) -> list[str]:
    """Return the packages of Debian that bring the programs this machine lacks."""
    return [
        package for name, package in NEEDED.items() if not shutil.which(name, path=path)
    ]


class BuildCache:
    """The source of CPython, its builds, and a toolchain for each sysroot.

    A folder is kept until what it is made from changes.

    :param tell: receives the name of each step before it starts.
    """

    def __init__(
        self,
        root: Path,
        downloads: Downloads,
        tell: Callable[[str], None] = lambda step: None,
    ) -> None:
        self.root = root
        self.downloads = downloads
        self.tell = tell

    @cached_property
    def sources(self) -> Path:
        """CPython as released."""
        return self._made("source", SOURCE.sha256, lambda at: _unpack(SOURCE, at))

    @cached_property
    def patched(self) -> Path:
        """The same with the change, and with the source of an extension module."""
        return self._made("patched", PATCHED_KEY, self._fill_patched)

    def _fill_patched(self, folder: Path) -> None:
        shutil.copytree(self.sources, folder, dirs_exist_ok=True, symlinks=True)
        self._run("patch", ["patch", "-p1", "--forward", "-i", PATCH], folder)
        for file in EXTENSION:
            shutil.copy(file, folder / "Modules")

    @cached_property
    def native(self) -> Path:
        """The executable of CPython for this machine, which the build for WASI runs."""
        return self._made("native", SOURCE.sha256, self._fill_native) / "python"

    def _fill_native(self, folder: Path) -> None:
        configure = self.sources / "configure"
        self._run("native-configure", [configure, *NATIVE], folder)
        self._run("native-make", MAKE, folder)

    def toolchain(self, sdk: int, wasi: str) -> Toolchain:
        """Return a compiler with the sysroot of one SDK."""
        found = self.downloads.sysroot(sdk, wasi)
        folder = self._made(
            f"toolchain-{sdk}-{wasi}",
            _hash(toolchain.CRT1, Path(toolchain.__file__)),
            lambda at: toolchain.make(at, self.downloads, found),
        )
        return Toolchain(folder)

    @cached_property
    def wasi(self) -> Path:
        """The build for WASI with SDK 34: the folder of ``python.wasm``."""
        key = PATCHED_KEY + _hash(toolchain.CRT1, Path(toolchain.__file__))
        return self._made("wasi", _digest(key.encode()), self._fill_wasi)

    def _fill_wasi(self, folder: Path) -> None:
        (folder / "Modules").mkdir()
        setup = "*static*\nclib clib.c\n"
        (folder / "Modules" / "Setup.local").write_text(setup, encoding="utf-8")
        env = self.environment(self.toolchain(*SDK))
        self._run("wasi-configure", self.configure(self.native), folder, env)
        self._run("wasi-make", MAKE, folder, env)

    def build(self) -> None:
        """Make the build for WASI, and everything that it is made from."""
        _ = self.patched, self.native, self.toolchain(*SDK), self.wasi

    def configure(self, native: Path, host: str = HOST) -> list[str | Path]:
        """Return the command that configures for WASI."""
        return [
            # A relative path, or CPython does not see that it runs in a build tree.
            Path("..") / self.patched.name / "configure",
            f"--host={host}",
            f"--build={run([self.patched / 'config.guess']).last}",
            *OPTIONS,
            f"--with-build-python={native}",
        ]

    def environment(self, compiler: Toolchain, **more: str) -> dict[str, str]:
        """Return the variables that CPython's own script for WASI sets."""
        site = self.patched / "Tools" / "wasm" / "config.site-wasm32-wasi"
        return environment([], CONFIG_SITE=str(site), **compiler.environment(), **more)

    def _made(self, name: str, key: str, fill: Callable[[Path], object]) -> Path:
        unit = Unit(name, name, fill, key=key, in_place=True)
        return LazyCache(self.root, [unit], self.tell).path(name)

    def _run(
        self,
        step: str,
        command: Sequence[str | Path],
        folder: Path,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Run one step of a build, with its output in a log beside the builds."""
        self.tell(step)
        log = self.root / f"{step}.log"
        done = run(command, env or environment([]), folder, HOUR, log=log)
        if done.status:
            end = "\n".join(done.text.splitlines()[-15:])
            raise ProvisionError(
                f"{step}: exit status {done.status}; the end of {log.name}:\n{end}"
            )


def _unpack(package: Package, folder: Path) -> None:
    archive = folder / "archive"
    archive.write_bytes(package.download())
    with tarfile.open(archive) as found:
        found.extractall(folder, filter="data")
    archive.unlink()
    (inner,) = folder.iterdir()
    for path in inner.iterdir():
        path.rename(folder / path.name)
    inner.rmdir()


def _hash(*paths: Path) -> str:
    return _digest(b"".join(path.read_bytes() for path in paths))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


PATCHED_KEY = SOURCE.sha256 + _hash(PATCH, *EXTENSION)
