"""Add the tags of this PEP to a copy of ``packaging`` 26.2 or newer.

    python packaging_changes.py src/packaging [FOLDER]

This is the pull request for ``packaging``, as a program: it copies two modules of the
reference library, unchanged, to where ``_manylinux.py`` is, and makes three edits in
``tags.py``, whose branches on the system may be ``elif`` or ``case``. It writes nothing
unless the result compiles. FOLDER holds the two modules; they are in
reference/wasm_platform_tags.
"""

from __future__ import annotations

import ast
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

MODULES = ("_pyemscripten.py", "_wasi.py")
REFERENCE = Path(__file__).parents[2] / "reference" / "wasm_platform_tags"
OLD = "_emscripten_platforms"
KNOWN = "this is for packaging 26.2 and newer, as its main branch was in August 2026"
Found = TypeVar("Found")
FUNCTIONS = """\
def _emscripten_platforms() -> Iterator[str]:
    if platform.machine() == "wasm32":
        yield from _pyemscripten.platform_tags(_pyemscripten.platform_version())
    yield from _generic_platforms()


def _wasi_platforms() -> Iterator[str]:
    if platform.machine() == "wasm32":
        yield from _wasi.platform_tags(_wasi.platform_version())
    yield from _generic_platforms()
"""
# What each form of branch on platform.system() gets after Emscripten's.
BRANCHES: dict[type[ast.AST], str] = {
    ast.If: 'elif platform.system() == "wasi":',
    ast.match_case: 'case "wasi":',
}


def changed(source: str) -> str:
    """Return the text of ``tags.py`` with the three edits.

    :raises ValueError: if a place to edit is not found, or not once, or if the result
        does not compile.
    """
    tree = ast.parse(source)
    imports = [
        node
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.level == 1 and not node.module
    ]
    functions = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name == OLD
    ]
    branches = [
        (node, type(parent))
        for parent in ast.walk(tree)
        if isinstance(parent, (ast.If, ast.match_case))
        for node in parent.body
        if isinstance(node, ast.Return)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == OLD
    ]
    returns, form = _one(branches)
    lines = source.splitlines(keepends=True)
    places = _one(imports), _one(functions), returns
    names = {name.name for node in imports for name in node.names}
    names |= {Path(name).stem for name in MODULES}
    body = " " * returns.col_offset
    branch = f"{body[4:]}{BRANCHES[form]}\n{body}return _wasi_platforms()\n"
    texts = (
        f"from . import {', '.join(sorted(names))}\n",
        FUNCTIONS,
        f"{body}return {OLD}()\n{branch}",
    )
    # From the last to the first, so that line numbers stay right.
    edits = sorted(zip(places, texts, strict=True), key=lambda edit: -edit[0].lineno)
    for node, text in edits:
        lines[node.lineno - 1 : node.end_lineno] = [text]
    made = "".join(lines)
    try:
        compile(made, "tags.py", "exec")
    except SyntaxError as error:
        raise ValueError(
            f"the changed tags.py does not compile, line {error.lineno}: {error.msg};"
            f" nothing was written. {KNOWN}"
        ) from None
    return made


def _one(found: Sequence[Found]) -> Found:
    if len(found) != 1:
        raise ValueError(
            f"tags.py has {len(found)} places for an edit around {OLD}(), wanted 1:"
            f" {KNOWN}"
        )
    return found[0]


def change(packaging: Path, modules: Path = REFERENCE) -> None:
    """Change a copy of the package ``packaging`` in place, or leave it as it was."""
    tags = packaging / "tags.py"
    made = changed(tags.read_text("utf-8"))
    for name in MODULES:
        shutil.copyfile(modules / name, packaging / name)
    tags.write_text(made, "utf-8")


def main(arguments: list[str]) -> None:
    """Change the copy that the command line names."""
    usage = "usage: packaging_changes.py src/packaging [FOLDER]"
    if not 1 <= len(arguments) <= 2:
        sys.exit(usage)
    try:
        change(*map(Path, arguments))
    except (OSError, ValueError) as error:
        sys.exit(f"{error}; {usage}")


if __name__ == "__main__":
    main(sys.argv[1:])
