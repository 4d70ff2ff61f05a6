"""The files that a host or a tool reads: valid, and the same as tox.ini says."""

import configparser
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
SCHEMAS = {
    ".github/dependabot.yml": "vendor.dependabot",
    ".github/workflows/ci.yml": "vendor.github-workflows",
    ".readthedocs.yaml": "vendor.readthedocs",
}


def read(name: str) -> Any:
    return YAML(typ="safe").load(ROOT / name)


def tox() -> configparser.ConfigParser:
    found = configparser.ConfigParser(interpolation=None)
    found.read(ROOT / "tox.ini", encoding="utf-8")
    return found


@pytest.mark.parametrize(("name", "schema"), SCHEMAS.items())
def test_it_is_valid_by_its_schema(name: str, schema: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    checked = subprocess.run(
        [*command, str(ROOT / name)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_pre_commit_runs_the_checks_of_lint() -> None:
    (repository,) = read(".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    hooks = repository["hooks"]
    lint = tox()["testenv:lint"]
    pinned = {line for hook in hooks for line in hook["additional_dependencies"]}
    assert pinned == set(lint["deps"].split())
    run = {" ".join(hook["entry"].split()[:2]) for hook in hooks}
    commands = lint["commands"].strip().splitlines()
    assert run == {" ".join(command.split()[:2]) for command in commands}


def test_hosted_ci_runs_environments_of_tox() -> None:
    jobs = read(".github/workflows/ci.yml")["jobs"]
    text = (ROOT / ".github/workflows/ci.yml").read_text("utf-8")
    named = set(re.findall(r"tox run -e (\w+)", text))
    named |= set(jobs["checks"]["strategy"]["matrix"]["env"])
    sections = {name.removeprefix("testenv:") for name in tox().sections()}
    assert named <= sections
    default = tox()["tox"]["env_list"].replace(" ", "").split(",")
    assert {*default, "browser", "upstream"} == named
    pythons = jobs["unit"]["strategy"]["matrix"]["python"]
    assert pythons == [f"3.{minor}" for minor in range(10, 15)]
    for job in jobs.values():
        for step in job["steps"]:
            assert re.search(r"@[0-9a-f]{40}$", step.get("uses", "@" + "0" * 40))
