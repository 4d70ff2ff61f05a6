"""The tag explorer: the library in the reader's browser, and examples for who has none.

The Pyodide is in the folder ``WASM_TAGS_PYODIDE``, if that is set, or in the matrix's
cache. A build without one, as with an empty variable, says so and is otherwise whole.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from functools import cache
from html import escape
from importlib.metadata import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import explorer_answers
from docutils import nodes
from native import rule
from sphinx.errors import ConfigError
from sphinx.util.docutils import SphinxDirective
from sphinx.util.logging import getLogger
from tables import Cell, code, link, table

from tests.matrix.provision import DEFAULT_CACHE, Cache
from tests.matrix.settings import ROOT, load_settings
from wasm_platform_tags import known_platforms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

LOGGER = getLogger(__name__)
PAGE = "docs/explorer"
RULES = "../pep/pep-9999.html#pep-9999-"
LIBRARY = ROOT / "reference" / "wasm_platform_tags"
VARIABLE = "WASM_TAGS_PYODIDE"
ALIAS = "py314"
RUNTIME = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "pyodide-lock.json",
)
EXAMPLE = """\
demo-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl
demo-1.0-cp314-cp314-pyodide_2026_0_wasm32.whl
demo-1.0-cp314-cp314-pyodide_2026_00_wasm32.whl
demo-1.0-cp313-cp313-pyodide_2025_0_wasm32.whl
demo-1.0-cp314-cp314-emscripten_5_0_3_wasm32.whl
demo-1.0-cp314-cp314-wasi_0_1_sdk_24_wasm32.whl
demo-1.0-cp314-cp314-wasi_0_0_0_wasm32.whl
demo-1.0-py3-none-any.whl
demo-1.0.whl
"""
EXAMPLE_TARGETS = ("3.14 pyemscripten_2026_0_wasm32", "3.14 wasi_0_1_sdk_24_wasm32")


def pyodide() -> Path | None:
    """Return the folder of the Pyodide to copy, None if there is none at hand."""
    given = os.environ.get(VARIABLE)
    if given == "":
        return None
    cache = Cache(DEFAULT_CACHE, load_settings())
    folder = Path(given) if given else cache.pyodide(ALIAS)
    return folder if all((folder / name).is_file() for name in RUNTIME) else None


def check_variable(_app: Sphinx, _config: object) -> None:
    """Warn if there is no Pyodide where the variable says."""
    if (given := os.environ.get(VARIABLE)) and pyodide() is None:
        LOGGER.warning(
            "%s is %r, where a file is missing; wanted the folder of the npm package"
            " pyodide, with %s",
            VARIABLE,
            given,
            ", ".join(RUNTIME),
        )


def library() -> Iterator[tuple[str, Path]]:
    """Yield what goes into library.zip: packaging, the library, and its caller.

    The library's suite stays out: the page does not run it. The caller, and what it
    reads, lie as they do in the repository.
    """
    listed = files("packaging")
    if not listed:
        raise ConfigError("packaging has no list of its files: install it with pip")
    for file in listed:
        if file.parts[0].startswith("packaging") and file.suffix != ".pyc":
            yield file.as_posix(), Path(str(file.locate()))
    for path in sorted(LIBRARY.glob("*.*")):
        yield f"{LIBRARY.name}/{path.name}", path
    for path in (Path(explorer_answers.__file__), explorer_answers.INDEX):
        yield path.relative_to(ROOT).as_posix(), path


@cache
def packed() -> bytes:
    """Return library.zip; the same content makes the same bytes, for the caches."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, path in library():
            info = zipfile.ZipInfo(name)
            archive.writestr(info, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return file.getvalue()


class TagExplorer(SphinxDirective):
    """The form, or a note that this build has no Pyodide."""

    def run(self) -> list[nodes.Node]:
        """Build the form from the registry."""
        self.env.note_dependency(explorer_answers.__file__)
        self.env.note_dependency(str(Path(__file__).with_suffix(".html")))
        self.env.note_reread()  # the Pyodide may come or go
        folder = pyodide()
        if folder is None:
            text = (
                "This build of the site carries no Pyodide, so nothing can be asked"
                " here. The examples below were computed when it was built; the command"
                " wasm-tags explain answers for any name. The build takes the Pyodide that"
                " tox -e matrix has fetched, or the npm package in the folder that"
                " WASM_TAGS_PYODIDE names."
            )
            return [nodes.note("", nodes.paragraph("", text))]
        sizes = {name: (folder / name).stat().st_size for name in RUNTIME}
        sizes["library.zip"] = len(packed())
        size = f"{sum(sizes.values()) / 1e6:.1f} MB"
        version = json.loads((folder / "package.json").read_bytes())["version"]
        when = "Your first change, a button, or a link to a question loads "
        loads = nodes.paragraph("", when)
        loads += link(f"Pyodide {version}", "https://github.com/pyodide/pyodide")
        loads += nodes.Text(
            f" (MPL-2.0) with the library, about {size}, from this site and from"
            " nowhere else. What you ask stays in your browser; the address of the"
            " page then holds the question, so it can be sent to somebody."
        )
        template = Template(Path(__file__).with_suffix(".html").read_text("utf-8"))
        form = template.substitute(
            rules=escape(RULES),
            wheels=escape(EXAMPLE),
            targets="\n".join(boxes()),
            # Modules are imported, which nobody can count.
            bytes=sum(n for name, n in sizes.items() if not name.endswith(".mjs")),
        )
        return [loads, nodes.raw("", form, format="html")]


def boxes() -> Iterator[str]:
    """Yield a checkbox for each Python of each known platform."""
    for known in known_platforms():
        for python in known.python:
            value = f"{python} {known.tags[0]}"
            checked = " checked" if value in EXAMPLE_TARGETS else ""
            about = f"{known.toolchain}, {known.status}"
            yield (
                f'<label><input type="checkbox" name="target" value="{escape(value)}"'
                f"{checked}> <code>{escape(value)}</code>"
                f" <small>{escape(about)}</small></label>"
            )


class ExplorerExamples(SphinxDirective):
    """What the library says about the example, at build time."""

    def run(self) -> list[nodes.Node]:
        """Build the table of verdicts and the choices."""
        self.env.note_dependency(explorer_answers.__file__)
        told = explorer_answers.explore(EXAMPLE, EXAMPLE_TARGETS)
        rows = [
            (f"example-{number}", example(file))
            for number, file in enumerate(told["files"], 1)
        ]
        files = table(["File", *EXAMPLE_TARGETS], rows, "explorer-examples")
        files["support_smartquotes"] = False  # the library's messages stay as they are
        choices = nodes.bullet_list()
        for target, chosen in zip(
            EXAMPLE_TARGETS, told["choices"][0]["files"], strict=True
        ):
            parts = [code(target), nodes.Text(" would install "), code(chosen)]
            choices += nodes.list_item("", nodes.paragraph("", "", *parts))
        return [files, choices]


def example(file: dict[str, Any]) -> list[Cell]:
    """Return the cells of one file."""
    if file["error"]:
        return [[code(file["name"])], file["error"], file["error"]]
    return [[code(file["name"])], *map(verdict, file["verdicts"])]


def verdict(said: dict[str, Any]) -> list[nodes.Node]:
    """Return a verdict in words, with its rule."""
    word = "fits" if said["compatible"] else "does not fit"
    return [
        nodes.strong("", word),
        nodes.Text(", by "),
        rule(said["rule"]),
        nodes.Text(f": {said['message']}"),
    ]


class ExplorerRuntime(SphinxDirective):
    """Where the page shows what its own Pyodide reports."""

    def run(self) -> list[nodes.Node]:
        """Build the button and the empty place, if there is a Pyodide."""
        self.env.note_reread()
        if pyodide() is None:
            return [nodes.paragraph("", "This build of the site carries no Pyodide.")]
        button = (
            '<p><button id="explorer-ask-runtime" class="explorer-button" type="button"'
            " hidden>Ask this browser's Python</button></p>\n"
            '<div id="explorer-runtime" class="explorer-out"></div>'
        )
        return [nodes.raw("", button, format="html")]


def add_files(
    app: Sphinx, pagename: str, _template: str, _context: object, _doctree: object
) -> None:
    """Let the explorer's page, and no other, load the explorer."""
    if pagename == PAGE:
        app.add_css_file("explorer/explorer.css")
        if pyodide():
            app.add_js_file("explorer/explorer.js", type="module")


def copy_files(app: Sphinx, error: Exception | None) -> None:
    """Put Pyodide and the library beside the page."""
    folder = pyodide()
    if error or app.builder.format != "html" or folder is None:
        return
    static = Path(app.outdir) / "_static"
    (static / "pyodide").mkdir(exist_ok=True)
    for name in RUNTIME:
        shutil.copy(folder / name, static / "pyodide")
    (static / "explorer" / "library.zip").write_bytes(packed())


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives, and what the build adds."""
    app.add_directive("tag-explorer", TagExplorer)
    app.add_directive("explorer-examples", ExplorerExamples)
    app.add_directive("explorer-runtime", ExplorerRuntime)
    app.connect("config-inited", check_variable)
    app.connect("html-page-context", add_files)
    app.connect("build-finished", copy_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
