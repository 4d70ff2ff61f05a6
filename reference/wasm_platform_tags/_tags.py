"""The tags of the running interpreter."""

from __future__ import annotations

import platform
import re
import sysconfig
from typing import TYPE_CHECKING

import packaging.tags

from ._pyemscripten import pyemscripten_platforms
from ._wasi import wasi_platforms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.tags import Tag


def _generic_platforms() -> Iterator[str]:
    """Yield the local tag: sysconfig's platform, normalised as packaging does it."""
    yield re.sub("[-. ]", "_", sysconfig.get_platform())


def _emscripten_platforms() -> Iterator[str]:
    yield from pyemscripten_platforms()
    yield from _generic_platforms()


def _wasi_platforms() -> Iterator[str]:
    yield from wasi_platforms()
    yield from _generic_platforms()


#: The functions that yield the platform tags of the running interpreter, by
#: ``platform.system()``: where this PEP applies, and nowhere else.
FAMILIES = {"Emscripten": _emscripten_platforms, "wasi": _wasi_platforms}


def platform_tags() -> Iterator[str]:
    """Yield the platform tags of the running interpreter, best first.

    On Emscripten and WASI these are the portable tags of the interpreter's
    platform, if it states one and is a build for ``wasm32``, and then the local
    tag. Elsewhere they are what :func:`packaging.tags.platform_tags` yields.

    Source: this PEP, "Platform Tags of an Environment" and "Discovery".
    """
    platforms = FAMILIES.get(platform.system(), packaging.tags.platform_tags)
    return iter(platforms())


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
