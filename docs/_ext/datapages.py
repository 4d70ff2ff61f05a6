"""Let Sphinx read JSON: a file of cases, of a result or of a change upstream is a page."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from casepage import cases_page, value_text
from docutils import nodes
from markup import html, section
from matrix_results import (
    WITH_DETAILS,
    all_reasons,
    all_rows,
    cases_by_name,
    counterpart,
    note_files,
)
from sphinx.addnodes import download_reference
from sphinx.errors import ExtensionError
from sphinx.parsers import Parser
from upstream_changes import project_page
from wording import counts_text

from tests.matrix.recorded import RESULTS, UNSUPPORTED
from tests.toolkit.paths import UPSTREAM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matrix_results import Row
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from wasm_platform_tags.conformance.cases import Case


class DataParser(Parser):
    """The parser of such files; their pages are in no table of contents."""

    supported = ("conformance",)

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Build the page of a file."""
        self.setup_parse(inputstring, document)
        document.settings.smart_quotes = False  # data stays as it is
        env = document.settings.env
        path = Path(env.doc2path(env.docname))
        target = f"/{env.docname}.json"
        file = download_reference("", nodes.Text(path.name), reftarget=target)
        if path.is_relative_to(UPSTREAM):
            document += project_page(env, path.parent.name)
        elif path.parent.name == RESULTS.name:
            row = all_rows().get(path.stem)
            if row is None:
                raise ExtensionError(
                    f"{path}: no cell of the matrix is called {path.stem!r}; delete"
                    " the result of what tests/matrix/provision.json no longer has"
                )
            note_files(env, results=False)
            if other := counterpart(row):
                env.note_dependency(str(RESULTS / f"{other.cell.name}.json"))
            document += result_page(env, row, file)
        else:
            note_files(env)
            document += cases_page(env, f"{path.parent.name}/{path.stem}", file)
        # The search finds them by title alone: they share most of their words.
        env.metadata[env.docname] |= {"orphan": "", "nosearch": ""}
        self.finish_parse()


def result_page(
    env: BuildEnvironment, row: Row, download: download_reference
) -> nodes.section:
    """Return the page of a result: what was run, what diverges and why, each group."""
    return section(
        f"{row.cell.tool.tool} {row.title}",
        nodes.make_id(f"result {row.cell.name}"),
        html(env, "result", row=row),
        nodes.paragraph("", "Raw result: ", download, nodes.Text(".")),
        *divergence_sections(env, row),
        *unsupported_section(env, row),
        *group_sections(env, row),
    )


def divergence_sections(env: BuildEnvironment, row: Row) -> Iterator[nodes.section]:
    """Yield a section for each reason why a result diverges, with the cases."""
    diverging: dict[str, list[Case]] = {}
    for case in row.cases:
        verdict = row.verdict(case)
        if verdict["verdict"] in WITH_DETAILS:
            diverging.setdefault(verdict.get("reason") or "", []).append(case)
    for name, cases in diverging.items():
        context = {"cases": cases, "reason": all_reasons().get(name)}
        content = html(env, "diverges", row=row, value_text=value_text, **context)
        title = f"Diverges: {name or 'no reason is recorded'}"
        yield section(title, nodes.make_id(f"diverges {name}"), content)


def unsupported_section(env: BuildEnvironment, row: Row) -> Iterator[nodes.section]:
    """Yield a section with what the tool printed where it cannot be asked, if anything."""
    verdicts = map(row.verdict, row.cases)
    refused = Counter(
        verdict["output"]
        for verdict in verdicts
        if verdict["verdict"] == UNSUPPORTED and "output" in verdict
    )
    if refused:
        content = html(env, "refused", refused=refused)
        yield section("Unsupported", "unsupported", content)


def group_sections(env: BuildEnvironment, row: Row) -> Iterator[nodes.section]:
    """Yield a section for each group of cases, with every verdict."""
    for group in dict.fromkeys(case.title for case in row.cases):
        cases = cases_by_name(case for case in row.cases if case.title == group)
        content = html(env, "group", row=row, group=group, cases=cases)
        title = f"{group}: {counts_text(row.counts(group))}"
        yield section(title, nodes.make_id(group), content)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the parser (file type "conformance")."""
    app.add_source_parser(DataParser)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
