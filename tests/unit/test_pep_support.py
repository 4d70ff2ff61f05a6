"""The PEP's support files say what the text and the library say, and work."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import sysconfig
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import packaging.tags
import pytest
from jsonschema import Draft202012Validator

from tests.native.abi.grid import parse as parse_grid
from tests.toolkit.pep_text import LIBRARY, LINES, REGISTRY, SUPPORT, TEXT, block
from wasm_platform_tags import known_platforms
from wasm_platform_tags.conformance.cases import load_cases

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.conftest import Simulate

ROOT = Path(__file__).parents[2]
GUIDE = (SUPPORT / "platform-compatibility-tags.rst").read_text("utf-8")
ENVIRONMENTS = [case for case in load_cases() if case.kind == "environment"]


def load(name: str) -> Any:
    """Return a support file as a module: it is in no package."""
    spec = importlib.util.spec_from_file_location(name, SUPPORT / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


figures = load("figures")


@pytest.mark.parametrize("name", REGISTRY)
def test_registry_is_the_librarys(name: str) -> None:
    """One registry, in two places; ``python -m tests.toolkit.pep_text`` copies it."""
    assert (SUPPORT / name).read_bytes() == (LIBRARY / name).read_bytes()


def test_registry_fits_its_schema() -> None:
    """Whoever gets the two files can check the one by the other."""
    registry, schema = (json.loads((SUPPORT / n).read_bytes()) for n in REGISTRY)
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(registry)) == []
    tags = [tuple(entry["tags"]) for entry in registry["platforms"]]
    assert tags == [known.platform_tags for known in known_platforms()]


def test_index_expressions_are_the_texts() -> None:
    """The expressions for indexes stand in the grammar."""
    data = json.loads((SUPPORT / "index-expressions.json").read_bytes())
    listed = [line.strip() for line in LINES if line.startswith(r"    \A")]
    accept = data["accept"]
    assert [accept["pyemscripten"], data["alias"], accept["wasi"]] == listed


def test_concerned_tags_are_the_texts() -> None:
    """What an index looks at is what the requirement index-rejects lists."""
    data = json.loads((SUPPORT / "index-expressions.json").read_bytes())
    start, _, rest = data["concerned"].removeprefix(r"\A(").partition(")|")
    said = re.search(r"begins with (.+?), or contains (.+?)[,.]", TEXT, re.DOTALL)
    assert said
    assert re.findall("``(.+?)``", said[1]) == start.split("|")
    assert re.findall("``(.+?)``", said[2]) == rest.split("|")


def test_guide_has_the_expressions() -> None:
    """The text for the packaging guide repeats the grammar to the letter."""
    data = json.loads((SUPPORT / "index-expressions.json").read_bytes())
    found = [line.strip() for line in GUIDE.splitlines() if line.startswith(r"    \A")]
    assert found == list(data["accept"].values())


def test_guide_has_the_order() -> None:
    """Its example is that of the PEP, which is checked against the library."""
    example = block("pep-9999-example-environments").splitlines()[:2]
    assert "".join(f"    {line}\n" for line in example) in GUIDE


def test_table_of_figures() -> None:
    """The table is what figures.py makes of figures.json."""
    recorded = json.loads((SUPPORT / "figures.json").read_bytes())
    assert block("pep-9999-tools") == figures.tools(recorded), (
        "run pep/pep-9999/figures.py"
    )


def test_figures_of_results() -> None:
    """What figures.json says of tools is in the committed results."""
    recorded = json.loads((SUPPORT / "figures.json").read_bytes())
    found = [figures.tool_row(cell) for cell in figures.CELLS]
    assert recorded["tools"] == found, "run pep/pep-9999/figures.py"


def test_pip_passes_all_cases_of_selection() -> None:
    """Told the tags of a target, a stock pip selects at once, as the text says."""
    results = json.loads((figures.RESULTS / "pip-26.3-host-json.json").read_bytes())
    verdicts = {
        verdict["verdict"]
        for case, verdict in results["cases"].items()
        if case.startswith("select/")
    }
    assert verdicts == {"pass"}


def test_figures_in_the_prose() -> None:
    """The sentence above the table adds up what the lock files have."""
    recorded = json.loads((SUPPORT / "figures.json").read_bytes())
    wheels = {lock["pyodide"]: lock["wheels"] for lock in recorded["lock files"]}
    prose = " ".join(TEXT.split())
    said = re.search(r"The lock files of Pyodide (.+?) hold (\d+) of them", prose)
    assert said
    alias_alone = {n for n, w in wheels.items() if w["alias"] and not w["canonical"]}
    assert set(re.split(", | and ", said[1])) == alias_alone
    assert sum(wheels[name]["alias"] for name in alias_alone) == int(said[2])
    counted = datetime.fromisoformat(recorded["counted"])
    assert "Counted in the npm packages of these releases on" in prose
    assert f"on {counted.day} {counted:%B %Y}, and run on" in prose
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
    lock = {
        "info": {"python": "3.13.2"},
        "packages": {name: {"file_name": name} for name in names},
    }
    (tmp_path / "package.json").write_text('{"name": "pyodide", "version": "1"}')
    (tmp_path / "pyodide-lock.json").write_text(json.dumps(lock))
    assert figures.count(tmp_path)["wheels"] == {
        "canonical": 1,
        "alias": 1,
        "local": 0,
        "any": 1,
    }


def test_counting_something_else(tmp_path: Path) -> None:
    """Another npm package is refused with a sentence."""
    (tmp_path / "package.json").write_text('{"name": "left-pad", "version": "1"}')
    with pytest.raises(SystemExit, match="pyodide is wanted, not left-pad"):
        figures.count(tmp_path)
    with pytest.raises(SystemExit, match=r"package.json cannot be read"):
        figures.count(tmp_path / "nothing")


def test_footnotes_of_measurements() -> None:
    """What they say of modules and interpreters is in the recorded runs."""
    runs = ROOT / "tests" / "native" / "results.json"
    seen: dict[str, dict[str, str]] = json.loads(runs.read_bytes())

    def outcomes(name: str) -> dict[str, str]:
        return {
            key.removeprefix(name): run["outcome"]
            for key, run in seen.items()
            if key.startswith(name)
        }

    older = ("0.25.1", "0.26.4", "0.27.8")
    newer = ("0.28.3", "0.29.5", "314.0.7", "315.0.0-alpha.2")
    # [#abi]
    assert outcomes("gallery/unwinding-javascript/pyodide-") == {
        **dict.fromkeys(older, "works"),
        **dict.fromkeys(newer, "call kills the interpreter"),
    }
    assert outcomes("gallery/unwinding-webassembly/pyodide-") == {
        **dict.fromkeys(older, "import fails"),
        **dict.fromkeys(newer, "works"),
    }
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
    """The cases tell the difference."""
    wrong = []
    for case in ENVIRONMENTS:
        data = case.data
        simulate(data["system"], data["get_platform"], data["config"], data["machine"])
        if list(packaging.tags.platform_tags()) != case.expect:
            wrong.append(case.id)
    assert len(wrong) > 3


def test_variable_survives_the_makefile(tmp_path: Path) -> None:
    """What sysconfig reads from the line in cpython.rst is well-formed, or empty."""
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
    # The last would be the trap that the PEP tells of.
    assert read == {"0_1_sdk_24": "0_1_sdk_24", "": "", "2026_0": 20260}
