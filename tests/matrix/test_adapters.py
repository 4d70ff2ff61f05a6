"""Each adapter describes what its tool receives, and says which cases concern it."""

from __future__ import annotations

from .adapters import ADAPTERS
from .cells import cells
from .settings import load_settings

CELLS = list(cells(load_settings()))


def test_a_description_is_one_sentence() -> None:
    for cell in CELLS:
        text = cell.description
        assert text[0].isupper()
        assert text.endswith(".")
        assert ". " not in text


def test_a_description_says_that_the_tool_is_patched() -> None:
    patched = {cell.description for cell in CELLS if cell.patched}
    assert patched
    assert not patched & {cell.description for cell in CELLS if not cell.patched}


def test_every_kind_and_patch_of_an_adapter_has_a_cell() -> None:
    for tool, adapter in ADAPTERS.items():
        mine = [cell for cell in CELLS if cell.tool.tool == tool]
        assert {cell.on_host for cell in mine} == {
            on_host
            for on_host, kinds in (
                (True, adapter.host_kinds),
                (False, adapter.guest_kinds),
            )
            if kinds
        }
        assert {cell.on_host for cell in mine if cell.patched} == {
            on_host
            for on_host, patchable in (
                (True, adapter.patchable_on_host),
                (False, adapter.patchable_in_guest),
            )
            if patchable
        }
