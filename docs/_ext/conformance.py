"""The directives for cases and results: each is a function of what the page is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from casepage import case_groups
from divergences import upstream_divergences
from docutils import nodes
from markup import html, section
from measured import WITH_DETAILS, every_row, note_files, sections, twin
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective
from support import questions, support
from toolpage import newest_by_topic, tool_results

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from measured import Row
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    # What a directive is made by, from its arguments.
    Maker = Callable[..., list[nodes.Node]]

# The pages with filters.
FILTERED = {"docs/results", "docs/requirements"}
DIVERGING = [("unpatched", "diverges unpatched"), ("patched", "diverges patched")]


class Evidence(SphinxDirective):
    """A part of a page that is made of the suite's data."""

    optional_arguments = 1
    makers: ClassVar[Mapping[str, Maker]] = {}

    def run(self) -> list[nodes.Node]:
        """Make it."""
        note_files(self.env)
        try:
            return self.makers[self.name](self.env, *self.arguments)
        except ValueError as wrong:
            raise self.error(str(wrong)) from None


def supported(env: BuildEnvironment) -> list[nodes.Node]:
    """Return the table of every tool."""
    check()
    return [
        html(
            env, "support", rows=support(), questions=questions().values(), short=False
        )
    ]


def supported_in_short(env: BuildEnvironment) -> list[nodes.Node]:
    """Return the tools and the questions that most come for."""
    check()
    rows = [row for row in support() if row.short]
    days = sorted({row.measured for row in rows})
    measured = days[0] if len(days) == 1 else f"from {days[0]} to {days[-1]}"
    asked = [one for one in questions().values() if one.get("short")]
    return [
        html(env, "support", rows=rows, questions=asked, short=True, measured=measured)
    ]


def check() -> None:
    """Refuse sentences that the results contradict."""
    if faults := [fault for row in support() for fault in row.faults]:
        raise ExtensionError(f"tests/conformance/support.json: {'; '.join(faults)}")


def results(env: BuildEnvironment) -> list[nodes.Node]:
    """Return how the newest fare by topic, and a row for every version, with filters."""
    rows = [row for of in sections().values() for row in of]
    tools, places = (dict.fromkeys(part) for part in zip(*sections(), strict=True))
    choices = [
        ("tool", "Tool", "any", "tool-", [(name, name) for name in tools]),
        ("where", "Runs", "anywhere", "", [(nodes.make_id(p), p) for p in places]),
        ("diverges", "Result", "any", "diverges-", DIVERGING),
    ]
    return [
        html(env, "legend"),
        *newest_by_topic(env),
        section(
            "Every version",
            "every-version",
            html(
                env,
                "filter",
                rows="table.versions > tbody > tr",
                of="rows",
                choices=choices,
                text="Row has",
                example="26.3 pyodide-0.29",
            ),
            html(
                env,
                "versions",
                rows=rows,
                classes={row: row_classes(row) for row in rows},
                overview=True,
            ),
        ),
    ]


def row_classes(row: Row) -> list[str]:
    """Return what the script that filters wants to know of a row."""
    found = {"unpatched": row, "patched": twin(row)}
    return [
        f"tool-{row.cell.tool.tool}",
        nodes.make_id(row.cell.where),
        *(
            f"diverges-{manner}"
            for manner, result in found.items()
            if result and WITH_DETAILS & set(result.counts())
        ),
    ]


def measured_on(_env: BuildEnvironment) -> list[nodes.Node]:
    """Return the days on which the results were measured."""
    days = sorted({row.measured for row in every_row().values()})
    return [nodes.paragraph("", f"Measured: {', '.join(days)}.")]


Evidence.makers = {
    "support-table": supported,
    "support-short": supported_in_short,
    "conformance-results": results,
    "conformance-cases": case_groups,
    "measured": measured_on,
    "tool-results": tool_results,
    "upstream-divergences": upstream_divergences,
}


def add_files(
    app: Sphinx, pagename: str, _template: str, _context: object, _doctree: object
) -> None:
    """Let the pages that have filters load the script."""
    if pagename in FILTERED:
        app.add_js_file("results/filter.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives, and what the pages load."""
    for name in Evidence.makers:
        app.add_directive(name, Evidence)
    app.add_css_file("results/results.css")
    app.connect("html-page-context", add_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
