"""Workshops and appointments in one's own calendar: files, a private feed for each person, no young person in any."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from pixflow.dossier import follow_up
from pixflow.workshop import scheduling
from tests.web.arranged import MONDAY, seat, studying, to_debrief
from tests.web.client import OWN_URL, InspectingClient, words
from tests.web.exports import fields
from tests.web.filled import hire
from tests.web.pages.workshops.test_workshops import SAMIR, afternoon, held, state
from tests.web.paths import House, house
from tests.web.tags import parsed
from web.pages.agenda import address_of

NADIA, PAUL, SOPHIE = "Nadia Benali", "Paul Rey", "Sophie Lecomte"


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, MONDAY) as made:
        hire(made, SAMIR, "facilitator")
        yield made


def test_a_workshop_as_a_file_for_a_calendar(at_work: House) -> None:
    made = held(at_work)
    seat(at_work, made, at_work.opened("Aminata", "Diallo"))
    moved = {"place": "Salle 1, fond du couloir ; sonner", **afternoon(MONDAY + timedelta(days=8))}
    at_work.says(
        SOPHIE,
        scheduling.move_workshop,
        {"workshop": made},
        **moved,
        context={"registrants": tuple(state(at_work, made).seats)},
    )
    answer = at_work.client(NADIA).get(f"/ateliers/{made}.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    (event,) = Calendar.from_ical(answer.content).events
    assert (event.start, event.end) == (datetime(2026, 3, 24, 13, tzinfo=UTC), datetime(2026, 3, 24, 15, tzinfo=UTC))
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (f"{made}@pixflow", 1, "CONFIRMED")
    assert event["URL"] == f"{OWN_URL}/ateliers/{made}"
    assert event["DESCRIPTION"] == "Animé par Nadia Benali et Samir Haddad\n1\xa0inscrit sur 8\nCode\xa0: KMRTWX482"
    assert event["LOCATION"] == "Mortagne, Salle 1, fond du couloir ; sonner"
    assert b"Diallo" not in answer.content
    assert b"DTSTART:20260324T130000Z\r\n" in answer.content
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    registrants = {"registrants": tuple(state(at_work, made).seats)}
    at_work.says(SOPHIE, scheduling.cancel_workshop, {"workshop": made}, reason="room", context=registrants)
    (event,) = Calendar.from_ical(at_work.client(NADIA).get(f"/ateliers/{made}.ics").content).events
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 2)


def test_a_private_feed_has_one_s_own_workshops_and_no_young_person(at_work: House) -> None:
    mine, his = held(at_work, runners=(NADIA, SAMIR)), held(at_work, runners=(PAUL,))
    seat(at_work, mine, at_work.opened("Aminata", "Diallo"))
    page = at_work.client(NADIA).get("/ateliers").text
    address = address_of(at_work.served, at_work.people[NADIA])
    assert f"{OWN_URL}{address}" in words(page)
    stranger = InspectingClient(at_work.app, follow_redirects=False)
    answer = stranger.get(address)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert [event["UID"] for event in Calendar.from_ical(answer.content).events] == [f"{mine}@pixflow"]
    assert b"Diallo" not in answer.content
    assert str(his).encode() not in answer.content
    assert address_of(at_work.served, at_work.people[PAUL]) != address
    assert len(address) > 64
    assert stranger.get(address.replace(address[8:12], "0000")).status_code == 404
    assert stranger.get("/agenda/é.ics").status_code == 404


def test_the_feed_has_one_s_own_appointments_without_a_name_or_a_difficulty(at_work: House) -> None:
    (dossier, key), at = to_debrief(at_work), datetime(2026, 3, 19, 9, tzinfo=UTC)
    studious, study = studying(at_work)
    for stream, task in ((dossier, key), (studious, f"follow-self-study:{study}")):
        sent = {"task": task, "at": at, "day": at.date(), "place": "Mortagne"}
        at_work.on(stream, follow_up.set_appointment, **sent)
    first, second = sorted(events(at_work), key=lambda event: str(event["SUMMARY"]))
    assert (first["SUMMARY"], second["SUMMARY"]) == ("Rendez-vous Pix", "Rendez-vous Pix\xa0: tenir la restitution")
    assert (second.start, second["LOCATION"]) == (at, "Mortagne")
    assert second["URL"] == f"{OWN_URL}/dossiers/{dossier}"
    assert not events(at_work, PAUL)
    sequence = second["SEQUENCE"]
    later = at + timedelta(days=1)
    at_work.on(dossier, follow_up.set_appointment, task=key, at=later, day=later.date(), place="")
    moved = next(event for event in events(at_work) if event["UID"] == second["UID"])
    assert (moved.start, moved["SEQUENCE"] > sequence) == (later, True)
    assert b"Diallo" not in feed(at_work).content


def test_the_feed_keeps_a_year(at_work: House) -> None:
    made = held(at_work)
    for day, count in ((MONDAY + timedelta(days=365), 1), (MONDAY + timedelta(days=380), 0)):
        at_work.day(day)
        assert [event["UID"] for event in events(at_work)] == [f"{made}@pixflow"] * count


def test_the_feed_describes_itself_and_answers_304_until_something_changes(at_work: House) -> None:
    made = held(at_work)
    answer = feed(at_work)
    calendar = Calendar.from_ical(answer.content)
    assert calendar["X-WR-CALNAME"] == "Pix, Mission locale de L’Aigle – Mortagne"
    assert calendar["URL"] == f"{OWN_URL}/ateliers"
    assert calendar["DESCRIPTION"] == "Vos rendez-vous et les ateliers que vous animez. Aucun jeune n’y est nommé."
    tag = answer.headers["ETag"]
    again = feed(at_work, headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    seat(at_work, made, at_work.opened("Aminata", "Diallo"))
    assert feed(at_work, headers={"If-None-Match": tag}).status_code == 200


def test_its_owner_changes_the_address_and_the_former_one_answers_no_more(at_work: House) -> None:
    client, former = at_work.client(NADIA), address_of(at_work.served, at_work.people[NADIA])
    page = client.get("/ateliers").text
    answer = client.post("/agenda/adresse", data=fields(parsed(page).select_one("form[action='/agenda/adresse']")))
    shown = client.get(answer.headers["location"]).text
    assert "L’adresse de votre agenda a changé : l’ancienne ne répond plus" in words(shown)
    current = address_of(at_work.served, at_work.people[NADIA])
    assert f"{OWN_URL}{current}" in words(shown)
    stranger = InspectingClient(at_work.app, follow_redirects=False)
    assert [stranger.get(path).status_code for path in (former, current)] == [404, 200]
    client.post("/agenda/adresse", data=fields(parsed(page).select_one("form[action='/agenda/adresse']")))
    assert address_of(at_work.served, at_work.people[NADIA]) == current, "pressed again, it is done"


def feed(at_work: House, name: str = NADIA, **more: Any) -> Any:
    stranger = InspectingClient(at_work.app, follow_redirects=False)
    return stranger.get(address_of(at_work.served, at_work.people[name]), **more)


def events(at_work: House, name: str = NADIA) -> list[Any]:
    return Calendar.from_ical(feed(at_work, name).content).events
