"""Directives for what was seen with real compilers, linkers and interpreters.

``{native-table} GLOB ...`` lists runs of tests/native and tests/cpython_wasi with their
outcomes; ``{native-output} ID`` shows what one of them said; ``{wasi-interpreters}`` puts
the CPythons for WASI side by side. All read the committed results only.
"""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from markup import html
from sphinx.util.docutils import SphinxDirective

from tests.cpython_wasi import questions
from tests.cpython_wasi.command import RESULTS as BUILT
from tests.native.context import NativeContext
from tests.native.interpreters import INTERPRETERS
from tests.native.observe import RESULTS, load
from tests.native.provision import downloads
from tests.native.runs import every_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sphinx.application import Sphinx

    from tests.native.observe import Run

VERSION = re.compile(r"(?<=Pyodide )\d\S*")
NOT_RUN = {"outcome": "not run", "output": "", "measured": "not yet"}


@cache
def runs() -> dict[str, Run]:
    """Return every run by its id; nothing is downloaded or started."""
    nowhere = Path("nowhere")
    listed = every_run(NativeContext(downloads(nowhere), nowhere))
    return {run.id: run for run in (*listed, *questions.runs())}


@cache
def results() -> dict[str, dict[str, str]]:
    """Return every committed observation, with the day it was measured."""
    return load(RESULTS) | load(BUILT)


def listed(*patterns: str) -> list[Run]:
    """Return the runs whose ids match."""
    return [
        run
        for run in runs().values()
        if any(fnmatchcase(run.id, pattern) for pattern in patterns)
    ]


def output(run: Run) -> str:
    """Return what is committed of a run."""
    return results().get(run.id, NOT_RUN)["output"]


def measured(which: Iterable[Run]) -> nodes.paragraph:
    """Return when runs were made."""
    days = {results().get(run.id, NOT_RUN)["measured"] for run in which}
    return nodes.paragraph("", f"Measured: {', '.join(sorted(days))}.")


class FromResults(SphinxDirective):
    """What is made of the committed results, and again when they change."""

    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        for path in (RESULTS, BUILT):
            self.env.note_dependency(str(path))
        return self.content_nodes()

    def content_nodes(self) -> list[nodes.Node]:
        raise NotImplementedError

    def chosen(self) -> list[Run]:
        """Return the runs that the directive names; there is one at least."""
        if found := listed(*self.arguments[0].split()):
            return found
        raise self.error(f"no run of tests/native matches {self.arguments[0]!r}")


class NativeTable(FromResults):
    """A row a run, or several Pyodides' alike: what was done, the outcome, last words, rule."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        "wrongly": directives.flag
    }

    def content_nodes(self) -> list[nodes.Node]:
        chosen = self.chosen()
        rows = [(*cells, list(alike)) for cells, alike in groupby(chosen, row)]
        wrongly = dict.fromkeys(run.wrongly for run in chosen)
        about = {"rows": rows, "wrongly": wrongly if "wrongly" in self.options else ()}
        shown = html(self.env, "native", version=VERSION.search, **about)
        return [shown, measured(chosen)]


def row(run: Run) -> tuple[list[str], str, str, str]:
    """Return the cells of a run, the first without the Pyodide's version."""
    last = output(run).splitlines()[-1:]
    outcome = results().get(run.id, NOT_RUN)["outcome"]
    return VERSION.split(run.what, maxsplit=1), outcome, "".join(last).strip(), run.rule


class NativeOutput(FromResults):
    """What one run said."""

    required_arguments = 1

    def content_nodes(self) -> list[nodes.Node]:
        (run,) = self.chosen()
        text = output(run) or "not run"
        return [nodes.literal_block(text, text, language="none")]


class WasiInterpreters(FromResults):
    """A column an interpreter: what it says, what it was built with, what it would say."""

    def content_nodes(self) -> list[nodes.Node]:
        ours = reported("cpython/states")
        built = [reported(f"interpreters/{n}/as-built") for n in INTERPRETERS]
        complete = [reported(f"interpreters/{n}/completed") for n in INTERPRETERS]
        told = [built_with(name) for name in INTERPRETERS]
        about = {"built": [*built, ours], "complete": [*complete, ours], "told": told}
        return [html(self.env, "interpreters", names=INTERPRETERS, **about)]


def reported(name: str) -> dict[str, Any]:
    """Return a report as the interpreter gave it."""
    lines = results()[name]["output"].splitlines()
    pairs = (line.partition(": ") for line in lines)
    return {key: json.loads(value) for key, _, value in pairs}


def built_with(name: str) -> tuple[str, str]:
    """Return the SDK of a build, and the platform that PEP 11 designates."""
    said = results()[f"interpreters/{name}/built-with"]["output"].splitlines()
    return said[0], said[1].partition("designates ")[2].partition(" ")[0]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("native-table", NativeTable)
    app.add_directive("native-output", NativeOutput)
    app.add_directive("wasi-interpreters", WasiInterpreters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
