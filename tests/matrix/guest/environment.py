"""What the interpreter is, in its own words; and what it would be under another name."""

from __future__ import annotations

import importlib
import platform
import sys
import sysconfig
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def versions() -> dict[str, str]:
    """The versions that a result depends on."""
    found = {"python": platform.python_version()}
    if sys.platform == "emscripten":
        found["pyodide"] = importlib.import_module("pyodide").__version__
        found["emscripten"] = platform.release()
    return found


@contextmanager
def simulated(
    system: str, get_platform: str, config: Mapping[str, object]
) -> Iterator[None]:
    """This interpreter, saying of itself what another one would say."""
    with (
        mock.patch.object(platform, "system", return_value=system),
        mock.patch.object(sysconfig, "get_platform", return_value=get_platform),
        mock.patch.object(sysconfig, "get_config_var", config.get),
    ):
        yield
