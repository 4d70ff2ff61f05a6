"""The tag explorer, used as a reader would."""

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

import pytest
from explorer import RUNTIME, UPLOAD
from explorer_answers import explore
from playwright.sync_api import FilePayload, Locator, Page, Route

from tests.site.browser.site import ROOT, SITE, Handler, Opener, references, served
from tests.site.browser.test_site import overflow, violations

EXPLORER = "docs/explorer.html"
# The captions of the answer's tables.
CHOICES, FILES = "What each target would install", "Every file, judged"
OTHERS, CHANGES, BUILD = "What names no wheel", "What changes", "Which tags to build"
Scheme = Literal["light", "dark"]
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


def link(wheels: list[str], targets: list[str]) -> str:
    """Return the address of a question, relative to the site."""
    state = urlencode([("t", t) for t in targets] + [("w", w) for w in wheels])
    return f"{EXPLORER}#{state}"


def names(page: Page) -> Locator:
    return page.get_by_label("Names of wheels")


def other_targets(page: Page) -> Locator:
    return page.get_by_label("Others, one a line")


def click(page: Page, button: str) -> None:
    page.get_by_role("button", name=button).click()


def ask_library(page: Page, text: str | None = None) -> Page:
    """Press "Ask the library", after typing a text if one is given."""
    if text is not None:
        names(page).fill(text)
    click(page, "Ask the library")
    return page


def status(page: Page) -> str:
    return page.locator("#explorer-status").inner_text()


def done(page: Page) -> Page:
    """Wait until the last question is answered; its click has changed the status."""
    found = page.wait_for_function(
        """() => document.getElementById("explorer-status").textContent
          .match(/^(Done|This did not work).*/)?.[0]"""
    )
    assert found.json_value().startswith("Done")
    return page


def failure(page: Page) -> str:
    """Wait until the last question has failed, and return the message."""
    page.wait_for_function(
        """() => document.getElementById("explorer-status")
          .textContent.startsWith("This did not work:")"""
    )
    assert page.get_by_label("Loading Python").is_hidden()
    page.wait_for_function(
        "!document.getElementById('explorer').hasAttribute('aria-busy')"
    )
    return status(page)


def cells(page: Page, caption: str) -> list[list[str]]:
    """Return the text of a table of the answer, row by row."""
    table = page.locator(".explorer-out table", has=page.get_by_text(caption))
    found: list[list[str]] = table.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )
    return found


def first_cells(page: Page, caption: str) -> list[str]:
    return [row[0] for row in cells(page, caption)]


def tools(page: Page, row: int = 0, column: int = 2) -> dict[str, list[str]]:
    """Unfold the tools of a cell, and return their names by what they do."""
    table = page.locator("#explorer-answer table", has=page.get_by_text(FILES))
    cell = table.locator("tbody tr").nth(row).locator("th, td").nth(column)
    details = cell.locator("details")
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    page.wait_for_timeout(200)  # for the results, if they are not loaded yet
    return {
        group.locator("strong").inner_text()[2:]: group.locator("li").all_inner_texts()
        for group in details.locator(".explorer-tools").all()
    }


def expected(lines: list[str], targets: list[str]) -> dict[str, list[list[str]]]:
    """Return what the answer's tables must hold, by the library on this machine."""
    answer: dict[str, Any] = explore("\n".join(lines), targets)
    files, others = [], []
    for file in answer["files"]:
        head = f"{file['place']} {file['name']}{file.get('remark', '')}"
        if "what" in file:
            others.append([head, file["what"]])
        elif "error" in file:
            files.append([head, file["error"]])
        else:
            ending = answer["endings"][file["ending"]]
            upload, verdicts = ending["upload"], ending["verdicts"]
            left_out = file.get("left_out", [""] * len(verdicts))
            accepted = UPLOAD[upload["accepted"]]
            text = f"{accepted}{upload['reason']}by {upload['rule']}Indexes"
            files.append([head, text])
            for verdict, why in zip(verdicts, left_out, strict=True):
                fits = "\u2713 fits" if verdict["compatible"] else "\u2717 does not fit"
                text = f"{fits}{verdict['cause']}by {verdict['rule']}"
                files[-1].append(text + (f"not chosen: {why}" if why else "") + "Tools")
    choices = [
        [choice["project"], *(file or "none" for file in choice["files"])]
        for choice in answer["choices"]
    ]
    return {CHOICES: choices, FILES: files, OTHERS: others}


def is_in_view(page: Page, selector: str) -> bool:
    """Say whether an element is in the window, below what the theme puts over it."""
    found: bool = page.evaluate(
        """selector => {
          const box = one => one.getBoundingClientRect();
          const { top, bottom } = box(document.querySelector(selector));
          const over = [...document.querySelectorAll(".mobile-header, .back-to-top")];
          return Math.max(...over.map(box).map((one) => one.bottom)) <= top
            && bottom <= innerHeight;
        }""",
        selector,
    )
    return found


def scroll_to_top(page: Page) -> Page:
    """Scroll to where the theme shows no "Back to top", which is in no landmark."""
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.back-to-top')).display === 'none'"
    )
    return page


@pytest.fixture
def explorer(open_page: Opener) -> Page:
    return open_page(EXPLORER)


@pytest.fixture(scope="module")
def ask(open_kept: Opener) -> Opener:
    """Ask on one page, whose Python is loaded once: as a reader follows links there."""
    page = open_kept(EXPLORER)

    def ask_(wheels: list[str], targets: list[str], scheme: Scheme = "light") -> Page:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": 1280, "height": 844})
        # Remove the last question and answer; the same question would be no new link.
        page.evaluate(
            """() => {
              history.replaceState(null, "", location.pathname);
              for (const part of ["status", "answer", "runtime"])
                document.getElementById(`explorer-${part}`).replaceChildren();
            }"""
        )
        page.goto(link(wheels, targets))
        page.wait_for_function(
            "/[.:]/.test(document.getElementById('explorer-status').textContent)"
        )
        return page

    return ask_


def test_it_answers_as_the_library_does(open_page: Opener) -> None:
    page = done(open_page(link(WHEELS, TARGETS)))
    for caption, rows in expected(WHEELS, TARGETS).items():
        assert cells(page, caption) == rows
    assert cells(page, CHOICES)[0] == ["demo", WHEELS[0], WHEELS[3], WHEELS[5]]
    start = page.locator("#explorer").get_attribute("data-start-ms")
    print(f"\ncold start: {start} ms")
    # Text stays text.
    assert page.locator("#explorer-answer :is(b, img)").count() == 0
    assert page.locator("#explorer-answer code", has_text="<img src=x").count() == 1
    # A character that turns text round is escaped.
    text = page.locator("#explorer-answer").inner_text()
    assert r"\u202e23msaw" in text
    assert "\u202e" not in text
    assert names(page).input_value().splitlines() == WHEELS
    # Every rule is a link to the PEP.
    links = page.locator("#explorer-answer .explorer-by a")
    found = {str(a.get_attribute("href")) for a in links.all()}
    assert len(found) > 4
    ids = references("pep/pep-9999.html").ids
    assert found <= {f"../pep/pep-9999.html#{one}" for one in ids if ids[one] == 1}


@pytest.mark.parametrize("whom", ["the library", "this browser's Python"])
def test_a_click_replaces_the_last_status(whom: str, ask: Opener) -> None:
    page = done(ask(WHEELS[:1], TARGETS[:1]))
    shown = page.get_by_role("button", name=f"Ask {whom}").evaluate(
        """button => {
          button.click();
          return document.getElementById("explorer-status").textContent;
        }"""
    )
    assert shown == f"Asking {whom} …"
    done(page)


@pytest.mark.parametrize(("width", "height"), [(1300, 900), (390, 844)])
def test_a_link_leads_to_its_answer(width: int, height: int, open_page: Opener) -> None:
    page = open_page("index.html", viewport={"width": width, "height": height})
    held: list[Route] = []
    # Playwright takes no built-in method.
    page.route("**/library.zip", lambda route: held.append(route))  # noqa: PLW0108
    page.goto(link(WHEELS, TARGETS))
    page.get_by_text("Loading Python …").wait_for()
    assert is_in_view(page, "#explorer-status")
    assert is_in_view(page, "#explorer-progress")
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    done(page)
    for part in ("status", "answer caption", "answer tbody tr"):
        assert is_in_view(page, f"#explorer-{part}"), part
    assert page.evaluate("document.activeElement === document.body")


def test_the_examples_have_the_librarys_words(open_page: Opener) -> None:
    page = open_page(EXPLORER, java_script_enabled=False)
    rows = page.locator("table.explorer-examples tbody tr")
    files = [row.locator("code").first.inner_text() for row in rows.all()]
    targets = page.locator("table.explorer-examples thead code").all_inner_texts()
    answer = explore("\n".join(files), targets)
    assert [file.get("what") for file in answer["files"]].count(None) == len(files) - 1
    for row, file in zip(rows.all(), answer["files"], strict=True):
        wanted = [file.get("what")]
        if "ending" in file:
            ending = answer["endings"][file["ending"]]
            wanted = [verdict["cause"] for verdict in ending["verdicts"]]
            wanted.append(UPLOAD[ending["upload"]["accepted"]])
        text = row.inner_text()
        assert [words for words in wanted if words not in text] == []
    assert rows.locator("a.internal").count() >= len(files)
    assert rows.locator("a.external").count() == 0


def test_the_size_on_the_page_is_what_is_loaded(explorer: Page) -> None:
    sizes: list[int] = []
    explorer.on("response", lambda r: sizes.append(int(r.headers["content-length"])))
    done(ask_library(explorer))
    text = explorer.get_by_text("or a link to a question loads").inner_text()
    assert f"about {sum(sizes) / 1e6:.1f} MB" in text
    bar = explorer.locator("#explorer-progress")
    assert bar.evaluate("({ value, max }) => value === max")


def test_python_loads_while_the_question_is_written(explorer: Page) -> None:
    assert status(explorer) == ""
    names(explorer).press("End")
    explorer.keyboard.type(" ")
    explorer.wait_for_function(
        "document.getElementById('explorer-status').textContent === 'Python is loaded.'"
    )
    assert explorer.get_by_label("Loading Python").is_hidden()
    done(ask_library(explorer))
    # An empty question gets a message.
    ask_library(explorer, "\n \n")
    explorer.get_by_text("There is no name to judge").wait_for()
    assert explorer.locator("#explorer-answer table").count() == 0


def test_a_question_is_a_link(explorer: Page, open_page: Opener) -> None:
    lines = "\n".join(WHEELS)
    others = "\n".join(TARGETS[1:])
    names(explorer).fill(lines)
    click(explorer, "Select none")
    explorer.get_by_label(TARGETS[0]).check()
    explorer.get_by_text("More targets").click()
    other_targets(explorer).fill(others)
    done(ask_library(explorer))
    asked = cells(explorer, FILES)
    assert len(asked) + len(cells(explorer, OTHERS)) == len(WHEELS)
    again = done(open_page(explorer.url))
    assert cells(again, FILES) == asked
    assert names(again).input_value() == lines
    assert again.get_by_label(TARGETS[0]).is_checked()
    assert other_targets(again).input_value() == others
    assert again.url == explorer.url


def test_back_brings_the_question_back(open_page: Opener) -> None:
    page = done(open_page(link(WHEELS[:2], TARGETS[:1])))
    rows = "document.querySelectorAll('#explorer-answer tbody tr').length"
    ask_library(page, WHEELS[3])
    page.wait_for_function(f"{rows} === 2")
    page.go_back()
    page.wait_for_function(f"{rows} === 3")
    assert names(page).input_value() == "\n".join(WHEELS[:2])


def test_back_leaves_a_link_to_a_question(site: str, open_page: Opener) -> None:
    page = open_page("index.html")
    # Browsers and people spell a blank as %20, this page as "+".
    url = f"{site}/{link(WHEELS[:1], TARGETS[:1])}".replace("+", "%20")
    page.goto(url)
    done(page)
    assert page.url == url
    done(ask_library(page))
    page.go_back()
    assert page.url == f"{site}/index.html"


def test_back_to_the_bare_page_empties_it(site: str, explorer: Page) -> None:
    example = names(explorer).input_value()
    explorer.get_by_text("More targets").click()
    other_targets(explorer).fill("nonsense")
    done(ask_library(explorer, WHEELS[0]))
    explorer.evaluate("location.hash = '#your-runtime'")
    assert names(explorer).input_value() == WHEELS[0]
    assert cells(explorer, FILES)
    explorer.evaluate("location.hash = ''")
    assert names(explorer).input_value() == WHEELS[0]
    explorer.evaluate("history.go(-3)")
    explorer.wait_for_url(f"{site}/{EXPLORER}")
    explorer.wait_for_function(
        "!document.getElementById('explorer-answer').childElementCount"
    )
    assert names(explorer).input_value() == example
    assert other_targets(explorer).input_value() == ""
    assert explorer.locator("#explorer-targets-wrong").inner_text() == ""
    assert status(explorer) == ""


def test_an_answer_is_not_shown_for_another_question(explorer: Page) -> None:
    ask_library(explorer)
    explorer.go_back()  # before Python is loaded
    explorer.wait_for_function("document.getElementById('explorer-progress').hidden")
    click(explorer, "Ask this browser's Python")
    done(explorer)  # the worker answers one after the other
    assert explorer.locator("#explorer-answer table").count() == 0


def test_a_target_has_to_be_chosen(ask: Opener) -> None:
    page = ask(WHEELS[:1], [])
    page.get_by_text("Choose a target").wait_for()
    assert page.locator("#explorer-answer table").count() == 0
    page.get_by_text("More targets").click()
    other_targets(page).fill("nonsense")
    ask_library(page)
    page.get_by_text("No target was understood").wait_for()
    assert page.locator("#explorer-answer table").count() == 0


def test_a_question_too_long_for_a_link_says_so(site: str, explorer: Page) -> None:
    done(ask_library(explorer, f"{WHEELS[0]}\n{'x' * 2**21}"))
    assert "too long for a link" in status(explorer)
    assert explorer.url == f"{site}/{EXPLORER}"
    assert len(cells(explorer, FILES)) == len(cells(explorer, OTHERS)) == 1


def test_the_error_of_a_target_is_beside_its_field(ask: Opener) -> None:
    targets = ["3.14 pyodide_2026_00_wasm32", "nonsense", *TARGETS[:1]]
    page = done(ask(WHEELS[:1], targets))
    errors = page.locator("#explorer-targets-wrong").inner_text()
    assert "a number has a leading zero" in errors
    assert "incomplete target 'nonsense'" in errors
    assert other_targets(page).get_attribute("aria-invalid") == "true"
    file, upload, verdict = cells(page, FILES)[0]
    wanted = expected(WHEELS[:1], TARGETS[:1])[FILES][0]
    assert [file, upload] == wanted[:2]
    assert verdict.startswith(wanted[2])  # the tools of a single verdict are unfolded


def test_links_of_an_index_are_read(ask: Opener) -> None:
    page = ask(WHEELS[:3], TARGETS[:1])
    first = f'<a href="../../{WHEELS[0]}#sha256=00">x</a><br>'
    done(ask_library(page, f'{first}\n<a href="{WHEELS[3]}">y</a>'))
    assert first_cells(page, FILES) == [f"line 1 {WHEELS[0]}", f"line 2 {WHEELS[3]}"]
    ask_library(page, json.dumps({"files": [{"filename": WHEELS[0]}]}))
    page.get_by_text(f"file 1 {WHEELS[0]}").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_an_index_says_about_a_file_counts(scheme: Scheme, ask: Opener) -> None:
    demo = {v: WHEELS[0].replace("1.0", v) for v in ("1.3", "1.2", "1.1", "1.0")}
    files = [
        {"filename": demo["1.3"], "requires-python": ">=3.99"},
        {"filename": demo["1.2"], "yanked": "broken"},
        {"filename": demo["1.1"], "requires-python": "x", "yanked": False},
        {"filename": demo["1.0"]},
    ]
    text = [json.dumps({"files": files})]
    page = done(ask(text, TARGETS, scheme))
    for caption, rows in expected(text, TARGETS).items():
        assert cells(page, caption) == rows
    assert cells(page, CHOICES)[0][1] == demo["1.1"]
    shown = [row[0] + row[2] for row in cells(page, FILES)]
    assert "not chosen: Requires-Python >=3.99" in shown[0]
    assert "not chosen: yanked" in shown[1]
    assert "Requires-Python 'x' is not understood" in shown[2]
    assert "not chosen" not in shown[2] + shown[3]
    assert violations(page) == []


def tab_to(page: Page, condition: str) -> None:
    """Press the tabulator until the active element meets a condition."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.{condition}"):
            break


def test_the_keyboard_is_enough(explorer: Page) -> None:
    names(explorer).focus()
    tab_to(explorer, "type === 'submit'")
    explorer.keyboard.press("Enter")
    done(explorer)
    assert cells(explorer, FILES)
    names(explorer).fill("\n".join(WHEELS[:3]))
    explorer.wait_for_function(  # a smooth scroll goes on after the answer
        """() => new Promise((resolve) => {
          const before = scrollY;
          const compare = () => setTimeout(() => resolve(scrollY === before), 500);
          requestAnimationFrame(() => requestAnimationFrame(compare));
        })"""
    )
    explorer.keyboard.press("Control+Enter")
    explorer.get_by_text("Done: files: 3,").wait_for()
    assert is_in_view(explorer, "#explorer-answer caption")
    # Down to the tools of a verdict, which the keyboard unfolds.
    tab_to(explorer, "textContent === 'Tools'")
    explorer.keyboard.press("Enter")
    explorer.get_by_text("Measured from").first.wait_for()


def test_a_thousand_names(explorer: Page) -> None:
    wheels = [
        f"demo-1.{i}-cp314-cp314-pyemscripten_2026_{i % 7}_wasm32.whl"
        for i in range(1000)
    ]
    click(explorer, "Select all")
    for box in explorer.locator("#explorer-more input").all():
        box.uncheck()
    done(ask_library(explorer, "\n".join(wheels)))
    assert len(cells(explorer, FILES)) == 1000
    assert "targets: 9" in status(explorer)
    form = explorer.locator("#explorer")
    print(f"\n1,000 names, 9 targets: {form.get_attribute('data-answer-ms')} ms")
    # The head and the first column stay in view, wherever the table is scrolled to.
    wrapper = explorer.locator(".table-wrapper", has_text=FILES)
    wrapper.evaluate("element => element.scrollTo(900, 9000)")
    distances = wrapper.evaluate(
        """element => {
          const box = element.getBoundingClientRect();
          const at = selector => element.querySelector(selector).getBoundingClientRect();
          return [at("thead th:nth-child(3)").top - box.top,
                  at("tbody tr:nth-child(40) th").left - box.left];
        }"""
    )
    assert max(map(abs, distances)) < 2, distances


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
def test_many_rows_are_drawn_in_batches(anew: str | None, explorer: Page) -> None:
    wheels = [f"demo-1.{i}-py3-none-any.whl" for i in range(1000)]
    click(explorer, "Select all")
    explorer.evaluate(WATCH_ROWS, anew)
    done(ask_library(explorer, "\n".join(wheels)))
    batches = explorer.evaluate("window.added")
    sizes = [rows for rows, _ in batches]
    assert set(sizes) <= {50, 100}
    assert len({frame for _, frame in batches}) == len(batches)
    if anew:
        assert sizes == [100]
        assert first_cells(explorer, FILES) == [f"line 1 {anew}"]
    else:
        assert sum(sizes) == 950
        lines = [f"line {number} {name}" for number, name in enumerate(wheels, 1)]
        assert first_cells(explorer, FILES) == lines


def test_the_results_of_real_tools_are_shown(ask: Opener) -> None:
    wasi = "demo-1.0-cp314-cp314-wasi_0_1_sdk_24_wasm32.whl"
    wheels = [WHEELS[1], wasi, "x-1-py3-none-y.whl"]
    # No case of the suite is for the second target.
    page = done(ask(wheels, [TARGETS[0], "3.14 wasi_0_1_sdk_33_wasm32"]))
    found = tools(page)
    for outcome, tool in (
        ("take it", "micropip ("),
        ("do not take it", "pip inside Pyodide ("),
        ("cannot be asked for this target", "Poetry ("),
    ):
        assert any(text.startswith(tool) for text in found[outcome])
    assert found["take it"][-1].startswith("This library")
    assert "not measured" in found
    assert tools(page, 0, 1)["refuses the upload"][0].startswith("PyPI (Warehouse)")
    assert tools(page, 1, 1)["refuses the upload"] != []
    answer = page.locator("#explorer-answer")
    assert tools(page, 0, 3) == {}
    assert "the suite does not have this target" in answer.inner_text()
    assert tools(page, 2, 2) == {}
    assert "no case of the suite is like this file" in answer.inner_text()
    # The link of each tool leads to its evidence.
    links = answer.locator(".explorer-tools a")
    addresses = {str(a.evaluate("a => a.href")) for a in links.all()}
    assert len(addresses) > 10
    for address in addresses:
        url, _, anchor = address.partition("#")
        assert f'id="{anchor}"' in page.request.get(url).text(), address
    # A single verdict shows its tools at once.
    page = done(ask(WHEELS[:1], TARGETS[:1]))
    assert page.get_by_text("pip inside Pyodide").is_visible()
    assert page.locator("#explorer-answer summary", has_text="Tools").count() == 1


def test_the_results_of_the_tools_may_be_missing(failing_page: Page) -> None:
    failing_page.route("**/tools.json", lambda route: route.fulfill(status=503))
    failing_page.goto(link(WHEELS[:1], TARGETS[:1]))
    done(failing_page)
    assert failing_page.get_by_text("Not measured: tools.json: 503").is_visible()


def test_targets_have_names_for_people(explorer: Page) -> None:
    box = explorer.get_by_label("Pyodide 314, Python 3.14, browsers and Node.js")
    assert box.get_attribute("value") == TARGETS[0]
    boxes = explorer.locator("#explorer input[name=target]")
    assert explorer.locator("#explorer-others").is_hidden()
    click(explorer, "Select all")
    assert all(box.is_checked() for box in boxes.all())
    assert explorer.locator("#explorer-others").is_visible()
    click(explorer, "Select none")
    assert not any(box.is_checked() for box in boxes.all())


def test_lines_that_name_no_wheel_are_folded(ask: Opener) -> None:
    lines = ["demo-1.0.tar.gz", "# a comment", "demo>=1", f"{WHEELS[0]}.metadata"]
    text = [*lines, WHEELS[0], "demo-1.0-py3-none-any.WHL"]
    page = done(ask(text, TARGETS))
    counts = ("files: 2", "not the name of a wheel: 1", "lines that name no wheel: 4")
    assert [count for count in counts if count not in status(page)] == []
    numbered = [f"line {number} {line}" for number, line in enumerate(lines, 1)]
    assert first_cells(page, OTHERS) == numbered
    kind = page.get_by_text("a comment", exact=True).last
    assert kind.is_hidden()
    page.locator("summary", has_text="Lines that name no wheel: 4").click()
    assert kind.is_visible()
    assert ".WHL is in upper case" in cells(page, FILES)[1][1]
    only = done(ask(lines, TARGETS))
    assert cells(only, FILES) == []
    assert len(cells(only, OTHERS)) == 4


def copied(page: Page, button: str, message: str) -> str:
    """Press a button that copies, and return the clipboard."""
    click(page, button)
    page.get_by_text(message).wait_for()
    return str(page.evaluate("navigator.clipboard.readText()"))


def downloaded(page: Page, button: str) -> str:
    """Press a button that downloads, and return the file's text."""
    with page.expect_download() as loaded:
        click(page, button)
    return loaded.value.path().read_text("utf-8")


def test_an_answer_can_be_copied_and_downloaded(open_page: Opener) -> None:
    strange = ["a|b-1-py3-none-any.whl", '=HYPERLINK("x")', "demo>=1"]
    text = [WHEELS[0], WHEELS[9], *strange]
    may = ["clipboard-read", "clipboard-write"]
    page = done(open_page(link(text, TARGETS[:2]), permissions=may))
    assert copied(page, "Copy a link", "Copied: the link.") == page.url
    table = copied(page, "Copy as a Markdown table", "Copied: the Markdown table.")
    lines = table.splitlines()
    assert len(lines) == len(text) + 4
    assert "a\\|b-1-py3-none-any.whl" in table
    assert page.url in table
    bars = {line.replace("\\|", "").count("|") for line in lines[: len(text) + 2]}
    assert bars == {6}
    rows = list(csv.reader(io.StringIO(downloaded(page, "Download CSV"))))
    assert rows[0] == ["Line", "File", "Upload to an index", *TARGETS[:2]]
    assert rows[1][3] == "fits: built for this platform"
    assert rows[2][2].startswith("not decided by the PEP: ")
    assert rows[4][1] == '\'=HYPERLINK("x")'
    assert rows[5][2].startswith("not a wheel: a requirement")
    answer = json.loads(downloaded(page, "Download JSON"))
    assert answer == explore("\n".join(text), TARGETS[:2])
    # The filter applies to the page and to the download.
    page.get_by_label("Only what fits").check()
    row = page.locator("#explorer-answer tbody tr", has_text="manylinux")
    assert row.is_hidden()
    assert len(downloaded(page, "Download CSV").splitlines()) == 2
    # A browser that cannot copy shows the text.
    page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }"
    )
    click(page, "Copy a link")
    assert page.get_by_label("here is the link").input_value() == page.url


def test_two_targets_are_compared(ask: Opener) -> None:
    wheels = [
        *(WHEELS[number] for number in (0, 3, 8)),
        "same-1.0-py3-none-any.whl",
        "new-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl",
        "old-1.0-cp313-cp313-pyodide_2025_0_wasm32.whl",
    ]
    page = done(ask(wheels, TARGETS))
    page.get_by_text("Compare two targets").click()
    # The boxes come before the other targets, in the order of the page.
    older, newer = "Pyodide 0.28, 0.29, Python 3.13", "Pyodide 314, Python 3.14"
    page.get_by_label("Compare from").select_option(label=older)
    page.get_by_label("Compare to").select_option(label=newer)
    page.get_by_text(
        "of 5 projects: gained 1, lost 1, another file 1, the same file 1, in neither 1"
    ).wait_for()
    changed = [["demo", "another file"], ["new", "gained"], ["old", "lost"]]
    assert [row[:2] for row in cells(page, CHANGES)] == changed


def test_which_tags_to_build(explorer: Page, open_page: Opener) -> None:
    button = "Which tags must I build?"
    click(explorer, button)
    done(explorer)
    assert "q=build" in explorer.url
    asked = cells(explorer, BUILD)
    assert asked[0] == [
        "cp314-cp314-pyemscripten_2026_0_wasm32compiled, for one Python",
        "\u2713 fits",
        "\u2717 does not fit",
    ]
    assert asked[-1][0].startswith("py3-none-any")
    again = done(open_page(explorer.url))
    assert cells(again, BUILD) == asked
    click(again, "Select none")
    click(again, button)
    again.get_by_text("Choose a target").wait_for()


def wheel_with_tag(tag: str) -> bytes:
    """Return a wheel whose WHEEL file states a tag."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("demo-1.0.dist-info/WHEEL", f"Tag: {tag}\n")
    return file.getvalue()


DROP = """([name, text]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name));
  const event = new DragEvent("drop", { dataTransfer: transfer, bubbles: true,
                                        cancelable: true });
  document.getElementById("explorer-wheels").dispatchEvent(event);
}"""


def drop(page: Page, name: str, text: str) -> None:
    """Drop a file that names one wheel on the page, and wait until it is read."""
    page.evaluate(DROP, (name, text))
    page.get_by_text(f"{name}: wheels in it: 1").wait_for()


def test_files_are_read_in_the_browser(explorer: Page) -> None:
    files = {
        WHEELS[0]: wheel_with_tag("cp314-cp314-pyemscripten_2026_0_wasm32"),
        WHEELS[1]: wheel_with_tag("cp314-cp314-linux_x86_64"),
        "other-1-py3-none-any.whl": b"PK",
        "noise.bin": b"\xff\xfe",
        "empty.txt": b"nothing here\n",
    }
    kind = "application/octet-stream"
    given = [FilePayload(name=n, mimeType=kind, buffer=b) for n, b in files.items()]
    explorer.get_by_label("Or drop wheels").set_input_files(given)
    done(explorer)
    report = explorer.locator("#explorer-dropped").inner_text()
    for line in (
        f"{WHEELS[0]}: \u2713 its WHEEL file states the tags of its name",
        f"{WHEELS[1]}: \u2717 its WHEEL file states other tags.",
        "Only in WHEEL: cp314-cp314-linux_x86_64",
        "no WHEEL file can be read",
        "noise.bin: it is neither a wheel nor text",
        "empty.txt: it names no wheel",
    ):
        assert line in report
    assert names(explorer).input_value().splitlines() == list(files)[:3]
    assert len(cells(explorer, FILES)) == 3
    assert violations(scroll_to_top(explorer)) == []
    url = f"https://x.example/{WHEELS[3]}"
    lock = f'version = 1\n[[package]]\nwheels = [{{ url = "{url}" }}]'
    drop(explorer, "uv.lock", lock)
    assert names(explorer).input_value().splitlines()[-1] == WHEELS[3]
    index = json.dumps({"files": [{"filename": WHEELS[0], "yanked": True}]})
    drop(explorer, "index.json", index)
    assert names(explorer).input_value() == index
    explorer.get_by_text("not chosen: yanked").first.wait_for()


def test_the_runtime_reports_itself(explorer: Page) -> None:
    click(explorer, "Ask this browser's Python")
    done(explorer)
    variables = dict(cells(explorer, "What the runtime states"))
    assert variables["PYEMSCRIPTEN_PLATFORM_VERSION"] == '"2026_0"'
    assert variables["WASI_PLATFORM_VERSION"] == "not set"
    (_, stock), (_, patched) = cells(explorer, "Its platform tags, best first")
    local = "emscripten_5_0_3_wasm32"
    assert stock == f"pyemscripten_2026_0_wasm32{local}"
    assert patched == f"pyemscripten_2026_0_wasm32pyodide_2026_0_wasm32{local}"
    markers = cells(explorer, "Its environment markers")
    assert len(markers) == 11
    assert {row[3] for row in markers} == {"\u2713 same"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_answer_is_accessible_and_fits_the_window(
    scheme: Scheme, ask: Opener
) -> None:
    """All that the page can show, unfolded."""
    page = done(ask([*WHEELS, "x" * 300], [*TARGETS, "nonsense"], scheme))
    click(page, "Ask this browser's Python")
    page.wait_for_selector("#explorer-runtime table")
    assert tools(page)
    for summary in page.locator("#explorer-answer > details > summary").all():
        summary.click()
    assert violations(scroll_to_top(page)) == []
    for width in (360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert overflow(page) == 0, width


def test_without_javascript_there_are_examples(open_page: Opener) -> None:
    page = open_page(EXPLORER, java_script_enabled=False)
    assert page.locator("#explorer").is_hidden()
    assert page.get_by_text("needs JavaScript").is_visible()
    assert page.get_by_text("does not fit").first.is_visible()


@pytest.mark.parametrize("pyodide", ["", "nowhere"])
def test_a_build_without_pyodide_says_so(
    pyodide: str, tmp_path: Path, open_page: Opener
) -> None:
    """The page of the explorer alone is built; a wrong path is a warning."""
    name = EXPLORER.removesuffix(".html")
    page_alone = ("-D", f"root_doc={name}", "-D", f"include_patterns={name}.md")
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", *page_alone, str(ROOT), str(tmp_path)],
        check=True,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"WASM_TAGS_PYODIDE": pyodide},
    )
    warned = "WARNING: WASM_TAGS_PYODIDE is 'nowhere'" in built.stderr
    assert warned == ("WASM_TAGS_PYODIDE" in built.stderr) == bool(pyodide)
    assert not (tmp_path / "_static" / "pyodide").exists()
    with served(tmp_path) as address:
        page = open_page(f"{address}/{EXPLORER}")
        assert page.get_by_text("carries no Pyodide").first.is_visible()
        assert page.get_by_text("does not fit").first.is_visible()
        assert page.locator("#explorer").count() == 0


@pytest.mark.parametrize(
    ("name", "aborted"),
    [
        *((name, False) for name in ("worker.js", "library.zip", *RUNTIME)),
        *((name, True) for name in ("library.zip", "pyodide.asm.wasm")),
    ],
)
def test_a_failed_download_is_named_and_can_be_repeated(
    name: str, aborted: bool, failing_page: Page
) -> None:
    pattern = f"**/{name}"
    failing_page.route(
        pattern, lambda route: route.abort() if aborted else route.fulfill(status=503)
    )
    failing_page.goto(link(WHEELS[:1], TARGETS[:1]))
    ask_library(failing_page)  # a second question waits for the same Python
    said = {"worker.js": "the worker could not be started"}.get(name, name)
    assert said in failure(failing_page)
    failing_page.unroute(pattern)
    done(ask_library(failing_page))
    assert cells(failing_page, FILES)


class HalfHandler(Handler):
    """A server whose files of WebAssembly break off."""

    def copyfile(self, source: Any, outputfile: Any) -> None:
        if self.path.endswith(".wasm"):
            outputfile.write(source.read(1000))
        else:
            super().copyfile(source, outputfile)


def test_a_file_that_breaks_off_is_named(failing_page: Page) -> None:
    with served(SITE, HalfHandler) as address:
        failing_page.goto(f"{address}/{link(WHEELS[:1], TARGETS[:1])}")
        assert "pyodide.asm.wasm" in failure(failing_page)


def test_a_failure_removes_the_last_answer(failing_page: Page) -> None:
    failing_page.goto(link(WHEELS[:1], TARGETS[:1]))
    done(failing_page)
    # A question that Pyodide does not survive.
    ask_library(failing_page, '{"a":' * 100_000)
    failing_page.get_by_text("This did not work: Maximum call stack").wait_for()
    assert failing_page.locator("#explorer-answer table").count() == 0
    done(ask_library(failing_page, WHEELS[0]))
    assert cells(failing_page, FILES)
