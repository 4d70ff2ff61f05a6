"""Directives for the runs of real compilers, linkers and interpreters.

``{native-table} GLOB ...`` lists runs of tests/native and tests/cpython_wasi with their
outcomes; ``{native-output} ID`` shows the output of one; ``{wasi-interpreters}`` compares
the CPythons for WASI. All read the committed results only.
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
from tests.cpython_wasi.command import RESULTS as CPYTHON_RESULTS
from tests.native.context import NativeContext
from tests.native.interpreters import INTERPRETERS
from tests.native.observe import RESULTS, load
from tests.native.provision import downloads
from tests.native.runs import every_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sphinx.application import Sphinx

    from tests.native.observe import Run

PYODIDE_VERSION = re.compile(r"(?<=Pyodide )\d\S*")
NOT_RUN = {"outcome": "not run", "output": "", "measured": "not yet"}


@cache
def runs() -> dict[str, Run]:
    """Return every run by its id; nothing is downloaded or started."""
    nowhere = Path("nowhere")
    listed = every_run(NativeContext(downloads(nowhere), nowhere))
    return {run.id: run for run in (*listed, *questions.runs())}


@cache
def observations() -> dict[str, dict[str, str]]:
    """Return every committed observation, with the day it was measured."""
    return load(RESULTS) | load(CPYTHON_RESULTS)


def matching_runs(*patterns: str) -> list[Run]:
    """Return the runs whose ids match a pattern, in the order of the runs."""
    return [
        run
        for run in runs().values()
        if any(fnmatchcase(run.id, pattern) for pattern in patterns)
    ]


def output(run: Run) -> str:
    """Return the committed output of a run, empty if there is none."""
    return observations().get(run.id, NOT_RUN)["output"]


def measured_days(chosen: Iterable[Run]) -> nodes.paragraph:
    """Return a paragraph with the days on which runs were measured."""
    days = {observations().get(run.id, NOT_RUN)["measured"] for run in chosen}
    return nodes.paragraph("", f"Measured: {', '.join(sorted(days))}.")


class NativeDirective(SphinxDirective):
    """A directive that reads the committed results; they are its dependencies."""

    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        for path in (RESULTS, CPYTHON_RESULTS):
            self.env.note_dependency(str(path))
        return self.content_nodes()

    def content_nodes(self) -> list[nodes.Node]:
        raise NotImplementedError

    def named_runs(self) -> list[Run]:
        """Return the runs that the directive's patterns match, at least one."""
        if found := matching_runs(*self.arguments[0].split()):
            return found
        raise self.error(f"no run of tests/native matches {self.arguments[0]!r}")


class NativeTable(NativeDirective):
    """A table of runs: what was done, the outcome, the last line of output, the rule.

    Consecutive runs that differ in the version of Pyodide alone are one row.
    """

    required_arguments = 1
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        "wrongly": directives.flag
    }

    def content_nodes(self) -> list[nodes.Node]:
        chosen = self.named_runs()
        rows = [(*cells, list(equal)) for cells, equal in groupby(chosen, row)]
        wrongly = dict.fromkeys(run.wrongly for run in chosen)
        table = html(
            self.env,
            "native",
            rows=rows,
            wrongly=wrongly if "wrongly" in self.options else (),
            version=PYODIDE_VERSION.search,
        )
        return [table, measured_days(chosen)]


def row(run: Run) -> tuple[list[str], str, str, str]:
    """Return the cells of a run, the first without the Pyodide's version."""
    last = output(run).splitlines()[-1:]
    outcome = observations().get(run.id, NOT_RUN)["outcome"]
    return (
        PYODIDE_VERSION.split(run.what, maxsplit=1),
        outcome,
        "".join(last).strip(),
        run.rule,
    )


class NativeOutput(NativeDirective):
    """The output of one run."""

    required_arguments = 1

    def content_nodes(self) -> list[nodes.Node]:
        (run,) = self.named_runs()
        text = output(run) or "not run"
        return [nodes.literal_block(text, text, language="none")]


class WasiInterpreters(NativeDirective):
    """A column for each interpreter: its variables, its build, its tags under the PEP."""

    def content_nodes(self) -> list[nodes.Node]:
        ours = reported("cpython/states")
        built = [reported(f"interpreters/{n}/as-built") for n in INTERPRETERS]
        complete = [reported(f"interpreters/{n}/completed") for n in INTERPRETERS]
        context = {
            "names": INTERPRETERS,
            "built": [*built, ours],
            "complete": [*complete, ours],
            "toolchains": [built_with(name) for name in INTERPRETERS],
        }
        return [html(self.env, "interpreters", **context)]


def reported(name: str) -> dict[str, Any]:
    """Return the report that an interpreter printed, parsed."""
    lines = observations()[name]["output"].splitlines()
    pairs = (line.partition(": ") for line in lines)
    return {key: json.loads(value) for key, _, value in pairs}


def built_with(name: str) -> tuple[str, str]:
    """Return the SDK of a build, and the platform that PEP 11 designates."""
    lines = observations()[f"interpreters/{name}/built-with"]["output"].splitlines()
    return lines[0], lines[1].partition("designates ")[2].partition(" ")[0]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("native-table", NativeTable)
    app.add_directive("native-output", NativeOutput)
    app.add_directive("wasi-interpreters", WasiInterpreters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
