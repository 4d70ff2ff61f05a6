"""The results: every verdict has a place, the raw files are there, the filters filter."""

from __future__ import annotations

import json
import re
from collections import Counter
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from matrix_results import all_rows
from wording import css_class

from tests.site.browser.site import ROOT, SITE, references

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    Opener = Callable[..., Page]

SUITE = ROOT / "tests" / "conformance"
RESULTS = sorted(SUITE.glob("results/*.json"))
# A patched result is beside the unpatched one.
ROWS = [path for path in RESULTS if not path.stem.endswith("-patched")]
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


@pytest.mark.parametrize("path", GROUPS, ids=lambda path: path.stem)
def test_every_case_has_one_place(path: Path) -> None:
    data = load(path)
    ids = references(page(path)).ids
    for case in data["cases"]:
        assert ids[anchor(f"case {data['kind']} {data['group']} {case['id']}")] == 1


@pytest.mark.parametrize("path", RESULTS + GROUPS, ids=lambda path: path.stem)
def test_the_raw_file_is_one_click_away(path: Path) -> None:
    name = page(path)
    files = [
        (SITE / name).parent / unquote(found)
        for found in references(name).found
        if found.endswith(".json")
    ]
    assert [file.read_bytes() for file in files] == [path.read_bytes()]


def tool_page(path: Path) -> str:
    """Return the page of the tool of a result."""
    return f"docs/results/{all_rows()[path.stem].cell.tool.tool}.html"


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_the_overview_and_the_tool_lead_to_every_result(path: Path) -> None:
    row = anchor(f"cell {path.stem.removesuffix('-patched')}")
    assert references(OVERVIEW).ids[row] == 1
    assert f"{tool_page(path)[5:]}#{row}" in references(OVERVIEW).found
    result = page(path)
    assert f"../{result}" in references(OVERVIEW).found
    assert references(tool_page(path)).ids[anchor(f"cell {path.stem}")] == 1
    assert f"../../{result}" in references(tool_page(path)).found


@pytest.mark.parametrize("path", ROWS, ids=lambda path: path.stem)
def test_a_cell_and_its_cases_lead_to_each_other(path: Path) -> None:
    result, tool = page(path), tool_page(path)
    groups = {case.rpartition("/")[0] for case in load(path)["cases"]}
    for group in groups:
        cell = anchor(f"cell {path.stem} {group}")
        assert references(tool).ids[cell] == 1
        assert f"../../{result}#{anchor(group)}" in references(tool).found
        assert references(result).ids[anchor(group)] == 1
        assert f"../../../{tool}#{cell}" in references(result).found


def table_row(page: str, row: str) -> str:
    html = (SITE / page).read_text("utf-8")
    return html.split(f'id="{row}"', 1)[1].split("</tr>")[0]


def test_the_newest_of_every_tool_is_shown_by_topic() -> None:
    ids = references(OVERVIEW).ids
    for row in all_rows().values():
        if not row.cell.patched:
            assert ids[anchor(f"newest {row.cell.tool.tool} {row.cell.where}")] <= 1
    for group in GROUPS:
        assert ids[anchor(f"group {group.parent.name} {group.stem}")] == 1
    shown = table_row(OVERVIEW, "newest-micropip-in-webassembly")
    assert ">micropip 0.11.1</a>" in shown


def test_a_share_is_that_of_the_results() -> None:
    html = (SITE / OVERVIEW).read_text("utf-8")
    cell = html.split('id="newest-micropip-in-webassembly-select-build"')[1]
    counts = counted(newest_micropip(), "select/build/")
    assert counts["diverge"]
    share = f"{counts['pass']}/{counts.total()}"
    assert cell.split("</td>")[0].endswith(f">{share}</a>")
    assert told(cell.split("</td>")[0]) == counts
    assert cell.startswith(' class="no"')


def test_no_score_where_a_runtime_has_no_platform() -> None:
    """In Pyodide 0.25 every tag is refused, rightly, by whoever knows none of them."""
    row = table_row(OVERVIEW, anchor("cell pip-25.3-pyodide-0.25.1-links"))
    assert re.search(r">no platform; \d+ pass</a>", row)
    group = 'id="cell-pip-25-3-pyodide-0-25-1-links-select-unknown"'
    cell = (SITE / "docs/results/pip.html").read_text("utf-8").split(group)[1]
    assert cell.startswith(' class="none"')
    assert ">no platform</a>" in cell.split("</td>")[0]
    assert css_class(Counter({"pass": 3}), platform=False) == "none"
    assert css_class(Counter({"pass": 3, "diverges": 1}), platform=False) == "no"


def newest_micropip() -> list[Path]:
    return [path for path in ROWS if path.stem.startswith("micropip-0.11.1-")]


def counted(paths: list[Path], group: str = "") -> Counter[str]:
    """Count verdicts in the files, by the word that the pages have for them."""
    return Counter(
        {"diverges": "diverge"}.get(verdict["verdict"], verdict["verdict"])
        for path in paths
        for case, verdict in load(path)["cases"].items()
        if case.startswith(group)
    )


def told(html: str) -> dict[str, int]:
    """Read numbers and the words for verdicts in a row or a cell: the first of each."""
    found = re.findall(r"(\d+)(?:/\d+)? (pass|diverge|unsupported|not run)\b", html)
    return {word: int(number) for number, word in reversed(found)}


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_every_divergence_is_noted_below_its_table(path: Path) -> None:
    verdicts = load(path)["cases"].values()
    reasons = {v["reason"] for v in verdicts if v["verdict"] == "diverges"}
    notes = {
        f"../divergences.html#{anchor(f'upstream {reason}')}" for reason in reasons
    }
    assert notes <= set(references(tool_page(path)).found)


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_the_tools_own_words_are_shown(path: Path) -> None:
    html = (SITE / page(path)).read_text("utf-8")
    said = {v.get("output", "") for v in load(path)["cases"].values()} - {""}
    shown = re.findall(r"<pre.*?>(?:<span></span>)?(.*?)\n?</pre>", html, re.DOTALL)
    assert set(map(unescape, shown)) == {text.rstrip("\n") for text in said}


@pytest.mark.parametrize("path", GROUPS, ids=lambda path: path.stem)
def test_a_case_shows_what_did_not_pass(path: Path) -> None:
    """The grid has a link to a result for each reason, and to the reason."""
    group = f"{path.parent.name}/{path.stem}"
    verdicts = {
        (row, case): verdict
        for row in RESULTS
        for case, verdict in load(row)["cases"].items()
        if case.rpartition("/")[0] == group and verdict["verdict"] == "diverges"
    }
    found = set(references(page(path)).found)
    reasons = {anchor(f"upstream {v['reason']}") for v in verdicts.values()}
    assert {f"../../../../docs/divergences.html#{name}" for name in reasons} <= found
    linked = [name for name in found if re.search(r"results/.+[.]html#diverges-", name)]
    assert bool(linked) == bool(verdicts)


def test_every_divergence_has_its_reason_and_its_results() -> None:
    ids = references("docs/divergences.html").ids
    for path in RESULTS:
        for verdict in load(path)["cases"].values():
            if reason := verdict.get("reason"):
                assert ids[anchor(f"upstream {reason}")] == 1
                assert ids[anchor(f"upstream {reason} {path.stem}")] == 1


# The filters, in a browser.


def rows(page: Page) -> list[str]:
    """Return the ids of the rows that are to be seen."""
    visible = page.locator("table.versions > tbody > tr:visible")
    found: list[str] = visible.evaluate_all("rows => rows.map((row) => row.id)")
    return sorted(found)


def said(page: Page) -> str:
    return page.get_by_role("status").inner_text()


def address(page: Page) -> str:
    """Return what the address bar says now; Playwright's own copy comes later."""
    found: str = page.evaluate("location.href")
    return found


def ids(paths: list[Path]) -> list[str]:
    return sorted(anchor(f"cell {path.stem}") for path in paths)


def diverging(paths: list[Path]) -> list[Path]:
    return [
        path
        for path in paths
        if any(v["verdict"] == "diverges" for v in load(path)["cases"].values())
    ]


def test_without_javascript_everything_is_shown(site: str, open_page: Opener) -> None:
    opened = open_page(f"{site}/{OVERVIEW}?tool=uv", java_script_enabled=False)
    assert opened.locator("form.filter").is_hidden()
    assert opened.locator("table.versions > tbody > tr:visible").count() == len(ROWS)


def test_the_filters_and_the_address_say_the_same(site: str, open_page: Opener) -> None:
    opened = open_page(f"{site}/{OVERVIEW}")
    assert rows(opened) == ids(ROWS)
    opened.get_by_label("Tool", exact=True).select_option("pip")
    opened.get_by_label("Runs").select_option("in WebAssembly")
    of_pip = [path for path in ROWS if path.stem.startswith("pip-2")]
    inside = [path for path in of_pip if "-host-" not in path.stem]
    assert rows(opened) == ids(inside)
    opened.get_by_label("Result", exact=True).select_option("diverges unpatched")
    unlike = diverging(inside)
    assert rows(opened) == ids(unlike)
    opened.get_by_label("Row has").fill("26.3  JSON")
    wanted = ids([p for p in unlike if p.stem.endswith("-json") and "26.3" in p.stem])
    assert rows(opened) == wanted
    assert said(opened) == f"Shows {len(wanted)} of {len(ROWS)} rows."
    again = open_page(address(opened))
    assert rows(again) == wanted
    assert again.get_by_label("Row has").input_value() == "26.3  JSON"
    again.get_by_role("button", name="Show all").click()
    assert rows(again) == ids(ROWS)
    assert address(again) == f"{site}/{OVERVIEW}"


def test_what_diverges_patched_or_not(site: str, open_page: Opener) -> None:
    opened = open_page(f"{site}/{OVERVIEW}?diverges=unpatched")
    assert 0 < len(diverging(ROWS)) < len(ROWS)
    assert rows(opened) == ids(diverging(ROWS))
    opened.get_by_label("Result", exact=True).select_option("diverges patched")
    unlike = diverging([path for path in RESULTS if path not in ROWS])
    plain = [p.with_name(p.name.replace("-patched", "")) for p in unlike]
    assert rows(opened) == ids(plain)


def test_a_permalink_is_shown_whatever_the_filters_say(
    site: str, open_page: Opener
) -> None:
    target = anchor("cell warehouse-6b62157-host")
    opened = open_page(f"{site}/{OVERVIEW}?tool=uv#{target}")
    assert target in rows(opened)
    assert anchor("cell uv-0.13.9-host-json") in rows(opened)
    opened.get_by_label("Runs").select_option("on the host")
    assert address(opened) == f"{site}/{OVERVIEW}?tool=uv&where=on-the-host#{target}"
    other = anchor("cell unearth-0.19.0-host-json")
    opened.evaluate("id => { location.hash = id }", other)
    opened.locator(f"#{other}").wait_for(state="visible")
    assert target not in rows(opened)


def test_the_filters_need_no_mouse(site: str, open_page: Opener) -> None:
    opened = open_page(f"{site}/{OVERVIEW}?tool=nonsense")
    assert len(rows(opened)) == len(ROWS)
    opened.get_by_label("Tool", exact=True).focus()
    opened.keyboard.type("uv")
    for _ in range(3):
        opened.keyboard.press("Tab")
    opened.keyboard.type("html")
    assert address(opened).endswith("?tool=uv&text=html")
    assert rows(opened) == [anchor("cell uv-0.13.9-host-html")]
    opened.keyboard.press("Tab")
    opened.keyboard.press("Enter")
    assert len(rows(opened)) == len(ROWS)


def test_nothing_fits(site: str, open_page: Opener) -> None:
    opened = open_page(f"{site}/{OVERVIEW}?text=nonsense")
    assert rows(opened) == []
    assert said(opened) == f"Shows 0 of {len(ROWS)} rows."
