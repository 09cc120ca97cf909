"""An auditor looks at earlier days: why a young person was not called, and what a late import changes."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.house import arrive, listening
from tests.web.paths import House, house

pytestmark = pytest.mark.browser
CLAIRE = "Claire Vasseur"
PLANNED, SHARED, IMPORTED = date(2026, 3, 2), date(2026, 3, 18), date(2026, 4, 2)


def spaced(text: str) -> re.Pattern[str]:
    """A text whose spaces may be those that break no line."""
    return re.compile(r"\s".join(map(re.escape, text.split(" "))))


@pytest.fixture
def there(tmp_path: Path) -> Iterator[tuple[House, str]]:
    """A test planned on the 2nd and shared on the 18th, whose export comes on 2 April."""
    with house(tmp_path / "data", PLANNED) as made, listening(made.app) as url:
        dossier = made.planned()
        made.day(IMPORTED)
        made.took(dossier, on=SHARED)
        yield made, url


def test_an_auditor_says_why_somebody_was_not_called_and_what_came_late(
    there: tuple[House, str], new_tab: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    _, url = there
    page = new_tab(base_url=url)
    arrive(page, CLAIRE, "/dossiers")
    page.get_by_text("Revoir un autre jour").click()
    page.get_by_label("Le jour").fill("2026-03-19")
    page.get_by_role("button", name="Montrer").click()
    bar, row = page.get_by_role("group", name="Jour de cette page"), page.locator(".items .item")
    expect(bar).to_contain_text(spaced("Au 19 mars 2026, tel qu’on le savait"))
    expect(row).to_contain_text("Relancer le test")
    row.locator(".why summary").click()
    expect(row).to_contain_text(spaced("À partir du 23 mars : 15 jours ouvrés après le 2 mars"))
    expect(row).to_contain_text(spaced("3 jours ouvrés après le 23 mars, soit le 26 mars"))
    check_page(page)

    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("ArrowRight")
    expect(bar).to_contain_text(spaced("Au 20 mars 2026"))
    page.get_by_label("Le jour").fill("2026-03-27")
    page.get_by_role("button", name="Montrer").click()
    expect(row).to_contain_text(spaced("1 j de retard"))
    row.locator(".why summary").press("Enter")
    expect(row).to_contain_text(spaced("par Sophie Lecomte : Participation rapprochée"))

    bar.get_by_role("link", name=spaced("Tel que c’était, su aujourd’hui")).click()
    expect(bar).to_contain_text(spaced("Au 27 mars 2026, tel que c’était, su aujourd’hui"))
    expect(row).to_contain_text("Transmettre le résultat")
    check_page(page)
    row.get_by_role("link", name="Diallo Aminata").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Diallo")
    page.go_back()
    bar.get_by_role("link", name=re.compile("appris depuis")).click()
    expect(page.get_by_role("heading", name=spaced("Appris depuis le 27 mars 2026"))).to_be_visible()
    check_page(page)
    page.go_back()
    bar.get_by_role("link", name="Aujourd’hui").click()
    expect(bar).to_have_count(0)


def test_without_scripts_a_reason_is_a_page_and_a_day_is_a_form(
    there: tuple[House, str], new_tab: Callable[..., Page]
) -> None:
    _, url = there
    page = new_tab(base_url=url, java_script_enabled=False)
    arrive(page, CLAIRE, "/dossiers?au=2026-03-19")
    page.locator(".why summary").first.click()
    page.get_by_role("link", name=spaced("Pourquoi cette ligne ?")).click()
    expect(page.get_by_role("heading", name=spaced("Pourquoi cette ligne ?"))).to_be_visible()
    expect(page.get_by_role("group", name="Jour de cette page")).to_contain_text(spaced("Au 19 mars 2026"))
