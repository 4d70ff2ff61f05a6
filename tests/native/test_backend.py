"""What the build refuses before, and after, a compiler has anything to do with it."""

import importlib.util
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.toolkit.paths import ROOT
from wasm_platform_tags import PyEmscriptenPlatform, WasiPlatform, known_platforms
from wasm_platform_tags.conformance.build import module

FILE = Path(__file__).parent / "project" / "backend.py"
WASI = "wasi_0_2_sdk_33_wasm32"


def load() -> ModuleType:
    """The backend, as pip finds it: by its path."""
    spec = importlib.util.spec_from_file_location("native_backend", FILE)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = found  # as an import does: dataclasses look it up
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(FILE.parent)  # backend-path
        spec.loader.exec_module(found)
    return found


backend: Any = load()


def test_the_copied_support_file_is_that_of_the_pep() -> None:
    copy = FILE.with_name("wasi_platform_version.py")
    assert copy.read_bytes() == (ROOT / "pep" / "pep-9999" / copy.name).read_bytes()


def test_the_project_needs_nothing_of_this_checkout() -> None:
    assert not {"tests", "docs"} & {
        name.partition(".")[0]
        for line in FILE.read_text("utf-8").splitlines()
        if line.startswith(("import ", "from "))
        for name in line.split()[1:2]
    }


@pytest.fixture
def extension(tmp_path: Path) -> Path:
    path = tmp_path / "side.abi3.so"
    path.write_bytes(module({"exports": ["PyInit_side"]}))
    return path


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, ("no platform", "platform=TAG", "producer-tag")),
        ({"platforms": WASI}, ("'platforms'", "'platform'")),
        ({"platform": [WASI, WASI]}, ("2 times", "once")),
        ({"platform": "wasi_0_0_0_wasm32"}, ("'wasi_0_0_0_wasm32'", "local-tag")),
        ({"platform": "wasix_wasm32"}, ("WASIX", "not-portable")),
        ({"platform": "any"}, ("'any'", "not-portable")),
        (
            {"platform": "pyemscripten_2026_0_wasm64"},
            ("wasm64 is reserved", "wasm64-reserved"),
        ),
        ({"platform": WASI, "unwinding": "webassembly"}, ("none", "platform-wasi")),
        (
            {"platform": "pyemscripten_2025_0_wasm32", "unwinding": "sjlj"},
            ("unwinding=sjlj", "javascript, webassembly", "platform-pyemscripten"),
        ),
        (
            {"platform": "pyemscripten_2031_0_wasm32"},
            ("unwinding=(unknown)", "platform-pyemscripten"),
        ),
        ({"platform": "wasi_0_9_sdk_40_wasm32"}, ("WASI 0.9", "platform-wasi")),
        ({"platform": WASI, "extension": "missing.abi3.so"}, ("no such file",)),
    ],
)
def test_bad_settings_end_the_build(
    settings: dict[str, Any],
    words: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as left:
        backend.build_wheel(str(tmp_path), settings)
    assert left.value.code == 1
    message = capsys.readouterr().err
    assert message.startswith("error: ")
    assert all(word in message for word in words)
    assert not list(tmp_path.glob("*.whl"))


def test_a_file_that_is_no_extension_module_is_not_packed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "side.abi3.so"
    bad.write_bytes(b"#!/bin/sh\n")
    with pytest.raises(SystemExit):
        backend.build_wheel(str(tmp_path), {"platform": WASI, "extension": str(bad)})
    assert "it is not WebAssembly" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "written"),
    [(WASI, WASI), ("pyodide_2025_0_wasm32", "pyemscripten_2025_0_wasm32")],
)
def test_the_wheel_carries_the_canonical_tag(
    asked: str, written: str, extension: Path, tmp_path: Path
) -> None:
    settings = {"platform": asked, "extension": str(extension)}
    name = backend.build_wheel(str(tmp_path), settings)
    assert name == f"one_source-1.0-cp311-abi3-{written}.whl"
    with zipfile.ZipFile(tmp_path / name) as wheel:
        metadata = wheel.read("one_source-1.0.dist-info/WHEEL").decode()
        assert f"Tag: cp311-abi3-{written}\n" in metadata
        assert wheel.read("side.abi3.so") == extension.read_bytes()


def test_unwinding_comes_from_the_registry() -> None:
    assert backend.unwinding_of(PyEmscriptenPlatform(2024, 0), None) == "javascript"
    assert backend.unwinding_of(PyEmscriptenPlatform(2025, 0), None) == "webassembly"
    asked = backend.unwinding_of(PyEmscriptenPlatform(2025, 0), "javascript")
    assert asked == "javascript"
    assert backend.unwinding_of(WasiPlatform(0, 1, 24), None) == "none"


def test_every_unwinding_of_the_registry_has_flags() -> None:
    used = {record.unwinding for record in known_platforms()}
    assert used <= set(backend.UNWINDING)
