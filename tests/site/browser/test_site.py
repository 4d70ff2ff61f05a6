"""Every page of the site: its links, ids, size, layout and accessibility."""

import gzip
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response

from tests.site.browser import site
from tests.site.browser.provision import AXE
from tests.toolkit.pep_text import requirements

PAGES = site.pages()
# The folders of the pages that are made of data; of each, the largest is a sample.
DATA = (
    "tests/conformance/cases/",
    "tests/matrix/results/",
    "docs/results/",
    "reference/upstream/",
)
MADE = [[name for name in PAGES if name.startswith(folder)] for folder in DATA]
SAMPLES = [name for name in PAGES if not name.startswith(DATA)] + [
    max(group, key=lambda name: (site.SITE / name).stat().st_size) for group in MADE
]
# A page with its styles and scripts, as written, without Pyodide. Of it, the theme is 93 kB.
WEIGHT = 300_000
# All that a reader loads, compressed as servers compress it, without Pyodide.
TRANSFER = 100_000


def violations(page: Page) -> list[str]:
    """Return what axe-core finds wrong with a page as it is now."""
    page.add_script_tag(path=AXE)
    result: dict[str, Any] = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']})"
    )
    return [
        f"{found['id']}: {node['target']}: {node['failureSummary']}"
        for found in result["violations"]
        for node in found["nodes"]
    ]


def overflow(page: Page) -> int:
    """Return how many pixels the page is wider than the window."""
    found: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return found


def test_there_are_pages_whose_links_lead_somewhere() -> None:
    assert {"index.html", "pep/pep-9999.html", "docs/explorer.html"} <= set(SAMPLES)
    assert len(SAMPLES) < len(PAGES)

    assert site.broken_links(site.SITE, PAGES) == []


@pytest.mark.parametrize("name", PAGES)
def test_every_page(name: str) -> None:
    """It repeats no id, is small, and has the draft's status and no path of a machine.

    A link to it has a preview.
    """
    page, found = site.SITE / name, site.references(name)
    assert [one for one, count in found.ids.items() if count > 1] == []
    loaded = [site.target(site.SITE, page, urlsplit(load).path) for load in found.loads]
    assert sum(path.stat().st_size for path in [page, *loaded]) < WEIGHT
    if name in {"index.html", "docs/support.html"}:  # many open these
        assert page.stat().st_size < 150_000
    (description,) = found.metadata["description"]
    assert 20 < len(description) <= 300
    assert found.metadata["og:description"] == [description]
    (title,) = found.metadata["og:title"]
    assert title.endswith(found.metadata["og:site_name"][0])
    assert "og:image" not in found.metadata
    assert not re.search("\N{PILCROW SIGN}|https?://", f"{title} {description}")
    html = page.read_text("utf-8")
    assert [folder for folder in (str(site.ROOT), sys.prefix) if folder in html] == []
    assert html.count('<div class="status"') == 1
    assert "Draft, not submitted" in html


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<p id="x"><a href="#x"></a><a href="#y"></a><a href="b.html"></a>'
        '<a href="https://example.org/c"></a><img src="d.png">'
    )
    broken = [f"a.html: {name}" for name in ("#y", "b.html", "d.png")]
    assert site.broken_links(tmp_path, ["a.html"]) == broken


# On a phone more scrolls and the sidebars are hidden: one scheme is enough there.
@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1280), ("dark", 1280), ("dark", 360)]
)
@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_is_accessible(
    name: str, scheme: str, width: int, open_page: site.Opener
) -> None:
    assert violations(open_page(name, color_scheme=scheme, width=width)) == []


def test_a_touch_screen_shows_the_permalinks(open_page: site.Opener) -> None:
    page = open_page("pep/pep-9999.html", has_touch=True, width=390, is_mobile=True)
    opacities: list[str] = page.locator("article .headerlink").evaluate_all(
        "links => links.map((link) => getComputedStyle(link).opacity)"
    )
    assert len(opacities) > len(requirements())
    assert min(map(float, opacities)) > 0


def test_a_violation_is_found(open_page: site.Opener) -> None:
    page = open_page("index.html")
    page.evaluate("document.querySelector('article').append(new Image())")
    assert [found.split(":")[0] for found in violations(page)] == ["image-alt"]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_fits_a_phone_and_loads_little(
    name: str, open_page: site.Opener
) -> None:
    page = open_page("about:blank", width=390)
    responses: list[Response] = []
    # Playwright takes no method of a built-in type.
    page.on("response", lambda found: responses.append(found))  # noqa: PLW0108
    page.goto(name)
    page.wait_for_load_state("networkidle")
    assert overflow(page) == 0
    weights = {found.url: len(gzip.compress(found.body())) for found in responses}
    assert len(weights) > 3
    assert sum(weights.values()) < TRANSFER, weights
