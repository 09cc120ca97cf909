"""Workshops in one's own calendar: a file for each, a private feed for each person, no young person in either."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from pixflow.workshop import scheduling
from tests.web.arranged import MONDAY, seat
from tests.web.client import OWN_URL, InspectingClient, words
from tests.web.filled import hire
from tests.web.pages.workshops.test_workshops import SAMIR, afternoon, held, state
from tests.web.paths import House, house
from web.pages.workshops.feed_routes import address_of

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
    assert event["LOCATION"] == "Mortagne, Salle 1, fond du couloir ; sonner"
    assert b"Diallo" not in answer.content
    assert b"DTSTART:20260324T130000Z\r\n" in answer.content
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    registrants = {"registrants": tuple(state(at_work, made).seats)}
    at_work.says(SOPHIE, scheduling.cancel_workshop, {"workshop": made}, reason="room", context=registrants)
    assert b"STATUS:CANCELLED" in at_work.client(NADIA).get(f"/ateliers/{made}.ics").content


def test_a_private_feed_has_one_s_own_workshops_and_no_young_person(at_work: House) -> None:
    mine, his = held(at_work, runners=(NADIA, SAMIR)), held(at_work, runners=(PAUL,))
    seat(at_work, mine, at_work.opened("Aminata", "Diallo"))
    page = at_work.client(NADIA).get("/ateliers").text
    feed = address_of(at_work.served, at_work.people[NADIA])
    assert f"{OWN_URL}{feed}" in words(page)
    stranger = InspectingClient(at_work.app, follow_redirects=False)
    answer = stranger.get(feed)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert [event["UID"] for event in Calendar.from_ical(answer.content).events] == [f"{mine}@pixflow"]
    assert b"Diallo" not in answer.content
    assert str(his).encode() not in answer.content
    assert address_of(at_work.served, at_work.people[PAUL]) != feed
    assert len(feed) > 64
    assert stranger.get(feed.replace(feed[8:12], "0000")).status_code == 404
    assert stranger.get("/agenda/é.ics").status_code == 404
