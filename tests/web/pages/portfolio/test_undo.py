"""An import of a portfolio taken back in one press, and the mended file imported again."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.dossier import follow_up
from pixflow.dossier.state import Dossier
from projections import directory
from tests.web.client import InspectingClient, words
from tests.web.exports import fields
from tests.web.paths import House
from tests.web.tags import parsed

SOPHIE, HELENE = "Sophie Lecomte", "Hélène Morin"
HEADER = "N° dossier;Nom;Prénom;Né(e) le;Téléphone;Site;Conseiller"
WRONG = ("12701;SOW;Fatou;14/02/2006;;L'Aigle;Nadia Benali", "12702;BONO;Jean;12/03/2005;;L'Aigle;Nadia Benali")


def imported(client: InspectingClient, *lines: str, **said: Any) -> str:
    """Returns the address of what an import recorded."""
    file = {"portfolio": ("liste.csv", "\n".join((HEADER, *lines)).encode(), "text/csv")}
    where = client.post("/dossiers/import", files=file).headers["Location"]
    form = parsed(client.get(where).text).select_one(f"form[action='{where}']")
    done = client.post(where, data={**fields(form), **said})
    assert done.status_code == 303, words(done.text)
    return str(done.headers["Location"])


def take_back(client: InspectingClient, done: str) -> str:
    """Presses *Annuler cet import* twice, as two tabs do; returns the words of the page that follows."""
    form = parsed(client.get(done).text).select_one("form.undo-all")
    answers = [client.post(form["action"], data=fields(form)) for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    return words(client.get(answers[0].headers["Location"]).text)


def people(at_work: House) -> dict[str, UUID]:
    with at_work.served.read().database.connect() as connection:
        return {one.first_name: one.stream for one in directory.everyone(connection)}


def state(at_work: House, first: str) -> Dossier:
    return at_work.state(people(at_work)[first])


@pytest.mark.parametrize("who", [SOPHIE, HELENE])
def test_an_import_is_taken_back_in_one_press_and_the_mended_file_opens_the_same_dossiers(
    at_work: House, who: str
) -> None:
    client = at_work.client(who)
    bare = ";ROY;Zoé;;;Mortagne;Nadia Benali"
    done = imported(client, *WRONG, bare)
    before = people(at_work)
    assert "Import annulé : 3 dossiers clos comme ouverts par erreur" in take_back(client, done)
    assert {state(at_work, one).close_reason for one in before} == {"mistake"}
    mended = [line.replace("L'Aigle", "Mortagne") for line in (*WRONG, bare)]
    assert "3 dossiers ouverts" in words(client.get(imported(client, *mended)).text)
    assert people(at_work) == before
    assert [(state(at_work, one).closed, state(at_work, one).site) for one in before] == [(None, "Mortagne")] * 3
    history = words(client.get(f"/dossiers/{before['Jean']}").text)
    assert "Dossier rouvert" in history
    assert "Dossier clos : ouvert par erreur" in history


def test_a_dossier_on_which_somebody_worked_is_left_and_corrections_are_taken_back(at_work: House) -> None:
    client = at_work.client(SOPHIE)
    known = at_work.opened("Awa", "Keita", imilo_number="12703", phone="+33611111111")
    line = "12703;KEITA;Awa;03/11/2005;06 22 22 22 22;Mortagne;Nadia Benali"
    done = imported(client, *WRONG, line, all="true")
    assert at_work.state(known).phone == "+33622222222"
    at_work.on(people(at_work)["Jean"], follow_up.take_note, text="il a appelé")
    told = "1 dossier clos comme ouvert par erreur, 1 dossier remis comme avant, 1 dossier laissé tel quel (autre chose"
    assert f"Import annulé : {told} a suivi). Le fichier corrigé l’ouvrira de nouveau." in take_back(client, done)
    assert at_work.state(known).phone == "+33611111111"
    assert state(at_work, "Jean").closed is None
    assert state(at_work, "Fatou").closed
    corrected = imported(client, line, all="true")
    assert "Import annulé : 1 dossier remis comme avant. Fichier" in take_back(client, corrected)


def test_only_who_imported_it_takes_it_back_and_that_day(at_work: House) -> None:
    done = imported(at_work.client(SOPHIE), *WRONG)
    sent = {"command_id": str(uuid4())}
    answers = [at_work.client(who).post(f"{done}/annuler", data=sent).status_code for who in (HELENE, "Nadia Benali")]
    assert answers == [303, 403]
    at_work.day(date(2026, 5, 13))
    assert not parsed(at_work.client(SOPHIE).get(done).text).select("form.undo-all")
    assert at_work.client(SOPHIE).post(f"{done}/annuler", data=sent).headers["Location"] == done
    assert at_work.client(SOPHIE).post(f"/dossiers/import/fait/{uuid4()}/annuler", data=sent).status_code == 404
    assert state(at_work, "Jean").closed is None
