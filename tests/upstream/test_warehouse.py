"""Before the change, Warehouse's function fails the cases that diverge in the matrix."""

import json

from tests.matrix.recorded import RESULTS as MATRIX_RESULTS
from tests.toolkit.paths import UPSTREAM

RECORD, RESULTS = (
    json.loads((UPSTREAM / "warehouse" / name).read_bytes())
    for name in ("record.json", "results.json")
)


def test_what_fails_before_is_what_diverges_in_the_matrix() -> None:
    commit = RECORD["source"]["commit"][:7]
    path = MATRIX_RESULTS / f"warehouse-{commit}-host.json"
    assert set(RESULTS["tests"]["before"]["failing"]) == {
        f"test_conformance[{name}]"
        for name, found in json.loads(path.read_bytes())["cases"].items()
        if found["verdict"] == "diverges"
    }
    assert RESULTS["tests"]["after"]["failing"] == []
