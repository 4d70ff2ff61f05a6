"""The ``{conformance-cases}`` directive: the groups of cases, each with its page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from docutils import nodes
from links import page_link
from measured import by_name, every_group, group_page, note_files
from sphinx.util.docutils import SphinxDirective
from tables import table

from tests.matrix.settings import CONFORMANCE

if TYPE_CHECKING:
    from tables import Cell


class ConformanceCases(SphinxDirective):
    """List what is asked."""

    def run(self) -> list[nodes.Node]:
        """Build a row for each group of cases."""
        note_files(self.env)
        rows: list[tuple[str, list[Cell]]] = [
            (
                nodes.make_id(f"cases {group}"),
                [
                    [page_link(group, group_page(group))],
                    str(len(by_name(cases))),
                    str(len(cases)),
                    about(group),
                ],
            )
            for group, cases in every_group().items()
        ]
        return [table(["Group", "Cases", "On all targets", "What"], rows)]


def about(group: str) -> str:
    """Return what a group of cases is about."""
    path = CONFORMANCE / "cases" / f"{group}.json"
    return str(json.loads(path.read_bytes())["description"])
