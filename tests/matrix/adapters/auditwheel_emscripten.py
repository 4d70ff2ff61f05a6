"""auditwheel-emscripten: it shows what a wheel contains, or refuses the wheel's tag."""

from wasm_platform_tags.conformance.cases import Case

from ...toolkit.runtimes.worker import Reply
from ..cells import Cell
from ..wheels import retag
from .base import Adapter


class AuditwheelEmscripten(Adapter):
    """One auditwheel-emscripten."""

    host_kinds = guest_kinds = frozenset({"audit"})
    needs_own_worker = True

    @classmethod
    def describe(cls, cell: Cell) -> str:
        """In a Pyodide, no process can be started."""
        text = "It receives real wheels under the tag of the case"
        if cell.on_host:
            return f"{text}."
        return f"{text}; its wheel unpack runs in the same process, because Pyodide starts none."

    def observe(self, case: Case) -> Reply:
        """Call ``show()``, whose result ``pyodide auditwheel show`` prints."""
        (built,) = self.context.cache.wheels.glob(f"*/{case.data['wheel']}")
        wheel = retag(built, case.data["platform"], self.context.scratch)
        folder = self.context.scratch if self.cell.on_host else "/scratch"
        return self.call(
            "auditwheel_worker.takes",
            folder=self.folder(self.cell.tool.requirement),
            wheel=f"{folder}/{wheel.name}",
        )
