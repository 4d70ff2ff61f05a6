"""Let Sphinx read the suite's data: a file of cases, or of results, is a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from casepage import cases_page
from docutils import nodes
from measured import every_row, note_files, twin
from resultpage import result_page
from sphinx.addnodes import download_reference
from sphinx.errors import ExtensionError
from sphinx.parsers import Parser

from tests.matrix.results import RESULTS

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class DataParser(Parser):
    """JSON from tests/conformance; its page stands in no table of contents."""

    supported = ("conformance",)

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Build the page of a group of cases, or of a result."""
        self.setup_parse(inputstring, document)
        document.settings.smart_quotes = False  # data stays as it is
        env = document.settings.env
        path = Path(env.doc2path(env.docname))
        file = download_reference(
            "", nodes.Text(path.name), reftarget=f"/{env.docname}.json"
        )
        if path.parent.name == RESULTS.name:
            row = every_row().get(path.stem)
            if row is None:
                raise ExtensionError(
                    f"{path}: no cell of the matrix is called {path.stem!r}; what"
                    " tests/matrix/provision.json no longer has, has no result"
                )
            note_files(env, results=False)
            if other := twin(row):
                env.note_dependency(str(RESULTS / f"{other.cell.name}.json"))
            # The search would find each word of the cases in every result.
            env.metadata[env.docname]["nosearch"] = ""
            document += result_page(env, row, file)
        else:
            note_files(env)
            group = f"{path.parent.name}/{path.stem}"
            document += cases_page(env, group, file)
        env.metadata[env.docname]["orphan"] = ""
        self.finish_parse()


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the parser (file type "conformance")."""
    app.add_source_parser(DataParser)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
