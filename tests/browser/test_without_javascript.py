"""The main thread in a browser that runs no script, served by `pixflow serve --demo` itself, at today's time."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pixflow.structure_folder import utc_now
from tests import forks
from tests.browser.exports import begun, shared, written
from tests.browser.house import be, begin
from tests.browser.person import Person
from tests.clock import today

pytestmark = pytest.mark.browser
NOW = datetime.now(UTC)
TOMORROW = today() + timedelta(days=1)


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """The address that the command says it serves at."""
    begin(tmp_path / "data", utc_now)
    told = {**os.environ, "PIXFLOW_DATA": str(tmp_path / "data"), "COLUMNS": "200"}
    command = [forks.program(), "serve", "--demo", "--port", "0"]
    with subprocess.Popen(command, env=told, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found
        yield found[0]
        process.terminate()
        process.wait(600)


def test_the_main_thread_works_without_javascript(url: str, tmp_path: Path, new_tab: Callable[..., Page]) -> None:
    sophie, nadia, claire = (
        Person(new_tab(base_url=url, java_script_enabled=False), name, known=True)
        for name in ("Sophie Lecomte", "Nadia Benali", "Claire Vasseur")
    )
    for one in (sophie, nadia, claire):
        be(one.page, one.name)
    declared(sophie)
    planned(nadia)
    received(sophie, tmp_path)
    prescribed(nadia)
    oriented(nadia)
    replayed(claire)


def declared(sophie: Person) -> None:
    sophie.goes("/resultats")
    sophie.follows("Déclarer une campagne")
    sophie.fills({"Nom": "Diagnostic", "Code": "VWXKTR738"}, within="main form")
    sophie.presses("Déclarer")
    sophie.sees("Dites à quoi sert la campagne", within=".errors")
    assert sophie.page.get_by_label("Code").input_value() == "VWXKTR738"
    sophie.fills({"Diagnostic initial": True}, within="main form")
    sophie.presses("Déclarer")
    sophie.sees("Campagne déclarée : Diagnostic", within=".notice")


def planned(nadia: Person) -> None:
    nadia.goes("/dossiers/nouveau")
    nadia.fills({"Nom": "Sow", "Prénom": "Fatou", "N° i-Milo": "12710", "Site": "Mortagne", "Programme": "CEJ"})
    nadia.presses("Ouvrir le dossier", within="#form")
    nadia.sees("Dossier ouvert, site de Mortagne", within=".notice")
    nadia.goes_to_queue()
    nadia.starts("Fatou", "Présenter Pix")
    nadia.saves("Pix présenté à l’entrée en CEJ", {"à l’entrée en CEJ": True})
    nadia.opens("Prévoir")
    nadia.saves("Diagnostic prévu", {"À partir du": TOMORROW.isoformat(), "à la maison": True})
    nadia.follows("Fiche du diagnostic")
    nadia.sees("VWXKTR738")
    nadia.finds("sow")
    nadia.sees("Fatou Sow")


def received(sophie: Person, folder: Path) -> None:
    """Chosen, sent by its button, recorded, matched by itself, given to the advisor."""
    began = (NOW - timedelta(days=1)).isoformat(timespec="minutes")[:16]
    rows = (shared(begun("SOW", "Fatou", "12710", began), 8), begun("Keita", "Awa", "", began))
    sophie.uploads(written(folder, rows, NOW - timedelta(hours=1)))
    sophie.presses("Voir l’aperçu")
    sophie.sees("2 nouvelles", within=".figures")
    sophie.presses("Enregistrer")
    sophie.sees("Export enregistré : 2 nouvelles", "1 rapprochée d’elle-même", within=".notice")
    sophie.follows("Mettre de côté")
    sophie.fills({"Pourquoi la mettre de côté ?": "compte d’essai"}, within=".open-form")
    sophie.presses("Mettre de côté", within=".open-form")
    sophie.sees("mise de côté : compte d’essai", within=".notice")
    sophie.presses("Transmettre le seul sûr")
    sophie.sees("transmis à Nadia Benali", within=".notice")


def prescribed(nadia: Person) -> None:
    nadia.goes_to_queue()
    nadia.starts("Fatou", "Tenir la restitution")
    nadia.saves("Restitution tenue de vive voix")
    nadia.opens("Construire")
    nadia.fills({"Café numérique": True, "Autre action": "Permis", "Souhait du jeune": "vendre"})
    nadia.presses("Enregistrer la prescription")
    nadia.sees("Dites pourquoi", within=".errors")
    expect(nadia.page.get_by_label("Café numérique")).to_be_checked()
    expect(nadia.page.get_by_label("Souhait du jeune")).to_have_value("vendre")
    nadia.saves("Prescription construite sur 40 %", {"Raison": "il en a besoin"})


def oriented(nadia: Person) -> None:
    nadia.opens("Orienter", within="#prescription .entry:has-text('Café')")
    nadia.saves("Orientation vers EPN", {"Partenaire": "EPN"})
    nadia.opens("Réponse")
    nadia.saves("EPN accepte", {"accepte": True})
    nadia.opens("Démarrer", within="#prescription .entry:has-text('Café')")
    nadia.saves("Action commencée", {"Fin prévue": TOMORROW.isoformat()})
    nadia.opens("Ajouter une action")
    nadia.fills({"Autre action": "Atelier mobilité"}, within="#form")
    nadia.presses("Ajouter l’action")
    nadia.sees("Donnez la raison", within=".errors")
    nadia.fills({"Raison": "pour venir à l’atelier"}, within="#form")
    nadia.presses("Ajouter l’action")
    nadia.sees("Action ajoutée à la prescription : Atelier mobilité", within=".notice")
    nadia.opens("Issue")
    nadia.saves("Action terminée", {"terminée": True})
    nadia.presses("Annuler", within=".notice")
    nadia.sees("annulé aussitôt", within="#historique")
    nadia.opens("Issue")
    nadia.saves("Action abandonnée", {"abandonnée": True})
    nadia.page.locator("#historique li").filter(has_text="Orientation vers EPN").get_by_text("Annuler…").click()
    nadia.sees("2 lignes annulées", "inchangées", within="#form")
    nadia.follows("Renoncer")
    expect(nadia.page.locator("#form")).to_have_count(0)


def replayed(claire: Person) -> None:
    """Previous, next, the slider with its button, and a date."""
    page = claire.page
    claire.goes("/rejouer")
    page.get_by_role("link", name="Fatou Sow").click()
    count = int(page.locator("#version").get_attribute("max") or 0)
    claire.sees(f"Fait {count} sur {count}")
    page.get_by_role("link", name="Fait précédent").click()
    claire.sees(f"Fait {count - 1} sur {count}")
    page.get_by_role("link", name="Fait suivant").click()
    claire.sees(f"Fait {count} sur {count}")
    page.locator("#version").press("Home")
    claire.sees(f"Fait {count} sur {count}")
    page.locator(".replay > form").get_by_role("button", name="Aller").click()
    claire.sees(f"Fait 1 sur {count}", "Présenter Pix")
    page.get_by_text("Aller au…").click()
    claire.fills({"Jour": TOMORROW.isoformat()}, within=".go-to")
    page.locator(".go-to").get_by_role("button", name="Aller").click()
    claire.sees(f"Fait {count} sur {count}", f"le dernier fait connu était le n° {count}")
