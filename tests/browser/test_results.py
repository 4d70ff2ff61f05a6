"""The results: every verdict has a place, the raw files are there, the filters filter."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from tests.browser.site import ROOT, SITE, references

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    Opener = Callable[..., Page]

SUITE = ROOT / "tests" / "conformance"
RESULTS = sorted(SUITE.glob("results/*.json"))
GROUPS = sorted(SUITE.glob("cases/*/*.json"))
OVERVIEW = "docs/results.html"


def anchor(text: str) -> str:
    """Return the id that a text becomes."""
    return re.sub("[^a-z0-9]+", "-", text.lower())


def page(path: Path) -> str:
    """Return the page of a file of data."""
    return path.relative_to(ROOT).with_suffix(".html").as_posix()


def load(path: Path) -> Any:
    return json.loads(path.read_bytes())


# The pages as they are, without a browser.


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_every_verdict_has_one_place(path: Path) -> None:
    ids = references(page(path)).ids
    for case, verdict in load(path)["cases"].items():
        assert ids[anchor(case)] == 1, case
        assert ids[anchor(case.rpartition("/")[0])] == 1, f"the group of {case}"
        if verdict["verdict"] == "diverges":
            assert ids[anchor(f"diverges {case}")] == 1, case
    assert [found for found, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("path", GROUPS, ids=lambda path: path.stem)
def test_every_case_has_one_place(path: Path) -> None:
    data = load(path)
    ids = references(page(path)).ids
    for case in data["cases"]:
        assert ids[anchor(f"case {data['kind']} {data['group']} {case['id']}")] == 1
    assert [found for found, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("path", RESULTS + GROUPS, ids=lambda path: path.stem)
def test_the_raw_file_is_one_click_away(path: Path) -> None:
    name = page(path)
    files = [
        (SITE / name).parent / unquote(found)
        for found in references(name).found
        if found.endswith(".json")
    ]
    assert [file.read_bytes() for file in files] == [path.read_bytes()]


def test_the_overview_leads_to_every_result() -> None:
    found = references(OVERVIEW)
    for path in RESULTS:
        assert found.ids[anchor(f"cell {path.stem}")] == 1
        assert any(f"/{path.stem}.html" in link for link in found.found), path.stem


def test_every_divergence_is_noted_below_its_table() -> None:
    found = references(OVERVIEW)
    reasons = {
        verdict["reason"]
        for path in RESULTS
        for verdict in load(path)["cases"].values()
        if verdict["verdict"] == "diverges"
    }
    for reason in reasons:
        assert f"upstream.html#{anchor(f'upstream {reason}')}" in found.found


# The filters, in a browser.


def rows(page: Page) -> list[str]:
    """Return the ids of the rows that are to be seen."""
    visible = page.locator("table.results > tbody > tr:visible")
    found: list[str] = visible.evaluate_all("rows => rows.map((row) => row.id)")
    return found


def said(page: Page) -> str:
    return page.get_by_role("status").inner_text()


def address(page: Page) -> str:
    """Return what the address bar says now; Playwright's own copy comes later."""
    found: str = page.evaluate("location.href")
    return found


def ids(paths: list[Path]) -> list[str]:
    return sorted(anchor(f"cell {path.stem}") for path in paths)


def test_without_javascript_everything_is_shown(site: str, open_page: Opener) -> None:
    opened = open_page(f"{site}/{OVERVIEW}?tool=uv", java_script_enabled=False)
    assert opened.locator("#results-filter").is_hidden()
    assert opened.locator("table.results > tbody > tr:visible").count() == len(RESULTS)


def test_the_filters_and_the_address_say_the_same(site: str, open_page: Opener) -> None:
    opened = open_page(f"{site}/{OVERVIEW}")
    assert sorted(rows(opened)) == ids(RESULTS)
    opened.get_by_label("Tool").select_option("pip")
    opened.get_by_label("Runs").select_option("in WebAssembly")
    of_pip = [path for path in RESULTS if path.stem.startswith("pip-2")]
    inside = [path for path in of_pip if "-host-" not in path.stem]
    assert sorted(rows(opened)) == ids(inside)
    opened.get_by_label("Library").select_option("patched")
    patched = [path for path in inside if path.stem.endswith("-patched")]
    assert sorted(rows(opened)) == ids(patched)
    opened.get_by_label("Library").select_option("unpatched")
    opened.get_by_label("only what diverges").check()
    opened.get_by_label("Row has").fill("26.3  JSON")
    wanted = ids([p for p in inside if p.stem.endswith("-json") and "26.3" in p.stem])
    assert sorted(rows(opened)) == wanted
    assert said(opened) == f"Shows {len(wanted)} of {len(RESULTS)} rows."
    again = open_page(address(opened))
    assert sorted(rows(again)) == wanted
    assert again.get_by_label("Row has").input_value() == "26.3  JSON"
    assert again.get_by_label("only what diverges").is_checked()
    again.get_by_role("button", name="Show all").click()
    assert sorted(rows(again)) == ids(RESULTS)
    assert address(again) == f"{site}/{OVERVIEW}"


def test_only_what_diverges(site: str, open_page: Opener) -> None:
    opened = open_page(f"{site}/{OVERVIEW}?diverges=yes")
    diverging = [
        path
        for path in RESULTS
        if any(v["verdict"] == "diverges" for v in load(path)["cases"].values())
    ]
    assert 0 < len(diverging) < len(RESULTS)
    assert sorted(rows(opened)) == ids(diverging)


def test_a_permalink_is_shown_whatever_the_filters_say(
    site: str, open_page: Opener
) -> None:
    target = anchor("cell warehouse-6b62157-host")
    opened = open_page(f"{site}/{OVERVIEW}?tool=uv#{target}")
    assert target in rows(opened)
    assert f"cell-{anchor('uv-0.13.9-host-json')}" in rows(opened)
    opened.get_by_label("Runs").select_option("on the host")
    assert address(opened) == f"{site}/{OVERVIEW}?tool=uv&where=host#{target}"
    section = "results-unearth-on-the-host"
    opened.evaluate("id => { location.hash = id }", section)
    opened.locator(f"#{section}").wait_for(state="visible")
    assert target not in rows(opened)


def test_the_filters_need_no_mouse(site: str, open_page: Opener) -> None:
    opened = open_page(f"{site}/{OVERVIEW}?tool=nonsense")
    assert len(rows(opened)) == len(RESULTS)
    opened.get_by_label("Tool").focus()
    opened.keyboard.type("uv")
    for _ in range(4):
        opened.keyboard.press("Tab")
    opened.keyboard.press("Space")
    assert address(opened).endswith("?tool=uv&diverges=yes")
    opened.keyboard.press("Tab")
    opened.keyboard.press("Enter")
    assert len(rows(opened)) == len(RESULTS)


def test_nothing_fits(site: str, open_page: Opener) -> None:
    opened = open_page(f"{site}/{OVERVIEW}?text=nonsense")
    assert rows(opened) == []
    assert said(opened) == f"Shows 0 of {len(RESULTS)} rows."
    assert opened.locator("section[class*=tool-]:visible").count() == 0
