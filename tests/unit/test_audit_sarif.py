"""What ``wasm-tags audit --sarif`` prints is SARIF 2.1.0, as code hosts read it."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from wasm_platform_tags.cli.main import main
from wasm_platform_tags.conformance.build import module, wheel
from wasm_platform_tags.conformance.cases import load_cases

from .conftest import Capture, MonkeyPatch

CASES = [case for case in load_cases() if case.kind == "audit" and "build" in case.data]


def schema(shape: Any) -> dict[str, Any]:
    """The schema of an example.

    An object has these properties and no others; one that ends with "?" is optional. A
    tuple has at least one item. A type, an expression, or a set of values stand for any.
    """
    if isinstance(shape, dict):
        properties = {key.rstrip("?"): schema(value) for key, value in shape.items()}
        return {
            "type": "object",
            "properties": properties,
            "required": [key for key in shape if not key.endswith("?")],
            "additionalProperties": False,
        }
    if isinstance(shape, (list, tuple)):
        least = int(isinstance(shape, tuple))
        return {"type": "array", "items": schema(shape[0]), "minItems": least}
    if isinstance(shape, re.Pattern):
        return {"type": "string", "pattern": shape.pattern}
    if isinstance(shape, type):
        return {"type": {int: "integer", dict: "object"}[shape]}
    return {"enum": sorted(shape) if isinstance(shape, set) else [shape]}


TEXT = re.compile(".")
MESSAGE = {"text": TEXT}
# A URI reference of RFC 3986, relative or of a file, with nothing left to be encoded.
URI = re.compile(r"^(file:///)?(?!/)([A-Za-z0-9._~/-]|%[0-9A-F]{2})+$")
LOCATION = {
    "physicalLocation": {"artifactLocation": {"uri": URI}},
    "logicalLocations?": (
        {"fullyQualifiedName": TEXT, "name": TEXT, "kind": "module"},
    ),
}
RULE = {
    "id": TEXT,
    "shortDescription": MESSAGE,
    "fullDescription": MESSAGE,
    "help": MESSAGE,
    "helpUri?": re.compile("^https://"),
}
RESULT = {
    "ruleId": TEXT,
    "ruleIndex": int,
    "kind": {"fail", "open"},
    "level": {"none", "warning", "error"},
    "message": MESSAGE,
    "locations": (LOCATION,),
    "properties": dict,
}
NOTE = {"level": "error", "message": MESSAGE, "locations": (LOCATION,)}
RUN = {
    "tool": {"driver": {"name": TEXT, "version": TEXT, "rules": (RULE,)}},
    "invocations": (
        {"executionSuccessful": {True, False}, "toolExecutionNotifications": [NOTE]},
    ),
    "results": [RESULT],
}
NAMED = re.compile("/sarif-schema-2.1.0.json$")
LOG = Draft202012Validator(
    schema({"$schema": NAMED, "version": "2.1.0", "runs": (RUN,)})
)


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: MonkeyPatch) -> list[Path]:
    """The wheel of every audit case, each in a folder of its own, from the current."""
    monkeypatch.chdir(tmp_path)
    made = []
    for case in CASES:
        folder = Path("of cases", case.id.replace("/", "-"))
        folder.mkdir(parents=True)
        files = {name: module(given) for name, given in case.data["modules"].items()}
        made.append(wheel(folder, case.data["build"], files, case.data.get("stated")))
    return made


def run(capsys: Capture, *files: Path | str) -> dict[str, Any]:
    main(["audit", *map(str, files), "--sarif"])
    log = json.loads(capsys.readouterr().out)
    LOG.validate(log)
    (found,) = log["runs"]
    names = [rule["id"] for rule in found["tool"]["driver"]["rules"]]
    assert len(set(names)) == len(names)
    for result in found["results"]:
        assert names.index(result["ruleId"]) == result["ruleIndex"]
        # Only what fails has a level (SARIF 2.1.0, 3.27.10).
        assert (result["kind"] == "fail") == (result["level"] != "none")
    return dict(found)


def uris(results: list[dict[str, Any]]) -> set[str]:
    return {
        place["physicalLocation"]["artifactLocation"]["uri"]
        for result in results
        for place in result["locations"]
    }


def failing(wheels: list[Path]) -> Path:
    """A wheel that has a result."""
    return wheels[[case.expect for case in CASES].index("contradicts")]


def test_every_audit_case_is_in_the_form(wheels: list[Path], capsys: Capture) -> None:
    """The parts that are printed, and no others.

    The same logs were valid under OASIS's schema, sarif-2.1/schema/sarif-schema-2.1.0.json
    of oasis-tcs/sarif-spec at e0583813964ec43cea53b6b531b402866095ed1f, on 2026-11-27. The
    schema is not in this repository.
    """
    kinds = set()
    for case, path in zip(CASES, wheels, strict=True):
        results = run(capsys, path)["results"]
        kinds |= {(result["kind"], result["level"]) for result in results}
        failed = any(result["level"] == "error" for result in results)
        assert failed == (case.expect == "contradicts")
    assert kinds == {("fail", "error"), ("fail", "warning"), ("open", "none")}


def test_each_wheel_is_found_from_here_and_elsewhere(
    wheels: list[Path], capsys: Capture, tmp_path: Path, monkeypatch: MonkeyPatch
) -> None:
    together = run(capsys, *wheels)["results"]
    apart = [result for path in wheels for result in run(capsys, path)["results"]]
    assert together == apart
    assert len(uris(together)) > len({path.name for path in wheels}) / 2
    assert all(uri.startswith("of%20cases/") for uri in uris(together))
    absolute = run(capsys, *(path.absolute() for path in wheels))["results"]
    assert absolute == together
    # What is elsewhere has a scheme.
    files = [path.absolute() for path in wheels]
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    found = uris(run(capsys, *files)["results"])
    assert found <= {path.as_uri() for path in files}


def test_a_folder_that_is_not_named_in_utf_8(
    wheels: list[Path], capsys: Capture, tmp_path: Path
) -> None:
    folder = Path(os.fsdecode(b"\xff"))
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system lacks names that are not UTF-8")
    path = failing(wheels)
    path = path.rename(folder / path.name)
    wanted = {f"%FF/{path.name}"}
    assert uris(run(capsys, path)["results"]) == wanted
    assert uris(run(capsys, tmp_path / path)["results"]) == wanted


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the current folder")
def test_the_current_folder_may_be_removed(
    wheels: list[Path], capsys: Capture, tmp_path: Path, monkeypatch: MonkeyPatch
) -> None:
    path = tmp_path / failing(wheels)
    here = tmp_path / "removed"
    here.mkdir()
    monkeypatch.chdir(here)
    here.rmdir()
    try:
        assert uris(run(capsys, path)["results"]) == {path.as_uri()}
    finally:
        os.chdir(tmp_path)


def test_what_is_refused_is_a_notification(wheels: list[Path], capsys: Capture) -> None:
    bad = Path("of cases", "z\N{LATIN SMALL LETTER E WITH ACUTE}+1.whl")
    bad.write_bytes(b"no wheel")
    found = run(capsys, wheels[0], bad, "none-1.0-py3-none-any.whl")
    (invocation,) = found["invocations"]
    assert not invocation["executionSuccessful"]
    assert uris(invocation["toolExecutionNotifications"]) == {
        "of%20cases/z%C3%A9%2B1.whl",
        "none-1.0-py3-none-any.whl",
    }
