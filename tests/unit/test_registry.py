import json
from pathlib import Path

import jsonschema

import wasm_platform_tags
from tests.matrix.settings import load_settings
from wasm_platform_tags import PyEmscriptenPlatform, known_platforms, parse_platform_tag

HERE = Path(wasm_platform_tags.__file__).parent
REGISTRY = json.loads((HERE / "platforms.json").read_text("utf-8"))
SCHEMA = json.loads((HERE / "platforms.schema.json").read_text("utf-8"))


def test_the_registry_fits_its_schema() -> None:
    validator = jsonschema.Draft202012Validator
    validator.check_schema(SCHEMA)
    checker = validator.FORMAT_CHECKER
    assert "uri" in checker.checkers
    validator(SCHEMA, format_checker=checker).validate(REGISTRY)


def test_every_record_lists_all_tags_of_one_platform() -> None:
    for record, known in zip(REGISTRY["platforms"], known_platforms(), strict=True):
        tags = tuple(record["tags"])
        assert tags == known.platform_tags == known.platform.platform_tags
        assert {parse_platform_tag(tag) for tag in record["tags"]} == {known.platform}


def test_no_platform_stands_twice_and_the_toolchain_fits() -> None:
    platforms = [known.platform for known in known_platforms()]
    assert len(set(platforms)) == len(platforms)
    for known in known_platforms():
        if isinstance(known.platform, PyEmscriptenPlatform):
            assert known.toolchain.startswith("Emscripten ")
        else:
            assert known.toolchain == f"WASI SDK {known.platform.sdk}"


def test_a_platform_is_called_by_those_who_have_it() -> None:
    names = {known.platform_tags[0]: known.runtime for known in known_platforms()}
    assert names["pyemscripten_2025_0_wasm32"] == "Pyodide 0.28, 0.29"
    assert names["wasi_0_1_sdk_24_wasm32"] == "CPython for WASI"
    assert names["wasi_0_2_sdk_33_wasm32"] == "componentize-py 0.25.1"


def test_the_lines_of_pyodide_are_those_that_were_measured() -> None:
    measured: dict[str, set[str]] = {}
    for runtime in load_settings().runtimes:
        kind, _, version = runtime.runtime.partition("-")
        if kind == "pyodide" and runtime.target and runtime.target[0].isdigit():
            parts = version.split(".")
            line = ".".join(parts[:2]) if parts[0] == "0" else parts[0]
            tag = f"pyemscripten_{runtime.target}_wasm32"
            measured.setdefault(tag, set()).add(line)
    assert measured == {
        known.platform_tags[0]: set(known.pyodide)
        for known in known_platforms()
        if known.pyodide
    }
