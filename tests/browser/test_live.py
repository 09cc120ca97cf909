"""Pages that keep themselves up to date: what colleagues do appears, and nothing that one was doing is lost."""

from collections.abc import Callable, Iterator
from datetime import date
from uuid import UUID

import pytest
from playwright.sync_api import Page, Response, Route, expect

from pixflow.dossier import follow_up, identity
from pixflow.dossier.stages import orientation
from tests.browser.house import known, listening
from tests.browser.person import Person
from tests.web.filled import fill
from tests.web.paths import House

pytestmark = pytest.mark.browser
NADIA, SOPHIE = "Nadia Benali", "Sophie Lecomte"
TOLD = "#toasts [data-kind=live]"
NEVER_BY_ITSELF = "window.setInterval = () => 0"
"""A page that asks every 20 seconds: on a slow machine it would ask between two lines of a test."""


@pytest.fixture
def enters(locale: House, new_tab: Callable[..., Page]) -> Iterator[Callable[..., Person]]:
    """Opens the browser of somebody, whose pages ask when the test says so; it stands nowhere, or `at` an address."""
    with listening(locale.app) as url:

        def opened(name: str, at: str = "about:blank") -> Person:
            page = new_tab(base_url=url)
            page.add_init_script(NEVER_BY_ITSELF)
            known(page, name)
            page.goto(at)
            return Person(page, name, known=True)

        yield opened


@pytest.fixture
def nadia(enters: Callable[..., Person]) -> Person:
    return enters(NADIA)


def looks(page: Page) -> Response:
    """The page asks now what it asks every 20 seconds; returns what it is answered."""
    with page.expect_response(lambda answer: answer.request.headers.get("hx-ptag") is not None) as asked:
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    return asked.value


def looks_not(page: Page) -> None:
    """It asks nothing: no request goes out while the event is heard."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    assert asked == []


def present(locale: House, dossier: UUID) -> None:
    locale.on(dossier, orientation.present_pix, SOPHIE, occasion="welcome")


def test_a_page_asks_again_every_20_seconds_and_is_told_when_nothing_moved(locale: House, nadia: Person) -> None:
    locale.opened()
    nadia.page.clock.install()
    nadia.goes_to_queue()
    with nadia.page.expect_response("**/boite") as asked:
        nadia.page.clock.fast_forward(20_000)
    assert asked.value.status == 304
    assert asked.value.request.headers["hx-ptag"] == f"{locale.served.engine.head()}:2026-03-16"
    expect(nadia.page.locator(TOLD)).to_have_count(0)


def test_a_script_that_comes_late_keeps_no_page_from_saying_what_it_is(locale: House, nadia: Person) -> None:
    """htmx began before the script of tags was there: the page was drawn anew every 20 seconds, and never told 304."""
    locale.opened()
    held: list[Route] = []
    nadia.page.route("**/hx-ptag*", lambda route: held.append(route))
    with nadia.page.expect_request("**/hx-ptag*"):
        nadia.page.goto("/boite", wait_until="commit")
    nadia.page.evaluate("""() => new Promise((done) => {
        const wait = () => (window.htmx ? setTimeout(() => setTimeout(done)) : setTimeout(wait));
        wait();
    })""")
    held[0].continue_()
    nadia.page.wait_for_load_state()
    assert looks(nadia.page).status == 304


def test_what_a_colleague_did_appears_marked_and_told_and_the_focus_stays(locale: House, nadia: Person) -> None:
    first, _ = locale.opened(first="Aminata"), locale.opened(first="Bruno")
    nadia.goes_to_queue()
    page = nadia.page
    link = nadia.row("Bruno").locator(".item-who a")
    link.focus()
    present(locale, first)
    assert looks(page).status == 200
    nadia.sees("1 ligne a changé, 1 ligne n’est plus là.", within=TOLD)
    expect(nadia.row("Aminata", "Prévoir le diagnostic")).to_have_class("item changed")
    expect(nadia.row("Bruno")).to_have_class("item")
    expect(link).to_be_focused()
    assert looks(page).status == 304
    present(locale, locale.opened(first="Chloé"))
    looks(page)
    nadia.sees("1 ligne a changé.", within=TOLD)
    expect(page.locator(".item.changed")).to_have_count(2)
    expect(page.locator(TOLD)).to_have_count(1)
    expect(page.locator(".rail [aria-current] .count")).to_have_text("3")


def test_when_the_row_in_hand_goes_its_neighbour_takes_the_focus(locale: House, nadia: Person) -> None:
    dossiers = [locale.opened(first=name) for name in ("Aminata", "Bruno", "Chloé")]
    nadia.goes_to_queue()
    nadia.page.keyboard.press("j")
    nadia.page.keyboard.press("j")
    expect(nadia.row("Bruno").locator(".item-who a")).to_be_focused()
    locale.on(dossiers[1], follow_up.close_dossier, SOPHIE, reason="moved", note="")
    looks(nadia.page)
    expect(nadia.row("Bruno")).to_have_count(0)
    expect(nadia.row("Chloé").locator(".item-who a")).to_be_focused()


def test_the_place_in_a_long_list_is_kept(locale: House, nadia: Person) -> None:
    dossiers = fill(locale, 40)
    nadia.goes("/dossiers")
    page = nadia.page
    page.locator(f"#dossier-{dossiers[30]}").scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    locale.on(
        dossiers[35],
        identity.correct_identity,
        SOPHIE,
        last_name="Nom0036",
        first_name="Zoé",
        birth_date=None,
        imilo_number=None,
        site="Mortagne",
    )
    looks(page)
    nadia.sees("1 ligne a changé.", within=TOLD)
    assert before == page.evaluate("scrollY") > 0


def test_nothing_is_asked_while_a_form_is_open_or_something_is_written(locale: House, nadia: Person) -> None:
    dossier = locale.opened()
    nadia.goes(f"/dossiers/{dossier}?formulaire=note")
    nadia.fills({"Note": "vue au forum"})
    present(locale, dossier)
    looks_not(nadia.page)
    nadia.saves("Note : vue au forum")
    assert looks(nadia.page).status == 304
    nadia.sees("Note : vue au forum", within=".notice")
    nadia.goes_to_queue()
    nadia.page.locator(".item .menu:not(.why) summary").first.click()
    looks_not(nadia.page)


def test_what_is_written_while_the_answer_is_on_its_way_is_kept(locale: House, enters: Callable[..., Person]) -> None:
    locale.opened(first="Aminata")
    sophie = enters(SOPHIE, at="/resultats")
    page = sophie.page
    locale.took(locale.opened(first="Bruno"))
    page.evaluate("""() => document.addEventListener("htmx:before:response", () => {
        const box = document.createElement("textarea");
        document.querySelector("[data-live]").append(box);
        box.value = "brouillon";
    }, {once: true})""")
    page.evaluate("""() => document.addEventListener("htmx:finally:request", () => {
        document.documentElement.dataset.answered = "yes";
    }, {once: true})""")
    assert looks(page).status == 200
    expect(page.locator("html[data-answered]")).to_have_count(1)
    expect(page.locator("[data-live] textarea")).to_have_value("brouillon")
    page.locator("[data-live] textarea").evaluate("box => box.remove()")
    assert looks(page).status == 200
    sophie.sees("À transmettre · 1")
    page.keyboard.press("j")
    expect(page.locator(".entry.current :focus")).to_have_text("Diallo Bruno")


def test_a_dossier_shows_the_new_fact_and_what_was_unfolded_stays_so(locale: House, nadia: Person) -> None:
    dossier = locale.presented()
    for number in range(14):
        locale.on(dossier, follow_up.take_note, NADIA, text=f"appel {number}")
    nadia.goes(f"/dossiers/{dossier}")
    nadia.page.locator("details.older summary").click()
    locale.on(dossier, follow_up.take_note, SOPHIE, text="a téléphoné")
    looks(nadia.page)
    nadia.sees("Note : a téléphoné", within="#historique .changed")
    expect(nadia.page.locator("details.older")).to_have_attribute("open", "")


def test_it_can_be_suspended_for_good_and_resumed(locale: House, nadia: Person) -> None:
    dossier = locale.opened()
    nadia.goes_to_queue()
    nadia.presses("Suspendre")
    nadia.sees("La mise à jour de cette page est suspendue.")
    present(locale, dossier)
    nadia.goes("/dossiers")
    nadia.goes_to_queue()
    locale.opened(first="Bruno")
    looks_not(nadia.page)
    with nadia.page.expect_response("**/boite"):
        nadia.page.keyboard.press("p")
    expect(nadia.row("Bruno")).to_have_count(1)
    nadia.sees("Cette page se tient à jour.")


def test_at_midnight_the_page_is_of_the_new_day(locale: House, nadia: Person) -> None:
    locale.opened()
    nadia.goes_to_queue()
    nadia.sees("Lundi 16 mars")
    locale.day(date(2026, 3, 17), hour=0)
    looks(nadia.page)
    nadia.sees("Mardi 17 mars")
    nadia.sees("Un nouveau jour : cette page est à jour.", within=TOLD)
    expect(nadia.page.locator(".item.changed")).to_have_count(0)


def test_a_page_with_marks_passes_axe(locale: House, nadia: Person, check_page: Callable[[Page], None]) -> None:
    dossier = locale.opened()
    nadia.goes_to_queue()
    present(locale, dossier)
    looks(nadia.page)
    expect(nadia.page.locator(".item.changed")).to_have_count(1)
    check_page(nadia.page)
