"""`packaging.tags` and `packaging.markers`, from PyPI or as pip vendors them."""

from typing import Any

from wasm_platform_tags.conformance.cases import Case

from ...toolkit.runtimes.worker import Reply
from ..cells import Cell
from .base import PATCHED, SIMULATED, Adapter, own_tags


class Packaging(Adapter):
    """One packaging: on the host for a simulated interpreter, in a guest for the real one."""

    host_kinds = frozenset({"environment", "patch"})
    guest_kinds = frozenset({"running", "markers", "dependency"})
    patchable_on_host = patchable_in_guest = True
    vendored = False

    @classmethod
    def describe(cls, cell: Cell) -> str:
        """On the host, the interpreter is simulated."""
        text = SIMULATED if cell.on_host else own_tags(cell)
        if not cell.patched:
            return f"{text}."
        where = " to the packaging inside pip" if cls.vendored else ""
        return f"{PATCHED}{where}; {text[0].lower()}{text[1:]}."

    def observe(self, case: Case) -> Reply:
        """Ask for tags or markers."""
        data = case.data
        module: dict[str, Any] = {
            "folder": self.folder(self.cell.tool.requirement),
            "vendored": self.vendored,
        }
        match case.kind:
            case "environment":
                return self.call(
                    "packaging_worker.environment",
                    patched=self.cell.patched,
                    says=data,
                    **module,
                )
            case "patch":
                return self.call(f"packaging_worker.{data['check']}", **module)
            case "markers":
                return self.call("packaging_worker.markers", **module)
            case "dependency":
                marker = data["marker"]
                return self.call("packaging_worker.needs", marker=marker, **module)
            case _:
                return self.call_with_variable(
                    "packaging_worker.running",
                    is_set=data["variable"],
                    patched=self.cell.patched,
                    check=data["check"],
                    count=len(case.expect),
                    **module,
                )


class PipVendored(Packaging):
    """The packaging inside one pip."""

    guest_kinds = frozenset()
    patchable_in_guest = False
    vendored = True
