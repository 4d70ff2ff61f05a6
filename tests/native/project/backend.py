"""A PEP 517 backend in the tree: one source, built for the platform that is asked for.

Config settings::

    platform=TAG       a portable platform tag; canonical or alias, the wheel is canonical
    unwinding=NAME     javascript, webassembly or none; what the platform has, if not given
    define=NAME=VALUE  a macro for the compiler
    module=NAME        side and sidepp, if not given; clib, cxxlib and needs want a sysroot
    sysroot=DIR        a WASI SDK's share/wasi-sysroot, for modules that use a C library
    extension=FILE     pack this file and compile nothing
    check=no           pack even what does not conform, to see what becomes of it
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

# A copy of the PEP's support file, beside this one: backend-path has this folder alone.
from wasi_platform_version import wasi_platform_version
from wheel.wheelfile import WheelFile  # type: ignore[import-untyped]

from wasm_platform_tags import (
    InvalidPlatformTag,
    Platform,
    PyEmscriptenPlatform,
    WasiPlatform,
    known_platform,
    parse_platform_tag,
)
from wasm_platform_tags.audit import check_module
from wasm_platform_tags.audit.policy import policy_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Settings = Mapping[str, str | Sequence[str]]

SOURCES = Path(__file__).parent / "src"
NAME, VERSION = "one_source", "1.0"
SUFFIX = ".abi3.so"  # what build_wheel packs, see pack()
KEYS = ("platform", "unwinding", "define", "module", "sysroot", "extension", "check")


@dataclass(frozen=True)
class Module:
    """A source, the libraries of the sysroot that it uses, and one of the wheel's own."""

    source: str
    libraries: tuple[str, ...] = ()
    own: str = ""


MODULES = {
    "side": Module("side.c"),
    "sidepp": Module("sidepp.cpp"),
    "clib": Module("clib.c", ("libc.so",)),
    "cxxlib": Module("cxxlib.cpp", ("libc++.so", "libc++abi.so", "libc.so")),
    "needs": Module("needs.c", ("libc.so",), own="libdep.so"),
}
OWN = {"libdep.so": ("dep.c", "dep_length")}

# Arguments of the compiler and the linker, by family and by unwinding ABI.
COMPILE = ["-fPIC", "-O2", "-fvisibility=hidden", "-mcpu=generic"]
HOSTED = ["-nostdinc", "-fno-exceptions"]
LINK = ["-shared", "--experimental-pic", "--unresolved-symbols=import-dynamic"]
LINK_FAMILY = {
    PyEmscriptenPlatform: ["--import-memory", "--strip-debug"],
    WasiPlatform: ["--no-entry", "--strip-debug"],
}
WASI_TARGETS = {(0, 1): "wasm32-wasip1", (0, 2): "wasm32-wasip2"}
UNWINDING = {
    "javascript": ["-fexceptions", "-mllvm", "-enable-emscripten-cxx-exceptions"],
    "webassembly": ["-fwasm-exceptions", "-mllvm", "-wasm-use-legacy-eh=true"],
    "none": ["-fno-exceptions"],
}


def build_wheel(
    wheel_directory: str,
    config_settings: Settings | None = None,
    metadata_directory: str | None = None,
) -> str:
    """Build, check and pack; leave with a message that says what was wrong."""
    try:
        return build(Path(wheel_directory), config_settings or {})
    except (InvalidPlatformTag, RefusedExtensionError, BadSettingError) as error:
        refuse(str(error))
    except subprocess.CalledProcessError as error:
        refuse(f"{error.cmd[3]} left with status {error.returncode}:\n{error.stderr}")


class RefusedExtensionError(ValueError):
    """A module is not packed: the audit finds that it contradicts the platform."""


def check(name: str, data: bytes, platform: Platform) -> None:
    """Refuse a module that is no extension module of the platform."""
    if not name.endswith(SUFFIX):
        rule = policy_of(platform).requirement
        raise RefusedExtensionError(
            f"{name}: its suffix is another; wanted NAME{SUFFIX} (PEP requirement {rule})"
        )
    for found in check_module(name, data, platform):
        if found.severity == "contradicts":
            raise RefusedExtensionError(
                f"{name}: {found.message} (PEP requirement {found.requirement})"
            )


class BadSettingError(ValueError):
    """A config setting is missing or wrong."""


def build(folder: Path, settings: Settings) -> str:
    """Build a wheel; its file name."""
    if unknown := sorted(set(settings) - set(KEYS)):
        raise BadSettingError(f"config setting {unknown[0]!r}: wanted one of {KEYS}")
    tag = _one(settings, "platform")
    if tag is None:
        raise BadSettingError(
            "no platform was given; wanted --config-settings platform=TAG, such as"
            " pyemscripten_2025_0_wasm32 (PEP requirement producer-tag)"
        )
    platform = parse_platform_tag(tag)
    compiler_target(platform)
    with tempfile.TemporaryDirectory() as scratch:
        if given := _one(settings, "extension"):
            files = [_existing(given)]
        else:
            flags = [
                *UNWINDING[unwinding_of(platform, _one(settings, "unwinding"))],
                *(f"-D{macro}" for macro in _all(settings, "define")),
            ]
            modules = chosen(_all(settings, "module"))
            sysroot = sysroot_of(platform, _one(settings, "sysroot"), modules)
            _builtin_headers()  # or the compiler is missing
            compiler = Compiler(Path(scratch), platform, flags, sysroot)
            files = [compiler.module(name) for name in modules]
        own = {MODULES[file.name.partition(".")[0]].own for file in files} - {""}
        for file in files if _one(settings, "check") != "no" else ():
            check(file.name, file.read_bytes(), platform)
        libraries = [Path(scratch) / name for name in sorted(own)]
        return pack(folder, platform, [*files, *libraries])


def chosen(names: Sequence[str]) -> list[str]:
    """The modules that were asked for, or those that every platform can have."""
    for name in names:
        if name not in MODULES:
            raise BadSettingError(f"module={name}: wanted one of {', '.join(MODULES)}")
    return list(names) or ["side", "sidepp"]


@dataclass(frozen=True)
class Sysroot:
    """The folders of one target in a WASI SDK's share/wasi-sysroot."""

    headers: Path
    libraries: Path

    def check(self, platform: WasiPlatform, target: str) -> None:
        """Refuse a sysroot that names another WASI or SDK, or that is incomplete."""
        name = f"sysroot of WASI {platform.major}.{platform.minor}, SDK {platform.sdk}"
        for path in (self.headers / "stdio.h", self.libraries / "libc.a"):
            if not path.is_file():
                targets = sorted(x.name for x in path.parents[1].glob("wasm*/"))
                raise BadSettingError(
                    f"{name}: {path.parent.name} has no {path.name};"
                    f" found {', '.join(targets) or 'no target'}"
                    " (PEP requirement platform-wasi)"
                )
        header = self.headers / "wasi" / "version.h"
        version = self.libraries.parents[1] / "VERSION"
        try:
            wasi_platform_version(
                header=header.read_text("utf-8") if header.is_file() else "",
                version_file=version.read_text("utf-8") if version.is_file() else "",
                target=target,
                configured=platform.version,
            )
        except ValueError as error:
            raise BadSettingError(f"{name}: {error}") from None

    def includes(self, language: str) -> list[str]:
        """Return the compiler's options that replace its own search path."""
        cxx = self.headers / "c++" / "v1"
        if language == "c++" and not cxx.is_dir():
            raise BadSettingError(f"{self.headers}: no libc++, wanted one for C++")
        folders = [cxx, self.headers] if language == "c++" else [self.headers]
        return [part for folder in folders for part in ("-isystem", str(folder))]


def sysroot_of(
    platform: Platform, given: str | None, modules: Sequence[str]
) -> Sysroot | None:
    """Return the sysroot, compared with the platform before anything is built."""
    using = [name for name in modules if MODULES[name].libraries]
    if given is None:
        if using:
            raise BadSettingError(
                f"module={using[0]} uses a C library; wanted --config-settings"
                f" sysroot=DIR, that of the WASI SDK of {platform.platform_tags[0]}"
                " (PEP requirement platform-wasi)"
            )
        return None
    if not isinstance(platform, WasiPlatform):
        raise BadSettingError(
            f"sysroot={given} for {platform.platform_tags[0]}; wanted none"
        )
    target, folder = compiler_target(platform), Path(given).absolute()
    found = Sysroot(folder / "include" / target, folder / "lib" / target)
    found.check(platform, target)
    for name in using:
        for library in MODULES[name].libraries:
            if not (found.libraries / library).is_file():
                raise BadSettingError(
                    f"sysroot={given}: {library} is missing, which module={name} needs"
                )
    return found


def unwinding_of(platform: Platform, asked: str | None) -> str:
    """How the stack is unwound: as asked, or as the registry says."""
    if isinstance(platform, WasiPlatform):
        if asked not in (None, "none"):
            raise BadSettingError(
                f"unwinding={asked} for {platform.platform_tags[0]}; wanted none: a module for"
                " WASI neither throws nor catches (PEP requirement platform-wasi)"
            )
        return "none"
    if asked is None:
        known = known_platform(platform)
        asked = known.unwinding if known else None
    if asked not in UNWINDING:
        raise BadSettingError(
            f"unwinding={asked or '(unknown)'} for {platform.platform_tags[0]}; wanted one of"
            f" {', '.join(UNWINDING)} (PEP requirement platform-pyemscripten)"
        )
    return asked


@dataclass(frozen=True)
class Compiler:
    """How a module becomes what an interpreter of the platform links or loads."""

    scratch: Path
    platform: Platform
    flags: Sequence[str]
    sysroot: Sysroot | None

    def module(self, name: str) -> Path:
        """Compile and link one extension module for the stable ABI."""
        module = MODULES[name]
        libraries = [self.library(library) for library in module.libraries]
        if module.own:
            libraries.append(self.own(module.own))
        made = self.scratch / f"{name}{SUFFIX}"
        self.link(module.source, f"PyInit_{name}", made, libraries)
        return made

    def own(self, name: str) -> Path:
        """A library that the wheel brings."""
        source, export = OWN[name]
        made = self.scratch / name
        self.link(source, export, made, [self.library("libc.so")])
        return made

    def library(self, name: str) -> Path:
        """One of the sysroot's."""
        if self.sysroot is None:
            raise BadSettingError(f"{name}: no sysroot")
        return self.sysroot.libraries / name

    def link(
        self, source: str, export: str, made: Path, libraries: Sequence[Path]
    ) -> None:
        """Make a side module; the libraries that it is linked with are its needed ones."""
        compiled = self.scratch / f"{source}.o"
        language = "c++" if source.endswith(".cpp") else "c"
        # C has nothing to unwind.
        flags = [f for f in self.flags if language == "c++" or f.startswith("-D")]
        if self.sysroot:
            flags += [*HOSTED, *self.sysroot.includes(language)]
            # The compiler's own headers come last, as in its own search path.
            flags += ["-isystem", str(_builtin_headers())]
        else:
            flags.append("-ffreestanding")
        if language == "c++":
            flags.append("-std=c++20")
        target = f"--target={compiler_target(self.platform)}"
        _zig("clang", target, *COMPILE, *flags, "-c", SOURCES / source, "-o", compiled)
        link = [*LINK, *LINK_FAMILY[type(self.platform)], f"--export={export}"]
        _zig("wasm-ld", *link, compiled, *libraries, "-o", made)


def compiler_target(platform: Platform) -> str:
    """The target triple."""
    if isinstance(platform, PyEmscriptenPlatform):
        return "wasm32-unknown-emscripten"
    if target := WASI_TARGETS.get((platform.major, platform.minor)):
        return target
    raise BadSettingError(
        f"platform={platform.platform_tags[0]}: this compiler knows no target for WASI"
        f" {platform.major}.{platform.minor}; wanted WASI 0.1 or 0.2"
        " (PEP requirement platform-wasi)"
    )


def pack(folder: Path, platform: Platform, files: Sequence[Path]) -> str:
    """Write the wheel, with the canonical tag (PEP requirement producer-tag)."""
    tag = f"cp311-abi3-{platform.platform_tags[0]}"
    info = f"{NAME}-{VERSION}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: one-source\nVersion: {VERSION}\n"
    wheel = (
        "Wheel-Version: 1.0\nGenerator: one-source\nRoot-Is-Purelib: false\n"
        f"Tag: {tag}\n"
    )
    filename = f"{NAME}-{VERSION}-{tag}.whl"
    with WheelFile(folder / filename, "w") as archive:
        for file in files:
            archive.writestr(file.name, file.read_bytes())
        archive.writestr(f"{info}/METADATA", metadata)
        archive.writestr(f"{info}/WHEEL", wheel)
    return filename


def refuse(message: str) -> NoReturn:
    """Leave: pip shows the message, and no traceback of this file."""
    print(f"error: {message}", file=sys.stderr)
    raise SystemExit(1)


def _builtin_headers() -> Path:
    found = importlib.util.find_spec("ziglang")
    if found is None or found.origin is None:
        raise BadSettingError("no compiler: wanted the package ziglang, as from PyPI")
    return Path(found.origin).parent / "lib" / "include"


def _zig(*arguments: str | Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "ziglang", *map(str, arguments)],
        check=True,
        capture_output=True,
        text=True,
    )


def _existing(given: str) -> Path:
    file = Path(given)
    if not file.is_file():
        raise BadSettingError(f"extension={given}: there is no such file")
    return file


def _all(settings: Settings, key: str) -> list[str]:
    value = settings.get(key, [])
    return [value] if isinstance(value, str) else list(value)


def _one(settings: Settings, key: str) -> str | None:
    values = _all(settings, key)
    if len(values) > 1:
        raise BadSettingError(f"{key} was given {len(values)} times; wanted once")
    return values[0] if values else None
