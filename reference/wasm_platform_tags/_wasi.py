"""WASI support (this PEP, PEP 816).

A WASI platform has a version, ``M_m_sdk_S``: the WASI version and the major version
of the WASI SDK. Its platform tag is ``wasi_M_m_sdk_S_wasm32``.
"""

from __future__ import annotations

import platform
import re
from typing import TYPE_CHECKING

from ._platform_version import _wasm_platform_version

if TYPE_CHECKING:
    from collections.abc import Iterator

_WASI_VERSION_RE = re.compile(
    r"(?:0|[1-9][0-9]*)_(?:0|[1-9][0-9]*)_sdk_(?:0|[1-9][0-9]*)"
)


def wasi_platforms(version: str | None = None) -> Iterator[str]:
    """
    Yields the :attr:`~Tag.platform` tags for a WASI platform. If this function is
    invoked on non-WASI platforms, the ``version`` argument is required.

    :param str version: The version of the platform, e.g. ``0_1_sdk_24`` for WASI 0.1
                        and WASI SDK 24. Defaults to the version that the current
                        interpreter states; nothing is yielded if it states none.

    :raises ValueError: If ``version`` is malformed.
    """
    if version is None:
        if platform.system() != "wasi":
            raise TypeError("on non-WASI platforms, the version argument is required")
        version = _wasm_platform_version(_WASI_VERSION_RE, "WASI_PLATFORM_VERSION")
        if version is None:
            return
    elif not _WASI_VERSION_RE.fullmatch(version):
        raise ValueError(f"invalid WASI platform version: {version!r}")

    yield f"wasi_{version}_wasm32"
