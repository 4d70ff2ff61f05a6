"""``{picture} NAME`` draws a figure from the data, as inline SVG.

A picture is a function here, which returns the data, and a template of the same name in
docs/_templates/pictures, which draws them. The directive's content is the caption.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from markup import TEMPLATES
from matrix_results import all_rows, note_files
from native import observations
from registry import REGISTRY, python_versions
from sphinx.util.docutils import SphinxDirective

from tests.matrix.settings import load_settings
from tests.native.observe import RESULTS
from wasm_platform_tags import PyEmscriptenPlatform, known_platforms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matrix_results import Row
    from sphinx.application import Sphinx

    from tests.matrix.settings import Runtime

DOCS = Path(__file__).parents[1]
RELEASES = DOCS / "releases.json"
EXAMPLE = "pyemscripten_2026_0_wasm32"


def life() -> dict[str, Any]:
    """Return the wheel that the four steps handle."""
    return {"wheel": f"demo-1.0-cp314-cp314-{EXAMPLE}.whl"}


def anatomy() -> dict[str, Any]:
    """Return the parts of a tag of each spelling, and what each part is."""
    family, *rest = EXAMPLE.split("_")
    parts = "year", "number", "processor"
    wasi_parts = "family", "WASI version", "WASI SDK", "processor"
    return {
        "tags": [
            [(family, "family"), *zip(rest, parts, strict=True)],
            [("pyodide", "alias"), *zip(rest, parts, strict=True)],
            [*zip(("wasi", "0_1", "sdk_24", "wasm32"), wasi_parts, strict=True)],
        ]
    }


def decision() -> dict[str, Any]:
    """Return the known platforms by family."""
    known = known_platforms()
    browser = [k for k in known if isinstance(k.platform, PyEmscriptenPlatform)]
    return {"browser": browser, "wasi": [k for k in known if k not in browser]}


# Each lane of tools: its title, its project on PyPI, its name in the matrix.
LANES = (
    ("packaging", "packaging", "packaging"),
    ("pip", "pip", "pip-vendored"),
    ("micropip", "micropip", "micropip"),
    ("uv", "uv", "uv"),
    ("pyodide venv", "pyodide-build", "pyodide-build"),
)
# By whether the canonical tag is accepted (row), and whether the alias is (column).
SPELLINGS = (("neither", "alias"), ("canonical", "both"))


def timeline() -> dict[str, Any]:
    """Return the releases of each platform, and what each version of a tool takes."""
    data = json.loads(RELEASES.read_text("utf-8"))
    days = {
        project: {version: date.fromisoformat(day) for version, day in releases.items()}
        for project, releases in data["projects"].items()
    }
    target = {
        release_line(runtime.runtime.removeprefix("pyodide-")): runtime.target
        for runtime in pyodides()
    }
    platforms: dict[str, dict[str, list[date]]] = {}
    for version, day in days["pyodide-py"].items():
        line = release_line(version)
        platforms.setdefault(target[line] or "", {}).setdefault(line, []).append(day)
    return {
        "platforms": [
            (k, platforms[k.platform.version])
            for k in known_platforms()
            if k.platform.version in platforms
        ],
        "tools": {
            title: [
                (version, days[project][version], word)
                for version, word in accepted_spellings(tool).items()
            ]
            for title, project, tool in LANES
        },
    }


def pyodides() -> list[Runtime]:
    """Return the Pyodides of the matrix that have a platform of the registry."""
    known = {k.platform.version for k in known_platforms()}
    every = load_settings().runtimes
    return [r for r in every if r.kind == "pyodide" and r.target in known]


def release_line(version: str) -> str:
    """Return the line of a release of Pyodide: 0.29 of 0.29.5, 314 of 314.0.7."""
    major, minor = version.split(".")[:2]
    return f"{major}.{minor}" if major == "0" else major


def accepted_spellings(tool: str) -> dict[str, str]:
    """Return by version which spellings a tool accepts: "both", "alias", ..."""
    found: dict[str, str] = {}
    for row in all_rows().values():
        if row.cell.tool.tool == tool and not row.cell.patched:
            for word in spellings(row):
                # The newest runtime counts; in an older one, a version may accept less.
                found[row.cell.tool.version] = word
    return found


def spellings(row: Row) -> Iterator[str]:
    """Yield what a row accepts, by the tags that it lists and by the wheels it chooses."""
    answers = {case.id.partition("@")[0]: row.verdict(case) for case in row.cases}
    if verdict := answers.get("environment/pyemscripten/both"):
        tags = " ".join(verdict.get("observed", ["pyemscripten", "pyodide"]))
        yield SPELLINGS["pyemscripten" in tags]["pyodide" in tags]
    if "select/alias/alone" in answers:
        canonical, alias = (
            answers[f"select/{name}/alone"]["verdict"] == "pass"
            for name in ("canonical", "alias")
        )
        yield SPELLINGS[canonical][alias]


# Each row of the grid: what was built, for which platform, and the runs that loaded it.
BUILDS = (
    ("C, no exceptions", "2024_0", "seems-to-work"),
    ("C++ that throws", "2024_0", "unwinding-javascript"),
    ("C++ that throws", "2025_0", "unwinding-webassembly"),
    ("luau-wasm, C++", "2026_0", "renamed-throughout"),
)
OUTCOMES = {
    "works": "works",
    "import fails": "refused",
    "call kills the interpreter": "dies",
}


def grid() -> dict[str, Any]:
    """Return the outcome of each module in each Pyodide that loaded it."""
    runtimes = [(runtime.runtime, runtime.target) for runtime in pyodides()]
    words = {
        run: OUTCOMES[observation["outcome"]]
        for run, observation in observations().items()
        if run.startswith(tuple(f"gallery/{name}/" for *_, name in BUILDS))
    }
    return {"runtimes": runtimes, "builds": BUILDS, "words": words}


PICTURES: dict[str, Callable[[], dict[str, Any]]] = {
    data.__name__: data for data in (life, anatomy, decision, timeline, grid)
}


def draw(name: str) -> str:
    """Return the SVG of a picture."""
    template = TEMPLATES.get_template(f"pictures/{name}.svg")
    return template.render(
        name=name, python_versions=python_versions, **PICTURES[name]()
    )


class Picture(SphinxDirective):
    """The figure, with its caption."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Draw the picture; its data and templates are dependencies of the page."""
        name = self.arguments[0]
        if name not in PICTURES:
            raise self.error(f"no picture {name!r}; wanted {', '.join(PICTURES)}")
        note_files(self.env)
        drawings = (DOCS / "_templates" / "pictures").iterdir()
        for path in (RELEASES, RESULTS, REGISTRY, *drawings):
            self.env.note_dependency(str(path))
        head = f'<figure class="picture" id="picture-{name}"><div tabindex="0">'
        drawn = f"{head}{draw(name)}</div><figcaption>"
        return [
            nodes.raw("", drawn, format="html"),
            *self.parse_content_to_nodes(),
            nodes.raw("", "</figcaption></figure>", format="html"),
        ]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("picture", Picture)
    app.add_css_file("pictures.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
