"""A unit of the cache is whole, also where two processes make it at the same time."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from .cache import STAMP, Unit, make, provision

if TYPE_CHECKING:
    from pathlib import Path


def test_what_another_process_made_meanwhile_is_taken(tmp_path: Path) -> None:
    def first(folder: Path) -> None:
        (folder / "first").touch()

    def second(folder: Path) -> None:
        (folder / "second").touch()
        make(tmp_path, Unit("unit", "source", first))

    make(tmp_path, Unit("unit", "source", second))
    assert [path.name for path in tmp_path.iterdir()] == ["unit"]
    assert {path.name for path in (tmp_path / "unit").iterdir()} == {"first", STAMP}


def test_what_is_in_the_way_and_not_whole_is_told(tmp_path: Path) -> None:
    def fill(folder: Path) -> None:
        (tmp_path / "unit" / "part").mkdir(parents=True)

    with pytest.raises(OSError, match="unit"):
        make(tmp_path, Unit("unit", "source", fill))


def test_an_interruption_ends_what_has_not_begun(tmp_path: Path) -> None:
    made = []

    def fill(folder: Path) -> None:
        time.sleep(0.01)
        made.append(folder.name)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    units = [Unit(f"unit-{n}", "source", fill) for n in range(100)]
    npm = SimpleNamespace(name="npm")
    cache: Any = SimpleNamespace(root=tmp_path, npm=npm, units=lambda: units)
    with pytest.raises(KeyboardInterrupt):
        provision(cache, interrupt)
    assert 0 < len(made) < 50
