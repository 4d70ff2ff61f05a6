"""pyodide-lock: it adds wheels to a lock file, if they fit the file's platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..wheels import NEEDED
from .base import Base, UnsupportedError

if TYPE_CHECKING:
    from wasm_platform_tags.conformance.cases import Case

    from ...toolkit.runtimes.worker import Reply


class PyodideLock(Base):
    """One pyodide-lock, with the lock file that a Pyodide of the target comes with."""

    def observe(self, case: Case) -> Reply:
        """Add the wheels of a case with ``add_wheels_to_spec()``.

        It checks a wheel's name with ``_check_wheel_compatible()``, against the Python
        and the platform that the lock file names, and does not choose: a case with
        several files cannot be put to it.
        """
        shared = {
            "folder": self.folder(self.cell.tool.requirement),
            "lock": self.lock_file(self.alias(case)),
        }
        project = case.project
        if case.kind == "dependency":
            # The two wheels that write_dependent() makes.
            names = (project.replace("-", "_"), NEEDED)
            wheels = [self._wheel(project, f"{n}-1.0-py3-none-any.whl") for n in names]
            return self.call(
                "pyodide_lock_worker.needs",
                wheels=wheels,
                project=project,
                needed=NEEDED,
                **shared,
            )
        if len(case.data["files"]) > 1:
            raise UnsupportedError(
                "It takes or refuses each wheel by itself, and chooses among none."
            )
        (file,) = case.data["files"]
        wheel = self._wheel(project, file)
        return self.call(
            "pyodide_lock_worker.choose", wheel=wheel, project=project, **shared
        )

    def alias(self, case: Case) -> str:
        """The Pyodide whose lock file is used: this one, or the target's first."""
        assert case.target
        if self.cell.runtime.alias:
            return self.cell.runtime.alias
        for runtime in self.bench.cache.settings.runtimes:
            if runtime.alias and runtime.target == case.target.id:
                return runtime.alias
        raise UnsupportedError(f"No Pyodide has a lock file for {case.target.id}.")

    def _wheel(self, project: str, file: str) -> str:
        folder = self.bench.wheels if self.cell.on_host else "/wheels"
        return f"{folder}/{project}/{file}"
