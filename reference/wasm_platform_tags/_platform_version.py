"""What a running interpreter states as the version of its platform.

The function here, and those of :mod:`._pyemscripten`, :mod:`._wasi` and :mod:`._tags`
whose names it shares, are the source that ``reference/upstream/packaging/change.patch``
adds to ``packaging/tags.py``. A unit test compares them.
"""

from __future__ import annotations

import platform
import sysconfig
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re


def _wasm_platform_version(pattern: re.Pattern[str], *names: str) -> str | None:
    """
    Return what the running interpreter states as the version of its platform.

    The first variable that is set decides. A value that is malformed is ignored,
    and so is that of a build for wasm64, which no portable tag names.
    """
    if platform.machine() != "wasm32":
        return None
    version = next(filter(None, map(sysconfig.get_config_var, names)), None)
    # sysconfig turns 2026_0 into an int where it finds it in a Makefile.
    if isinstance(version, str) and pattern.fullmatch(version):
        return version
    return None
