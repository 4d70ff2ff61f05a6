"""File names of wheels, and the tags that they stand for."""

import tracemalloc
from math import prod

import pytest
from packaging.utils import InvalidWheelFilename

from wasm_platform_tags._select import FEW_DOTS, MOST_TAGS, check_size, parse, rank

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


def many(count: int) -> str:
    return ".".join(f"a{number}" for number in range(count))


def test_what_is_not_too_many_is_read_and_one_more_is_refused() -> None:
    for counts in ((1, 1, 10_000), (100, 1, 100), (21, 21, 21), (21, 21, 22)):
        name = f"demo-1.0-{'-'.join(map(many, counts))}.whl"
        assert len(parse(name)[1]) == prod(counts)
    for counts in ((1, 1, 10_001), (100, 101, 1), (21, 22, 22)):
        with pytest.raises(InvalidWheelFilename, match=f"{prod(counts)} tags; at most"):
            parse(f"demo-1.0-{'-'.join(map(many, counts))}.whl")


def test_few_dots_make_no_large_set() -> None:
    at_most = [0] * 3
    for part in range(FEW_DOTS):  # spread evenly, they make most
        at_most[part % 3] += 1
    assert prod(dots + 1 for dots in at_most) <= MOST_TAGS


def test_sets_count_together() -> None:
    half = f"{many(50)}-{many(100)}-any"
    check_size([half, half])
    with pytest.raises(ValueError, match="10001 tags; at most 10000 are read"):
        check_size([half, half, "py3-none-any"])


def test_what_is_no_set_is_counted_as_if_it_had_three_parts() -> None:
    check_size(["", "-" * 10**6, "a.a-" * 2_000])
    with pytest.raises(ValueError, match="300001 tags"):
        check_size(["a-a-" + "a.a-" * 300_000])
