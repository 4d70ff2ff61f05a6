"""WASI support (this PEP, PEP 816).

A WASI platform has a version, ``M_m_sdk_S``: the WASI version and the major version
of the WASI SDK. Its platform tag is ``wasi_M_m_sdk_S_wasm32``.
"""

from __future__ import annotations

import re
import sysconfig
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = re.compile(r"(0|[1-9][0-9]*)_(0|[1-9][0-9]*)_sdk_(0|[1-9][0-9]*)")


def platform_version() -> object:
    """Return what the running interpreter states as its platform version.

    :returns: the value as sysconfig holds it; None or empty where it is not set.
    """
    version: object = sysconfig.get_config_var("WASI_PLATFORM_VERSION")
    return version


def platform_tags(version: object) -> Iterator[str]:
    """Generate the portable platform tags of a WASI platform, best first.

    :param version: a platform version such as ``"0_1_sdk_24"``. What is not a
        string of that form yields nothing.
    :returns: an iterator of compatible platform tags.
    """
    if isinstance(version, str) and VERSION.fullmatch(version):
        yield f"wasi_{version}_wasm32"
