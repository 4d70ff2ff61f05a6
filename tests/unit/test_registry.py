from __future__ import annotations

import json
from pathlib import Path

import jsonschema

import wasm_platform_tags
from wasm_platform_tags import PyodidePlatform, known_platforms, parse_platform_tag

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
        assert tuple(record["tags"]) == known.tags == known.platform.tags
        assert {parse_platform_tag(tag) for tag in record["tags"]} == {known.platform}


def test_no_platform_stands_twice_and_the_toolchain_fits() -> None:
    platforms = [known.platform for known in known_platforms()]
    assert len(set(platforms)) == len(platforms)
    for known in known_platforms():
        if isinstance(known.platform, PyodidePlatform):
            assert known.toolchain.startswith("Emscripten ")
        else:
            assert known.toolchain == f"WASI SDK {known.platform.sdk}"
