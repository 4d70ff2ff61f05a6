"""The pages "Support today" and "Requirements", and the notes in the PEP's margin."""

import re
from collections import Counter
from urllib.parse import parse_qs

from playwright.sync_api import Page
from requirements import changes, requirements
from support import support, support_data

from docs.objections import objections
from tests.matrix.settings import load_settings
from tests.site.browser.site import SITE, Opener, pages, references
from tests.site.browser.test_site import overflow
from tests.toolkit import pep_text
from wasm_platform_tags.conformance.cases import load_cases

SUPPORT = "docs/support.html"
REQUIREMENTS = "docs/requirements.html"
PEP = "pep/pep-9999.html"
PHONE = {"width": 360, "is_mobile": True}


# How much wider the content of each table's box and of the page is, folded parts and all.
WIDER = """() => {
  const folded = document.querySelectorAll("article details:not(.legend)");
  for (const details of folded) details.open = true;
  const boxes = [...document.querySelectorAll("article .table-wrapper"), document.documentElement];
  return boxes.map((box) => box.scrollWidth - box.clientWidth);
}"""


def test_no_table_is_wider_than_the_page(open_page: Opener) -> None:
    """No table of any page; scripts are off, and one tab opens each page in turn."""
    page = open_page("about:blank", width=1280, java_script_enabled=False)
    wide, seen = [], 0
    for name in pages():
        if "<table" not in (SITE / name).read_text("utf-8"):
            continue
        page.goto(name)
        widths: list[int] = page.evaluate(WIDER)
        seen += len(widths) - 1
        wide += [f"{name}: {more} px" for more in widths if more > 0]
        assert page.locator("details.legend[open]").count() == 0
    assert seen > 100
    assert wide == []


def test_each_answer_is_one_click_from_its_evidence(open_page: Opener) -> None:
    page = open_page(SUPPORT)
    for row in support():
        cells = page.locator(f"#support-{row.id} td[data-head]")
        assert cells.all_inner_texts() == [a.words for a in row.answers.values()]
        sentence = page.locator(f"#support-{row.id} .sentence").inner_text()
        assert sentence == f"{row.sentence} Measured {row.measured}"
    links = [link for link in references(SUPPORT).found if "matrix/results/" in link]
    answered = [a for row in support() for a in row.answers.values() if a.evidence]
    assert len(links) == len(answered)
    page.locator("#support-micropip td.no > a").click()
    wanted = "#diverges-select-build-higher-last-2025-0"
    runtime = load_settings().newest_pyodide("2025_0").runtime
    page.wait_for_url(f"**/micropip-0.11.1-{runtime}-json.html{wanted}")
    assert page.locator(wanted).is_visible()


def test_a_sign_is_not_read_aloud_and_the_words_are(open_page: Opener) -> None:
    cell = open_page(SUPPORT).locator("#support-micropip td.no")
    sign = cell.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert re.match('"\N{BALLOT X}.*/ ""$', sign)
    assert cell.inner_text() == "not compared"


def test_support_on_a_phone_has_the_question_in_each_cell(open_page: Opener) -> None:
    page = open_page(SUPPORT, **PHONE)
    heads: list[str] = page.locator("#support-pip td[data-head]").evaluate_all(
        "cells => cells.map((cell) => getComputedStyle(cell, '::after').content)"
    )
    assert heads == [f'"{one["head"]}"' for one in support_data()["questions"]]
    assert overflow(page) == 0


# The requirements as a view.


def test_every_requirement_has_its_sentence_cases_and_tools(open_page: Opener) -> None:
    page = open_page(REQUIREMENTS, java_script_enabled=False)
    assert page.locator("form.filter").is_hidden()
    counts = Counter(case.requirement for case in load_cases())
    texts = pep_text.requirements()
    assert list(requirements()) == list(texts)
    for slug, text in texts.items():
        one = page.locator(f"#requirement-{slug}")
        sentence = one.locator(".sentence").inner_text()
        for word in pep_text.keywords(text):
            assert word in sentence
        shown = str.maketrans("'", "\N{RIGHT SINGLE QUOTATION MARK}", "`*")
        assert sentence.split()[:3] == text.translate(shown).split()[:3]
        summary = one.locator("summary").inner_text()
        assert summary == f"{counts[slug]} case{'s' if counts[slug] > 1 else ''}"
        marks = one.locator(".mark")
        assert marks.count() == len(requirements()[slug]["strip"]) > 0
    grammar = page.locator("#requirement-tag-grammar .sentence pre").inner_text()
    lines = [line.strip() for line in pep_text.LINES if line.startswith(r"    \A")]
    assert grammar.strip() == "\n".join(lines)


def shown(page: Page) -> list[str]:
    found: list[str] = page.locator("article .requirement:visible").evaluate_all(
        "all => all.map((one) => one.id.replace('requirement-', ''))"
    )
    return found


def test_the_requirements_can_be_filtered(open_page: Opener) -> None:
    page = open_page(REQUIREMENTS)
    every = requirements()
    assert shown(page) == list(every)
    page.get_by_label("Level").select_option("SHOULD")
    assert shown(page) == [slug for slug in every if "SHOULD" in every[slug]["levels"]]
    page.get_by_role("button", name="Show all").click()
    page.get_by_label("Diverges in").select_option("micropip")
    given = [
        (s, row.id, g.verdict) for s, one in every.items() for row, g in one["strip"]
    ]
    diverging = [slug for slug, *found in given if found == ["micropip", "no"]]
    assert shown(page) == diverging
    shows = f"Shows {len(diverging)} of {len(every)} requirements."
    assert page.get_by_role("status").inner_text() == shows
    page.get_by_role("button", name="Show all").click()
    page.get_by_label("Since the version before").select_option("changed")
    assert shown(page) == [slug for slug in every if slug in changes()]


# The margin of the PEP.


def test_every_rule_has_its_note() -> None:
    counts = Counter(case.requirement for case in load_cases())
    text = (SITE / PEP).read_text("utf-8")
    assert text.count('class="rule-note"') == len(requirements())
    for slug, one in requirements().items():
        after = text.split(f'id="pep-9999-{slug}"', 1)[1]
        note = after.split('class="rule-note">')[1].split("</p>")[0]
        assert f'href="#pep-9999-{slug}">{slug}</a>' in note
        assert f">{counts[slug]} case" in note
        assert f'href="../docs/requirements.html#requirement-{slug}"' in note
        assert note.count('class="mark ') == len(one["strip"])
        numbers = re.findall(r"#objection-(\d+)", note)
        assert [objection.number for objection in one["objections"]] == numbers
        assert ("explorer.html#t=" in note) == bool(one["question"])
    # A question is one that the explorer reads.
    asked = [one["question"] for one in requirements().values() if one["question"]]
    assert len(asked) > 10
    for question in asked:
        state = parse_qs(question, strict_parsing=True)
        assert set(state) == {"t", "w"}
        assert all(re.fullmatch(r"3\.\d+ \w+_wasm32", target) for target in state["t"])
        assert all(name.endswith(".whl") for name in state["w"])


def test_the_note_appears_at_a_rule_in_use(site: str, open_page: Opener) -> None:
    page = open_page(PEP, width=1280)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    rule = page.locator("#pep-9999-exact-match")
    more = rule.locator(".rule-note .more")
    opacity = "more => getComputedStyle(more).opacity"
    assert rule.locator(".rule-note .name").is_visible()
    assert more.evaluate(opacity) == "0"
    rule.hover()
    assert more.evaluate(opacity) == "1"
    page.mouse.move(0, 0)
    rule.get_by_role("button", name="copy link").focus()
    assert more.evaluate(opacity) == "1"
    page.keyboard.press("Enter")
    rule.get_by_role("button", name="copied").wait_for()
    address = page.evaluate("navigator.clipboard.readText()")
    assert address == f"{site}/{PEP}#pep-9999-exact-match"
    page.emulate_media(media="print")
    assert page.locator(".rule-note").first.is_hidden()


def test_the_note_on_a_touch_screen(open_page: Opener) -> None:
    page = open_page(PEP, has_touch=True, **PHONE)
    note = page.locator("#pep-9999-exact-match .rule-note")
    assert note.locator(".rule-cases").is_visible()
    assert note.get_by_text("try it").is_visible()
    assert note.locator(".strip").is_hidden()
    page = open_page(PEP, has_touch=True, width=1024, is_mobile=True)
    assert page.locator("#pep-9999-exact-match .rule-note .strip").is_visible()


# The objections.


def test_the_index_of_objections_has_each(open_page: Opener) -> None:
    ids = references("docs/objections.html").ids
    numbers = [name[10:] for name in ids if re.fullmatch(r"objection-\d+", name)]
    assert [one.number for one in objections()] == numbers
    page = open_page("docs/objections.html")
    rows = page.locator("table.objections tbody tr")
    statuses = rows.locator("td:nth-child(2)").all_inner_texts()
    assert set(statuses) == {"Answered", "Answered in part", "Open"}
    for row, one in zip(rows.all(), objections(), strict=True):
        assert row.locator("td").nth(1).inner_text().endswith(".")
        link = row.locator("th a").first
        assert link.get_attribute("href") == f"#objection-{one.number}"
