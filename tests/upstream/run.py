"""Every step of one project, one after another; what takes long is kept."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.matrix.recorded import ReasonError
from tests.toolkit.cache import ProvisionError
from tests.toolkit.process import clean_environment

from . import adapters, asked, changes, interpreters, sources, suites
from .records import RecordError, load_records
from .steps import Runner, StepError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .asked import CellComparison
    from .changes import Lines
    from .records import Adapter, Check, Record, Tests
    from .suites import Compared, Outcomes

INSTALL_SECONDS = 600
STAMP = ".key"
NOT_RUN = "not run"


@dataclass
class Outcome:
    """What is known of a project once its steps were tried."""

    record: Record
    digest: str = ""
    lines: Lines = field(default_factory=dict)
    before: Outcomes | None = None
    after: Outcomes | None = None
    compared: Compared | None = None
    checks: dict[str, str] = field(default_factory=dict)
    asked: list[CellComparison] | None = None
    # Why nothing, or not everything, was run though nothing went wrong.
    not_run: str = ""
    error: StepError | None = None
    seconds: float = 0


@dataclass
class UpstreamRunner:
    """Where projects are unpacked, changed and run."""

    root: Path
    matrix: Path
    runner: Runner
    records: Mapping[str, Record]
    checkouts: Mapping[str, Path] = field(default_factory=dict)
    pythons: Sequence[Path] = ()
    again: bool = False
    tell: Callable[[str, str], None] = lambda project, step: None
    # A project may be asked for by another's run, while its own goes on.
    locks: dict[str, threading.RLock] = field(
        default_factory=lambda: defaultdict(threading.RLock), repr=False
    )

    def run(self, record: Record) -> Outcome:
        """Try every step; the first that fails is the outcome's error."""
        outcome = Outcome(record, digest=digest(record.change.read_bytes()))
        try:
            self._run(record, outcome)
        except StepError as error:
            outcome.error = error
        except (ProvisionError, ReasonError, RecordError) as error:
            outcome.error = StepError("downloads", str(error))
        except Exception as error:  # noqa: BLE001 - the next project goes on
            outcome.error = StepError("run", f"{type(error).__name__}: {error}")
        return outcome

    def _run(self, record: Record, outcome: Outcome) -> None:
        job = Job(self, record)
        if record.change.suffix == ".patch":
            outcome.lines = changes.counted(record.change.read_text("utf-8"))
        if not (record.downloadable or record.name in self.checkouts):
            outcome.not_run = (
                f"the source is in {record.source['repository']} alone: give a checkout"
                f" with --checkout {record.name}=FOLDER"
            )
            outcome.checks = job.checks(source=False)
            return
        job.change()
        outcome.lines = outcome.lines or job.lines()
        if tests := record.tests:
            python = job.environment(tests)
            with ThreadPoolExecutor(2) as pool:
                after = pool.submit(job.tests, tests, AFTER, python)
                # A release without tests has none that could fail.
                outcome.before = suites.Outcomes({}, python[1])
                if not tests.new_only:
                    outcome.before, _ = job.tests(tests, BEFORE, python)
                outcome.after, said = after.result()
            outcome.compared = suites.judge(
                outcome.before, outcome.after, tests.known_failures, said
            )
        outcome.checks = job.checks(source=True)
        if record.suite:
            names = (record.name, *record.suite.beside)
            outcome.asked = asked.ask(
                record.suite,
                record.version,
                digest(*(self.records[n].change.read_bytes() for n in names)),
                self.matrix,
                install=lambda folder: self._install(names, folder),
                tell=job.tell,
                on_stop=self.runner.on_stop,
            )

        if record.adapter:
            outcome.asked = [*(outcome.asked or []), job.adapter(record.adapter)]

    def _install(self, names: Sequence[str], folder: Path) -> None:
        """Put the changed packages of these projects into a folder."""
        for name in names:
            Job(self, self.records[name]).install(folder)


BEFORE, AFTER = "before", "after"


@dataclass(frozen=True)
class Job:
    """One project at work."""

    shop: UpstreamRunner
    record: Record

    @property
    def folder(self) -> Path:
        """All that belongs to it."""
        return self.shop.root / f"{self.record.name}-{self.record.version}"

    def tell(self, step: str) -> None:
        """Say what is done now."""
        self.shop.tell(self.record.name, step)

    def source(self) -> Path:
        """The source as it was released, or a copy of the checkout."""
        self.tell(sources.STEP)
        with self.shop.locks[self.record.name]:
            return self._source(self.folder / "source")

    def _source(self, place: Path) -> Path:
        given = self.shop.checkouts.get(self.record.name)
        if given:
            sources.copy(given, place)
            return place
        if not _kept(place, self.record.source["sha256"]):
            archive = sources.archive(self.record, self.shop.root / "archives")
            sources.unpack(archive, place)
            _keep(place, self.record.source["sha256"])
        return place

    def change(self) -> None:
        """Lay the source twice: as it is, and with the change."""
        sources.copy(self.source(), self.folder / BEFORE)
        self._lay_changed(self.folder / AFTER)

    def _lay_changed(self, place: Path) -> None:
        source = self.source()
        self.tell(changes.STEP)
        sources.copy(source, place)
        log = self._log(f"{changes.STEP} {place.name}")
        changes.apply(self.record.change, place, self.shop.runner, log)

    def lines(self) -> Lines:
        """What a change that is a program did."""
        log = self._log("lines")
        said = self.shop.runner.run(
            changes.STEP,
            ["git", "diff", "--no-index", "--no-prefix", "source", AFTER],
            folder=self.folder,
            log=log,
            seconds=INSTALL_SECONDS,
        )
        found = changes.counted(said.text)
        return {name.partition("/")[2]: count for name, count in found.items()}

    def environment(self, tests: Tests) -> tuple[Path, str]:
        """The Python of the project's tests, with what they need, and its version."""
        self.tell("environment")
        with self.shop.locks[self.record.name]:
            return self._environment(tests)

    def _environment(self, tests: Tests) -> tuple[Path, str]:
        base, version = interpreters.find(self.record.python, self.shop.pythons)
        if not tests.requirements:
            return base, version
        listed = (self.record.folder / tests.requirements).read_bytes()
        place = self.folder / "environment"
        key = digest(version.encode(), listed)
        python = place / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        if _kept(place, key):
            return python, version
        shutil.rmtree(place, ignore_errors=True)
        self.shop.runner.need(
            "environment",
            [base, "-m", "venv", place],
            folder=self.record.folder,
            log=self._log("environment"),
            seconds=INSTALL_SECONDS,
        )
        self._pip(python, "environment", "-r", tests.requirements)
        _keep(place, key)
        return python, version

    def tests(
        self, tests: Tests, state: str, python: tuple[Path, str]
    ) -> tuple[Outcomes, str]:
        """Run the project's own tests on one of the two sources; what they said."""
        step = f"tests {state}"
        kept = self.folder / f"tests-{state}.json"
        key = self._key(state, python[1])
        log = self._log(step)
        if not self.shop.again and kept.exists():
            data = json.loads(kept.read_bytes())
            if data.pop("key") == key:
                found = suites.Outcomes(**data).below(self.folder / state)
                return found, log.read_text("utf-8", "replace")
        self.tell(step)
        report = self.folder / f"report-{state}.xml"
        report.unlink(missing_ok=True)
        executable = python[0]
        if tests.install:
            executable = self._own_environment(python[0], state)
            self._pip(
                executable, step, *self._filled(tests.install, self.folder / state)
            )
        said = self.shop.runner.run(
            step,
            self._filled(
                tests.command, self.folder / state, python=executable, report=report
            ),
            folder=self.folder / state,
            log=log,
            seconds=tests.seconds,
            env=self._variables(executable, tests.environment, self.folder / state),
        )
        found = suites.read(report, step, python[1], said.text)
        kept.write_text(json.dumps({"key": key, **found.json()}), "utf-8")
        return found.below(self.folder / state), said.text

    def checks(self, *, source: bool) -> dict[str, str]:
        """Run the record's checks, with or without a source; each must succeed."""
        found = {}
        for check in self.record.checks:
            if check.needs_source and not source:
                found[check.name] = NOT_RUN
                continue
            self.tell(check.name)
            self._check(check)
            found[check.name] = suites.PASSED
        return found

    def _check(self, check: Check) -> None:
        executable = Path(sys.executable)
        if any("{python}" in part for part in check.command) and self.record.tests:
            executable = self.environment(self.record.tests)[0]
        self.shop.runner.need(
            check.name,
            self._filled(check.command, self.folder / AFTER, python=executable),
            folder=self.folder / AFTER if check.needs_source else self.record.folder,
            log=self._log(check.name),
            seconds=check.seconds,
            env=self._variables(executable, check.environment, self.folder / AFTER),
        )

    def adapter(self, adapter: Adapter) -> CellComparison:
        """Ask the suite through an adapter, of the source as it is and the changed one."""
        self.tell(asked.STEP)
        python = Path(sys.executable)
        if self.record.tests:
            python = self.environment(self.record.tests)[0]
        before, after = (
            self._filled(adapter.command, self.folder / state, python=python)
            for state in (BEFORE, AFTER)
        )
        return adapters.ask(self.record, before, after)

    def install(self, folder: Path) -> None:
        """Build the changed package and put it into a folder."""
        self.tell("build")
        tests = self.record.tests
        if not tests:
            raise StepError(
                "build", f"{self.record.name} has no environment to build in"
            )
        python, _ = self.environment(tests)
        # A tree of its own: its suite may run in the other at the same time.
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="build-") as build:
            tree, wheels = Path(build) / self.record.name, Path(build) / "wheels"
            self._lay_changed(tree)
            self._run_pip(
                python,
                "build",
                *("wheel", "--no-deps", "--no-build-isolation"),
                *("--wheel-dir", wheels, tree),
                env=self._variables(python, tests.environment, tree, clean=False),
            )
            (wheel,) = wheels.glob("*.whl")
            self._run_pip(
                python,
                "build",
                *("install", "--no-deps", "--no-compile", "--upgrade"),
                *("--ignore-requires-python", "--target", folder, wheel),
            )

    def _own_environment(self, python: Path, state: str) -> Path:
        """A copy of the environment, for a suite that wants its project installed."""
        place = self.folder / f"environment-{state}"
        shutil.rmtree(place, ignore_errors=True)
        self.shop.runner.need(
            f"tests {state}",
            [python, "-m", "venv", "--system-site-packages", place],
            folder=self.folder,
            log=self._log(f"environment {state}"),
            seconds=INSTALL_SECONDS,
        )
        own = place / python.parent.name / python.name
        site = next(place.glob("lib/python3*/site-packages"), None)
        shared = next(python.parents[1].glob("lib/python3*/site-packages"), None)
        if not (site and shared):
            raise StepError(f"tests {state}", f"no site-packages in {place.name}")
        # An environment made by another sees that one's base alone.
        (site / "shared.pth").write_text(f"{shared}\n", "utf-8")
        return own

    def _pip(self, python: Path, step: str, *arguments: str | Path) -> None:
        self._run_pip(python, step, "install", "--quiet", *arguments)

    def _run_pip(
        self,
        python: Path,
        step: str,
        *arguments: str | Path,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.shop.runner.need(
            step,
            [python, "-m", "pip", "--disable-pip-version-check", *arguments],
            folder=self.record.folder,
            log=self._log(f"{step} pip"),
            seconds=INSTALL_SECONDS,
            env=env,
        )

    def _filled(
        self,
        command: Sequence[str],
        source: Path,
        *,
        python: Path | None = None,
        report: Path | None = None,
    ) -> list[str]:
        places = {
            "{source}": source,
            "{work}": self.folder,
            "{here}": self.record.folder,
            "{python}": python,
            "{report}": report,
        }
        return [_replaced(part, places) for part in command]

    def _variables(
        self, python: Path, more: Mapping[str, str], source: Path, *, clean: bool = True
    ) -> dict[str, str]:
        filled = dict(zip(more, self._filled(list(more.values()), source), strict=True))
        path = os.pathsep.join([str(python.parent), os.environ.get("PATH", "")])
        if clean:
            return clean_environment(PATH=path, **filled)
        return {**os.environ, "PATH": path, **filled}

    def _key(self, state: str, version: str) -> str:
        """What the tests of one source depend on."""
        parts = [version.encode(), repr(self.record.tests).encode()]
        tests = self.record.tests
        if tests and tests.requirements:
            parts.append((self.record.folder / tests.requirements).read_bytes())
        if state == AFTER:
            parts.append(self.record.change.read_bytes())
        given = self.shop.checkouts.get(self.record.name)
        # A checkout may change under our hands.
        parts.append(os.urandom(8) if given else self.record.source["sha256"].encode())
        return digest(*parts)

    def _log(self, step: str) -> Path:
        return self.folder / "logs" / f"{step.replace(' ', '-').replace('/', '-')}.log"


def changed_source(name: str, matrix: Path) -> Path:
    """The source of a project with its change, for another suite.

    :param matrix: the matrix's cache, beside which the sources are kept.
    """
    records = {record.name: record for record in load_records()}
    job = Job(
        UpstreamRunner(matrix.parent / "upstream", matrix, Runner(), records),
        records[name],
    )
    job.change()
    return job.folder / AFTER


def digest(*parts: bytes) -> str:
    """A short name for what is made of these."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


def _replaced(part: str, places: Mapping[str, Any]) -> str:
    for name, place in places.items():
        part = part.replace(name, str(place)) if place is not None else part
    return part


def _kept(place: Path, key: str) -> bool:
    stamp = place / STAMP
    return stamp.exists() and stamp.read_text("utf-8") == key


def _keep(place: Path, key: str) -> None:
    (place / STAMP).write_text(key, "utf-8")
