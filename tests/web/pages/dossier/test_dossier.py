import re
from datetime import UTC, date, datetime
from uuid import uuid4

from pixflow.dossier import follow_up
from pixflow.dossier.stages import parcours, prescription
from pixflow.events.values import Partner
from pixflow.participation import matches as imports
from tests.web.client import words
from tests.web.paths import House
from tests.web.pressing import opened, press, send
from tests.web.tags import parsed

MONDAY = date(2026, 3, 16)


def part(html: str, id: str) -> str:
    """The text of one part of the page."""
    found = parsed(html).select_one(f"[aria-labelledby={id}-title]")
    return words(str(found))


# --- who is let in


def test_a_dossier_of_another_advisor_and_an_unknown_one_are_the_same_page(locale: House) -> None:
    theirs, nobody = locale.opened(advisor="Paul Rey"), uuid4()
    client = locale.client("Nadia Benali")
    tried: tuple[tuple[str, dict[str, str] | None], ...] = (
        ("", None),
        ("?formulaire=note", None),
        ("/fiche", None),
        ("/note", {"text": "x"}),
        ("/undo", {}),
    )
    for path, sent in tried:
        answers = [
            client.get(f"/dossiers/{id}{path}") if sent is None else client.post(f"/dossiers/{id}{path}", data=sent)
            for id in (theirs, nobody)
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content


def test_an_auditor_reads_everything_and_is_offered_no_form(locale: House) -> None:
    dossier, actions = locale.prescribed()
    client = locale.client("Claire Vasseur")
    page = client.get(f"/dossiers/{dossier}")
    assert page.status_code == 200
    html = parsed(page.text).select_one("#sheet")
    assert not html.select("form")
    assert not [link for link in html.select("a") if "formulaire=" in str(link["href"])]
    assert 'id="form"' not in client.get(f"/dossiers/{dossier}?formulaire=note").text
    before = len(locale.events(dossier))
    assert (
        send(client, dossier, "note", {"text": "x", "on": "2026-03-16", "command_id": str(uuid4())}).status_code == 403
    )
    assert (
        client.post(f"/dossiers/{dossier}/undo", data={"version": "1", "command_id": str(uuid4())}).status_code == 403
    )
    assert send(client, dossier, "drop", {"action": str(actions[0])}).status_code == 403
    assert len(locale.events(dossier)) == before


def test_each_role_is_offered_what_its_table_allows(locale: House) -> None:
    dossier, _ = locale.scored()
    offered = {
        name: set(re.findall(r"\?formulaire=([a-z]+)", locale.client(name).get(f"/dossiers/{dossier}").text))
        for name in ("Nadia Benali", "Sophie Lecomte", "Hélène Morin")
    }
    assert "assign" not in offered["Nadia Benali"]
    assert "unmatch" not in offered["Nadia Benali"]
    assert offered["Sophie Lecomte"] - offered["Nadia Benali"] == {"assign", "lend", "unmatch"}
    assert offered["Hélène Morin"] == {"assign", "close", "lend"}


def test_who_may_do_nothing_with_an_action_sees_no_empty_menu(locale: House) -> None:
    dossier, _ = locale.prescribed()
    for name, menus in (("Nadia Benali", 3), ("Hélène Morin", 0), ("Claire Vasseur", 0)):
        page = parsed(locale.client(name).get(f"/dossiers/{dossier}").text)
        assert len(page.select(".deed .menu")) == menus


def test_an_unknown_form_is_not_found(locale: House) -> None:
    dossier = locale.opened()
    client = locale.client("Nadia Benali")
    assert client.post(f"/dossiers/{dossier}/dance", data={}).status_code == 404
    assert client.get(f"/dossiers/{dossier}?formulaire=dance").status_code == 200
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


def test_the_score_stands_in_its_band_and_says_why(locale: House) -> None:
    dossier, _ = locale.dispatched("0.40")
    page = locale.client("Nadia Benali").get(f"/dossiers/{dossier}").text
    told = part(page, "result")
    assert "40 % : encore dans 0-40" in page.replace("\u202f", " ").replace("\xa0", " ")
    assert "taux de maîtrise de 0,40" in told
    assert "tranche « Savoirs de base » de la grille n° 1" in told
    assert "Communication et collaboration 2 / 5" in told
    assert "Illettrisme à vérifier conseiller·ère seulement" in part(page, "prescription")


def test_progress_is_told_from_one_participation_to_the_next(locale: House) -> None:
    dossier, _ = locale.prescribed("0.40")
    locale.day(date(2026, 3, 20))
    locale.took(dossier, "0.48", ordinal=1)
    locale.took(dossier, None, progress="0.35", ordinal=2)
    page = locale.client("Nadia Benali").get(f"/dossiers/{dossier}").text
    told = part(page, "result")
    assert "2e participation" in told
    assert "+ 8 points depuis 40 %" in told
    assert "Diagnostic initial : test en cours : 35 % du test, vu le 20 mars" in told
    assert "Diagnostic initial : 40 % partagé le 16 mars" in told
    assert "Prescription du 16 mars 2026, pour 40 %" in part(page, "prescription")
    assert "que fait la ou le référent·e Pix" in part(page, "prescription")


def test_a_vanished_participation_keeps_its_result(locale: House) -> None:
    dossier, found = locale.dispatched()
    locale.day(date(2026, 3, 17))
    locale.says(
        "Sophie Lecomte",
        imports.record_disappearance,
        {"participation": found, "dossier": dossier},
        exported_at=datetime(2026, 3, 17, 9, 0, tzinfo=UTC),
        context={"participation_id": found},
    )
    told = part(locale.client("Nadia Benali").get(f"/dossiers/{dossier}").text, "result")
    assert "disparu de Pix Orga le 17 mars, le résultat est gardé" in told


def test_an_action_is_told_in_every_state_with_its_buttons(locale: House) -> None:
    dossier, (_, cafe, free) = locale.prescribed()
    client = locale.client("Nadia Benali")

    def told() -> str:
        return part(client.get(f"/dossiers/{dossier}").text, "prescription")

    assert "Café numérique À orienter Orienter Démarrer" in told()
    referral = locale.referred(dossier, cafe)
    asked = "Envoyée à Médiathèque de Mortagne le 16 mars, sans réponse, sans courriel : à appeler"
    assert f"{asked} Réponse Démarrer" in told()
    locale.on(dossier, parcours.answer_referral, referral=referral, answer="refused", reason="complet")
    assert "Refusée par Médiathèque de Mortagne le 16 mars (complet) : à orienter de nouveau Orienter" in told()
    locale.referred(dossier, cafe, partner=Partner(None, "EPN"))
    locale.on(dossier, parcours.start_action, action=cafe, ends=date(2026, 4, 30))
    assert "En cours depuis le 16 mars, jusqu’au 30 avr. Issue" in told()
    locale.on(dossier, parcours.end_action, action=cafe, outcome="done", note="")
    locale.on(dossier, parcours.drop_action, action=free, reason="autre voie")
    assert "Terminée le 16 mars" in told()
    copied = parsed(client.get(f"/dossiers/{dossier}").text).select_one("pre.copy").get_text()
    assert "- Café numérique (EPN) : Réalisée" in copied.replace("\xa0", " ")
    assert "- Permis de conduire : code en ligne : Refusée par le jeune" in copied.replace("\xa0", " ")
    assert "llettrisme" not in copied


def test_a_prescription_for_the_advisor_alone_is_copied_without_an_action(locale: House) -> None:
    dossier, found = locale.debriefed()
    grid = locale.served.refs.grille(locale.today)
    context = {"grille": grid.document, "number": grid.number, "action_ids": (uuid4(),)}
    said = {"kept": ("illettrisme",), "added": (), "wish": "", "project": "vente", "reason": ""}
    locale.on(dossier, prescription.build_prescription, participation=found, **said, context=context)
    copied = parsed(locale.client("Nadia Benali").get(f"/dossiers/{dossier}").text).select_one("pre.copy").text
    assert words(copied).endswith("Prescription du 16 mars 2026 : aucune action")


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
    locale.on(dossier, follow_up.close_dossier, reason="moved", note="")
    page = locale.client("Nadia Benali").get(f"/dossiers/{dossier}").text
    assert "Dossier clos le 16 mars 2026 : déménagement." in words(page)
    offered = set(re.findall(r"\?formulaire=([a-z]+)", page))
    assert offered == {"reopen", "note", "retract", "close"}


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
        locale.on(dossier, follow_up.take_note, text=f"note {n}")
    page = locale.client("Nadia Benali").get(f"/dossiers/{dossier}").text
    assert f"{len(locale.events(dossier)) - 12} lignes plus anciennes" in words(page)
    assert len(parsed(page).select(".timeline > li")) == len(locale.events(dossier))
