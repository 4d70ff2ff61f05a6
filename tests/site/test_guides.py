"""The code on the pages does what they say."""

import doctest
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from wheel.wheelfile import WheelFile  # type: ignore[import-untyped]

from wasm_platform_tags import unpatch
from wasm_platform_tags.conformance.cases import load_cases

DOCS = Path(__file__).parents[2] / "docs"
WITH_CODE = sorted(
    page
    for page in (DOCS.parent / "index.md", *DOCS.rglob("*.md"))
    if ">>> " in page.read_text("utf-8")
)

INSTALLERS = (DOCS / "guides" / "installer-authors.md").read_text("utf-8")


def first_block(heading: str, language: str) -> list[str]:
    """Return the lines of the first code block under a heading."""
    section = INSTALLERS.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return section.split(f"```{language}\n")[1].split("```")[0].splitlines()


def test_ten_lines_of_python_are_ten() -> None:
    code = [line for line in first_block("In ten lines of Python", "pycon") if line]
    assert all(line.startswith((">>> ", "... ")) for line in code)
    assert len(code) <= 10


def test_ten_lines_of_any_language_are_ten_with_the_grammar_of_the_draft() -> None:
    text = "\n".join(first_block("In ten lines of any language", "text"))
    assert re.findall(r"^ ?(\d+)  ", text, re.MULTILINE) == list(map(str, range(1, 11)))
    file = DOCS.parent / "pep" / "pep-9999" / "index-expressions.json"
    data = json.loads(file.read_text("utf-8"))
    # The recipe names each family's group apart from what both spellings share.
    accepted = [*data["accept"].values(), data["alias"]]
    pyemscripten, wasi, pyodide = (
        found.removeprefix(r"\A").removesuffix(r"\Z") for found in accepted
    )
    assert wasi in text
    shared = pyemscripten.removeprefix("pyemscripten_")
    assert pyodide.removeprefix("pyodide_") == shared
    assert f"(pyemscripten|pyodide)_({shared.replace('_wasm32', ')_wasm32')}" in text


def test_the_guide_for_indexes_passes_the_suite(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No tag may be refused; the rules for another platform take the rest."""
    page = (DOCS / "guides" / "index-operators.md").read_text("utf-8")
    names: dict[str, Any] = {}
    monkeypatch.chdir(DOCS.parent)
    for example in doctest.DocTestParser().get_examples(page):
        if example.source.startswith(("import ", "from pathlib ", "def ")) or (
            re.match(r"(file|expressions) = ", example.source)
        ):
            exec(example.source, names)
    verdict = names["verdict"]
    for case in load_cases():
        if case.kind == "index":
            refused = "refuse" in verdict(case.data["platform"])
            assert refused is not case.expect, case.id
    assert verdict("manylinux_2_17_x86_64") == {"other rules decide"}
    assert verdict("EMSCRIPTEN_4_0_9_WASM32") == verdict("") == {"refuse"}


def test_a_wheel_is_renamed_as_the_page_says(tmp_path: Path) -> None:
    page = (DOCS / "guides" / "migration.md").read_text("utf-8")
    block = page.split("```console\n$ wheel ")[1].split("\n```")[0]
    command, printed = block.replace("\\\n", "").rsplit("\n", 1)
    *options, name = command.split()
    tag = name.removesuffix(".whl").split("-", 2)[2]
    with WheelFile(tmp_path / name, "w") as archive:
        archive.writestr("demo-1.0.dist-info/METADATA", "Name: demo\nVersion: 1.0\n")
        lines = f"Wheel-Version: 1.0\nTag: {tag}\n"
        archive.writestr("demo-1.0.dist-info/WHEEL", lines)
    wheel = [sys.executable, "-m", "wheel", *options, name]
    assert subprocess.check_output(wheel, cwd=tmp_path, text=True).strip() == printed
    assert [path.name for path in tmp_path.iterdir()] == [printed]
    with WheelFile(tmp_path / printed) as archive:
        data = archive.read("demo-1.0.dist-info/WHEEL").decode()
    assert f"Tag: {printed.removesuffix('.whl').split('-', 2)[2]}" in data


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.name)
def test_examples(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DOCS.parent)
    try:
        failed, tried = doctest.testfile(
            str(page), module_relative=False, encoding="utf-8"
        )
    finally:
        unpatch()  # a page may show patch() alone
    assert tried
    assert not failed
    assert len(WITH_CODE) > 4
