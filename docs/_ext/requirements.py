"""Every requirement of the PEP with its cases, each tool's answer, and its objections."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from casepage import tool_label
from docutils import nodes
from markup import html
from matrix_results import all_cases, newest, note_files, rows_by_tool_and_place
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from support import Answer, combined, place_answers, support
from tables import table

from docs.objections import Objection, objections
from tests.matrix.recorded import NOT_RUN
from tests.toolkit.pep_text import HEADING, KEYWORD, TEXT, anchored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matrix_results import Row
    from sphinx.application import Sphinx
    from sphinx.util.docutils import SphinxDirective
    from support import Supported
    from tables import Cell

    from wasm_platform_tags.conformance.cases import Case

PAGE = "docs/requirements"
PEP_PAGE = "pep/pep-9999"
ANCHOR = "pep-9999-"
SECTION = re.compile(rf"\.\. _{ANCHOR}([a-z0-9-]+):\n\n(.+)\n[=\-']{{4,}}\n")
# The targets to ask the explorer about, if a case has one of them.
PREFERRED_TARGETS = ("2026_0", "0_1_sdk_24")


@cache
def requirements() -> dict[str, dict[str, Any]]:
    """Return what is shown of every requirement, by its slug, in the order of the text."""
    found: dict[str, dict[str, Any]] = {}
    section_of = {title: slug for slug, title in SECTION.findall(TEXT)}
    heading = ""
    for slug, text in anchored():
        if HEADING.fullmatch(text):
            heading = text.splitlines()[0]
        if slug:
            cases = [case for case in all_cases() if case.requirement == slug]
            found[slug] = {
                "slug": slug,
                "section": heading,
                "levels": Counter(KEYWORD.findall(" ".join(text.split()))),
                "cases": cases,
                "strip": tool_answers(slug),
                "changes": changes().get(slug, {}),
                "objections": objections_to(slug, section_of.get(heading, slug)),
                "question": explorer_question(cases),
            }
    return found


def tool_answers(slug: str) -> list[tuple[Supported, Answer]]:
    """Return the answer to a requirement of each tool that was asked."""
    return [
        (tool, Answer(combined(places), "", places))
        for tool in support()
        if (places := place_answers(tool.rows, lambda c: c.requirement == slug))
    ]


def objections_to(*slugs: str) -> list[Objection]:
    """Return the objections whose answer has a link to one of some anchors."""
    links = [f"<{ANCHOR}{slug}>" for slug in slugs]
    return [one for one in objections() if any(link in one.answer for link in links)]


@cache
def changes() -> dict[str, dict[tuple[str, str, str], Counter[tuple[str, str]]]]:
    """Return which verdicts changed between the two newest versions of each tool.

    By requirement; by tool, older and newer version; by verdict before and after.
    """
    found: dict[str, Any] = {}
    for (tool, _), rows in rows_by_tool_and_place().items():
        new = newest(rows)
        old = newest(rows[: -len(new)])
        seen: set[tuple[str, str]] = set()
        for before, row in compared_rows(old, new):
            versions = (tool, before.cell.tool.version, row.cell.tool.version)
            for case, was, now in common_verdicts(before, row):
                key = (row.cell.runtime.runtime, case.id)
                if was != now and NOT_RUN not in (was, now) and key not in seen:
                    counts = found.setdefault(case.requirement, {})
                    counts.setdefault(versions, Counter())[was, now] += 1
                seen.add(key)
    return found


def compared_rows(old: list[Row], new: list[Row]) -> Iterator[tuple[Row, Row]]:
    """Yield each new row after the old row that was asked in the same way, if any.

    It is the row of the same runtime or, if the older version was not measured there,
    of the same platform.
    """
    for row in new:
        runtime = row.cell.runtime
        way = (tool_label(row), runtime.target)
        same = [o for o in old if (tool_label(o), o.cell.runtime.target) == way]
        for before in sorted(same, key=lambda o: o.cell.runtime != runtime)[:1]:
            yield before, row


def common_verdicts(before: Row, row: Row) -> Iterator[tuple[Case, str, str]]:
    """Yield each case that both rows have, with both verdicts."""
    common = {case.id for case in before.cases}
    for case in row.cases:
        if case.id in common:
            yield case, before.verdict(case)["verdict"], row.verdict(case)["verdict"]


def explorer_question(cases: list[Case]) -> str:
    """Return a case as the explorer's address has it, empty if none can be asked."""
    questions: dict[str, tuple[str, list[str]]] = {}
    for case in cases:
        for key, target, files in questions_of(case):
            questions.setdefault(key, (target, files))
    for key in (*PREFERRED_TARGETS, *questions):
        if key in questions:
            target, files = questions[key]
            return urlencode([("t", target), *(("w", name) for name in files)])
    return ""


def questions_of(case: Case) -> Iterator[tuple[str, str, list[str]]]:
    """Yield what to ask the explorer: the id of the case's target, the target, files."""
    target, files = case.target, case.data.get("files", [])
    if case.data.get("check") == "platform_tags":
        files = [f"demo-1.0-py3-none-{tag}.whl" for tag in case.expect]
    if target and target.platform and files:
        yield target.id, f"{target.python} {target.platform}", files
    tag = case.data.get("tag") or case.data.get("platform") or ""
    if case.kind in ("parse", "index") and tag.isidentifier():
        wheel = f"demo-1.0-cp314-cp314-{tag}.whl"
        yield "", "3.14 pyemscripten_2026_0_wasm32", [wheel]


def requirement_index(page: SphinxDirective) -> list[nodes.Node]:
    """Return every requirement with its sentence, and the filters."""
    listed = requirements().values()
    levels = {nodes.make_id(word): word for one in listed for word in one["levels"]}
    tools = {one.id: f"{one.name} {one.version}" for one in support()}
    changed = {"changed": "with another result"}
    choices = [
        ("level", "Level", "any", "level-", levels),
        ("diverges", "Diverges in", "any tool or none", "no-", tools),
        ("change", "Since the version before", "any", "", changed),
    ]
    shown: list[nodes.Node] = [
        html(page.env, "filter", kind="requirements", choices=choices)
    ]
    for one in listed:
        head, foot = (html(page.env, "requirement", one=one, after=n) for n in (0, 1))
        place = nodes.container(classes=["sentence"], slug=one["slug"])
        shown += [head, place, foot]
    return shown


class Sentences(SphinxPostTransform):
    """Put the sentence of each requirement, as the PEP has it, into its container."""

    default_priority = 5  # before references are resolved

    def run(self, **_: Any) -> None:
        """Copy the paragraphs from the PEP, with the block after one that ends in ":"."""
        page = self.app.builder.get_relative_uri(self.env.docname, PEP_PAGE)
        for place in list(self.document.findall(nodes.container)):
            if slug := place.get("slug"):
                rule = self.env.get_doctree(PEP_PAGE).ids[f"{ANCHOR}{slug}"]
                block = rule.next_node(
                    nodes.literal_block, descend=False, siblings=True
                )
                place += [one.deepcopy() for one in (rule, block) if one]
                for note in list(place.findall(nodes.raw)):
                    note.parent.remove(note)
                if not place[0].astext().rstrip().endswith(":"):
                    del place[1:]
                for one in place.findall(nodes.Element):
                    one["ids"], one["names"] = [], []
                    if anchor := one.attributes.pop("refid", ""):
                        one["refuri"] = f"{page}#{anchor}"


def objection_index(page: SphinxDirective) -> list[nodes.Node]:
    """Return a row for each objection: its title, status, and answer in a sentence."""
    rows: list[tuple[str, list[Cell]]] = []
    for one in objections():
        status = one.status.partition(".")[0]
        title, _ = page.parse_inline(f"{one.number}. {one.title}")
        answer, _ = page.parse_inline(re.split(r"(?<=\.) ", one.answer)[0])
        link = nodes.reference("", "", *title, refid=f"objection-{one.number}")
        rows.append((f"index-{one.number}", [[link], status, answer]))
    return [table(["Objection", "Status", "Answer"], rows, "objections")]


class Margin(SphinxTransform):
    """Add to each rule of the PEP a note: its name, its cases, tools and objections."""

    # After the anchors have moved to the paragraphs (260).
    default_priority = 900

    def apply(self, **_: Any) -> None:
        """Add the notes, unless the PEP is built alone: there is no page to link to."""
        if self.env.docname != PEP_PAGE or PAGE not in self.env.found_docs:
            return
        note_files(self.env)
        for rule in self.document.findall(nodes.paragraph):
            for anchor in rule["ids"]:
                if one := requirements().get(anchor.removeprefix(ANCHOR)):
                    rule.append(html(self.env, "margin", one=one))


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_transform(Margin)
    app.add_post_transform(Sentences)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
