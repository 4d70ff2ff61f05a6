"""The tags of the running interpreter.

:func:`wasm_platform_tags` is what ``packaging.tags.platform_tags()`` would call
beside ``_linux_platforms`` and its siblings.
"""

from __future__ import annotations

import platform
import sysconfig
from typing import TYPE_CHECKING

import packaging.tags

from . import _pyemscripten, _wasi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.tags import Tag

# By platform.system(): where this PEP applies, and nowhere else.
FAMILIES = {"Emscripten": _pyemscripten, "wasi": _wasi}


def wasm_platform_tags(system: str) -> Iterator[str]:
    """Generate the platform tags of a running WebAssembly interpreter, best first.

    :param system: the name of the operating system, a key of `FAMILIES`.
    :returns: an iterator of the portable tags, then the local tag. A build for
        ``wasm64`` has the local tag alone.
    """
    if platform.machine() == "wasm32":  # no portable tag has another processor
        family = FAMILIES[system]
        yield from family.platform_tags(family.platform_version())
    yield local_tag()


def local_tag() -> str:
    """Return sysconfig's platform, normalised as packaging normalises it."""
    return (
        sysconfig.get_platform().replace(".", "_").replace("-", "_").replace(" ", "_")
    )


def platform_tags() -> Iterator[str]:
    """Yield the platform tags of the running interpreter, best first.

    On Emscripten and WASI these are the portable tags of the interpreter's
    platform, if it states one and is a build for ``wasm32``, and then the local
    tag. Elsewhere they are what :func:`packaging.tags.platform_tags` yields.

    Source: this PEP, "Platform Tags of an Environment" and "Discovery".
    """
    system = platform.system()
    if system in FAMILIES:
        return wasm_platform_tags(system)
    return iter(packaging.tags.platform_tags())


def sys_tags() -> Iterator[Tag]:
    """Yield the tags of the running interpreter, best first.

    The order is that of :func:`packaging.tags.sys_tags`, computed by packaging,
    with :func:`platform_tags` for its platforms.

    Source: PEP 425; this PEP, "Platform Tags of an Environment".
    """
    if platform.system() not in FAMILIES:
        yield from packaging.tags.sys_tags()
        return
    platforms = list(platform_tags())
    interpreter = None
    if packaging.tags.interpreter_name() == "cp":
        interpreter = "cp" + packaging.tags.interpreter_version()
        yield from packaging.tags.cpython_tags(platforms=platforms)
    else:
        yield from packaging.tags.generic_tags(platforms=platforms)
    yield from packaging.tags.compatible_tags(
        interpreter=interpreter, platforms=platforms
    )
