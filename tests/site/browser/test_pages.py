"""What single pages promise: what is shown of a link, printed, copied and found."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from pypdf import PdfReader

from tests.site.browser.site import MOVED, SITE, broken_links, pages
from tests.toolkit.pep_text import requirements
from wasm_platform_tags import known_platforms

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

    from wasm_platform_tags import KnownPlatform

    Opener = Callable[..., Page]

KNOWN = known_platforms()


class Preview(HTMLParser):
    """The description of a page, by the names that are used for it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a <meta> says."""
        given = dict(attrs)
        name = given.get("name") or given.get("property")
        if tag == "meta" and name:
            self.found.setdefault(name, []).append(given.get("content") or "")


@pytest.mark.parametrize("name", pages())
def test_a_link_to_it_has_a_preview(name: str) -> None:
    found = Preview((SITE / name).read_text("utf-8")).found
    (description,) = found["description"]
    assert 20 < len(description) <= 300
    assert found["og:description"] == [description]
    (title,) = found["og:title"]
    assert title.endswith(found["og:site_name"][0])
    assert "og:image" not in found
    assert not re.search("\N{PILCROW SIGN}|https?://", f"{title} {description}")


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.tags[0])
def test_a_platform_has_its_libraries_and_its_source(
    known: KnownPlatform, site: str, open_page: Opener
) -> None:
    page = open_page(f"{site}/docs/platforms.html")
    row = page.locator(f"tbody#{known.tags[0]}")
    source = row.locator("a.reference.external")
    assert source.get_attribute("href") == known.source
    if known.source.startswith("https://pypi.org/"):
        assert source.inner_text() == f"{known.distributor} on PyPI"
    else:
        said = re.fullmatch(r"(\S+/\S+) at ([0-9a-f]{7})", source.inner_text())
        assert said
        assert known.source.endswith(f"/{said[1]}")
        assert f"/blob/{said[2]}" in known.source
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


def squeezed(text: str) -> str:
    """Return a text without the blanks, which a PDF has its own way with."""
    return re.sub(r"\s+", "", text)


def test_the_print_of_the_draft_has_every_normative_sentence(
    site: str, open_page: Opener
) -> None:
    page = open_page(f"{site}/pep/pep-9999.html")
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
    pdf = PdfReader(BytesIO(page.pdf(format="A4")))
    text = squeezed("".join(sheet.extract_text() for sheet in pdf.pages))
    assert [rule for rule in rules if squeezed(rule) not in text] == []
    assert "Skiptocontent" not in text


def test_the_contents_of_the_draft_are_in_view(site: str, open_page: Opener) -> None:
    window = {"width": 1280, "height": 800}
    page = open_page(f"{site}/pep/pep-9999.html", viewport=window)
    contents = page.locator(".toc-tree")
    for _ in range(2):
        found = contents.bounding_box()
        assert found
        assert found["x"] > 900
        assert found["x"] + found["width"] <= 1280
        assert 0 <= found["y"] < 200
        page.evaluate("window.scrollTo({top: 5000, behavior: 'instant'})")


def test_an_option_stays_on_its_line(site: str, open_page: Opener) -> None:
    window = {"width": 360, "height": 800}
    page = open_page(f"{site}/docs/guides/package-authors.html", viewport=window)
    broken: list[str] = page.evaluate(
        """[...document.querySelectorAll("article p code.literal, article li code.literal")]
        .filter((code) => code.textContent.startsWith("--"))
        .filter((code) => code.getClientRects().length > 1)
        .map((code) => code.textContent)"""
    )
    assert broken == []
    assert page.get_by_text("--platform", exact=True).count()


def test_a_prompt_is_not_copied(site: str, open_page: Opener) -> None:
    page = open_page(f"{site}/docs/install.html", permissions=["clipboard-read"])
    page.locator(".highlight", has_text="wasm-tags platforms").hover()
    page.locator("button.copybtn").first.click()
    page.locator("button.copybtn.success").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == (
        "python -m pip install '.[cli]'\nwasm-tags platforms"
    )


@pytest.mark.parametrize("query", ["alias", "wasm-tags conformance", "local tag"])
def test_a_search_finds_the_draft_and_guides_before_data(
    query: str, site: str, open_page: Opener
) -> None:
    page = open_page(f"{site}/search.html?q={query}")
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


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("old", MOVED)
def test_an_old_address_leads_to_the_page(
    old: str, script: bool, site: str, open_page: Opener
) -> None:
    fragment = "#main" if script else ""
    page = open_page(f"{site}/{old}{fragment}", java_script_enabled=script)
    page.wait_for_url(f"{site}/{MOVED[old]}{fragment}")
    assert page.locator("h1").count() == 1
    assert broken_links(SITE, [old]) == []


@pytest.mark.parametrize("path", ["nothing", "docs/guides/of/mine.html"])
def test_what_is_not_found_has_a_page(path: str, site: str, browser: Browser) -> None:
    page = browser.new_page()  # whose console tells of the answer 404
    response = page.goto(f"{site}/{path}")
    assert response
    assert response.status == 404
    assert page.locator("h1").inner_text() == "Page not found"
    page.locator("article a", has_text="The PEP draft").click()
    assert page.url == f"{site}/pep/pep-9999.html"
    page.close()


def test_the_landing_page_asks_the_explorer(site: str, open_page: Opener) -> None:
    wheel, target = "demo-1.0-py3-none-any.whl", "3.14 pyemscripten_2026_0_wasm32"
    page = open_page(f"{site}/index.html")
    page.get_by_label("Wheel", exact=True).fill(wheel)
    page.get_by_role("button", name="Does it fit?").click()
    page.wait_for_url("**/docs/explorer.html#*")
    asked = parse_qs(urlsplit(page.url).fragment)
    assert (asked["w"], asked["t"]) == ([wheel], [target])


def test_the_examples_of_the_landing_page_need_no_script(
    site: str, open_page: Opener
) -> None:
    page = open_page(f"{site}/index.html", java_script_enabled=False)
    page.locator("ul.ask a").first.click()
    assert "/docs/explorer.html#w=" in page.url
    assert page.locator("h1").inner_text() == "Tag explorer"


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_on_the_landing_page_is_wider_than_the_window(
    width: int, site: str, open_page: Opener
) -> None:
    window = {"width": width, "height": 800}
    page = open_page(f"{site}/index.html", viewport=window)
    wide: list[str] = page.evaluate(
        """[...document.querySelectorAll("article *")].filter((found) => {
          const { left, right, width } = found.getBoundingClientRect();
          return width && !found.closest("pre") && (left < 0 || right > innerWidth);
        }).map((found) => found.outerHTML.slice(0, 80))"""
    )
    assert wide == []


@pytest.mark.parametrize("name", ["index.html", "docs/support.html"])
def test_what_people_come_for_is_light(name: str) -> None:
    assert (SITE / name).stat().st_size < 150_000


@pytest.mark.parametrize("name", pages())
def test_every_page_says_what_state_the_draft_is_in(name: str) -> None:
    html = (SITE / name).read_text("utf-8")
    assert html.count('<div class="status"') == 1
    assert "Draft, not submitted" in html
