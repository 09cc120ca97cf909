"""The first screen of Indicateurs in a browser: by keyboard, on a phone, and without JavaScript."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.house import known, listening
from tests.web.filled import fill
from tests.web.paths import House, house
from tests.web.story import long_story

pytestmark = pytest.mark.browser
HELENE = "Hélène Morin"


@dataclass(frozen=True)
class Served:
    """A house on a port of this machine."""

    address: str
    house: House


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data: Path = tmp_path_factory.mktemp("data")
    with house(data, date(2026, 3, 16)) as made:
        long_story(made)
        fill(made, 12, programme="CEJ", group="mars", collective_end=date(2026, 7, 31))
        made.day(date(2026, 6, 22))
        with listening(made.app) as address:
            yield Served(address, made)


@pytest.mark.parametrize("size", [(1360, 900), (390, 844)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_screen_is_whole_at_every_size(
    served: Served, tab: Page, check_page: Callable[[Page], None], size: tuple[int, int], scheme: str
) -> None:
    tab.set_viewport_size({"width": size[0], "height": size[1]})
    tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    known(tab, HELENE, served.address)
    tab.goto(f"{served.address}/indicateurs?etape=presented")
    check_page(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") <= size[0]
    tab.locator("details.measure").evaluate_all("all => all.forEach(one => one.open = true)")
    check_page(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_a_point_opens_its_people_by_keyboard(served: Served, tab: Page) -> None:
    known(tab, HELENE, served.address)
    tab.goto(f"{served.address}/indicateurs")
    tab.get_by_role("link", name="Présentations", exact=True).click()
    expect(tab.get_by_role("heading", name="Présentations, mois par mois")).to_be_visible()
    point = tab.locator(".curve a").last
    point.focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="Les cinq étapes")).to_be_visible()


def test_without_javascript_figures_unfold_and_the_page_of_the_month_is_chosen(
    served: Served, chromium: Browser
) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="fr-FR")
    tab = context.new_page()
    known(tab, HELENE, served.address)
    tab.goto(f"{served.address}/indicateurs")
    expect(tab.locator("#I2 .keys")).to_be_hidden()
    tab.locator("#I2 summary").click()
    expect(tab.locator("#I2 .keys")).to_be_visible()
    tab.get_by_role("button", name="La recevoir").click()
    expect(tab.get_by_role("button", name="Ne plus la recevoir")).to_be_visible()
    tab.get_by_role("link", name="Fixer un objectif").click()
    expect(tab.get_by_label("Jeunes par an")).to_be_visible()
    context.close()
