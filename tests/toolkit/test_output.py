"""The output of tools, without what is unstable."""

import json
import re

import pytest

from tests.matrix.recorded import RESULTS
from tests.toolkit.output import normalise_output

LONGEST = 1500
FOLDERS = {"/scratch": "SCRATCH", "/scratch/wheels": "WHEELS", "/t": "TMP"}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("\n  one\n", "one"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("in http://127.0.0.1:41873/simple", "in http://127.0.0.1/simple"),
        ("Resolved 1 package in 12ms, 1.25s", "Resolved 1 package in …, …"),
        ("/scratch/wheels/a.whl", "WHEELS/a.whl"),
        ("/scratch/tmpab_12/a", "SCRATCH/…/a"),
        ("/scratches /t/x /tx", "/scratches TMP/x /tx"),
        ("", ""),
    ],
)
def test_what_is_removed(said: str, kept: str) -> None:
    assert normalise_output(said, FOLDERS) == kept


def test_of_long_output_the_end_is_kept() -> None:
    lines = [f"line {number}" for number in range(1000)]
    kept = normalise_output("\n".join(lines), longest=LONGEST)
    assert kept.startswith("…line ")
    assert kept.endswith("line 999")
    assert len(kept) <= LONGEST


def test_nothing_committed_names_a_machine() -> None:
    count = 0
    for path in RESULTS.glob("*.json"):
        for verdict in json.loads(path.read_text(encoding="utf-8"))["cases"].values():
            said = verdict.get("output", "")
            count += bool(said)
            found = re.search(r"/tmp/|/home/|/root/|[/\\]Users[/\\]", said)
            assert not found, path.name
    assert count
