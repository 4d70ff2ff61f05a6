"""What each project would merge, and what became of it here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from markup import html, section
from sphinx.addnodes import download_reference

from tests.upstream.changes import counted, total
from tests.upstream.records import RECORD, REQUEST, RESULTS, UPSTREAM, load_records
from tests.upstream.report import before_and_after
from tests.upstream.results import load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx.environment import BuildEnvironment
    from sphinx.util.docutils import SphinxDirective

    from tests.upstream.records import Record

# The languages of a change, for its colours, by its ending.
LANGUAGES = {".patch": "diff", ".py": "python"}


def upstream_changes(page: SphinxDirective) -> list[nodes.Node]:
    """Return a row for each project, which leads to its page."""
    for path in UPSTREAM.rglob("*"):
        page.env.note_dependency(str(path))
    return [html(page.env, "changes", changes=map(about, load_records()))]


def about(record: Record) -> dict[str, Any]:
    """Return what the templates show of a project."""
    made = load(record) or {}
    files = counts(record, made)
    return {
        "record": record,
        "made": made,
        "page": f"reference/upstream/{record.name}/{Path(RECORD).stem}",
        "files": files,
        "total": total(files),
        "divergences": before_and_after,
        "still": still,
    }


def project_page(env: BuildEnvironment, name: str) -> nodes.section:
    """Return all about one project: in words, and its files to read and to take."""
    (record,) = (one for one in load_records() if one.name == name)
    change, language = record.change, LANGUAGES[record.change.suffix]
    taken = nodes.paragraph("", "Files: ")
    for path in (change, *(record.folder / n for n in (REQUEST, RECORD, RESULTS))):
        if path.exists():
            env.note_dependency(str(path))
            taken += [nodes.Text(", ") if len(taken) > 1 else nodes.Text("")]
            taken += file(path)
    return section(
        f"What {record.project} {record.version} would merge",
        f"change-{record.name}",
        html(env, "change", **about(record)),
        taken,
        section(change.name, "patch", block(change.read_text("utf-8"), language)),
        section("The pull request", "request", block(record.request, "markdown")),
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
