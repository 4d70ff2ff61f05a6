"""The tag explorer, used as a reader would."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

import pytest
from explorer import RUNTIME, UPLOAD
from explorer_answers import explore

from tests.site.browser.site import ROOT, SITE, Handler, served
from tests.site.browser.test_site import overflow, violations

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, FilePayload, Page, Route

    Opener = Callable[..., Page]
    Asker = Callable[..., Page]

TARGETS = [
    "3.14 pyemscripten_2026_0_wasm32",
    "3.13 pyodide_2025_0_wasm32",
    "3.14.2 wasi_0_1_sdk_24_wasm32",
]
WHEELS = [
    "demo-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl",
    "demo-1.0-cp314-cp314-pyodide_2026_0_wasm32.whl",
    "demo-1.0-cp314-cp314-pyodide_2026_00_wasm32.whl",
    "demo-1.1-cp313-cp313-pyodide_2025_0_wasm32.whl",
    "demo-2.0rc1-py3-none-any.whl",
    "demo-1.0-1-py3-none-any.whl",
    "demo-1.0-cp311-abi3-pyemscripten_2025_0_wasm32.pyemscripten_2026_0_wasm32.whl",
    "demo-1.0-cp314-cp314-wasi_0_0_0_wasm32.whl",
    "other-1.0-cp314-cp314-wasi_0_1_sdk_24_wasm32.whl",
    "other-1.0-cp314-cp314-manylinux_2_17_x86_64.whl",
    "<b>bold</b>-1.0-py3-none-any.whl",
    "<img src=x onerror=alert(1)>",
    "demo-1.0.tar.gz",
    "demo-1.0-cp314-cp314-PYODIDE_2026_0_WASM32.whl",
    "demo-1.0-cp314-cp314-emscripten_5_0_3.whl",
    f"demo-{'1' * 5000}-py3-none-any.whl",
    "<![x",
    "demo-1.0-cp314-cp314-\u202e23msaw_0_6202_edidoyp.whl",
]
PAGE = "docs/explorer"
CHOICES = "What each target would install"
FILES = "Every file, judged"
OTHERS = "What names no wheel"
CHANGES = "What changes"
BUILD = "Which tags to build"


def link(site: str, wheels: list[str], targets: list[str]) -> str:
    state = urlencode([("t", t) for t in targets] + [("w", w) for w in wheels])
    return f"{site}/docs/explorer.html#{state}"


def done(page: Page) -> Page:
    """Wait for the end of what was asked last; the page is told of it at once."""
    told = page.wait_for_function(
        """() => document.getElementById("explorer-status").textContent
          .match(/^(Done|This did not work).*/)?.[0]"""
    )
    assert told.json_value().startswith("Done")
    return page


def cells(page: Page, caption: str) -> list[list[str]]:
    """Return the text of a table of the answer, row by row."""
    found: list[list[str]] = page.evaluate(
        """caption => [...document.querySelectorAll(".explorer-out table")]
          .filter(table => table.caption.textContent === caption)
          .flatMap(table => [...table.tBodies[0].rows])
          .map(row => [...row.cells].map(cell => cell.textContent))""",
        caption,
    )
    return found


def expected(text: list[str], targets: list[str]) -> dict[str, list[list[str]]]:
    """Say with the library on this machine what the tables must hold."""
    told: dict[str, Any] = explore("\n".join(text), targets)
    files, others = [], []
    for file in told["files"]:
        row = [f"{file['place']} {file['name']}{file.get('remark', '')}"]
        if "what" in file:
            others.append([*row, file["what"]])
            continue
        if "error" in file:
            files.append([*row, file["error"]])
            continue
        ending = told["endings"][file["ending"]]
        upload = ending["upload"]
        row.append(
            f"{UPLOAD[upload['accepted']]}{upload['reason']}by {upload['rule']}Indexes"
        )
        left = file.get("left_out", [""] * len(ending["verdicts"]))
        row += [
            ("\u2713 fits" if said["compatible"] else "\u2717 does not fit")
            + f"{said['cause']}by {said['rule']}"
            + (f"not chosen: {why}" if why else "")
            + "Tools"
            for said, why in zip(ending["verdicts"], left, strict=True)
        ]
        files.append(row)
    choices = [
        [choice["project"], *(file or "none" for file in choice["files"])]
        for choice in told["choices"]
    ]
    return {CHOICES: choices, FILES: files, OTHERS: others}


@pytest.fixture(scope="module")
def ask(site: str, open_kept: Opener) -> Asker:
    """Ask on one page, whose Python is loaded once: as a reader follows links there."""
    page = open_kept(f"{site}/docs/explorer.html")

    def ask_(
        wheels: list[str],
        targets: list[str],
        *,
        scheme: Literal["light", "dark"] = "light",
        width: int = 1280,
    ) -> Page:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 844})
        # Nothing of the last question is left; the same one would not be a new link.
        page.evaluate(
            """() => {
              history.replaceState(null, "", location.pathname);
              document.getElementById("explorer-status").textContent = "";
              document.getElementById("explorer-answer").replaceChildren();
              document.getElementById("explorer-runtime").replaceChildren();
            }"""
        )
        page.goto(link(site, wheels, targets))
        page.wait_for_function(
            "/[.:]/.test(document.getElementById('explorer-status').textContent)"
        )
        return page

    return ask_


def test_it_answers_as_the_library_does(site: str, open_page: Opener) -> None:
    page = done(open_page(link(site, WHEELS, TARGETS)))
    for caption, rows in expected(WHEELS, TARGETS).items():
        assert cells(page, caption) == rows
    assert cells(page, CHOICES)[0] == ["demo", WHEELS[0], WHEELS[3], WHEELS[5]]
    print(
        f"\ncold start: {page.locator('#explorer').get_attribute('data-start-ms')} ms"
    )


@pytest.mark.parametrize(
    ("button", "told"),
    [
        ("Ask the library", "Asking the library …"),
        ("Ask this browser's Python", "Asking this browser's Python …"),
    ],
)
def test_an_older_done_goes_with_the_click(button: str, told: str, ask: Asker) -> None:
    page = done(ask(WHEELS[:1], TARGETS[:1]))
    said = page.get_by_role("button", name=button).evaluate(
        """button => {
          button.click();
          return document.getElementById("explorer-status").textContent;
        }"""
    )
    assert said == told
    done(page)


def inside(page: Page, selector: str) -> bool:
    """Say whether an element lies in the window, below what the theme puts over it."""
    found: bool = page.evaluate(
        """selector => {
          const { top, bottom } = document.querySelector(selector)
            .getBoundingClientRect();
          const over = [...document.querySelectorAll(".mobile-header, .back-to-top")]
            .map(element => element.getBoundingClientRect().bottom);
          return Math.max(...over) <= top && bottom <= innerHeight;
        }""",
        selector,
    )
    return found


@pytest.mark.parametrize(("width", "height"), [(1300, 900), (390, 844)])
def test_a_link_leads_to_its_answer(
    width: int, height: int, site: str, open_page: Opener
) -> None:
    page = open_page(f"{site}/index.html", viewport={"width": width, "height": height})
    held: list[Route] = []
    # Playwright takes no built-in method.
    page.route("**/library.zip", lambda route: held.append(route))  # noqa: PLW0108
    page.goto(link(site, WHEELS, TARGETS))
    page.get_by_text("Loading Python …").wait_for()
    assert inside(page, "#explorer-status")
    assert inside(page, "#explorer-progress")
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    done(page)
    assert inside(page, "#explorer-status")
    assert inside(page, "#explorer-answer caption")
    assert inside(page, "#explorer-answer tbody tr")
    assert page.evaluate("document.activeElement === document.body")


def test_text_stays_text(ask: Asker) -> None:
    page = done(ask(WHEELS, TARGETS))
    assert page.locator("#explorer-answer :is(b, img)").count() == 0
    assert page.locator("#explorer-answer code", has_text="<img src=x").count() == 1


def test_no_character_turns_the_answer_round(ask: Asker) -> None:
    turned = WHEELS[-1]
    page = done(ask([turned], TARGETS))
    told = page.locator("#explorer-answer").inner_text()
    assert r"\u202e23msaw" in told
    assert "\u202e" not in told
    assert page.get_by_label("Names of wheels").input_value() == turned


def test_the_examples_are_the_librarys_words(site: str, open_page: Opener) -> None:
    page = open_page(f"{site}/docs/explorer.html", java_script_enabled=False)
    rows = page.locator("table.explorer-examples tbody tr")
    names = [row.locator("code").first.inner_text() for row in rows.all()]
    heads = page.locator("table.explorer-examples thead code").all_inner_texts()
    told = explore("\n".join(names), heads)
    assert [file.get("what") for file in told["files"]].count(None) == len(names) - 1
    for row, file in zip(rows.all(), told["files"], strict=True):
        text = row.inner_text()
        if "what" in file:
            assert file["what"] in text
            continue
        ending = told["endings"][file["ending"]]
        for said in ending["verdicts"]:
            assert said["cause"] in text
        assert UPLOAD[ending["upload"]["accepted"]] in text
    assert rows.locator("a.internal").count() >= len(names)
    assert rows.locator("a.external").count() == 0


def test_the_size_that_is_told_is_loaded(site: str, open_page: Opener) -> None:
    sizes: list[int] = []
    page = open_page(f"{site}/docs/explorer.html")
    page.on(
        "response",
        lambda response: sizes.append(int(response.headers["content-length"])),
    )
    page.get_by_role("button", name="Ask the library").click()
    done(page)
    told = page.get_by_text("or a link to a question loads").inner_text()
    assert f"about {sum(sizes) / 1e6:.1f} MB" in told
    assert page.evaluate(
        "(({value, max}) => value === max)"
        "(document.getElementById('explorer-progress'))"
    )


def test_every_rule_is_a_link_to_the_pep(
    ask: Asker, site: str, open_page: Opener
) -> None:
    page = done(ask(WHEELS, TARGETS))
    links = page.locator("#explorer-answer .explorer-by a")
    found = {str(a.get_attribute("href")) for a in links.all()}
    assert len(found) > 4
    pep = open_page(f"{site}/pep/pep-9999.html")
    for url in found:
        path, _, anchor = url.partition("#")
        assert path == "../pep/pep-9999.html"
        assert pep.locator(f"[id='{anchor}']").count() == 1, url


def test_python_loads_while_the_question_is_written(
    site: str, open_page: Opener
) -> None:
    page = open_page(f"{site}/docs/explorer.html")
    assert page.locator("#explorer-status").inner_text() == ""
    page.get_by_label("Names of wheels").press("End")
    page.keyboard.type(" ")
    page.wait_for_function(
        "document.getElementById('explorer-status').textContent === 'Python is loaded.'"
    )
    assert page.get_by_label("Loading Python").is_hidden()
    page.get_by_role("button", name="Ask the library").click()
    done(page)


def test_no_name_is_told(site: str, open_page: Opener) -> None:
    page = open_page(f"{site}/docs/explorer.html")
    page.get_by_label("Names of wheels").fill("\n \n")
    page.get_by_role("button", name="Ask the library").click()
    page.get_by_text("There is no name to judge").wait_for()
    assert page.locator("#explorer-answer table").count() == 0


def test_a_question_is_a_link(site: str, open_page: Opener) -> None:
    page = open_page(f"{site}/docs/explorer.html")
    page.get_by_label("Names of wheels").fill("\n".join(WHEELS))
    page.get_by_role("button", name="Select none").click()
    page.get_by_label(TARGETS[0]).check()
    page.get_by_text("More targets").click()
    page.get_by_label("Others, one a line").fill("\n".join(TARGETS[1:]))
    page.get_by_role("button", name="Ask the library").click()
    done(page)
    asked = cells(page, FILES)
    assert len(asked) + len(cells(page, OTHERS)) == len(WHEELS)
    again = done(open_page(page.url))
    assert cells(again, FILES) == asked
    assert again.get_by_label("Names of wheels").input_value() == "\n".join(WHEELS)
    assert again.get_by_label(TARGETS[0]).is_checked()
    assert again.get_by_label("Others, one a line").input_value() == "\n".join(
        TARGETS[1:]
    )
    assert again.url == page.url


def test_back_brings_the_question_back(site: str, open_page: Opener) -> None:
    page = done(open_page(link(site, WHEELS[:2], TARGETS[:1])))
    page.get_by_label("Names of wheels").fill(WHEELS[3])
    page.get_by_role("button", name="Ask the library").click()
    page.wait_for_function(
        "document.querySelectorAll('#explorer-answer tbody tr').length === 2"
    )
    page.go_back()
    page.wait_for_function(
        "document.querySelectorAll('#explorer-answer tbody tr').length === 3"
    )
    assert page.get_by_label("Names of wheels").input_value() == "\n".join(WHEELS[:2])


def test_back_leaves_a_link_to_a_question(site: str, open_page: Opener) -> None:
    page = open_page(f"{site}/index.html")
    # Browsers and people spell a blank as %20, this page as "+".
    url = link(site, WHEELS[:1], TARGETS[:1]).replace("+", "%20")
    page.goto(url)
    done(page)
    assert page.url == url
    page.get_by_role("button", name="Ask the library").click()
    done(page)
    page.go_back()
    assert page.url == f"{site}/index.html"


def test_back_to_the_bare_page_empties_it(site: str, open_page: Opener) -> None:
    page = open_page(f"{site}/docs/explorer.html")
    names = page.get_by_label("Names of wheels")
    example = names.input_value()
    names.fill(WHEELS[0])
    page.get_by_text("More targets").click()
    page.get_by_label("Others, one a line").fill("nonsense")
    page.get_by_role("button", name="Ask the library").click()
    done(page)
    page.evaluate("location.hash = '#your-runtime'")
    assert names.input_value() == WHEELS[0]
    assert cells(page, FILES)
    page.evaluate("location.hash = ''")
    assert names.input_value() == WHEELS[0]
    page.evaluate("history.go(-3)")
    page.wait_for_url(f"{site}/docs/explorer.html")
    page.wait_for_function(
        "!document.getElementById('explorer-answer').childElementCount"
    )
    assert names.input_value() == example
    assert page.get_by_label("Others, one a line").input_value() == ""
    assert page.locator("#explorer-targets-wrong").inner_text() == ""
    assert page.locator("#explorer-status").inner_text() == ""


def test_an_answer_is_not_shown_for_another_question(
    site: str, open_page: Opener
) -> None:
    page = open_page(f"{site}/docs/explorer.html")
    page.get_by_role("button", name="Ask the library").click()
    page.go_back()  # before Python is loaded
    page.wait_for_function("document.getElementById('explorer-progress').hidden")
    page.get_by_role("button", name="Ask this browser's Python").click()
    done(page)  # the worker answers one after the other
    assert page.locator("#explorer-answer table").count() == 0


def test_a_target_has_to_be_chosen(ask: Asker) -> None:
    page = ask(WHEELS[:1], [])
    page.get_by_text("Choose a target").wait_for()
    assert page.locator("#explorer-answer table").count() == 0
    page.get_by_text("More targets").click()
    page.get_by_label("Others, one a line").fill("nonsense")
    page.get_by_role("button", name="Ask the library").click()
    page.get_by_text("No target was understood").wait_for()
    assert page.locator("#explorer-answer table").count() == 0


def test_a_question_too_long_for_a_link_says_so(site: str, open_page: Opener) -> None:
    page = open_page(f"{site}/docs/explorer.html")
    page.get_by_label("Names of wheels").fill(f"{WHEELS[0]}\n{'x' * 2**21}")
    page.get_by_role("button", name="Ask the library").click()
    done(page)
    assert "too long for a link" in page.locator("#explorer-status").inner_text()
    assert page.url == f"{site}/docs/explorer.html"
    assert len(cells(page, FILES)) == 1
    assert len(cells(page, OTHERS)) == 1


def test_a_bad_target_is_told_beside_its_field(ask: Asker) -> None:
    targets = ["3.14 pyodide_2026_00_wasm32", "nonsense", *TARGETS[:1]]
    page = done(ask(WHEELS[:1], targets))
    told = page.locator("#explorer-targets-wrong").inner_text()
    assert "a number has a leading zero" in told
    assert "incomplete target 'nonsense'" in told
    assert (
        page.get_by_label("Others, one a line").get_attribute("aria-invalid") == "true"
    )
    file, upload, verdict = cells(page, FILES)[0]
    wanted = expected(WHEELS[:1], TARGETS[:1])[FILES][0]
    assert [file, upload] == wanted[:2]
    assert verdict.startswith(wanted[2])  # one file and one target: its tools are told


def test_links_of_an_index_are_read(ask: Asker) -> None:
    page = ask(WHEELS[:3], TARGETS[:1])
    page.get_by_label("Names of wheels").fill(
        f'<a href="../../{WHEELS[0]}#sha256=00">x</a><br>\n<a href="{WHEELS[3]}">y</a>'
    )
    page.get_by_role("button", name="Ask the library").click()
    done(page)
    names = [row[0] for row in cells(page, FILES)]
    assert names == [f"line 1 {WHEELS[0]}", f"line 2 {WHEELS[3]}"]
    text = json.dumps({"files": [{"filename": WHEELS[0]}]})
    page.get_by_label("Names of wheels").fill(text)
    page.get_by_role("button", name="Ask the library").click()
    page.get_by_text(f"file 1 {WHEELS[0]}").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_an_index_says_about_a_file_counts(
    scheme: Literal["light", "dark"], ask: Asker
) -> None:
    demo = WHEELS[0]
    files = [
        {"filename": demo.replace("1.0", "1.3"), "requires-python": ">=3.99"},
        {"filename": demo.replace("1.0", "1.2"), "yanked": "broken"},
        {
            "filename": demo.replace("1.0", "1.1"),
            "requires-python": "x",
            "yanked": False,
        },
        {"filename": demo},
    ]
    text = [json.dumps({"files": files})]
    page = done(ask(text, TARGETS, scheme=scheme))
    for caption, rows in expected(text, TARGETS).items():
        assert cells(page, caption) == rows
    assert cells(page, CHOICES)[0][1] == demo.replace("1.0", "1.1")
    told = [row[0] + row[2] for row in cells(page, FILES)]
    assert "not chosen: Requires-Python >=3.99" in told[0]
    assert "not chosen: yanked" in told[1]
    assert "Requires-Python 'x' is not understood" in told[2]
    assert "not chosen" not in told[2] + told[3]
    assert violations(page) == []


def still(page: Page) -> None:
    """Wait for the end of a smooth scroll, which goes on whatever is asked meanwhile."""
    page.wait_for_function(
        """() => new Promise((resolve) => {
          const before = scrollY;
          const compare = () => setTimeout(() => resolve(scrollY === before), 500);
          requestAnimationFrame(() => requestAnimationFrame(compare));
        })"""
    )


def test_the_keyboard_is_enough(site: str, open_page: Opener) -> None:
    page = open_page(f"{site}/docs/explorer.html")
    page.get_by_label("Names of wheels").focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "submit":
            break
    page.keyboard.press("Enter")
    done(page)
    assert cells(page, FILES)
    page.get_by_label("Names of wheels").fill("\n".join(WHEELS[:3]))
    still(page)
    page.keyboard.press("Control+Enter")
    page.get_by_text("Done: files: 3,").wait_for()
    assert inside(page, "#explorer-answer caption")
    # Down to the tools of a verdict, which the keyboard unfolds.
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Tools":
            break
    page.keyboard.press("Enter")
    page.get_by_text("Measured from").first.wait_for()


def test_a_thousand_names(site: str, open_page: Opener) -> None:
    wheels = [
        f"demo-1.{i}-cp314-cp314-pyemscripten_2026_{i % 7}_wasm32.whl"
        for i in range(1000)
    ]
    page = open_page(f"{site}/docs/explorer.html")
    page.get_by_label("Names of wheels").fill("\n".join(wheels))
    page.get_by_role("button", name="Select all").click()
    for box in page.locator("#explorer-more input").all():
        box.uncheck()
    button = page.get_by_role("button", name="Ask the library")
    button.click()
    done(page)
    assert len(cells(page, FILES)) == 1000
    assert "targets: 9" in page.locator("#explorer-status").inner_text()
    form = page.locator("#explorer")
    print(f"\n1,000 names, 9 targets: {form.get_attribute('data-answer-ms')} ms")
    # The head and the first column stay in view, wherever the table is scrolled to.
    wrapper = page.locator(".table-wrapper", has_text=FILES)
    wrapper.evaluate("element => element.scrollTo(900, 9000)")
    stay = wrapper.evaluate(
        """element => {
          const box = element.getBoundingClientRect();
          const at = selector => element.querySelector(selector).getBoundingClientRect();
          return [at("thead th:nth-child(3)").top - box.top,
                  at("tbody tr:nth-child(40) th").left - box.left];
        }"""
    )
    assert all(abs(distance) < 2 for distance in stay), stay


# Notes how many rows are added at a time, and in which frame; may ask anew at the first.
WATCH_ROWS = """anew => {
  let frame = 0;
  const count = () => { frame += 1; requestAnimationFrame(count); };
  count();
  window.added = [];
  new MutationObserver(records => {
    for (const { target, addedNodes } of records) {
      if (target.tagName !== "TBODY") continue;
      window.added.push([addedNodes.length, frame]);
      if (anew === null || window.added.length > 1) continue;
      document.getElementById("explorer-wheels").value = anew;
      document.getElementById("explorer").requestSubmit();
    }
  }).observe(
    document.getElementById("explorer-answer"), { childList: true, subtree: true }
  );
}"""


@pytest.mark.parametrize("anew", [None, WHEELS[0]])
def test_many_rows_are_drawn_in_batches(
    anew: str | None, site: str, open_page: Opener
) -> None:
    wheels = [f"demo-1.{i}-py3-none-any.whl" for i in range(1000)]
    page = open_page(f"{site}/docs/explorer.html")
    page.get_by_label("Names of wheels").fill("\n".join(wheels))
    page.get_by_role("button", name="Select all").click()
    page.evaluate(WATCH_ROWS, anew)
    page.get_by_role("button", name="Ask the library").click()
    done(page)
    batches = page.evaluate("window.added")
    assert {rows for rows, _ in batches} <= {50, 100}
    assert len({frame for _, frame in batches}) == len(batches)
    if anew:
        assert [rows for rows, _ in batches] == [100]
        assert [row[0] for row in cells(page, FILES)] == [f"line 1 {anew}"]
    else:
        assert sum(rows for rows, _ in batches) == 950
        names = [f"line {number} {name}" for number, name in enumerate(wheels, 1)]
        assert [row[0] for row in cells(page, FILES)] == names


def tools(page: Page, row: int = 0, column: int = 2) -> dict[str, list[str]]:
    """Return the tools of a cell, unfolded, by what they do."""
    found: dict[str, list[str]] = page.evaluate(
        """([row, column]) => {
          const wrapper = [...document.querySelectorAll("#explorer-answer table")]
            .find(table => table.caption.textContent === "Every file, judged");
          const cell = wrapper.tBodies[0].rows[row].cells[column];
          const details = cell.querySelector("details");
          if (!details.open) details.querySelector("summary").click();
          return new Promise(resolve => setTimeout(() => resolve(Object.fromEntries(
            [...details.querySelectorAll(".explorer-tools")].map(group => [
              group.querySelector("strong").textContent.slice(2),
              [...group.querySelectorAll("li")].map(li => li.textContent),
            ]))), 200));
        }""",
        [row, column],
    )
    return found


def at_top(page: Page) -> Page:
    """Scroll to where the theme shows no "Back to top", which is in no landmark."""
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.back-to-top')).display === 'none'"
    )
    return page


def test_real_tools_are_asked(ask: Asker) -> None:
    alias = WHEELS[1]
    sure = "3.14 wasi_0_1_sdk_33_wasm32"  # no case of the suite is for it
    asked = [
        alias,
        "demo-1.0-cp314-cp314-wasi_0_1_sdk_24_wasm32.whl",
        "x-1-py3-none-y.whl",
    ]
    page = done(ask(asked, [TARGETS[0], sure]))
    told = tools(page)
    assert any(name.startswith("micropip (") for name in told["take it"])
    assert any(
        name.startswith("pip inside Pyodide (") for name in told["do not take it"]
    )
    assert any(
        name.startswith("Poetry (") for name in told["cannot be asked for this target"]
    )
    assert told["take it"][-1].startswith("This library")
    assert "not measured" in told
    assert tools(page, 0, 1)["refuses the upload"][0].startswith("PyPI (Warehouse)")
    assert tools(page, 1, 1)["refuses the upload"] != []
    assert tools(page, 0, 3) == {}
    assert "the suite does not have this target" in (
        page.locator("#explorer-answer").inner_text()
    )
    assert tools(page, 2, 2) == {}
    assert "no case of the suite is like this file" in (
        page.locator("#explorer-answer").inner_text()
    )
    # Each name leads to its evidence.
    found = page.locator("#explorer-answer .explorer-tools a")
    addresses = {str(a.evaluate("a => a.href")) for a in found.all()}
    assert len(addresses) > 10
    for address in addresses:
        url, _, anchor = address.partition("#")
        html = page.request.get(url).text()
        assert f'id="{anchor}"' in html, address


def test_a_small_question_tells_the_tools_at_once(ask: Asker) -> None:
    page = done(ask(WHEELS[:1], TARGETS[:1]))
    assert page.get_by_text("pip inside Pyodide").is_visible()
    assert page.locator("#explorer-answer summary", has_text="Tools").count() == 1


def test_the_results_of_the_tools_may_be_missing(site: str, browser: Browser) -> None:
    page = browser.new_page()
    page.route("**/tools.json", lambda route: route.fulfill(status=503))
    page.goto(link(site, WHEELS[:1], TARGETS[:1]))
    done(page)
    assert page.get_by_text("Not measured: tools.json: 503").is_visible()
    page.close()


def test_targets_have_names_for_people(site: str, open_page: Opener) -> None:
    page = open_page(f"{site}/docs/explorer.html")
    box = page.get_by_label("Pyodide 314, Python 3.14, browsers and Node.js")
    assert box.get_attribute("value") == TARGETS[0]
    boxes = page.locator("#explorer input[name=target]")
    assert page.locator("#explorer-others").is_hidden()
    page.get_by_role("button", name="Select all").click()
    assert all(box.is_checked() for box in boxes.all())
    assert page.locator("#explorer-others").is_visible()
    page.get_by_role("button", name="Select none").click()
    assert not any(box.is_checked() for box in boxes.all())


def test_lines_that_name_no_wheel_are_folded(ask: Asker) -> None:
    lines = ["demo-1.0.tar.gz", "# a comment", "demo>=1", f"{WHEELS[0]}.metadata"]
    text = [*lines, WHEELS[0], "demo-1.0-py3-none-any.WHL"]
    page = done(ask(text, TARGETS))
    status = page.locator("#explorer-status").inner_text()
    assert "files: 2" in status
    assert "not the name of a wheel: 1" in status
    assert "lines that name no wheel: 4" in status
    assert [row[0] for row in cells(page, OTHERS)] == [
        f"line {number} {line}" for number, line in enumerate(lines, 1)
    ]
    assert page.get_by_text("a comment", exact=True).last.is_hidden()
    page.locator("summary", has_text="Lines that name no wheel: 4").click()
    assert page.get_by_text("a comment", exact=True).last.is_visible()
    assert ".WHL is in upper case" in cells(page, FILES)[1][1]
    only = done(ask(lines, TARGETS))
    assert cells(only, FILES) == []
    assert len(cells(only, OTHERS)) == 4


def test_an_answer_can_be_taken_away(site: str, open_page: Opener) -> None:
    text = [
        WHEELS[0],
        WHEELS[9],
        "a|b-1-py3-none-any.whl",
        '=HYPERLINK("x")',
        "demo>=1",
    ]
    page = open_page(
        link(site, text, TARGETS[:2]),
        accept_downloads=True,
        permissions=["clipboard-read", "clipboard-write"],
    )
    done(page)
    page.get_by_role("button", name="Copy a link").click()
    page.get_by_text("Copied: the link.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.get_by_role("button", name="Copy as a Markdown table").click()
    page.get_by_text("Copied: the Markdown table.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    lines = copied.splitlines()
    assert len(lines) == len(text) + 4
    assert "a\\|b-1-py3-none-any.whl" in copied
    assert page.url in copied
    assert {line.replace("\\|", "").count("|") for line in lines[: len(text) + 2]} == {
        6
    }
    with page.expect_download() as loaded:
        page.get_by_role("button", name="Download CSV").click()
    content = loaded.value.path().read_text("utf-8")
    rows = list(csv.reader(io.StringIO(content)))
    assert rows[0] == ["Line", "File", "Upload to an index", *TARGETS[:2]]
    assert rows[1][3] == "fits: built for this platform"
    assert rows[2][2].startswith("not decided by the PEP: ")
    assert rows[4][1] == '\'=HYPERLINK("x")'
    assert rows[5][2].startswith("not a wheel: a requirement")
    with page.expect_download() as loaded:
        page.get_by_role("button", name="Download JSON").click()
    told = json.loads(loaded.value.path().read_text("utf-8"))
    assert told == explore("\n".join(text), TARGETS[:2])
    # Only what fits, here and in what is taken away.
    page.get_by_label("Only what fits").check()
    row = page.locator("#explorer-answer tbody tr", has_text="manylinux")
    assert row.is_hidden()
    with page.expect_download() as loaded:
        page.get_by_role("button", name="Download CSV").click()
    assert len(loaded.value.path().read_text("utf-8").splitlines()) == 2


def test_a_browser_that_copies_nothing_shows_the_text(
    site: str, open_page: Opener
) -> None:
    page = open_page(link(site, WHEELS[:1], TARGETS[:1]))
    done(page)
    page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }"
    )
    page.get_by_role("button", name="Copy a link").click()
    shown = page.get_by_label("here is the link")
    assert shown.input_value() == page.url


def test_two_targets_are_compared(ask: Asker) -> None:
    wheels = [
        WHEELS[0],
        WHEELS[3],
        WHEELS[8],
        "same-1.0-py3-none-any.whl",
        "new-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl",
        "old-1.0-cp313-cp313-pyodide_2025_0_wasm32.whl",
    ]
    page = done(ask(wheels, TARGETS))
    page.get_by_text("Compare two targets").click()
    # The boxes come before the other targets, in the order of the page.
    page.get_by_label("Compare from").select_option(
        label="Pyodide 0.28, 0.29, Python 3.13"
    )
    page.get_by_label("Compare to").select_option(label="Pyodide 314, Python 3.14")
    page.get_by_text(
        "of 5 projects: gained 1, lost 1, another file 1, the same file 1, in neither 1"
    ).wait_for()
    assert [row[:2] for row in cells(page, CHANGES)] == [
        ["demo", "another file"],
        ["new", "gained"],
        ["old", "lost"],
    ]


def test_which_tags_to_build(site: str, open_page: Opener) -> None:
    page = open_page(f"{site}/docs/explorer.html")
    page.get_by_role("button", name="Which tags must I build?").click()
    done(page)
    assert "q=build" in page.url
    asked = cells(page, BUILD)
    assert asked[0] == [
        "cp314-cp314-pyemscripten_2026_0_wasm32compiled, for one Python",
        "\u2713 fits",
        "\u2717 does not fit",
    ]
    assert asked[-1][0].startswith("py3-none-any")
    again = done(open_page(page.url))
    assert cells(again, BUILD) == asked
    again.get_by_role("button", name="Select none").click()
    again.get_by_role("button", name="Which tags must I build?").click()
    again.get_by_text("Choose a target").wait_for()


def packed(*tags: str) -> bytes:
    """Write a wheel that states some tags."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        lines = "".join(f"Tag: {tag}\n" for tag in tags)
        made.writestr("demo-1.0.dist-info/WHEEL", lines)
    return file.getvalue()


DROP = """files => {
  const transfer = new DataTransfer();
  for (const [name, text] of files) transfer.items.add(new File([text], name));
  const event = new DragEvent("drop", { dataTransfer: transfer, bubbles: true,
                                        cancelable: true });
  document.getElementById("explorer-wheels").dispatchEvent(event);
}"""


def test_files_are_read_in_the_browser(site: str, open_page: Opener) -> None:
    page = open_page(f"{site}/docs/explorer.html")
    good = packed("cp314-cp314-pyemscripten_2026_0_wasm32")
    bad = packed("cp314-cp314-linux_x86_64")
    files = [(WHEELS[0], good), (WHEELS[1], bad), ("other-1-py3-none-any.whl", b"PK")]
    files += [("noise.bin", b"\xff\xfe"), ("empty.txt", b"nothing here\n")]
    given: list[FilePayload] = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        for name, content in files
    ]
    page.get_by_label("Or drop wheels").set_input_files(given)
    done(page)
    told = page.locator("#explorer-dropped").inner_text()
    assert f"{WHEELS[0]}: \u2713 its WHEEL file states the tags of its name" in told
    assert f"{WHEELS[1]}: \u2717 its WHEEL file states other tags." in told
    assert "Only in WHEEL: cp314-cp314-linux_x86_64" in told
    assert "no WHEEL file can be read" in told
    assert "noise.bin: it is neither a wheel nor text" in told
    assert "empty.txt: it names no wheel" in told
    names = page.get_by_label("Names of wheels")
    assert names.input_value().splitlines() == [name for name, _ in files[:3]]
    assert len(cells(page, FILES)) == 3
    assert violations(at_top(page)) == []
    lock = f'version = 1\n[[package]]\nwheels = [{{ url = "https://x.example/{WHEELS[3]}" }}]'
    index = json.dumps({"files": [{"filename": WHEELS[0], "yanked": True}]})
    page.evaluate(DROP, [("uv.lock", lock)])
    page.get_by_text("uv.lock: wheels in it: 1").wait_for()
    assert names.input_value().splitlines()[-1] == WHEELS[3]
    page.evaluate(DROP, [("index.json", index)])
    page.get_by_text("index.json: wheels in it: 1").wait_for()
    assert names.input_value() == index
    page.get_by_text("not chosen: yanked").first.wait_for()


def test_the_runtime_reports_itself(site: str, open_page: Opener) -> None:
    page = open_page(f"{site}/docs/explorer.html")
    page.get_by_role("button", name="Ask this browser's Python").click()
    done(page)
    states = dict(cells(page, "What the runtime states"))
    assert states["PYEMSCRIPTEN_PLATFORM_VERSION"] == '"2026_0"'
    assert states["WASI_PLATFORM_VERSION"] == "not set"
    (_, stock), (_, patched) = cells(page, "Its platform tags, best first")
    local = "emscripten_5_0_3_wasm32"
    assert stock == f"pyemscripten_2026_0_wasm32{local}"
    assert patched == f"pyemscripten_2026_0_wasm32pyodide_2026_0_wasm32{local}"
    markers = cells(page, "Its environment markers")
    assert len(markers) == 11
    assert {row[3] for row in markers} == {"\u2713 same"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_answer(
    scheme: Literal["light", "dark"], ask: Asker
) -> None:
    page = done(ask(WHEELS, [*TARGETS, "nonsense"], scheme=scheme))
    page.get_by_role("button", name="Ask this browser's Python").click()
    page.wait_for_selector("#explorer-runtime table")
    assert tools(page)
    for summary in page.locator("#explorer-answer > details > summary").all():
        summary.click()
    assert violations(at_top(page)) == []


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_answer_fits_the_window(width: int, ask: Asker) -> None:
    page = done(ask([*WHEELS, "x" * 300], TARGETS, width=width))
    page.get_by_role("button", name="Ask this browser's Python").click()
    page.wait_for_selector("#explorer-runtime table")
    assert tools(page)
    for summary in page.locator("#explorer-answer > details > summary").all():
        summary.click()
    assert overflow(page) == 0


def test_without_javascript_there_are_examples(site: str, open_page: Opener) -> None:
    page = open_page(f"{site}/docs/explorer.html", java_script_enabled=False)
    assert page.locator("#explorer").is_hidden()
    assert page.get_by_text("needs JavaScript").is_visible()
    assert page.get_by_text("does not fit").first.is_visible()


def build(folder: Path, pyodide: str) -> subprocess.CompletedProcess[str]:
    """Build the page of the explorer alone."""
    page = ("-D", f"root_doc={PAGE}", "-D", f"include_patterns={PAGE}.md")
    return subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", *page, str(ROOT), str(folder)],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"WASM_TAGS_PYODIDE": pyodide},
    )


def test_a_build_without_pyodide_says_so(tmp_path: Path, open_page: Opener) -> None:
    assert "WASM_TAGS_PYODIDE" not in build(tmp_path, "").stderr
    assert not (tmp_path / "_static" / "pyodide").exists()
    with served(tmp_path) as address:
        page = open_page(f"{address}/docs/explorer.html")
        assert page.get_by_text("carries no Pyodide").first.is_visible()
        assert page.get_by_text("does not fit").first.is_visible()
        assert page.locator("#explorer").count() == 0


def test_a_wrong_path_to_pyodide_is_told(tmp_path: Path) -> None:
    told = build(tmp_path, "nowhere").stderr
    assert "WARNING: WASM_TAGS_PYODIDE is 'nowhere'" in told
    assert not (tmp_path / "_static" / "pyodide").exists()


def told_failure(page: Page) -> str:
    """Wait for the failure of what was asked, and return what is told of it."""
    page.wait_for_function(
        """() => document.getElementById("explorer-status")
          .textContent.startsWith("This did not work:")"""
    )
    assert page.get_by_label("Loading Python").is_hidden()
    page.wait_for_function(
        "!document.getElementById('explorer').hasAttribute('aria-busy')"
    )
    return page.locator("#explorer-status").inner_text()


# Not open_page in the next three: here the browser has to complain.


@pytest.mark.parametrize(
    ("name", "how"),
    [
        *((name, "503") for name in ("worker.js", "library.zip", *RUNTIME)),
        *((name, "aborted") for name in ("library.zip", "pyodide.asm.wasm")),
    ],
)
def test_a_failure_is_told_and_can_be_tried_again(
    name: str, how: str, site: str, browser: Browser
) -> None:
    page = browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    pattern = f"**/{name}"
    page.route(
        pattern,
        lambda route: route.fulfill(status=503) if how == "503" else route.abort(),
    )
    page.goto(link(site, WHEELS[:1], TARGETS[:1]))
    button = page.get_by_role("button", name="Ask the library")
    button.click()  # a second question waits for the same Python
    told = told_failure(page)
    if name == "worker.js":
        assert "the worker could not be started" in told
    else:
        assert name in told
    page.unroute(pattern)
    button.click()
    done(page)
    assert cells(page, FILES)
    assert faults == []
    page.close()


def test_a_file_that_breaks_off_is_told(browser: Browser) -> None:
    class Half(Handler):
        def copyfile(self, source: Any, outputfile: Any) -> None:
            if self.path.endswith(".wasm"):
                outputfile.write(source.read(1000))
            else:
                super().copyfile(source, outputfile)

    page = browser.new_page()
    with served(SITE, Half) as address:
        page.goto(link(address, WHEELS[:1], TARGETS[:1]))
        assert "pyodide.asm.wasm" in told_failure(page)
    page.close()


def test_an_older_answer_goes_with_a_failure(site: str, browser: Browser) -> None:
    page = browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(link(site, WHEELS[:1], TARGETS[:1]))
    done(page)
    # A question that Pyodide does not survive.
    names = page.get_by_label("Names of wheels")
    names.fill('{"a":' * 100_000)
    button = page.get_by_role("button", name="Ask the library")
    button.click()
    page.get_by_text("This did not work: Maximum call stack").wait_for()
    assert page.locator("#explorer-answer table").count() == 0
    names.fill(WHEELS[0])
    button.click()
    done(page)
    assert cells(page, FILES)
    assert faults == []
    page.close()
