"""The receipt of a form: in view wherever the form stood, read out, undone in one press, with what comes next."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from pixflow.dossier.follow_up import take_note
from tests.browser.person import Person
from tests.web.arranged import scheduled, seat
from tests.web.paths import House

pytestmark = pytest.mark.browser
NADIA = "Nadia Benali"
COVERED = """selector => {
  const over = document.querySelector(".notice.stays").getBoundingClientRect()
  const meets = (one) =>
    one.left < over.right && over.left < one.right && one.top < over.bottom && over.top < one.bottom
  return [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility())
    .filter((one) => !one.closest(".notice") && meets(one.getBoundingClientRect())).map((one) => one.innerText)
}"""
"""The words of what a selector finds beneath the receipt."""


@pytest.mark.parametrize("width", [1360, 390])
def test_after_a_form_low_on_the_page(locale: House, url: str, new_tab: Callable[..., Page], width: int) -> None:
    dossier, _ = locale.prescribed()
    for number in range(6):
        locale.on(dossier, take_note, text=f"{number} a téléphoné pour dire où en est son projet")
    nadia = Person(new_tab(base_url=url, viewport={"width": width, "height": 820}), NADIA, at=f"/dossiers/{dossier}")
    nadia.opens("Écarter l’action", within="#prescription .entry:has-text('Café')")
    nadia.saves("Action écartée : Café numérique", {"Motif": "déjà fait"})
    notice = nadia.page.locator(".notice.stays")
    expect(notice).to_be_in_viewport(ratio=1)
    expect(notice).to_be_focused()
    assert nadia.page.evaluate("scrollY") > 0
    expect(nadia.page.locator("#announced")).to_contain_text("Action écartée")
    notice.get_by_role("button", name="Annuler").click()
    nadia.sees("Annulé : Action écartée : Café numérique", within=".notice.stays")
    expect(notice).to_be_in_viewport(ratio=1)
    expect(nadia.page.locator("#announced")).to_contain_text("Annulé : Action écartée")


@pytest.mark.parametrize(("width", "scheme"), [(1360, "light"), (390, "dark")])
def test_it_covers_neither_the_name_nor_what_is_next_nor_the_end_of_the_page(
    locale: House, url: str, new_tab: Callable[..., Page], width: int, scheme: str
) -> None:
    dossier = locale.opened(first="Aminata Bintou")
    tab = new_tab(base_url=url, viewport={"width": width, "height": 820}, color_scheme=scheme)
    nadia = Person(tab, NADIA, at=f"/dossiers/{dossier}?formulaire=present#form")
    nadia.saves("Pix présenté", {"au premier accueil": True})
    assert tab.evaluate(COVERED, ".now a, .now button, .now summary, .now h2") == []
    for down in range(0, 400, 20):
        tab.evaluate(f"scrollTo(0, {down})")
        assert tab.evaluate(COVERED, "h1") == []
    tab.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert tab.evaluate(COVERED, "main a, main button, main p, main h2") == []


@pytest.mark.parametrize("width", [1360, 390])
def test_it_stands_above_the_bar_of_a_list(locale: House, url: str, new_tab: Callable[..., Page], width: int) -> None:
    workshop = scheduled(locale)
    for name in ("Awa", "Binta", "Coumba"):
        seat(locale, workshop, locale.opened(first=name))
    tab = new_tab(base_url=url, viewport={"width": width, "height": 820})
    Person(tab, NADIA, at=f"/ateliers/{workshop}/presence")
    tab.get_by_role("button", name="Les 3 autres sont présent·es").click()
    expect(tab.locator(".notice.stays")).to_be_in_viewport(ratio=1)
    expect(tab.get_by_role("button", name="Clore l’atelier")).to_be_in_viewport(ratio=1)
    assert tab.evaluate(COVERED, ".actions.sticky, .actions.sticky button") == []


def test_on_a_phone_what_comes_next_is_in_view_where_the_form_stood(
    locale: House, url: str, new_tab: Callable[..., Page]
) -> None:
    dossier = locale.presented()
    nadia = Person(new_tab(base_url=url, viewport={"width": 390, "height": 820}), NADIA, at=f"/dossiers/{dossier}")
    nadia.opens("Prévoir", within=".now")
    nadia.page.get_by_label("Avec un·e médiateur·rice").focus()
    nadia.page.evaluate("scrollBy(0, 300)")
    nadia.saves("Diagnostic prévu", {"À partir du": locale.today.isoformat(), "au bureau": True})
    expect(nadia.page.get_by_role("heading", name="À faire maintenant")).to_be_in_viewport(ratio=1)
    expect(nadia.page.locator(".notice.stays")).to_be_in_viewport(ratio=1)
    name = nadia.page.get_by_role("heading", level=1)
    expect(name).to_be_in_viewport(ratio=1)
    expect(nadia.page.locator(".notice.stays")).to_contain_text(f"Enregistré pour {name.inner_text()} :")


def test_focus_is_back_on_the_link_whose_form_was_left(locale: House, url: str, new_tab: Callable[..., Page]) -> None:
    dossier = locale.opened()
    nadia = Person(new_tab(base_url=url), NADIA, at=f"/dossiers/{dossier}")
    nadia.opens("ajouter une note")
    nadia.page.get_by_role("link", name="Renoncer").click()
    expect(nadia.page.get_by_role("link", name="ajouter une note")).to_be_focused()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_next_task_is_that_of_the_list_one_came_from(
    locale: House, url: str, new_tab: Callable[..., Page], scripts: bool
) -> None:
    """Rows are done from the second on; a row of another kind is never the next one."""
    for name in ("Awa", "Binta", "Coumba"):
        locale.opened(first=name)
    locale.planned(first="Aline")
    nadia = Person(new_tab(base_url=url, java_script_enabled=scripts), NADIA, at="/boite?tache=present-pix")
    nadia.starts("Binta", "Présenter Pix")
    nadia.saves("Pix présenté", {"au premier accueil": True})
    nadia.page.get_by_role("link", name="Suivante : Présenter Pix, Coumba Diallo").click()
    nadia.saves("Pix présenté", {"au premier accueil": True})
    nadia.page.get_by_role("link", name="Suivante : Présenter Pix, Awa Diallo").click()
    nadia.saves("Pix présenté", {"au premier accueil": True})
    nadia.page.locator(".notice.stays").get_by_role("link", name="Ma boîte").click()
    nadia.page.wait_for_url("**/boite?tache=present-pix")
