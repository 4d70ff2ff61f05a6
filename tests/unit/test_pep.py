"""The PEP's text says what the library does, and keeps its form."""

from __future__ import annotations

import json
import platform
import re
import sysconfig
from itertools import islice, pairwise
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest
from packaging.tags import parse_tag

import wasm_platform_tags
from wasm_platform_tags import (
    InvalidPlatformTag,
    KnownPlatform,
    PyodidePlatform,
    Target,
    WasiPlatform,
    known_platforms,
    parse_platform_tag,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PEP = Path(__file__).parents[2] / "pep" / "pep-9999.rst"
TEXT = PEP.read_text("utf-8")
LINES = TEXT.splitlines()

HEADERS = (
    "PEP Title Author Sponsor PEP-Delegate Discussions-To Status Type Topic Requires"
    " Created Python-Version Post-History Replaces Superseded-By Resolution"
).split()
SECTIONS = (
    "Abstract",
    "Motivation",
    "Specification",
    "Rationale",
    "Backwards Compatibility",
    "Security Implications",
    "How to Teach This",
    "Reference Implementation",
    "Rejected Ideas",
    "Open Issues",
    "Acknowledgements",
    "Footnotes",
    "Change History",
    "Copyright",
)
REQUIREMENTS = (
    "discovery-pyemscripten",
    "discovery-wasi",
    "exact-match",
    "index-accepts",
    "index-rejects",
    "installer-order",
    "local-tag",
    "malformed-variable",
    "marker-values",
    "markers-target",
    "never-from-python",
    "new-platform",
    "no-dlopen-promise",
    "not-portable",
    "platform-pyemscripten",
    "platform-wasi",
    "producer-tag",
    "same-platform",
    "tag-grammar",
    "tag-order",
    "tag-order-wasi",
    "unknown-platform",
    "wasm64-reserved",
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


def block(name: str) -> str:
    """Return the content of the directive with that ``:name:``."""
    found = re.search(rf":name: {name}\n\n((?:(?: {{4}}.*)?\n)+)", TEXT)
    assert found, f"no block {name}"
    return dedent(found[1]).strip("\n")


def rows(name: str) -> list[list[str]]:
    """Return the cells of the simple table with that ``:name:``, without its head."""
    lines = block(name).splitlines()
    starts = [edge.start() for edge in re.finditer("=+", lines[0])]
    ends = [*starts[1:], None]
    return [
        [line[a:b].strip().strip("`") for a, b in zip(starts, ends, strict=True)]
        for line in lines[3:-1]
    ]


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


@pytest.mark.parametrize("slug", REQUIREMENTS)
def test_every_requirement_has_one_anchor_before_a_paragraph(slug: str) -> None:
    """A case that names a requirement leads to one sentence."""
    anchor = f".. _pep-9999-{slug}:"
    assert LINES.count(anchor) == 1
    at = LINES.index(anchor)
    assert LINES[at + 1] == ""
    assert re.match(r"[A-Z`]", LINES[at + 2]), "not a paragraph"


def test_no_other_requirement_is_anchored() -> None:
    """The list above is complete."""
    anchors = re.findall(r"^\.\. _pep-9999-(.+):$", TEXT, re.MULTILINE)
    assert sorted(anchors) == sorted(REQUIREMENTS)


def rules_of(tags: tuple[str, ...]) -> Iterator[str]:
    """Yield the rules by which the library refuses malformed tags."""
    for tag in tags:
        with pytest.raises(InvalidPlatformTag) as caught:
            parse_platform_tag(tag)
        yield caught.value.rule


def test_rules_that_the_library_cites_are_anchored() -> None:
    """A message of the library can be looked up."""
    target = Target("3.13", "pyemscripten_2025_0_wasm32")
    wheels = [
        "a-1-cp313-cp313-pyemscripten_2025_0_wasm32.whl",
        "a-1-cp313-cp313-pyodide_2025_0_wasm32.whl",
        "a-1-cp313-cp313-pyemscripten_2026_0_wasm32.whl",
        "a-1-cp314-cp314-pyemscripten_2025_0_wasm32.whl",
        "a-1-cp313-cp313-emscripten_4_0_9_wasm32.whl",
        "a-1-py3-none-any.whl",
    ]
    cited = {target.explain(wheel).rule for wheel in wheels}
    cited.update(rules_of((*BAD, *block("pep-9999-invalid-tags").split())))
    assert len(cited) > 4
    assert cited <= set(REQUIREMENTS)


def test_requirements_that_the_cases_test_are_anchored() -> None:
    """A case's back-reference leads somewhere."""
    files = list((PEP.parents[1] / "tests/conformance/cases").rglob("*.json"))
    tested = {
        case["requirement"]
        for path in files
        for case in json.loads(path.read_text("utf-8"))["cases"]
    }
    assert "exact-match" in tested
    assert tested <= set(REQUIREMENTS)


def test_headers_are_in_order() -> None:
    """The preamble has the order that the PEP index wants."""
    names = [line.partition(":")[0] for line in LINES[: LINES.index("")]]
    assert names == [name for name in HEADERS if name in names]
    assert {"PEP", "Title", "Author", "Status", "Type", "Topic"} <= set(names)


def test_title_is_short() -> None:
    """The PEP index cuts longer titles."""
    title = next(line for line in LINES if line.startswith("Title: "))
    assert len(title.removeprefix("Title: ")) <= 44


def test_sections_are_in_order() -> None:
    """The sections are those of the template."""
    found = [
        above for above, line in pairwise(LINES) if above and line == "=" * len(above)
    ]
    assert found == list(SECTIONS)


def test_two_blank_lines_before_a_heading() -> None:
    """The form that the peps repository wants."""
    for at, line in enumerate(LINES):
        if re.fullmatch(r"([=\-'])\1{3,}", line):
            assert LINES[at - 3 : at - 1] == ["", ""], LINES[at - 1]


def test_lines_are_short() -> None:
    """Only a URL may be longer than 79 columns."""
    assert [line for line in LINES if len(line) > 79 and "https://" not in line] == []


def test_no_tabs_and_no_blanks_at_the_end() -> None:
    """The form that the peps repository checks."""
    assert "\t" not in TEXT
    assert [line for line in LINES if line != line.rstrip()] == []


def test_links_to_files_name_a_commit() -> None:
    """What a permalink shows cannot change."""
    for url in re.findall(r"https://github\.com/\S+?(?=>)", TEXT):
        if re.search("/(blob|tree)/", url):
            assert re.search("/(blob|tree)/[0-9a-f]{40}/", url), url


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
    known = list(of_family(PyodidePlatform))
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
            ", ".join(record.python),
        ]
        for record in of_family(WasiPlatform)
        if isinstance(record.platform, WasiPlatform)
    ]


def test_marker_table() -> None:
    """The values are those of the library, for a version given in full."""
    full = "3.13.2"
    pyodide = Target(full, "pyodide_2025_0_wasm32").marker_environment()
    wasi = Target(full, "wasi_0_1_sdk_24_wasm32").marker_environment()
    meaning = {"X.Y.Z": full, "X.Y": "3.13", "Emscripten's version": "4.0.9"}
    table = rows("pep-9999-marker-table")
    assert {row[0]: meaning.get(row[1], row[1]) for row in table} == pyodide
    assert {row[0]: meaning.get(row[2], row[2]) for row in table} == wasi


def test_example_tags() -> None:
    """The example is the head of the target's list."""
    example = block("pep-9999-example-tags").split()
    tags = Target("3.13", "pyemscripten_2025_0_wasm32").tags()
    assert example == [str(tag) for tag in islice(tags, len(example))]
    assert all(parse_tag(tag) for tag in example)


ENVIRONMENTS: list[tuple[str, str, dict[str, object]]] = [
    (
        "Emscripten",
        "emscripten-4.0.9-wasm32",
        {"PYEMSCRIPTEN_PLATFORM_VERSION": "2025_0", "PYODIDE_ABI_VERSION": "2025_0"},
    ),
    ("wasi", "wasi-0.0.0-wasm32", {"WASI_PLATFORM_VERSION": "0_1_sdk_24"}),
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
]


@pytest.fixture
def pretend(
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[str, str, dict[str, object]], None]:
    """Let this interpreter look like another one."""

    def pretend(system: str, local: str, config: dict[str, object]) -> None:
        monkeypatch.setattr(platform, "system", lambda: system)
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
