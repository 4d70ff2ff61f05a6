"""What single pages promise: the table of platforms, and what is shown of a link."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from tests.browser.site import SITE, pages
from wasm_platform_tags import known_platforms

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from wasm_platform_tags import KnownPlatform

    Opener = Callable[..., Page]

KNOWN = known_platforms()
# Sphinx makes these, from no document.
WITHOUT_TEXT = {"genindex.html", "search.html"}


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


@pytest.mark.parametrize("name", sorted({*pages()} - WITHOUT_TEXT))
def test_a_link_to_it_has_a_preview(name: str) -> None:
    found = Preview((SITE / name).read_text("utf-8")).found
    (description,) = found["description"]
    assert 20 < len(description) <= 300
    assert found["og:description"] == [description]
    (title,) = found["og:title"]
    assert title
    assert "og:image" not in found
    assert not re.search("\N{PILCROW SIGN}|https?://", f"{title} {description}")


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.tags[0])
def test_a_platform_has_its_libraries_and_its_source(
    known: KnownPlatform, site: str, open_page: Opener
) -> None:
    page = open_page(f"{site}/docs/platforms.html")
    row = page.locator(f"tr#{known.tags[0]}")
    source = row.locator("a.reference.external")
    assert source.get_attribute("href") == known.source
    if known.source.startswith("https://pypi.org/"):
        assert source.inner_text() == f"{known.distributor} on PyPI"
    else:
        said = re.fullmatch(r"(\S+/\S+) at ([0-9a-f]{7})", source.inner_text())
        assert said
        assert known.source.endswith(f"/{said[1]}")
        assert f"/blob/{said[2]}" in known.source
    libraries = row.locator("th, td").nth(6)
    if known.static_libraries:
        assert libraries.inner_text() == f"{len(known.static_libraries)} libraries"
        libraries.locator("summary").click()
    shown = libraries.inner_text().splitlines()[-1]
    assert shown == (", ".join(known.static_libraries) or "none")
