"""The rules of PyPI's index: its expressions, as they are at one commit."""

from wasm_platform_tags.conformance.cases import Case

from ...toolkit.runtimes.worker import Reply
from .base import Adapter


class Warehouse(Adapter):
    """Warehouse's check of the platform of an uploaded wheel."""

    host_kinds = frozenset({"index"})
    description = (
        "This project restates the rule of the server, as it is at this commit, and asks"
        " no server."
    )

    def observe(self, case: Case) -> Reply:
        """Check the platform of a wheel."""
        return self.call("warehouse_worker.accepts", platform=case.data["platform"])
