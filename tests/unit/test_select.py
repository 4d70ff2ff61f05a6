"""File names of wheels, and the tags that they stand for."""

from __future__ import annotations

import tracemalloc

import pytest
from packaging.utils import InvalidWheelFilename

from wasm_platform_tags import _tagset
from wasm_platform_tags._select import parse, rank
from wasm_platform_tags._tagset import check_size

MANY = ".".join(["a"] * 100)


@pytest.mark.parametrize("build", ["", "1-"])
def test_a_name_that_stands_for_too_many_tags_is_refused(build: str) -> None:
    name = f"demo-1.0-{build}{MANY}-{MANY}-{MANY}.whl"
    tracemalloc.start()
    with pytest.raises(InvalidWheelFilename, match="1000000 tags; at most 10000 are"):
        parse(name)
    assert rank([name], parse("demo-1.0-a-a-a.whl")[1]) == []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20


def test_the_limit_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_tagset, "MOST_TAGS", 12)
    name = "demo-1.0-cp311.cp312-abi3.none-a.b.c.whl"
    assert len(parse(name)[1]) == 12
    check_size(["cp311.cp312-abi3.none-a.b", "cp313-none-a.b.c.d"])
    with pytest.raises(ValueError, match="13 tags; at most 12 are read"):
        check_size(["cp311.cp312-abi3.none-a.b.c", "py3-none-any"])
