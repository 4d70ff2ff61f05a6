"""Every requirement of the PEP with its cases, what tools make of it, and objections.

``{requirement-index}`` shows them as a page, ``{objection-index}`` the objections; beside
each rule of the PEP stands the same in short.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from casepage import way
from docutils import nodes
from markup import html
from measured import by_name, every_case, newest, note_files, sections
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective
from support import DECIDES, support
from tables import table

from tests.matrix.results import NOT_RUN
from tests.matrix.settings import ROOT
from tests.unit.pep_text import HEADING, KEYWORD, PEP, TEXT, anchored

if TYPE_CHECKING:
    from collections.abc import Mapping

    from measured import Row
    from sphinx.application import Sphinx
    from tables import Cell

    from wasm_platform_tags.conformance.cases import Case

PAGE = "docs/requirements"
PEP_PAGE = "pep/pep-9999"
OBJECTIONS = ROOT / "docs" / "objections.md"
ANCHOR = "pep-9999-"
SECTION = re.compile(rf"\.\. _{ANCHOR}([a-z0-9-]+):\n\n(.+)\n[=\-']{{4,}}\n")
OBJECTION = re.compile(
    r"^## (\d+)\. (.+)\n\nStatus\n: ((?:.|\n)+?)\n\n(?:.|\n)+?\nAnswer\n: ((?:.|\n)+?)\n\n",
    re.MULTILINE,
)
# The target that a question for the explorer is asked of, if a case has it.
USUAL = ("2026_0", "0_1_sdk_24")


@cache
def requirements() -> dict[str, dict[str, Any]]:
    """Return what is shown of every requirement, by its slug, in the order of the text."""
    found: dict[str, dict[str, Any]] = {}
    section_of = {title: slug for slug, title in SECTION.findall(TEXT)}
    heading = ""
    for slug, text in anchored():
        if HEADING.fullmatch(text):
            heading = text.splitlines()[0]
        if not slug:
            continue
        cases = [case for case in every_case() if case.requirement == slug]
        groups: dict[str, dict[str, list[Case]]] = {}
        for name, those in by_name(cases).items():
            groups.setdefault(those[0].title, {})[name.rpartition("/")[2]] = those
        words = Counter(KEYWORD.findall(" ".join(text.split())))
        mentions = {slug, section_of.get(heading, slug)}
        found[slug] = {
            "slug": slug,
            "section": heading,
            "levels": words,
            "cases": cases,
            "groups": groups,
            "strip": strips().get(slug, []),
            "changes": changes().get(slug, {}),
            "objections": [one for one in objections() if one.concerns(mentions)],
            "question": question(cases),
        }
    return found


@cache
def strips() -> dict[str, list[dict[str, Any]]]:
    """Return what the newest version of every tool makes of each requirement."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in support():
        asked: dict[str, dict[str, tuple[Row, Case]]] = {}
        for row in one.rows:
            for case in row.cases:
                verdict = DECIDES[row.verdict(case)["verdict"]]
                asked.setdefault(case.requirement, {}).setdefault(verdict, (row, case))
        for slug, verdicts in asked.items():
            verdict = next(one for one in DECIDES.values() if one in verdicts)
            row, case = verdicts[verdict]
            mark = {"tool": one, "verdict": verdict, "row": row, "case": case}
            found.setdefault(slug, []).append(mark)
    return found


@cache
def changes() -> dict[str, dict[tuple[str, str, str], Counter[tuple[str, str]]]]:
    """Return what became of cases between the two newest versions of each tool.

    Compared is what both were asked in the same way, in the same runtime or, if the older
    was not measured there, for the same platform. By requirement; then tool, older and
    newer version; then the verdicts before and after, with the number of cases.
    """
    found: dict[str, dict[tuple[str, str, str], Counter[tuple[str, str]]]] = {}
    for (tool, _), rows in sections().items():
        new = newest(rows)
        old = newest(rows[: -len(new)])
        seen: set[tuple[str, str]] = set()
        for row in new:
            alike = [one for one in old if way(one) == way(row)]
            here = [one for one in alike if one.cell.runtime == row.cell.runtime]
            for before in here[:1] or alike[:1]:
                known = {case.id for case in before.cases}
                for case in row.cases:
                    pair = tuple(r.verdict(case)["verdict"] for r in (before, row))
                    key = (row.cell.runtime.runtime, case.id)
                    if case.id not in known or key in seen or NOT_RUN in pair:
                        continue
                    seen.add(key)
                    if pair[0] != pair[1]:
                        versions = (
                            tool,
                            before.cell.tool.version,
                            row.cell.tool.version,
                        )
                        of = found.setdefault(case.requirement, {})
                        of.setdefault(versions, Counter())[pair] += 1
    return found


def question(cases: list[Case]) -> str:
    """Return a case as the explorer's address has it, or nothing if it cannot be asked."""
    asked: dict[str, list[tuple[str, str]]] = {}
    for case in cases:
        if case.kind == "select" and case.target and case.target.platform:
            target = f"{case.target.python} {case.target.platform}"
            files = [("w", name) for name in case.data["files"]]
            asked.setdefault(case.target.id, [("t", target), *files])
        tag = case.data.get("tag") or case.data.get("platform") or ""
        if case.kind in ("parse", "index") and tag.isidentifier():
            file = f"demo-1.0-cp314-cp314-{tag}.whl"
            usual = ("t", "3.14 pyemscripten_2026_0_wasm32")
            asked.setdefault("", [usual, ("w", file)])
    for target in (*USUAL, *asked):
        if target in asked:
            return urlencode(asked[target])
    return ""


class Objection(NamedTuple):
    """What docs/objections.md has of one."""

    number: str
    title: str
    status: str
    answer: str

    def concerns(self, anchors: set[str]) -> bool:
        """Whether its answer points to one of some anchors of the PEP."""
        return bool(anchors & {*re.findall(rf"<{ANCHOR}([a-z0-9-]+)>", self.answer)})


@cache
def objections() -> list[Objection]:
    """Return every objection."""
    return [
        Objection(*(" ".join(part.split()) for part in found))
        for found in OBJECTION.findall(OBJECTIONS.read_text("utf-8"))
    ]


class RequirementIndex(SphinxDirective):
    """A requirement after the other, each with its sentence."""

    def run(self) -> list[nodes.Node]:
        """Build them from the PEP, the cases and the results."""
        for path in (PEP, OBJECTIONS):
            self.env.note_dependency(str(path))
        note_files(self.env)
        every = requirements()
        words = dict.fromkeys(word for one in every.values() for word in one["levels"])
        levels = [(nodes.make_id(word), word) for word in words]
        tools = [(one.id, f"{one.name} {one.version}") for one in support()]
        changed = [("changed", "with another result")]
        choices = [
            ("level", "Level", "any", "level-", levels),
            ("diverges", "Diverges in", "any tool or none", "no-", tools),
            ("change", "Since the version before", "any", "", changed),
        ]
        shown: list[nodes.Node] = [
            html(
                self.env,
                "filter",
                rows="article .requirement",
                of="requirements",
                choices=choices,
                text="Has",
                example="MUST alias",
            )
        ]
        for slug, one in every.items():
            before, after = (
                html(self.env, "requirement", one=one, part=part)
                for part in ("before", "after")
            )
            shown += [before, nodes.container(classes=["sentence"], slug=slug), after]
        return shown


class Sentences(SphinxPostTransform):
    """Put the sentence of each requirement, as the PEP has it, where it is asked for."""

    default_priority = 5  # before references are resolved

    def run(self, **_: Any) -> None:
        """Copy the paragraphs out of the PEP, with the block that one announces."""
        if self.env.docname != PAGE:
            return
        text = self.env.get_doctree(PEP_PAGE)
        for place in list(self.document.findall(nodes.container)):
            if slug := place.get("slug"):
                paragraph = text.ids[f"{ANCHOR}{slug}"]
                place.append(paragraph.deepcopy())
                for note in list(place.findall(nodes.raw)):
                    note.parent.remove(note)
                after = paragraph.next_node(
                    nodes.literal_block, descend=False, siblings=True
                )
                if after and place.astext().endswith(":"):
                    place.append(after.deepcopy())
                for one in place.findall(nodes.Element):
                    one["ids"], one["names"] = [], []
                    if anchor := one.attributes.pop("refid", ""):
                        one["refuri"] = f"/{PEP_PAGE}#{anchor}"


class ObjectionIndex(SphinxDirective):
    """A line an objection: what it says, its status, and the answer in a sentence."""

    def run(self) -> list[nodes.Node]:
        """Build the table from the details below it."""
        rows: list[tuple[str, list[Cell]]] = []
        for one in objections():
            link = nodes.reference(
                "",
                "",
                *self.parse_inline(f"{one.number}. {one.title}")[0],
                refid=f"objection-{one.number}",
            )
            first = self.parse_inline(re.split(r"(?<=\.) ", one.answer)[0])[0]
            status = one.status.partition(".")[0]
            rows.append((f"index-{one.number}", [[link], status, first]))
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
        self.env.note_dependency(str(OBJECTIONS))
        note_files(self.env)
        every = requirements()
        for rule in self.document.findall(nodes.paragraph):
            for anchor in rule["ids"]:
                if one := every.get(anchor.removeprefix(ANCHOR)):
                    rule.append(html(self.env, "margin", one=one))


def add_script(
    app: Sphinx, page: str, _template: str, _context: Mapping[str, Any], _: object
) -> None:
    """Let the PEP load the script that copies the link of a rule."""
    if page == PEP_PAGE:
        app.add_js_file("results/copy-link.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives, and the notes beside the rules."""
    app.add_directive("requirement-index", RequirementIndex)
    app.add_directive("objection-index", ObjectionIndex)
    app.add_transform(Margin)
    app.add_post_transform(Sentences)
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
