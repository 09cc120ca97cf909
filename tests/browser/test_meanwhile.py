"""Forms sent twice, after Back, or while somebody else changed the dossier."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from pixflow.dossier.follow_up import take_note
from pixflow.events import dossier as e
from pixflow.events.intake import ExportReceived
from pixflow.pix_orga import ExportCampaign
from pixflow.pix_orga.samples import file_name, write_export
from tests.browser.exports import begun, shared
from tests.browser.person import Person, labelled
from tests.web.paths import House

pytestmark = pytest.mark.browser
NADIA, SOPHIE = "Nadia Benali", "Sophie Lecomte"
SENT_TWICE = """() => {
  const form = document.querySelector("#form form"), body = new URLSearchParams(new FormData(form));
  return Promise.all([1, 2].map(() => fetch(form.action, {method: "POST", body}).then(answer => answer.text())));
}"""


def count(locale: House, dossier: UUID, kind: type[object]) -> int:
    return sum(isinstance(event, kind) for event in locale.events(dossier))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_double_click_records_once(locale: House, url: str, new_tab: Callable[..., Page], scripts: bool) -> None:
    dossier = locale.presented()
    nadia = Person(new_tab(base_url=url, java_script_enabled=scripts), NADIA, at=f"/dossiers/{dossier}?formulaire=note")
    nadia.fills({"Note": "vue au forum"})
    nadia.page.locator("#form").get_by_role("button", name="Enregistrer").dblclick()
    nadia.sees("Note : vue au forum", within=".notice")
    assert count(locale, dossier, e.NoteTaken) == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_back_at_the_queue_the_row_is_gone(
    locale: House, url: str, new_tab: Callable[..., Page], scripts: bool
) -> None:
    locale.opened()
    nadia = Person(new_tab(base_url=url, java_script_enabled=scripts), NADIA)
    nadia.starts("Aminata", "Présenter Pix")
    nadia.saves("Pix présenté", {"au premier accueil": True})
    nadia.page.go_back()
    if not scripts:
        nadia.sees("Pix présenté au premier accueil", within="#historique")
        expect(nadia.page.locator("#form")).to_have_count(0)
        nadia.page.go_back()
    expect(nadia.row("Aminata", "Prévoir le diagnostic")).to_have_count(1)
    expect(nadia.row("Aminata", "Présenter Pix")).to_have_count(0)


def test_a_form_filled_again_after_back_adds_nothing(locale: House, url: str, new_tab: Callable[..., Page]) -> None:
    dossier = locale.presented()
    nadia = Person(new_tab(base_url=url, java_script_enabled=False), NADIA, at=f"/dossiers/{dossier}?formulaire=plan")
    planned: dict[str, str | bool] = {"À partir du": "2026-03-20", "à la maison": True, "Lieu": "chez sa tante"}
    nadia.saves("Diagnostic prévu", planned)
    nadia.page.go_back()
    nadia.saves("Rien de plus : c’était déjà noté", planned)
    assert count(locale, dossier, e.DiagnosticPlanned) == 1


def test_a_page_that_was_kept_and_sent_again_records_nothing_or_says_why(
    locale: House, url: str, new_tab: Callable[..., Page]
) -> None:
    """A tab that was duplicated, or kept as it was: the same command's id. Its other values are kept, and sent anew."""
    dossier = locale.opened()
    nadia = Person(new_tab(base_url=url), NADIA, at=f"/dossiers/{dossier}?formulaire=note")
    nadia.fills({"Note": "vue au forum"})
    assert all("Enregistré" in answer for answer in nadia.page.evaluate(SENT_TWICE))
    nadia.fills({"Note": "vue à la gare"})
    nadia.presses("Enregistrer", within="#form")
    nadia.sees("Cette page a déjà servi à enregistrer autre chose", within="#form")
    nadia.saves("Note : vue à la gare")
    texts = [event.text for event in locale.events(dossier) if isinstance(event, e.NoteTaken)]
    assert texts == ["vue au forum", "vue à la gare"]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_two_people_on_one_dossier(locale: House, url: str, new_tab: Callable[..., Page], scripts: bool) -> None:
    dossier = locale.presented()
    nadia, sophie = (
        Person(new_tab(base_url=url, java_script_enabled=scripts), name, at=f"/dossiers/{dossier}?formulaire=plan")
        for name in (NADIA, SOPHIE)
    )
    for person, place in ((nadia, "salle 2"), (sophie, "salle 7")):
        person.fills({"À partir du": "2026-03-20", "au bureau": True, "Lieu": place})
    sophie.saves("salle 7")
    nadia.presses("Enregistrer", within="#form")
    nadia.sees("Entre-temps, ce dossier a changé", "salle 7", SOPHIE, within=".meanwhile")
    expect(labelled(nadia.page.locator("#form"), "Lieu")).to_have_value("salle 2")
    assert count(locale, dossier, e.DiagnosticPlanned) == 1
    nadia.saves("Diagnostic prévu à partir du 20 mars, au bureau (salle 2)")
    plan = locale.state(dossier).orientation.plan
    assert plan
    assert plan.place == "salle 2"


def test_a_note_of_a_colleague_makes_no_form_stale(locale: House, url: str, new_tab: Callable[..., Page]) -> None:
    dossier = locale.presented()
    nadia = Person(new_tab(base_url=url), NADIA, at=f"/dossiers/{dossier}?formulaire=plan")
    nadia.fills({"À partir du": "2026-03-20", "à la maison": True})
    locale.on(dossier, take_note, SOPHIE, text="a téléphoné")
    nadia.saves("Diagnostic prévu à partir du 20 mars")
    nadia.sees("Note : a téléphoné", within="#historique")


# --- an import, meanwhile


def export(folder: Path, mastered: int | None, at: datetime) -> Path:
    """One young person's row, of the campaign of the house."""
    known = ExportCampaign(481516, "KMRTWX482", "Diagnostic initial, printemps")
    row = begun("Diallo", "Aminata", "12347", "2026-03-10T14:00", "0.5" if mastered is None else "1")
    path = folder / file_name(known, at)
    path.write_bytes(write_export(known, [row if mastered is None else shared(row, mastered)]))
    return path


FIRST, LATER = datetime(2026, 3, 11, 8, 0, tzinfo=UTC), datetime(2026, 3, 15, 8, 0, tzinfo=UTC)


def previewing(url: str, new_tab: Callable[..., Page], file: Path) -> Person:
    """The référente, looking at what a file would change."""
    sophie = Person(new_tab(base_url=url), SOPHIE)
    sophie.uploads(file)
    sophie.sees("Aperçu de l’import")
    return sophie


def test_a_dossier_changed_during_the_preview_loses_nothing(
    locale: House, url: str, new_tab: Callable[..., Page], tmp_path: Path
) -> None:
    dossier = locale.planned(imilo_number="12347")
    sophie = previewing(url, new_tab, export(tmp_path, None, FIRST))
    sophie.presses("Enregistrer")
    sophie.sees("1 nouvelle", "1 rapprochée d’elle-même", within=".notice")

    sophie = previewing(url, new_tab, export(tmp_path, 8, LATER))
    sophie.sees("1 partagée", within=".figures")
    nadia = Person(new_tab(base_url=url), NADIA, at=f"/dossiers/{dossier}?formulaire=note")
    nadia.saves("Note : a téléphoné", {"Note": "a téléphoné"})
    nadia.opens("Prévoir à nouveau le diagnostic")
    sophie.presses("Enregistrer")
    sophie.sees("Export enregistré : 1 partagée", within=".notice")
    nadia.saves("Diagnostic prévu", {"À partir du": "2026-03-18"})
    nadia.sees("40 %", within="#resultat")
    nadia.sees("Note : a téléphoné", "Résultat reçu", within="#historique")
    assert count(locale, dossier, e.ResultReceived) == 1


def test_a_dossier_closed_during_the_preview_gets_its_result_late(
    locale: House, url: str, new_tab: Callable[..., Page], tmp_path: Path
) -> None:
    dossier = locale.planned(imilo_number="12347")
    sophie = previewing(url, new_tab, export(tmp_path, 8, FIRST))
    nadia = Person(new_tab(base_url=url), NADIA, at=f"/dossiers/{dossier}?formulaire=close")
    nadia.saves("Dossier clos : déménagement", {"déménagement": True}, button="Clore le dossier")
    sophie.presses("Enregistrer")
    sophie.sees("1 rapprochée d’elle-même", within=".notice")
    sophie.goes_to_queue()
    sophie.sees("1 arrivée tardive à relire")


def test_an_export_is_recorded_once_however_it_is_pressed(
    locale: House, url: str, new_tab: Callable[..., Page], tmp_path: Path
) -> None:
    """A double click; a second tab on the same file; and Back, where the file no longer waits."""
    file = export(tmp_path, 8, FIRST)
    sophie, again = (previewing(url, new_tab, file) for _ in range(2))
    before = locale.served.engine.head()
    sophie.page.get_by_role("button", name="Enregistrer").dblclick()
    sophie.sees("Export enregistré : 1 nouvelle", within=".notice")
    recorded = locale.served.engine.head()
    again.presses("Enregistrer")
    again.sees("Ce fichier est déjà enregistré", within=".notice")
    sophie.page.go_back()
    sophie.sees("Ce fichier n’attend plus", "Dernier export enregistré")
    assert locale.served.engine.head() == recorded
    kinds = [type(one.event) for one in locale.served.engine.read(before, 1000)]
    assert kinds.count(ExportReceived) == 1
