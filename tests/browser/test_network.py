"""The network goes away under somebody's hands: a press says so, keeps what was typed, and is sent once."""

from collections.abc import Callable
from urllib.parse import urlencode
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from pixflow.events import dossier as e
from pixflow.workshop import booking
from tests.browser.house import known
from tests.browser.person import Person
from tests.browser.test_presence import PHONE, SAMIR, Room, room
from tests.web.arranged import MONDAY
from tests.web.paths import House

pytestmark = pytest.mark.browser
NADIA = "Nadia Benali"
__all__ = ["room"]


def notes(locale: House, dossier: UUID) -> list[str]:
    return [event.text for event in locale.events(dossier) if isinstance(event, e.NoteTaken)]


@pytest.mark.parametrize("lost", ["no network", "503"])
def test_a_form_keeps_what_was_typed_and_is_sent_again(
    locale: House, url: str, new_browser: Callable[..., BrowserContext], lost: str
) -> None:
    dossier = locale.presented()
    browser = new_browser(base_url=url)
    nadia = Person(browser.new_page(), NADIA, at=f"/dossiers/{dossier}?formulaire=note")
    nadia.fills({"Note": "vue au forum"})
    cut(browser, lost)
    nadia.page.locator("#form").get_by_role("button", name="Enregistrer").click()
    unsent = nadia.page.locator("#form").get_by_role("alert")
    expect(unsent).to_contain_text("Rien de ce que vous avez saisi n’est perdu.")
    unsent.get_by_role("button", name="Envoyer à nouveau").click()
    expect(unsent).to_contain_text("Pas de réponse" if lost == "no network" else "Le serveur n’a pas pu répondre")
    assert nadia.page.get_by_role("textbox", name="Note").input_value() == "vue au forum"
    assert notes(locale, dossier) == []
    mend(browser)
    unsent.get_by_role("button", name="Envoyer à nouveau").click()
    nadia.sees("Note : vue au forum", within=".notice")
    assert notes(locale, dossier) == ["vue au forum"]


def test_an_answer_that_was_lost_is_recorded_once(
    locale: House, url: str, new_browser: Callable[..., BrowserContext]
) -> None:
    dossier = locale.presented()
    browser = new_browser(base_url=url)
    nadia = Person(browser.new_page(), NADIA, at=f"/dossiers/{dossier}?formulaire=note")
    nadia.fills({"Note": "vue au forum"})
    browser.route("**/*", record_and_drop)
    nadia.page.locator("#form").get_by_role("button", name="Enregistrer").click()
    unsent = nadia.page.locator("#form").get_by_role("alert")
    expect(unsent).to_be_visible()
    assert notes(locale, dossier) == ["vue au forum"]
    mend(browser)
    unsent.get_by_role("button", name="Envoyer à nouveau").click()
    nadia.sees("Note : vue au forum", within="#historique")
    assert notes(locale, dossier) == ["vue au forum"]


@pytest.mark.parametrize("lost", ["no network", "503"])
def test_a_form_of_a_whole_page_stays_too(
    locale: House, url: str, new_browser: Callable[..., BrowserContext], lost: str
) -> None:
    dossier = locale.opened()
    browser = new_browser(base_url=url)
    nadia = Person(browser.new_page(), NADIA, at="/boite")
    pick = nadia.page.locator(".pick-box input").first.get_attribute("value")
    nadia.goes(f"/boite/plusieurs?{urlencode({'faire': 'present', 'tache': pick})}")
    form = nadia.page.locator("#bulk-form")
    form.get_by_label("au premier accueil").check()
    cut(browser, lost)
    form.locator(".btn-primary").click()
    unsent = form.get_by_role("alert")
    expect(unsent).to_contain_text("Rien de ce que vous avez saisi n’est perdu.")
    mend(browser)
    unsent.get_by_role("button", name="Envoyer à nouveau").click()
    nadia.page.wait_for_url("**/boite?recu=*")
    assert locale.state(dossier).orientation.presented


def test_a_form_of_a_whole_page_is_sent_once_and_its_answer_is_the_page(
    locale: House, url: str, new_browser: Callable[..., BrowserContext]
) -> None:
    locale.opened()
    nadia = Person(new_browser(base_url=url).new_page(), NADIA, at="/boite")
    pick = nadia.page.locator(".pick-box input").first.get_attribute("value")
    nadia.goes(f"/boite/plusieurs?{urlencode({'faire': 'present', 'tache': pick})}")
    sent: list[str] = []
    nadia.page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    form = nadia.page.locator("#bulk-form")
    form.locator(".btn-primary").click()
    expect(nadia.page.locator(".errors")).to_be_focused()
    assert len(sent) == 1
    form.get_by_label("au premier accueil").check()
    form.locator(".btn-primary").click()
    nadia.page.wait_for_url("**/boite?recu=*")
    assert len(sent) == 2


def test_a_link_without_an_answer_offers_to_try_again(
    locale: House, url: str, new_browser: Callable[..., BrowserContext]
) -> None:
    browser = new_browser(base_url=url)
    nadia = Person(browser.new_page(), NADIA, at=f"/dossiers/{locale.presented()}")
    cut(browser, "no network")
    nadia.page.locator(".sheet").get_by_role("link", name="ajouter une note").click()
    alert = nadia.page.get_by_role("alert")
    expect(alert).to_contain_text("Pas de réponse")
    mend(browser)
    alert.get_by_role("button", name="Réessayer").click()
    expect(nadia.page.locator("#form")).to_be_visible()


# --- presence


def test_presses_wait_and_leave_by_themselves(room: Room, new_browser: Callable[..., BrowserContext]) -> None:
    browser, page = at_presence(room, new_browser)
    cut(browser, "no network")
    for n, label in ((0, "En difficulté"), (1, "Absent·e"), (1, "Présent·e"), (2, "Excusé·e")):
        card(page, room, n).get_by_role("button", name=label).tap()
        expect(card(page, room, n).get_by_role("button", name=label)).to_have_attribute("aria-pressed", "true")
        expect(card(page, room, n)).to_contain_text("En attente du réseau")
    expect(page.locator("#network")).to_contain_text("4 gestes attendent le réseau")
    assert all(room.seat(n).status == "booked" for n in range(8))
    mend(browser)
    expect(page.locator("#network")).to_be_hidden()
    assert [room.seat(n).status for n in range(4)] == ["attended", "attended", "missed", "booked"]
    assert (room.seat(0).trouble, room.seat(2).reason) == (True, "excused")
    expect(page.get_by_role("status").first).to_contain_text("5 à noter sur 8")


def test_presses_are_kept_while_the_tab_is_closed(room: Room, new_browser: Callable[..., BrowserContext]) -> None:
    browser, page = at_presence(room, new_browser)
    browser.route("**/*", record_and_drop)
    card(page, room, 0).get_by_role("button", name="Présent·e").tap()
    expect(page.locator("#network")).to_contain_text("1 geste attend le réseau")
    page.close()
    mend(browser)
    assert "Prénom" not in str(browser.storage_state()["origins"]), "no name is kept in the browser"
    page = browser.new_page()
    page.goto(f"{room.address}/ateliers")
    expect(page.locator("#toasts")).to_contain_text("Tout ce qui attendait le réseau est envoyé.")
    assert room.seat(0).status == "attended"
    assert sum(type(one).__name__ == "AttendanceMarked" for one in room.house.events(room.workshop)) == 1


def test_a_press_that_is_refused_later_says_so(room: Room, new_browser: Callable[..., BrowserContext]) -> None:
    browser, page = at_presence(room, new_browser)
    cut(browser, "no network")
    card(page, room, 0).get_by_role("button", name="Présent·e").tap()
    expect(page.locator("#network")).to_contain_text("1 geste attend")
    streams = {"workshop": room.workshop, "dossier": room.people[0]}
    room.house.says(SAMIR, booking.release_seat, streams, context={"until": MONDAY})
    mend(browser)
    expect(page.locator("#refused")).to_contain_text("Non enregistré")
    page.locator("#refused").get_by_role("button", name="J’ai lu").tap()
    expect(page.locator("#refused")).to_have_count(0)


def test_presses_of_somebody_else_do_not_leave(room: Room, new_browser: Callable[..., BrowserContext]) -> None:
    browser, page = at_presence(room, new_browser)
    cut(browser, "503")
    card(page, room, 0).get_by_role("button", name="Présent·e").tap()
    expect(page.locator("#network")).to_contain_text("1 geste attend")
    known(page, NADIA, room.address)
    page.goto("about:blank")
    mend(browser)
    with page.expect_response(lambda answer: "/ateliers" in answer.url):
        page.goto(f"{room.address}/ateliers")
    expect(page.locator("#network")).to_be_hidden()
    assert room.seat(0).status == "booked"


def test_two_people_in_one_room_are_asked_which_press_is_right(
    room: Room, new_browser: Callable[..., BrowserContext]
) -> None:
    """Thomas without network presses *Absent·e*, his colleague *À l’aise*: her later press stays, and both choose."""
    browser, page = at_presence(room, new_browser)
    cut(browser, "no network")
    card(page, room, 0).get_by_role("button", name="Absent·e").tap()
    expect(page.locator("#network")).to_contain_text("1 geste attend")
    room.house.pass_by(minutes=1)
    other = new_browser(**PHONE).new_page()
    known(other, "Sophie Lecomte", room.address)
    other.goto(f"{room.address}/ateliers/{room.workshop}/presence")
    card(other, room, 0).get_by_role("button", name="À l’aise").tap()
    expect(card(other, room, 0).get_by_role("button", name="À l’aise")).to_have_attribute("aria-pressed", "true")
    mend(browser)
    question = page.locator(".contested")
    expect(question).to_contain_text("« à l’aise » par Sophie Lecomte")
    expect(question).to_contain_text("« absent·e » par Samir Haddad")
    expect(page.locator("#toasts")).to_contain_text("Une présence a été notée deux fois")
    assert room.seat(0).ease, "the later press stays"
    page.reload()
    other.reload()
    expect(other.locator(".contested")).to_contain_text("« absent·e » par Samir Haddad")
    question.get_by_role("button", name="Absent·e").tap()
    expect(question).to_have_count(0)
    assert room.seat(0).status == "missed"
    other.reload()
    expect(other.locator(".contested")).to_have_count(0)


# --- a page without network


@pytest.mark.parametrize("path", ["/boite", "/ateliers", "/dossiers"])
def test_a_page_says_at_once_that_there_is_no_network_and_links_stay(
    room: Room, new_browser: Callable[..., BrowserContext], path: str
) -> None:
    browser = new_browser(base_url=room.address)
    page = browser.new_page()
    known(page, SAMIR if path != "/dossiers" else NADIA, room.address)
    page.goto(path)
    banner = page.locator("#network")
    expect(banner).to_be_hidden()
    cut(browser, "no network")
    expect(banner.get_by_role("status")).to_contain_text("Pas de réseau depuis")
    expect(banner).to_contain_text("Cette page est celle de")
    expect(page.locator("#live span")).to_have_text("Sans réseau, cette page ne se tient plus à jour.")
    link = page.locator(".rail a:not([aria-current])").first
    link.click()
    expect(page.get_by_role("alert")).to_contain_text("Pas de réponse")
    assert page.url.endswith(path)
    mend(browser)
    expect(banner).to_be_hidden()
    expect(page.locator("#live span")).to_have_text("Cette page se tient à jour.")
    page.get_by_role("button", name="Réessayer").click()
    page.wait_for_url(lambda url: not url.endswith(path))


def test_a_server_that_is_gone_is_noticed_by_the_page_that_keeps_itself_up_to_date(
    room: Room, new_browser: Callable[..., BrowserContext]
) -> None:
    browser, page = at_presence(room, new_browser)
    browser.route("**/*", lambda route: route.abort())
    page.evaluate("look()")
    expect(page.locator("#network")).to_contain_text("Pas de réseau depuis")
    mend(browser)
    expect(page.locator("#network")).to_be_hidden()


def test_the_banner_covers_no_button_of_a_phone(room: Room, new_browser: Callable[..., BrowserContext]) -> None:
    browser, page = at_presence(room, new_browser)
    before = page.locator(f"#p-{room.people[2]}").bounding_box()
    cut(browser, "no network")
    for n in (0, 1):
        card(page, room, n).get_by_role("button", name="Présent·e").tap()
    expect(page.locator("#network")).to_contain_text("2 gestes attendent le réseau")
    covered = """() => [...document.querySelectorAll("main button")].filter((one) => {
      const box = one.getBoundingClientRect(), banner = document.querySelector("#network").getBoundingClientRect();
      return box.top >= innerHeight ? false : box.bottom > banner.top && box.top < banner.bottom && box.height;
    }).map((one) => one.textContent)"""
    page.evaluate("scrollTo(0, 0)")
    assert page.evaluate(covered) == []
    after = page.locator(f"#p-{room.people[2]}").bounding_box()
    assert before
    assert after
    assert after["y"] - before["y"] <= 48, "only the words of the two cards above"
    for n in range(8):
        card(page, room, n).scroll_into_view_if_needed()
        page.evaluate(f"document.getElementById('p-{room.people[n]}').scrollIntoView()")
        top = page.locator("#network").bounding_box()
        there = card(page, room, n).get_by_role("button", name="Présent·e").bounding_box()
        assert top
        assert there
        assert there["y"] >= top["y"] + top["height"]


def at_presence(room: Room, new_browser: Callable[..., BrowserContext]) -> tuple[BrowserContext, Page]:
    browser = new_browser(**PHONE)
    page = browser.new_page()
    known(page, SAMIR, room.address)
    page.goto(f"{room.address}/ateliers/{room.workshop}/presence")
    return browser, page


def card(page: Page, room: Room, n: int) -> Locator:
    return page.locator(f"#p-{room.people[n]}")


def cut(browser: BrowserContext, how: str) -> None:
    """No answer, or 503 to each form."""
    if how == "no network":
        browser.set_offline(True)
    else:
        browser.route("**/*", lambda route: route.fulfill(status=503, body="") if posts(route) else route.continue_())


def posts(route: Route) -> bool:
    return route.request.method == "POST"


def record_and_drop(route: Route) -> None:
    """The form arrives, its answer does not."""
    if not posts(route):
        route.continue_()
        return
    route.fetch()
    route.abort()


def mend(browser: BrowserContext) -> None:
    browser.unroute_all()
    browser.set_offline(False)
