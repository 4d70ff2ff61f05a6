"""Before the change, Warehouse's function fails the cases that diverge in the matrix."""

from __future__ import annotations

import json
from typing import Any

from tests.matrix.recorded import RESULTS as MATRIX_RESULTS
from tests.toolkit.paths import UPSTREAM

FOLDER = UPSTREAM / "warehouse"
RECORD: dict[str, Any] = json.loads((FOLDER / "record.json").read_bytes())
RESULTS: dict[str, Any] = json.loads((FOLDER / "results.json").read_bytes())


def test_what_fails_before_is_what_diverges_in_the_matrix() -> None:
    commit = RECORD["source"]["commit"][:7]
    path = MATRIX_RESULTS / f"warehouse-{commit}-host.json"
    cases = json.loads(path.read_bytes())["cases"]
    diverging = {
        name for name, found in cases.items() if found["verdict"] == "diverges"
    }
    before = RESULTS["tests"]["before"]["failing"]
    assert set(before) == {f"test_conformance[{name}]" for name in diverging}
    assert RESULTS["tests"]["after"]["failing"] == []
