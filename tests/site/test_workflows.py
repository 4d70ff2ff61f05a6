"""The example workflows: valid by the published schema, and their check checks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from wasm_platform_tags import known_platforms

FOLDER = Path(__file__).parents[2] / "docs" / "guides" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
SCHEMA = ("--builtin-schema", "vendor.github-workflows")
MEANT = ("3.14", "pyemscripten_2026_0_wasm32")

each = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path)


def validated(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *SCHEMA, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_there_are_workflows() -> None:
    assert {path.stem for path in WORKFLOWS} == {"cibuildwheel", "maturin"}


@each
def test_it_is_valid(path: Path) -> None:
    said = validated(path)
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("runs-on:", "run-on:", "'runs-on' is a required property"),
        ("id-token: write", "id-token: please", "'please' is not one of"),
    ],
)
def test_a_mistake_is_found(right: str, wrong: str, told: str, tmp_path: Path) -> None:
    copy = tmp_path / WORKFLOWS[0].name
    text = WORKFLOWS[0].read_text("utf-8")
    copy.write_text(text.replace(right, wrong), "utf-8")
    said = validated(copy)
    assert said.returncode == 1
    assert told in said.stdout


@each
def test_platforms_and_actions_are_known_ones(path: Path) -> None:
    workflow = read(path)
    build = workflow["jobs"]["build"]
    rows = build.get("strategy", {}).get("matrix", {}).get("include", [])
    pairs = {(row["python"], row["platform"]) for row in rows} or {
        (workflow["env"]["PYTHON_VERSION"], workflow["env"]["PLATFORM"])
    }
    known = {(python, k.tags[0]) for k in known_platforms() for python in k.python}
    assert pairs <= known
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step)
            assert "uses" not in step or "@" in step["uses"]


@pytest.mark.parametrize(
    ("wheels", "status"),
    [
        (["demo-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl"], 0),
        (["demo-1.0-cp311-abi3-pyemscripten_2026_0_wasm32.whl"], 0),
        (["demo-1.0-cp314-cp314-pyemscripten_2026_5_wasm32.whl"], 1),
        (["demo-1.0-cp314-cp314-emscripten_5_0_3_wasm32.whl"], 1),
        (["demo-1.0-cp314-cp314-pyemscripten_2026.0_wasm32.whl"], 1),
        (
            [
                "demo-1.0-cp313-cp313-pyemscripten_2025_0_wasm32.whl",
                "demo-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl",
            ],
            1,
        ),
        ([], 2),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="Windows lacks the bash of the step")
@each
def test_the_tag_is_checked(
    path: Path, wheels: list[str], status: int, tmp_path: Path
) -> None:
    """The step, as GitHub runs it: ``bash -e``, beside such wheels."""
    steps = read(path)["jobs"]["build"]["steps"]
    (step,) = [step for step in steps if step.get("name") == "Check the tag"]
    (keep,) = [step for step in steps if "upload-artifact" in step.get("uses", "")]
    folder = tmp_path / Path(keep["with"]["path"]).parent
    folder.mkdir()
    for wheel in wheels:
        (folder / wheel).touch()
    command = tmp_path / "wasm-tags"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m wasm_platform_tags "$@"')
    command.chmod(0o755)
    python, platform = MEANT
    environment = {"PYTHON_VERSION": python, "PLATFORM": platform}
    assert set(step.get("env", environment)) == set(environment)
    said = subprocess.run(
        ["bash", "-e", "-c", step["run"]],
        cwd=tmp_path,
        env=os.environ
        | environment
        | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == status, said.stdout + said.stderr
    assert "Traceback" not in said.stderr
