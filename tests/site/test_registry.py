"""How the pages name a platform's hosts and Python versions."""

import pytest
from registry import hosts, python_versions

from wasm_platform_tags import known_platforms

KNOWN = {known.platform_tags[0]: known for known in known_platforms()}


@pytest.mark.parametrize(
    ("tag", "where", "versions"),
    [
        ("pyemscripten_2025_0_wasm32", "browsers and Node.js", "3.13"),
        ("wasi_0_1_sdk_24_wasm32", "WASI hosts", "3.13, 3.14"),
        ("wasi_0_2_sdk_33_wasm32", "WASI hosts", "3.14 (componentize-py 0.25.1)"),
    ],
)
def test_a_platform_in_words(tag: str, where: str, versions: str) -> None:
    assert hosts(KNOWN[tag]) == where
    assert python_versions(KNOWN[tag]) == versions
