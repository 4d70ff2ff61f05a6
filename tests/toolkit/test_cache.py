"""A unit of the cache is complete, also if two processes make it at the same time."""

import sys
import time
from pathlib import Path

import pytest

from .cache import (
    STAMP,
    LazyCache,
    ProvisionError,
    Unit,
    is_complete,
    make,
    make_all,
    run_step,
)


def test_the_folder_of_another_process_is_used(tmp_path: Path) -> None:
    def first(folder: Path) -> None:
        (folder / "first").touch()

    def second(folder: Path) -> None:
        (folder / "second").touch()
        make(tmp_path, Unit("unit", "source", first))

    make(tmp_path, Unit("unit", "source", second))
    assert [path.name for path in tmp_path.iterdir()] == ["unit"]
    assert {path.name for path in (tmp_path / "unit").iterdir()} == {"first", STAMP}


def test_a_folder_without_a_stamp_is_an_error(tmp_path: Path) -> None:
    def fill(folder: Path) -> None:
        (tmp_path / "unit" / "part").mkdir(parents=True)

    with pytest.raises(OSError, match="unit"):
        make(tmp_path, Unit("unit", "source", fill))


def test_after_an_interruption_nothing_more_starts(tmp_path: Path) -> None:
    made = []

    def fill(folder: Path) -> None:
        time.sleep(0.01)
        made.append(folder.name)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    units = [Unit(f"unit-{n}", "source", fill) for n in range(100)]
    with pytest.raises(KeyboardInterrupt):
        make_all(tmp_path, units, interrupt)
    assert 0 < len(made) < 50


def unit(name: str, made: list[str], *needs: str, key: str = "") -> Unit:
    """A unit that notes when it is filled."""
    return Unit(name, name, lambda folder: made.append(folder.name), needs, key)


def test_a_unit_is_made_after_those_that_it_needs(tmp_path: Path) -> None:
    made: list[str] = []
    units = [unit("last", made, "middle"), unit("middle", made, "first")]
    units.append(unit("first", made))
    reports: list[tuple[str, int, int]] = []
    make_all(tmp_path, units, lambda *report: reports.append(report))
    assert made == ["first", "middle", "last"]
    assert reports == [("first", 1, 3), ("middle", 2, 3), ("last", 3, 3)]
    make_all(tmp_path, units, lambda *report: reports.append(report))
    assert len(reports) == 3  # nothing was missing
    with pytest.raises(ValueError, match="need each other: a, b"):
        make_all(tmp_path, [unit("a", [], "b"), unit("b", [], "a")], lambda *_: None)


def test_a_lazy_cache_makes_what_is_asked_for(tmp_path: Path) -> None:
    made: list[str] = []
    units = [unit("a", made), unit("b", made, "a"), unit("c", made)]
    cache = LazyCache(tmp_path, units, made.append)
    assert cache.path("b") == tmp_path / "b" == cache.path("b")
    assert made == ["a", "a", "b", "b"]  # each is reported, then filled


@pytest.mark.parametrize("in_place", [False, True])
def test_a_unit_with_another_key_is_made_again(
    tmp_path: Path, *, in_place: bool
) -> None:
    made: list[str] = []

    def fill(folder: Path) -> None:
        made.append(folder.name)
        assert (folder == tmp_path / "build") is in_place
        assert not list(folder.iterdir())

    for key in ("1", "1", "2"):
        one = Unit("build", "build", fill, key=key, in_place=in_place)
        LazyCache(tmp_path, [one]).path("build")
    assert len(made) == 2


def test_a_build_that_failed_is_not_complete(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        run_step([sys.executable, "-c", "raise SystemExit('no compiler')"])

    one = Unit("build", "build", fail, in_place=True)
    with pytest.raises(ProvisionError, match=r"failed:\nno compiler"):
        make(tmp_path, one)
    assert not is_complete(tmp_path, one)
