"""What the tag explorer answers, on this machine."""

from __future__ import annotations

import json

import pytest
from explorer_answers import answer, explore, names, parsed, runtime, version

from wasm_platform_tags import Target, __version__

TARGET = "3.14 pyemscripten_2026_0_wasm32"
WHEEL = "demo-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl"
OTHER = "demo-1.0-cp313-cp313-pyodide_2025_0_wasm32.whl"


@pytest.mark.parametrize(
    "wheel",
    [WHEEL, OTHER, "demo-1.0-1-py3-none-any.whl", "demo-1.0-py3-none-wasix_wasm32.whl"],
)
def test_a_verdict_is_the_librarys(wheel: str) -> None:
    said = Target(*TARGET.split()).explain(wheel)
    (file,) = explore(wheel, [TARGET])["files"]
    assert file["error"] is None
    assert file["verdicts"] == [
        {"compatible": said.compatible, "rule": said.rule, "message": said.message}
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"\n  {WHEEL}  \n\n{OTHER}", [(2, WHEEL), (4, OTHER)]),
        (f'<a href="../x/{WHEEL}#sha256=0">y</a>', [(1, WHEEL)]),
        (f"<A class=z HREF='{WHEEL}'>a</A><a href=\"{OTHER}\">b</a>", [(1, WHEEL), (1, OTHER)]),
        ('<a href="demo-1.0%2Blocal-py3-none-any.whl">', [(1, "demo-1.0+local-py3-none-any.whl")]),
        (f"https://example.org/files/{WHEEL}?x=1", [(1, WHEEL)]),
        (json.dumps({"files": [{"filename": WHEEL}, {"filename": OTHER}]}), [(1, WHEEL), (2, OTHER)]),
        ('{"files": 1}', [(1, '{"files": 1}')]),
        ("<b>x</b>", [(1, "<b>x</b>")]),
        ("", []),
    ],
)  # fmt: skip
def test_names_are_found(text: str, found: list[tuple[int, str]]) -> None:
    assert list(names(text)) == found


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
    told = explore(WHEEL, [target, TARGET])
    assert message in told["targets"][0]["error"]
    assert told["targets"][1]["error"] is None
    assert len(told["files"][0]["verdicts"]) == 1


@pytest.mark.parametrize(
    "name", ["demo.tar.gz", "x" * 5000, "<b>-1-py3-none-any.whl", "\0"]
)
def test_what_is_no_wheel_gets_a_message_at_its_line(name: str) -> None:
    file, other = explore(f"{name}\n{WHEEL}", [TARGET])["files"]
    assert (file["line"], other["line"]) == (1, 2)
    assert file["error"].startswith("Invalid")
    assert other["error"] is None


def test_the_newest_release_that_fits_is_chosen() -> None:
    wheels = [
        WHEEL,
        "demo-2.0-cp313-cp313-pyodide_2025_0_wasm32.whl",
        "demo-1.5-cp314-cp314-pyodide_2026_0_wasm32.whl",
        "demo-1.5-py3-none-any.whl",
        "demo-3.0rc1-py3-none-any.whl",
        "Other_Project-1.0a1-py3-none-any.whl",
        "third-1.0-cp313-cp313-pyodide_2025_0_wasm32.whl",
    ]
    assert explore("\n".join(wheels), [TARGET])["choices"] == [
        {"project": "demo", "files": [wheels[2]]},
        {"project": "other-project", "files": [wheels[5]]},
        {"project": "third", "files": [None]},
    ]


@pytest.mark.parametrize(
    ("tag", "means", "rule"),
    [
        ("pyodide_2026_0_wasm32", "PyEmscripten 2026_0", "same-platform"),
        ("wasi_0_1_sdk_24_wasm32", "WASI 0_1_sdk_24", "tag-grammar"),
        (
            "wasi_0_1_sdk_24_wasm64",
            "not portable: wasm64 is reserved",
            "wasm64-reserved",
        ),
        ("manylinux_2_17_x86_64", "not a WebAssembly tag", None),
    ],
)
def test_a_tag_is_parsed(tag: str, means: str, rule: str | None) -> None:
    assert parsed(tag) == {"tag": tag, "means": means, "rule": rule}


def test_json_goes_in_and_out() -> None:
    request = json.dumps({"text": WHEEL, "targets": [TARGET]})
    assert json.loads(answer(request)) == explore(WHEEL, [TARGET])
    assert json.loads(version()) == __version__


def test_the_report_of_a_runtime_is_whole_elsewhere_too() -> None:
    told = json.loads(runtime())
    assert set(told["variables"].values()) == {None}
    assert told["stock"] == told["patched"]
    assert {marker["expected"] for marker in told["markers"]} == {None}
