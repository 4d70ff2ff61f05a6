"""The PEP's examples for each audience are what the library yields."""

import json
import re
from collections.abc import Iterator

import pytest
from packaging.utils import parse_wheel_filename

import wasm_platform_tags
from tests.toolkit.pep_text import SUPPORT, block
from tests.unit.conftest import Simulate
from wasm_platform_tags import InvalidPlatformTag, Target, parse_platform_tag
from wasm_platform_tags.conformance.cases import Case, load_cases

INDEX = json.loads((SUPPORT / "index-expressions.json").read_bytes())
CASES = [case for case in load_cases() if case.kind == "index"]
VERSION = "PYEMSCRIPTEN_PLATFORM_VERSION"
BUILDS: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("Emscripten", "emscripten-5.0.3-wasm32", {VERSION: "2026_0"}),
    ("wasi", "wasi-0.0.0-wasm32", {"WASI_PLATFORM_VERSION": "0_1_sdk_24"}),
    ("wasi", "wasi-0.0.0-wasm32", {}),
)
TARGETS = (
    (
        Target("3.13", "pyemscripten_2025_0_wasm32"),
        (
            "py3-none-any",
            "cp313-cp313-emscripten_4_0_9_wasm32",
            "cp313-cp313-pyemscripten_2025_0_wasm32",
            "cp313-cp313-pyemscripten_2026_0_wasm32",
            "cp313-cp313-pyodide_2025_0_wasm32",
            "cp313-cp313-pyodide_2025_00_wasm32",
            "cp311-abi3-pyemscripten_2025_0_wasm32",
        ),
    ),
    (
        Target("3.13", "wasi_0_1_sdk_24_wasm32"),
        (
            "py3-none-any",
            "cp313-cp313-wasi_0_0_0_wasm32",
            "cp313-cp313-wasi_0_1_sdk_24_wasm32",
            "cp313-cp313-wasi_0_1_sdk_33_wasm32",
        ),
    ),
)
UPLOADS = tuple(
    f"demo-1.0-{tag}.whl"
    for tag in (
        "cp314-cp314-pyemscripten_2026_0_wasm32",
        "cp314-cp314-wasi_0_1_sdk_24_wasm32",
        "py3-none-manylinux_2_17_x86_64.wasi_0_1_sdk_24_wasm32",
        "py3-none-wasi_0_1_sdk_24_wasm32.wasi_wasm32",
        "cp313-cp313-pyodide_2025_0_wasm32",
        "cp314-cp314-pyemscripten_2026_0_wasm32_foo",
        "cp314-cp314-wasi_0_0_0_wasm32",
        "cp314-cp314-wasi_0_1_sdk_24_wasm64",
        "cp314-cp314-wasix_wasm32",
    )
)


def builder(simulate: Simulate) -> Iterator[str]:
    """Yield the variable that a builder reads, and the wheel that it writes."""
    for system, local, variables in BUILDS:
        simulate(system, local, variables)
        tag = next(iter(wasm_platform_tags.platform_tags()))
        stated = [f"{name} is {value}" for name, value in variables.items()]
        try:
            assert parse_platform_tag(tag).platform_tags[0] == tag
            note = ""
        except InvalidPlatformTag:
            stated, note = ["WASI_PLATFORM_VERSION is not set"], "  (not for an index)"
        yield f"{stated[0]}:"
        yield f"    demo-1.0-cp314-cp314-{tag}.whl{note}"


def installer() -> Iterator[str]:
    """Yield the wheels of a release in an installer's order, for each target."""
    for target, tags in TARGETS:
        release = [f"demo-1.0-{tag}.whl" for tag in tags]
        ranked = target.rank(release)
        yield f"{target.platform.platform_tags[0]}:"
        for place, wheel in enumerate(ranked, 1):
            yield f"    {place}  {wheel}"
        for wheel in release:
            if wheel not in ranked:
                yield f"    -  {wheel}  {target.explain(wheel).rule}"


def verdict(filename: str) -> str:
    """Return the requirement that refuses an upload, by index-expressions.json."""
    *_, third = filename.removesuffix(".whl").split("-")
    for tag in third.lower().split("."):
        if any(re.search(pattern, tag) for pattern in INDEX["accept"].values()):
            continue
        if re.search(INDEX["alias"], tag):
            return "index-rejects"
        if re.search(INDEX["concerned"], tag):
            with pytest.raises(InvalidPlatformTag) as caught:
                parse_platform_tag(tag)
            return caught.value.rule
        if not tag:  # no platform at all passes no rule
            return "index-accepts"
    return ""


def index() -> Iterator[str]:
    """Yield the uploads that an index accepts, and those that it rejects."""
    assert all(map(parse_wheel_filename, UPLOADS))
    verdicts = {filename: verdict(filename) for filename in UPLOADS}
    yield "accepted:"
    yield from (f"    {name}" for name, rule in verdicts.items() if not rule)
    yield "rejected:"
    yield from (f"    {name}  {rule}" for name, rule in verdicts.items() if rule)


def test_examples(simulate: Simulate) -> None:
    """The examples for builders, installers and indexes are those of the library."""
    assert block("pep-9999-example-builder") == "\n".join(builder(simulate))
    assert block("pep-9999-example-installer") == "\n".join(installer())
    assert block("pep-9999-example-index") == "\n".join(index())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_uploads_of_the_suite(case: Case) -> None:
    """index-expressions.json decides every upload of the suite as expected."""
    rule = verdict(f"demo-1.0-cp314-cp314-{case.data['platform']}.whl")
    assert (rule == "") is case.expect


def test_uploads_for_other_platforms() -> None:
    """Tags of other platforms are not refused."""
    for platform in ("any", "linux_x86_64"):
        assert verdict(f"demo-1.0-cp314-cp314-{platform}.whl") == ""
