"""Presses that wait for the network when their person signs out: they are told of, and stay in no browser."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.house import Clock, House
from tests.browser.test_accounts import Authenticator, at_work, clock, invite
from tests.browser.test_network import at_presence, card, cut, mend
from tests.browser.test_presence import Room, room

pytestmark = pytest.mark.browser
__all__ = ["at_work", "clock", "invite", "room"]
LEFT = "() => Object.keys(localStorage).filter((name) => name.startsWith('pixflow-presses-'))"
PRESS = {"page": "/ateliers/x/presence", "action": "/ateliers/x/presence", "body": "command_id=1", "button": ""}
OLD = """() => Object.keys(localStorage).filter((name) => name.startsWith('pixflow-presses-')).forEach((name) =>
    localStorage.setItem(name, JSON.stringify(JSON.parse(localStorage.getItem(name)).map(
        (press) => ({...press, at: press.at - 25 * 3600 * 1000})))))"""


@pytest.fixture
def tab_of_helene(at_work: House, invite: Callable[[str], str], new_browser: Callable[..., BrowserContext]) -> Page:
    """Signed in, where nothing arrives that is pressed at a workshop."""
    page = new_browser(base_url=at_work.url).new_page()
    page.route("**/ateliers/x/**", lambda route: route.abort())
    Authenticator(page)
    page.goto(invite("Hélène Morin"))
    page.get_by_role("button", name="Créer ma clé d’accès").click()
    page.get_by_role("button", name="Rejoindre").click()
    expect(page.get_by_text("Hélène Morin · direction")).to_be_visible()
    return page


def leave(page: Page, *presses: dict[str, str], whose: str = "${document.body.dataset.me}") -> None:
    page.goto("/compte")
    page.evaluate(f"(all) => localStorage.setItem(`pixflow-presses-{whose}`, all)", json.dumps(presses))


def test_a_sign_out_tells_of_what_waits_and_erases_it_when_asked_to(
    tab_of_helene: Page, check_page: Callable[[Page], None]
) -> None:
    page = tab_of_helene
    leave(page, PRESS, PRESS | {"body": "command_id=2"}, PRESS | {"refused": "Trop tard."})
    leave(page, PRESS, whose="somebody")
    out = page.get_by_role("button", name="Se déconnecter", exact=True)
    out.press("Enter")
    told = page.locator("#left")
    expect(told).to_contain_text("3 gestes attendent le réseau : se déconnecter les efface.")
    stay, erase = (
        told.get_by_role("button", name="Rester"),
        told.get_by_role("button", name="Effacer et se déconnecter"),
    )
    expect(stay).to_be_focused()
    check_page(page)
    stay.press("Enter")
    expect(told).to_have_count(0)
    expect(out).to_be_focused()
    assert (page.url.endswith("/compte"), len(page.evaluate(LEFT))) == (True, 2)
    out.press("Enter")
    page.keyboard.press("Tab")
    expect(erase).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Se connecter")).to_be_visible()
    expect(told).to_have_count(0)
    assert page.evaluate(LEFT) == []


def test_a_sign_out_says_nothing_of_a_press_that_was_refused_and_drops_it(tab_of_helene: Page) -> None:
    leave(tab_of_helene, PRESS | {"refused": "Trop tard."})
    tab_of_helene.get_by_role("button", name="Se déconnecter", exact=True).click()
    expect(tab_of_helene.get_by_role("heading", name="Se connecter")).to_be_visible()
    assert tab_of_helene.evaluate(LEFT) == []


def test_a_session_that_ended_elsewhere_leaves_a_choice_at_the_sign_in(
    tab_of_helene: Page, check_page: Callable[[Page], None]
) -> None:
    page = tab_of_helene
    leave(page, PRESS)
    page.context.clear_cookies()
    page.goto("/boite")
    told = page.locator("#left")
    expect(told).to_contain_text("1 geste attend ici : connectez-vous pour l’envoyer.")
    check_page(page)
    page.get_by_role("button", name="Entrer avec une clé d’accès").click()
    expect(page.locator("#network")).to_contain_text("1 geste attend le réseau")
    page.context.clear_cookies()
    page.goto("/boite")
    told.get_by_role("button", name="Effacer").press("Enter")
    expect(told).to_have_count(0)
    assert page.evaluate(LEFT) == []


def test_the_lock_keeps_what_waits_and_its_sign_out_tells_of_it(tab_of_helene: Page, clock: Clock) -> None:
    page = tab_of_helene
    leave(page, PRESS)
    clock.set(clock.now.date(), 10)
    page.goto("/boite")
    expect(page.get_by_role("heading", name="C’est bien vous")).to_be_visible()
    assert len(page.evaluate(LEFT)) == 1
    page.get_by_role("button", name="Ce n’est pas moi : se déconnecter").click()
    expect(page.locator("#left")).to_contain_text("1 geste attend le réseau : se déconnecter l’efface.")
    page.get_by_role("button", name="Effacer et se déconnecter").click()
    expect(page.get_by_role("heading", name="Se connecter")).to_be_visible()
    assert page.evaluate(LEFT) == []


def test_a_press_of_yesterday_goes_and_says_so(room: Room, new_browser: Callable[..., BrowserContext]) -> None:
    browser, page = at_presence(room, new_browser)
    cut(browser, "503")
    for n in range(2):
        card(page, room, n).get_by_role("button", name="Présent·e").tap()
    expect(page.locator("#network")).to_contain_text("2 gestes attendent le réseau")
    page.reload()
    expect(page.locator("#network")).to_contain_text("2 gestes attendent le réseau")
    page.evaluate(OLD)
    mend(browser)
    page.reload()
    expect(page.locator("#toasts")).to_contain_text("2 gestes n’ont pas pu partir en un jour : ils sont effacés.")
    assert page.evaluate(LEFT) == []
    assert room.seat(0).status == "booked"
