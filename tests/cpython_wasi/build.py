"""The builds, each kept until what it is made of changes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.matrix.settings import ROOT
from tests.native.provision import Downloads
from tests.toolkit.cache import ProvisionError
from tests.toolkit.debian import Package
from tests.toolkit.process import CompletedProcess, environment, tool

from . import toolchain
from .toolchain import Toolchain

# The change that CPython would take, and the release that it is made against.
UPSTREAM = ROOT / "reference" / "upstream" / "cpython"
PATCH = UPSTREAM / "change.patch"
RECORD: dict[str, Any] = json.loads((UPSTREAM / "record.json").read_bytes())
SOURCE = Package(RECORD["source"]["debian"], RECORD["source"]["sha256"])
SDK = (34, "0.1")
# An extension module that uses the C library, linked into the interpreter.
EXTENSION = ROOT / "tests" / "native" / "project" / "src"
HOST = "wasm32-unknown-wasip1"
OPTIONS = ("--disable-test-modules", "CFLAGS=-O1 -g0")
NEEDED = {
    "cc": "gcc",
    "make": "make",
    "patch": "patch",
}
STAMP = ".made"
HOUR = 3600


def missing(path: str | None = None) -> list[str]:
    """The packages of Debian that bring what is not there."""
    return [
        package for name, package in NEEDED.items() if not shutil.which(name, path=path)
    ]


@dataclass
class BuildCache:
    """A folder of builds."""

    root: Path
    downloads: Downloads
    tell: Callable[[str], None] = field(default=lambda step: None)

    @cached_property
    def sources(self) -> Path:
        """CPython, as its release is."""
        return self._made("source", SOURCE.sha256, lambda at: _unpack(SOURCE, at))

    @cached_property
    def patched(self) -> Path:
        """The same with the change, and one extension more."""
        key = _hash(PATCH, EXTENSION / "clib.c", EXTENSION / "limited_api.h")

        def fill(folder: Path) -> None:
            shutil.copytree(self.sources, folder, dirs_exist_ok=True, symlinks=True)
            self._run("patch", ["patch", "-p1", "--forward", "-i", PATCH], folder)
            for name in ("clib.c", "limited_api.h"):
                shutil.copy(EXTENSION / name, folder / "Modules")

        return self._made("patched", SOURCE.sha256 + key, fill)

    @cached_property
    def native(self) -> Path:
        """CPython for this machine, which the build for WASI runs."""

        def fill(folder: Path) -> None:
            configure: list[str | Path] = [
                self.sources / "configure",
                "--without-ensurepip",
                *OPTIONS,
            ]
            self._run("native-configure", configure, folder)
            self._run("native-make", ["make", "-s", jobs()], folder)

        self._made("native", SOURCE.sha256, fill)
        return self.root / "native" / "python"

    def toolchain(self, sdk: int, wasi: str) -> Toolchain:
        """A compiler with the sysroot of one SDK."""
        found = self.downloads.sysroot(sdk, wasi)
        folder = self._made(
            f"toolchain-{sdk}-{wasi}",
            _hash(toolchain.CRT1, Path(toolchain.__file__)),
            lambda at: toolchain.make(at, self.downloads, found),
        )
        return Toolchain(folder)

    @cached_property
    def wasi(self) -> Path:
        """The build for WASI with SDK 34: the folder that holds ``python.wasm``."""
        compiler = self.toolchain(*SDK)
        patched, native = self.patched, self.native

        def fill(folder: Path) -> None:
            (folder / "Modules").mkdir()
            setup = "*static*\nclib clib.c\n"
            (folder / "Modules" / "Setup.local").write_text(setup, encoding="utf-8")
            env = self.environment(compiler)
            self._run("wasi-configure", self.configure(native), folder, env)
            self._run("wasi-make", ["make", "-s", jobs()], folder, env)

        key = "".join((path / STAMP).read_text() for path in (patched, compiler.folder))
        return self._made("wasi", _digest(key.encode()), fill)

    def build(self) -> None:
        """Make everything that questions are asked of."""
        _ = self.wasi

    def configure(self, native: Path | None, host: str = HOST) -> list[str | Path]:
        """The command that configures for WASI."""
        # Relative, or CPython does not see that it runs in a build tree.
        found: list[str | Path] = [
            Path("..") / self.patched.name / "configure",
            f"--host={host}",
            f"--build={_guess(self.patched)}",
            *OPTIONS,
        ]
        return [*found, f"--with-build-python={native}"] if native else found

    def environment(self, compiler: Toolchain, **more: str) -> dict[str, str]:
        """What CPython's own script for WASI sets."""
        site = self.patched / "Tools" / "wasm" / "config.site-wasm32-wasi"
        return environment([], CONFIG_SITE=str(site), **compiler.environment(), **more)

    def _made(self, name: str, key: str, fill: Callable[[Path], object]) -> Path:
        folder = self.root / name
        stamp = folder / STAMP
        if not stamp.exists() or stamp.read_text("utf-8") != key:
            self.tell(name)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            fill(folder)
            stamp.write_text(key, "utf-8")
        return folder

    def _run(
        self,
        step: str,
        command: Sequence[str | Path],
        folder: Path,
        env: dict[str, str] | None = None,
    ) -> CompletedProcess:
        self.tell(step)
        process = tool(command, env or environment([]), folder, timeout=HOUR)
        log = self.root / f"{step}.log"
        log.write_text(process.text, encoding="utf-8")
        if process.status:
            end = "\n".join(process.text.splitlines()[-15:])
            raise ProvisionError(
                f"{step} left with status {process.status}; the end of {log.name}:\n{end}"
            )
        return process


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


def _guess(source: Path) -> str:
    return tool([source / "config.guess"]).last


def jobs() -> str:
    return f"-j{os.cpu_count() or 2}"


def _hash(*paths: Path) -> str:
    return _digest(b"".join(path.read_bytes() for path in paths))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
