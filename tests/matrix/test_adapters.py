"""Each adapter describes what its tool receives, and says which cases concern it."""

from .adapters import ADAPTERS
from .cells import cells
from .settings import load_settings

CELLS = list(cells(load_settings()))


def test_descriptions() -> None:
    for cell in CELLS:
        text = cell.description
        assert text[0].isupper()
        assert text.endswith(".")
        assert ". " not in text
    patched = {cell.description for cell in CELLS if cell.patched}
    assert patched
    assert not patched & {cell.description for cell in CELLS if not cell.patched}


def test_every_kind_and_patch_of_an_adapter_has_a_cell() -> None:
    for tool, adapter in ADAPTERS.items():
        mine = [cell for cell in CELLS if cell.tool.tool == tool]
        kinds = {True: adapter.host_kinds, False: adapter.guest_kinds}
        patchable = {True: adapter.patchable_on_host, False: adapter.patchable_in_guest}
        assert {cell.on_host for cell in mine} == {on for on in kinds if kinds[on]}
        patched = {cell.on_host for cell in mine if cell.patched}
        assert patched == {on for on in patchable if patchable[on]}
