"""Make an existing ``packaging.tags`` yield this PEP's platform tags.

The module's attribute is the whole state: while it is patched, its
``platform_tags`` is a `_Replacement` that holds the function it replaced.
"""

from __future__ import annotations

import functools
import platform
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import packaging.tags

from ._tags import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

_lock = threading.RLock()


class _Replacement:
    """What replaces a module's ``platform_tags``, and how long it is needed."""

    def __init__(self, original: Callable[[], Iterator[str]]) -> None:
        self.original = original
        self.permanent = False  # from patch() to unpatch()
        self.contexts = 0  # patched() blocks that have not ended
        functools.update_wrapper(self, original)

    def __call__(self) -> Iterator[str]:
        return FAMILIES.get(platform.system(), self.original)()


def patch(tags_module: ModuleType = packaging.tags) -> None:
    """Make a module's ``platform_tags()`` and ``sys_tags()`` yield this PEP's list.

    Works for every ``packaging.tags`` from 21.3 on, also a vendored copy such as
    ``pip._vendor.packaging.tags``. Outside Emscripten and WASI nothing changes.
    Patching a patched module again changes nothing.

    :param tags_module: the module to patch.
    :raises TypeError: if it is no module with ``platform_tags`` and ``sys_tags``.

    Source: this PEP, "Platform Tags of an Environment".
    """
    with _lock:
        _replace(tags_module).permanent = True


def unpatch(tags_module: ModuleType = packaging.tags) -> None:
    """Undo :func:`patch`: the module gets back the very function it had.

    A module that is not patched is left alone. Inside a :func:`patched` block the
    module stays patched until the block ends.

    :param tags_module: the module to restore.
    :raises TypeError: if it is no module with ``platform_tags`` and ``sys_tags``.
    """
    _check(tags_module)
    with _lock:
        found = tags_module.platform_tags
        if isinstance(found, _Replacement):
            found.permanent = False
            _restore_if_unused(tags_module, found)


@contextmanager
def patched(tags_module: ModuleType = packaging.tags) -> Iterator[None]:
    """Patch a module for the length of a ``with`` block.

    Blocks nest and may overlap in several threads: the module, which all threads
    share, is restored when the last block ends, even after an exception, but after
    :func:`patch` only by :func:`unpatch`.

    :param tags_module: the module to patch.
    :raises TypeError: if it is no module with ``platform_tags`` and ``sys_tags``.
    :raises RuntimeError: at the end, if other code has replaced the module's
        ``platform_tags`` meanwhile; it is then left as it is.
    """
    with _lock:
        replacement = _replace(tags_module)
        replacement.contexts += 1
    try:
        yield
    finally:
        with _lock:
            replacement.contexts -= 1
            _restore_if_unused(tags_module, replacement)


def _check(tags_module: ModuleType) -> None:
    for name in ("platform_tags", "sys_tags"):
        if not callable(getattr(tags_module, name, None)):
            raise TypeError(
                f"cannot patch {tags_module!r}: wanted packaging.tags or a vendored"
                f" copy of it, with platform_tags() and sys_tags()"
            )


def _replace(tags_module: ModuleType) -> _Replacement:
    _check(tags_module)
    found = tags_module.platform_tags
    if isinstance(found, _Replacement):
        return found
    replacement = _Replacement(cast("Callable[[], Iterator[str]]", found))
    tags_module.platform_tags = replacement  # type: ignore[attr-defined]
    return replacement


def _restore_if_unused(tags_module: ModuleType, replacement: _Replacement) -> None:
    if replacement.permanent or replacement.contexts:
        return
    if tags_module.platform_tags is not replacement:
        raise RuntimeError(
            f"{tags_module.__name__}.platform_tags was replaced by other code while"
            f" it was patched; it is left as it is"
        )
    tags_module.platform_tags = replacement.original  # type: ignore[attr-defined]
