"""Test PyPI's rule for platform tags, without the rest of Warehouse.

Run it with pytest; the variable WAREHOUSE names a checkout. Warehouse needs Python 3.14,
PostgreSQL and more, but the rule is one function with the constants before it, and the names
of platforms on the site come from another. These tests run the two functions unchanged, with
the conformance suite's cases for an index and the tags in Warehouse's own tests.
"""

import ast
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

SOURCE = Path(os.environ["WAREHOUSE"])
LEGACY = SOURCE / "warehouse" / "forklift" / "legacy.py"
WHEEL = SOURCE / "warehouse" / "utils" / "wheel.py"
TESTS = SOURCE / "tests" / "unit"
CASES = Path(__file__).parents[1] / "conformance" / "cases" / "index"
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def extract(path: Path, first: str, last: str) -> Any:
    """Run a part of a file, from a statement to the end of a function; return that."""
    text = path.read_text("utf-8")
    part = re.search(
        rf"^{re.escape(first)}.*?^def {last}\(.*?(?=^\S|\Z)",
        text,
        re.MULTILINE | re.DOTALL,
    )
    assert part, f"{path.name} has no {first!r} before {last}()"
    names: dict[str, Any] = {"re": re}
    exec(compile("import packaging.utils\n" + part[0], str(path), "exec"), names)
    return names[last]


@pytest.fixture(scope="module")
def valid() -> Any:
    return extract(LEGACY, "_allowed_platforms = {", "_valid_platform_tag")


@pytest.fixture(scope="module")
def pretty() -> Any:
    return extract(WHEEL, "_PLATFORMS = [", "filename_to_pretty_tags")


def upload(valid: Any, platform: str) -> bool:
    """Return whether file_upload() accepts the file name of a wheel."""
    name = f"demo-1.0-cp313-cp313-{platform}.whl"
    if CONTROL.search(name):
        return False
    try:
        tags = parse_wheel_filename(name)[3]
    except InvalidWheelFilename:
        return False
    return all(valid(tag.platform) for tag in tags)


def cases() -> Iterator[Any]:
    for path in sorted(CASES.glob("*.json")):
        group = json.loads(path.read_bytes())
        for case in group["cases"]:
            name = f"index/{group['group']}/{case['id']}"
            yield pytest.param(case["platform"], case["expect"], id=name)


@pytest.mark.parametrize(("platform", "expect"), list(cases()))
def test_conformance(valid: Any, platform: str, expect: bool) -> None:
    assert upload(valid, platform) is expect


def parametrized(path: Path, test: str) -> list[Any]:
    """Return the values of the parametrised test in a file of Warehouse."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name == test:
            marks = node.decorator_list
            (mark,) = (one for one in marks if "parametrize" in ast.unparse(one))
            assert isinstance(mark, ast.Call)
            return list(ast.literal_eval(mark.args[1]))
    raise AssertionError(f"{path.name} has no {test}()")


LEGACY_TESTS = TESTS / "forklift" / "test_legacy.py"
TAKEN = parametrized(LEGACY_TESTS, "test_upload_succeeds_with_wheel")
REFUSED = parametrized(LEGACY_TESTS, "test_upload_fails_with_unsupported_wheel_plat")
PRETTY = parametrized(TESTS / "utils" / "test_wheel.py", "test_wheel_to_pretty_tags")


@pytest.mark.parametrize("platform", TAKEN)
def test_own_accepted(valid: Any, platform: str) -> None:
    assert upload(valid, platform)


@pytest.mark.parametrize("platform", REFUSED)
def test_own_rejected(valid: Any, platform: str) -> None:
    assert not upload(valid, platform)


@pytest.mark.parametrize(
    ("name", "expect"), [pytest.param(*pair, id=pair[0]) for pair in PRETTY]
)
def test_own_pretty_tags(pretty: Any, name: str, expect: list[str]) -> None:
    assert pretty(name) == expect
