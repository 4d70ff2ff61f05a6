"""auditwheel-emscripten: it shows what a wheel holds, or says that it is none of its."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..wheels import retag
from .base import Base

if TYPE_CHECKING:
    from wasm_platform_tags.conformance.cases import Case

    from ...toolkit.runtimes.worker import Reply


class AuditwheelEmscripten(Base):
    """One auditwheel-emscripten, given a real wheel under the tag of the case."""

    def observe(self, case: Case) -> Reply:
        """Ask ``show()``, which is what ``pyodide auditwheel show`` prints."""
        (built,) = self.bench.cache.wheels.glob(f"*/{case.data['wheel']}")
        wheel = retag(built, case.data["platform"], self.bench.scratch)
        folder = self.bench.scratch if self.cell.on_host else "/scratch"
        return self.call(
            "auditwheel_worker.takes",
            folder=self.folder(self.cell.tool.requirement),
            wheel=f"{folder}/{wheel.name}",
        )
