"""The PEP's text says what the library does."""

from __future__ import annotations

import platform
import re
import sysconfig
from typing import TYPE_CHECKING, Any

import pytest

import wasm_platform_tags
from tests.toolkit.pep_text import LINES, block, rows
from wasm_platform_tags import (
    InvalidPlatformTag,
    KnownPlatform,
    PyEmscriptenPlatform,
    Target,
    WasiPlatform,
    known_platforms,
    parse_platform_tag,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


def expressions() -> list[re.Pattern[str]]:
    """Return the regular expressions that the grammar gives."""
    return [re.compile(line.strip()) for line in LINES if line.startswith(r"    \A")]


def is_portable(tag: str) -> bool:
    """Return whether the library takes a tag for a portable one."""
    try:
        parse_platform_tag(tag)
    except InvalidPlatformTag:
        return False
    return True


@pytest.mark.parametrize("tag", GOOD)
def test_expressions_accept_what_the_library_accepts(tag: str) -> None:
    """One expression, and only one, matches a portable tag."""
    assert is_portable(tag)
    assert len([pattern for pattern in expressions() if pattern.search(tag)]) == 1


@pytest.mark.parametrize("tag", [*BAD, *block("pep-9999-invalid-tags").split()])
def test_expressions_reject_what_the_library_rejects(tag: str) -> None:
    """What merely looks like a tag matches nothing."""
    assert not is_portable(tag)
    assert not any(pattern.search(tag) for pattern in expressions())


def test_one_expression_for_each_family() -> None:
    """The text refers to "the first" and "the third" of them."""
    families = ("pyemscripten", "pyodide", "wasi")
    assert len(expressions()) == len(families)
    for pattern, family in zip(expressions(), families, strict=True):
        assert pattern.pattern.startswith(rf"\A{family}_")


def of_family(family: type) -> Iterator[KnownPlatform]:
    """Yield the known platforms of a family."""
    return (known for known in known_platforms() if isinstance(known.platform, family))


def test_pyemscripten_table() -> None:
    """The rows are the library's records."""
    lookup = {"RPATH": "the side module's RPATH", "NAME.libs": "the folder NAME.libs"}
    found = rows("pep-9999-pyemscripten-platforms")
    known = list(of_family(PyEmscriptenPlatform))
    assert [row[:4] for row in found] == [
        [
            record.platform.version,
            record.toolchain.removeprefix("Emscripten "),
            ", ".join(record.python),
            {"javascript": "JavaScript", "webassembly": "WebAssembly"}[
                record.unwinding
            ],
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
    """The values are those of the library; the versions are Python's."""
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


BOTH: dict[str, object] = dict.fromkeys(
    ("PYEMSCRIPTEN_PLATFORM_VERSION", "PYODIDE_ABI_VERSION"), "2025_0"
)
SET: dict[str, object] = {"WASI_PLATFORM_VERSION": "0_1_sdk_24"}
ENVIRONMENTS: list[tuple[str, str, dict[str, object]]] = [
    ("Emscripten", "emscripten-4.0.9-wasm32", BOTH),
    ("wasi", "wasi-0.0.0-wasm32", SET),
    ("wasi", "wasi-0.0.0-wasm32", {}),
]
# What else decides between the algorithm in the text and the library.
EMSCRIPTEN: tuple[dict[str, object], ...] = (
    {},
    {"PYODIDE_ABI_VERSION": "2025_0"},
    {"PYEMSCRIPTEN_PLATFORM_VERSION": "", "PYODIDE_ABI_VERSION": "2025_0"},
    {"PYEMSCRIPTEN_PLATFORM_VERSION": 20250, "PYODIDE_ABI_VERSION": "2025_0"},
    {"PYEMSCRIPTEN_PLATFORM_VERSION": "2025.0"},
    {"PYEMSCRIPTEN_PLATFORM_VERSION": "2025_00"},
    {"PYEMSCRIPTEN_PLATFORM_VERSION": "2025_0\n"},
    {"WASI_PLATFORM_VERSION": "0_1_sdk_24"},
)
WASI: tuple[object, ...] = ("", 24, "0_1_24", "0_1_sdk_024", "0_1_sdk_24_wasm32")
CORNERS: list[tuple[str, str, dict[str, object]]] = [
    *(("Emscripten", "emscripten-4.0.9-wasm32", config) for config in EMSCRIPTEN),
    *(("wasi", "wasi-0.0.0-wasm32", {"WASI_PLATFORM_VERSION": v}) for v in WASI),
    ("Emscripten", "emscripten-5.0.3-wasm64", BOTH),
    ("wasi", "wasi-0.0.0-wasm64", SET),
]


@pytest.fixture
def pretend(
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[str, str, dict[str, object]], None]:
    """Let this interpreter look like another one."""

    def pretend(system: str, local: str, config: dict[str, object]) -> None:
        monkeypatch.setattr(platform, "system", lambda: system)
        monkeypatch.setattr(platform, "machine", lambda: local.rpartition("-")[2])
        monkeypatch.setattr(sysconfig, "get_platform", lambda: local)
        monkeypatch.setattr(sysconfig, "get_config_var", config.get)

    return pretend


def test_example_environments(
    pretend: Callable[[str, str, dict[str, object]], None],
) -> None:
    """The lists are those of the library."""
    lists = [
        line.split() for line in block("pep-9999-example-environments").split("\n")
    ]
    assert len(lists) == len(ENVIRONMENTS)
    for example, environment in zip(lists, ENVIRONMENTS, strict=True):
        pretend(*environment)
        assert example == list(wasm_platform_tags.platform_tags())


@pytest.mark.parametrize(("system", "local", "config"), [*ENVIRONMENTS, *CORNERS])
def test_algorithm(
    pretend: Callable[[str, str, dict[str, object]], None],
    system: str,
    local: str,
    config: dict[str, object],
) -> None:
    """The listing, run as it is printed, does what the library does."""
    namespace: dict[str, Any] = {}
    exec(block("pep-9999-algorithm"), namespace)
    pretend(system, local, config)
    listed = list(namespace["wasm_platform_tags"]())
    assert listed == list(wasm_platform_tags.platform_tags())
