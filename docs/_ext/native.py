"""Directives for what was seen with real compilers, linkers and interpreters.

``{native-table} GLOB ...`` lists runs of tests/native with their outcomes;
``{native-output} ID`` shows what one of them said. Both read the committed results only.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.addnodes import pending_xref
from sphinx.util.docutils import SphinxDirective
from tables import Cell, code, table

from tests.native.lab import Lab
from tests.native.observe import RESULTS, load
from tests.native.provision import downloads
from tests.native.runs import every_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx

    from tests.native.observe import Run

NOT_RUN = {"outcome": "not run", "output": ""}


@cache
def runs() -> dict[str, Run]:
    """Return every run by its id; nothing is downloaded or started."""
    nowhere = Path("nowhere")
    return {run.id: run for run in every_run(Lab(downloads(nowhere), nowhere))}


class NativeTable(SphinxDirective):
    """A row a run: what was done, what came of it, its last words, the rule."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        "wrongly": directives.flag
    }

    def run(self) -> list[nodes.Node]:
        """Build the table from the results."""
        self.env.note_dependency(str(RESULTS))
        patterns = self.arguments[0].split()
        chosen = [
            run
            for run in runs().values()
            if any(fnmatchcase(run.id, pattern) for pattern in patterns)
        ]
        if not chosen:
            raise self.error(f"no run of tests/native matches {self.arguments[0]!r}")
        results = load()
        columns = ["Run", "Outcome", "In its own words", "Rule"]
        rows = [
            (f"native-{nodes.make_id(run.id)}", row(run, results["observations"]))
            for run in chosen
        ]
        parts: list[nodes.Node] = []
        if "wrongly" in self.options:
            texts = dict.fromkeys(run.wrongly for run in chosen)
            parts.append(
                nodes.paragraph("", f"Selected wrongly by: {'; '.join(texts)}.")
            )
        measured = nodes.paragraph("", f"Measured: {results['measured']}.")
        shown = table(columns, rows, "native")
        for named in shown.findall(nodes.row):
            named["names"] += named["ids"]  # so that the page's text can refer to it
            self.state.document.note_explicit_target(named)
        return [*parts, shown, measured]


def row(run: Run, results: dict[str, dict[str, str]]) -> list[Cell]:
    """Return the cells of one run."""
    result = results.get(run.id, NOT_RUN)
    lines = result["output"].splitlines()
    last: Cell = [code(lines[-1].strip())] if lines else ""
    return [run.what, result["outcome"], last, [rule(run.rule)] if run.rule else ""]


def rule(slug: str) -> pending_xref:
    """Return a link to a requirement of the PEP."""
    return pending_xref(
        "",
        nodes.inline("", slug),
        refdomain="std",
        reftype="ref",
        reftarget=f"pep-9999-{slug}",
        refexplicit=True,
        refwarn=True,
    )


class NativeOutput(SphinxDirective):
    """What one run said."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Build a block with the output."""
        self.env.note_dependency(str(RESULTS))
        name = self.arguments[0]
        if name not in runs():
            raise self.error(f"there is no run {name!r} of tests/native")
        text = load()["observations"].get(name, NOT_RUN)["output"] or "not run"
        return [nodes.literal_block(text, text, language="none")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("native-table", NativeTable)
    app.add_directive("native-output", NativeOutput)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
