"""A real browser, and what each page must pass in it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import unavailable

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BROKEN = """only => axe.run(document, {resultTypes: ["violations"], ...(only ? {runOnly: only} : {})}).then(
  found => found.violations.map(one => [one.id, one.nodes.map(node => node.html.slice(0, 160))]))"""
"""The rules that a page breaks, each with where: all rules, or `only` some."""
PATIENCE = 15_000
"""How long anything is waited for on a busy machine, in ms."""
expect.set_options(timeout=PATIENCE)
OURS = ("status of 422", "status of 410")
"""A form drawn again, a file that is gone: the browser notes the status of our own answers too."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, started once a run. PIXFLOW_CHROMIUM names another one."""
    path = Path(os.environ.get("PIXFLOW_CHROMIUM", CHROMIUM))
    if not path.exists():
        unavailable(str(path))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def new_browser(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Opens browsers that share nothing, 1360 px wide, in French; `options` are Playwright's."""
    contexts = []

    def opened(**options: Any) -> BrowserContext:
        wide = {"viewport": {"width": 1360, "height": 820}, "locale": "fr-FR", "reduced_motion": "reduce"}
        contexts.append(chromium.new_context(**{**wide, **options}))
        contexts[-1].set_default_timeout(PATIENCE)
        return contexts[-1]

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def new_tab(new_browser: Callable[..., BrowserContext]) -> Iterator[Callable[..., Page]]:
    """Opens a tab in a browser of its own.

    A page whose script or policy complains, or which asks for what is not there, fails the test.
    """
    complaints: list[str] = []

    def opened(**options: Any) -> Page:
        page = new_browser(**options).new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield opened
    left = [said for said in complaints if not any(ours in said for ours in OURS)]
    assert not left, left


@pytest.fixture
def silent_tab(new_browser: Callable[..., BrowserContext]) -> Page:
    """A fresh tab, whatever it complains about."""
    return new_browser().new_page()


@pytest.fixture
def tab(new_tab: Callable[..., Page]) -> Page:
    """A fresh tab."""
    return new_tab()


@pytest.fixture
def check_page() -> Callable[[Page], None]:
    """Asserts: axe finds nothing, wide and at 390 px, where nothing sticks out either; in the dark, colours alone."""
    return assert_page_is_right


def assert_page_is_right(page: Page) -> None:
    before = page.viewport_size
    page.evaluate(AXE_SCRIPT)
    for width in (1360, 390):
        page.set_viewport_size({"width": width, "height": 820})
        broken = page.evaluate(BROKEN, None)
        assert not broken, f"{page.url} at {width} px: {broken}"
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{page.url} is {wide} px too wide at {width} px"
    page.emulate_media(color_scheme="dark")
    broken = page.evaluate(BROKEN, ["color-contrast"])
    assert not broken, f"{page.url} in the dark: {broken}"
    page.emulate_media(color_scheme=None)
    if before:
        page.set_viewport_size(before)
