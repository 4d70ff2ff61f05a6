"""What the tag explorer answers, on this machine."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from explorer import packed
from explorer_answers import answer, build, explore, names, runtime, situation, version
from explorer_answers import wheel as compare
from explorer_tools import joined
from packaging.utils import InvalidWheelFilename

from wasm_platform_tags import Target, __version__, check_upload

TARGET = "3.14 pyemscripten_2026_0_wasm32"
WHEEL = "demo-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl"
PIP, LIBRARY = "pip inside Pyodide", "This library"
OTHER = "demo-1.0-cp313-cp313-pyodide_2025_0_wasm32.whl"


@pytest.mark.parametrize(
    "name",
    [WHEEL, OTHER, "demo-1.0-1-py3-none-any.whl", "demo-1.0-py3-none-wasix_wasm32.whl"],
)
def test_a_verdict_is_the_librarys(name: str) -> None:
    explanation = Target(*TARGET.split()).explain(name)
    report = explore(name, [TARGET])
    (file,), (ending,) = report["files"], report["endings"]
    assert file == {"place": "line 1", "name": name, "ending": 0}
    keys = ("compatible", "cause", "rule", "message")
    assert ending["verdicts"] == [{key: getattr(explanation, key) for key in keys}]
    assert ending["upload"] == check_upload(name)._asdict()


def test_files_share_what_depends_on_the_tags() -> None:
    report = explore(f"{WHEEL}\n{OTHER}\n{WHEEL.replace('1.0', '1.1')}", [TARGET])
    assert [file["ending"] for file in report["files"]] == [0, 1, 0]
    assert len(report["endings"]) == 2


def test_what_an_index_states_about_a_file_is_reported() -> None:
    files = [
        {"filename": WHEEL, "requires-python": ">=3.99", "yanked": True},
        {"filename": WHEEL, "requires-python": "three"},
        {"filename": "demo-1.0.tar.gz"},
    ]
    report = explore(json.dumps({"files": files}), [TARGET])
    first, second, third = report["files"]
    assert first["left_out"] == ["yanked, Requires-Python >=3.99"]
    assert "remark" not in first
    assert second["remark"] == "Requires-Python 'three' is not understood"
    assert "left_out" not in second
    assert third["what"].startswith("a source distribution")
    assert report["choices"] == [{"project": "demo", "files": [WHEEL]}]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("nonsense", "incomplete target 'nonsense'"),
        ("3.14 pyodide_2026_00_wasm32", "a number has a leading zero"),
        ("4.1 pyodide_2026_0_wasm32", "invalid Python version '4.1'"),
        ("3.14 a b", "a blank"),
    ],
)
def test_a_bad_target_does_not_spoil_the_others(target: str, message: str) -> None:
    report = explore(WHEEL, [target, TARGET])
    bad, good = report["targets"]
    assert message in bad["error"]
    assert good["error"] is None
    assert len(report["endings"][0]["verdicts"]) == 1


@pytest.mark.parametrize(
    ("target", "label"),
    [
        (TARGET, "Pyodide 314, Python 3.14"),
        ("3.13.2 pyodide_2025_0_wasm32", "Pyodide 0.28, 0.29, Python 3.13.2"),
        ("3.14 wasi_0_1_sdk_24_wasm32", "CPython for WASI, Python 3.14"),
        ("3.14 wasi_0_2_sdk_33_wasm32", "componentize-py 0.25.1, Python 3.14"),
        ("3.14 wasi_9_9_sdk_99_wasm32", "wasi_9_9_sdk_99_wasm32, Python 3.14"),
    ],
)
def test_a_target_has_a_name_for_people(target: str, label: str) -> None:
    assert explore("", [target])["targets"][0]["label"] == label


def test_an_invalid_name_gets_the_librarys_message() -> None:
    file, other = explore(f"demo.WHL\n{WHEEL}", [TARGET])["files"]
    with pytest.raises(InvalidWheelFilename) as report:
        Target(*TARGET.split()).explain("demo.WHL")
    assert file["error"] == str(report.value)
    assert "in upper case" in file["error"]
    assert "error" not in other


def test_what_cannot_be_printed_is_shown_in_escapes() -> None:
    turned = "demo-1.0-cp314-cp314-\u202e23msaw_0_6202_edidoyp.whl"
    chosen = "other-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.\x1b.whl"
    text = f"{turned}\n{chosen}\ndemo\u2066-1.0.whl"
    report = explore(text, [TARGET, "3.14 \u202ex"])
    assert report["files"][0]["name"] == turned.replace("\u202e", r"\u202e")
    assert r"-\u202e23msaw" in report["endings"][0]["tags"]
    assert report["choices"][1]["files"] == [chosen.replace("\x1b", r"\x1b")]
    assert json.dumps(report, ensure_ascii=False).isprintable()
    assert r"\u001b" not in json.dumps(report)


@pytest.mark.parametrize(
    ("tags", "like"),
    [
        ("cp314-cp314-pyemscripten_2026_0_wasm32", "cp=-cp=-own0"),
        ("cp314-cp314t-pyodide_2026_0_wasm32", "cp=-cp=t-own1"),
        ("cp310-abi3-pyodide_2025_0_wasm32", "cp<-abi3-valid-pyodide"),
        ("cp315.py2-none-any.manylinux_2_17_x86_64", "cp>.py2-none-any.manylinux"),
        ("py3-none-wasi_0_1_sdk_24_wasm32", "py3-none-valid-wasi"),
        ("py3-none-pyodide_2026_00_wasm32", "py3-none-pyodide_#_#_wasm#"),
        ("py3-none-pyodide_2026_0_wasm64", "py3-none-pyodide_#_#_wasm#"),
    ],
)
def test_a_situation_is_what_tags_are_to_the_target(tags: str, like: str) -> None:
    assert situation(Target(*TARGET.split()), tags) == like


def test_the_results_are_joined_by_situation() -> None:
    data = joined()
    for target, case, wanted in (
        (
            TARGET,
            "select/alias/alone@2026_0",
            {"micropip": "t", PIP: "L", "Poetry": "c"},
        ),
        (TARGET, "select/canonical/alone@2026_0", {PIP: "t"}),
        (TARGET, "select/exact/later-year@2026_0", {PIP: "l"}),
        ("", "index/accepted/pyemscripten", {"PyPI": "t", LIBRARY: "t"}),
        ("", "index/accepted/wasi-0-1", {"PyPI": "L", LIBRARY: "t"}),
        ("", "index/rejected/alias", {"PyPI": "l", LIBRARY: "l"}),
    ):
        tools = [tool["name"] for tool in data[target]["tools"]]
        assert tools[-1].startswith(LIBRARY)
        assert target or len(tools) == 2
        code = next(code for name, _, _, code in data[target]["cases"] if name == case)
        found = dict(zip(tools, code, strict=True))
        for tool, outcome in wanted.items():
            assert {found[name] for name in tools if name.startswith(tool)} == {outcome}


def test_what_to_build_fits() -> None:
    wasi = "wasi_0_1_sdk_24_wasm32"
    targets = [TARGET, f"3.13 {wasi}", f"3.14 {wasi}", "x"]
    report = json.loads(build(json.dumps({"targets": targets})))
    assert [target["error"] is None for target in report["targets"]] == [
        *[True] * 3,
        False,
    ]
    assert [(row["tags"], row["fits"]) for row in report["rows"]] == [
        ("cp314-cp314-pyemscripten_2026_0_wasm32", [True, False, False]),
        (f"cp313-cp313-{wasi}", [False, True, False]),
        (f"cp314-cp314-{wasi}", [False, False, True]),
        ("cp314-abi3-pyemscripten_2026_0_wasm32", [True, False, False]),
        (f"cp313-abi3-{wasi}", [False, True, True]),
        ("py3-none-any", [True, True, True]),
    ]
    for row in report["rows"]:
        assert check_upload(f"demo-1.0-{row['tags']}.whl").accepted
    assert json.loads(build('{"targets": []}'))["rows"] == []


def test_a_file_of_names_gives_its_wheels() -> None:
    url = f"https://x.example/{WHEEL}"
    lock = f'[[package]]\nname = "demo"\nwheels = [\n{{ url = "{url}" }},\n]'
    assert json.loads(names(lock)) == {"text": WHEEL, "wheels": 1}
    assert json.loads(names("nothing here")) == {"text": "", "wheels": 0}
    page = f'<a href="{WHEEL}" data-yanked>x</a>'
    assert json.loads(names(page)) == {"text": page, "wheels": 1}
    assert json.loads(names("{}")) == {"text": "", "wheels": 0}


def test_a_wheel_is_compared_with_its_name() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("demo-1.0.dist-info/WHEEL", "Tag: py3-none-any\n")
    report = json.loads(compare(WHEEL, file.getvalue()))
    assert report["in_wheel"] == ["py3-none-any"]
    assert report["in_name"] == ["cp314-cp314-pyemscripten_2026_0_wasm32"]
    assert "no WHEEL file can be read" in json.loads(compare(WHEEL, b""))["error"]
    assert "upper case" in json.loads(compare("demo.WHL", b""))["error"]


def test_the_archive_of_the_page_is_complete(tmp_path: Path) -> None:
    """In it, the module answers without any other package."""
    archive = tmp_path / "library.zip"
    archive.write_bytes(packed())
    code = (
        f"import sys; sys.path.insert(0, {str(archive)!r});"
        "import explorer_answers as e; print(e.version(), e.names('a-1-py3-none-any.whl'))"
    )
    command = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.endswith('"wheels": 1}\n')


def test_json_goes_in_and_out() -> None:
    request = json.dumps({"text": WHEEL, "targets": [TARGET]})
    assert json.loads(answer(request)) == explore(WHEEL, [TARGET])
    assert json.loads(version()) == __version__
    # The report of a runtime is complete elsewhere too.
    report = json.loads(runtime())
    assert set(report["variables"].values()) == {None}
    assert report["stock"] == report["patched"]
    assert {marker["expected"] for marker in report["markers"]} == {None}
