"""The base class of the library's errors."""

from __future__ import annotations


class WasmPlatformTagsError(Exception):
    """The base class of the errors that this library defines.

    Each of them is a :class:`ValueError` too if it is about a value that was passed.
    """
