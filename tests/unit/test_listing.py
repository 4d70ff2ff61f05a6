"""What a text lists, and what an installer takes of it."""

import io
import json
import re
import struct
import sys
import zipfile
from html import escape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import InvalidWheelFilename

from wasm_platform_tags import Target
from wasm_platform_tags.index.listing import Listed, classify, listing, not_a_wheel
from wasm_platform_tags.wheelfile.metadata import compare

from .conftest import Command, MonkeyPatch

TARGET = Target("3.14", "pyemscripten_2026_0_wasm32")
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
        (f"- pypi: https://example.org/{WHEEL}", [(1, WHEEL)]),
        ("demo==1.0 \\\n    --hash=sha256:0", [(1, "demo==1.0 \\"), (2, "--hash=sha256:0")]),
        (f"-r ../other.txt\n# see a/b\n./dist/{WHEEL.upper()}", [(1, "-r ../other.txt"), (2, "# see a/b"), (3, WHEEL.upper())]),
        ("<b>x</b>", [(1, "<b>x</b>")]),
        ("<img src=x/y>\n<![x", [(1, "<img src=x/y>"), (2, "<![x")]),
        ("", []),
    ],
)  # fmt: skip
def test_names_are_found(text: str, found: list[tuple[int, str]]) -> None:
    assert [(file.place, file.name) for file in listing(text)] == [
        (f"line {number}", name) for number, name in found
    ]


OF_PYPI = {"filename": WHEEL, "requires_python": ">=3.13", "yanked": True}
PYPI = (WHEEL, ">=3.13", True)
INFO = {"python": "3.14.2"}
RELEASES = {"0.9": [{"filename": OTHER}], "0.95": [], "1.0": [OF_PYPI]}
PACKAGES = {
    "demo": {"name": "demo", "file_name": WHEEL},
    "other": {"file_name": f"https://example.org/{OTHER}"},
}


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"files": []}, []),
        ({"info": {}, "urls": [OF_PYPI]}, [PYPI]),
        ({"urls": [OF_PYPI], "releases": RELEASES}, [(OTHER,), PYPI]),
        ({"info": INFO, "packages": PACKAGES}, [(WHEEL,), (OTHER,)]),
        ({"files": [{"filename": WHEEL}, {"filename": OTHER}]}, [(WHEEL,), (OTHER,)]),
    ],
)
def test_json_that_lists_wheels_is_read(data: Any, found: list[Any]) -> None:
    files = list(listing(json.dumps(data, indent=1)))
    assert files == [Listed(f"file {at}", *file) for at, file in enumerate(found, 1)]


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
    (file,), _ = classify(json.dumps(data, indent=1), [TARGET])
    assert file.error.startswith(f"JSON that holds {given} is no answer of an index")
    assert 'wanted "files"' in file.error


UV = f"""version = 1
requires-python = ">=3.99"
[[package]]
name = "demo"
source = {{ registry = "https://pypi.org/simple" }}
sdist = {{ url = "https://example.org/demo-1.0.tar.gz", hash = "sha256:0" }}
wheels = [
    {{ url = "https://example.org/{WHEEL}", hash = "sha256:0" }},
    {{ path = "dist/{OTHER}" }},
]
[[package]]
name = "project"
source = {{ virtual = "." }}
"""
FILES = f"""files = [
    {{file = "{WHEEL}", hash = "sha256:0"}},
    {{file = "{OTHER}", hash = "sha256:0"}},
]"""
POETRY = f"""# This file is automatically @generated by Poetry

[[package]]
name = "demo"
python-versions = ">=3.99"
{FILES}
[metadata]
lock-version = "2.1"
"""
POETRY_1 = f"""[[package]]
name = "demo"
[metadata.files]
demo = {FILES.removeprefix("files = ")}
"""
PYLOCK = f"""# made by hand
lock-version = "1.0"
created-by = "demo"
[[packages]]
name = "demo"
requires-python = ">=3.13"
sdist = {{ name = "demo-1.0.tar.gz", path = "x", hashes = {{ sha256 = "0" }} }}
wheels = [
    {{ url = "https://example.org/{WHEEL}", hashes = {{ sha256 = "0" }} }},
    {{ path = "dist/{OTHER}", hashes = {{ sha256 = "0" }} }},
]
[[packages]]
name = "other"
archive = {{ path = "other-1.zip", hashes = {{ sha256 = "0" }} }}
"""


@pytest.mark.parametrize(
    ("text", "names", "requires_python"),
    [
        (UV, ["demo-1.0.tar.gz", WHEEL, OTHER], ""),
        (POETRY, [WHEEL, OTHER], ""),
        (POETRY_1, [WHEEL, OTHER], ""),
        (PYLOCK, ["demo-1.0.tar.gz", WHEEL, OTHER, "other-1.zip"], ">=3.13"),
    ],
)
def test_lock_files_in_toml(text: str, names: list[str], requires_python: str) -> None:
    files = list(listing(text))
    pairs = [(f"file {number}", name) for number, name in enumerate(names, 1)]
    assert [(file.place, file.name) for file in files] == pairs
    assert files[0].requires_python == requires_python
    assert classify(text, [TARGET])[1] == {"demo": [WHEEL]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[project]\nname = "demo"', "TOML that holds 'project' is no lock file"),
        ("package = 1", "TOML that holds 'package' is no lock file: wanted pylock"),
        ("[[package]]\nfiles = [{}]", "TOML that holds 'package' is no lock file"),
        ("wheels = [", "TOML that cannot be read: "),
        (f"{'a.' * 5000}b = {'[' * 5000}", "TOML that cannot be read: "),
        ('lock-version = "1.0"', "no valid pylock.toml: Missing required value"),
        (PYLOCK.replace('"1.0"', '"9.0"'), "no valid pylock.toml: .*9.0"),
    ],
)
def test_other_toml_gets_one_error(text: str, message: str) -> None:
    (file,), choices = classify(text, [TARGET])
    assert re.search(message, file.error)
    assert choices == {}


TOML_READER = "tomllib" if sys.version_info >= (3, 11) else "tomli"


@pytest.mark.parametrize("module", ["packaging.pylock", TOML_READER])
def test_a_lock_file_without_the_extra(module: str, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    (file,), _ = classify(PYLOCK, [TARGET])
    assert f"needs {module}, which is not installed: add the extra lock" in file.error


WHOLE = json.dumps({"files": [{"filename": WHEEL, "yanked": True}]}, indent=1)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (WHOLE[:-3], "line 7 column"),
        (f"\ufeff\n {WHOLE[:-3]}", "line 8 column"),
        ("{", "line 1 column 2"),
        (f'{{"files": {"1" * 5000}}}', "4300 digits"),
        ('{"a":' * 100_000, ""),
    ],
)
def test_json_that_cannot_be_read_lists_nothing(text: str, why: str) -> None:
    (file,), choices = classify(text, [TARGET])
    assert file.error.startswith("JSON that cannot be read: ")
    assert why in file.error
    assert choices == {}


def test_a_byte_order_mark_is_no_part_of_a_list() -> None:
    for text in (WHOLE, INDEX, WHEEL):
        assert list(listing(f"\ufeff{text}")) == list(listing(text))


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
    file = {"filename": WHEEL, "requires-python": requires_python, "yanked": yanked}
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
    requires_python: str | None, yanked: object, left_out: str, write: Any
) -> None:
    (file,), choices = classify(write(requires_python, yanked), [TARGET])
    assert file.verdicts[0]
    assert file.left_out == [left_out]
    assert file.listed.remark is None
    assert choices == {"demo": [None if left_out else WHEEL]}


@pytest.mark.parametrize("write", [as_html, as_json])
@pytest.mark.parametrize("malformed", ["three", ">=3.6.*", f">={'1' * 5000}", 3])
def test_a_malformed_requires_python_keeps_all(malformed: Any, write: Any) -> None:
    (file,), choices = classify(write(malformed, None), [TARGET])
    wanted = f"Requires-Python {str(malformed)!r} is not understood"
    assert file.listed.remark == wanted
    assert file.left_out == [""]
    assert choices == {"demo": [WHEEL]}


def test_each_project_gets_its_choice() -> None:
    other = "Other_Project-1.0a1-py3-none-any.whl"
    choices = {"demo": [WHEEL], "other-project": [other], "third": [None]}
    text = "\n".join([WHEEL, other, OTHER.replace("demo", "third")])
    assert classify(text, [TARGET])[1] == choices


LONG = f"{'1' * 5000}-py3-none-any.whl"
NO_WHEELS = ["(demo)", "demo.WHL", "<b>-1-py3-none-any.whl", "\0"]


@pytest.mark.parametrize("name", [*NO_WHEELS, f"demo-{LONG}", f"demo-1-{LONG}"])
def test_what_is_no_wheel_gets_a_message_at_its_line(name: str) -> None:
    (file, other), _ = classify(f"{name}\n{WHEEL}", [TARGET])
    assert (file.listed.place, other.listed.place) == ("line 1", "line 2")
    with pytest.raises(InvalidWheelFilename) as told:
        TARGET.explain(name)
    assert (file.error, other.error) == (str(told.value), "")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("demo-1.0.tar.gz", "a source distribution"),
        ("demo-1.0.zip", "a source distribution"),
        ("demo-1.0.tgz", "a source distribution"),
        (f"{WHEEL}.metadata", "the metadata that an index serves beside a wheel"),
        (f"{WHEEL}.asc", "a signature"),
        ("demo-1.0-py3.14.egg", "a package of another format"),
        ("# demo", "a comment"),
        ("--hash=sha256:0", "an option of a requirements file"),
        ("-r other.txt", "an option of a requirements file"),
        ("https://example.org/simple/demo/", "an address that names no file"),
        ("[[package]]", None),
        ('"info": {', None),
        ("demo", "a requirement"),
        ("demo==1.0 \\", "a requirement"),
        ("demo[x]>=1,<2; python_version > '3'  # why", "a requirement"),
        ("demo==1.0 --hash=sha256:0", "a requirement"),
        (WHEEL, None),
        ("demo.WHL", None),
        ("<b>", None),
        ("", None),
    ],
)
def test_what_names_no_wheel_is_named(text: str, what: str | None) -> None:
    told = not_a_wheel(text)
    assert (told or "").startswith(what or "")
    assert (told is None) is (what is None)


@pytest.mark.parametrize("text", ["<a " * 100_000, f"demo{' ' * 100_000}x"])
def test_a_long_text_takes_no_hours(text: str) -> None:
    (file,), _ = classify(text, [TARGET])
    assert file.listed.name == text.strip()


@given(st.text(max_size=60))
def test_any_text_is_judged(text: str) -> None:
    files, choices = classify(text, [TARGET])
    assert all(sum(map(bool, (f.error, f.what, f.ending))) == 1 for f in files)
    assert sum(bool(one.ending) for one in files) >= len(choices)


def archive(*tags: str, member: str = "demo-1.0.dist-info/WHEEL") -> io.BytesIO:
    """Write a wheel that states some tags."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        lines = ["Wheel-Version: 1.0", *(f"Tag: {tag}" for tag in tags)]
        made.writestr(member, "\n".join(lines))
    return file


def lying(wheel: io.BytesIO) -> io.BytesIO:
    """Let both headers of the member say that it has 100 bytes."""
    data = bytearray(wheel.getvalue())
    for mark, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        at = data.index(mark) + offset
        data[at : at + 4] = struct.pack("<L", 100)
    return io.BytesIO(data)


NAMED = "cp314-cp314-pyemscripten_2026_0_wasm32"


def test_the_tags_inside_a_wheel_are_compared() -> None:
    linux = ["cp314-cp314-linux_i686", "cp314-cp314-linux_x86_64"]
    for stated, expected in (
        ([NAMED], ([NAMED], [], [])),
        (["cp314-cp314-linux_x86_64.linux_i686"], ([], [NAMED], linux)),
        (["none\u202e"], ([], [NAMED], [r"none\u202e"])),
        ([], ([], [NAMED], [])),
    ):
        assert compare(WHEEL, archive(*stated)) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (io.BytesIO(b"PK"), "no WHEEL file can be read from it"),
        (archive(member="WHEEL"), "it has 0 folders .dist-info; wanted one"),
        (archive(member="other-1.0.dist-info/WHEEL"), "of another project"),
        (archive("x" * 2**20), "at most 1048576 are read"),
        (archive(*["-".join(["a" + ".a" * 40] * 3)] * 2), "137842 tags; at most 10000"),
        (lying(archive("x" * 2**20)), "is larger than the 100 bytes"),
    ],
)
def test_a_wheel_that_states_nothing_is_told(content: io.BytesIO, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compare(WHEEL, content)


OPTIONS = ("--python", "3.14", "--platform", "pyemscripten_2026_0_wasm32")


def test_the_command_reads_a_wheel(tmp_path: Path, tags: Command) -> None:
    path = tmp_path / WHEEL
    path.write_bytes(archive(NAMED).getvalue())
    assert "states the tags of the name" in tags(0, "explain", str(path), *OPTIONS).out
    path.write_bytes(archive("py3-none-any").getvalue())
    told = tags(0, "explain", str(path), *OPTIONS, "--json").out
    said = json.loads(told)["wheel_file"]
    assert said.endswith("only in WHEEL: py3-none-any")
    path.write_bytes(b"")
    assert "no WHEEL file can be read" in tags(2, "explain", str(path), *OPTIONS).err


def test_the_command_chooses_from_a_list(tmp_path: Path, tags: Command) -> None:
    path = tmp_path / "list.html"
    path.write_text(f"{INDEX}<a href={WHEEL} data-yanked>x</a>", "utf-8")
    told = json.loads(tags(0, "choose", str(path), *OPTIONS, "--json").out)
    assert told["choices"] == {"demo": WHEEL}
    assert [file["fits"] for file in told["files"]] == ["yes", "no", "not chosen"]
    path.write_text("demo>=1\ndemo.WHL\n", "utf-8")
    shown = tags(1, "choose", str(path), *OPTIONS).out
    assert "a requirement" in shown
    assert "is in upper case" in " ".join(shown.split())
    path.write_text(WHOLE[:-3], "utf-8")
    assert "JSON that cannot be read" in tags(2, "choose", str(path), *OPTIONS).err
    path.write_bytes(b"\xff")
    assert "wasm-tags choose: " in tags(2, "choose", str(path), *OPTIONS).err
