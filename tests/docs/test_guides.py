"""The code on the pages does what they say."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from wasm_platform_tags import unpatch

DOCS = Path(__file__).parents[2] / "docs"
WITH_CODE = sorted(
    page for page in DOCS.rglob("*.md") if ">>> " in page.read_text("utf-8")
)


def test_there_are_pages_with_code() -> None:
    assert len(WITH_CODE) > 5


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.name)
def test_examples(page: Path) -> None:
    try:
        failed, tried = doctest.testfile(
            str(page), module_relative=False, encoding="utf-8"
        )
    finally:
        unpatch()  # a page may show patch() alone
    assert tried
    assert not failed
