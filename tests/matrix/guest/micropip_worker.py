"""Run micropip inside Pyodide, as released or with this library's rules."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from unittest import mock

import micropip  # type: ignore[import-not-found]
from micropip import _utils, package_index, transaction

import wasm_platform_tags
from wasm_platform_tags._select import rank

from . import installed

try:
    from micropip._vendored.packaging.src.packaging.tags import (  # type: ignore[import-not-found]
        Tag,
    )
except ImportError:  # micropip before 0.9 uses the packaging that is installed
    from packaging.tags import Tag


NOTHING_FITS = "Can't find a pure Python 3 wheel"


def version() -> str:
    """Return the version of the micropip."""
    return str(micropip.__version__)


async def choose(patched: bool, index: str, project: str) -> str | None:
    """Install from the index; return the name of the file, or None if nothing fits."""
    if not await _install(patched, index, project):
        return None
    try:
        return installed.file(project)
    finally:
        micropip.uninstall(project)


async def needs(patched: bool, index: str, project: str, needed: str) -> bool | None:
    """Whether micropip installs `needed` too."""
    if not await _install(patched, index, project):
        return None
    found = needed in micropip.list()
    micropip.uninstall([project, needed] if found else [project])
    return found


async def use(
    patched: bool, index: str, project: str, module: str, expression: str
) -> dict[str, object] | None:
    """Install a real wheel and call it; return None if nothing fits."""
    if not await _install(patched, index, project):
        return None
    try:
        return installed.call(project, module, expression)
    finally:
        micropip.uninstall(project)


async def _install(patched: bool, index: str, project: str) -> bool:
    with rules() if patched else nullcontext():
        try:
            await micropip.install(project, index_urls=index)
        except ValueError as error:
            if NOTHING_FITS not in str(error):
                raise
            print(error)
            return False
    return True


@contextmanager
def rules() -> Iterator[None]:
    """Make micropip use this library's tags and order, inside the ``with`` statement.

    `patch` is not enough: micropip adds its own tags to those of packaging, skips files by
    the end of their names, and does not compare build numbers.
    """
    tags = list(wasm_platform_tags.sys_tags())
    own = tuple(Tag(tag.interpreter, tag.abi, tag.platform) for tag in tags)
    # Before micropip 0.6, an index has files, which find_wheel turns into wheels.
    as_wheel = getattr(transaction.WheelInfo, "from_project_info_file", None)

    def find_wheel(metadata: Any, requirement: Any) -> Any:
        versions = requirement.specifier.filter(metadata.releases)
        for version in sorted(versions, reverse=True):
            wheels = {wheel.filename: wheel for wheel in metadata.releases[version]}
            for best in rank(wheels, tags):
                return as_wheel(wheels[best]) if as_wheel else wheels[best]
        raise ValueError(f"{NOTHING_FITS} for '{requirement}' (by the library's rules)")

    def is_wheel(filename: str) -> bool:
        return filename.endswith(".whl")

    with (
        mock.patch.object(_utils, "sys_tags", return_value=own),
        mock.patch.object(transaction, "find_wheel", find_wheel),
        mock.patch.object(package_index, "_fast_check_incompatibility", is_wheel),
    ):
        yield
