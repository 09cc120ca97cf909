"""The clicks of a day's roads, counted from the page where one stands: docs/clicks.md says as many."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.person import Person
from tests.web.filled import fill, receive
from tests.web.paths import House

pytestmark = pytest.mark.browser
NADIA, PAUL, SOPHIE, HELENE = "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Hélène Morin"
PAGE = Path(__file__).parents[2] / "docs" / "clicks.md"


class Clicks:
    """Somebody at a page, and the clicks that they spend."""

    def __init__(self, page: Page, name: str, at: str) -> None:
        self.page, self.spent = Person(page, name).page, 0
        self.page.goto(at)

    def press(self, target: Locator) -> None:
        self.spent += 1
        target.first.click()

    def button(self, name: str) -> None:
        self.press(self.page.locator("main").get_by_role("button", name=re.compile(name)))

    def link(self, name: str) -> None:
        self.press(self.page.locator("main").get_by_role("link", name=re.compile(name)))

    def ticks(self, name: str) -> None:
        self.press(self.page.locator("main").get_by_label(re.compile(name)))

    def chooses(self, value: str) -> None:
        """A choice in the list of the form counts as one click."""
        self.spent += 1
        self.page.locator("#form select").first.select_option(value)

    def sees(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)


def said(road: str) -> int:
    """Returns the number of clicks that the page says of a road."""
    found = re.search(rf"^\| {road} \| (\d+) \|", PAGE.read_text(), re.MULTILINE)
    assert found, road
    return int(found[1])


def test_115_results_are_dispatched_and_taken_back(locale: House, url: str, new_tab: Callable[..., Page]) -> None:
    receive(locale, fill(locale, 115), NADIA)
    sophie = Clicks(new_tab(base_url=url), SOPHIE, "/boite")
    sophie.link("Transmettre")
    sophie.button("Transmettre les 115 sûrs")
    sophie.sees("115 résultats transmis")
    sophie.button("Tout annuler")
    sophie.sees("À transmettre · 115")
    assert sophie.spent == said("dispatch 115 results, and take them back") <= 4


def test_one_is_debriefed_and_prescribed_with_the_score_in_view(
    locale: House, url: str, new_tab: Callable[..., Page]
) -> None:
    locale.dispatched("0.55")
    nadia = Clicks(new_tab(base_url=url), NADIA, "/boite")
    nadia.link("Restituer")
    form = nadia.page.locator("#form")
    expect(form).to_contain_text("55")
    nadia.ticks("Café numérique")
    nadia.button("^Enregistrer")
    nadia.sees("Prescription construite")
    assert nadia.spent == said("debrief and prescribe one, the score in view") <= 5


def test_an_action_is_added_to_a_prescription(locale: House, url: str, new_tab: Callable[..., Page]) -> None:
    dossier, _ = locale.prescribed()
    nadia = Clicks(new_tab(base_url=url), NADIA, f"/dossiers/{dossier}")
    nadia.link("Ajouter une action")
    nadia.ticks("CAP LEC")
    nadia.page.get_by_label("Raison").fill("le veut aussi")
    nadia.button("Ajouter l’action")
    nadia.sees("Action ajoutée à la prescription : CAP LEC")
    assert nadia.spent == said("add an action to a prescription") <= 3
    nadia.button("^Annuler")
    nadia.sees("annulé aussitôt")
    assert len(locale.state(dossier).parcours.actions) == 3


def test_pix_is_presented_to_nine_and_all_is_undone(locale: House, url: str, new_tab: Callable[..., Page]) -> None:
    fill(locale, 9)
    nadia = Clicks(new_tab(base_url=url), NADIA, "/boite")
    nadia.button(r"Présenter Pix \(9\)")
    nadia.ticks("premier accueil")
    nadia.button("^Noter")
    nadia.sees("9 lignes enregistrées")
    assert nadia.spent == said("present Pix to nine") <= 4
    nadia.spent = 0
    nadia.button("Tout annuler")
    nadia.sees(r"Présenter Pix (9)")
    assert nadia.spent == said("undo the last thing") == 1


def test_one_dossier_is_handed_over(locale: House, url: str, new_tab: Callable[..., Page]) -> None:
    dossier = locale.opened()
    helene = Clicks(new_tab(base_url=url), HELENE, f"/dossiers/{dossier}")
    helene.press(helene.page.locator("summary", has_text="Autres actions"))
    helene.link("Affecter à quelqu’un d’autre")
    helene.chooses(str(locale.people[PAUL]))
    helene.button("^Enregistrer|^Affecter")
    helene.sees("Dossier affecté à Paul Rey")
    assert helene.spent == said("hand over one dossier") <= 4
