"""What a reader does on the page of the tag explorer, and what the page must answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from explorer import UPLOAD
from explorer_answers import explore
from playwright.sync_api import Locator, Page

EXPLORER = "docs/explorer.html"
# The captions of the answer's tables.
CHOICES = "What each target would install"
FILES = "Every file, judged"
OTHERS = "What names no wheel"
CHANGES = "What changes"
BUILD = "Which tags to build"


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


def expected(text: list[str], targets: list[str]) -> dict[str, list[list[str]]]:
    """Return what the answer's tables must hold, by the library on this machine."""
    answer: dict[str, Any] = explore("\n".join(text), targets)
    files, others = [], []
    for file in answer["files"]:
        head = f"{file['place']} {file['name']}{file.get('remark', '')}"
        if "what" in file:
            others.append([head, file["what"]])
        elif "error" in file:
            files.append([head, file["error"]])
        else:
            ending = answer["endings"][file["ending"]]
            files.append([head, upload_cell(ending), *verdict_cells(file, ending)])
    choices = [
        [choice["project"], *(file or "none" for file in choice["files"])]
        for choice in answer["choices"]
    ]
    return {CHOICES: choices, FILES: files, OTHERS: others}


def upload_cell(ending: dict[str, Any]) -> str:
    upload = ending["upload"]
    accepted = UPLOAD[upload["accepted"]]
    return f"{accepted}{upload['reason']}by {upload['rule']}Indexes"


def verdict_cells(file: dict[str, Any], ending: dict[str, Any]) -> list[str]:
    left_out = file.get("left_out", [""] * len(ending["verdicts"]))
    return [
        ("\u2713 fits" if verdict["compatible"] else "\u2717 does not fit")
        + f"{verdict['cause']}by {verdict['rule']}"
        + (f"not chosen: {why}" if why else "")
        + "Tools"
        for verdict, why in zip(ending["verdicts"], left_out, strict=True)
    ]


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


def wait_for_scroll(page: Page) -> None:
    """Wait for the end of a smooth scroll, which goes on after the answer."""
    page.wait_for_function(
        """() => new Promise((resolve) => {
          const before = scrollY;
          const compare = () => setTimeout(() => resolve(scrollY === before), 500);
          requestAnimationFrame(() => requestAnimationFrame(compare));
        })"""
    )


def scroll_to_top(page: Page) -> Page:
    """Scroll to where the theme shows no "Back to top", which is in no landmark."""
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.back-to-top')).display === 'none'"
    )
    return page
