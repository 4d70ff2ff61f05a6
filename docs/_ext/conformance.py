"""The directives that show the suite's data: a function for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casepage import case_groups, divergences
from docutils import nodes
from markup import html, section
from matrix_results import all_rows, note_files, rows_by_tool_and_place
from registry import audit_rules, audited_wheels, platforms
from requirements import objection_index, requirement_index
from sphinx.util.docutils import SphinxDirective
from support import support, support_data
from toolpage import newest_by_topic, tool_results
from upstream_changes import upstream_changes

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def support_table(page: SphinxDirective) -> list[nodes.Node]:
    """Return what tools support; the short form has the main tools and questions."""
    short = page.name == "support-short"
    rows = [row for row in support() if row.short or not short]
    questions = [
        question
        for question in support_data()["questions"]
        if question.get("short") or not short
    ]
    return [html(page.env, "support", rows=rows, questions=questions, short=short)]


def results(page: SphinxDirective) -> list[nodes.Node]:
    """Return the newest results by topic, and a row for every version, with filters."""
    rows = [row for group in rows_by_tool_and_place().values() for row in group]
    tools, places = map(dict.fromkeys, zip(*rows_by_tool_and_place(), strict=True))
    diverging = {how: f"diverges {how}" for how in ("unpatched", "patched")}
    choices = [
        ("tool", "Tool", "any", "tool-", {tool: tool for tool in tools}),
        ("where", "Runs", "anywhere", "", {nodes.make_id(p): p for p in places}),
        ("diverges", "Result", "any", "diverges-", diverging),
    ]
    form = html(page.env, "filter", kind="rows", choices=choices)
    table = html(page.env, "versions", rows=rows, overview=True)
    days = ", ".join(sorted({row.measured for row in all_rows().values()}))
    return [
        nodes.paragraph("", f"Measured: {days}."),
        html(page.env, "legend"),
        *newest_by_topic(page.env),
        section("Every version", "every-version", form, table),
    ]


DIRECTIVES = {
    "support-table": support_table,
    "support-short": support_table,
    "conformance-results": results,
    "conformance-cases": case_groups,
    "tool-results": tool_results,
    "upstream-divergences": divergences,
    "requirement-index": requirement_index,
    "objection-index": objection_index,
    "known-platforms": platforms,
    "audit-rules": audit_rules,
    "audited-wheels": audited_wheels,
    "upstream-changes": upstream_changes,
}


class SuiteData(SphinxDirective):
    """A part of a page that is made of the suite's data."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return what the directive's function makes of the data."""
        note_files(self.env)
        return DIRECTIVES[self.name](self)


def setup(app: Sphinx) -> dict[str, bool]:
    for name in DIRECTIVES:
        app.add_directive(name, SuiteData)
    app.add_css_file("results/results.css")
    app.add_js_file("results/results.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
