"""Let Sphinx read data: a file of cases, of a result, or of a change upstream, is a page."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from casepage import cases_page, shown
from docutils import nodes
from markup import html, section
from measured import (
    WITH_DETAILS,
    by_name,
    every_reason,
    every_row,
    in_words,
    note_files,
    twin,
)
from sphinx.addnodes import download_reference
from sphinx.errors import ExtensionError
from sphinx.parsers import Parser
from upstream_changes import project_page

from tests.matrix.recorded import RESULTS, UNSUPPORTED
from tests.upstream.records import UPSTREAM

if TYPE_CHECKING:
    from measured import Row
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from wasm_platform_tags.conformance.cases import Case


class DataParser(Parser):
    """JSON of the suite, or of changes upstream; in no table of contents."""

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
            row = every_row().get(path.stem)
            if row is None:
                raise ExtensionError(
                    f"{path}: no cell of the matrix is called {path.stem!r}; what"
                    " tests/matrix/provision.json no longer has, has no result"
                )
            note_files(env, results=False)
            if other := twin(row):
                env.note_dependency(str(RESULTS / f"{other.cell.name}.json"))
            document += result_page(env, row, file)
        else:
            note_files(env)
            document += cases_page(env, f"{path.parent.name}/{path.stem}", file)
        # Found by their titles: the words of data stand in many of these pages.
        env.metadata[env.docname] |= {"orphan": "", "nosearch": ""}
        self.finish_parse()


def result_page(
    env: BuildEnvironment, row: Row, download: download_reference
) -> nodes.section:
    """Return the page of a result: what was run, what diverges and why, all by group."""
    diverging: dict[str, list[Case]] = {}
    refused: Counter[str] = Counter()
    for case in row.cases:
        verdict = row.verdict(case)
        if verdict["verdict"] in WITH_DETAILS:
            diverging.setdefault(verdict.get("reason") or "", []).append(case)
        if verdict["verdict"] == UNSUPPORTED and "output" in verdict:
            refused[verdict["output"]] += 1
    parts = []
    for reason, cases in diverging.items():
        about = {"cases": cases, "reason": every_reason().get(reason), "shown": shown}
        title = f"Diverges: {reason or 'no reason is recorded'}"
        anchor = nodes.make_id(f"diverges {reason}")
        parts.append(section(title, anchor, html(env, "diverges", row=row, **about)))
    if refused:
        words = html(env, "refused", refused=refused)
        parts.append(section("Unsupported", "unsupported", words))
    for group in dict.fromkeys(case.title for case in row.cases):
        named = by_name(case for case in row.cases if case.title == group)
        content = html(env, "group", row=row, group=group, cases=named)
        title = f"{group}: {in_words(row.counts(group))}"
        parts.append(section(title, nodes.make_id(group), content))
    return section(
        f"{row.cell.tool.tool} {row.title}",
        nodes.make_id(f"result {row.cell.name}"),
        html(env, "result", row=row),
        nodes.paragraph("", "Raw result: ", download, nodes.Text(".")),
        *parts,
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the parser (file type "conformance")."""
    app.add_source_parser(DataParser)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
