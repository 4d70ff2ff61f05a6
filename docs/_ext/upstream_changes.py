"""``{upstream-changes}``: what each project would merge, and what became of it here."""

from __future__ import annotations

from collections import Counter
from itertools import starmap
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.addnodes import download_reference
from sphinx.util.docutils import SphinxDirective
from tables import folded, link, table

from tests.matrix.results import DIVERGES, UNSUPPORTED
from tests.upstream.changes import counted, total
from tests.upstream.records import RECORD, REQUEST, RESULTS, UPSTREAM, load_records
from tests.upstream.results import load

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from sphinx.application import Sphinx
    from tables import Cell

    from tests.upstream.records import Record

COLUMNS = ("Project", "Lines", "Its tests pass", "Divergences", "State")
ARROW = " \N{RIGHTWARDS ARROW} "
NOT_RUN = "not run"
# The languages of a change, for its colours, by its ending.
LANGUAGES = {".patch": "diff", ".py": "python"}

# What is committed of a project; empty where nothing is.
Results = dict[str, Any]


class UpstreamChanges(SphinxDirective):
    """A row for each project, and below the table a section."""

    def run(self) -> list[nodes.Node]:
        """Build both from the records and the committed results."""
        found = [(record, load(record) or {}) for record in load_records()]
        for path in UPSTREAM.rglob("*"):
            self.env.note_dependency(str(path))
        rows = [(f"{anchor(record)}-row", row(record, made)) for record, made in found]
        return [
            table(COLUMNS, rows, "upstream"),
            *(section(record, made) for record, made in found),
        ]


def anchor(record: Record) -> str:
    """Return the anchor of a project's section."""
    return nodes.make_id(f"change-{record.name}")


def row(record: Record, made: Results) -> list[Cell]:
    """Return what the table says of a project."""
    return [
        [link(title(record), f"#{anchor(record)}")],
        lines(record, made),
        arrow(*(f"{made['tests'][w]['passed']:,}" for w in ("before", "after")))
        if "tests" in made
        else NOT_RUN,
        divergences(made["suite"].values()) if "suite" in made else NOT_RUN,
        record.state if made else f"{record.state}; {NOT_RUN} by the command",
    ]


def title(record: Record) -> str:
    """Return a project and its version."""
    return f"{record.project} {record.version}"


def arrow(before: str, after: str) -> str:
    """Return a number before and after."""
    return f"{before}{ARROW}{after}"


def lines(record: Record, made: Results) -> str:
    """Return how many lines a change adds and removes."""
    added, removed = total(counts(record, made))
    return f"+{added} \N{MINUS SIGN}{removed}"


def counts(record: Record, made: Results) -> Mapping[str, tuple[int, int]]:
    """Return the lines of a change by file: a program's are known once it ran."""
    if record.change.suffix == ".patch":
        return counted(record.change.read_text("utf-8"))
    files = made.get("change", {}).get("files", {})
    return {name: (added, removed) for name, (added, removed) in files.items()}


def divergences(cells: Collection[Mapping[str, Any]]) -> str:
    """Return how often tools diverge before and after, and what they cannot be asked."""
    found = []
    for when in ("before", "after"):
        counts = sum((Counter(cell[when]) for cell in cells), Counter[str]())
        unasked = counts[UNSUPPORTED]
        more = f" ({unasked} not to be asked)" if unasked else ""
        found.append(f"{counts[DIVERGES]}{more}")
    return arrow(*found)


def section(record: Record, made: Results) -> nodes.section:
    """Return all about one project."""
    change = record.change
    language = LANGUAGES[change.suffix]
    return nodes.section(
        "",
        nodes.title("", title(record)),
        nodes.paragraph("", record.gain),
        nodes.paragraph("", "", *to_merge(record, made)),
        *what_breaks(record, made),
        *what_is_gained(made),
        nodes.paragraph("", "To repeat it:"),
        block(command(record), "console"),
        *folded(change.name, block(change.read_text("utf-8"), language)),
        *folded("The pull request", block(record.request, "markdown")),
        *references(record),
        ids=[anchor(record)],
    )


def command(record: Record) -> str:
    """Return what repeats the run of a project, its source given where it must be."""
    only = f"tox -e upstream -- --only {record.name}"
    return only if record.downloadable else f"{only} --checkout {record.name}=FOLDER"


def to_merge(record: Record, made: Results) -> Iterator[nodes.Node]:
    """Generate the files: the change, the text and the records, to download."""
    yield nodes.Text("To merge: ")
    yield file(record.change)
    files = [
        f"{name} +{added} \N{MINUS SIGN}{removed}"
        for name, (added, removed) in counts(record, made).items()
    ]
    if files:
        yield nodes.Text(f" ({'; '.join(files)})")
    for name in (REQUEST, RECORD, RESULTS):
        if (record.folder / name).exists():
            yield nodes.Text(", ")
            yield file(record.folder / name)
    yield nodes.Text(".")


def file(path: Path) -> download_reference:
    """Return a link that downloads a file of the records."""
    target = path.relative_to(UPSTREAM.parents[1]).as_posix()
    return download_reference("", nodes.Text(path.name), reftarget=f"/{target}")


def what_breaks(record: Record, made: Results) -> Iterator[nodes.Node]:
    """Generate what the project's own tests say, and what was not checked."""
    if tests := made.get("tests"):
        yield nodes.paragraph("", tests_in_words(tests, made["measured"]))
    if record.tests and record.tests.note:
        yield nodes.paragraph("", record.tests.note)
    checks = [f"{name}: {how}" for name, how in made.get("checks", {}).items()]
    if checks:
        yield nodes.paragraph("", f"Checks: {'; '.join(checks)}.")
    yield from listed("Also checked", record.checked)
    yield from listed("Not checked", record.not_checked)


def tests_in_words(tests: Mapping[str, Any], measured: str) -> str:
    """Return one sentence of how its tests went."""
    before, after = tests["before"], tests["after"]
    parts = [f"of its own tests {before['passed']:,} pass before"]
    if before["failing"]:
        parts.append(f"{len(before['failing'])} are known to fail")
    parts.append(f"{after['passed']:,} pass after, {len(tests['new'])} of them new")
    if after["skipped"]:
        parts.append(f"{after['skipped']} are skipped")
    if tests["gone"]:
        parts.append(f"{len(tests['gone'])} are gone or have another name")
    return f"On Python {tests['python']}, {'; '.join(parts)} ({measured})."


def listed(head: str, sentences: Sequence[str]) -> Iterator[nodes.Node]:
    """Generate a list with its head, or nothing."""
    if sentences:
        yield nodes.paragraph("", f"{head}:")
        items = (nodes.list_item("", nodes.paragraph("", s)) for s in sentences)
        yield nodes.bullet_list("", *items)


def what_is_gained(made: Results) -> Iterator[nodes.Node]:
    """Generate what the suite says: a row for each cell of the matrix."""
    if not (suite := made.get("suite")):
        return
    columns = ("Asked", "Cases", "Diverge", "Still", "As under patch()")
    rows = [
        (
            nodes.make_id(f"suite {name}"),
            [
                name,
                str(sum(cell["before"].values())),
                divergences([cell]),
                ", ".join(sorted(set(starmap(still, cell["left"].items())))) or "-",
                str(cell["like_patch"] or "-"),
            ],
        )
        for name, cell in suite.items()
    ]
    yield table(columns, rows, "suite")


def still(case: str, reason: str | None) -> str:
    """Return why a case diverges still; where reasons.json does not say, which case."""
    return reason or case.partition("@")[0]


def references(record: Record) -> Iterator[nodes.Node]:
    """Generate where the project says how to contribute, and what was said before."""
    parts: list[nodes.Node] = []
    for one in record.references:
        parts += [*([nodes.Text("; ")] if parts else []), link(one["text"], one["url"])]
    if parts:
        yield nodes.paragraph("", "See: ", *parts, nodes.Text("."))


def block(text: str, language: str) -> nodes.literal_block:
    """Return text as it is, in colours."""
    return nodes.literal_block(text, text, language=language)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("upstream-changes", UpstreamChanges)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
