"""Ma boîte: what rests, what was handed over, several rows at once."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.dossier import follow_up
from pixflow.dossier.stages import orientation, parcours
from pixflow.events import dossier as e
from pixflow.team.absences import declare_absence
from tests.web.arranged import scheduled
from tests.web.client import words
from tests.web.filled import HTMX, fill, said, texts
from tests.web.paths import House
from tests.web.tags import parsed
from web.pages.dossier.forms import PathForm
from web.pages.queue import bulk

NADIA, PAUL, SOPHIE = "Nadia Benali", "Paul Rey", "Sophie Lecomte"
MONDAY = date(2026, 3, 16)


def queue(at_work: House, name: str = NADIA, query: str = "") -> str:
    answer = at_work.client(name).get(f"/boite{query}")
    assert answer.status_code == 200
    return str(answer.text)


def rest(at_work: House, dossier: UUID, key: str, until: date, reason: str = "en stage") -> None:
    at_work.on(dossier, follow_up.snooze_task, task=key, until=until, reason=reason)


def picks(page: str) -> list[str]:
    return [str(box["value"]) for box in parsed(page).select(".pick-box input")]


def preview(at_work: House, do: str, tasks: Sequence[str], name: str = NADIA) -> Any:
    return at_work.client(name).get("/boite/plusieurs", params={"faire": do, "tache": list(tasks)})


def press(at_work: House, do: str, tasks: Sequence[str], name: str = NADIA, **typed: Any) -> Any:
    dated = {} if do == "book" else {"on": at_work.today.isoformat()}
    sent = {"command_id": str(uuid4()), "task": list(tasks), **dated, **typed}
    return at_work.client(name).post(f"/boite/plusieurs/{do}", data=sent)


def undo(at_work: House, page: str, name: str = NADIA) -> Any:
    form = parsed(page).select_one(".undo-all")
    sent = {field["name"]: field["value"] for field in form.select("input")}
    return at_work.client(name).post(form["action"], data=sent)


# --- what rests


def test_what_rests_is_folded_at_the_end_with_its_reason_and_its_day(at_work: House) -> None:
    at_work.opened(first="Là")
    for n, first in ((24, "Tard"), (20, "Tôt")):
        rest(at_work, at_work.opened(first=first), "present-pix", date(2026, 3, n), f"en stage jusqu’au {n}")
    page = parsed(queue(at_work))
    assert "1 à faire" in words(str(page))
    group = page.select_one("#en-pause")
    assert said(group.h2) == "En pause · 2"
    assert not group.has_attr("open")
    assert texts(str(group), ".item-who") == ["Diallo Tôt", "Diallo Tard"]
    assert texts(str(group), ".item-due") == ["revient le 20 mars", "revient le 24 mars"]
    assert texts(str(group), ".item-why")[0] == "en stage jusqu’au 20 · dossier ouvert le 16 mars"
    at_work.day(date(2026, 3, 20))
    page = parsed(queue(at_work))
    assert said(page.select_one("#en-pause h2")) == "En pause · 1"
    assert "Diallo Tôt" in texts(str(page), ".group .item-who")


def test_a_task_that_comes_back_says_why(at_work: House) -> None:
    by_day = at_work.opened(first="Tôt")
    rest(at_work, by_day, "present-pix", date(2026, 3, 20), "en stage")
    by_fact, actions = at_work.prescribed(first="Tard")
    referral = at_work.referred(by_fact, actions[1])
    task = f"refer:{actions[2]}"
    sent = {"task": task, "until": date(2026, 4, 30), "awaits": "answer", "reason": "à voir ensemble"}
    at_work.on(by_fact, follow_up.snooze_task, **sent)
    at_work.on(by_fact, parcours.answer_referral, referral=referral, answer="accepted", reason="")
    assert "pause terminée le 16 mars, le partenaire a répondu : à voir ensemble · " in why_of(at_work, by_fact, task)
    at_work.day(date(2026, 3, 23))
    assert "pause terminée le 20 mars : en stage · dossier ouvert le 16 mars" in why_of(at_work, by_day, "present-pix")
    page = at_work.client(NADIA).get(f"/dossiers/{by_fact}").text
    assert "Pause terminée le 16 mars, le partenaire a répondu : à voir ensemble" in texts(page, ".now .rest")
    at_work.on(by_fact, follow_up.snooze_task, **{**sent, "awaits": None, "reason": "en vacances"})
    page = at_work.client(NADIA).get(f"/dossiers/{by_fact}").text
    assert "En pause jusqu’au 30 avril : en vacances" in texts(page, ".now .rest")


def why_of(at_work: House, dossier: UUID, key: str) -> str:
    return texts(queue(at_work), f"#task-{dossier}-{key.replace(':', '-')} .item-why")[0]


def test_many_that_rest_are_paged_with_their_exact_count(at_work: House) -> None:
    for dossier in fill(at_work, 60):
        rest(at_work, dossier, "present-pix", date(2026, 4, 1))
    page = parsed(queue(at_work))
    assert said(page.select_one("#en-pause h2")) == "En pause · 60"
    assert len(page.select("#en-pause .item")) == 50
    link = page.select_one("#en-pause .pager a")
    assert link["href"] == "/boite?r=2#en-pause"
    second = parsed(queue(at_work, query="?r=2")).select_one("#en-pause")
    assert second.has_attr("open")
    assert len(second.select(".item")) == 10


# --- what was handed over


def test_a_row_handed_to_me_says_by_whom(at_work: House) -> None:
    dossier, found = at_work.dispatched()
    key = f"hold-debrief:{found}"
    until = date(2026, 3, 20)
    at_work.on(dossier, follow_up.hand_over_task, SOPHIE, task=key, to=at_work.people[PAUL], until=until, note="")
    assert not parsed(queue(at_work)).select(".item")
    row = parsed(queue(at_work, PAUL)).select_one(".item")
    assert said(row.select_one(".item-why")).startswith("confiée par Sophie Lecomte · résultat transmis")
    at_work.day(date(2026, 3, 21))
    assert not parsed(queue(at_work, PAUL)).select(".item")
    assert "confiée" not in words(queue(at_work))


# --- several rows at once


def test_each_row_may_be_ticked_and_the_bar_offers_what_fits(at_work: House) -> None:
    at_work.planned(first="Loin")
    fill(at_work, 3)
    page = queue(at_work)
    assert len(picks(page)) == 3
    assert texts(page, "#picks button") == ["Présenter Pix (3) …", "Mettre en pause…", "Confier…"]
    at_work.day(date(2026, 4, 8))
    assert "Relancer (1) …" in texts(queue(at_work), "#picks button")
    assert said(parsed(queue(at_work)).select_one(".pick-all")) == "toute la page (4)"


def test_the_bar_stands_before_the_rows_and_says_how_many_of_how_many(at_work: House) -> None:
    fill(at_work, 60)
    page = parsed(queue(at_work))
    assert said(page.select_one(".pick-all")) == "toute la page (50 sur 60)"
    order = [one.get("id") or "row" for one in page.select("#picks, .item-who")]
    assert order[:2] == ["picks", "row"]


def test_a_preview_lists_the_rows_and_writes_nothing(at_work: House) -> None:
    fill(at_work, 3)
    before = at_work.served.engine.head()
    page = preview(at_work, "snooze", [*picks(queue(at_work)), f"{uuid4()} present-pix", "n’importe quoi"])
    assert page.status_code == 200
    assert said(parsed(page.text).h1) == "Mettre en pause 3 tâches"
    assert texts(page.text, ".item-who") == ["Nom0001 Prénom", "Nom0002 Prénom", "Nom0003 Prénom"]
    assert texts(page.text, ".item-due")[0] == "due le 7 avril"
    assert "2 lignes cochées ne sont plus dans votre boîte." in words(page.text)
    assert at_work.served.engine.head() == before


def test_several_rest_at_once_one_command_each_and_all_is_taken_back_in_one_press(at_work: House) -> None:
    dossiers = fill(at_work, 3)
    chosen = picks(queue(at_work))
    typed = {"on": "2026-03-16", "until": "2026-03-27", "reason": "forum des métiers"}
    sent = {"command_id": str(uuid4()), "task": chosen, **typed}
    client = at_work.client(NADIA)
    answer = client.post("/boite/plusieurs/snooze", data=sent)
    again = client.post("/boite/plusieurs/snooze", data=sent)
    assert answer.status_code == again.status_code == 303
    assert [type(at_work.events(id)[-1]) for id in dossiers] == [e.TaskSnoozed] * 3
    assert len({at_work.served.engine.history(id)[-1].command for id in dossiers}) == 3
    page = client.get(answer.headers["location"]).text
    assert "3 lignes enregistrées" in words(page)
    assert "Prénom Nom0001 : en pause jusqu’au 27 mars : présenter Pix — forum des métiers" in words(page)
    assert said(parsed(page).select_one("#en-pause h2")) == "En pause · 3"
    undone = undo(at_work, page)
    assert undone.status_code == 303
    page = client.get(undone.headers["location"]).text
    assert "Annulé pour Prénom Nom0001" in words(page)
    assert not parsed(page).select("#en-pause, .undo-all")


def test_two_tasks_of_one_dossier_are_both_taken_back(at_work: House) -> None:
    at_work.prescribed()
    chosen = picks(queue(at_work))
    assert len({pick.split()[0] for pick in chosen}) == 1 < len(chosen)
    page = at_work.client(NADIA).get(
        press(at_work, "snooze", chosen, until="2026-03-27", reason="en stage").headers["location"]
    )
    assert undo(at_work, page.text).status_code == 303
    assert not parsed(queue(at_work)).select("#en-pause")


def test_several_are_handed_over_at_once(at_work: House) -> None:
    fill(at_work, 3)
    chosen = picks(queue(at_work))[:2]
    answer = press(at_work, "hand", chosen, to=str(at_work.people[PAUL]), until="2026-03-27", note="congés")
    assert answer.status_code == 303
    assert texts(queue(at_work), ".item-who") == ["Nom0003 Prénom"]
    assert texts(queue(at_work, PAUL), ".item-why")[0].startswith("confiée par Nadia Benali")


def test_a_row_is_handed_to_others_alone_and_who_is_away_is_said(at_work: House) -> None:
    fill(at_work, 1)
    at_work.says(
        PAUL,
        declare_absence,
        {"staff": at_work.people[PAUL]},
        first=MONDAY,
        last=date(2026, 3, 18),
        deputy=None,
        context={"absence": uuid4(), "person": at_work.people[PAUL], "team": at_work.served.refs.team},
    )
    chosen = picks(queue(at_work))
    offered = texts(preview(at_work, "hand", chosen).text, "#to option")
    assert offered == [
        "Choisir…",
        "Paul Rey (0 tâche, absence jusqu’au 18 mars, sans suppléance)",
        f"{SOPHIE} (0 tâche)",
    ]
    assert press(at_work, "hand", chosen, to=str(at_work.people[NADIA])).status_code == 422


def test_one_chase_is_noted_for_several_and_the_preview_says_which_it_is(at_work: House) -> None:
    dossiers = [at_work.planned(first=first) for first in ("Ana", "Bea")]
    at_work.day(date(2026, 4, 8))
    fill(at_work, 1)
    chosen = picks(queue(at_work))
    page = preview(at_work, "chase", chosen)
    assert said(parsed(page.text).h1) == "Noter 2 relances"
    assert texts(page.text, ".item-due") == ["relance n° 1 sur 3", "relance n° 1 sur 3"]
    assert "Laissées de côté : Nom0001 Prénom, présenter Pix (ce n’est pas une relance)." in words(page.text)
    kept = [str(box["value"]) for box in parsed(page.text).select(".pick-box input")]
    assert press(at_work, "chase", kept, channel="sms", reached="false").status_code == 303
    assert [type(at_work.events(id)[-1]) for id in dossiers] == [e.YoungPersonChased] * 2


def test_a_reminder_goes_with_each_row_is_said_and_is_taken_back_with_it(at_work: House) -> None:
    dossiers = [at_work.planned(first=first) for first in ("Ana", "Bea")]
    at_work.day(date(2026, 4, 8))
    chosen = picks(queue(at_work))
    assert "Me le rappeler…" in words(preview(at_work, "chase", chosen).text)
    typed = {"channel": "sms", "reached": "false", "recall_day": "2026-04-09", "recall_text": "rappeler la mère"}
    refused = press(at_work, "chase", chosen, **{**typed, "recall_text": ""})
    assert refused.status_code == 422
    assert said(parsed(refused.text).select_one("#recall_text-error")) == "Écrivez quoi vous rappeler."
    address = press(at_work, "chase", chosen, **typed).headers["location"]
    assert all(len(at_work.state(id).reminders) == 1 for id in dossiers)
    page = at_work.client(NADIA).get(address).text
    for name in ("Ana Diallo", "Bea Diallo"):
        assert f"{name} : rappel le jeudi 9 avril : rappeler la mère" in words(page)
    assert undo(at_work, page).status_code == 303
    assert all(at_work.state(id).reminders == {} for id in dossiers)
    assert all(at_work.state(id).chases == {} for id in dossiers)


@pytest.mark.parametrize("do", ["present", "plan", "chase", "snooze", "hand"])
def test_every_action_on_several_rows_that_is_dated_takes_a_reminder(do: str) -> None:
    assert issubclass(bulk.ACTIONS[do].model, PathForm) == issubclass(bulk.ACTIONS[do].spec.model, PathForm) is True


def test_the_last_chase_says_what_follows(at_work: House) -> None:
    dossier = at_work.planned()
    key = f"chase-diagnostic:{at_work.state(dossier).orientation.plan.id}"
    for _ in range(2):
        at_work.on(dossier, follow_up.chase_young_person, about=key, channel="sms", reached=False, note="")
    at_work.day(date(2026, 4, 20))
    page = preview(at_work, "chase", picks(queue(at_work)))
    assert texts(page.text, ".item-due") == ["relance n° 3 sur 3 : ensuite, clore ou relancer le parcours"]


def test_pix_is_presented_to_nine_without_ticking_and_all_is_taken_back_in_one_press(at_work: House) -> None:
    """Four presses: the bar, the occasion, the button, Tout annuler."""
    dossiers = fill(at_work, 9, site="Mortagne")
    elsewhere = fill(at_work, 1, site="L’Aigle")
    bar = parsed(queue(at_work, query="?site=Mortagne")).select_one("#picks")
    assert texts(str(bar), "button")[0] == "Présenter Pix (9) …"
    kept = {field["name"]: field["value"] for field in bar.select("input[type=hidden]")}
    page = at_work.client(NADIA).get("/boite/plusieurs", params={**kept, "faire": "present"})
    assert said(parsed(page.text).h1) == "Présenter Pix : 9 jeunes"
    assert len(picks(page.text)) == 9
    answer = press(at_work, "present", picks(page.text), occasion="follow-up", on="2026-03-16")
    after = at_work.client(NADIA).get(answer.headers["location"])
    assert "Prénom Nom0001 : Pix présenté au cours de l’accompagnement" in words(after.text)
    assert {type(at_work.events(id)[-1]) for id in dossiers} == {e.PixPresented}
    assert not isinstance(at_work.events(elsewhere[0])[-1], e.PixPresented)
    undone = undo(at_work, after.text)
    assert undone.status_code == 303
    assert "Présenter Pix (9) …" in texts(queue(at_work, query="?site=Mortagne"), "#picks button")


def test_the_entry_into_the_cej_is_noted_for_those_who_entered_it_and_asked_again_for_the_others(
    at_work: House,
) -> None:
    inside, outside = at_work.opened(first="Ana", programme="CEJ"), at_work.opened(first="Bea", programme="PACEA")
    page = preview(at_work, "present", picks(queue(at_work)))
    assert texts(page.text, "#occasion label")[-1] == "à l’entrée en CEJ"
    answer = press(at_work, "present", picks(page.text), occasion="cej", on="2026-03-16")
    assert answer.status_code == 422
    assert "Diallo Bea, présenter Pix : cette personne n’est pas en CEJ" in words(answer.text)
    assert [pick.split()[0] for pick in picks(answer.text)] == [str(outside)], "asked again for her alone"
    assert texts(answer.text, "#occasion label") == ["au premier accueil", "au cours de l’accompagnement"]
    assert not parsed(answer.text).select("#occasion [checked]")
    assert isinstance(at_work.events(inside)[-1], e.PixPresented)
    assert press(at_work, "present", picks(answer.text), occasion="welcome", on="2026-03-16").status_code == 303


@pytest.mark.parametrize("do", ["hand", "snooze"])
def test_without_a_tick_the_rows_are_there_to_be_ticked(at_work: House, do: str) -> None:
    at_work.opened(first="Ana")
    at_work.opened(first="Bea", programme="PACEA")
    page = at_work.client(NADIA).get("/boite/plusieurs", params={"faire": do, "programme": "PACEA"})
    assert "Rien n’est coché" in texts(page.text, "#task")[0]
    assert texts(page.text, ".item-who") == ["Diallo Bea PACEA"]
    assert not parsed(page.text).select(".pick-box [checked]")
    typed = {
        "hand": {"to": str(at_work.people[PAUL]), "note": "merci"},
        "snooze": {"until": "2026-03-20", "reason": "x"},
    }
    answer = press(at_work, do, [], **typed[do])
    assert answer.status_code == 422
    assert "Rien n’est coché" in texts(answer.text, "#task")[0]
    assert texts(answer.text, ".item-who") == ["Diallo Ana", "Diallo Bea PACEA"]
    assert not parsed(answer.text).select(".pick-box [checked]")
    assert list(typed[do].values())[-1] in str(parsed(answer.text).select_one("form#bulk-form"))
    assert press(at_work, do, picks(answer.text)[1:], **typed[do]).status_code == 303


def test_without_a_tick_and_without_a_row_one_goes_back(at_work: House) -> None:
    page = preview(at_work, "hand", [])
    assert parsed(page.text).select_one("main a[href='/boite']")
    assert not parsed(page.text).select("#task")
    assert "Aucune ligne de Ma boîte ne s’y prête." in words(page.text)


def test_diagnostics_are_planned_together_and_taken_back(at_work: House) -> None:
    dossiers = [at_work.presented(first=first) for first in ("Ana", "Bea")]
    page = preview(at_work, "plan", [])
    assert said(parsed(page.text).h1) == "Prévoir le diagnostic : 2 jeunes"
    campaign = parsed(page.text).select_one("#campaign option")["value"]
    typed = {"campaign": campaign, "modality": "office", "place": "", "planned_for": "2026-03-20", "on": "2026-03-16"}
    late = press(at_work, "plan", picks(page.text), **{**typed, "planned_for": "2026-03-10"})
    assert late.status_code == 422
    assert picks(late.text) == picks(page.text)
    assert parsed(late.text).select_one("#planned_for")["value"] == "2026-03-10"
    unknown = press(at_work, "plan", picks(page.text), **{**typed, "campaign": str(uuid4())})
    assert unknown.status_code == 422
    assert parsed(unknown.text).select_one("#campaign[aria-invalid]")
    answer = press(at_work, "plan", picks(page.text), **typed)
    plans = [at_work.state(id).orientation.plan for id in dossiers]
    assert [plan.place for plan in plans] == ["Mortagne", "Mortagne"]
    assert len({plan.id for plan in plans}) == 2
    assert undo(at_work, queue(at_work, query=answer.headers["location"].removeprefix("/boite"))).status_code == 303
    assert [at_work.state(id).orientation.plan for id in dossiers] == [None, None]


def test_seats_are_booked_together_and_given_back_in_one_press(at_work: House) -> None:
    dossiers = fill(at_work, 7)
    for dossier in dossiers:
        at_work.on(dossier, orientation.present_pix, occasion="welcome")
        planned = {"campaign": at_work.campaign, "modality": "workshop", "mediator": False, "place": ""}
        context = {"plan": uuid4()}
        at_work.on(dossier, orientation.plan_diagnostic, **planned, planned_for=at_work.today, context=context)
    workshop = scheduled(at_work, capacity=6)
    page = preview(at_work, "book", [])
    assert said(parsed(page.text).h1) == "Inscrire à un atelier : 7 jeunes"
    full = press(at_work, "book", picks(page.text), workshop=str(workshop))
    assert full.status_code == 422
    assert "6 sur 7 enregistrés" in words(full.text)
    assert len(picks(full.text)) == 1, "the one who is left, still ticked"
    waits = press(at_work, "book", picks(full.text), workshop=str(workshop), or_wait="true")
    assert waits.status_code == 303
    assert "Prénom Nom0007 : sur liste d’attente" in words(at_work.client(NADIA).get(waits.headers["location"]).text)
    undone = undo(at_work, full.text)
    assert undone.status_code == 303
    assert "Prénom Nom0001 : place rendue" in words(at_work.client(NADIA).get(undone.headers["location"]).text)
    assert {type(at_work.events(id)[-1]) for id in dossiers[:6]} == {e.SeatCancelled}


def test_what_is_missing_is_asked_and_every_value_kept(at_work: House) -> None:
    fill(at_work, 2)
    chosen = picks(queue(at_work))
    answer = press(at_work, "snooze", chosen, until="bientôt", reason="en stage")
    assert answer.status_code == 422
    page = parsed(answer.text)
    assert "Jusqu’au : écrivez une date qui existe" in words(answer.text)
    assert page.select_one("#reason").get_text(strip=True) == "en stage"
    assert page.select_one("#until")["value"] == "bientôt"
    assert picks(answer.text) == chosen
    for stranger in (uuid4(), at_work.people["Claire Vasseur"]):
        assert press(at_work, "hand", chosen, to=str(stranger)).status_code == 422
    assert press(at_work, "chase", chosen, channel="sms").status_code == 422


def test_one_result_a_row_when_one_is_refused(at_work: House) -> None:
    first, second = fill(at_work, 2)
    chosen = picks(queue(at_work))
    typed = {"until": "2027-03-27", "reason": "trop loin"}
    answer = press(at_work, "snooze", chosen, **typed)
    assert answer.status_code == 422
    assert picks(answer.text) == chosen
    assert parsed(answer.text).select_one("#until")["value"] == typed["until"]
    assert said(parsed(answer.text).select_one("#reason")) == typed["reason"]
    assert "0 sur 2 enregistrés :" in words(answer.text)
    assert texts(answer.text, ".notice li")[0].startswith("Nom0001 Prénom, présenter Pix : choisissez un jour")
    assert not any(isinstance(one, e.TaskSnoozed) for id in (first, second) for one in at_work.events(id))
    answer = press(at_work, "chase", chosen, channel="sms", reached="true")
    assert texts(answer.text, ".notice li")[0] == "Nom0001 Prénom, présenter Pix : ce n’est pas une relance"


def test_what_something_followed_is_not_taken_back(at_work: House) -> None:
    first, second = fill(at_work, 2)
    answer = press(at_work, "snooze", picks(queue(at_work)), until="2026-03-27", reason="en stage")
    at_work.on(first, orientation.present_pix, SOPHIE, occasion="welcome")
    page = queue(at_work, query=answer.headers["location"].removeprefix("/boite"))
    undone = undo(at_work, page)
    assert undone.status_code == 422
    assert texts(undone.text, ".notice li") == [
        "Prénom Nom0001 : autre chose a suivi : corrigez depuis le dossier",
        "Prénom Nom0002 : enregistré",
    ]
    assert isinstance(at_work.events(second)[-1], e.Retracted)


def test_nobody_takes_the_rows_of_others(at_work: House) -> None:
    fill(at_work, 2)
    chosen = picks(queue(at_work))
    page = preview(at_work, "snooze", chosen, PAUL)
    assert "Aucune ligne cochée ne s’y prête." in words(page.text)
    assert "Nom0001" not in page.text
    answer = press(at_work, "snooze", chosen, PAUL, until="2026-03-27", reason="x")
    assert answer.status_code == 422
    assert "Nom0001" not in answer.text
    assert not parsed(queue(at_work)).select("#en-pause")
    assert preview(at_work, "snooze", chosen, "Claire Vasseur").status_code == 403
    address = press(at_work, "snooze", chosen, until="2026-03-27", reason="x").headers["location"]
    assert not parsed(queue(at_work, PAUL, address.removeprefix("/boite"))).select(".undo-all, .notice")


def test_two_bulks_at_once_are_told_and_undone_apart(at_work: House) -> None:
    fill(at_work, 4)
    first, second, third, fourth = picks(queue(at_work))
    one = press(at_work, "snooze", [first, second], until="2026-03-27", reason="x").headers["location"]
    other = press(at_work, "snooze", [third, fourth], until="2026-03-30", reason="y").headers["location"]
    pages = [queue(at_work, query=address.removeprefix("/boite")) for address in (one, other)]
    assert [words(page).count(": en pause jusqu’au 27 mars") for page in pages] == [2, 0]
    assert undo(at_work, pages[0]).status_code == 303
    assert texts(queue(at_work), "#en-pause .item-due") == ["revient le 30 mars", "revient le 30 mars"]


@pytest.mark.parametrize("said", ["1-9999", "12", "elsewhere", str(UUID(int=1)), "é" * 40])
def test_an_address_that_names_no_command_says_nothing(at_work: House, said: str) -> None:
    at_work.opened()
    page = parsed(queue(at_work, query=f"?recu={said}"))
    assert not page.select(".undo-all, .notice")


def test_an_unknown_action_is_not_found(at_work: House) -> None:
    assert preview(at_work, "dance", []).status_code == 404
    assert press(at_work, "dance", []).status_code == 404
    assert preview(at_work, "snooze", []).status_code == 200


def test_a_fragment_of_the_preview_is_the_same_as_the_page(at_work: House) -> None:
    fill(at_work, 2)
    query = {"faire": "hand", "tache": picks(queue(at_work))}
    client = at_work.client(NADIA)
    whole, fragment = (client.get("/boite/plusieurs", params=query, headers=said) for said in ({}, HTMX))
    assert parsed(whole.text).select_one("#batch .items") == parsed(fragment.text).select_one("#batch .items")


def test_what_waits_too_long_is_filtered_and_handed_on_together(at_work: House) -> None:
    """The référent and the direction: by person, by kind, and several at once."""
    fill(at_work, 3)
    fill(at_work, 1, advisor=PAUL)
    at_work.day(date(2026, 6, 15))
    for name in (SOPHIE, "Hélène Morin"):
        page = parsed(queue(at_work, name))
        section = page.select_one("section[aria-labelledby='en-attente']")
        assert said(section.h2) == "En attente depuis longtemps · 4"
        menu = next(one for one in section.select("details.facet") if said(one.summary) == "Qui")
        assert texts(str(menu), ".menu-list a") == ["Nadia Benali 3", "Paul Rey 1"]
        href = menu.select(".menu-list a")[1]["href"]
        assert href.endswith("#en-attente")
        assert (
            len(parsed(at_work.client(name).get(href).text).select("section[aria-labelledby='en-attente'] .item")) == 1
        )
    assert texts(queue(at_work, "Hélène Morin"), "#picks button") == ["Confier…"]
    chosen = picks(queue(at_work, "Hélène Morin", f"?aupres={at_work.people[NADIA]}"))[:2]
    answer = press(at_work, "hand", chosen, "Hélène Morin", to=str(at_work.people[PAUL]), until="2026-06-30")
    assert answer.status_code == 303
    assert len([row for row in texts(queue(at_work, PAUL), ".item-why") if row.startswith("confiée par")]) == 2


# --- a pile


def test_the_dossiers_of_a_pile_are_assigned_at_once_and_taken_back(at_work: House) -> None:
    dossiers = fill(at_work, 3, advisor=None)
    pile = queue(at_work, SOPHIE, "?pile=assign-advisor")
    assert texts(pile, "#picks button") == ["Affecter (3) …"]
    assert len(picks(pile)) == 3
    assert not parsed(queue(at_work, SOPHIE, "?pile=assign-advisor&retard=11")).select("#picks")
    every = at_work.client(SOPHIE).get("/boite/plusieurs?faire=assign")
    assert said(parsed(every.text).h1) == "Affecter 3 dossiers"
    assert "Paul Rey (" in texts(every.text, "#advisor option")[-1]
    paul, day = str(at_work.people[PAUL]), at_work.today.isoformat()
    assert press(at_work, "assign", picks(pile)[:2], SOPHIE, on=day).status_code == 422
    assert press(at_work, "assign", picks(pile)[:2], NADIA, on=day, advisor=paul).status_code == 422
    answer = press(at_work, "assign", picks(pile)[:2], SOPHIE, on=day, advisor=paul)
    assert answer.headers["location"].startswith("/boite?pile=assign-advisor&recu=")
    page = at_work.client(SOPHIE).get(answer.headers["location"]).text
    assert said(parsed(page).h1) == "1 dossier à affecter"
    assert sum(at_work.state(one).advisor == at_work.people[PAUL] for one in dossiers) == 2
    undo(at_work, page, SOPHIE)
    assert said(parsed(queue(at_work, SOPHIE, "?pile=assign-advisor")).h1) == "3 dossiers à affecter"


def test_a_pile_task_is_neither_snoozed_nor_handed_over(at_work: House) -> None:
    fill(at_work, 1, advisor=None)
    (pick,) = picks(queue(at_work, SOPHIE, "?pile=assign-advisor"))
    for do in ("snooze", "hand"):
        assert not parsed(preview(at_work, do, [pick], SOPHIE).text).select("#batch form")


def test_a_pause_of_several_tasks_without_a_day_or_a_fact_is_refused_on_its_own_field(at_work: House) -> None:
    at_work.opened()
    chosen = picks(queue(at_work))
    answer = press(at_work, "snooze", chosen, until="", awaits="", reason="en stage")
    assert answer.status_code == 422
    assert "Choisissez jusqu’à quel jour la tâche attend, ou quel événement." in words(answer.text)
    assert "réponse" not in said(parsed(answer.text).select_one(".errors"))
