"""Reading the SDK from a file, and the errors if that fails."""

from pathlib import Path

import pytest

from tests.native import built_with
from tests.native.built_with import Evidence, UnknownSdkError, in_debug_sections

PIN = f"pin {'0' * 64} wasi-sdk"


def test_debug_sections_name_the_sdk(tmp_path: Path) -> None:
    module = tmp_path / "python.wasm"
    module.write_bytes(b"\0asm wasisdk://v20.0/build \0 wasisdk://v20.0/src")
    evidence = Evidence("20", "wasisdk://v20.0, 2 times in its DWARF")
    assert in_debug_sections(module) == evidence


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\0asm, and stripped", "found none"),
        (b"wasisdk://v20.0 wasisdk://v21.0", r"found 20\.0, 21\.0"),
    ],
)
def test_a_file_that_names_no_single_sdk_is_refused(
    data: bytes, expected: str, tmp_path: Path
) -> None:
    module = tmp_path / "python.wasm"
    module.write_bytes(data)
    why = rf"python\.wasm: wanted one SDK .*{expected}"
    with pytest.raises(UnknownSdkError, match=why):
        in_debug_sections(module)


def test_a_manifest_pins_the_sdk(tmp_path: Path) -> None:
    manifest = tmp_path / "MANIFEST"
    manifest.write_text(f"python 3.15.0\n{PIN}-34.0-a.tar.gz\n{PIN}-34.0-b.tar.gz\n")
    assert built_with.in_manifest(manifest).sdk == "34"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", "none"), (f"{PIN}-33.0-a.tar.gz\n{PIN}-34.0-a.tar.gz\n", "33, 34")],
)
def test_a_manifest_without_one_sdk_is_refused(
    text: str, expected: str, tmp_path: Path
) -> None:
    manifest = tmp_path / "MANIFEST"
    manifest.write_text(text)
    with pytest.raises(UnknownSdkError, match=f"found {expected}"):
        built_with.in_manifest(manifest)


@pytest.mark.parametrize(
    ("triple", "version"),
    [
        *(
            ("wasm32-unknown-wasi", "0_1_sdk_20"),
            ("wasm32-unknown-wasip1", "0_1_sdk_20"),
        ),
        *(("wasm32-wasip2", "0_2_sdk_20"), ("wasm32-wasip3", "0_3_sdk_20")),
    ],
)
def test_platform_of_a_target(triple: str, version: str) -> None:
    assert built_with.platform(triple, "20") == version


@pytest.mark.parametrize("triple", ["wasm64-wasip1", "wasm32-wasip1-threads", "x86_64"])
def test_another_target_has_no_platform(triple: str) -> None:
    with pytest.raises(ValueError, match="wanted wasm32-wasi or wasm32-wasipN"):
        built_with.platform(triple, "20")
