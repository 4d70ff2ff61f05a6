"""Imports run one way: from the applications and pages down to the core.

Read from the source of every file under version control; nothing is imported.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
LIBRARY = "wasm_platform_tags"
APPLICATIONS = (
    r"tests\.(audit|benchmark|conformance|cpython_wasi|matrix|native|upstream)"
)
TESTS = r"tests\.(unit|site)|(.+\.)?test_\w+"

# What the modules whose name matches the first pattern may not import. The first row
# that matches counts. A pattern matches a whole name or the packages it starts with.
FORBIDDEN = (
    # Each test may import whatever it tests.
    (TESTS, r"(?!)"),
    (rf"{LIBRARY}\.cli|{LIBRARY}\.__main__", r"tests|docs"),
    (
        rf"{LIBRARY}\.(audit|conformance)",
        rf"{LIBRARY}\.cli|tests|docs",
    ),
    (
        rf"{LIBRARY}\.index",
        rf"{LIBRARY}\.(cli|audit|conformance)|tests|docs",
    ),
    (
        rf"{LIBRARY}\.wheelfile",
        rf"{LIBRARY}\.(cli|audit|conformance|index)|tests|docs",
    ),
    (
        LIBRARY,
        rf"{LIBRARY}\.(cli|audit|conformance|index|wheelfile)|tests|docs",
    ),
    (r"tests\.toolkit", rf"{APPLICATIONS}|{TESTS}|docs"),
    (APPLICATIONS, rf"{TESTS}|docs"),
    (r"docs|conf", TESTS),
)


def module_name(path: PurePosixPath) -> str:
    """Return the dotted name of a file's module; the pages' extensions are in docs."""
    parts = path.with_suffix("").parts
    if parts[:2] == ("reference", LIBRARY):
        parts = parts[1:]
    return ".".join(parts).removesuffix(".__init__")


@cache
def modules() -> dict[str, Path]:
    """Return every module under version control by its dotted name.

    The changes in reference/upstream are code of other projects.
    """
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("git or its folder is missing: the files cannot be listed")
    command = [git, "ls-files", "--cached", "--others", "--exclude-standard", "*.py"]
    listed = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = map(PurePosixPath, listed.stdout.splitlines())
    return {
        module_name(path): ROOT / path
        for path in paths
        if path.parts[:2] != ("reference", "upstream") and (ROOT / path).is_file()
    }


def imported(source: str, module: str, *, is_package: bool = False) -> set[str]:
    """Return the names that a module imports, at any depth, as absolute names."""
    names: set[str] = set()
    package = module.split(".")[: None if is_package else -1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            parent = ".".join([*base, *filter(None, [node.module])])
            names.update(f"{parent}.{alias.name}" for alias in node.names)
    return names


def in_layer(pattern: str, name: str) -> bool:
    """Say whether a dotted name, or a package that it is in, matches."""
    return re.match(rf"({pattern})(\.|$)", name) is not None


def wrong_imports(module: str, names: set[str]) -> list[str]:
    """Return those names that a module of that layer may not import."""
    for layer, forbidden in FORBIDDEN:
        if in_layer(layer, module):
            return sorted(name for name in names if in_layer(forbidden, name))
    return []


def test_imports_run_one_way() -> None:
    found = []
    for module, path in modules().items():
        package = path.name == "__init__.py"
        names = imported(path.read_text("utf-8"), module, is_package=package)
        found += [f"{module} imports {name}" for name in wrong_imports(module, names)]
    assert not found, "\n".join(found)


def test_every_layer_has_modules() -> None:
    for layer, _ in FORBIDDEN:
        assert any(in_layer(layer, module) for module in modules()), layer


@pytest.mark.parametrize(
    ("module", "source", "wrong"),
    [
        ("wasm_platform_tags._tags", "from .cli import main", [f"{LIBRARY}.cli.main"]),
        ("wasm_platform_tags.cli.main", "from ..audit import rules", []),
        ("wasm_platform_tags.index.listing", "from .. import cli", [f"{LIBRARY}.cli"]),
        ("wasm_platform_tags.index", "from .listing import judge", []),
        ("tests.toolkit.cache", "import tests.matrix.cells", ["tests.matrix.cells"]),
        ("tests.matrix.cells", "import docs.objections", ["docs.objections"]),
        ("tests.matrix.test_cells", "import docs.objections", []),
        (
            "docs._ext.support",
            "def f():\n    from tests.unit import pep_text",
            ["tests.unit.pep_text"],
        ),
        (
            "docs._ext.support",
            "from tests.native.test_abi import x",
            ["tests.native.test_abi.x"],
        ),
        ("docs._ext.support", "import tests.toolkit.pep_text", []),
    ],
)
def test_a_wrong_import_is_found(module: str, source: str, wrong: list[str]) -> None:
    names = imported(source, module, is_package=module == "wasm_platform_tags.index")
    assert wrong_imports(module, names) == wrong
