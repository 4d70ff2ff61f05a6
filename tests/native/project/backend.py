"""A PEP 517 backend in the tree: one source, built for the platform that is asked for.

Config settings::

    platform=TAG       a portable platform tag; canonical or alias, the wheel is canonical
    unwinding=NAME     javascript, webassembly or none; what the platform has, if not given
    define=NAME=VALUE  a macro for the compiler
    extension=FILE     pack this file and compile nothing
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from wheel.wheelfile import WheelFile  # type: ignore[import-untyped]

from wasm_platform_tags import (
    InvalidPlatformTag,
    PyodidePlatform,
    WasiPlatform,
    known_platforms,
    parse_platform_tag,
)

# The checks are shared with the tests of this checkout.
sys.path.append(str(Path(__file__).parents[3]))

from tests.native.binary import RefusedExtensionError, check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Settings = Mapping[str, str | Sequence[str]]

SOURCES = Path(__file__).parent / "src"
NAME, VERSION = "one_source", "1.0"
MODULES = {"side": "side.c", "sidepp": "sidepp.cpp"}
KEYS = ("platform", "unwinding", "define", "extension")

# What the compiler and the linker are told, by family and by unwinding ABI.
COMPILE = ["-fPIC", "-O2", "-fvisibility=hidden", "-ffreestanding", "-mcpu=generic"]
LINK = ["-shared", "--experimental-pic", "--unresolved-symbols=import-dynamic"]
LINK_FAMILY = {
    PyodidePlatform: ["--import-memory", "--strip-debug"],
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
    with tempfile.TemporaryDirectory() as scratch:
        if given := _one(settings, "extension"):
            files = [_existing(given)]
        else:
            flags = [
                *UNWINDING[unwinding_of(platform, _one(settings, "unwinding"))],
                *(f"-D{macro}" for macro in _all(settings, "define")),
            ]
            files = [
                compile_module(Path(scratch), platform, name, flags) for name in MODULES
            ]
        for file in files:
            check(file.name, file.read_bytes(), platform)
        return pack(folder, platform, files)


def unwinding_of(platform: PyodidePlatform | WasiPlatform, asked: str | None) -> str:
    """How the stack is unwound: as asked, or as the registry says."""
    if isinstance(platform, WasiPlatform):
        if asked not in (None, "none"):
            raise BadSettingError(
                f"unwinding={asked} for {platform.tags[0]}; wanted none: a module for"
                " WASI neither throws nor catches (PEP requirement platform-wasi)"
            )
        return "none"
    if asked is None:
        known = {record.platform: record.unwinding for record in known_platforms()}
        asked = known.get(platform)
    if asked not in UNWINDING:
        raise BadSettingError(
            f"unwinding={asked or '(unknown)'} for {platform.tags[0]}; wanted one of"
            f" {', '.join(UNWINDING)} (PEP requirement platform-pyemscripten)"
        )
    return asked


def compile_module(
    scratch: Path,
    platform: PyodidePlatform | WasiPlatform,
    name: str,
    flags: Sequence[str],
) -> Path:
    """Compile and link one extension module for the stable ABI."""
    source, made = SOURCES / MODULES[name], scratch / f"{name}.abi3.so"
    if source.suffix == ".c":  # C has nothing to unwind
        flags = [flag for flag in flags if flag.startswith("-D")]
    target = f"--target={compiler_target(platform)}"
    _zig("clang", target, *COMPILE, *flags, "-c", source, "-o", scratch / f"{name}.o")
    link = [*LINK, *LINK_FAMILY[type(platform)], f"--export=PyInit_{name}"]
    _zig("wasm-ld", *link, scratch / f"{name}.o", "-o", made)
    return made


def compiler_target(platform: PyodidePlatform | WasiPlatform) -> str:
    """The target triple."""
    if isinstance(platform, PyodidePlatform):
        return "wasm32-unknown-emscripten"
    if target := WASI_TARGETS.get((platform.major, platform.minor)):
        return target
    raise BadSettingError(
        f"platform={platform.tags[0]}: this compiler knows no target for WASI"
        f" {platform.major}.{platform.minor}; wanted WASI 0.1 or 0.2"
        " (PEP requirement platform-wasi)"
    )


def pack(
    folder: Path, platform: PyodidePlatform | WasiPlatform, files: Sequence[Path]
) -> str:
    """Write the wheel, with the canonical tag (PEP requirement producer-tag)."""
    tag = f"cp311-abi3-{platform.tags[0]}"
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
