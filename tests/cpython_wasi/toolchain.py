"""A compiler for WASI in one folder: ziglang's clang and linker, and real sysroots.

The names and options are those that CPython's configure expects of a WASI SDK.
"""

import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.native.abi.facets import MODULES
from tests.native.provision import ZIG, Downloads
from tests.native.sysroots import Sysroot
from tests.toolkit.cache import ProvisionError
from tests.toolkit.process import run

CRT1 = MODULES / "start.c"
EMULATED = ("signal", "getpid", "process-clocks", "mman")
# Archives that are empty in the SDK as well: all is in libc.a.
EMPTY = ("m", "dl", "pthread", "util", "rt", "crypt", "resolv", "xnet")


@dataclass(frozen=True)
class Toolchain:
    """A folder with ``bin/clang``, ``bin/ar`` and a sysroot."""

    folder: Path

    def environment(self) -> dict[str, str]:
        """The environment of configure and make."""
        binaries = self.folder / "bin"
        return {
            "CC": str(binaries / "clang"),
            "CPP": f"{binaries / 'clang'} -E",
            "CXX": str(binaries / "clang"),
            "AR": str(binaries / "ar"),
            "RANLIB": str(binaries / "ranlib"),
            "PKG_CONFIG_LIBDIR": str(self.folder / "none"),
            "WASI_SDK_PATH": str(self.folder),
        }

    def say_version(self, text: str) -> None:
        """Write the file ``VERSION`` that an SDK has from 25 on."""
        (self.folder / "VERSION").write_text(text, encoding="utf-8")


def make(folder: Path, downloads: Downloads, sysroot: Sysroot) -> Toolchain:
    """Fill an empty folder.

    What the sysroot lacks is taken from elsewhere: the emulated libraries from Debian's
    build of SDK 33's wasi-libc, and crt1 from a file of six statements.
    """
    zig = downloads.requirement(ZIG) / "ziglang"
    binaries, resource = folder / "bin", folder / "resource"
    include, libraries = (folder / "sysroot" / name for name in ("include", "lib"))
    triple = "wasm32-wasip1"
    libraries /= triple
    for place in (binaries, resource / "lib", include, libraries):
        place.mkdir(parents=True)
    (resource / "include").symlink_to(zig / "lib" / "include")
    yowasp = downloads.yowasp
    (resource / "lib" / "wasm32-unknown-wasip1").symlink_to(
        yowasp / "lib" / "wasm32-unknown-wasip1"
    )
    (include / triple).symlink_to(sysroot.headers)
    for archive in sysroot.libraries.glob("*.a"):
        (libraries / archive.name).symlink_to(archive)
    debian = downloads.sysroot(33, "0.1").libraries
    for name in (f"libwasi-emulated-{name}.a" for name in EMULATED):
        if not (libraries / name).exists():
            (libraries / name).symlink_to(debian / name)
    for name in (f"lib{name}.a" for name in EMPTY):
        if not (libraries / name).exists():
            (libraries / name).write_bytes(b"!<arch>\n")
    ld = script(binaries / "wasm-ld", zig / "zig", "wasm-ld")
    clang = script(
        binaries / "clang",
        *(
            zig / "zig",
            "clang",
            f"--target={triple}",
            f"--sysroot={folder / 'sysroot'}",
        ),
        *("-resource-dir", resource, f"-fuse-ld={ld}", "-Qunused-arguments"),
    )
    for name in ("ar", "ranlib"):
        script(binaries / name, zig / "zig", name)
    for name in ("crt1.o", "crt1-command.o"):
        process = run([clang, "-O1", "-c", CRT1, "-o", libraries / name])
        if process.status:
            raise ProvisionError(f"{CRT1.name} was not compiled:\n{process.text}")
    return Toolchain(folder)


def script(path: Path, *command: str | Path) -> Path:
    """An executable that passes its arguments on."""
    line = shlex.join(map(str, command))
    path.write_text(f'#!/bin/sh\nexec {line} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return path
