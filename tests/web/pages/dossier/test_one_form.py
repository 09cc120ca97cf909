"""Tests the debrief and the prescription in one form, and each alone."""

from typing import Any
from uuid import uuid4

from pixflow.dossier import follow_up
from pixflow.events import dossier as e
from tests.web.client import words
from tests.web.paths import House
from tests.web.pressing import opened, press, send, undo_form, values
from tests.web.tags import parsed

NADIA = "Nadia Benali"


def test_both_are_one_command_undone_in_one_press(locale: House) -> None:
    dossier, _ = locale.dispatched("0.62")
    client = locale.client(NADIA)
    said: dict[str, Any] = {"note": "à l’aise à l’oral", "kept": "clea-numerique", "project": "vente en boutique"}
    answer = press(client, dossier, "debrief", **said)
    assert answer.status_code == 303
    debrief, built = locale.events(dossier)[-2:]
    assert isinstance(debrief, e.DebriefHeld)
    assert isinstance(built, e.PrescriptionBuilt)
    assert (debrief.note, [action.label for action in built.actions]) == ("à l’aise à l’oral", ["Cléa numérique"])
    page = client.get(answer.headers["location"])
    assert "Restitution tenue" in words(page.text)
    assert "Prescription construite sur 62 %" in words(page.text)
    client.post(f"/dossiers/{dossier}/undo", data=undo_form(page.text))
    state = locale.state(dossier).prescription
    assert (state.debriefs, state.built) == ({}, {})


def test_the_project_alone_is_the_project(locale: House) -> None:
    dossier, _ = locale.dispatched()
    assert press(locale.client(NADIA), dossier, "debrief", project="aide à domicile").status_code == 303
    assert locale.state(dossier).project == "aide à domicile"


def test_the_project_said_while_prescribing_is_that_of_the_dossier(locale: House) -> None:
    """It is shown at the top and beside what was decided; undone with the prescription."""
    dossier, _ = locale.debriefed("0.62", project="vente")
    client = locale.client(NADIA)
    answer = press(client, dossier, "prescription", kept="clea-numerique", project="aide à domicile")
    page = client.get(answer.headers["location"])
    assert "Projet : aide à domicile" in words(page.text)
    assert "Projet aide à domicile" in words(str(parsed(page.text).select_one("#prescription")))
    client.post(f"/dossiers/{dossier}/undo", data=undo_form(page.text))
    assert locale.state(dossier).project == "vente"


def test_a_refused_prescription_records_no_debrief_and_keeps_all(locale: House) -> None:
    dossier, _ = locale.dispatched("0.62")
    before = len(locale.events(dossier))
    answer = press(locale.client(NADIA), dossier, "debrief", note="à revoir", added="Permis de conduire")
    assert answer.status_code == 422
    assert "Dites pourquoi" in words(answer.text)
    assert "à revoir" in answer.text
    assert "Permis de conduire" in answer.text
    assert len(locale.events(dossier)) == before


def test_the_score_its_domains_in_words_and_the_proposals_are_beside_the_fields(locale: House) -> None:
    dossier, found = locale.dispatched("0.62")
    page = locale.client(NADIA).get(f"/dossiers/{dossier}?formulaire=debrief&sur={found}")
    form = words(str(parsed(page.text).select_one("#form")))
    assert "62 % : dans" in page.text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "Information et données : en bonne voie" in form
    assert "Protection et sécurité : premiers repères" in form
    assert "Cléa numérique" in form


def test_who_was_handed_the_debrief_is_asked_for_no_prescription(locale: House) -> None:
    dossier, found = locale.dispatched()
    paul = locale.people["Paul Rey"]
    locale.on(dossier, follow_up.hand_over_task, task=f"hold-debrief:{found}", to=paul, until=None, note="")
    client = locale.client("Paul Rey")
    sent = opened(client, dossier, "debrief", found)
    assert "added" not in sent
    assert send(client, dossier, "debrief", {**sent, "note": "vu"}).status_code == 303
    assert isinstance(locale.events(dossier)[-1], e.DebriefHeld)


def test_two_tabs_on_one_debrief_lose_no_note(locale: House) -> None:
    dossier, found = locale.dispatched("0.62")
    client = locale.client(NADIA)
    first, second = (opened(client, dossier, "debrief", found) for _ in range(2))
    assert send(client, dossier, "debrief", {**first, "note": "à l’aise"}).status_code == 303
    answer = send(client, dossier, "debrief", {**second, "note": "cherche un stage en mai"})
    assert answer.status_code == 422
    assert "C’était déjà noté." in words(answer.text)
    assert values(answer.text)["text"] == "cherche un stage en mai"
    assert send(client, dossier, "note", values(answer.text)).status_code == 303
    same = send(client, dossier, "debrief", {**second, "command_id": str(uuid4()), "note": "à l’aise"})
    assert same.headers["location"] == f"/dossiers/{dossier}?fait=0"


def test_a_second_debrief_with_a_prescription_records_it_and_offers_its_note(locale: House) -> None:
    dossier, found = locale.dispatched("0.62")
    client = locale.client(NADIA)
    first, second = (opened(client, dossier, "debrief", found) for _ in range(2))
    assert send(client, dossier, "debrief", {**first, "note": "à l’aise"}).status_code == 303
    sent = {**second, "note": "veut le Cléa", "kept": "clea-numerique", "seen": str(locale.state(dossier).version)}
    answer = send(client, dossier, "debrief", sent)
    assert "C’est enregistré, mais une partie l’était déjà." in words(answer.text)
    assert values(answer.text)["text"] == "veut le Cléa"
    assert found in locale.state(dossier).prescription.built
    other = {**second, "command_id": str(uuid4()), "kept": "cafe-numerique", "wish": "travailler dehors"}
    refused = send(client, dossier, "debrief", {**other, "seen": str(locale.state(dossier).version)})
    assert values(refused.text)["text"] == "travailler dehors"
