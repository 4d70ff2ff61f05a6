"""pyodide-lock: it adds wheels to a lock file, if they fit the file's platform."""

from wasm_platform_tags.conformance.cases import Case

from ...toolkit.runtimes.worker import Reply
from ..cells import Cell
from ..wheels import NEEDED, dependent_wheels
from .base import Adapter, UnsupportedError


class PyodideLock(Adapter):
    """One pyodide-lock, and the lock file of a Pyodide of the target."""

    host_kinds = guest_kinds = frozenset({"select", "dependency"})
    needs_own_worker = True

    @classmethod
    def describe(cls, cell: Cell) -> str:
        """The lock file names the target."""
        which = (
            "a Pyodide of the target" if cell.on_host else "the Pyodide that runs it"
        )
        return f"It receives the lock file of {which}, and the wheels of the case."

    def observe(self, case: Case) -> Reply:
        """Add the wheels of a case with ``add_wheels_to_spec()``.

        It checks the name of each wheel with ``_check_wheel_compatible()``, against the
        Python and the platform that the lock file names. It does not choose, so that it
        cannot be asked a case with several files.
        """
        shared = {
            "folder": self.folder(self.cell.tool.requirement),
            "lock": self.lock_file(self.alias(case)),
            "project": case.project,
        }
        if case.kind == "dependency":
            names = dependent_wheels(case.project)
            wheels = [self._wheel(case.project, name) for name in names]
            return self.call(
                "pyodide_lock_worker.needs", wheels=wheels, needed=NEEDED, **shared
            )
        if len(case.data["files"]) > 1:
            raise UnsupportedError(
                "It takes or refuses each wheel by itself, and chooses among none."
            )
        wheel = self._wheel(case.project, case.data["files"][0])
        return self.call("pyodide_lock_worker.choose", wheel=wheel, **shared)

    def alias(self, case: Case) -> str:
        """Return the Pyodide whose lock file is used: this one, or the target's first.

        :raises UnsupportedError: if the target has none.
        """
        assert case.target
        if self.cell.runtime.alias:
            return self.cell.runtime.alias
        for runtime in self.context.cache.settings.runtimes:
            if runtime.alias and runtime.target == case.target.id:
                return runtime.alias
        raise UnsupportedError(f"No Pyodide has a lock file for {case.target.id}.")

    def _wheel(self, project: str, file: str) -> str:
        folder = self.context.wheels if self.cell.on_host else "/wheels"
        return f"{folder}/{project}/{file}"
