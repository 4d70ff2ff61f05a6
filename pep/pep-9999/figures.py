"""Update the figures of the PEP: figures.json, and its tables of tools and of changes.

The tables are read from the matrix's committed results and from the patches for other
projects. With folders, the wheels in those unpacked npm packages of Pyodide are counted
too; without, figures.json keeps its counts.

Get the packages with ``npm install --ignore-scripts NAME@npm:pyodide@VERSION``, in the
versions that figures.json names. Tests check the PEP's sentences on lock files.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).parent
PEP = HERE.with_suffix(".rst")
FIGURES = HERE / "figures.json"
ROOT = HERE.parents[1]
MATRIX = ROOT / "tests" / "matrix"
RESULTS = MATRIX / "results"
UPSTREAM = ROOT / "reference" / "upstream"

# What a wheel is counted as, by the start of its platform tag.
SPELLINGS = {
    "pyemscripten": "canonical",
    "pyodide": "alias",
    "emscripten": "local",
    "any": "any",
}
# The case that asks whether a wheel with this spelling alone is installed.
QUESTIONS = {
    "canonical": "select/canonical/alone@2025_0",
    "alias": "select/alias/alone@2025_0",
}
# The newest Pyodide of the platform 2025_0 that is measured.
PYODIDE = [
    line["runtime"]
    for line in json.loads((MATRIX / "provision.json").read_bytes())["runtimes"]
    if line["target"] == "2025_0"
][-1]
INSIDE = "in Pyodide " + PYODIDE.removeprefix("pyodide-")
# Where a tool lists its tags and selects nothing: the start of the tag to look for.
LISTED = "running/tags/platform-tags@2025_0"
# Each real way to install on one platform, 2025_0, with nothing patched by this project:
# what uses packaging as it is, then what has code of its own.
CELLS = {
    f"packaging-26.4-{PYODIDE}": f"``packaging`` 26.4, {INSIDE}",
    f"pip-26.3-{PYODIDE}-json": f"pip 26.3, {INSIDE}",
    "pip-26.3-pyodide-0.28.3-links": "pip 26.3, in Pyodide 0.28.3",
    "pip-26.3-host-canonical": "pip 26.3, ``--platform`` with the canonical tag",
    f"pyodide-build-0.39.2-{PYODIDE}-json": "pip of ``pyodide venv``, patched",
    "micropip-0.10.1-pyodide-0.28.3-json": "micropip 0.10.1, in Pyodide 0.28.3",
    f"micropip-0.11.1-{PYODIDE}-json": f"micropip 0.11.1, {INSIDE}",
    f"uv-0.13.9-{PYODIDE}-interpreter": "uv 0.13.9, ``--python``",
    "uv-0.13.9-host-json": "uv 0.13.9, ``--python-platform``",
}
ANSWERS = {"pass": "yes", "diverges": "no"}
# The projects whose patches the PEP's table lists, by folder, in the table's order: what
# their users gain, in a few words. The whole sentence is in record.json.
CHANGES = {
    "packaging": "the alias, older Pyodides, WASI",
    "pip": "both names; the target's markers",
    "uv": "WASI, ``2026_0``; no leading zeros",
    "micropip": "build numbers, compressed tag sets",
    "pyodide-build": "canonical first; alias on Windows",
    "pyodide-lock": "portable tags in lock files",
    "dep-logic": "WebAssembly targets",
    "pdm": "lock files for those targets",
    "unearth": "both names",
    "pex": "both names; the target's markers",
    "poetry-core": "as ``packaging``, which it vendors",
    "setuptools": "portable tags from cross-builds",
    "maturin": "WASI tags; no mistyped platforms",
    "cibuildwheel": "PyPI takes wheels for ``2024_0``",
    "auditwheel-emscripten": "no malformed tags",
    "warehouse": "WASI wheels; whole tags checked",
    "cpython": "WASI builds state their platform",
    "packaging-python-org": "a specification to read",
}
# Files of a patch that are no code: tests, documentation, news, and what is generated.
NOT_CODE = re.compile(
    r"(^|/)(tests?|unit_test|[Dd]ocs?|news|newsfragments|Misc|specifications)/"
    r"|(^|/)(CHANGELOG|README)\.md$|(^|/)configure$|\.patch$"
)


def read(path: Path) -> Any:
    """Return the content of a file of JSON, or exit with a message."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SystemExit(f"{path.name} cannot be read: {error}") from None


def count(folder: Path) -> dict[str, Any]:
    """Return how many wheels a Pyodide release lists under each spelling."""
    package = read(folder / "package.json")
    if package["name"] != "pyodide":
        raise SystemExit(
            f"{folder}: npm package pyodide is wanted, not {package['name']}"
        )
    lock = read(folder / "pyodide-lock.json")
    found: Counter[str] = Counter()
    for entry in lock["packages"].values():
        name = entry["file_name"].rpartition("/")[2]
        if name.endswith(".whl"):
            prefix = name.removesuffix(".whl").rpartition("-")[2].partition("_")[0]
            if prefix not in SPELLINGS:
                raise SystemExit(f"{name}: wanted a wheel for {', '.join(SPELLINGS)}")
            found[SPELLINGS[prefix]] += 1
    return {
        "pyodide": package["version"],
        "python": lock["info"]["python"],
        "wheels": {name: found[name] for name in SPELLINGS.values()},
    }


def tool_row(cell: str) -> dict[str, str]:
    """Return a tool's row: its name, its run, and yes or no for each spelling."""
    cases = read(RESULTS / f"{cell}.json")["cases"]
    found = {"tool": CELLS[cell], "run": cell}
    for spelling, case in QUESTIONS.items():
        if case in cases:
            found[spelling] = ANSWERS[cases[case]["verdict"]]
            continue
        prefix = next(name for name, kind in SPELLINGS.items() if kind == spelling)
        tags = cases[LISTED]["observed"]
        found[spelling] = (
            "yes" if any(t.startswith(f"{prefix}_") for t in tags) else "no"
        )
    return found


def change_row(folder: str) -> dict[str, Any]:
    """Return a project's row: the lines of its patch, and what its users gain."""
    from tests.upstream.changes import counted, total  # noqa: PLC0415 - needs ROOT

    record = read(UPSTREAM / folder / "record.json")
    lines = counted((UPSTREAM / folder / record["change"]).read_text("utf-8"))
    code = {name: n for name, n in lines.items() if not NOT_CODE.search(name)}
    return {
        "project": record["project"],
        "version": record["version"],
        "code": total(code or lines),
        "all": total(lines),
        "gain": CHANGES[folder],
    }


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a simple table of reStructuredText."""
    cells = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    edge = " ".join("=" * width for width in widths)
    lines = [
        " ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join([edge, lines[0], edge, *lines[1:], edge])


def tools(figures: Mapping[str, Any]) -> str:
    """Return the PEP's table of tools."""
    return table(
        ["Tool", *(spelling.capitalize() for spelling in QUESTIONS)],
        [[tool[key] for key in ("tool", *QUESTIONS)] for tool in figures["tools"]],
    )


def changes(figures: Mapping[str, Any]) -> str:
    """Return the PEP's table of changes: lines as "added/removed"."""
    return table(
        ["Project", "Lines", "Its users gain"],
        [
            [one["project"], "+{}/-{}".format(*one["code"]), one["gain"]]
            for one in figures["changes"]
        ],
    )


def replace_block(text: str, name: str, content: str) -> str:
    """Return the text with new content in the directive of that name."""
    block = "".join(f"    {line}\n" for line in content.splitlines())
    pattern = rf"(:name: {name}\n\n)(?: {{4}}.*\n)+"
    text, found = re.subn(pattern, lambda match: match[1] + block, text)
    if found != 1:
        raise SystemExit(f"{PEP.name}: found {found} directives named {name}, wanted 1")
    return text


def main(folders: list[str]) -> None:
    """Update figures.json and the PEP's two tables."""
    if folders:
        lock_files = [count(Path(folder)) for folder in folders]
        counted = datetime.now(timezone.utc).date().isoformat()
    else:
        kept = read(FIGURES)
        lock_files, counted = kept["lock files"], kept["counted"]
    figures = {
        "counted": counted,
        "lock files": lock_files,
        "tools": [tool_row(cell) for cell in CELLS],
        "changes": [change_row(folder) for folder in CHANGES],
    }
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    text = replace_block(PEP.read_text("utf-8"), "pep-9999-tools", tools(figures))
    text = replace_block(text, "pep-9999-changes-table", changes(figures))
    PEP.write_text(text, "utf-8")


if __name__ == "__main__":
    sys.path.append(str(ROOT))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="*", help="an unpacked npm package of Pyodide")
    main(parser.parse_args().folder)
