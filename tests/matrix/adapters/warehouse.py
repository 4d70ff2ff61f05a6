"""The rules of PyPI's index: its expressions, restated as facts about one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import Base

if TYPE_CHECKING:
    from wasm_platform_tags.conformance.cases import Case

    from ...toolkit.runtimes.worker import Reply


class Warehouse(Base):
    """What decides there over the platform of an uploaded wheel."""

    def observe(self, case: Case) -> Reply:
        """Upload a wheel in thought: no server is asked."""
        return self.call("warehouse_worker.accepts", platform=case.data["platform"])
