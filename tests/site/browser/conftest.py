"""Fixtures: a Chromium, the site on loopback, and pages whose faults fail the test.

The tests need a browser and the built site, so they run only when this folder is named:
``pytest tests/site/browser``. If one of the two is missing, they fail.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.site.browser.provision import chromium
from tests.site.browser.site import SITE, Opener, served

# Playwright disables the first thirteen itself; Chromium obeys the last list alone. The last
# two are menus of the address bar: pages, and most of the cost of a new window.
DISABLED = (
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,"
    "HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,"
    "ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,"
    "OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch,"
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup"
)
OPTIONS = [
    *("--no-sandbox", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    f"--disable-features={DISABLED}",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
# In milliseconds. Pyodide needs a minute if other work shares the cores.
TIMEOUT = 180_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    assert (SITE / "index.html").is_file(), f"build the site first: {SITE.name}"
    with served(SITE) as address:
        yield address


@pytest.fixture
def failing_page(browser: Browser, site: str) -> Iterator[Page]:
    """A page on which downloads may fail; its scripts must handle every error."""
    page = browser.new_page(base_url=site)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(TIMEOUT)
    yield page
    page.close()
    assert errors == []


def opener(browser: Browser, site: str) -> Iterator[Opener]:
    """Open pages, by an address relative to the site, that may have no fault.

    Faults are requests beyond loopback, errors and warnings on the console, and
    exceptions that no script handled.
    """
    faults: list[str] = []
    contexts = []

    def watch(request: Request) -> None:
        if urlsplit(request.url).hostname not in {"127.0.0.1", None}:
            faults.append(f"a request left loopback: {request.url}")

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            faults.append(f"console: {message.text}")

    def open_(url: str, *, width: int | None = None, **options: Any) -> Page:
        if width:
            options["viewport"] = {"width": width, "height": 800}
        context = browser.new_context(base_url=site, **options)
        contexts.append(context)
        context.on("request", watch)
        context.on("console", listen)
        context.on("weberror", lambda error: faults.append(f"error: {error.error}"))
        page = context.new_page()
        page.set_default_timeout(TIMEOUT)
        page.goto(url)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []


open_page = pytest.fixture(opener, name="open_page")
# Its pages stay open for all tests of a module.
open_kept = pytest.fixture(opener, name="open_kept", scope="module")
