"""The change for packaging and the library have the same source."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATCH = (ROOT / "reference/upstream/packaging/change.patch").read_text("utf-8")
LIBRARY = "\n".join(
    (ROOT / f"reference/wasm_platform_tags/{module}.py").read_text("utf-8")
    for module in ("_platform_version", "_pyemscripten", "_wasi", "_tags")
)
NAMES = {
    "_PYEMSCRIPTEN_VERSION_RE",
    "_WASI_VERSION_RE",
    "_emscripten_platforms",
    "_wasi_platforms",
    "_wasm_platform_version",
    "pyemscripten_platforms",
    "wasi_platforms",
}


def of_patch(patch: str) -> dict[str, str]:
    """The source of each function and constant that a patch adds to or changes in tags.py."""
    section = patch.split("+++ b/src/packaging/tags.py\n")[1].split(
        "\ndiff --git ", maxsplit=1
    )[0]
    found = {}
    for hunk in re.split(r"^@@ .*\n", section, flags=re.MULTILINE)[1:]:
        lines = [line for line in hunk.split("\n") if not line.startswith("-")]
        for block in re.split(r"\n(?=.(?:def |_[A-Z]))", "\n".join(lines)):
            changed = re.search(r"^\+", block, re.MULTILINE)
            if re.match(r".(def |_[A-Z])", block) and changed:
                source = "\n".join(line[1:] for line in block.split("\n")).strip()
                name = re.findall(r"\w+", source.removeprefix("def "))[0]
                found[name] = re.sub(r"\n+ *\.\. versionadded:: .*", "", source)
    return found


def of_library(library: str) -> dict[str, str]:
    """The source of each function and constant of modules."""
    found = {}
    for node in ast.parse(library).body:
        source = ast.get_source_segment(library, node) or ""
        if isinstance(node, ast.FunctionDef):
            found[node.name] = source
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = source
    return found


def differences(patch: str, library: str) -> set[str]:
    """The names whose source is not the same, or that one side lacks."""
    theirs, ours = of_patch(patch), of_library(library)
    return {name for name in NAMES | set(theirs) if theirs.get(name) != ours.get(name)}


def test_the_source_is_the_same() -> None:
    assert set(of_patch(PATCH)) == NAMES
    assert differences(PATCH, LIBRARY) == set()


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ('wasm32":\n', 'wasm64":\n', "_wasm_platform_version"),
        ("first variable that is set", "first", "_wasm_platform_version"),
        ("Pyodide 0.26 to 0.29.3", "Pyodide", "pyemscripten_platforms"),
        ("[1-9][0-9]{3}", "[0-9]{4}", "_PYEMSCRIPTEN_VERSION_RE"),
        ("_sdk_(?:", "_SDK_(?:", "_WASI_VERSION_RE"),
        ("invalid WASI platform version", "malformed version", "wasi_platforms"),
        ("yield from wasi_platforms()", "yield from ()", "_wasi_platforms"),
        ("yield from pyemscripten_platforms()", "pass", "_emscripten_platforms"),
    ],
)
def test_a_change_on_either_side_is_found(before: str, after: str, name: str) -> None:
    code = PATCH.partition("diff --git a/tests")[0]
    assert before in code
    assert before in LIBRARY
    assert differences(PATCH.replace(before, after), LIBRARY) == {name}
    assert differences(PATCH, LIBRARY.replace(before, after)) == {name}
