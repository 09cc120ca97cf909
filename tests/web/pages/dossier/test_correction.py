"""Tests *Corriger*: the form of an event with its values; one press replaces it, one press takes that back."""

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.dossier import follow_up
from pixflow.dossier.assignment import break_glass, lend_dossier
from pixflow.events import dossier as e
from pixflow.events.base import Event
from pixflow.team.absences import declare_absence
from tests.web import arranged
from tests.web.client import InspectingClient, words
from tests.web.form_cases import CASES, Case
from tests.web.pages.dossier.test_forms import FOR_REFERENT
from tests.web.paths import House
from tests.web.pressing import opened, press, send, undo_form, values
from tests.web.tags import parsed
from web.pages.dossier.forms import FORM_OF

CORRECTED = [case for case in CASES.values() if FORM_OF.get(case.event) == case.form]
NEW_IDS = ("plan", "study", "referral", "actions", "added", "link")


def said(event: Event) -> dict[str, Any]:
    return {one.name: getattr(event, one.name) for one in fields(event) if one.name not in NEW_IDS}  # type: ignore[arg-type]


def record(locale: House, case: Case) -> tuple[UUID, InspectingClient, dict[str, Any]]:
    """Sends the form of a case. Returns the dossier, who sent it, and what they typed."""
    dossier, about = case.arrange(locale)
    client = locale.client("Sophie Lecomte" if case.form in FOR_REFERENT else "Nadia Benali")
    people = {name: str(locale.people[whose]) for name, whose in case.said.items() if name in ("advisor", "to")}
    typed = {**case.said, **people}
    send(client, dossier, case.form, {**opened(client, dossier, case.form, about), **typed})
    return dossier, client, typed


def test_every_event_of_a_form_is_corrected_by_it() -> None:
    recorded = {case.event for case in CASES.values()} - {e.Retracted, e.SeatBooked, e.SeatCancelled}
    assert recorded <= FORM_OF.keys()


@pytest.mark.parametrize("case", CORRECTED, ids=[case.form for case in CORRECTED])
def test_the_form_comes_back_with_its_values_and_replaces_the_event(locale: House, case: Case) -> None:
    dossier, client, _ = record(locale, case)
    before = locale.events(dossier)
    page = client.get(f"/dossiers/{dossier}?formulaire={case.form}&corrige={len(before)}")
    assert "Remplace" in words(page.text)
    form = parsed(page.text).select_one("#form form[method=post]")
    assert form

    answer = client.post(str(form["action"]), data=values(page.text))

    assert answer.status_code == 303, words(answer.text)
    *_, retracted, again = locale.events(dossier)
    assert isinstance(retracted, e.Retracted)
    assert retracted.version == len(before)
    assert said(again) == said(before[-1])
    undone = client.post(f"/dossiers/{dossier}/undo", data=undo_form(client.get(answer.headers["location"]).text))
    assert undone.status_code == 303
    assert locale.events(dossier)[-1] == before[-1]


@pytest.mark.parametrize("case", CORRECTED, ids=[case.form for case in CORRECTED])
def test_a_closed_dossier_offers_the_corrections_that_record(locale: House, case: Case) -> None:
    """A correction is offered if its decision accepts a closed dossier, and only then."""
    dossier, client, typed = record(locale, case)
    version = len(locale.events(dossier))
    if locale.state(dossier).closed is None:
        locale.on(dossier, follow_up.close_dossier, "Sophie Lecomte", reason="moved", note="")
    page = client.get(f"/dossiers/{dossier}?formulaire={case.form}&corrige={version}").text
    listed = f"formulaire={case.form}&amp;corrige={version}" in client.get(f"/dossiers/{dossier}").text
    correcting = [form for form in parsed(page).select("#form form") if "corrige" in str(form["action"])]
    address = f"/dossiers/{dossier}/{case.form}?corrige={version}"
    sent = values(page) if correcting else {**typed, "command_id": str(uuid4()), "on": "2026-03-16"}
    recorded = client.post(address, data=sent).status_code == 303
    assert [listed, bool(correcting)] == [recorded, recorded]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_history_offers_the_retractions_that_are_taken_and_no_other(locale: House, case: Case) -> None:
    """An advisor takes back no assignment and no dispatch, a référente does."""
    dossier, _ = case.arrange(locale)
    for name in ("Nadia Benali", "Sophie Lecomte"):
        offers_what_is_taken(locale, dossier, name)


def hand(locale: House, dossier: UUID) -> None:
    paul = locale.people["Paul Rey"]
    locale.on(dossier, follow_up.hand_over_task, task="plan-diagnostic", to=paul, until=None, note="")


def let_receive(locale: House, dossier: UUID) -> None:
    locale.on(dossier, break_glass, "Paul Rey", reason="à l’accueil", context={"nth": 1})


def lend(locale: House, dossier: UUID) -> None:
    until = locale.today + timedelta(days=3)
    locale.on(dossier, lend_dossier, "Hélène Morin", advisor=locale.people["Paul Rey"], until=until)


def leave(locale: House, dossier: UUID) -> None:
    days = {"first": locale.today, "last": locale.today, "deputy": locale.people["Paul Rey"]}
    locale.says("Hélène Morin", declare_absence, {"staff": locale.people["Nadia Benali"]}, absence=uuid4(), **days)


@pytest.mark.parametrize("gives", [hand, let_receive, lend, leave])
def test_a_colleague_is_offered_the_retractions_that_they_may_take(
    locale: House, gives: Callable[[House, UUID], None]
) -> None:
    """A task, a glass broken, a loan or a deputation gives each its own part of the dossier."""
    dossier = locale.presented()
    gives(locale, dossier)
    offers_what_is_taken(locale, dossier, "Paul Rey")
    press(locale.client("Paul Rey"), dossier, "note", text="vue ce matin")
    offers_what_is_taken(locale, dossier, "Paul Rey")


def offers_what_is_taken(locale: House, dossier: UUID, who: str) -> None:
    page = locale.client(who).get(f"/dossiers/{dossier}").text
    offered = set(re.findall(r"formulaire=retract&amp;sur=(\d+)", page))
    if undo := parsed(page).select_one("form[action$='/undo'] input[name=version]"):
        offered.add(str(undo["value"]))
    seats = [n for n, event in enumerate(locale.events(dossier), 1) if isinstance(event, e.SeatBooked)]
    offered -= set(map(str, seats))  # undone with the workshop
    versions = [str(n) for n in range(1, len(locale.events(dossier)) + 1)]
    assert offered == {version for version in versions if preview(locale, dossier, version, who)}


def preview(locale: House, dossier: UUID, version: str, who: str) -> bool:
    """Tells if the form to retract an event shows its effects, and no refusal."""
    page = locale.client(who).get(f"/dossiers/{dossier}?formulaire=retract&sur={version}").text
    effects = parsed(page).select_one(".preview")
    return effects is not None and "déjà annulé" not in words(str(effects))


def test_the_last_step_of_a_certification_is_recorded_again(locale: House) -> None:
    """A session is corrected until the certification is taken: then its taking is."""
    dossier, _ = arranged.taken(locale)
    client, steps = locale.client("Nadia Benali"), {"certify", "enrol", "certified"}
    page = client.get(f"/dossiers/{dossier}").text
    assert set(re.findall(r"formulaire=([a-z]+)&amp;corrige", page)) & steps == {"certified"}
    registered = locale.version(dossier, e.CertificationRegistered)
    sent = {"command_id": str(uuid4()), "session": "2026-04-11", "place": "GRETA", "on": "2026-03-16"}
    assert client.post(f"/dossiers/{dossier}/enrol?corrige={registered}", data=sent).status_code == 422
    press(client, dossier, "retract", locale.version(dossier, e.CertificationTaken), reason="pas encore")
    page = client.get(f"/dossiers/{dossier}").text
    assert set(re.findall(r"formulaire=([a-z]+)&amp;corrige", page)) & steps == {"enrol"}


def test_a_correction_sent_twice_or_from_two_tabs_is_recorded_once(locale: House) -> None:
    dossier = locale.opened()
    client = locale.client("Nadia Benali")
    press(client, dossier, "note", text="a son permi")
    address = f"/dossiers/{dossier}/note?corrige={len(locale.events(dossier))}"
    one, two = (
        values(client.get(f"{address.replace('/note?', '?formulaire=note&')}").text) | {"text": text}
        for text in ("a son permis", "a son permis B")
    )
    for _ in range(2):
        assert client.post(address, data=one).status_code == 303
    late = client.post(address, data=two)
    assert late.status_code == 422
    assert "vient d’être corrigée ou annulée dans une autre page" in words(late.text)
    assert values(late.text)["text"] == "a son permis B"
    counting = [event.text for event in locale.events(dossier) if isinstance(event, e.NoteTaken)]
    assert counting == ["a son permi", "a son permis"]


def test_a_correction_changes_what_was_wrong_and_keeps_the_old_words_struck(locale: House) -> None:
    dossier = locale.opened()
    client = locale.client("Nadia Benali")
    press(client, dossier, "note", text="a son permi")
    version = len(locale.events(dossier))
    page = client.get(f"/dossiers/{dossier}?formulaire=note&corrige={version}")
    assert values(page.text)["text"] == "a son permi"
    sent = {**values(page.text), "text": "a son permis"}
    answer = client.post(f"/dossiers/{dossier}/note?corrige={version}", data=sent)
    told = words(client.get(answer.headers["location"]).text)
    assert "Note : a son permis" in told
    assert "remplacé par une correction" in told


def test_a_retraction_is_taken_back_in_one_press(locale: House) -> None:
    dossier = locale.opened()
    client = locale.client("Nadia Benali")
    press(client, dossier, "note", text="vue au forum")
    version = len(locale.events(dossier))
    answer = press(client, dossier, "retract", version, reason="erreur")
    client.post(f"/dossiers/{dossier}/undo", data=undo_form(client.get(answer.headers["location"]).text))
    assert isinstance(note := locale.events(dossier)[-1], e.NoteTaken)
    assert note.text == "vue au forum"
