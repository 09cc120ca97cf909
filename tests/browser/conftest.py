"""A real browser, and what each page must pass in it."""

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.house import listening
from tests.conftest import unavailable
from tests.web.paths import House, house

CHROMIUM = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
"""Debian's; the first has no window to draw, and is quicker."""
ARGUMENTS = [
    "--no-sandbox",
    "--renderer-process-limit=1",
    "--disable-gpu",
    "--in-process-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BROKEN = """rules => axe.run({include: [document], exclude: window.alike},
  {resultTypes: ["violations"], selectors: false, preload: false, ...rules}).then(
  found => found.violations.map(one => [one.id, one.nodes.map(node => node.html.slice(0, 160))]))"""
"""The rules that a page breaks, each with its HTML: all rules, or some. No page has frames or sounds to load first."""
NEW_KINDS = """known => {
  const seen = new Set(known.split(" ").map(Number)), kinds = new Map(), before = seen.size
  window.alike = []
  const states = ["role", "type", "aria-current", "aria-pressed", "aria-invalid", "aria-expanded"]
  const hash = (...parts) => {
    let sum = 7
    for (const letter of parts.join(" ")) sum = Math.imul(sum, 31) + letter.codePointAt(0) | 0
    return sum
  }
  const own = one => hash(one.tagName, one.className, one.getAttributeNames(), states.map(one.getAttribute, one),
    one.labels?.length, one.textContent.trim() !== "")
  const kind = one => {
    if (!kinds.has(one)) kinds.set(one, hash(own(one), ...[...one.children].map(kind)))
    return kinds.get(one)
  }
  const look = (parent, path) => {
    for (const one of parent.children) {
      const mark = hash(path, kind(one))
      if (seen.has(mark)) window.alike.push(one)
      else { seen.add(mark); look(one, hash(path, own(one))) }
    }
  }
  look(document.body, 0)
  return [...seen].slice(before).join(" ")
}"""
"""The kinds of element of a page that are not known, as numbers in a text; `alike` keeps those to leave out.

Two elements are alike when they, all in them and their parents have the same tags, classes, attributes and states.
"""
CONTRAST, TARGETS = "color-contrast", "target-size"
LOOKS: dict[str, tuple[int, Literal["light", "dark"], dict[str, Any]]] = {
    "wide": (1360, "light", {}),
    "phone": (390, "light", {"rules": {CONTRAST: {"enabled": False}, TARGETS: {"enabled": True}}}),
    "dark": (390, "dark", {"runOnly": [CONTRAST]}),
}
"""Wide with all rules; on a phone with that of targets of 24 px, and all but that of colours, looked at in the dark."""
WALKED = ("wide", "dark")
"""The looks of a walk, which leaves the third to the tests of each page."""
PATIENCE = 120_000
"""Longest wait on a busy machine, in ms."""
expect.set_options(timeout=PATIENCE)
OURS = ("status of 422", "status of 410")
"""A form drawn again, a file that is gone: the browser notes the status of our own answers too."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, started once a run. PIXFLOW_CHROMIUM names another one."""
    named = [Path(path) for path in (os.environ.get("PIXFLOW_CHROMIUM"),) if path] or CHROMIUM
    path = next((path for path in named if path.exists()), None)
    if path is None:
        unavailable(" or ".join(map(str, named)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def new_browser(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Opens browsers that share nothing, 1360 px wide, in French; `options` are Playwright's."""
    contexts = []

    def opened(**options: Any) -> BrowserContext:
        contexts.append(_context(chromium, **options))
        return contexts[-1]

    yield opened
    for context in contexts:
        context.close()


def _context(chromium: Browser, **options: Any) -> BrowserContext:
    wide = {"viewport": {"width": 1360, "height": 820}, "locale": "fr-FR", "reduced_motion": "reduce"}
    made = chromium.new_context(**{**wide, **options})
    made.set_default_timeout(PATIENCE)
    return made


@pytest.fixture
def new_tab(new_browser: Callable[..., BrowserContext]) -> Iterator[Callable[..., Page]]:
    """Opens a tab in a browser of its own.

    A page whose script or policy complains, or which asks for what is not there, fails the test.
    """
    complaints: list[str] = []
    yield lambda **options: _heard(new_browser(**options).new_page(), complaints)
    must_be_silent(complaints)


def _heard(page: Page, complaints: list[str]) -> Page:
    """Collects what a page complains about."""
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page


def must_be_silent(complaints: list[str]) -> None:
    left = [said for said in complaints if not any(ours in said for ours in OURS)]
    assert not left, left


@pytest.fixture(scope="module")
def kept_tab(chromium: Browser) -> Iterator[Page]:
    """A tab for the tests of a module that only look at pages: a new one takes as long as three pages."""
    complaints: list[str] = []
    context = _context(chromium)
    yield _heard(context.new_page(), complaints)
    context.close()
    must_be_silent(complaints)


@pytest.fixture
def silent_tab(new_browser: Callable[..., BrowserContext]) -> Page:
    """A fresh tab, whatever it complains about."""
    return new_browser().new_page()


@pytest.fixture
def tab(new_tab: Callable[..., Page]) -> Page:
    """A fresh tab."""
    return new_tab()


class Passed:
    """The kinds of element that passed, whatever the page and the worker of this run: in a file for some looks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def known(self, looks: tuple[str, ...]) -> str:
        """Returns those that passed in these looks at least."""
        files = [path for path in self._folder.iterdir() if {*looks} <= {*path.name.split("-")}]
        return " ".join(path.read_text().rpartition(" ")[0] for path in files)  # another worker may be writing the last

    def add(self, looks: tuple[str, ...], kinds: str) -> None:
        with (self._folder / "-".join(looks)).open("a") as file:
            file.write(f"{kinds} ")


@pytest.fixture(scope="session")
def passed(tmp_path_factory: pytest.TempPathFactory) -> Passed:
    own = tmp_path_factory.getbasetemp()
    return Passed((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "kinds")


@pytest.fixture
def check_page(passed: Passed) -> Callable[[Page], None]:
    """Asserts: axe finds nothing in any of LOOKS, and nothing sticks out."""
    return lambda page: assert_page_is_right(page, passed, tuple(LOOKS))


@pytest.fixture
def glance(passed: Passed) -> Callable[[Page], None]:
    """The check of a page, for a walk."""
    return lambda page: assert_page_is_right(page, passed, WALKED)


def assert_page_is_right(page: Page, passed: Passed, looks: tuple[str, ...]) -> None:
    """Asks axe about the kinds of element that have not passed yet, and measures the page."""
    before = page.viewport_size
    page.wait_for_load_state()  # a click returns before the next page has its body
    new = page.evaluate(NEW_KINDS, passed.known(looks))
    if new and not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    covered = page.locator("details.menu[open], dialog[open]").count()  # what is over the page covers some targets
    for name in looks:
        width, scheme, asked = LOOKS[name]
        rules = {**asked, "rules": {**asked["rules"], TARGETS: {"enabled": not covered}}} if "rules" in asked else asked
        page.set_viewport_size({"width": width, "height": 820})
        page.emulate_media(color_scheme=scheme)
        broken = new and page.evaluate(BROKEN, rules)
        assert not broken, f"{page.url} at {width} px, {scheme}: {broken}"
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{page.url} is {wide} px too wide at {width} px"
    if new:
        passed.add(looks, new)
    page.emulate_media(color_scheme=None)
    if before:
        page.set_viewport_size(before)


@pytest.fixture
def locale(tmp_path: Path) -> Iterator[House]:
    """A structure on a Monday of March 2026, without a dossier."""
    with house(tmp_path / "data") as made:
        made.day(date(2026, 3, 16))
        yield made


@pytest.fixture
def url(locale: House) -> Iterator[str]:
    """Returns the address where it is served."""
    with listening(locale.app) as address:
        yield address
