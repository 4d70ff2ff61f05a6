"""The change for each project, and the results of its tests and of the suite with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from markup import html, section
from sphinx.addnodes import download_reference

from tests.toolkit.paths import UPSTREAM
from tests.upstream.changes import counted, total
from tests.upstream.records import RECORD, REQUEST, RESULTS, load_records
from tests.upstream.report import before_and_after, load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx.environment import BuildEnvironment
    from sphinx.util.docutils import SphinxDirective

    from tests.upstream.records import Record

# The language of a change by its suffix, for the colours.
LANGUAGES = {".patch": "diff", ".py": "python"}


def upstream_changes(page: SphinxDirective) -> list[nodes.Node]:
    """Return a row for each project, which leads to its page."""
    for path in UPSTREAM.rglob("*"):
        page.env.note_dependency(str(path))
    return [html(page.env, "changes", changes=map(change_context, load_records()))]


def change_context(record: Record) -> dict[str, Any]:
    """Return what the templates show of a project."""
    made = load(record) or {}
    files = lines_by_file(record, made)
    return {
        "record": record,
        "made": made,
        "page": f"reference/upstream/{record.name}/{Path(RECORD).stem}",
        "files": files,
        "total": total(files),
        "divergences": before_and_after,
        "remaining": remaining,
    }


def project_page(env: BuildEnvironment, name: str) -> nodes.section:
    """Return the page of a project: its results, its files, and links to download them."""
    (record,) = (record for record in load_records() if record.name == name)
    change, language = record.change, LANGUAGES[record.change.suffix]
    downloads = nodes.paragraph("", "Files: ")
    for path in (change, *(record.folder / n for n in (REQUEST, RECORD, RESULTS))):
        if path.exists():
            env.note_dependency(str(path))
            downloads += [nodes.Text(", " if len(downloads) > 1 else "")]
            downloads += download(path)
    return section(
        f"What {record.project} {record.version} would merge",
        f"change-{record.name}",
        html(env, "change", **change_context(record)),
        downloads,
        section(change.name, "patch", code_block(change.read_text("utf-8"), language)),
        section("The pull request", "request", code_block(record.request, "markdown")),
    )


def lines_by_file(
    record: Record, made: dict[str, Any]
) -> Mapping[str, tuple[int, int]]:
    """Return how many lines a change adds and removes, by file.

    If the change is a program, its results have the numbers.
    """
    if record.change.suffix == ".patch":
        return counted(record.change.read_text("utf-8"))
    files = made.get("change", {}).get("files", {})
    return {name: (added, removed) for name, (added, removed) in files.items()}


def remaining(left: Mapping[str, str | None]) -> list[str]:
    """Return the reasons of the cases that still diverge; without a reason, the case."""
    return sorted({why or case.partition("@")[0] for case, why in left.items()})


def download(path: Path) -> download_reference:
    """Return a link that downloads a file of a project's folder."""
    target = path.relative_to(UPSTREAM.parents[1]).as_posix()
    return download_reference("", nodes.Text(path.name), reftarget=f"/{target}")


def code_block(text: str, language: str) -> nodes.literal_block:
    """Return text as a block with syntax colours."""
    return nodes.literal_block(text, text, language=language)
