"""Reach of a correction, on the pages where it is made: what has left the house, and who is to be told."""

from uuid import UUID, uuid4

import pytest

from pixflow.dossier.identity import correct_contact
from pixflow.dossier.privacy import issue_copy, issue_paper
from pixflow.dossier.retraction import retract
from pixflow.dossier.stages import parcours
from pixflow.events import dossier as e
from pixflow.structure import issue_list
from pixflow.tasks import of_dossier
from tests.web.client import words
from tests.web.paths import House
from tests.web.pressing import send, values
from tests.web.tags import parsed

NADIA, SOPHIE, PAUL = "Nadia Benali", "Sophie Lecomte", "Paul Rey"


def plan(house: House) -> tuple[UUID, str]:
    """A dossier with a plan, and the address of its correction."""
    dossier = house.planned()
    return dossier, f"/dossiers/{dossier}?formulaire=retract&sur={house.version(dossier, e.DiagnosticPlanned)}"


def reach(house: House, address: str, by: str = NADIA) -> str:
    found = parsed(house.client(by).get(address).text).select(".reach")
    return words(" ".join(map(str, found)))


def owed(house: House, dossier: UUID) -> list[str]:
    return [one.key for one in of_dossier(house.state(dossier), house.served.refs) if one.kind == "inform-holder"]


def takes_list(house: House, rows: int) -> None:
    streams = {"structure": house.served.opened.stream("structure")}
    said = {"page": "dossiers", "filters": (), "rows": rows, "people": 12, "digest": "0" * 64}
    house.says(SOPHIE, issue_list, streams, **said)


def test_a_correction_says_that_nothing_left(locale: House) -> None:
    dossier, address = plan(locale)
    assert reach(locale, address) == "Sorti depuis rien"
    assert owed(locale, dossier) == []


def test_a_correction_says_what_left_and_then_owes_to_tell(locale: House) -> None:
    dossier, address = plan(locale)
    locale.on(dossier, issue_paper, paper="fiche")
    told = "Sorti depuis 16 mars 2026 : Papier sorti : la fiche du diagnostic, pour la personne (Nadia Benali)"
    assert reach(locale, address) == f"{told} À prévenir ensuite la personne : une tâche le rappellera"
    client = locale.client(NADIA)
    answer = send(client, dossier, "retract", {**values(client.get(address).text), "reason": "autre jour"})
    assert owed(locale, dossier) == ["inform-holder"]
    page = words(client.get(answer.headers["location"]).text)
    assert "Prévenir la personne" in page
    form = client.get(f"/dossiers/{dossier}?formulaire=inform&sur=")
    sent = {**values(form.text), "answer": "needless", "note": ""}
    assert send(client, dossier, "inform", sent).status_code == 422
    assert send(client, dossier, "inform", {**sent, "note": "elle l’a rendue"}).status_code == 303
    assert owed(locale, dossier) == []
    assert send(client, dossier, "inform", {**sent, "note": "elle l’a rendue"}).status_code == 303
    assert [type(one) for one in locale.events(dossier)].count(e.HolderInformed) == 1


def test_a_correction_by_the_form_says_it_too(locale: House) -> None:
    dossier, address = plan(locale)
    locale.on(dossier, issue_copy, SOPHIE)
    told = reach(locale, address.replace("retract&sur", "plan&corrige"))
    assert "Copie de toutes les données sortie de pixflow, pour la personne (Sophie Lecomte)" in told
    assert "À prévenir ensuite la personne" in told


def test_a_partner_who_read_a_referral_is_named(locale: House) -> None:
    dossier, (_, cafe, _) = locale.prescribed()
    referral = locale.referred(dossier, cafe)
    built = next(n for n, event in enumerate(locale.events(dossier), 1) if isinstance(event, e.PrescriptionBuilt))
    address = f"/dossiers/{dossier}?formulaire=retract&sur={built}"
    assert "À prévenir" not in reach(locale, address)
    locale.on(dossier, parcours.answer_referral, referral=referral, answer="accepted", reason="")
    assert "À prévenir ensuite Médiathèque de Mortagne" in reach(locale, address)


def test_a_new_telephone_says_who_has_the_former_one(locale: House) -> None:
    dossier, (_, cafe, _) = locale.prescribed()
    locale.on(dossier, correct_contact, phone="0612345678", email=None)
    referral = locale.referred(dossier, cafe)
    address = f"/dossiers/{dossier}?formulaire=contact"
    assert reach(locale, address) == ""
    locale.on(dossier, parcours.answer_referral, referral=referral, answer="accepted", reason="")
    assert reach(locale, address) == "À prévenir ensuite Médiathèque de Mortagne : une tâche le rappellera"
    client = locale.client(NADIA)
    form = values(client.get(address).text)
    send(client, dossier, "contact", {**form, "phone": "06 98 76 54 32"})
    assert owed(locale, dossier) == [f"inform-holder:{referral}"]
    page = words(client.get(f"/dossiers/{dossier}").text)
    assert "Prévenir Médiathèque de Mortagne" in page
    assert "Coordonnées corrigées : téléphone 06 12 34 56 78 → 06 98 76 54 32" in page


def test_a_long_list_is_folded(locale: House) -> None:
    dossier, address = plan(locale)
    for name in (NADIA, SOPHIE, PAUL):
        for paper in ("fiche", "prescription"):
            locale.on(dossier, issue_paper, SOPHIE if name == PAUL else name, paper=paper)
        locale.on(dossier, issue_copy, SOPHIE)
        locale.day(locale.today.replace(day=locale.today.day + 1))
    page = parsed(locale.client(NADIA).get(address).text)
    folded = page.select_one(".reach details")
    assert words(str(folded.summary)) == "9 papiers, copies ou courriels"
    assert len(folded.select("div")) == 9


@pytest.mark.parametrize(("by", "sees"), [(SOPHIE, True), (NADIA, False)])
def test_lists_that_may_name_somebody_are_shown_to_readers_of_the_journal(locale: House, by: str, sees: bool) -> None:
    takes_list(locale, 12)
    _, address = plan(locale)
    assert "Peut-être aussi" not in reach(locale, address, by)
    takes_list(locale, 13)
    assert ("Peut-être aussi 1 liste, rapport ou feuille d’atelier" in reach(locale, address, by)) == sees


def test_who_may_not_read_the_dossier_sees_nothing(locale: House) -> None:
    dossier, address = plan(locale)
    locale.on(dossier, issue_paper, paper="fiche")
    answer = locale.client(PAUL).get(address)
    assert answer.status_code == 404 or "fiche du diagnostic" not in words(answer.text)
    assert locale.client(PAUL).post(f"/dossiers/{dossier}/inform", data={"answer": "told"}).status_code in (403, 404)


def test_a_forged_or_late_form_informs_nobody(locale: House) -> None:
    dossier, _ = plan(locale)
    locale.on(dossier, issue_paper, paper="fiche")
    client, before = locale.client(NADIA), len(locale.events(dossier))
    for referral in ("", str(uuid4()), "pas-un-identifiant"):
        sent = {"referral": referral, "answer": "told", "on": "2026-03-16", "command_id": str(uuid4())}
        assert send(client, dossier, "inform", sent).status_code in (303, 422)
    assert len(locale.events(dossier)) == before
    assert client.get(f"/dossiers/{dossier}?formulaire=inform&sur=pas-un-identifiant").status_code == 200


def test_a_form_of_before_another_correction_informs_nobody(locale: House) -> None:
    dossier, _ = plan(locale)
    client, form = locale.client(NADIA), f"/dossiers/{dossier}?formulaire=inform&sur="
    locale.on(dossier, issue_paper, paper="fiche")
    locale.on(dossier, retract, version=locale.version(dossier, e.DiagnosticPlanned), reason="autre jour")
    before = {**values(client.get(form).text), "answer": "told"}
    locale.on(dossier, issue_copy, SOPHIE)
    locale.on(dossier, retract, version=locale.version(dossier, e.PixPresented), reason="une autre personne")
    answer = send(client, dossier, "inform", before)
    assert (answer.status_code, owed(locale, dossier)) == (422, ["inform-holder"])
    assert "Autre chose a été corrigé depuis" in words(answer.text)
    assert send(client, dossier, "inform", {**values(client.get(form).text), "answer": "told"}).status_code == 303
    assert owed(locale, dossier) == []


def test_a_match_undone_says_which_participation_changes(locale: House) -> None:
    dossier, found = locale.scored()
    told = reach(locale, f"/dossiers/{dossier}?formulaire=unmatch&sur={found}", SOPHIE)
    assert told.startswith("Participation Annulé : Participation rapprochée")


def test_a_merge_says_what_becomes_of_the_duplicate_and_what_left_of_it(locale: House) -> None:
    duplicate, kept = locale.planned(imilo_number="00123"), locale.opened()
    locale.on(duplicate, issue_paper, paper="fiche")
    told = reach(locale, f"/dossiers/{duplicate}/fusion?avec={kept}", SOPHIE)
    assert told.startswith("Autre dossier Doublon : fusionné avec")
    assert "Papier sorti : la fiche du diagnostic, pour la personne (Nadia Benali)" in told


def test_a_form_about_a_plan_recorded_again_owes_nothing(locale: House) -> None:
    dossier = locale.presented()
    locale.on(dossier, issue_copy, SOPHIE)
    client, told = locale.client(NADIA), locale.version(dossier, e.PixPresented)
    sent = {**values(client.get(f"/dossiers/{dossier}?formulaire=retract&sur={told}").text), "reason": "erreur"}
    answer = send(client, dossier, "retract", sent)
    assert owed(locale, dossier) == ["inform-holder"]
    undo = parsed(client.get(answer.headers["location"]).text).select_one('form[action$="/undo"]')
    data = {one["name"]: one["value"] for one in undo.select("input")}
    assert client.post(f"/dossiers/{dossier}/undo", data=data).status_code == 303
    assert owed(locale, dossier) == []
