"""PyEmscripten support (PEP 783 and this PEP).

A PyEmscripten platform has a version, ``YYYY_N``, and two platform tags of the same
meaning: ``pyemscripten_YYYY_N_wasm32`` and the older ``pyodide_YYYY_N_wasm32``.
"""

from __future__ import annotations

import re
import sysconfig
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = re.compile(r"([1-9][0-9]{3})_(0|[1-9][0-9]*)")


def platform_version() -> object:
    """Return what the running interpreter states as its platform version.

    The first of the two variables that is set decides, whether or not it is well
    formed; an empty one is not set. Pyodide 0.26 to 0.29.3 has only the second.

    :returns: the value as sysconfig holds it; None or empty where neither is set.
    """
    version: object = sysconfig.get_config_var("PYEMSCRIPTEN_PLATFORM_VERSION")
    return version or sysconfig.get_config_var("PYODIDE_ABI_VERSION")


def platform_tags(version: object) -> Iterator[str]:
    """Generate the portable platform tags of a PyEmscripten platform, best first.

    :param version: a platform version such as ``"2026_0"``. What is not a string
        of that form yields nothing.
    :returns: an iterator of compatible platform tags.
    """
    if isinstance(version, str) and VERSION.fullmatch(version):
        yield f"pyemscripten_{version}_wasm32"
        yield f"pyodide_{version}_wasm32"
