"""Which uploads the library says that an index takes."""

import json
from pathlib import Path

import pytest
from packaging.utils import InvalidWheelFilename

from wasm_platform_tags import Target, check_upload
from wasm_platform_tags._platforms import _CONCERNED
from wasm_platform_tags.conformance.cases import Case, load_cases

CANONICAL = "pyemscripten_2026_0_wasm32"
OLDER = f"the older name of a platform; an upload says {CANONICAL}"
OF_PLATFORM = "the platform's canonical tag"
OF_ITS_OWN = "the index has rules of its own"
CASES = [case for case in load_cases() if case.kind == "index"]
RULES = Path(__file__).parents[2] / "pep" / "pep-9999" / "index-expressions.json"


def test_the_tags_concerned_are_those_of_the_pep() -> None:
    assert json.loads(RULES.read_bytes())["concerned"] == _CONCERNED.pattern


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_uploads_of_the_suite(case: Case) -> None:
    name = f"demo-1.0-cp314-cp314-{case.data['platform']}.whl"
    try:
        said = check_upload(name)
    except InvalidWheelFilename:
        assert not case.expect
    else:
        assert (said.accepted is not False) is case.expect


@pytest.mark.parametrize(
    ("platform", "accepted", "reason", "rule"),
    [
        ("any", True, "for any platform", "index-accepts"),
        ("wasi_0_1_sdk_24_wasm32", True, OF_PLATFORM, "index-accepts"),
        ("linux_x86_64", None, OF_ITS_OWN, "index-accepts"),
        (f"linux_x86_64.{CANONICAL}", None, OF_ITS_OWN, "index-accepts"),
        ("pyodide_2026_0_wasm32", False, OLDER, "index-rejects"),
        ("emscripten_5_0_3_wasm32", False, "it is a local tag", "local-tag"),
        ("pyodide_2026_00_wasm32", False, "a leading zero", "tag-grammar"),
    ],
)
def test_why(platform: str, accepted: bool | None, reason: str, rule: str) -> None:
    said = check_upload(f"demo-1.0-py3-none-{platform}.whl")
    assert (said.accepted, said.rule) == (accepted, rule)
    assert reason in said.reason


@pytest.mark.parametrize(
    ("platform", "rule", "of_index"),
    [
        ("emscripten_x", "local-tag", "local-tag"),
        ("wasix_0", "not-portable", "not-portable"),
        ("wasi_0_0_0_wasm32", "local-tag", "local-tag"),
        ("pyodide_2025_0_wasm64", "wasm64-reserved", "wasm64-reserved"),
        ("foo_wasm32", "not-portable", "not-portable"),
        # Not WebAssembly: another platform to an installer, another's rules to an index.
        ("foo_wasmedge", "exact-match", "index-accepts"),
        ("win_amd64", "exact-match", "index-accepts"),
    ],
)
def test_upload_and_explain_agree(platform: str, rule: str, of_index: str) -> None:
    name = f"demo-1.0-cp313-cp313-{platform}.whl"
    assert Target("3.13", "pyodide_2025_0_wasm32").explain(name).rule == rule
    said = check_upload(name)
    assert (said.rule, said.accepted is None) == (of_index, rule != of_index)
