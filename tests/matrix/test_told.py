"""Every result says what the tool was told."""

from __future__ import annotations

from .cells import cells
from .settings import load_settings
from .told import TOLD, told

CELLS = list(cells(load_settings()))


def test_every_cell_has_its_sentence_and_every_sentence_a_cell() -> None:
    found = {told(cell) for cell in CELLS}
    assert found == set(TOLD.values())
    assert all(text.endswith(".") and ". " not in text for text in found)


def test_what_is_patched_is_said() -> None:
    assert not {told(c) for c in CELLS if c.patched} & {
        told(c) for c in CELLS if not c.patched
    }
