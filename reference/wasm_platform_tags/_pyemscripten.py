"""PyEmscripten support (PEP 783 and this PEP).

A PyEmscripten platform has a version, ``YYYY_N``, and two platform tags of the same
meaning: ``pyemscripten_YYYY_N_wasm32`` and the older ``pyodide_YYYY_N_wasm32``.
"""

from __future__ import annotations

import platform
import re
from typing import TYPE_CHECKING

from ._platform_version import _wasm_platform_version

if TYPE_CHECKING:
    from collections.abc import Iterator

_PYEMSCRIPTEN_VERSION_RE = re.compile(r"[1-9][0-9]{3}_(?:0|[1-9][0-9]*)")


def pyemscripten_platforms(version: str | None = None) -> Iterator[str]:
    """
    Yields the :attr:`~Tag.platform` tags for a PyEmscripten platform. If this function
    is invoked on non-Emscripten platforms, the ``version`` argument is required.

    :param str version: The version of the platform, e.g. ``2026_0``. Defaults to the
                        version that the current interpreter states; nothing is yielded
                        if it states none.

    :raises ValueError: If ``version`` is malformed.
    """
    if version is None:
        if platform.system() != "Emscripten":
            raise TypeError(
                "on non-Emscripten platforms, the version argument is required"
            )
        version = _wasm_platform_version(
            _PYEMSCRIPTEN_VERSION_RE,
            "PYEMSCRIPTEN_PLATFORM_VERSION",
            "PYODIDE_ABI_VERSION",  # Pyodide 0.26 to 0.29.3
        )
        if version is None:
            return
    elif not _PYEMSCRIPTEN_VERSION_RE.fullmatch(version):
        raise ValueError(f"invalid PyEmscripten platform version: {version!r}")

    yield f"pyemscripten_{version}_wasm32"
    # The name that the same platform had before PEP 783.
    yield f"pyodide_{version}_wasm32"
