import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from pixflow.dossier import assignment, follow_up
from pixflow.dossier.stages import orientation, parcours
from pixflow.participation import campaign
from pixflow.protocol import drafting
from pixflow.tasks import TASK_KINDS
from pixflow.team.absences import declare_absence
from pixflow.workshop import booking
from tests.web.arranged import Arranged, opened, scheduled, seat, to_book, to_debrief
from tests.web.client import InspectingClient, words
from tests.web.exports import DAY, ROWS, Board, dossiers
from tests.web.filled import fill, hire, part, receive, said, texts
from tests.web.paths import House, house
from tests.web.pressing import sent_by
from tests.web.tags import parsed
from web.desk import task_links
from web.french.tasks import WORDS
from web.pages.dossier.forms import FORMS

NADIA, PAUL, SOPHIE, HELENE = "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Hélène Morin"
MONDAY = date(2026, 3, 16)


def queue(at_work: House, name: str = NADIA, query: str = "") -> str:
    answer = at_work.client(name).get(f"/boite{query}")
    assert answer.status_code == 200
    return str(answer.text)


# --- 0, 1 and many


def test_when_all_is_to_come_the_page_says_when(at_work: House) -> None:
    at_work.planned()
    page = words(queue(at_work))
    assert "La prochaine tâche s’ouvrira mardi 7 avril ; 1 tâche est à venir." in page


def test_a_day_of_another_year_is_told_with_it(at_work: House) -> None:
    at_work.day(date(2026, 12, 14))
    at_work.planned()
    assert "La prochaine tâche s’ouvrira mercredi 6 janvier 2027" in words(queue(at_work))


def test_one_dossier_is_one_row_with_all_that_is_said_of_it(at_work: House) -> None:
    dossier = at_work.opened(programme="PACEA", phone="06 12 34 56 78")
    page = queue(at_work)
    assert "Lundi 16 mars · 1 à faire" in words(page)
    row = parsed(page).select_one(".item")
    assert said(row.select_one(".item-who")) == "Diallo Aminata PACEA"
    assert said(row.select_one(".item-do")) == "Présenter Pix"
    assert said(row.select_one(".item-why")) == "dossier ouvert le 16 mars"
    assert said(row.select_one(".item-stage")) == "1 Orientation"
    assert said(row.select_one(".item-due")) == "7 avril"
    assert [link["href"] for link in row.select("a")] == [
        f"/dossiers/{dossier}?boite=rang%3D0",
        f"/pourquoi/{dossier}?tache=present-pix",
        f"/dossiers/{dossier}?formulaire=present&boite=rang%3D0#form",
        f"/dossiers/{dossier}?formulaire=appointment&sur=present-pix&boite=rang%3D0#form",
        f"/dossiers/{dossier}?formulaire=snooze&sur=present-pix&boite=rang%3D0#form",
        f"/dossiers/{dossier}?formulaire=hand&sur=present-pix&boite=rang%3D0#form",
        f"/dossiers/{dossier}?boite=rang%3D0",
        "tel:+33612345678",
    ]
    assert texts(page, ".item .btn") == ["Présenter : Diallo Aminata"]


def test_many_dossiers_are_pages_of_fifty_and_the_counts_are_exact(at_work: House) -> None:
    fill(at_work, 1_020)
    page = queue(at_work)
    assert "1 020 à faire" in words(page)
    assert len(parsed(page).select(".item")) == 50
    assert texts(page, ".group h2") == ["Plus tard · 1 020"]
    assert "1 à 50 sur 1 020" in words(page)
    assert texts(page, ".pager a") == ["Page suivante"]
    last = queue(at_work, query="?p=21")
    assert "1 001 à 1 020 sur 1 020" in words(last)
    assert texts(last, ".pager a") == ["Page précédente"]
    assert queue(at_work, query="?p=999") == last


# --- groups and filters


def test_rows_stand_in_groups_by_the_day_they_are_due(at_work: House) -> None:
    at_work.opened(first="Tard")
    at_work.day(date(2026, 3, 30))
    at_work.dispatched(first="Semaine")
    at_work.day(date(2026, 4, 7))
    at_work.presented(first="Bientôt")
    at_work.day(date(2026, 4, 8))
    page = queue(at_work)
    groups = {said(part.h2): texts(str(part), ".item-who") for part in parsed(page).select(".group")}
    assert groups == {"En retard · 2": ["Diallo Semaine", "Diallo Tard"], "Plus tard · 1": ["Diallo Bientôt"]}
    assert texts(page, ".due") == ["1 j de retard", "1 j de retard", "mardi"]
    assert "dont 2 en retard" in words(page)
    at_work.day(date(2026, 4, 13))
    assert texts(queue(at_work), ".group h2") == ["En retard · 2", "Cette semaine · 1"]
    at_work.day(date(2026, 4, 14))
    assert texts(queue(at_work), ".group h2") == ["En retard · 2", "Aujourd’hui · 1"]


def test_each_chip_gives_as_many_rows_as_it_says(at_work: House) -> None:
    fill(at_work, 3, programme="CEJ", site="L’Aigle")
    fill(at_work, 2, programme="PACEA")
    at_work.dispatched(first="Zoé", programme="PACEA")
    page = queue(at_work)
    assert texts(page, ".chips > li") == [
        "Tout 9",
        "Tâche Présentations 5 Diagnostics à prévoir 3 Restitutions 1",
        "Programme CEJ 6 PACEA 3",
        "Site L’Aigle 6 Mortagne 3",
    ]
    for chip in parsed(page).select(".chips a"):
        found = parsed(queue(at_work, query=chip["href"].removeprefix("/boite")))
        assert len(found.select(".item")) == int(said(chip.select_one(".number"))), chip["href"]
    stage = parsed(queue(at_work, query="?etape=prescription"))
    assert texts(str(stage), ".item-who") == ["Diallo Zoé PACEA"]
    assert said(stage.select_one(".chips a[aria-current]")) == "3 Prescription 1 : ôter ce filtre ×"


def test_filters_add_up_and_come_off_one_by_one(at_work: House) -> None:
    fill(at_work, 3, programme="CEJ", site="L’Aigle")
    fill(at_work, 2, programme="PACEA")
    page = parsed(queue(at_work, query="?tache=present-pix&programme=CEJ"))
    assert len(page.select(".item")) == 3
    on = {said(link): link["href"] for link in page.select(".chips a[aria-current]")}
    assert list(on.values()) == ["/boite?programme=CEJ", "/boite?tache=present-pix"]
    assert said(page.select_one(".chips a")) == "Tout 8"
    none = words(queue(at_work, query="?tache=refer"))
    assert "Rien à faire avec ces filtres." in none
    assert "8 à faire" in none


def measured(at_work: House) -> Arranged:
    """Every action is done: what they brought is to be measured, sixty days after."""
    dossier, actions = at_work.prescribed()
    for action in actions:
        at_work.on(dossier, parcours.end_action, action=action, outcome="done", note="")
    at_work.day(date(2026, 7, 1))
    return dossier, ""


@pytest.mark.parametrize("arrange", [opened, to_book, to_debrief, measured])
def test_a_row_says_the_stage_of_its_dossier_as_the_list_and_the_page_do(
    at_work: House, arrange: Callable[[House], Arranged]
) -> None:
    dossier, _ = arrange(at_work)
    client = at_work.client(NADIA)
    rows = texts(queue(at_work), f"[id^='task-{dossier}'] .item-stage")
    (listed,) = texts(client.get("/dossiers").text, f"#dossier-{dossier} .item-stage")
    steps = texts(client.get(f"/dossiers/{dossier}").text, ".stepper [aria-current] .step")
    assert rows
    assert {*rows} == {listed}
    assert steps == ([] if listed == "parcours terminé" else [f"{listed} : en cours"])


# --- what a row says and where it leads


def test_an_appointment_gives_its_local_time_and_place(at_work: House) -> None:
    dossier, participation = at_work.dispatched()
    at = datetime(2026, 3, 19, 14, tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC)
    at_work.on(
        dossier,
        follow_up.set_appointment,
        task=f"hold-debrief:{participation}",
        at=at,
        day=date(2026, 3, 19),
        place="Mortagne",
    )
    row = parsed(queue(at_work)).select_one(".item")
    assert said(row.select_one(".item-due")) == "jeu. 19, 14:00"
    assert said(row.select_one(".item-why")) == "rendez-vous fixé, Mortagne"


@pytest.mark.parametrize("kind", TASK_KINDS)
def test_every_task_leads_to_where_it_is_done(kind: str) -> None:
    stream, about = UUID(int=1), UUID(int=2)
    subjects = {"declare-campaign": "campaign", "match-participation": "participation", "mark-attendance": "workshop"}
    href = task_links.href(subjects.get(kind, "dossier"), stream, f"{kind}:{about}", kind)
    if kind == "mark-attendance":
        assert href == f"/ateliers/{stream}/presence"
    elif kind == "confirm-erasure":
        assert href == f"/dossiers/{stream}/droits#effacement"
    elif kind in ("declare-campaign", "match-participation", "dispatch-result"):
        assert href.startswith("/resultats")
    elif kind in task_links.OUTSIDE:
        assert href == task_links.OUTSIDE[kind].format(stream=stream, about=about)
    else:
        assert href.startswith(f"/dossiers/{stream}?formulaire={WORDS[kind].form}")
        assert WORDS[kind].form in FORMS
        assert ("sur=" in href) == bool(FORMS[WORDS[kind].form].about)


def test_pressing_a_row_and_doing_it_takes_the_row_away(at_work: House) -> None:
    at_work.opened()
    client = at_work.client(NADIA)
    href = parsed(client.get("/boite").text).select_one(".item .btn")["href"]
    form = parsed(client.get(href).text).select_one("#form form")
    sent = {field["name"]: field.get("value", "") for field in form.select("input[name]")}
    answer = client.post(form["action"], data={**sent, "occasion": "welcome", "on": "2026-03-16"})
    assert answer.status_code == 303
    page = client.get("/boite").text
    assert texts(page, ".item-do") == ["Prévoir le diagnostic"]
    assert "1 à faire · 1 tâche terminée aujourd’hui" in words(page)


# --- what was done


def test_an_action_without_partner_says_what_is_to_be_done(at_work: House) -> None:
    """The check of reading asks for its outcome, never for a partner; the two other actions are to be referred."""
    _, (check, *_) = at_work.prescribed()
    rows = {one["id"]: one for one in parsed(queue(at_work)).select(".item")}
    alone = next(row for id, row in rows.items() if str(check) in id)
    assert said(alone.select_one(".item-do")) == "Noter l’issue"
    assert sorted(said(row.select_one(".item-do")) for row in rows.values()) == [
        "Noter l’issue",
        "Orienter",
        "Orienter",
    ]
    page = at_work.client(NADIA).get(alone.select_one(".item-act > a.btn")["href"]).text
    assert said(parsed(page).select_one("#form-title")) == "Issue de l’action"


def test_what_was_done_today_counts_only_what_closed_something_by_this_person(at_work: House) -> None:
    dossier = at_work.presented()
    at_work.on(dossier, follow_up.take_note, text="vu")
    at_work.on(at_work.opened(first="Zoé"), orientation.present_pix, SOPHIE, occasion="welcome")
    assert "1 tâche terminée aujourd’hui" in words(queue(at_work))
    at_work.day(date(2026, 3, 17))
    assert "aujourd’hui" not in words(queue(at_work)).split("Prévoir")[0].removeprefix("Ma boîte")


def done(at_work: House, name: str) -> str:
    """The tasks that the head of Ma boîte says done today, "" for none."""
    head = said(parsed(queue(at_work, name)).select_one(".head"))
    return head.partition(" aujourd’hui")[0].rpartition(" · ")[2] if " aujourd’hui" in head else ""


def test_what_is_taken_back_is_done_no_more(at_work: House) -> None:
    receive(at_work, fill(at_work, 3, advisor=None), NADIA)
    at_work.day(date(2026, 3, 17))
    board, opened = Board(at_work), at_work.opened()
    assert done(at_work, SOPHIE) == ""
    sent = board.press("/resultats", "form[action*='transmettre-surs']")
    assert done(at_work, SOPHIE) == "3 tâches terminées"
    board.press(sent.headers["Location"], ".undo-all")
    assert done(at_work, SOPHIE) == ""
    made = scheduled(at_work)
    seat(at_work, made, opened)
    assert done(at_work, SOPHIE) == "1 tâche terminée"
    at_work.says(SOPHIE, booking.release_seat, {"workshop": made, "dossier": opened}, context={"until": at_work.today})
    assert done(at_work, SOPHIE) == ""


def test_an_import_a_handover_and_a_merge_are_no_tasks(at_work: House) -> None:
    at_work.day(DAY)
    dossiers(at_work)
    board = Board(at_work)
    board.record(ROWS)
    assert done(at_work, SOPHIE) == ""
    merged, kept = at_work.presented(last="Diallo"), at_work.opened(last="Diallo")
    board.follow(board.press(f"/dossiers/{merged}/fusion?avec={kept}", "form[action$='/fusion'][method='post']"))
    at_work.on(kept, assignment.assign_advisor, SOPHIE, advisor=at_work.people[PAUL], bulk=uuid4())
    assert done(at_work, SOPHIE) == ""


def test_a_workshop_counts_as_done_once_everybody_is_marked(at_work: House) -> None:
    made, client = scheduled(at_work), at_work.client(NADIA)
    for first in ("Aya", "Bob", "Zoé"):
        seat(at_work, made, at_work.opened(first=first))
    assert "Noter la présence" in texts(queue(at_work), ".item-do")
    aya, *_ = [
        field["value"] for field in parsed(client.get(f"/ateliers/{made}/presence").text).select("[name=dossier]")
    ]
    client.post(f"/ateliers/{made}/presence", data={"command_id": str(uuid4()), "dossier": aya, "said": "absent"})
    assert "aujourd’hui" not in said(parsed(queue(at_work)).select_one(".head"))
    for path in ("tous", "clore"):
        assert client.post(f"/ateliers/{made}/presence/{path}", data={"command_id": str(uuid4())}).status_code == 303
    assert "Noter la présence" not in texts(queue(at_work), ".item-do")
    assert "1 tâche terminée aujourd’hui" in said(parsed(queue(at_work)).select_one(".head"))
    assert "aujourd’hui" not in said(parsed(queue(at_work, PAUL)).select_one(".head"))


# --- the référent and the manager


def test_the_referent_has_one_row_a_pile(at_work: House) -> None:
    fill(at_work, 3, advisor=None)
    at_work.scored()
    page = queue(at_work, SOPHIE)
    assert "4 à faire pour l’équipe" in words(page)
    assert texts(page, ".pile-line .item-who") == ["3 dossiers à affecter", "1 résultat à transmettre"]
    assert [link["href"] for link in parsed(page).select(".pile-line .btn")] == [
        "/dossiers?etat=unassigned",
        "/resultats#a-transmettre",
    ]
    assert not parsed(page).select(".chips")
    at_work.day(date(2026, 3, 20))
    late = queue(at_work, SOPHIE)
    assert "4 à faire pour l’équipe, dont 4 en retard" in words(late)
    assert texts(late, ".pile-line .item-why")[0] == "dont 3 en retard"


def test_a_large_pile_is_one_row_and_pages_of_fifty(at_work: House) -> None:
    fill(at_work, 60, advisor=None)
    assert texts(queue(at_work, SOPHIE), ".pile-line .item-who") == ["60 dossiers à affecter"]
    pile = queue(at_work, SOPHIE, "?pile=assign-advisor&p=2")
    assert said(parsed(pile).h1) == "60 dossiers à affecter"
    assert "51 à 60 sur 60" in words(pile)
    assert "Cette pile est vide." in words(queue(at_work, SOPHIE, "?pile=dispatch-result"))


def test_a_pile_of_late_facts_opens_as_a_list(at_work: House) -> None:
    dossier = at_work.opened()
    at_work.on(dossier, follow_up.close_dossier, reason="moved", note="")
    at_work.took(dossier)
    page = parsed(queue(at_work, SOPHIE))
    link = page.select_one("#pile-review-late-event .btn")
    assert link["href"] == "/boite?pile=review-late-event"
    pile = parsed(at_work.client(SOPHIE).get(link["href"]).text)
    assert said(pile.h1) == "1 arrivée tardive à relire"
    assert pile.select_one(".item .btn")["href"] == f"/dossiers/{dossier}?formulaire=review#form"
    assert at_work.client(NADIA).get(link["href"]).status_code == 404
    assert at_work.client(SOPHIE).get("/boite?pile=unknown").status_code == 404


def test_what_waits_too_long_is_shown_to_the_referent_then_to_the_manager_with_its_advisor(at_work: House) -> None:
    at_work.opened(advisor=PAUL)
    at_work.day(date(2026, 4, 13))
    assert "En attente depuis longtemps" not in words(queue(at_work, SOPHIE))
    at_work.day(date(2026, 4, 14))
    page = queue(at_work, SOPHIE)
    assert "1 en attente depuis longtemps" in words(page)
    assert texts(page, "#rail a")[0] == "Ma boîte 0 à faire", "it is its owner's to do"
    assert texts(page, "[aria-labelledby=en-attente] .items .item-why") == ["Paul Rey · dossier ouvert le 16 mars"]
    assert texts(page, ".item .btn") == ["Ouvrir le dossier : Diallo Aminata"]
    assert "Rien n’attend depuis longtemps." in words(queue(at_work, HELENE))
    at_work.day(date(2026, 4, 21))
    manager = queue(at_work, HELENE)
    assert "rien à votre nom · 1 en attente depuis longtemps" in words(manager)
    assert texts(manager, ".item-who") == ["Diallo Aminata"]


def test_somebody_of_several_roles_sees_all_of_it_once(at_work: House) -> None:
    both = "Inès Kowalski"
    hire(at_work, both, "advisor", "referent", "manager")
    at_work.opened(first="Mienne", advisor=both)
    at_work.opened(first="Sienne", advisor=PAUL)
    at_work.opened(first="Personne", advisor=None)
    at_work.day(date(2026, 4, 30))
    page = queue(at_work, both)
    assert texts(page, "#group-late ~ .items .item-who") == ["Diallo Mienne"]
    assert texts(page, ".pile-line .item-who") == ["1 dossier à affecter"]
    assert texts(page, "[aria-labelledby=en-attente] .items .item-who") == ["Diallo Personne", "Diallo Sienne"]


# --- who may look


def test_the_fragment_is_the_same_as_the_page(at_work: House) -> None:
    fill(at_work, 60)
    client = at_work.client(NADIA)
    assert part(client, "/boite?tache=present-pix") in client.get("/boite?tache=present-pix").text


# --- claimed and given back


def followed(client: InspectingClient, form: Any) -> str:
    answer = client.post(form["action"], data=sent_by(str(form)))
    assert answer.status_code == 303, answer.text
    return str(client.get(answer.headers["Location"]).text)


def test_a_referent_takes_a_late_task_upon_themselves_and_gives_it_back(at_work: House) -> None:
    at_work.opened(first="Tardive")
    at_work.day(at_work.today + timedelta(days=120))
    sophie = at_work.client(SOPHIE)
    page = sophie.get("/boite").text
    late = "[aria-labelledby=en-attente] .item"
    claim = parsed(page).select_one(f"{late} form[action='/boite/prendre']")
    assert not parsed(at_work.client(HELENE).get("/boite").text).select("form[action='/boite/prendre']")
    after = followed(sophie, claim)
    told = "Tardive Diallo : pris en charge par Sophie Lecomte jusqu’au"
    assert told in words(str(parsed(after).select_one(".notice")))
    assert "Tardive" not in " ".join(texts(after, late))
    mine = next(row for row in parsed(after).select(".item") if "Tardive" in row.get_text())
    assert "Rendre à Nadia Benali" in words(str(mine))
    back = followed(sophie, mine.select_one("form[action='/boite/rendre']"))
    assert "Tardive Diallo : rendu à Nadia Benali : présenter Pix" in words(str(parsed(back).select_one(".notice")))
    assert "Tardive" in " ".join(texts(back, late))


def test_a_page_drawn_again_is_the_same_but_for_the_commands_of_its_forms(at_work: House) -> None:
    fill(at_work, 3)
    at_work.day(at_work.today + timedelta(days=120))
    first, again = (at_work.client(SOPHIE).get("/boite").text for _ in range(2))
    command = re.compile(r'(name="command_id" value=)"([^"]*)"')
    sent = [UUID(found) for _, found in command.findall(first + again)]
    assert len(set(sent)) == len(sent) >= 6
    assert command.sub(r"\1", first) == command.sub(r"\1", again)


# --- beside the tasks


def test_an_empty_structure_says_what_to_do_first_to_who_begins_it(tmp_path: Path) -> None:
    with house(tmp_path, MONDAY) as empty:
        for name in (NADIA, PAUL):
            sent = {"command_id": str(uuid4()), "last_day": "2026-03-16", "anyway": "true"}
            empty.client(HELENE).post(f"/equipe/{empty.people[name]}/leave", data=sent)
        empty.day(MONDAY + timedelta(days=1))
        page = parsed(empty.client(SOPHIE).get("/boite").text)
        links = [(said(link), link["href"]) for link in page.select(".first-steps a")]
        assert links == [
            ("Ajouter l’équipe", "/equipe"),
            ("Lire le protocole et la grille", "/protocole"),
            ("Importer un portefeuille", "/dossiers/import"),
            ("Déclarer la campagne du diagnostic", "/resultats/campagnes/nouvelle"),
            ("Fixer un atelier", "/ateliers"),
            ("Importer un export de Pix Orga", "/resultats"),
        ]
        for _, href in links:
            assert empty.client(SOPHIE).get(href).status_code == 200
        assert parsed(empty.client(HELENE).get("/boite").text).select_one(".first-steps a")["href"] == "/equipe/nouveau"


def test_first_steps_end_with_the_first_export(at_work: House) -> None:
    """A campaign declared by hand, before any export, is a step of its own."""
    at_work.opened()
    done = parsed(at_work.client(SOPHIE).get("/boite").text).select(".first-steps li:has(.visually-hidden) a")
    steps = ["Ajouter l’équipe", "Importer un portefeuille", "Déclarer la campagne du diagnostic"]
    assert [said(link) for link in done] == steps
    export = {"pix_id": 512384, "code": "VWXKTR738", "name": "Diagnostic", "pix_course": None, "on": at_work.today}
    at_work.says(SOPHIE, campaign.find_campaign, {"campaign": at_work.campaign}, context=export)
    assert not parsed(at_work.client(SOPHIE).get("/boite").text).select(".first-steps")


def test_a_draft_waits_in_the_boxes_of_the_team_until_each_said_something(at_work: House) -> None:
    document = replace(at_work.served.refs.grille(MONDAY).document, name="Grille à l’essai")
    stream = {"grille": at_work.served.opened.stream("grille")}
    at_work.says(SOPHIE, drafting.draft_grille, stream, document=document, note="essai", replaces=0)
    sentence = "Le projet de grille que Sophie Lecomte propose depuis le 16 mars attend votre avis."
    notices = {name: texts(at_work.client(name).get("/boite").text, ".draft p") for name in (NADIA, HELENE, SOPHIE)}
    assert notices == {NADIA: [sentence], HELENE: [sentence], SOPHIE: []}
    opinion = {"command_id": str(uuid4()), "draft": "1", "endorsed": "true", "comment": ""}
    assert at_work.client(NADIA).post("/protocole/projet/grille/avis", data=opinion).status_code == 303
    assert texts(at_work.client(NADIA).get("/boite").text, ".draft p") == []


def test_an_absence_that_somebody_else_noted_is_told_to_the_absent_person_alone(at_work: House) -> None:
    person, days = at_work.people[NADIA], {"first": MONDAY, "last": MONDAY + timedelta(days=4)}
    context = {"absence": uuid4(), "person": person, "team": at_work.served.refs.team}
    at_work.says(SOPHIE, declare_absence, {"staff": person}, **days, deputy=at_work.people[SOPHIE], context=context)
    told = words(queue(at_work))
    assert f"Absence de {NADIA} du 16 au 20 mars, suppléance : {SOPHIE}. C’est {SOPHIE} qui l’a noté." in told
    assert f'href="/equipe/{person}#absences"' in queue(at_work)
    assert not any("qui l’a noté" in words(queue(at_work, name)) for name in (PAUL, SOPHIE, HELENE))
    at_work.day(MONDAY + timedelta(days=2))
    assert "qui l’a noté" not in words(queue(at_work))
    context = {**context, "absence": uuid4(), "team": at_work.served.refs.team}
    later = {"first": date(2026, 4, 1), "last": date(2026, 4, 1), "deputy": None}
    at_work.says(NADIA, declare_absence, {"staff": person}, **later, context=context)
    assert "qui l’a noté" not in words(queue(at_work)), "her own"
