"""The log of objects: the objects that each event names, their relationships, and what stays out."""

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pixflow.events.base import Event, Recorded
from pixflow.indicators.event_log import traces
from pixflow.indicators.object_log import ocel
from tests.given import (
    COLLEAGUE,
    DOSSIER,
    OTHER_DOSSIER,
    PRESCRIBED,
    WORKSHOP,
    added,
    answered,
    assigned,
    booked,
    opened,
    presented,
    retracted,
    sent,
    stamped,
)

PARTNER = UUID(int=0xE1)


def log_of(*histories: tuple[UUID, list[Recorded]]) -> Any:
    made = traces(histories, str, date.min, date.max)
    return json.loads("\n".join(ocel(made, lambda text: text[-2:], datetime.date)))


def dossier(*events: Event, stream: UUID = DOSSIER) -> tuple[UUID, list[Recorded]]:
    return stream, stamped(events, stream)


def related(log: Any, kind: str) -> set[tuple[str, str]]:
    """Returns what the events of a kind name, but their dossier and their author: aliases and qualifiers."""
    told = (one for event in log["events"] if event["type"] == kind for one in event["relationships"])
    return {(one["objectId"], one["qualifier"]) for one in told if one["qualifier"] not in ("of", "by")}


def test_each_event_names_its_objects_and_the_answer_its_partner() -> None:
    history = (*PRESCRIBED, added(), sent(partner_id=PARTNER), answered(), booked(), assigned(COLLEAGUE))
    log = log_of(dossier(*history))
    assert related(log, "ReferralSent") == related(log, "ReferralAnswered") == {("partner-e1", "sent to")}
    assert related(log, "SeatBooked") == {(f"workshop-{str(WORKSHOP)[-2:]}", "at")}
    assert related(log, "AdvisorAssigned") == {("member-a1", "advisor"), ("member-a2", "advisor")}
    assert related(log, "ActionAdded") == related(log, "DebriefHeld") == {("participation-f1", "about")}
    assert all({"objectId": "member-a1", "qualifier": "by"} in one["relationships"] for one in log["events"])
    objects = {one["id"]: one["relationships"] for one in log["objects"]}
    assert objects["participation-f1"] == [{"objectId": f"dossier-{DOSSIER}", "qualifier": "of"}]
    assert objects["partner-e1"] == []


def test_a_partner_of_a_free_name_is_no_object() -> None:
    log = log_of(dossier(*PRESCRIBED, sent(), answered()))
    assert related(log, "ReferralSent") == related(log, "ReferralAnswered") == set()
    assert "viaformation" not in json.dumps(log)


def test_what_counts_nowhere_stays_out() -> None:
    mine = dossier(opened(), booked(), presented(), retracted(2))
    log = log_of(mine, dossier(opened(), stream=OTHER_DOSSIER))
    assert sorted(one["type"] for one in log["events"]) == ["DossierOpened", "DossierOpened", "PixPresented"]
    assert {one["type"] for one in log["objects"]} == {"dossier", "member"}


def test_an_empty_period_is_a_log() -> None:
    log = log_of()
    assert (log["events"], log["objects"], log["eventTypes"]) == ([], [], [])
    assert [one["name"] for one in log["objectTypes"]] == ["dossier", "participation", "workshop", "partner", "member"]
