"""Put the suite to a tool that the matrix has no cell for, through an adapter of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.matrix.recorded import DIVERGES
from wasm_platform_tags.conformance.cases import load_cases
from wasm_platform_tags.conformance.runner import ERROR, NOT_RUN, run

from .asked import CellComparison, judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wasm_platform_tags.conformance.runner import Outcome

    from .records import Record


def ask(record: Record, before: Sequence[str], after: Sequence[str]) -> CellComparison:
    """Ask the source as it is and the changed one.

    :param before: the adapter and its arguments, for the one; `after`, for the other.
    :raises StepError: if there is no answer, or a worse one with the change.
    """
    kinds = record.adapter.kinds if record.adapter else ()
    cases = [case for case in load_cases() if case.kind in kinds]
    old, new = (list(run(command, cases)) for command in (before, after))
    asked = CellComparison(
        name=f"{record.name}-{record.version}-adapter",
        tool=record.name,
        version=record.version,
        runtime="host",
        via="adapter",
        before={one.case.id: one.verdict for one in old},
        after={one.case.id: one.verdict for one in new},
        left={one.case.id: None for one in new if one.verdict == DIVERGES},
        errors={one.case.id: one.detail for one in (*old, *new) if _failed(one)},
    )
    judge([asked])
    return asked


def _failed(outcome: Outcome) -> bool:
    return outcome.verdict in (ERROR, NOT_RUN)
