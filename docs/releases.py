"""Write docs/releases.json: when each release that the timeline shows came out.

The days are those on which PyPI received the first file of a release. Run it by hand, after
`pip install pypi-simple`, when tests/matrix/provision.json has a new version:

    python docs/releases.py
"""

from __future__ import annotations

import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pypi_simple import ACCEPT_JSON_ONLY, PyPISimple

if TYPE_CHECKING:
    from collections.abc import Callable

OUTPUT = Path(__file__).with_name("releases.json")
MATRIX = OUTPUT.parents[1] / "tests" / "matrix" / "provision.json"
# The Python part of Pyodide: the releases that have a platform, without pre-releases, but
# with the alphas of 315, which has no final release yet.
PYODIDE = "pyodide-py"
LINES = re.compile(r"(0\.2[6-9]|31\d\.\d+)\.\d+|315\.\d+\.\d+a\d+")
# The installers of which the matrix's versions are shown.
TOOLS = ("packaging", "pip", "micropip", "uv", "pyodide-build")


def wanted() -> dict[str, Callable[[str], object]]:
    """Return, for each project, a function that says whether a version is shown."""
    tools = json.loads(MATRIX.read_text("utf-8"))["tools"]
    return {PYODIDE: LINES.fullmatch} | {
        name: {
            tool["version"]
            for tool in tools
            if tool["tool"].removesuffix("-vendored") == name
        }.__contains__
        for name in TOOLS
    }


def releases(
    client: PyPISimple, project: str, keep: Callable[[str], object]
) -> dict[str, str]:
    """Return the day of each release of a project that is shown, the oldest first."""
    days: dict[str, str] = {}
    for file in client.get_project_page(project, accept=ACCEPT_JSON_ONLY).packages:
        if file.version is None or file.upload_time is None:
            raise ValueError(f"{file.filename}: no version or no time of its upload")
        day = file.upload_time.date().isoformat()
        if keep(file.version):
            days[file.version] = min(day, days.get(file.version, day))
    return dict(sorted(days.items(), key=lambda pair: (pair[1], pair[0])))


def main() -> None:
    """Ask PyPI and write the file."""
    with PyPISimple() as client:
        projects = {
            project: releases(client, project, keep)
            for project, keep in wanted().items()
        }
    read = date.today().isoformat()  # noqa: DTZ011 -- the reader's day will do
    text = json.dumps({"source": "PyPI", "read": read, "projects": projects}, indent=1)
    OUTPUT.write_text(f"{text}\n", "utf-8")
    sys.stdout.write(f"{OUTPUT.name}: {sum(map(len, projects.values()))} releases\n")


if __name__ == "__main__":
    main()
