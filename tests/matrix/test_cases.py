"""The case files are valid, and a wrong one has a clear message."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from wasm_platform_tags.conformance.cases import (
    Case,
    InvalidSuite,
    expand,
    load_cases,
    load_targets,
)
from wasm_platform_tags.conformance.runner import request

from ..conformance.adapters import reference
from ..toolkit.paths import CONFORMANCE, ROOT

CASES = load_cases()
GROUPS = [
    json.loads(path.read_bytes())
    for path in sorted((CONFORMANCE / "cases").rglob("*.json"))
]
TARGETS = load_targets()


def select(**changes: Any) -> dict[str, Any]:
    case = {
        "id": "alone",
        "description": "One.",
        "requirement": "exact-match",
        "targets": ["2025_0"],
        "environment": "any",
        "files": ["1.0-{cp}-{cp}-{canonical}"],
        "expect": "1.0-{cp}-{cp}-{canonical}",
    }
    return {**case, **changes}


def load(folder: Path, *cases: dict[str, Any], group: str = "group") -> list[Case]:
    """Load a suite of these cases, beside the real schema and targets."""
    path = folder / "cases" / "select" / "group.json"
    path.parent.mkdir(parents=True)
    for name in ("schema.json", "targets.json"):
        (folder / name).write_bytes((CONFORMANCE / name).read_bytes())
    data = {"kind": "select", "group": group, "description": "A.", "cases": cases}
    path.write_text(json.dumps(data), encoding="utf-8")
    return load_cases(folder)


def test_expansion(tmp_path: Path) -> None:
    (case,) = load(tmp_path, select())
    assert case.id == "select/group/alone@2025_0"
    assert case.project == "group-alone-2025-0"
    assert case.expect == (
        "group_alone_2025_0-1.0-cp313-cp313-pyemscripten_2025_0_wasm32.whl"
    )
    assert case.data["files"] == [case.expect]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"files": ["1.0-{cpython}-none-any"]}, "{cpython} is no word here"),
        ({"targets": ["2023_0"]}, "['2023_0'] are not in targets.json"),
        ({"expect": "2.0-py3-none-any"}, "not among its files"),
        ({"targets": "some"}, "$.cases[0].targets"),
        ({"id": "Alone"}, "$.cases[0].id"),
        ({"surprise": 1}, "'surprise' was unexpected"),
        ({"files": ["1.0-any"]}, "$.cases[0].files[0]"),
    ],
)
def test_a_wrong_case_has_a_message(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidSuite) as error:
        load(tmp_path, select(**changes))
    assert message in str(error.value)
    assert "group.json" in str(error.value)


def test_a_wrong_suite_has_a_message(tmp_path: Path) -> None:
    with pytest.raises(InvalidSuite, match="wanted 'select', 'group'"):
        load(tmp_path / "name", select(), group="other")
    with pytest.raises(InvalidSuite, match="more than one case"):
        load(tmp_path / "ids", select(), select())
    load(tmp_path, select())
    (tmp_path / "targets.json").write_text("{", encoding="utf-8")
    with pytest.raises(InvalidSuite, match="cannot be read as JSON"):
        load_cases(tmp_path)


def asked(case: Case) -> str:
    """Return what a case asks, without the name of its project."""
    about = json.dumps([case.kind, case.target and case.target.id, dict(case.data)])
    return about.replace(f"{case.project.replace('-', '_')}-", "")


def test_cases_are_unique() -> None:
    projects = [case.project for case in CASES if case.kind == "select"]
    assert len(projects) == len(set(projects))
    times = Counter(map(asked, CASES))
    assert [case.id for case in CASES if times[asked(case)] > 1] == []


@pytest.mark.parametrize("group", GROUPS, ids=lambda g: f"{g['kind']}/{g['group']}")
def test_descriptions_say_more_than_ids(group: Any) -> None:
    def words(text: str) -> set[str]:
        return set(re.findall(r"\w+", text.lower()))

    for case in group["cases"]:
        said = words(case["description"]) - words(case["id"])
        assert said - {"a", "an", "is", "of", "the"}, case["id"]
    descriptions = Counter(case["description"] for case in group["cases"])
    assert [text for text, times in descriptions.items() if times > 1] == []


def test_every_requirement_is_in_the_pep() -> None:
    text = (ROOT / "pep" / "pep-9999.rst").read_text(encoding="utf-8")
    stated = set(re.findall(r"^ *\.\. _pep-9999-([a-z0-9-]+):$", text, re.MULTILINE))
    assert {case.requirement for case in CASES} <= stated


def test_refusals_outnumber_the_rest() -> None:
    chosen = [
        case["expect"]
        for path in (CONFORMANCE / "cases" / "select").glob("*.json")
        for case in json.loads(path.read_bytes())["cases"]
    ]
    assert chosen.count(None) > len(chosen) / 2


@pytest.mark.parametrize(
    "case",
    [
        case
        for case in CASES
        if case.kind == "select" and re.search("malformed|leading-zero", case.id)
    ],
    ids=lambda case: case.id,
)
def test_a_tool_that_strips_zeros_diverges(case: Case) -> None:
    """Without the zeros, the malformed tag would be the target's own on every target."""
    repaired = [re.sub(r"_0+(?=[0-9])", "_", name) for name in case.data["files"]]
    assert reference.select({**request(case), "files": repaired}) != case.expect


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_the_words_of_a_target_agree(target: Any) -> None:
    words = target.words
    minor = int(target.python.removeprefix("3."))
    assert words.get("canonical") == target.platform
    assert [words[w] for w in ("older_cp", "cp", "newer_cp")] == [
        f"cp3{n}" for n in (minor - 1, minor, minor + 1)
    ]
    assert words["python"] == target.python
    assert words["python_full"].startswith(f"{target.python}.")
    for neighbour in words:
        step = {"next": 1, "last": -1}.get(neighbour.partition("_")[0])
        if step:
            number = words[neighbour.partition("_")[2]]
            assert int(words[neighbour]) == int(number) + step
    for name in {"year", "patch", "minor", "sdk"} & words.keys():
        assert f"next_{name}" in words

    if target.platform:
        assert target.platform == f"{target.family}_{target.id}_wasm32"
    else:
        assert words["local"] == f"{target.id}_wasm32"
    if "emscripten" in words:
        emscripten = words["emscripten"].replace(".", "_")
        assert words["local"] == f"emscripten_{emscripten}_wasm32"
    if target.family == "pyemscripten":
        assert words["alias"] == f"pyodide_{words['year']}_{words['patch']}_wasm32"
    elif target.family == "wasi":
        assert target.id == f"{words['major']}_{words['minor']}_sdk_{words['sdk']}"


def test_a_case_without_targets_is_one_case() -> None:
    case = {
        "id": "x",
        "description": "One.",
        "requirement": "tag-grammar",
        "tag": "{",
        "expect": None,
    }
    (found,) = expand("parse", "invalid", case, TARGETS)
    assert found.id == "parse/invalid/x"
    assert found.data == {"tag": "{"}
