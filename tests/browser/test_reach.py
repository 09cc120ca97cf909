"""A correction of what the young person holds on paper: seen before it is pressed, told afterwards."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from pixflow.dossier.privacy import issue_paper
from pixflow.events.dossier import DiagnosticPlanned
from tests.browser.person import Person
from tests.web.paths import House

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "scripts"), [(1360, True), (390, False)])
def test_who_has_the_paper_is_told(
    locale: House, url: str, new_tab: Callable[..., Page], width: int, scripts: bool
) -> None:
    dossier = locale.planned()
    locale.on(dossier, issue_paper, paper="fiche")
    planned = locale.version(dossier, DiagnosticPlanned)
    tab = new_tab(base_url=url, viewport={"width": width, "height": 820}, java_script_enabled=scripts)
    nadia = Person(tab, "Nadia Benali", at=f"/dossiers/{dossier}?formulaire=retract&sur={planned}#form")
    nadia.sees("Sorti depuis", "la fiche du diagnostic, pour la personne", "À prévenir ensuite", within="#form")
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth") if scripts else True
    nadia.saves("Annulé : Diagnostic prévu", {"Motif": "autre jour"}, button="Annuler cette ligne")
    nadia.goes_to_queue()
    tab.locator(".item").filter(has_text="Prévenir la personne").locator(".item-act > a.btn").click()
    nadia.saves("Correction dite à la personne", {"correction dite": True})
    nadia.goes_to_queue()
    assert tab.locator(".item").filter(has_text="Prévenir la personne").count() == 0
