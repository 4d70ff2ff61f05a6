"""The PEP's support files agree with its text, the library and the results."""

import importlib
import json
import re
import runpy
import sysconfig
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import packaging.tags
import pytest
from jsonschema import Draft202012Validator
from packaging.version import Version

from tests.matrix.settings import load_settings
from tests.native.abi.grid import parse as parse_grid
from tests.toolkit.pep_text import LIBRARY, REGISTRY, SUPPORT, TEXT, block, grammar
from tests.unit.conftest import Simulate
from wasm_platform_tags import known_platforms
from wasm_platform_tags.conformance.cases import load_cases

ROOT = Path(__file__).parents[2]
GUIDE = (SUPPORT / "platform-compatibility-tags.rst").read_text("utf-8")
INDEX = json.loads((SUPPORT / "index-expressions.json").read_bytes())
FIGURES = json.loads((SUPPORT / "figures.json").read_bytes())
ENVIRONMENTS = [case for case in load_cases() if case.kind == "environment"]


# A support file is in no package.
figures = SimpleNamespace(**runpy.run_path(str(SUPPORT / "figures.py")))


@pytest.mark.parametrize("name", REGISTRY)
def test_registry_is_the_librarys(name: str) -> None:
    """One registry, in two places; ``python -m tests.toolkit.pep_text`` copies it."""
    assert (SUPPORT / name).read_bytes() == (LIBRARY / name).read_bytes()


def test_registry_fits_its_schema() -> None:
    """The schema is valid, and the registry has the library's platforms."""
    registry, schema = (json.loads((SUPPORT / n).read_bytes()) for n in REGISTRY)
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(registry)) == []
    tags = [tuple(entry["tags"]) for entry in registry["platforms"]]
    assert tags == [known.platform_tags for known in known_platforms()]


def test_index_expressions_are_those_of_the_grammar() -> None:
    """Each expression for indexes is one of the grammar."""
    accept = INDEX["accept"]
    assert [accept["pyemscripten"], INDEX["alias"], accept["wasi"]] == grammar()


def test_concerned_tags_are_those_of_the_text() -> None:
    """An index checks the tags that the requirement index-rejects lists."""
    start, _, rest = INDEX["concerned"].removeprefix(r"\A(").partition(")|")
    listed = re.search(r"begins with (.+?), or contains (.+?)[,.]", TEXT, re.DOTALL)
    assert listed
    assert re.findall("``(.+?)``", listed[1]) == start.split("|")
    assert re.findall("``(.+?)``", listed[2]) == rest.split("|")


def test_guide_has_the_expressions_and_the_order() -> None:
    """The text for the packaging guide repeats the grammar, and the PEP's example."""
    assert grammar(GUIDE) == list(INDEX["accept"].values())
    example = block("pep-9999-example-environments").splitlines()[:2]
    assert "".join(f"    {line}\n" for line in example) in GUIDE


def test_figures_are_up_to_date() -> None:
    """figures.json has the committed results and patches, and the tables have both."""
    advice = "run pep/pep-9999/figures.py"
    rows = [figures.tool_row(cell) for cell in figures.CELLS]
    assert FIGURES["tools"] == rows, advice
    assert block("pep-9999-tools") == figures.tools(FIGURES), advice
    changes = [figures.change_row(folder) for folder in figures.CHANGES]
    assert FIGURES["changes"] == json.loads(json.dumps(changes)), advice
    assert block("pep-9999-changes-table") == figures.changes(FIGURES), advice
    # No patch is left out of the table.
    patches = {path.parent.name for path in figures.UPSTREAM.glob("*/change.patch")}
    assert set(figures.CHANGES) == patches


def test_sizes_in_the_summary() -> None:
    """The summary gives the sizes of the PEP's table."""
    summary = " ".join((SUPPORT / "summary.rst").read_text("utf-8").split())
    added = {change["project"]: change["code"][0] for change in FIGURES["changes"]}
    assert f"a row for each of {len(added)} projects" in summary
    assert (
        f"{added['packaging']} lines of code are added to packaging,"
        f" {added['Warehouse']} to Warehouse, {added['CPython']} to CPython."
    ) in summary


def test_what_is_code() -> None:
    """Tests, documentation, news and generated files are not counted as code."""
    code = "src/packaging/tags.py warehouse/forklift/legacy.py configure.ac".split()
    other = (
        "tests/test_tags.py Lib/test/test_sysconfig.py setuptools/tests/test_bdist_wheel.py"
        " unit_test/utils_test.py Doc/using/configure.rst news/11664.feature.rst"
        " CHANGELOG.md configure tools/vendoring/patches/packaging.patch"
    ).split()
    assert [name for name in code + other if not figures.NOT_CODE.search(name)] == code


def test_pip_passes_all_cases_of_selection() -> None:
    """Given the tags of a target, an unchanged pip passes every case of selection."""
    results = json.loads((figures.RESULTS / "pip-26.3-host-json.json").read_bytes())
    cases = results["cases"].items()
    assert {v["verdict"] for case, v in cases if case.startswith("select/")} == {"pass"}


def test_figures_in_the_prose() -> None:
    """The sentence above the table adds up what the lock files have."""
    wheels = {lock["pyodide"]: lock["wheels"] for lock in FIGURES["lock files"]}
    prose = " ".join(TEXT.split())
    stated = re.search(r"The lock files of Pyodide (.+?) hold (\d+) of them", prose)
    assert stated
    alias_alone = {n for n, w in wheels.items() if w["alias"] and not w["canonical"]}
    assert set(re.split(", | and ", stated[1])) == alias_alone
    assert sum(wheels[name]["alias"] for name in alias_alone) == int(stated[2])
    counted = datetime.fromisoformat(FIGURES["counted"])
    assert "Counted in the npm packages of these releases on" in prose
    assert f"on {counted.day} {counted:%B %Y}, and run on" in prose
    runs = [figures.RESULTS / f"{tool['run']}.json" for tool in FIGURES["tools"]]
    measured = {figures.read(run)["measured"] for run in runs}
    days = sorted(map(datetime.fromisoformat, measured))
    *others, last = [str(day.day) for day in days]
    assert {f"{day:%B %Y}" for day in days} == {"November 2026"}
    assert f"run on {', '.join(others)} and {last} November 2026" in prose
    both = [n for n, w in wheels.items() if w["alias"] and w["canonical"]]
    assert [f"{name} has both spellings" in prose for name in both] == [True]


def test_counting(tmp_path: Path) -> None:
    """A lock file is counted by the spelling of each wheel's platform tag."""
    names = [
        "a-1-cp313-cp313-pyemscripten_2025_0_wasm32.whl",
        "https://example.org/b-1-cp313-abi3-pyodide_2025_0_wasm32.whl",
        "c-1-py3-none-any.whl",
        "d-1.tar",
    ]
    packages = {name: {"file_name": name} for name in names}
    lock = {"info": {"python": "3.13.2"}, "packages": packages}
    (tmp_path / "package.json").write_text('{"name": "pyodide", "version": "1"}')
    (tmp_path / "pyodide-lock.json").write_text(json.dumps(lock))
    counts = {"canonical": 1, "alias": 1, "local": 0, "any": 1}
    assert figures.count(tmp_path)["wheels"] == counts
    # Another npm package, or none, is refused with a message.
    (tmp_path / "package.json").write_text('{"name": "left-pad", "version": "1"}')
    with pytest.raises(SystemExit, match="pyodide is wanted, not left-pad"):
        figures.count(tmp_path)
    with pytest.raises(SystemExit, match=r"package.json cannot be read"):
        figures.count(tmp_path / "nothing")


def test_footnotes_of_measurements() -> None:
    """Their claims on modules and interpreters are in the committed runs."""
    runs = ROOT / "tests" / "native" / "results.json"
    seen: dict[str, dict[str, str]] = json.loads(runs.read_bytes())

    def outcomes(name: str) -> dict[str, str]:
        return {
            key.removeprefix(name): run["outcome"]
            for key, run in seen.items()
            if key.startswith(name)
        }

    # [#abi]
    pyodides = [one for one in load_settings().runtimes if one.kind == "pyodide"]
    releases = {one.runtime.removeprefix("pyodide-") for one in pyodides}
    newer = {release for release in releases if Version(release) >= Version("0.28")}
    for unwinding, before, after in (
        ("javascript", "works", "call kills the interpreter"),
        ("webassembly", "import fails", "works"),
    ):
        found = outcomes(f"gallery/unwinding-{unwinding}/pyodide-")
        assert newer <= found.keys() <= releases
        assert len(found.keys() - newer) == 3
        for release, outcome in found.items():
            assert outcome == (after if release in newer else before)
    assert set(outcomes("gallery/seems-to-work/").values()) == {"works"}
    # [#wasi-abi]; tests/native/test_abi.py holds the rest
    grids = {
        name: parse_grid(seen[f"abi/static/{name}"]["output"]).rows
        for name in ("dup", "cpu-clock", "table", "fast-integers", "direct")
    }
    columns = parse_grid(seen["abi/static/dup"]["output"]).columns
    for name, module, library, outcome in (
        ("dup", "0_1_sdk_34", "0_1_sdk_33", "refused"),
        ("cpu-clock", "0_1_sdk_15", "0_1_sdk_25", "refused"),
        ("table", "0_1_sdk_33", "0_1_sdk_25", "refused"),
        ("fast-integers", "0_1_sdk_33", "0_1_sdk_34", "wrong"),
        ("fast-integers", "0_1_sdk_34", "0_1_sdk_33", "wrong"),
        ("direct", "0_1_sdk_33", "0_2_sdk_33", "wrong"),
    ):
        assert grids[name][module][columns.index(library)] == outcome
    # [#wasi-builds]
    builds = [
        run["output"]
        for key, run in seen.items()
        if re.fullmatch(r"interpreters/[^/]+/as-built", key)
    ]
    assert len(builds) == 3
    assert all('get_platform: "wasi-0.0.0-wasm32"' in output for output in builds)


def test_unchanged_packaging_does_not_pass(simulate: Simulate) -> None:
    """The cases distinguish an unchanged packaging from a patched one."""
    wrong = []
    for case in ENVIRONMENTS:
        data = case.data
        simulate(data["system"], data["get_platform"], data["config"], data["machine"])
        if list(packaging.tags.platform_tags()) != case.expect:
            wrong.append(case.id)
    assert len(wrong) > 3


def test_variable_survives_the_makefile(tmp_path: Path) -> None:
    """The line in cpython.rst gives sysconfig a well-formed or empty string."""
    source = (SUPPORT / "cpython.rst").read_text("utf-8")
    line = re.search(r"^ +(WASI_PLATFORM_VERSION= .+)$", source, re.MULTILINE)
    assert line
    where = (
        "sysconfig" if hasattr(sysconfig, "_parse_makefile") else "sysconfig.__main__"
    )
    parse: Callable[[str], dict[str, object]]
    parse = importlib.import_module(where)._parse_makefile
    read = {}
    for value in ("0_1_sdk_24", "", "2026_0"):
        makefile = tmp_path / "Makefile"
        makefile.write_text(line[1].replace("@WASI_PLATFORM_VERSION@", value) + "\n")
        read[value] = parse(str(makefile))["WASI_PLATFORM_VERSION"]
    # The last is the mistake that the PEP warns of.
    assert read == {"0_1_sdk_24": "0_1_sdk_24", "": "", "2026_0": 20260}
