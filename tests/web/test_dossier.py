import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup

from pixflow import participation
from pixflow.dossier import assignment, orientation, parcours, prescription
from pixflow.events import dossier as e
from tests.web.client import words
from tests.web.paths import House, house
from tests.web.pressing import HTMX, opened, press, send, sheet, undo_form, values

MONDAY = date(2026, 3, 16)


@pytest.fixture
def locale(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        made.day(MONDAY)
        yield made


def part(html: str, id: str) -> str:
    """The text of one part of the page."""
    found = BeautifulSoup(html, "html.parser").select_one(f"[aria-labelledby={id}-title]")
    return words(str(found))


# --- who is let in


def test_a_dossier_of_another_advisor_and_an_unknown_one_are_the_same_page(locale: House) -> None:
    theirs, nobody = locale.opened(advisor="Paul Rey"), uuid4()
    client = locale.client("Nadia Benali")
    for path, sent in (("", None), ("?form=note", None), ("/fiche", None), ("/note", {"text": "x"}), ("/undo", {})):
        answers = [
            client.get(f"/dossiers/{id}{path}") if sent is None else client.post(f"/dossiers/{id}{path}", data=sent)
            for id in (theirs, nobody)
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content


def test_an_administrator_reads_no_dossier(locale: House) -> None:
    assert locale.client("Yann Le Goff").get(f"/dossiers/{locale.opened()}").status_code == 404


def test_an_auditor_reads_everything_and_is_offered_no_form(locale: House) -> None:
    dossier, actions = locale.prescribed()
    client = locale.client("Claire Vasseur")
    page = client.get(f"/dossiers/{dossier}")
    assert page.status_code == 200
    html = BeautifulSoup(page.text, "html.parser").select_one("#sheet")
    assert not html.select("form")
    assert not [link for link in html.select("a") if "form=" in str(link["href"])]
    assert 'id="form"' not in client.get(f"/dossiers/{dossier}?form=note").text
    before = len(locale.events(dossier))
    assert (
        send(client, dossier, "note", {"text": "x", "on": "2026-03-16", "command_id": str(uuid4())}).status_code == 403
    )
    assert (
        client.post(f"/dossiers/{dossier}/undo", data={"version": "1", "command_id": str(uuid4())}).status_code == 403
    )
    assert send(client, dossier, "drop", {"about": str(actions[0])}).status_code == 403
    assert len(locale.events(dossier)) == before


def test_each_role_is_offered_what_its_table_allows(locale: House) -> None:
    dossier, _ = locale.scored()
    offered = {
        name: set(re.findall(r"\?form=([a-z]+)", locale.client(name).get(f"/dossiers/{dossier}").text))
        for name in ("Nadia Benali", "Sophie Lecomte", "Hélène Morin")
    }
    assert "assign" not in offered["Nadia Benali"]
    assert "unmatch" not in offered["Nadia Benali"]
    assert offered["Sophie Lecomte"] - offered["Nadia Benali"] == {"assign", "unmatch"}
    assert offered["Hélène Morin"] == {"assign", "close"}


def test_an_unknown_form_is_not_found(locale: House) -> None:
    dossier = locale.opened()
    client = locale.client("Nadia Benali")
    assert client.post(f"/dossiers/{dossier}/dance", data={}).status_code == 404
    assert client.get(f"/dossiers/{dossier}?form=dance").status_code == 200
    assert client.get("/dossiers/12/fiche").status_code == 404


# --- what stands on the page


def test_a_new_dossier_says_what_comes_first(locale: House) -> None:
    dossier = locale.opened(programme="CEJ", group="février", collective_end=date(2026, 4, 30), phone="0612345678")
    page = locale.client("Nadia Benali").get(f"/dossiers/{dossier}").text
    assert "20 ans · CEJ".replace(" · ", " ") in words(page)
    assert "CEJ, groupe février, jusqu’au 30 avril" in words(page)
    assert 'href="tel:+33612345678"' in page
    assert part(page, "now").startswith("À faire maintenant Prévoir le diagnostic 23 mars")
    assert "le protocole demande 15 jours ouvrés" in part(page, "now")
    assert "D’abord le diagnostic" in part(page, "result")
    assert "D’abord un résultat partagé" in part(page, "prescription")


def test_a_task_to_come_is_told_with_its_day(locale: House) -> None:
    dossier = locale.planned()
    now = part(locale.client("Nadia Benali").get(f"/dossiers/{dossier}").text, "now")
    assert "Rien aujourd’hui." in now
    assert "À venir : relancer le test à partir du 7 avril." in now


def test_the_score_stands_in_its_band_and_says_why(locale: House) -> None:
    dossier, _ = locale.dispatched("0.40")
    page = locale.client("Nadia Benali").get(f"/dossiers/{dossier}").text
    told = part(page, "result")
    assert "40 % : encore dans 0-40" in page.replace("\u202f", " ").replace("\xa0", " ")
    assert "taux de maîtrise de 0,40" in told
    assert "tranche « Savoirs de base » de la grille n° 1" in told
    assert "Communication et collaboration 2 / 5" in told
    assert "Illettrisme à vérifier conseiller seulement" in part(page, "prescription")


def test_progress_is_told_from_one_participation_to_the_next(locale: House) -> None:
    dossier, _ = locale.prescribed("0.40")
    locale.day(date(2026, 3, 20))
    locale.took(dossier, "0.48", ordinal=1)
    locale.took(dossier, None, progress="0.35", ordinal=2)
    page = locale.client("Nadia Benali").get(f"/dossiers/{dossier}").text
    told = part(page, "result")
    assert "2e participation" in told
    assert "+ 8 points depuis 40 %" in told
    assert "Diagnostic initial : test en cours, 35 %, vu le 20 mars" in told
    assert "Diagnostic initial : 40 % partagé le 16 mars" in told
    assert "Prescription du 16 mars 2026, pour 40 %" in part(page, "prescription")
    assert "que fait la référente ou le référent Pix" in part(page, "prescription")


def test_a_vanished_participation_keeps_its_result(locale: House) -> None:
    dossier, found = locale.dispatched()
    locale.day(date(2026, 3, 17))
    locale.says(
        "Sophie Lecomte", participation.vanish, {"participation": found, "dossier": dossier},
        exported_at=datetime(2026, 3, 17, 9, 0, tzinfo=UTC), context={"participation_id": found},
    )  # fmt: skip
    told = part(locale.client("Nadia Benali").get(f"/dossiers/{dossier}").text, "result")
    assert "disparu de Pix Orga le 17 mars, le résultat est gardé" in told


def test_an_action_is_told_in_every_state_with_its_buttons(locale: House) -> None:
    dossier, (_, cafe, free) = locale.prescribed()
    client = locale.client("Nadia Benali")

    def told() -> str:
        return part(client.get(f"/dossiers/{dossier}").text, "prescription")

    assert "Café numérique À orienter Orienter Démarrer" in told()
    referral = locale.referred(dossier, cafe)
    assert "Envoyée à Médiathèque de Mortagne le 16 mars, sans réponse Réponse Démarrer" in told()
    locale.on(dossier, parcours.answer_referral, referral=referral, answer="refused", reason="complet")
    assert "Refusée par Médiathèque de Mortagne le 16 mars (complet) : à orienter de nouveau Orienter" in told()
    locale.referred(dossier, cafe, partner=parcours.Partner(None, "EPN"))
    locale.on(dossier, parcours.start_action, action=cafe, ends=date(2026, 4, 30))
    assert "En cours depuis le 16 mars, jusqu’au 30 avr. Issue" in told()
    locale.on(dossier, parcours.end_action, action=cafe, outcome="done", note="")
    locale.on(dossier, parcours.drop_action, action=free, reason="autre voie")
    assert "Menée à bien le 16 mars" in told()
    copied = BeautifulSoup(client.get(f"/dossiers/{dossier}").text, "html.parser").select_one("pre.copy").get_text()
    assert "- Café numérique (EPN) : Réalisée" in copied.replace("\xa0", " ")
    assert "- Permis de conduire : code en ligne : Refusée par le jeune" in copied.replace("\xa0", " ")
    assert "llettrisme" not in copied


def test_an_appointment_shows_its_hour_and_who_did_not_come(locale: House) -> None:
    dossier, found = locale.dispatched()
    client = locale.client("Nadia Benali")
    press(client, dossier, "appointment", f"hold-debrief:{found}", day="2026-03-18", hour="14:00", place="Mortagne")
    page = part(client.get(f"/dossiers/{dossier}").text, "now")
    assert "À faire" in page
    locale.day(date(2026, 3, 18))
    page = client.get(f"/dossiers/{dossier}").text
    assert "Tenir la restitution aujourd’hui, 14:00" in part(page, "now")
    assert "Restituer Absent·e Déplacer" in part(page, "now")
    assert opened(client, dossier, "appointment", f"hold-debrief:{found}")["hour"] == "14:00"


def test_a_closed_dossier_says_so_and_offers_to_reopen(locale: House) -> None:
    dossier = locale.opened()
    locale.on(dossier, assignment.close, reason="moved", note="")
    page = locale.client("Nadia Benali").get(f"/dossiers/{dossier}").text
    assert "Dossier clos le 16 mars 2026 : déménagement." in words(page)
    offered = set(re.findall(r"\?form=([a-z]+)", page))
    assert offered == {"reopen", "note", "retract"}


def test_the_history_is_filtered_by_stage(locale: House) -> None:
    dossier, _ = locale.scored()
    client = locale.client("Nadia Benali")
    told = part(client.get(f"/dossiers/{dossier}?etape=orientation").text, "history")
    assert "Pix présenté au premier accueil" in told
    assert "Résultat reçu" not in told
    assert "Aucun fait à cette étape." in part(client.get(f"/dossiers/{dossier}?etape=parcours").text, "history")


def test_a_long_history_is_folded_and_whole(locale: House) -> None:
    dossier = locale.opened()
    for n in range(30):
        locale.on(dossier, assignment.take_note, text=f"note {n}")
    page = locale.client("Nadia Benali").get(f"/dossiers/{dossier}").text
    assert "20 faits plus anciens" in words(page)
    assert len(BeautifulSoup(page, "html.parser").select(".timeline > li")) == 32


def test_the_fiche_has_code_link_and_qr_and_no_score(locale: House) -> None:
    dossier, _ = locale.dispatched()
    page = locale.client("Nadia Benali").get(f"/dossiers/{dossier}/fiche")
    told = words(page.text)
    assert page.status_code == 200
    assert "KMRTWX482" in told
    assert "app.pix.fr/campagnes/KMRTWX482" in told
    assert "Au bureau, Mortagne" in told
    assert "Nadia Benali, nadia@exemple.fr" in told
    assert 'src="data:image/svg+xml' in page.text
    assert "40" not in told.replace("mars 2026", "")
    assert locale.client("Nadia Benali").get(f"/dossiers/{locale.opened()}/fiche").status_code == 404


# --- several people, several presses


def test_a_stale_form_keeps_its_values_says_what_happened_and_a_second_press_records(locale: House) -> None:
    dossier = locale.opened()
    client = locale.client("Nadia Benali")
    sent = {**opened(client, dossier, "plan"), "planned_for": "2026-03-20", "place": "Bureau 4"}
    locale.on(dossier, orientation.present_pix, "Sophie Lecomte", occasion="welcome")
    answer = send(client, dossier, "plan", sent, hx=True)
    assert answer.status_code == 422
    assert "Entre-temps, ce dossier a changé." in words(answer.text)
    assert "Pix présenté au premier accueil (Sophie Lecomte)" in words(answer.text)
    again = values(answer.text)
    assert (again["place"], again["planned_for"], again["seen"]) == ("Bureau 4", "2026-03-20", "3")
    assert send(client, dossier, "plan", again).status_code == 303
    assert isinstance(locale.events(dossier)[-1], e.DiagnosticPlanned)


def test_what_happened_at_another_stage_stales_nothing(locale: House) -> None:
    dossier = locale.opened()
    client = locale.client("Nadia Benali")
    sent = {**opened(client, dossier, "present"), "occasion": "welcome"}
    locale.on(dossier, assignment.take_note, "Sophie Lecomte", text="vue")
    assert send(client, dossier, "present", sent).status_code == 303


def test_said_already_by_somebody_else_is_said_so(locale: House) -> None:
    dossier = locale.opened()
    client = locale.client("Nadia Benali")
    sent = {**opened(client, dossier, "present"), "occasion": "welcome"}
    locale.on(dossier, orientation.present_pix, "Sophie Lecomte", occasion="welcome")
    answer = send(client, dossier, "present", sent)
    assert answer.headers["location"].endswith("?fait=0")
    assert "Rien de plus : c’était déjà noté." in words(client.get(answer.headers["location"]).text)


def test_a_command_id_that_said_something_else_keeps_the_values(locale: House) -> None:
    dossier = locale.opened()
    client = locale.client("Nadia Benali")
    sent = {**opened(client, dossier, "note"), "text": "première"}
    send(client, dossier, "note", sent)
    answer = send(client, dossier, "note", {**sent, "text": "seconde"})
    assert answer.status_code == 422
    assert "Cette page a déjà servi à enregistrer autre chose" in words(answer.text)
    assert send(client, dossier, "note", values(answer.text)).status_code == 303
    assert [event.text for event in locale.events(dossier) if isinstance(event, e.NoteTaken)] == ["première", "seconde"]


# --- taking back


def test_annuler_takes_back_the_last_fact_in_one_press(locale: House) -> None:
    dossier = locale.opened()
    client = locale.client("Nadia Benali")
    answer = press(client, dossier, "present", occasion="welcome")
    page = client.get(answer.headers["location"])
    sent = undo_form(page.text)
    undone = client.post(f"/dossiers/{dossier}/undo", data=sent, headers=HTMX)
    again = client.post(f"/dossiers/{dossier}/undo", data=sent)
    assert undone.status_code == again.status_code == 303
    assert undone.headers["location"] == again.headers["location"] == f"/dossiers/{dossier}?fait=4"
    assert locale.state(dossier).orientation.presented is None
    told = part(client.get(undone.headers["location"]).text, "history")
    assert "Pix présenté au premier accueil — retiré : annulé aussitôt (Nadia Benali, 16 mars 2026, 10:12)" in told


def test_annuler_is_offered_until_somebody_acts_then_opens_the_correction(locale: House) -> None:
    dossier = locale.opened()
    client = locale.client("Nadia Benali")
    press(client, dossier, "present", occasion="welcome")
    sent = undo_form(client.get(f"/dossiers/{dossier}").text)
    assert (
        'action="/dossiers/' + str(dossier) + "/undo"
        not in locale.client("Sophie Lecomte").get(f"/dossiers/{dossier}").text
    )
    locale.on(dossier, assignment.take_note, "Sophie Lecomte", text="bien reçu")
    assert "/undo" not in client.get(f"/dossiers/{dossier}").text
    answer = client.post(f"/dossiers/{dossier}/undo", data=sent)
    assert answer.headers["location"] == f"/dossiers/{dossier}?form=retract&about=3#form"
    assert locale.state(dossier).orientation.presented


def test_who_opened_a_dossier_is_not_offered_to_undo_its_opening(locale: House) -> None:
    dossier = locale.opened()
    assert "/undo" not in locale.client("Sophie Lecomte").get(f"/dossiers/{dossier}").text


def test_a_correction_shows_what_goes_with_it_before_it_is_done(locale: House) -> None:
    dossier, (_, cafe, _) = locale.prescribed()
    locale.referred(dossier, cafe)
    client = locale.client("Nadia Benali")
    built = next(n for n, event in enumerate(locale.events(dossier), 1) if isinstance(event, e.PrescriptionBuilt))
    page = client.get(f"/dossiers/{dossier}?form=retract&about={built}")
    preview = words(str(BeautifulSoup(page.text, "html.parser").select_one(".preview")))
    assert preview.startswith("2 faits retirés Prescription construite")
    assert "Orientation vers Médiathèque de Mortagne" in preview
    assert "N’est plus à faire Orienter" in preview
    assert "Redevient à faire Construire la prescription" in preview
    assert send(client, dossier, "retract", {**values(page.text), "reason": "mauvaise grille"}).status_code == 303
    assert not locale.state(dossier).parcours.actions
    told = part(client.get(f"/dossiers/{dossier}").text, "history")
    assert told.count("retiré : mauvaise grille (Nadia Benali") == 2


def test_what_came_from_pix_is_not_corrected_but_unmatched(locale: House) -> None:
    dossier, found = locale.scored()
    page = locale.client("Nadia Benali").get(f"/dossiers/{dossier}?form=retract&about=5").text
    assert "défaites le rapprochement" in words(page)
    client = locale.client("Sophie Lecomte")
    page = client.get(f"/dossiers/{dossier}?form=unmatch&about={found}").text
    assert "2 faits retirés" in words(page)
    assert "N’est plus à faire Transmettre le résultat" in words(page)
    assert send(client, dossier, "unmatch", {**values(page), "reason": "homonyme"}).status_code == 303
    assert not locale.state(dossier).diagnostic.participations
    assert locale.served.engine.state("participation", found).dossier is None


def test_a_match_is_undone_only_on_its_own_dossier(locale: House) -> None:
    dossier, found = locale.scored()
    other = locale.opened(first="Noé", last="Lefèvre")
    client = locale.client("Sophie Lecomte")
    sent = {**opened(client, dossier, "unmatch", found), "reason": "homonyme"}
    assert send(client, other, "unmatch", sent).status_code == 422
    assert locale.served.engine.state("participation", found).dossier == dossier


def test_whoever_takes_their_own_assignment_back_goes_to_the_list(locale: House) -> None:
    dossier = locale.opened()
    client = locale.client("Nadia Benali")
    answer = press(client, dossier, "retract", 2, reason="pas la mienne")
    assert answer.headers["location"] == "/dossiers"
    assert client.get(f"/dossiers/{dossier}").status_code == 404


@pytest.mark.parametrize("about", ["", "12", "pas-un-identifiant", str(uuid4()), "hold-debrief:" + str(uuid4())])
@pytest.mark.parametrize("form", ["chase", "debrief", "end", "answer", "retract", "unmatch", "appointment"])
def test_a_form_about_nothing_known_breaks_nothing(locale: House, form: str, about: str) -> None:
    dossier, _ = locale.prescribed()
    client = locale.client("Sophie Lecomte")
    before = len(locale.events(dossier))
    page = client.get(f"/dossiers/{dossier}", params={"form": form, "about": about})
    assert page.status_code == 200
    sent = {"about": about, "on": "2026-03-16", "command_id": str(uuid4()), "reason": "x", "answer": "accepted"}
    answer = send(client, dossier, form, sent)
    assert answer.status_code == 422
    assert len(BeautifulSoup(answer.text, "html.parser").select("#form")) == 1
    assert len(locale.events(dossier)) == before


def test_a_result_without_a_score_says_so(locale: House) -> None:
    dossier = locale.planned()
    result = participation.Result(shared=participation.Moment(MONDAY), mastery=None)
    locale.on(dossier, assignment.take_note, text="x")
    found = locale.took(dossier, None)
    locale.says(
        "Sophie Lecomte", participation.follow, {"participation": found, "dossier": dossier}, progress=Decimal(1),
        result=result, exported_at=datetime(2026, 3, 16, 10, 0, tzinfo=UTC), context={"participation_id": found},
    )  # fmt: skip
    locale.on(
        dossier,
        prescription.dispatch_result,
        "Sophie Lecomte",
        participation=found,
        advisor=locale.people["Nadia Benali"],
    )
    page = locale.client("Nadia Benali").get(f"/dossiers/{dossier}").text
    assert "Pix n’a donné aucun taux" in part(page, "result")
    assert sheet(page)
