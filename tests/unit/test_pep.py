"""The tables, examples and expressions of the PEP agree with the library."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import wasm_platform_tags
from tests.toolkit.pep_text import block, grammar, rows
from tests.unit.conftest import Simulate
from wasm_platform_tags import (
    InvalidPlatformTag,
    KnownPlatform,
    PyEmscriptenPlatform,
    Target,
    WasiPlatform,
    known_platforms,
    parse_platform_tag,
)

GOOD = (
    "pyemscripten_2026_0_wasm32",
    "pyemscripten_2026_105_wasm32",
    "pyemscripten_9999_65535_wasm32",
    "pyodide_2024_0_wasm32",
    "wasi_0_1_sdk_24_wasm32",
    "wasi_1_0_sdk_0_wasm32",
    "wasi_10_20_sdk_300_wasm32",
)
BAD = (
    "",
    "any",
    "linux_x86_64",
    " pyodide_2025_0_wasm32",
    "pyodide_2025_0_wasm32\n",
    "pyodide_2025_0_wasm32_x",
    "pyodide-2025-0-wasm32",
    "pyodide_2025.0_wasm32",
    "pyodide_\uff12\uff10\uff12\uff15_0_wasm32",
    "pyodide_2025_\u0660_wasm32",
    "pyodide_2025_-1_wasm32",
    "pyodide_2025__wasm32",
    "pyodide_25_0_wasm32",
    "pyodide_20250_0_wasm32",
    "pyemscripten_none_wasm32",
    "pyemscripten_2026_0_wasm32.pyodide_2026_0_wasm32",
    "wasi_0_1_sdk_24.0_wasm32",
    "wasi_00_1_sdk_24_wasm32",
    "wasi_0_01_sdk_24_wasm32",
    "wasi_0_1_sdk_24_wasm64",
    "wasi_0_1_SDK_24_wasm32",
)


EXPRESSIONS = [re.compile(expression) for expression in grammar()]


def is_portable(tag: str) -> bool:
    """Return whether the library parses a tag as portable."""
    try:
        parse_platform_tag(tag)
    except InvalidPlatformTag:
        return False
    return True


@pytest.mark.parametrize("tag", GOOD)
def test_expressions_accept_what_the_library_accepts(tag: str) -> None:
    """One expression, and only one, matches a portable tag."""
    assert is_portable(tag)
    assert len([pattern for pattern in EXPRESSIONS if pattern.search(tag)]) == 1


@pytest.mark.parametrize("tag", [*BAD, *block("pep-9999-invalid-tags").split()])
def test_expressions_reject_what_the_library_rejects(tag: str) -> None:
    """No expression matches a malformed tag."""
    assert not is_portable(tag)
    assert not any(pattern.search(tag) for pattern in EXPRESSIONS)


def test_one_expression_for_each_family() -> None:
    """Their order matters: the text refers to "the first" and "the third"."""
    starts = [expression.pattern.partition("_")[0] for expression in EXPRESSIONS]
    assert starts == [r"\Apyemscripten", r"\Apyodide", r"\Awasi"]


def of_family(family: type) -> Iterator[KnownPlatform]:
    """Yield the known platforms of a family."""
    return (known for known in known_platforms() if isinstance(known.platform, family))


def test_pyemscripten_table() -> None:
    """The rows are the library's records."""
    lookup = {"RPATH": "the side module's RPATH", "NAME.libs": "the folder NAME.libs"}
    unwinding = {"javascript": "JavaScript", "webassembly": "WebAssembly"}
    found = rows("pep-9999-pyemscripten-platforms")
    known = list(of_family(PyEmscriptenPlatform))
    assert [row[:4] for row in found] == [
        [
            record.platform.version,
            record.toolchain.removeprefix("Emscripten "),
            ", ".join(record.python),
            unwinding[record.unwinding],
        ]
        for record in known
    ]
    for row, record in zip(found, known, strict=True):
        key = row[4].replace("`", "").split()[-1]
        assert record.library_lookup.startswith(lookup[key])


def test_wasi_table() -> None:
    """The rows are the library's records."""
    assert rows("pep-9999-wasi-platforms") == [
        [
            record.platform.version,
            f"{record.platform.major}.{record.platform.minor}",
            record.toolchain.removeprefix("WASI SDK "),
            ", ".join(record.python)
            + (f" ({record.distributor})" if record.distributor else ""),
        ]
        for record in of_family(WasiPlatform)
        if isinstance(record.platform, WasiPlatform)
    ]


def test_marker_table() -> None:
    """The values are the library's, except the versions of Python."""
    full = "3.13.2"
    targets = "pyodide_2025_0_wasm32", "wasi_0_1_sdk_24_wasm32"
    pyodide, wasi = (dict(Target(full, name).marker_environment()) for name in targets)
    meaning = {"Emscripten's version": "4.0.9"}
    table = rows("pep-9999-marker-table")
    for column, environment in ((1, pyodide), (2, wasi)):
        found = {row[0]: meaning.get(row[column], row[column]) for row in table}
        left = {key: environment[key] for key in environment.keys() - found.keys()}
        assert environment == {**found, **left}
        assert left == {
            "implementation_version": full,
            "python_full_version": full,
            "python_version": "3.13",
        }


BOTH = dict.fromkeys(("PYEMSCRIPTEN_PLATFORM_VERSION", "PYODIDE_ABI_VERSION"), "2025_0")
SET = {"WASI_PLATFORM_VERSION": "0_1_sdk_24"}
# Those of the example, then others in which the listing and the library could differ.
EMSCRIPTEN: tuple[Mapping[str, object], ...] = (
    BOTH,
    {},
    {"PYODIDE_ABI_VERSION": "2025_0"},
    {"PYEMSCRIPTEN_PLATFORM_VERSION": "", "PYODIDE_ABI_VERSION": "2025_0"},
    {"PYEMSCRIPTEN_PLATFORM_VERSION": 20250, "PYODIDE_ABI_VERSION": "2025_0"},
    {"PYEMSCRIPTEN_PLATFORM_VERSION": "2025.0"},
    {"PYEMSCRIPTEN_PLATFORM_VERSION": "2025_00"},
    {"PYEMSCRIPTEN_PLATFORM_VERSION": "2025_0\n"},
    SET,
)
WASI: tuple[Mapping[str, object], ...] = (
    SET,
    {},
    *(
        {"WASI_PLATFORM_VERSION": value}
        for value in ("", 24, "0_1_24", "0_1_sdk_024", "0_1_sdk_24_wasm32")
    ),
)
ENVIRONMENTS: list[tuple[str, str, Mapping[str, object], str]] = [
    *(("Emscripten", "emscripten-4.0.9-wasm32", v, "wasm32") for v in EMSCRIPTEN),
    *(("wasi", "wasi-0.0.0-wasm32", variables, "wasm32") for variables in WASI),
    ("Emscripten", "emscripten-5.0.3-wasm64", BOTH, "wasm64"),
    ("wasi", "wasi-0.0.0-wasm64", SET, "wasm64"),
]
EXAMPLES = [ENVIRONMENTS[0], *ENVIRONMENTS[len(EMSCRIPTEN) :][:2]]


def test_example_environments(simulate: Simulate) -> None:
    """The lists are those of the library."""
    lists = block("pep-9999-example-environments").split("\n")
    for example, environment in zip(lists, EXAMPLES, strict=True):
        simulate(*environment)
        assert example.split() == list(wasm_platform_tags.platform_tags())


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_algorithm(
    simulate: Simulate, environment: tuple[str, str, Mapping[str, object], str]
) -> None:
    """The listing, run as printed, yields the library's list."""
    namespace: dict[str, Any] = {}
    exec(block("pep-9999-algorithm"), namespace)
    simulate(*environment)
    listed = list(namespace["wasm_platform_tags"]())
    assert listed == list(wasm_platform_tags.platform_tags())
