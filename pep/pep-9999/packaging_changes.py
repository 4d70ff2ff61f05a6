"""Add the tags of this PEP to a copy of ``packaging`` 26.2 or newer.

    python packaging_changes.py src/packaging [FOLDER]

This is the pull request for ``packaging``, as a program: it copies two modules of the
reference library, unchanged, to where ``_manylinux.py`` is, and makes three edits in
``tags.py``. FOLDER holds the two modules; they are in reference/wasm_platform_tags.
"""

from __future__ import annotations

import ast
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MODULES = ("_pyemscripten.py", "_wasi.py")
REFERENCE = Path(__file__).parents[2] / "reference" / "wasm_platform_tags"
OLD = "_emscripten_platforms"
FUNCTIONS = """\
def _emscripten_platforms() -> Iterator[str]:
    yield from _pyemscripten.platform_tags(_pyemscripten.platform_version())
    yield from _generic_platforms()


def _wasi_platforms() -> Iterator[str]:
    yield from _wasi.platform_tags(_wasi.platform_version())
    yield from _generic_platforms()
"""
BRANCH = """\
    elif platform.system() == "wasi":
        return _wasi_platforms()
"""


def changed(source: str) -> str:
    """Return the text of ``tags.py`` with the three edits.

    :raises ValueError: if a place to edit is not found, or not once.
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
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Return)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == OLD
    ]
    lines = source.splitlines(keepends=True)
    places = _one(imports), _one(functions), _one(branches)
    names = {name.name for node in imports for name in node.names}
    names |= {Path(name).stem for name in MODULES}
    texts = (
        f"from . import {', '.join(sorted(names))}\n",
        FUNCTIONS,
        f"        return {OLD}()\n{BRANCH}",
    )
    # From the last to the first, so that line numbers stay right.
    edits = sorted(zip(places, texts, strict=True), key=lambda edit: -edit[0].lineno)
    for node, text in edits:
        lines[node.lineno - 1 : node.end_lineno] = [text]
    return "".join(lines)


def _one(nodes: Sequence[ast.stmt]) -> ast.stmt:
    if len(nodes) != 1:
        raise ValueError(
            f"tags.py has {len(nodes)} places for an edit around {OLD}(), wanted 1:"
            " this is for packaging 26.2 and newer"
        )
    return nodes[0]


def change(packaging: Path, modules: Path = REFERENCE) -> None:
    """Change a copy of the package ``packaging`` in place."""
    tags = packaging / "tags.py"
    tags.write_text(changed(tags.read_text("utf-8")), "utf-8")
    for name in MODULES:
        shutil.copyfile(modules / name, packaging / name)


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
