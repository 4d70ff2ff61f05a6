"""`packaging.tags`, alone or as pip vendors it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .base import Base

if TYPE_CHECKING:
    from wasm_platform_tags.conformance.cases import Case

    from ...toolkit.runtimes.worker import Reply


class Packaging(Base):
    """One packaging, on the host (simulated) or in a guest (real)."""

    vendored = False

    def observe(self, case: Case) -> Reply:
        """Ask it for tags or markers, patched by this library or not."""
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
                process = self.bench.process
                if not data["variable"]:
                    assert self.bench.unset
                    process = self.bench.unset
                return process.call(
                    "packaging_worker.running",
                    patched=self.cell.patched,
                    check=data["check"],
                    count=len(case.expect),
                    **module,
                )


class PipVendored(Packaging):
    """The packaging inside one pip."""

    vendored = True
