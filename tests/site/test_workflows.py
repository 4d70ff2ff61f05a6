"""The example workflows: valid by the published schema, with a check that works."""

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
safe = YAML(typ="safe")


def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, check=False, **options
    )


def test_there_are_workflows() -> None:
    assert {path.stem for path in WORKFLOWS} == {"cibuildwheel", "maturin"}


@pytest.mark.parametrize(
    ("path", "right", "wrong", "message"),
    [
        *((path, "", "", "ok") for path in WORKFLOWS),
        (WORKFLOWS[0], "runs-on:", "run-on:", "'runs-on' is a required property"),
        (WORKFLOWS[0], "id-token: write", "id-token: please", "'please' is not one of"),
    ],
)
def test_it_is_valid_and_a_mistake_is_found(
    path: Path, right: str, wrong: str, message: str, tmp_path: Path
) -> None:
    copy = tmp_path / path.name
    copy.write_text(path.read_text("utf-8").replace(right, wrong), "utf-8")
    done = run([sys.executable, "-m", "check_jsonschema", *SCHEMA, str(copy)])
    assert done.returncode == bool(wrong), done.stdout + done.stderr
    assert message in done.stdout


@each
def test_platforms_and_actions_are_known_ones(path: Path) -> None:
    workflow = safe.load(path)
    build = workflow["jobs"]["build"]
    rows = build.get("strategy", {}).get("matrix", {}).get("include", [])
    pairs = {(row["python"], row["platform"]) for row in rows} or {
        (workflow["env"]["PYTHON_VERSION"], workflow["env"]["PLATFORM"])
    }
    known = {
        (python, k.platform_tags[0]) for k in known_platforms() for python in k.python
    }
    assert pairs <= known
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step)
            assert "uses" not in step or "@" in step["uses"]


@pytest.mark.parametrize(
    ("status", "tags"),
    [
        (0, ["cp314-cp314-pyemscripten_2026_0"]),
        (0, ["cp311-abi3-pyemscripten_2026_0"]),
        (1, ["cp314-cp314-pyemscripten_2026_5"]),
        (1, ["cp314-cp314-emscripten_5_0_3"]),
        (1, ["cp314-cp314-pyemscripten_2026.0"]),
        (1, ["cp313-cp313-pyemscripten_2025_0", "cp314-cp314-pyemscripten_2026_0"]),
        (2, []),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="Windows lacks the bash of the step")
@each
def test_the_tag_is_checked(
    path: Path, status: int, tags: list[str], tmp_path: Path
) -> None:
    """The step, as GitHub runs it: ``bash -e``, beside wheels with these tags."""
    steps = safe.load(path)["jobs"]["build"]["steps"]
    (step,) = [step for step in steps if step.get("name") == "Check the tag"]
    (keep,) = [step for step in steps if "upload-artifact" in step.get("uses", "")]
    folder = tmp_path / Path(keep["with"]["path"]).parent
    folder.mkdir()
    for tag in tags:
        (folder / f"demo-1.0-{tag}_wasm32.whl").touch()
    command = tmp_path / "wasm-tags"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m wasm_platform_tags "$@"')
    command.chmod(0o755)
    environment = dict(zip(("PYTHON_VERSION", "PLATFORM"), MEANT, strict=True))
    assert set(step.get("env", environment)) == set(environment)
    path_variable = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    variables = os.environ | environment | path_variable
    done = run(["bash", "-e", "-c", step["run"]], cwd=tmp_path, env=variables)
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
