"""The tag explorer: the library in the reader's browser, and prepared examples.

Pyodide is taken from the folder that ``WASM_TAGS_PYODIDE`` names, or from the matrix's
cache. Without a Pyodide, or with an empty variable, the page says that nothing can be
asked, and the rest of the site is built as usual.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from functools import cache
from importlib.metadata import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import explorer_answers
from docutils import nodes
from explorer_tools import joined
from jinja2 import Environment, FileSystemLoader
from registry import hosts
from sphinx.errors import ConfigError
from sphinx.util.docutils import SphinxDirective
from sphinx.util.logging import getLogger

from tests.matrix.provision import Cache
from tests.matrix.settings import load_settings
from tests.toolkit.paths import DOWNLOADS, ROOT
from wasm_platform_tags import known_platforms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

LOGGER = getLogger(__name__)
PAGE = "docs/explorer"
RULES = "../pep/pep-9999.html#pep-9999-"
LIBRARY = ROOT / "reference" / "wasm_platform_tags"
# What the page needs of the library: the core, and the readers of lists and wheels.
LIBRARY_FILES = ("*.py", "*.json", "index/*.py", "wheelfile/*.py")
TEMPLATES = ROOT / "docs" / "_templates" / "explorer"
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
demo-1.0.tar.gz
"""
EXAMPLE_TARGETS = ("3.14 pyemscripten_2026_0_wasm32", "3.14 wasi_0_1_sdk_24_wasm32")
UPLOAD = {True: "✓ accepted", False: "✗ refused", None: "? not decided by the PEP"}


def pyodide() -> Path | None:
    """Return the folder of the Pyodide to copy, None if it is missing or incomplete."""
    given = os.environ.get(VARIABLE)
    if given == "":
        return None
    cache = Cache(DOWNLOADS, load_settings())
    folder = Path(given) if given else cache.pyodide(ALIAS)
    return folder if all((folder / name).is_file() for name in RUNTIME) else None


def check_variable(_app: Sphinx, _config: object) -> None:
    """Warn if the folder that the variable names has no complete Pyodide."""
    if (given := os.environ.get(VARIABLE)) and pyodide() is None:
        LOGGER.warning(
            "%s is %r, where a file is missing; wanted the folder of the npm package"
            " pyodide, with %s",
            VARIABLE,
            given,
            ", ".join(RUNTIME),
        )


def library() -> Iterator[tuple[str, Path]]:
    """Yield the name and path of each file of library.zip.

    It holds packaging, a part of the library, and the module that the page calls.
    """
    listed = files("packaging")
    if not listed:
        raise ConfigError("packaging has no list of its files: install it with pip")
    for file in listed:
        if file.parts[0].startswith("packaging") and file.suffix != ".pyc":
            yield file.as_posix(), Path(str(file.locate()))
    for pattern in LIBRARY_FILES:
        for path in sorted(LIBRARY.glob(pattern)):
            yield path.relative_to(LIBRARY.parent).as_posix(), path
    yield "explorer_answers.py", Path(explorer_answers.__file__)


@cache
def packed() -> bytes:
    """Return library.zip; equal content gives equal bytes, which browsers can cache."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, path in library():
            info = zipfile.ZipInfo(name)
            archive.writestr(info, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return file.getvalue()


class Explorer(SphinxDirective):
    """A part of the page, from its template: the form, the examples, the runtime."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Fill the template; without a Pyodide, only the examples are shown."""
        self.env.note_reread()  # whether there is a Pyodide may have changed
        (part,) = self.arguments
        folder = pyodide()
        if part == "examples":
            answer = explorer_answers.explore(EXAMPLE, EXAMPLE_TARGETS)
            context = {"answer": answer, "upload": UPLOAD}
        elif folder is None:
            part, context = "none", {}
        else:
            context = form_context(folder)
        templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
        html = templates.get_template(f"{part}.html").render(rules=RULES, **context)
        return [nodes.raw("", html, format="html")]


def form_context(folder: Path) -> dict[str, Any]:
    """Return what the form shows: the targets, and the size of what it will load."""
    sizes = {name: (folder / name).stat().st_size for name in RUNTIME}
    sizes["library.zip"] = len(packed())
    return {
        "example": EXAMPLE,
        "targets": list(targets()),
        # The progress bar leaves out modules: a page cannot observe their import.
        "bytes": sum(n for name, n in sizes.items() if not name.endswith(".mjs")),
        "size": f"{(sum(sizes.values()) + len(tools())) / 1e6:.1f} MB",
        "version": json.loads((folder / "package.json").read_bytes())["version"],
    }


def targets() -> Iterator[dict[str, Any]]:
    """Yield each Python of each known platform, as its box shows it."""
    for known in known_platforms():
        for python in known.python:
            value = f"{python} {known.platform_tags[0]}"
            yield {
                "value": value,
                "runtime": known.runtime,
                "python": python,
                "hosts": hosts(known),
                "about": f"{known.toolchain}, {known.status}",
                "more": known.distributor,
                "checked": value in EXAMPLE_TARGETS,
            }


@cache
def tools() -> bytes:
    """Return tools.json: what the tools did with the wheels of the suite."""
    return json.dumps(joined(), separators=(",", ":")).encode()


def add_files(
    app: Sphinx, pagename: str, _template: str, _context: object, _doctree: object
) -> None:
    """Let the explorer's page, and no other, load the explorer."""
    if pagename == PAGE:
        app.add_css_file("explorer/explorer.css")
        if pyodide():
            app.add_js_file("explorer/explorer.js", type="module")


def copy_files(app: Sphinx, error: Exception | None) -> None:
    """Put Pyodide, the library and the results of the tools beside the page."""
    folder = pyodide()
    if error or app.builder.format != "html" or folder is None:
        return
    static = Path(app.outdir) / "_static"
    (static / "pyodide").mkdir(exist_ok=True)
    for name in RUNTIME:
        shutil.copy(folder / name, static / "pyodide")
    (static / "explorer" / "library.zip").write_bytes(packed())
    (static / "explorer" / "tools.json").write_bytes(tools())


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("explorer", Explorer)
    app.connect("config-inited", check_variable)
    app.connect("html-page-context", add_files)
    app.connect("build-finished", copy_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
