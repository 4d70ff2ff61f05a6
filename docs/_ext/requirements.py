"""Every requirement of the PEP with its cases, what tools make of it, and objections."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from casepage import way
from docutils import nodes
from markup import html
from measured import every_case, newest, note_files, sections
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from support import Answer, overall, support, units
from tables import table

from docs.objections import objections
from tests.matrix.recorded import NOT_RUN
from tests.toolkit.pep_text import HEADING, KEYWORD, TEXT, anchored

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.docutils import SphinxDirective
    from tables import Cell

    from wasm_platform_tags.conformance.cases import Case

PAGE = "docs/requirements"
PEP_PAGE = "pep/pep-9999"
ANCHOR = "pep-9999-"
SECTION = re.compile(rf"\.\. _{ANCHOR}([a-z0-9-]+):\n\n(.+)\n[=\-']{{4,}}\n")
USUAL = (
    "2026_0",
    "0_1_sdk_24",
)  # targets of questions for the explorer, if any has them


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
            cases = [case for case in every_case() if case.requirement == slug]
            links = [f"<{ANCHOR}{of}>" for of in (slug, section_of.get(heading, slug))]
            said = [o for o in objections() if any(li in o.answer for li in links)]
            found[slug] = {
                "slug": slug,
                "section": heading,
                "levels": Counter(KEYWORD.findall(" ".join(text.split()))),
                "cases": cases,
                "strip": [
                    (one, Answer(overall(places), "", places))
                    for one in support()
                    if (places := units(one.rows, lambda c: c.requirement == slug))  # noqa: B023 - called at once
                ],
                "changes": changes().get(slug, {}),
                "objections": said,
                "question": question(cases),
            }
    return found


@cache
def changes() -> dict[str, dict[tuple[str, str, str], Counter[tuple[str, str]]]]:
    """Return what changed between the two newest versions of each tool.

    By requirement; by tool, older and newer version; by verdict before and after. Compared is what both were asked in the same way, in the same runtime or, if the older
    was not measured there, for the same platform.
    """
    found: dict[str, Any] = {}
    for (tool, _), rows in sections().items():
        new = newest(rows)
        old = newest(rows[: -len(new)])
        seen: set[tuple[str, str]] = set()
        for row in new:
            here = row.cell.runtime
            asked = (way(row), here.target)
            alike = [o for o in old if (way(o), o.cell.runtime.target) == asked]
            for before in sorted(alike, key=lambda one: one.cell.runtime != here)[:1]:
                known = {case.id for case in before.cases}
                for case in (case for case in row.cases if case.id in known):
                    was, now = (one.verdict(case)["verdict"] for one in (before, row))
                    key = (here.runtime, case.id)
                    if key not in seen and was != now and NOT_RUN not in (was, now):
                        versions = (before.cell.tool.version, row.cell.tool.version)
                        of = found.setdefault(case.requirement, {})
                        of.setdefault((tool, *versions), Counter())[was, now] += 1
                    seen.add(key)
    return found


def question(cases: list[Case]) -> str:
    """Return a case as the explorer's address has it, or nothing if it cannot be asked."""
    asked: dict[str, tuple[str, list[str]]] = {}
    for case in cases:
        of, files = case.target, case.data.get("files", [])
        if case.data.get("check") == "platform_tags":
            files = [f"demo-1.0-py3-none-{tag}.whl" for tag in case.expect]
        if of and of.platform and files:
            asked.setdefault(of.id, (f"{of.python} {of.platform}", files))
        tag = case.data.get("tag") or case.data.get("platform") or ""
        if case.kind in ("parse", "index") and tag.isidentifier():
            files = [f"demo-1.0-cp314-cp314-{tag}.whl"]
            asked.setdefault("", ("3.14 pyemscripten_2026_0_wasm32", files))
    for target in (*USUAL, *asked):
        if target in asked:
            said, files = asked[target]
            return urlencode([("t", said), *(("w", name) for name in files)])
    return ""


def requirement_index(page: SphinxDirective) -> list[nodes.Node]:
    """Return a requirement after the other, each with its sentence."""
    every = requirements().values()
    words = dict.fromkeys(word for one in every for word in one["levels"])
    tools = {one.id: f"{one.name} {one.version}" for one in support()}
    changed = {"changed": "with another result"}
    choices = [
        (
            "level",
            "Level",
            "any",
            "level-",
            {nodes.make_id(word): word for word in words},
        ),
        ("diverges", "Diverges in", "any tool or none", "no-", tools),
        ("change", "Since the version before", "any", "", changed),
    ]
    shown: list[nodes.Node] = [
        html(page.env, "filter", kind="requirements", choices=choices)
    ]
    for one in every:
        head, foot = (html(page.env, "requirement", one=one, after=n) for n in (0, 1))
        place = nodes.container(classes=["sentence"], slug=one["slug"])
        shown += [head, place, foot]
    return shown


class Sentences(SphinxPostTransform):
    """Put the sentence of each requirement, as the PEP has it, where it is asked for."""

    default_priority = 5  # before references are resolved

    def run(self, **_: Any) -> None:
        """Copy the paragraphs out of the PEP, with the block that one announces."""
        page = self.app.builder.get_relative_uri(self.env.docname, PEP_PAGE)
        for place in list(self.document.findall(nodes.container)):
            if slug := place.get("slug"):
                rule = self.env.get_doctree(PEP_PAGE).ids[f"{ANCHOR}{slug}"]
                block = rule.next_node(
                    nodes.literal_block, descend=False, siblings=True
                )
                place += [one.deepcopy() for one in (rule, block) if one]
                for beside in list(place.findall(nodes.raw)):
                    beside.parent.remove(beside)
                if not place[0].astext().rstrip().endswith(":"):
                    del place[1:]  # no block is announced
                for one in place.findall(nodes.Element):
                    one["ids"], one["names"] = [], []
                    if anchor := one.attributes.pop("refid", ""):
                        one["refuri"] = f"{page}#{anchor}"


def objection_index(page: SphinxDirective) -> list[nodes.Node]:
    """Return a line an objection: title, status, and the answer in a sentence."""
    rows: list[tuple[str, list[Cell]]] = []
    for one in objections():
        status = one.status.partition(".")[0]
        title, _ = page.parse_inline(f"{one.number}. {one.title}")
        answer, _ = page.parse_inline(re.split(r"(?<=\.) ", one.answer)[0])
        link = nodes.reference("", "", *title, refid=f"objection-{one.number}")
        rows.append((f"index-{one.number}", [[link], status, answer]))
    return [table(["Objection", "Status", "Answer"], rows, "objections")]


class Margin(SphinxTransform):
    """Put beside each rule of the PEP its name, its cases, tools and objections."""

    # After the anchors have moved to the paragraphs (260).
    default_priority = 900

    def apply(self, **_: Any) -> None:
        """Add a note to every paragraph that is a requirement."""
        # A build of the PEP alone has no page to link to.
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
