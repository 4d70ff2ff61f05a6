"""All runs, in the order of the pages that show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import (
    extension,
    families,
    gallery,
    guides,
    interpreters,
    target_pip,
    wasi_way,
)
from .abi import runs as abi

if TYPE_CHECKING:
    from .lab import Lab
    from .observe import Run


def every_run(lab: Lab) -> list[Run]:
    """What can be run; nothing is started by listing it."""
    return [
        *wasi_way.runs(lab),
        *extension.runs(),
        *families.runs(lab),
        *interpreters.runs(),
        *gallery.runs(lab),
        *abi.runs(),
        *guides.runs(lab),
        *target_pip.runs(),
    ]
