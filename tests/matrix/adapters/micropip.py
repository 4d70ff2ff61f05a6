"""micropip, in the Pyodide that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..wheels import NEEDED
from .base import Base

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wasm_platform_tags.conformance.cases import Case

    from ...toolkit.runtimes.worker import Reply


class Micropip(Base):
    """One micropip."""

    def versions(self) -> Mapping[str, str]:
        """The micropip that was imported, and what it runs on."""
        imported = self.call("micropip_worker.version").value
        return {**super().versions(), "micropip": imported}

    def observe(self, case: Case) -> Reply:
        """Install from the index, see what is there, uninstall."""
        if case.kind == "wheels":
            return self.call(
                "micropip_worker.use",
                index=self.bench.index.simple("real", "json"),
                patched=self.cell.patched,
                project=case.data["project"],
                module=case.data["module"],
                expression=case.data["expression"],
            )
        shared = {
            "patched": self.cell.patched,
            "index": self.bench.index.simple("dummy", self.cell.via or "json"),
            "project": case.project,
        }
        if case.kind == "dependency":
            return self.call("micropip_worker.needs", needed=NEEDED, **shared)
        return self.call("micropip_worker.choose", **shared)
