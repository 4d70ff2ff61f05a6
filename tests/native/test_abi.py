"""The parsers and classifiers of tests/native/abi, and what the committed grids must hold."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.native import observe
from tests.native.abi import archive, dynamic, headers, toolchain
from tests.native.abi.facets import FACETS, MODULES, RUST, Facet
from tests.native.abi.grid import WORDS, Cell, Grid, parse, render, summary
from tests.native.abi.next_version import choose
from tests.native.abi.relations import RELATIONS, outcomes, platform, relation
from tests.native.abi.static import PLATFORMS
from wasm_platform_tags import WasiPlatform

VERSIONS = [one.version for one in PLATFORMS]
COMMITTED = observe.load()


def committed(run: str) -> Grid:
    return parse(COMMITTED[run]["output"])


# Grids.


@given(
    st.lists(
        st.tuples(st.sampled_from(list(WORDS)), st.sampled_from(["", "why", "a; b"])),
        min_size=4,
        max_size=4,
    )
)
def test_a_grid_is_read_as_it_was_written(found: list[tuple[str, str]]) -> None:
    rows, columns = ["a", "b-c"], VERSIONS[:2]
    keys = [(row, column) for row in rows for column in columns]
    cells = {key: Cell(*cell) for key, cell in zip(keys, found, strict=True)}
    grid = parse(observe.normalise(render(rows, columns, cells)))
    assert grid.columns == tuple(columns)
    for row in rows:
        assert grid.rows[row] == tuple(cells[row, column].word for column in columns)
    reasons = {(word, why) for word, why in found if why and word != "not-run"}
    assert len(grid.reasons) == len(reasons)


@pytest.mark.parametrize(
    "text", ["", "error", "built-for", "built-for a\nrow", "built-for a\nrow maybe"]
)
def test_the_error_names_text_that_is_no_grid(text: str) -> None:
    with pytest.raises(ValueError, match=r"no grid|no row"):
        parse(text)


def test_another_wasi_version_is_chosen_in_its_header() -> None:
    header = "#define __wasip1__\n/* #undef __wasip2__ */\n/* #undef __wasip3__ */\n"
    chosen = choose(header)
    assert chosen.splitlines()[0] == "#define __wasip3__"
    assert "define __wasip1__" not in chosen
    with pytest.raises(ValueError, match="wanted one that defines __wasip1__ alone"):
        choose(chosen)


def test_a_summary_has_the_best_first() -> None:
    words = ["wrong", "works", "works", "refused"]
    cells = {(str(n), ""): Cell(word) for n, word in enumerate(words)}
    assert summary(cells) == "2 works, 1 wrong, 1 refused"


@pytest.mark.parametrize(
    ("module", "library", "found"),
    [
        ("0_1_sdk_25", "0_1_sdk_25", "same"),
        ("0_1_sdk_25", "0_1_sdk_34", "newer"),
        ("0_2_sdk_33", "0_2_sdk_25", "older"),
        ("0_1_sdk_33", "0_2_sdk_33", "0.1 in 0.2"),
        ("0_2_sdk_33", "0_1_sdk_33", "0.2 in 0.1"),
        ("0_1_sdk_25", "0_2_sdk_33", ""),
    ],
)
def test_two_platforms_are_related(module: str, library: str, found: str) -> None:
    assert relation(platform(module), platform(library)) == found


def test_outcomes_are_grouped_by_relation() -> None:
    grid = parse(
        "built-for  0_1_sdk_25 0_1_sdk_33 0_2_sdk_33\n"
        "0_1_sdk_25 works      refused    works\n"
        "0_1_sdk_33 works      works      wrong\n"
        "0_2_sdk_33 no-header  no-header  no-header\n"
    )
    assert outcomes(grid) == {
        "same": "works",
        "newer": "refused",
        "older": "works",
        "0.1 in 0.2": "wrong",
        "0.2 in 0.1": "\N{EN DASH}",
    }


# What tools say.


@pytest.mark.parametrize(
    ("status", "output", "word"),
    [
        ("", "0", "works"),
        ("", "1", "fails"),
        ("", "2", "wrong"),
        ("", "", "wrong"),
        ("Trap: wasm trap: unreachable\n  frames", "", "traps"),
        ("LookupError: it exports no _start", "", "refused"),
    ],
)
def test_what_a_program_shows(status: str, output: str, word: str) -> None:
    cell = toolchain.outcome(status, output)
    assert cell.word == word
    assert "\n" not in cell.why


def test_a_linker_names_each_symbol_once() -> None:
    text = (
        "wasm-ld: error: a.o: undefined symbol: sem_init\n"
        "wasm-ld: error: a.o: undefined symbol: sem_wait\n"
        "wasm-ld: error: b.o: undefined symbol: sem_init\n"
    )
    assert toolchain.linker_error(text) == "sem_init sem_wait"
    found = {"a.o": ["sem_init", "sem_wait"], "b.o": ["sem_init"]}
    assert toolchain.undefined(text) == found
    assert toolchain.linker_error("wasm-ld: error: no such file") == "no such file"


def test_a_compiler_is_quoted_without_its_advice() -> None:
    text = "a.c:3:1: error: call to undeclared function 'dup'; ISO C99 and later\n"
    assert toolchain.compiler_error(text) == "call to undeclared function 'dup'"


def test_componentize_py_says_which_module_is_refused() -> None:
    text = (
        "AssertionError: unresolved symbol(s):\n"
        "\t/1/dup_0_1_sdk_34.abi3.so needs dup (function [I32] -> [I32])\n"
        "\t/1/sem_0_1_sdk_34.abi3.so needs sem_wait (function [I32] -> [I32])\n"
        "\t/1/sem_0_1_sdk_34.abi3.so needs sem_init (function [I32] -> [I32])\n"
    )
    refused = {"dup_0_1_sdk_34": "dup", "sem_0_1_sdk_34": "sem_init sem_wait"}
    assert dynamic.refusals(text) == refused
    text = (
        "AssertionError: failed to extract linking metadata from /1/throw.abi3.so\n\n"
        "Caused by:\n    unexpected type for env:__cpp_exception: Tag\n"
    )
    why = "unexpected type for env:__cpp_exception: Tag"
    assert dynamic.refusals(text) == {"throw": why}


def test_an_application_asks_each_module() -> None:
    text = dynamic.application(["a", "b"])
    compile(text, "app.py", "exec")
    assert "import a\nimport b\n" in text
    assert "[a, b]" in text


# Headers and libraries.


def library(names: list[str]) -> bytes:
    """A library of nothing but its index."""
    count = len(names).to_bytes(4, "big")
    index = count + bytes(4 * len(names)) + b"".join(n.encode() + b"\0" for n in names)
    header = b"/".ljust(16) + b"0".ljust(12) + b"0".ljust(6) * 2 + b"0".ljust(8)
    return b"!<arch>\n" + header + str(len(index)).encode().ljust(10) + b"`\n" + index


@given(st.lists(st.text("abc_", min_size=1, max_size=5), max_size=9))
def test_the_index_of_a_library_is_read(names: list[str]) -> None:
    assert archive.symbols(library(names)) == sorted(set(names))


@pytest.mark.parametrize(
    "data", [b"", b"!<arch>\n", b"\0asm\1\0\0\0", library(["a", "b"])[:-3]]
)
def test_a_library_without_an_index_is_named(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"no static library|ends early"):
        archive.symbols(data)


def test_two_interfaces_are_compared_in_words() -> None:
    old = {"PEEK": "1", "SIZE": "4", "GONE": "0"}
    new = {"PEEK": "2", "SIZE": "4", "MORE": "0"}
    line, differ = headers.sentence("constants", old, new)
    assert differ == 1
    changes = "1 differ (PEEK: 1 -> 2); 1 gone (GONE); 1 new (MORE)"
    assert line == f"constants: 2 in both; {changes}"
    same = headers.sentence("constants", old, old)
    assert same == ("constants: 3 in both; none differs", 0)


def test_macros_with_arguments_are_no_constants() -> None:
    text = "#define ONE 1\n#define TWICE(x) (2 * (x))\n#define EMPTY\n"
    assert headers.object_macros(text) == {"ONE", "EMPTY"}


LAYOUT = """
*** Dumping AST Record Layout
         0 | struct statvfs
         0 |   unsigned long f_bsize
         4 |   union (unnamed at /usr/include/x.h:3:5) f_id
           | [sizeof=8, align=4]

*** Dumping AST Record Layout
         0 | struct (unnamed at /usr/include/x.h:9:1)
         0 |   int x
           | [sizeof=4, align=4]
"""


def test_a_layout_has_no_source_locations() -> None:
    assert headers.layouts(LAYOUT) == {
        "struct statvfs": "8 bytes\n0 unsigned long f_bsize\n4 union (unnamed) f_id"
    }


# What is committed.


def test_every_module_has_a_facet() -> None:
    sources = {path.name for path in MODULES.iterdir()}
    parts = {"extension.c", "probe.h", "program.c", "start.c"}
    assert sources == parts | {facet.source for facet in (*FACETS, RUST)}


@pytest.mark.parametrize("facet", [*FACETS, RUST], ids=lambda facet: facet.name)
def test_a_module_works_with_its_own_library(facet: Facet) -> None:
    """Or the grid says nothing of the platforms: what it shows would be the module's."""
    grid = committed(f"abi/static/{facet.name}")
    assert list(grid.columns) == VERSIONS
    home = set(outcomes(grid)["same"].replace(",", "").split())
    expected = {
        "semaphore": {"1", "works", "5", "refused"},  # declared by all, in one library
        "throw": {"refused"},  # no libc++ here has exceptions
        RUST.name: {"5", "works", "1", "wrong"},  # a row for any platform
        "direct": {"5", "works", "1", "wrong"},  # 0.2 of SDK 33 is not WASI 0.1
    }
    assert home == expected.get(facet.name, {"works"})


def test_what_the_page_says_of_the_runs() -> None:
    def cells(run: str, word: str) -> set[tuple[str, str]]:
        grid = committed(f"abi/static/{run}")
        return {
            (row, column)
            for row, words in grid.rows.items()
            for column, found in zip(grid.columns, words, strict=True)
            if found == word
        }

    assert {column for _, column in cells("direct", "wrong")} == {"0_2_sdk_33"}
    assert {column for _, column in cells("rust", "wrong")} == {"0_2_sdk_33"}
    assert {row for row, _ in cells("recv", "wrong")} == {"0_2_sdk_25", "0_2_sdk_33"}
    new = "0_1_sdk_34"
    integers = cells("fast-integers", "wrong")
    assert all((row == new) != (column == new) for row, column in integers)
    assert len(integers) == 2 * (len(PLATFORMS) - 1)
    assert len(cells("dup", "refused")) == len(PLATFORMS) - 1
    for run in "memory file errno stat directory flags clock poll".split():
        assert len(cells(run, "works")) == len(PLATFORMS) ** 2
    wrong = {run for run in COMMITTED if " wrong" in COMMITTED[run]["outcome"]}
    static = {run for run in wrong if run.startswith("abi/static/")}
    assert {run.rpartition("/")[2] for run in static} == {
        *("direct", "fast-integers", "recv", "rust")
    }


@pytest.mark.parametrize("sdk", [25, 33])
def test_within_an_sdk_three_constants_differ(sdk: int) -> None:
    before, after = WasiPlatform(0, 1, sdk), WasiPlatform(0, 2, sdk)
    text = COMMITTED[f"abi/headers/{before.version}-{after.version}"]["output"]
    lines = text.splitlines()
    changes = "(MSG_PEEK: 1 -> 2; MSG_TRUNC: 1 -> 32; MSG_WAITALL: 2 -> 256)"
    assert f"3 differ {changes}" in lines[0]
    assert len(lines) == len(headers.KINDS)
    assert all("none differs" in line for line in lines[1:])
    assert re.search(r"41 new \(bind, connect", lines[3])


def test_a_newer_shared_library_gives_wrong_results_silently() -> None:
    assert set(committed("abi/dynamic/0.19.3").rows["direct"]) == {"works"}
    assert set(committed("abi/dynamic/0.25.1").rows["direct"]) == {"wrong"}


def test_all_relations_have_a_title() -> None:
    related = {relation(a, b) for a in PLATFORMS for b in PLATFORMS}
    assert related - {""} == set(RELATIONS)


def test_the_headers_of_wasi_0_3_make_the_modules_of_0_1() -> None:
    """docs/why-exact.md says so of what SDK 34's headers have."""
    found = parse(COMMITTED["abi/wasi-0.3"]["output"])
    for name, words in found.rows.items():
        static = parse(COMMITTED[f"abi/static/{name}"]["output"])
        assert static.columns == found.columns
        assert words == static.rows["0_1_sdk_34"], name
