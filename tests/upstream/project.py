"""The folder of one project: its sources, its environments, and what runs in them."""

import hashlib
import json
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.toolkit.cache import LazyCache, Unit
from tests.toolkit.process import ENDED, CompletedProcess, clean_environment, run

from . import changes, interpreters, sources, suites
from .changes import Lines
from .records import Record, Tests
from .steps import StepError, Stop
from .suites import Outcomes

INSTALL_SECONDS = 600
NOT_RUN = "not run"
# The two sources of a project: as released, and with the change.
BEFORE, AFTER = "before", "after"


def digest(*parts: bytes) -> str:
    """Return a short hash of these parts."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


@dataclass(frozen=True)
class RunOptions:
    """What the projects of a run share.

    :param cache: the folder of all downloads.
    :param checkouts: sources to use instead of the archives, by project.
    :param pythons: interpreters to prefer.
    :param again: run a project's tests even if nothing has changed since they last ran.
    :param report: receives the name of a project, and of the step that begins.
    :param stop: ends the programs when it is set.
    """

    cache: Path
    checkouts: Mapping[str, Path] = field(default_factory=dict)
    pythons: Sequence[Path] = ()
    again: bool = False
    report: Callable[[str, str], None] = lambda project, step: None
    stop: Stop = field(default_factory=Stop)


class Project:
    """One project, and the folder in which it is unpacked, changed and run."""

    def __init__(self, record: Record, options: RunOptions) -> None:
        self.record = record
        self.options = options
        self.checkout = options.checkouts.get(record.name)
        self.folder = options.cache / "upstream" / f"{record.name}-{record.version}"
        # Another project's run may install this one while its own run goes on.
        self.lock = threading.RLock()

    def report(self, step: str) -> None:
        """Report that a step begins."""
        self.options.report(self.record.name, step)

    def place(self, state: str) -> Path:
        """Return the folder of the source before or after the change.

        Both paths have one length: pytest shortens the long names of tests with a path.
        """
        return self.folder / f"{state:-<6}"

    def source(self) -> Path:
        """Return the source as released, or a copy of the checkout."""
        self.report(sources.STEP)
        archives = self.folder.with_name("archives")
        with self.lock:
            if self.checkout:
                place = self.folder / "source"
                sources.copy(self.checkout, place)
                return place
            return self._made(
                "source",
                lambda new: sources.unpack(sources.archive(self.record, archives), new),
                self.record.source["sha256"],
            )

    def _made(self, name: str, fill: Callable[[Path], object], key: str) -> Path:
        """Return a folder that is filled again only if its key changes."""
        unit = Unit(name, name, fill, key=key, in_place=name == "environment")
        return LazyCache(self.folder, [unit]).path(name)

    def lay_sources(self) -> None:
        """Copy the source twice, as it is and with the change."""
        sources.copy(self.source(), self.place(BEFORE))
        self._lay_changed(self.place(AFTER))

    def _lay_changed(self, place: Path) -> None:
        source = self.source()
        self.report(changes.STEP)
        sources.copy(source, place)
        log = f"{changes.STEP} {place.name}"
        run = partial(self.run, changes.STEP, folder=place, log=log)
        changes.apply(self.record.change, place, run)

    def changed_lines(self) -> Lines:
        """Return the lines that the change adds and removes, from the two sources."""
        command = ["git", "diff", "--no-index", "--no-prefix", "source"]
        command.append(self.place(AFTER).name)
        done = self.run(changes.STEP, command, log="lines", check=False)
        found = changes.counted(done.text)
        return {name.partition("/")[2]: count for name, count in found.items()}

    def environment(self, tests: Tests) -> tuple[Path, str]:
        """Return the Python of the project's tests, with its requirements; its version."""
        self.report("environment")
        with self.lock:
            base, version = interpreters.find(self.record.python, self.options.pythons)
            if not tests.requirements:
                return base, version
            requirements = tests.requirements

            def fill(place: Path) -> None:
                self.run("environment", [base, "-m", "venv", place])
                arguments = ("install", "--quiet", "-r", requirements)
                self._pip(_python_in(place), "environment", *arguments)

            listed = (self.record.folder / requirements).read_bytes()
            key = digest(version.encode(), listed)
            return _python_in(self._made("environment", fill, key)), version

    def tests(
        self, tests: Tests, state: str, python: tuple[Path, str]
    ) -> tuple[Outcomes, str]:
        """Run the project's own tests on one of the two sources.

        :param state: `BEFORE` or `AFTER`.
        :param python: as `environment` returns it.
        :return: the outcomes, and the output.
        :raises StepError: if the tests do not start.
        """
        step, source = f"tests {state}", self.place(state)
        kept = self.folder / f"outcomes-{state}.json"
        executable, version = python
        parts = [version.encode(), repr(tests).encode()]
        if tests.requirements:
            parts.append((self.record.folder / tests.requirements).read_bytes())
        if state == AFTER:
            parts.append(self.record.change.read_bytes())
        # A checkout may change at any time: no key is like another.
        unique = os.urandom(8)
        parts.append(unique if self.checkout else self.record.source["sha256"].encode())
        key = digest(*parts)
        if not self.options.again and kept.exists():
            data = json.loads(kept.read_bytes())
            if data.pop("key") == key:
                output = self._log(step).read_text("utf-8", "replace")
                return Outcomes(**data), output
        self.report(step)
        report = self.folder / f"report-{state}.xml"
        report.unlink(missing_ok=True)
        if tests.install:
            executable = self._own_environment(executable, state)
            arguments = self.filled(tests.install, source)
            self._pip(executable, step, "install", "--quiet", *arguments)
        done = self.run(
            step,
            self.filled(tests.command, source, python=executable, report=report),
            folder=source,
            seconds=tests.seconds,
            env=clean_environment(**self._env(executable, tests.environment, source)),
            check=False,
        )
        found = suites.read(report, step, version, done.text, source)
        kept.write_text(json.dumps({"key": key, **vars(found)}), "utf-8")
        return found, done.text

    def checks(self, *, source: bool) -> dict[str, str]:
        """Run the record's checks; return the outcome of each.

        :param source: whether there is a source; some checks need none.
        :raises StepError: if one fails.
        """
        found = {}
        after = self.place(AFTER)
        for check in self.record.checks:
            found[check.name] = NOT_RUN
            if check.needs_source and not source:
                continue
            wants_python = any("{python}" in part for part in check.command)
            python = self.python() if wants_python else Path(sys.executable)
            self.report(check.name)
            self.run(
                check.name,
                self.filled(check.command, after, python=python),
                folder=after if check.needs_source else self.record.folder,
                seconds=check.seconds,
                env=clean_environment(**self._env(python, check.environment, after)),
            )
            found[check.name] = suites.PASSED
        return found

    def python(self) -> Path:
        """Return the Python of the project's tests, or the running one without tests."""
        tests = self.record.tests
        return self.environment(tests)[0] if tests else Path(sys.executable)

    def install(self, folder: Path) -> None:
        """Build the changed package, and install it into a folder.

        :raises StepError: if the record has no tests, whose environment builds it.
        """
        self.report("build")
        tests, name = self.record.tests, self.record.name
        if not tests:
            raise StepError("build", f"{name} has no environment to build in")
        python, _ = self.environment(tests)
        # In its own copy: the tests may run in the other at the same time.
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="build-") as build:
            tree, wheels = Path(build) / name, Path(build) / "wheels"
            self._lay_changed(tree)
            env = {**os.environ, **self._env(python, tests.environment, tree)}
            options = "--no-deps", "--no-build-isolation", "--wheel-dir", wheels
            self._pip(python, "build", "wheel", *options, tree, env=env)
            (wheel,) = wheels.glob("*.whl")
            new = "--no-deps", "--no-compile", "--upgrade", "--ignore-requires-python"
            self._pip(python, "build", "install", *new, "--target", folder, wheel)

    def _own_environment(self, python: Path, state: str) -> Path:
        """Return the Python of a new environment on top of the shared one.

        It is for a project that has to be installed to be tested.
        """
        step, place = f"tests {state}", self.folder / f"environment-{state}"
        shutil.rmtree(place, ignore_errors=True)
        arguments = ("-m", "venv", "--system-site-packages", place)
        self.run(step, [python, *arguments], log=place.name)
        own = place / python.parent.name / python.name
        site = next(place.glob("lib/python3*/site-packages"), None)
        shared = next(python.parents[1].glob("lib/python3*/site-packages"), None)
        if not (site and shared):
            raise StepError(step, f"no site-packages in {place.name}")
        # The new environment sees only the packages of the base of the shared one.
        (site / "shared.pth").write_text(f"{shared}\n", "utf-8")
        return own

    def _pip(
        self, python: Path, step: str, *arguments: str | Path, **more: Any
    ) -> None:
        command = [python, "-m", "pip", "--disable-pip-version-check", *arguments]
        self.run(step, command, folder=self.record.folder, log=f"{step} pip", **more)

    def run(
        self,
        step: str,
        command: Sequence[str | Path],
        *,
        folder: Path | None = None,
        log: str = "",
        seconds: float = INSTALL_SECONDS,
        env: Mapping[str, str] | None = None,
        check: bool = True,
    ) -> CompletedProcess:
        """Run a program of a step; every process that it started ends with it.

        :param folder: its working directory, by default the project's folder.
        :param log: the name of the log, by default that of the step.
        :param check: whether an exit status other than 0 is an error.
        :raises StepError: if it cannot be started, takes longer than `seconds`, or fails.
        """
        path = self._log(log or step)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            where, stop = folder or self.folder, self.options.stop
            done = run(command, env, where, seconds, log=path, stop=stop)
        except OSError as error:
            why = f"cannot start {command[0]}: {error.strerror}"
            raise StepError(step, why) from None
        if done.status == ENDED:
            text, _, why = done.text.rpartition("\n")
            raise StepError(step, why, text)
        if check and done.status:
            shown = " ".join(map(str, command))
            raise StepError(step, f"{shown} exited with {done.status}", done.text)
        return done

    def filled(self, command: Iterable[str], source: Path, **more: Path) -> list[str]:
        """Return a command of the record with its placeholders replaced."""
        here = self.record.folder
        places = {"source": source, "work": self.folder, "here": here, **more}
        filled = list(command)
        for name, place in places.items():
            filled = [part.replace(f"{{{name}}}", str(place)) for part in filled]
        return filled

    def _env(
        self, python: Path, variables: Mapping[str, str], source: Path
    ) -> dict[str, str]:
        """Return the variables of a record, and a PATH on which its Python is first."""
        values = self.filled(variables.values(), source)
        path = os.pathsep.join([str(python.parent), os.environ.get("PATH", "")])
        return {"PATH": path, **dict(zip(variables, values, strict=True))}

    def _log(self, step: str) -> Path:
        return self.folder / "logs" / f"{step.replace(' ', '-').replace('/', '-')}.log"


def _python_in(environment: Path) -> Path:
    return environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"
