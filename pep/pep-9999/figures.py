"""Update the figures of the PEP's Motivation: figures.json, and the table of tools.

The table is read from the matrix's committed results. With folders, the wheels in those
unpacked npm packages of Pyodide are counted too; without, figures.json keeps its counts.

Get the packages with ``npm install --ignore-scripts NAME@npm:pyodide@VERSION``, in the
versions that figures.json names. Tests check the PEP's sentences on lock files.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PEP = HERE.with_suffix(".rst")
FIGURES = HERE / "figures.json"
MATRIX = HERE.parents[1] / "tests" / "matrix"
RESULTS = MATRIX / "results"

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
# Each real way to install on that platform, with nothing patched by this project.
CELLS = {
    f"pyodide-build-0.39.2-{PYODIDE}-json": "pip of ``pyodide venv``",
    "micropip-0.10.1-pyodide-0.28.3-json": "micropip 0.10.1",
    f"micropip-0.11.1-{PYODIDE}-json": "micropip 0.11.1",
    "uv-0.13.9-host-json": "uv 0.13.9, for a target",
    f"uv-0.13.9-{PYODIDE}-interpreter": "uv 0.13.9, given the interpreter",
    "pip-26.3-host-canonical": "pip 26.3, with ``--platform``",
}
ANSWERS = {"pass": "yes", "diverges": "no"}


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
    """Return a tool's row: its name, and yes or no for each spelling."""
    cases = read(RESULTS / f"{cell}.json")["cases"]
    return {"tool": CELLS[cell]} | {
        spelling: ANSWERS[cases[case]["verdict"]]
        for spelling, case in QUESTIONS.items()
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


def tools(figures: dict[str, Any]) -> str:
    """Return the PEP's table of tools."""
    return table(
        ["Tool", *(spelling.capitalize() for spelling in QUESTIONS)],
        [list(tool.values()) for tool in figures["tools"]],
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
    """Update figures.json and the PEP's table of tools."""
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
    }
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    text = replace_block(PEP.read_text("utf-8"), "pep-9999-tools", tools(figures))
    PEP.write_text(text, "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="*", help="an unpacked npm package of Pyodide")
    main(parser.parse_args().folder)
