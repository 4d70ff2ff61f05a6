"""micropip, in a Pyodide that it was released for."""

from collections.abc import Mapping

from wasm_platform_tags.conformance.cases import Case

from ...toolkit.runtimes.worker import Reply
from ..cells import Cell
from ..wheels import NEEDED
from .base import Adapter, own_tags


class Micropip(Adapter):
    """One micropip."""

    guest_kinds = frozenset({"select", "dependency", "wheels"})
    patchable_in_guest = True
    needs_own_worker = True

    @classmethod
    def describe(cls, cell: Cell) -> str:
        """Patched, it only fetches and installs what the library chooses."""
        if not cell.patched:
            return f"{own_tags(cell)}."
        return (
            "Its find_wheel() and sys_tags() and its filter of file names are replaced,"
            " so that the library chooses the file and micropip fetches and installs it."
        )

    def versions(self) -> Mapping[str, str]:
        """Also the version of the micropip that was imported."""
        imported = self.call("micropip_worker.version").value
        return {**super().versions(), "micropip": imported}

    def observe(self, case: Case) -> Reply:
        """Install from the index, look at the result, and uninstall."""
        real = case.kind == "wheels"
        shared = {
            "patched": self.cell.patched,
            "index": self.context.index.simple(
                "real" if real else "dummy", self.cell.via or "json"
            ),
            "project": case.data["project"] if real else case.project,
        }
        if real:
            code = {name: case.data[name] for name in ("module", "expression")}
            return self.call("micropip_worker.use", **shared, **code)
        if case.kind == "dependency":
            return self.call("micropip_worker.needs", needed=NEEDED, **shared)
        return self.call("micropip_worker.choose", **shared)
