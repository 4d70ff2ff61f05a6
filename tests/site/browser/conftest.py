"""A Chromium, and pages that may neither complain nor leave loopback.

These tests need a browser and the built site, so they run only when this folder is named:
``pytest tests/site/browser``. What they need and cannot find is then a failure.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.site.browser.provision import chromium
from tests.site.browser.site import SITE, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page, Request

    Opener = Callable[..., Page]

# The explorer's answers are those of the same file on this machine.
sys.path.insert(0, str(Path(__file__).parents[3] / "docs" / "_ext"))

# Off in each browser that Playwright starts; of two lists, Chromium takes the last.
PLAYWRIGHT_OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
# Menus of the address bar, pages themselves: most of what a new window costs.
MENUS = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
OPTIONS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join((*PLAYWRIGHT_OFF, *MENUS))}",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave this folder out, unless it is asked for."""
    named = any("browser" in str(arg) for arg in config.invocation_params.args)
    return None if named else True


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Imported here: the unit tests load this file, and have no Playwright.
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=list(OPTIONS)
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    assert (SITE / "index.html").is_file(), f"build the site first: {SITE.name}"
    with served(SITE) as address:
        yield address


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Open pages in contexts that record what no page may do."""
    with opener(browser) as open_:
        yield open_


@pytest.fixture(scope="module")
def open_kept(browser: Browser) -> Iterator[Opener]:
    """Open pages, as open_page does, that stay open for all tests of a module."""
    with opener(browser) as open_:
        yield open_


@contextmanager
def opener(browser: Browser) -> Iterator[Opener]:
    """Yield what opens pages; at the end, they must not have done what none may."""
    faults: list[str] = []
    contexts = []

    def watch(request: Request) -> None:
        if urlsplit(request.url).hostname not in {"127.0.0.1", None}:
            faults.append(f"a request left loopback: {request.url}")

    def open_(url: str, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        context.on("request", watch)
        context.on(
            "console",
            lambda message: (
                faults.append(f"console: {message.text}")
                if message.type in {"error", "warning"}
                else None
            ),
        )
        context.on("weberror", lambda error: faults.append(f"error: {error.error}"))
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(url)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []
