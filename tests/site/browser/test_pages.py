"""What single pages do: previews of links, print, copies, search, old addresses."""

import posixpath
import re
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

from docs import discourse
from tests.site.browser.site import MOVED, SITE, Opener, broken_links, pages, references
from tests.toolkit.pep_text import requirements
from wasm_platform_tags import KnownPlatform, known_platforms


@pytest.mark.parametrize("known", known_platforms(), ids=lambda k: k.platform_tags[0])
def test_a_platform_has_its_libraries_and_its_source(
    known: KnownPlatform, open_page: Opener
) -> None:
    page = open_page("docs/platforms.html")
    row = page.locator(f"tbody#{known.platform_tags[0]}")
    source = row.locator("a.reference.external")
    assert source.get_attribute("href") == known.source
    if known.source.startswith("https://pypi.org/"):
        assert source.inner_text() == f"{known.distributor} on PyPI"
    else:
        match = re.fullmatch(r"(\S+/\S+) at ([0-9a-f]{7})", source.inner_text())
        assert match
        assert known.source.endswith(f"/{match[1]}")
        assert f"/blob/{match[2]}" in known.source
    libraries = row.locator("tr").nth(1)
    assert f". Lookup: {known.library_lookup}" in libraries.inner_text()
    if known.static_libraries:
        summary = libraries.locator("summary")
        assert summary.inner_text() == f"{len(known.static_libraries)} libraries"
        summary.click()
    wanted = ", ".join(known.static_libraries) or ". Libraries: none"
    assert libraries.inner_text().endswith(wanted)


# Paragraphs of the draft that have a key word, as their readers see them.
NORMATIVE = """[...document.querySelectorAll("article p.rule")].map((rule) => {
  const copy = rule.cloneNode(true);
  for (const note of copy.querySelectorAll(".rule-note, .headerlink")) note.remove();
  return copy.textContent;
})"""


def test_the_print_of_the_draft_has_every_normative_sentence(open_page: Opener) -> None:
    page = open_page("pep/pep-9999.html")
    rules: list[str] = page.evaluate(NORMATIVE)
    assert len(rules) == len(requirements())
    page.emulate_media(media="print")
    over: list[str] = page.evaluate(
        """[...document.body.querySelectorAll("*")].filter((found) =>
          ["fixed", "sticky"].includes(getComputedStyle(found).position)
          && found.checkVisibility() && found.getClientRects().length
        ).map((found) => found.className)"""
    )
    assert over == []
    sheets = PdfReader(BytesIO(page.pdf(format="A4"))).pages
    # A PDF changes blanks.
    text = "".join("".join(sheet.extract_text() for sheet in sheets).split())
    assert [rule for rule in rules if "".join(rule.split()) not in text] == []
    assert "Skiptocontent" not in text


def test_the_contents_of_the_draft_are_in_view(open_page: Opener) -> None:
    page = open_page("pep/pep-9999.html", width=1280)
    contents = page.locator(".toc-tree")
    for _ in range(2):
        found = contents.bounding_box()
        assert found
        assert 900 < found["x"] <= 1280 - found["width"]
        assert 0 <= found["y"] < 200
        page.evaluate("window.scrollTo({top: 5000, behavior: 'instant'})")


def test_an_option_stays_on_its_line(open_page: Opener) -> None:
    page = open_page("docs/guides/package-authors.html", width=360)
    broken: list[str] = page.evaluate(
        """[...document.querySelectorAll("article p code.literal, article li code.literal")]
        .filter((code) => code.textContent.startsWith("--"))
        .filter((code) => code.getClientRects().length > 1)
        .map((code) => code.textContent)"""
    )
    assert broken == []
    assert page.get_by_text("--platform", exact=True).count()


def test_a_prompt_is_not_copied(open_page: Opener) -> None:
    page = open_page("docs/install.html", permissions=["clipboard-read"])
    page.locator(".highlight", has_text="wasm-tags platforms").hover()
    page.locator("button.copybtn").first.click()
    page.locator("button.copybtn.success").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == (
        "python -m pip install '.[cli]'\nwasm-tags platforms"
    )


@pytest.mark.parametrize("query", ["alias", "wasm-tags conformance", "local tag"])
def test_a_search_finds_the_draft_and_guides_before_data(
    query: str, open_page: Opener
) -> None:
    page = open_page(f"search.html?q={query}")
    page.get_by_text("Search finished").wait_for()
    links = page.locator("#search-results ul.search li > a")
    found: list[str] = links.evaluate_all("all => all.map((one) => one.pathname)")
    kinds = [
        next(
            (n for n, part in enumerate(("/pep/", "/guides/")) if part in path),
            3 if re.search("/tests/|/results|/divergences", path) else 2,
        )
        for path in found
    ]
    assert kinds[0] == 0
    assert 3 in kinds
    data = kinds.index(3)
    assert {0, 1} <= set(kinds[:data])
    assert not {0, 1} & set(kinds[data:])


def test_every_result_was_moved() -> None:
    results = "tests/matrix/results/"
    new = {name for name in pages() if name.startswith(results)}
    old = "tests/conformance/results/"
    assert {to for name, to in MOVED.items() if name.startswith(old)} == new
    assert broken_links(SITE, list(MOVED)) == []
    for name, to in MOVED.items():
        link = posixpath.join(posixpath.dirname(name), references(name).found[-1])
        assert posixpath.normpath(link) == to


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("old", [*MOVED][:3])
def test_an_old_address_leads_to_the_page(
    old: str, script: bool, site: str, open_page: Opener
) -> None:
    fragment = "#main" if script else ""
    page = open_page(f"{old}{fragment}", java_script_enabled=script)
    page.wait_for_url(f"{site}/{MOVED[old]}{fragment}")
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("path", ["nothing", "docs/guides/of/mine.html"])
def test_a_missing_page_has_links(path: str, site: str, failing_page: Page) -> None:
    response = failing_page.goto(path)
    assert response
    assert response.status == 404
    assert failing_page.locator("h1").inner_text() == "Page not found"
    failing_page.locator("article a", has_text="The PEP draft").click()
    assert failing_page.url == f"{site}/pep/pep-9999.html"


def test_links_of_the_forum_summary_lead_somewhere(
    capsys: pytest.CaptureFixture[str],
) -> None:
    base = "https://example.org/site/"
    discourse.main(["--base-url", base])
    links = re.findall(rf"\]\({base}([^)#]+)#?([^)]*)\)", capsys.readouterr().out)
    assert len(links) > 50
    assert [at for at in links if at[1] and at[1] not in references(at[0]).ids] == []


def test_the_landing_page_asks_the_explorer(open_page: Opener) -> None:
    wheel, target = "demo-1.0-py3-none-any.whl", "3.14 pyemscripten_2026_0_wasm32"
    page = open_page("index.html")
    page.get_by_label("Wheel", exact=True).fill(wheel)
    page.get_by_role("button", name="Does it fit?").click()
    page.wait_for_url("**/docs/explorer.html#*")
    asked = parse_qs(urlsplit(page.url).fragment)
    assert (asked["w"], asked["t"]) == ([wheel], [target])
    # The examples need no script.
    page = open_page("index.html", java_script_enabled=False)
    page.locator("ul.ask a").first.click()
    assert "/docs/explorer.html#w=" in page.url
    assert page.locator("h1").inner_text() == "Tag explorer"


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_landing_page_fits_the_window(width: int, open_page: Opener) -> None:
    wide: list[str] = open_page("index.html", width=width).evaluate(
        """[...document.querySelectorAll("article *")].filter((found) => {
          const { left, right, width } = found.getBoundingClientRect();
          return width && !found.closest("pre") && (left < 0 || right > innerWidth);
        }).map((found) => found.outerHTML.slice(0, 80))"""
    )
    assert wide == []
