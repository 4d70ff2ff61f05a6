"""A dummy wheel is a real wheel."""

from pathlib import Path

import pytest
from packaging.utils import parse_wheel_filename
from wheel.wheelfile import WheelFile  # type: ignore[import-untyped]

from .wheels import NEEDED, retag, write_dependent, write_project, write_wheel

NAME = "demo-1.0-3-cp313.cp312-none-pyemscripten_2025_0_wasm32.any.whl"


def test_it_says_its_own_name_and_tags(tmp_path: Path) -> None:
    path = write_wheel(tmp_path, NAME)
    with WheelFile(path) as wheel:  # checks every hash of RECORD as it reads
        found: dict[str, str] = {}
        exec(wheel.read("demo/__init__.py"), found)
        lines = wheel.read("demo-1.0.dist-info/WHEEL").decode().splitlines()
        assert b"Name: demo" in wheel.read("demo-1.0.dist-info/METADATA")
    assert found["WHEEL"] == NAME == path.name
    tags = {line.removeprefix("Tag: ") for line in lines if "Tag: " in line}
    assert tags == {str(tag) for tag in parse_wheel_filename(NAME)[3]}
    assert "Build: 3" in lines
    assert "Root-Is-Purelib: false" in lines


@pytest.mark.parametrize("name", ["demo.whl", "demo-1.0-py3-none-any.zip", "a-b-c.whl"])
def test_a_name_that_is_not_of_a_wheel_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="is not a wheel file name"):
        write_wheel(tmp_path, name)


def test_a_project_has_a_folder_and_may_need_another(tmp_path: Path) -> None:
    (path,) = write_project(tmp_path, "demo", ["demo-1.0-py3-none-any.whl"])
    assert path == tmp_path / "demo" / "demo-1.0-py3-none-any.whl"
    marker = "sys_platform == 'emscripten'"
    one, needed = write_dependent(tmp_path, "one", marker)
    with WheelFile(one) as wheel:
        metadata = wheel.read("one-1.0.dist-info/METADATA").decode()
    assert f"Requires-Dist: {NEEDED}; {marker}\n" in metadata
    assert needed.parent == one.parent


@pytest.mark.parametrize("platform", ["wasi_0_1_sdk_24_wasm32", "linux_x86_64"])
def test_a_retagged_wheel_says_the_platform_in_both_places(
    tmp_path: Path, platform: str
) -> None:
    made = write_wheel(tmp_path / "made", "demo-1.0-cp313-cp313-linux_x86_64.whl")
    (tmp_path / "copy").mkdir()
    copy = retag(made, platform, tmp_path / "copy")
    assert copy == tmp_path / "copy" / f"demo-1.0-cp313-cp313-{platform}.whl"
    with WheelFile(copy) as wheel:
        text = wheel.read("demo-1.0.dist-info/WHEEL").decode()
    assert f"Tag: cp313-cp313-{platform}\n" in text
    assert text.count("Tag: ") == 1
