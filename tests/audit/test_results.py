"""The committed results cover the pinned wheels and support what the docs state."""

import json
from typing import Any

import pytest

from tests.audit import real_wheels
from tests.matrix.settings import load_settings
from wasm_platform_tags import known_platforms

COMMITTED = json.loads(real_wheels.RESULTS.read_bytes())
WHEELS = COMMITTED["wheels"]
PINNED, AUDITWHEEL = real_wheels.pinned()


def test_every_pinned_wheel_has_a_result() -> None:
    assert [(one["file"], one["sha256"]) for one in WHEELS] == [
        (one.file, one.sha256) for one in PINNED
    ]
    assert len(WHEELS) >= 15
    assert COMMITTED["versions"]["node"] == load_settings().node
    assert COMMITTED["versions"]["auditwheel-emscripten"] == AUDITWHEEL


@pytest.mark.parametrize("one", WHEELS, ids=[one["file"] for one in WHEELS])
def test_the_verdict_agrees_with_the_import(one: dict[str, Any]) -> None:
    pinned = next(known for known in PINNED if known.file == one["file"])
    tags = {record.platform_tags[0] for record in known_platforms()}
    renamed, whole, run, own = (one[key] for key in ("renamed", "whole", "run", "own"))
    assert renamed.keys() == tags - {pinned.platform}
    assert bool(run) == bool(pinned.code)
    # What contradicts its own platform fails there; what is consistent works.
    if run:
        works = run[pinned.platform]["outcome"] == "works"
        assert works == (own["verdict"] == "consistent")
    for tag, outcome in run.items():
        # A function that is missing is fatal where it is called, and not before.
        if tag != pinned.platform and outcome["outcome"] != "works":
            assert whole[tag]["verdict"] == "contradicts"


def test_what_fails_under_its_own_tag_was_run() -> None:
    for one in WHEELS:
        if one["own"]["verdict"] != "consistent":
            assert one["run"]
    assert sum(one["own"]["verdict"] == "consistent" for one in WHEELS) >= 15


def test_everything_auditwheel_shows_is_read() -> None:
    for one in WHEELS:
        shown = one["auditwheel_emscripten"]
        if error := shown.get("error"):
            assert error == "AssertionError"  # it cannot read the wheel
            assert "module-dylink warning" in one["own"]["rules"]
        else:
            assert all(text.startswith("same: ") for text in shown.values())
