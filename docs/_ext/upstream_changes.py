"""What each project would merge, and what became of it here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from markup import html, section
from sphinx.addnodes import download_reference
from tables import folded

from tests.upstream.changes import counted, total
from tests.upstream.records import RECORD, REQUEST, RESULTS, UPSTREAM, load_records
from tests.upstream.report import before_and_after
from tests.upstream.results import load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sphinx.util.docutils import SphinxDirective

    from tests.upstream.records import Record

# The languages of a change, for its colours, by its ending.
LANGUAGES = {".patch": "diff", ".py": "python"}


def upstream_changes(page: SphinxDirective) -> list[nodes.Node]:
    """Return a row for each project, and below the table a section."""
    for path in UPSTREAM.rglob("*"):
        page.env.note_dependency(str(path))
    found = [(record, load(record) or {}) for record in load_records()]
    about = [
        {
            "record": record,
            "made": made,
            "anchor": nodes.make_id(f"change-{record.name}"),
            "files": counts(record, made),
            "total": total(counts(record, made)),
            "divergences": before_and_after,
            "still": still,
        }
        for record, made in found
    ]
    parts = [project(page, one) for one in about]
    return [html(page.env, "changes", changes=about), *parts]


def project(page: SphinxDirective, one: dict[str, Any]) -> nodes.section:
    """Return all about one project: in words, and its files to read and to take."""
    record: Record = one["record"]
    change, language = record.change, LANGUAGES[record.change.suffix]
    taken = nodes.paragraph("", "Files: ")
    for path in (change, *(record.folder / n for n in (REQUEST, RECORD, RESULTS))):
        if path.exists():
            taken += [nodes.Text(", ") if len(taken) > 1 else nodes.Text("")]
            taken += file(path)
    return section(
        f"{record.project} {record.version}",
        one["anchor"],
        html(page.env, "change", **one),
        taken,
        *folded(change.name, block(change.read_text("utf-8"), language)),
        *folded("The pull request", block(record.request, "markdown")),
    )


def counts(record: Record, made: dict[str, Any]) -> Mapping[str, tuple[int, int]]:
    """Return the lines of a change by file: a program's are known once it ran."""
    if record.change.suffix == ".patch":
        return counted(record.change.read_text("utf-8"))
    files = made.get("change", {}).get("files", {})
    return {name: (added, removed) for name, (added, removed) in files.items()}


def still(left: Mapping[str, str | None]) -> list[str]:
    """Return why cases diverge still; where reasons.json does not say, which they are."""
    return sorted({why or case.partition("@")[0] for case, why in left.items()})


def file(path: Path) -> download_reference:
    """Return a link that downloads a file of the records."""
    target = path.relative_to(UPSTREAM.parents[1]).as_posix()
    return download_reference("", nodes.Text(path.name), reftarget=f"/{target}")


def block(text: str, language: str) -> nodes.literal_block:
    """Return text as it is, in colours."""
    return nodes.literal_block(text, text, language=language)
