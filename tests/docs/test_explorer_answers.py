"""What the tag explorer answers, on this machine."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

import pytest
from explorer_answers import Listed, answer, explore, listing, parsed, runtime, version
from packaging.utils import InvalidWheelFilename

from wasm_platform_tags import Target, __version__

if TYPE_CHECKING:
    from collections.abc import Callable

TARGET = "3.14 pyemscripten_2026_0_wasm32"
WHEEL = "demo-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl"
OTHER = "demo-1.0-cp313-cp313-pyodide_2025_0_wasm32.whl"
INDEX = f"""<!DOCTYPE html>
<html>
  <head>
    <meta name="pypi:repository-version" content="1.4">
    <title>Links for demo</title></head><body>
    <h1>Links for demo</h1>
<a href="https://example.org/packages/{WHEEL}#sha256=0" data-core-metadata="true">x</a><br />
<a data-requires-python="&gt;=3.13" href="https://example.org/{OTHER}#sha256=0">y</a><br />
</body></html>
<!--SERIAL 1-->"""


@pytest.mark.parametrize(
    "wheel",
    [WHEEL, OTHER, "demo-1.0-1-py3-none-any.whl", "demo-1.0-py3-none-wasix_wasm32.whl"],
)
def test_a_verdict_is_the_librarys(wheel: str) -> None:
    said = Target(*TARGET.split()).explain(wheel)
    (file,) = explore(wheel, [TARGET])["files"]
    assert file["error"] is None
    assert file["verdicts"] == [
        {
            "compatible": said.compatible,
            "rule": said.rule,
            "message": said.message,
            "left_out": "",
        }
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"\n  {WHEEL}  \n\n{OTHER}", [(2, WHEEL), (4, OTHER)]),
        (f'<a href="../x/{WHEEL}#sha256=0">y</a>', [(1, WHEEL)]),
        (INDEX, [(7, WHEEL), (8, OTHER)]),
        (f"<a href={WHEEL}>x</a>\n<a\n  class=z\n  href='{OTHER}'\n>y</a>", [(1, WHEEL), (2, OTHER)]),
        (f'<a href="../">..</a>\n<a href="#top">x</a><a name=y>z</a>\n<a href="{WHEEL}">x</a>', [(3, WHEEL)]),
        ('<a href="../">..</a>', []),
        (f"<A class=z HREF='{WHEEL}'>a</A><a href=\"{OTHER}\">b</a>", [(1, WHEEL), (1, OTHER)]),
        ('<a href="demo-1.0%2Blocal-py3-none-any.whl">', [(1, "demo-1.0+local-py3-none-any.whl")]),
        (f"https://example.org/files/{WHEEL}?x=1", [(1, WHEEL)]),
        (f"see (https://example.org/{WHEEL}), <https://example.org/{OTHER}>", [(1, WHEEL), (1, OTHER)]),
        (f"https://a.example/{WHEEL},https://a.example/{OTHER}", [(1, WHEEL), (1, OTHER)]),
        ("https://example.org/simple/demo/", [(1, "https://example.org/simple/demo/")]),
        (f"demo @ file:///x/{WHEEL}#sha256=0\n./dist/{OTHER}", [(1, WHEEL), (2, OTHER)]),
        (f"C:\\dist\\{WHEEL}\n{OTHER}#sha256=0", [(1, WHEEL), (2, OTHER)]),
        ("files/demo-1.0%2Blocal-py3-none-any.whl", [(1, "demo-1.0+local-py3-none-any.whl")]),
        (f'  "{WHEEL}",\n("{OTHER}"),\n,', [(1, WHEEL), (2, OTHER), (3, ",")]),
        ('"info": {\n("demo"),', [(1, '"info": {'), (2, '("demo"),')]),
        (f'{{ url = "https://example.org/{WHEEL}", hash = "x" }}', [(1, WHEEL)]),
        ("<b>x</b>", [(1, "<b>x</b>")]),
        ("<img src=x/y>\n<![x", [(1, "<img src=x/y>"), (2, "<![x")]),
        ("", []),
    ],
)  # fmt: skip
def test_names_are_found(text: str, found: list[tuple[int, str]]) -> None:
    assert [(file.place, file.name) for file in listing(text)] == [
        (f"line {number}", name) for number, name in found
    ]


def test_names_of_json_are_those_of_files() -> None:
    text = json.dumps({"files": [{"filename": WHEEL}, {"filename": OTHER}]}, indent=1)
    assert list(listing(text)) == [Listed("file 1", WHEEL), Listed("file 2", OTHER)]


OF_PYPI = {"filename": WHEEL, "requires_python": ">=3.13", "yanked": True}


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"files": []}, []),
        (
            {"info": {}, "urls": [OF_PYPI]},
            [Listed("file 1", WHEEL, ">=3.13", yanked=True)],
        ),
        (
            {
                "urls": [OF_PYPI],
                "releases": {
                    "0.9": [{"filename": OTHER}],
                    "0.95": [],
                    "1.0": [OF_PYPI],
                },
            },
            [
                Listed("file 1", OTHER),
                Listed("file 2", WHEEL, ">=3.13", yanked=True),
            ],
        ),
        (
            {
                "info": {"python": "3.14.2"},
                "packages": {
                    "demo": {"name": "demo", "file_name": WHEEL},
                    "other": {"file_name": f"https://example.org/{OTHER}"},
                },
            },
            [Listed("file 1", WHEEL), Listed("file 2", OTHER)],
        ),
    ],
)
def test_other_json_that_lists_wheels_is_read(
    data: dict[str, object], found: list[Listed]
) -> None:
    assert list(listing(json.dumps(data, indent=1))) == found


@pytest.mark.parametrize(
    ("data", "given"),
    [
        ({}, "nothing"),
        ({"files": 1}, "'files'"),
        ({"files": ["x"]}, "'files'"),
        ({"files": [{"filename": WHEEL}, {}]}, "'files'"),
        ({"releases": [OF_PYPI]}, "'releases'"),
        ({"packages": {"demo": {}}}, "'packages'"),
        ({"packages": {"demo": {"file_name": 1}}}, "'packages'"),
        ({"urls": None}, "'urls'"),
        ({"a": 1, "b": 1, "c": 1, "\u202e": 1, "e": 1}, r"'a', 'b', 'c', '\u202e'"),
    ],
)
def test_other_json_gets_one_error(data: dict[str, object], given: str) -> None:
    (file,) = explore(json.dumps(data, indent=1), [TARGET])["files"]
    assert file["error"].startswith(f"JSON that holds {given} is no answer of an index")
    assert 'wanted "files"' in file["error"]


def test_json_that_no_parser_follows_is_text() -> None:
    (file,) = listing('{"a":' * 100_000)
    assert (file.place, file.name[:5]) == ("line 1", '{"a":')


def as_html(requires_python: object, yanked: object) -> str:
    """Write a file as the page of an index does."""
    link = f'<a href="../{WHEEL}"'
    if requires_python is not None:
        link += f' data-requires-python="{escape(str(requires_python))}"'
    if yanked:
        link += " data-yanked" if yanked is True else f' data-yanked="{yanked}"'
    return f"{link}>x</a>"


def as_json(requires_python: object, yanked: object) -> str:
    """Write a file as the JSON of an index does."""
    file = {
        "filename": WHEEL,
        "requires-python": requires_python,
        "yanked": yanked,
    }
    return json.dumps({"files": [file]})


@pytest.mark.parametrize("write", [as_html, as_json])
@pytest.mark.parametrize(
    ("requires_python", "yanked", "left_out"),
    [
        (None, False, ""),
        ("", False, ""),
        (">=3.13", False, ""),
        (">=3.14.1", False, "Requires-Python >=3.14.1"),
        ("<3.14,>=3", False, "Requires-Python <3.14,>=3"),
        (None, True, "yanked"),
        (None, "broken", "yanked"),
        (">=3.99", "broken", "yanked, Requires-Python >=3.99"),
    ],
)
def test_what_an_index_says_about_a_file_counts(
    requires_python: str | None,
    yanked: object,
    left_out: str,
    write: Callable[[object, object], str],
) -> None:
    told = explore(write(requires_python, yanked), [TARGET])
    (file,) = told["files"]
    assert file["verdicts"][0]["compatible"]
    assert file["verdicts"][0]["left_out"] == left_out
    assert file["remark"] is None
    assert told["choices"][0]["files"] == [None if left_out else WHEEL]


def test_an_older_file_is_chosen_where_the_newest_is_left_out() -> None:
    newer = WHEEL.replace("1.0", "1.1")
    files = [
        {"filename": newer, "requires-python": "<3.14.2"},
        {"filename": WHEEL},
    ]
    targets = [TARGET, TARGET.replace("3.14", "3.14.2"), TARGET.replace(" ", ".1rc1 ")]
    told = explore(json.dumps({"files": files}), targets)
    assert told["choices"][0]["files"] == [newer, WHEEL, newer]


def test_a_pre_release_of_python_counts_as_its_release() -> None:
    targets = [TARGET.replace(" ", ".0b1 ")]
    told = explore(as_json(">=3.14", yanked=False), targets)
    assert told["choices"][0]["files"] == [WHEEL]


@pytest.mark.parametrize("write", [as_html, as_json])
@pytest.mark.parametrize("malformed", ["three", ">=3.6.*", f">={'1' * 5000}", 3])
def test_a_malformed_requires_python_excludes_nothing(
    malformed: object, write: Callable[[object, object], str]
) -> None:
    told = explore(write(malformed, None), [TARGET])
    (file,) = told["files"]
    assert file["remark"] == f"Requires-Python {str(malformed)!r} is not understood"
    assert file["verdicts"][0]["left_out"] == ""
    assert told["choices"][0]["files"] == [WHEEL]


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
    "name",
    [
        "demo.tar.gz",
        "x" * 5000,
        "<b>-1-py3-none-any.whl",
        "\0",
        f"demo-{'1' * 5000}-py3-none-any.whl",
        f"demo-1-{'1' * 5000}-py3-none-any.whl",
    ],
)
def test_what_is_no_wheel_gets_a_message_at_its_line(name: str) -> None:
    file, other = explore(f"{name}\n{WHEEL}", [TARGET])["files"]
    assert (file["place"], other["place"]) == ("line 1", "line 2")
    with pytest.raises(InvalidWheelFilename) as told:
        Target(*TARGET.split()).explain(name)
    assert file["error"] == str(told.value)
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
        ("PYODIDE_2026_0_WASM32", "PyEmscripten 2026_0", "same-platform"),
        (
            "pyodide_2026_0",
            "not portable: it does not end with _wasm32",
            "tag-grammar",
        ),
        (
            "wasi_0_1_sdk_24",
            "not portable: it does not end with _wasm32",
            "tag-grammar",
        ),
        ("manylinux_2_17_x86_64", "not a WebAssembly tag", None),
        ("any", "not a WebAssembly tag", None),
    ],
)
def test_a_tag_is_parsed(tag: str, means: str, rule: str | None) -> None:
    assert parsed(tag) == {"tag": tag, "means": means, "rule": rule}


def test_a_local_tag_without_its_end_is_told_as_one() -> None:
    told = parsed("emscripten_5_0_3")
    assert told["means"].startswith("not portable: it is a local tag")
    assert told["rule"] == "local-tag"


def test_what_cannot_be_printed_is_shown_in_escapes() -> None:
    turned = "demo-1.0-cp314-cp314-\u202e23msaw_0_6202_edidoyp.whl"
    chosen = "other-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.\x1b.whl"
    text = f"{turned}\n{chosen}\ndemo\u2066-1.0.whl"
    told = explore(text, [TARGET, "3.14 \u202ex"])
    assert told["files"][0]["name"] == turned.replace("\u202e", r"\u202e")
    assert told["files"][0]["platforms"][0]["tag"].startswith(r"\u202e23msaw")
    assert told["choices"][1]["files"] == [chosen.replace("\x1b", r"\x1b")]
    assert json.dumps(told, ensure_ascii=False).isprintable()
    assert r"\u001b" not in json.dumps(told)


def test_json_goes_in_and_out() -> None:
    request = json.dumps({"text": WHEEL, "targets": [TARGET]})
    assert json.loads(answer(request)) == explore(WHEEL, [TARGET])
    assert json.loads(version()) == __version__


def test_the_report_of_a_runtime_is_whole_elsewhere_too() -> None:
    told = json.loads(runtime())
    assert set(told["variables"].values()) == {None}
    assert told["stock"] == told["patched"]
    assert {marker["expected"] for marker in told["markers"]} == {None}
