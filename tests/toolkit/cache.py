"""A cache of downloads and builds: one folder each, with a stamp once it is complete."""

import json
import shutil
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path

from .process import run
from .threads import threads

STAMP = ".provisioned.json"
TAIL = 2000  # characters of a failed program's output that its error has


class ProvisionError(Exception):
    """A download or a build failed; the message has the end of its output."""


@dataclass(frozen=True)
class Unit:
    """One folder of a cache, and the function that fills it.

    :param name: the folder's name.
    :param source: what it is, for the progress bar.
    :param fill: receives an empty folder and fills it.
    :param needs: names of the units that `fill` uses.
    :param key: where the content can change under the same name: a digest of what it is
        made from. The folder is made again if the key differs.
    :param in_place: fill the folder at its final path, because its content records that
        path, as a build tree does. Other units are filled elsewhere and moved.
    """

    name: str
    source: str
    fill: Callable[[Path], object]
    needs: tuple[str, ...] = ()
    key: str = ""
    in_place: bool = False


def is_complete(root: Path, unit: Unit) -> bool:
    """Whether the cache `root` has the unit, from the same key."""
    try:
        stamp = json.loads((root / unit.name / STAMP).read_bytes())
    except (OSError, ValueError):
        return False
    return bool(stamp.get("key", "") == unit.key)


def make(root: Path, unit: Unit) -> Unit:
    """Make one folder of the cache `root`, completely or not at all.

    :raises ProvisionError: if a download or a build fails.
    """
    root.mkdir(parents=True, exist_ok=True)
    place = root / unit.name
    if unit.key or unit.in_place:
        shutil.rmtree(place, ignore_errors=True)
    if unit.in_place:
        place.mkdir()
        _fill(unit, place)
        return unit
    with tempfile.TemporaryDirectory(dir=root, prefix=".part-") as part:
        folder = Path(part) / unit.name
        folder.mkdir()
        _fill(unit, folder)
        try:
            folder.rename(place)
        except OSError:
            # Another process may have made the same folder in the meantime.
            if not is_complete(root, unit):
                raise
    return unit


def _fill(unit: Unit, folder: Path) -> None:
    unit.fill(folder)
    stamp = {"unit": unit.name, "source": unit.source}
    if unit.key:
        stamp["key"] = unit.key
    (folder / STAMP).write_text(json.dumps(stamp) + "\n", encoding="utf-8")


def make_all(
    root: Path, units: Iterable[Unit], report: Callable[[str, int, int], None]
) -> None:
    """Make every unit that the cache `root` lacks, four at a time.

    :param report: receives the source of each unit when it is complete, how many are
        complete by then, and how many were missing.
    :raises ProvisionError: if a download or a build fails.
    """
    missing = {unit.name: unit for unit in units if not is_complete(root, unit)}
    total = len(missing)
    with threads(4) as pool:
        while missing:
            ready = [u for u in missing.values() if not missing.keys() & set(u.needs)]
            if not ready:
                raise ValueError(f"units that need each other: {', '.join(missing)}")
            for future in as_completed([pool.submit(make, root, u) for u in ready]):
                unit = future.result()
                del missing[unit.name]
                report(unit.source, total - len(missing), total)


class LazyCache:
    """A cache whose units are made when they are first asked for, from any thread.

    :param report: receives the source of a unit before it is made.
    """

    def __init__(
        self,
        root: Path,
        units: Iterable[Unit],
        report: Callable[[str], None] = lambda source: None,
    ) -> None:
        self.root = root
        self.units: Mapping[str, Unit] = {unit.name: unit for unit in units}
        self.report = report
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def path(self, name: str) -> Path:
        """Return the folder of a unit, complete.

        :raises ProvisionError: if a download or a build fails.
        """
        unit = self.units[name]
        with self._locks[name]:
            if not is_complete(self.root, unit):
                for needed in unit.needs:
                    self.path(needed)
                self.report(unit.source)
                make(self.root, unit)
        return self.root / name


def run_step(
    command: Sequence[str | Path],
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
    timeout: float = 3600,
) -> str:
    """Run a program that a unit needs; return its output.

    :param timeout: in seconds.
    :raises ProvisionError: if it fails.
    """
    done = run(command, env, folder, timeout)
    if done.status:
        line = " ".join(map(str, command))
        raise ProvisionError(f"{line} failed:\n{done.text[-TAIL:]}")
    return done.text
