"""The environment markers of a WebAssembly target, whatever the host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._platforms import WasiPlatform
from ._registry import known_platform

if TYPE_CHECKING:
    from packaging.markers import Environment

    from ._platforms import Platform


def marker_environment(python_full_version: str, platform: Platform) -> Environment:
    """Return the value of every environment marker variable on a target.

    :param python_full_version: such as ``"3.13.2"``.
    :param platform: the target's platform.
    :returns: what ``packaging.markers.default_environment()`` returns there.
    """
    wasi = isinstance(platform, WasiPlatform)
    known = known_platform(platform)
    emscripten = known.toolchain.removeprefix("Emscripten ") if known else ""
    return {
        "implementation_name": "cpython",
        "implementation_version": python_full_version,
        "os_name": "posix",
        "platform_machine": "wasm32",
        "platform_release": "0.0.0" if wasi else emscripten,
        "platform_system": "wasi" if wasi else "Emscripten",
        "platform_version": "0.0.0" if wasi else "#1",
        "python_full_version": python_full_version,
        "platform_python_implementation": "CPython",
        "python_version": ".".join(python_full_version.split(".")[:2]),
        "sys_platform": "wasi" if wasi else "emscripten",
    }
