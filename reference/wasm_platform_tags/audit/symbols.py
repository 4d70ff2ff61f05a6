"""The symbols that the runtimes of a platform export, which its modules may import.

``python -m tests.audit.symbols`` reads them from the real runtimes. It writes a compressed
file beside this module for each platform whose runtime is known.
"""

from __future__ import annotations

import gzip
import pkgutil
import re
from dataclasses import dataclass
from functools import cache

#: names of CPython; which of them exist, the ABI tag says
CPYTHON = re.compile(r"_?Py[A-Z_]")


@dataclass(frozen=True)
class Symbols:
    """The symbols that one platform's interpreter offers to modules."""

    #: the Python version of the runtimes, such as ``"3.13"``
    python: str
    #: the runtimes that were read
    sources: tuple[str, ...]
    #: prefixes of names that the loader makes on demand
    prefixes: tuple[str, ...]
    #: every name that any of the runtimes exports
    names: frozenset[str]

    def __contains__(self, name: str) -> bool:
        return name in self.names or name.startswith(self.prefixes)


@cache
def load_symbols(tag: str) -> Symbols | None:
    """Return what the runtimes of a platform export.

    :param tag: the canonical tag of the platform.
    :returns: None if no runtime of it was read.
    """
    try:
        packed = pkgutil.get_data(__package__, f"symbols/{tag}.txt.gz")
    except OSError:
        return None
    head, _, names = gzip.decompress(packed or b"").decode().partition("\n\n")
    fields: dict[str, list[str]] = {"python": [], "source": [], "prefix": []}
    for line in head.splitlines():
        key, _, value = line.partition(": ")
        fields[key].append(value)
    (python,), sources, prefixes = map(tuple, fields.values())
    return Symbols(python, sources, prefixes, frozenset(names.split()))
