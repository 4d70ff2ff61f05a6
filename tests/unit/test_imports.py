"""Imports run one way: from the pages and the applications down to the core.

They are read from the source of every module; nothing is imported.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = "wasm_platform_tags"
APPLICATIONS = r"tests\.(audit|benchmark|cpython_wasi|matrix|native|upstream)"
TESTS = r"tests\.(unit|site)|tests\..*\btest_\w+"

# What the modules of a layer may not import, as patterns of names. The first layer that
# matches counts.
FORBIDDEN = {
    TESTS: "nothing",
    rf"{CORE}\.(cli|__main__)": "tests|docs",
    rf"{CORE}\.(audit|conformance)": rf"{CORE}\.cli|tests|docs",
    rf"{CORE}\.index": rf"{CORE}\.(audit|cli|conformance)|tests|docs",
    rf"{CORE}\.wheelfile": rf"{CORE}\.(audit|cli|conformance|index)|tests|docs",
    CORE: rf"{CORE}\.(audit|cli|conformance|index|wheelfile)|tests|docs",
    r"tests\.toolkit": rf"{APPLICATIONS}|{TESTS}|docs",
    APPLICATIONS: rf"{TESTS}|docs",
    "docs|conf|pep": TESTS,
}
PATHS = [
    path
    for folder in (f"reference/{CORE}", "tests", "docs", "pep", "conf.py")
    for path in ([ROOT / folder, *(ROOT / folder).rglob("*.py")])
    if path.suffix == ".py"
]


def module_name(path: Path) -> str:
    """Return the dotted name of a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts).removeprefix("reference.")


def imported(source: str, module: str) -> set[str]:
    """Return the absolute names that a module imports, also inside its functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            base = module.split(".")[: -node.level] if node.level else []
            base += [node.module] if node.module else []
            names |= {".".join([*base, alias.name]) for alias in node.names}
    return names


def wrong_imports(module: str, names: set[str]) -> list[str]:
    """Return those names that the layer of a module may not import."""
    for layer, forbidden in FORBIDDEN.items():
        if re.match(rf"({layer})(\.|$)", module):
            return sorted(n for n in names if re.match(rf"({forbidden})(\.|$)", n))
    return []


def test_imports_run_one_way() -> None:
    modules = {module_name(path): path.read_text("utf-8") for path in PATHS}
    wrong = [
        f"{module} imports {name}"
        for module, source in modules.items()
        for name in wrong_imports(module, imported(source, module))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("layer", FORBIDDEN)
def test_every_layer_has_modules(layer: str) -> None:
    assert any(re.match(rf"({layer})(\.|$)", module_name(path)) for path in PATHS)


@pytest.mark.parametrize(
    ("module", "source", "wrong"),
    [
        (f"{CORE}._tags", "from .cli import main", [f"{CORE}.cli.main"]),
        (f"{CORE}.index.listing", "from .. import cli", [f"{CORE}.cli"]),
        (f"{CORE}.index.__init__", "from .listing import judge", []),
        (f"{CORE}.cli.main", "from ..audit import rules", []),
        ("tests.toolkit.cache", "import tests.matrix.cells", ["tests.matrix.cells"]),
        ("tests.matrix.test_cells", "import docs.objections", []),
        ("docs._ext.x", "def f():\n    import tests.unit.x", ["tests.unit.x"]),
        ("docs._ext.x", "import tests.native.test_abi", ["tests.native.test_abi"]),
        ("docs._ext.x", "import tests.toolkit.pep_text", []),
    ],
)
def test_a_wrong_import_is_found(module: str, source: str, wrong: list[str]) -> None:
    assert wrong_imports(module, imported(source, module)) == wrong
