"""The pages of results: an anchor for every verdict, the raw files, the filters."""

import json
import re
from collections import Counter
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from docutils.nodes import make_id as anchor
from matrix_results import all_rows
from playwright.sync_api import Page
from wording import css_class

from tests.site.browser.site import ROOT, SITE, Opener, references

RESULTS = sorted((ROOT / "tests" / "matrix" / "results").glob("*.json"))
GROUPS = sorted((ROOT / "tests" / "conformance" / "cases").glob("*/*.json"))
# A patched result is beside the unpatched one.
ROWS = [path for path in RESULTS if not path.stem.endswith("-patched")]
OVERVIEW = "docs/results.html"


def page(path: Path) -> str:
    """Return the page of a file of data."""
    return path.relative_to(ROOT).with_suffix(".html").as_posix()


@cache
def verdicts(path: Path) -> dict[str, Any]:
    """Return the recorded verdicts of a result by case."""
    cases: dict[str, Any] = json.loads(path.read_bytes())["cases"]
    return cases


def diverging(path: Path) -> dict[str, Any]:
    """Return the verdicts of a result that diverge by case."""
    found = verdicts(path).items()
    return {case: one for case, one in found if one["verdict"] == "diverges"}


# The pages as they are, without a browser.


@pytest.mark.parametrize("path", RESULTS + GROUPS, ids=lambda path: path.stem)
def test_the_raw_file_is_one_click_away(path: Path) -> None:
    name = page(path)
    (raw,) = [found for found in references(name).found if found.endswith(".json")]
    file = (SITE / name).parent / unquote(raw)
    assert file.read_bytes() == path.read_bytes()


def tool_page(path: Path) -> str:
    """Return the page of the tool of a result."""
    return f"docs/results/{all_rows()[path.stem].cell.tool.tool}.html"


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_every_result(path: Path) -> None:
    result = page(path)
    # Every verdict has one place.
    ids = references(result).ids
    wanted = [*verdicts(path), *(case.rpartition("/")[0] for case in verdicts(path))]
    wanted += [f"diverges {case}" for case in diverging(path)]
    assert [name for name in wanted if ids[anchor(name)] != 1] == []
    # The overview and the page of the tool lead to it.
    row = anchor(f"cell {path.stem.removesuffix('-patched')}")
    assert references(OVERVIEW).ids[row] == 1
    assert f"{tool_page(path)[5:]}#{row}" in references(OVERVIEW).found
    assert f"../{result}" in references(OVERVIEW).found
    tool = references(tool_page(path))
    assert tool.ids[anchor(f"cell {path.stem}")] == 1
    assert f"../../{result}" in tool.found
    # Every divergence is noted below the table of the tool.
    reasons = {anchor(f"upstream {one['reason']}") for one in diverging(path).values()}
    assert {f"../divergences.html#{reason}" for reason in reasons} <= set(tool.found)
    # The output of the tool is shown.
    html = (SITE / result).read_text("utf-8")
    outputs = {v.get("output", "") for v in verdicts(path).values()} - {""}
    shown = re.findall(r"<pre.*?>(?:<span></span>)?(.*?)\n?</pre>", html, re.DOTALL)
    assert set(map(unescape, shown)) == {text.rstrip("\n") for text in outputs}


@pytest.mark.parametrize("path", ROWS, ids=lambda path: path.stem)
def test_a_cell_and_its_cases_lead_to_each_other(path: Path) -> None:
    result, tool = page(path), tool_page(path)
    for group in {case.rpartition("/")[0] for case in verdicts(path)}:
        cell = anchor(f"cell {path.stem} {group}")
        assert references(tool).ids[cell] == 1
        assert f"../../{result}#{anchor(group)}" in references(tool).found
        assert references(result).ids[anchor(group)] == 1
        assert f"../../../{tool}#{cell}" in references(result).found


def after(page: str, name: str, end: str = "</td>") -> str:
    """Return the HTML of a page from an id to the end of the cell or row."""
    html = (SITE / page).read_text("utf-8")
    return html.split(f'id="{name}"', 1)[1].split(end)[0]


def test_the_newest_of_every_tool_is_shown_by_topic() -> None:
    ids = references(OVERVIEW).ids
    for row in all_rows().values():
        if not row.cell.patched:
            assert ids[anchor(f"newest {row.cell.tool.tool} {row.cell.where}")] <= 1
    for group in GROUPS:
        assert ids[anchor(f"group {group.parent.name} {group.stem}")] == 1
    shown = after(OVERVIEW, "newest-micropip-in-webassembly", "</tr>")
    assert ">micropip 0.11.1</a>" in shown


def test_a_share_is_that_of_the_results() -> None:
    cell = after(OVERVIEW, "newest-micropip-in-webassembly-select-build")
    newest = [path for path in ROWS if path.stem.startswith("micropip-0.11.1-")]
    # Verdicts in the files, by the word that the pages have for them.
    counts = Counter(
        {"diverges": "diverge"}.get(verdict["verdict"], verdict["verdict"])
        for path in newest
        for case, verdict in verdicts(path).items()
        if case.startswith("select/build/")
    )
    assert counts["diverge"]
    assert cell.endswith(f">{counts['pass']}/{counts.total()}</a>")
    # The first number before each word.
    found = re.findall(r"(\d+)(?:/\d+)? (pass|diverge|unsupported|not run)\b", cell)
    assert {word: int(number) for number, word in reversed(found)} == counts
    assert cell.startswith(' class="no"')


def test_no_score_where_a_runtime_has_no_platform() -> None:
    """In Pyodide 0.25 no tool knows a platform, so each is right to refuse every tag."""
    name = "cell-pip-25-3-pyodide-0-25-1-links"
    assert re.search(r">no platform; \d+ pass</a>", after(OVERVIEW, name, "</tr>"))
    cell = after("docs/results/pip.html", f"{name}-select-unknown")
    assert cell.startswith(' class="none"')
    assert ">no platform</a>" in cell
    assert css_class(Counter({"pass": 3}), platform=False) == "none"
    assert css_class(Counter({"pass": 3, "diverges": 1}), platform=False) == "no"


@pytest.mark.parametrize("path", GROUPS, ids=lambda path: path.stem)
def test_every_case_has_one_place_and_shows_what_did_not_pass(path: Path) -> None:
    """The grid has a link to a result for each reason, and to the reason."""
    group = f"{path.parent.name}/{path.stem}"
    data, ids = json.loads(path.read_bytes()), references(page(path)).ids
    for case in data["cases"]:
        assert ids[anchor(f"case {data['kind']} {data['group']} {case['id']}")] == 1
    reasons = {
        anchor(f"upstream {verdict['reason']}")
        for result in RESULTS
        for case, verdict in diverging(result).items()
        if case.rpartition("/")[0] == group
    }
    found = set(references(page(path)).found)
    assert {f"../../../../docs/divergences.html#{name}" for name in reasons} <= found
    linked = [name for name in found if re.search(r"results/.+[.]html#diverges-", name)]
    assert bool(linked) == bool(reasons)


def test_every_divergence_has_its_reason_and_its_results() -> None:
    ids = references("docs/divergences.html").ids
    for path in RESULTS:
        for verdict in verdicts(path).values():
            if reason := verdict.get("reason"):
                assert ids[anchor(f"upstream {reason}")] == 1
                assert ids[anchor(f"upstream {reason} {path.stem}")] == 1


# The filters, in a browser.


def rows(page: Page) -> list[str]:
    """Return the ids of the rows that are to be seen."""
    visible = page.locator("table.versions > tbody > tr:visible")
    found: list[str] = visible.evaluate_all("rows => rows.map((row) => row.id)")
    return sorted(found)


def address(page: Page) -> str:
    """Return the address of the page; Playwright's own copy of it comes later."""
    return str(page.evaluate("location.href"))


def ids(paths: list[Path]) -> list[str]:
    return sorted(anchor(f"cell {path.stem}") for path in paths)


def test_without_javascript_everything_is_shown(open_page: Opener) -> None:
    opened = open_page(f"{OVERVIEW}?tool=uv", java_script_enabled=False)
    assert opened.locator("form.filter").is_hidden()
    assert opened.locator("table.versions > tbody > tr:visible").count() == len(ROWS)


def test_the_filters_are_in_the_address(site: str, open_page: Opener) -> None:
    opened = open_page(OVERVIEW)
    assert rows(opened) == ids(ROWS)
    opened.get_by_label("Tool", exact=True).select_option("pip")
    opened.get_by_label("Runs").select_option("in WebAssembly")
    inside = [path for path in ROWS if re.match("pip-2(?!.*-host-)", path.stem)]
    assert rows(opened) == ids(inside)
    opened.get_by_label("Result", exact=True).select_option("diverges unpatched")
    unlike = list(filter(diverging, inside))
    assert rows(opened) == ids(unlike)
    opened.get_by_label("Row has").fill("26.3  JSON")
    wanted = ids([p for p in unlike if re.search("26.3.*-json$", p.stem)])
    assert rows(opened) == wanted
    shows = opened.get_by_role("status").inner_text()
    assert shows == f"Shows {len(wanted)} of {len(ROWS)} rows."
    again = open_page(address(opened))
    assert rows(again) == wanted
    assert again.get_by_label("Row has").input_value() == "26.3  JSON"
    again.get_by_role("button", name="Show all").click()
    assert rows(again) == ids(ROWS)
    assert address(again) == f"{site}/{OVERVIEW}"
    none = open_page(f"{OVERVIEW}?text=nonsense")
    assert rows(none) == []
    shows = none.get_by_role("status").inner_text()
    assert shows == f"Shows 0 of {len(ROWS)} rows."


def test_what_diverges_patched_or_not(open_page: Opener) -> None:
    opened = open_page(f"{OVERVIEW}?diverges=unpatched")
    unpatched = list(filter(diverging, ROWS))
    assert 0 < len(unpatched) < len(ROWS)
    assert rows(opened) == ids(unpatched)
    opened.get_by_label("Result", exact=True).select_option("diverges patched")
    unlike = [path for path in RESULTS if path not in ROWS and diverging(path)]
    plain = [p.with_name(p.name.replace("-patched", "")) for p in unlike]
    assert rows(opened) == ids(plain)


def test_a_permalink_is_shown_unfiltered(site: str, open_page: Opener) -> None:
    target = anchor("cell warehouse-6b62157-host")
    opened = open_page(f"{OVERVIEW}?tool=uv#{target}")
    assert target in rows(opened)
    assert anchor("cell uv-0.13.9-host-json") in rows(opened)
    opened.get_by_label("Runs").select_option("on the host")
    assert address(opened) == f"{site}/{OVERVIEW}?tool=uv&where=on-the-host#{target}"
    other = anchor("cell unearth-0.19.0-host-json")
    opened.evaluate("id => { location.hash = id }", other)
    opened.locator(f"#{other}").wait_for(state="visible")
    assert target not in rows(opened)


def test_the_filters_need_no_mouse(open_page: Opener) -> None:
    opened = open_page(f"{OVERVIEW}?tool=nonsense")
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
