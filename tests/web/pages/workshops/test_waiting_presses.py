"""Presses of attendance that waited for the network: both people are asked, wherever they are, and history tells."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.events import dossier as d
from tests.web.arranged import MONDAY, seat
from tests.web.client import words
from tests.web.pages.workshops.test_workshops import NADIA, PAUL, SAMIR, at_work, held, say, state, today, values
from tests.web.paths import House
from tests.web.tags import parsed

__all__ = ["at_work", "today"]
MINUTE = 60_000
Today = tuple[UUID, list[UUID]]


@pytest.fixture(autouse=True)
def afternoon(at_work: House) -> None:
    at_work.day(MONDAY, hour=13)


def waited(at_work: House, made: UUID, form: dict[str, Any], minutes: int, name: str = SAMIR, path: str = "") -> Any:
    """A press that comes so many minutes late."""
    sent = {**form, "command_id": str(uuid4()), "waited": str(minutes * MINUTE)}
    return at_work.client(name).post(f"/ateliers/{made}/presence{path}", data=sent)


def card(at_work: House, made: UUID, dossier: UUID, name: str = SAMIR) -> dict[str, Any]:
    """The form of a card, as somebody's page shows it now."""
    page = parsed(at_work.client(name).get(f"/ateliers/{made}/presence").text)
    (form,) = (one for one in page.select(".marks") if one.select_one(f"input[value='{dossier}']"))
    return values(form)


def contested(at_work: House, today: Today) -> tuple[UUID, UUID]:
    """Samir pressed *Absent·e* without network, Nadia noted an ease, and Samir's press came."""
    made, (aya, *_) = today
    form = card(at_work, made, aya) | {"mark": "absent"}
    at_work.pass_by(minutes=10)
    say(at_work, made, aya, "ease", NADIA)
    at_work.pass_by(minutes=25)
    waited(at_work, made, form, 35)
    return made, aya


def question(at_work: House, made: UUID, name: str) -> Any:
    return parsed(at_work.client(name).get(f"/ateliers/{made}/presence").text).select_one(".contested")


@pytest.mark.parametrize(("chosen", "status"), [("Absent·e", "missed"), ("À l’aise", "attended")])
def test_both_read_both_presses_and_one_of_them_chooses(at_work: House, today: Today, chosen: str, status: str) -> None:
    made, aya = contested(at_work, today)
    assert at_work.state(aya).diagnostic.seats[made].ease, "the later press stays"
    for name in (SAMIR, NADIA):
        asked = words(str(question(at_work, made, name)))
        assert "« à l’aise » par Nadia Benali à 14:22, retenu pour l’instant" in asked
        assert "« absent·e » par Samir Haddad à 14:12" in asked
        assert "Présence notée deux fois" in words(at_work.client(name).get("/boite").text)
    assert "Présence notée deux fois" not in words(at_work.client(PAUL).get("/boite").text)
    (form,) = (one for one in question(at_work, made, SAMIR).select("form") if chosen in words(str(one)))
    at_work.client(SAMIR).post(form["action"], data=values(form))
    assert at_work.state(aya).diagnostic.seats[made].status == status
    assert question(at_work, made, NADIA) is None
    assert "Présence notée deux fois" not in words(at_work.client(NADIA).get("/boite").text)


def test_the_history_has_the_hour_of_the_press_and_of_its_arrival(at_work: House, today: Today) -> None:
    made, (aya, *_) = today
    waited(at_work, made, card(at_work, made, aya) | {"mark": "absent"}, 35)
    for page in (
        at_work.client(PAUL).get(f"/dossiers/{aya}").text,
        at_work.client(SAMIR).get(f"/ateliers/{made}").text,
    ):
        assert "noté à 13:37, reçu le 16 mars 2026, 14:12" in words(page)


def test_a_question_stands_once_the_workshop_is_closed_and_the_person_gone(at_work: House, today: Today) -> None:
    made, (aya, bob, cleo) = today
    for one in (bob, cleo):
        say(at_work, made, one, "present")
    made, aya = contested(at_work, today)
    page = parsed(at_work.client(NADIA).get(f"/ateliers/{made}/presence").text)
    (close,) = (one for one in page.select("form") if one["action"].endswith("/clore"))
    at_work.client(NADIA).post(close["action"], data=values(close))
    assert state(at_work, made).closed
    form = question(at_work, made, SAMIR).select("form")[1]
    at_work.client(SAMIR).post(form["action"], data=values(form))
    assert at_work.state(aya).diagnostic.seats[made].status == "missed"


def test_somebody_who_is_no_longer_on_the_list_is_still_asked_about(at_work: House) -> None:
    made = held(at_work, MONDAY)
    came = at_work.opened("Dora", "Nom", NADIA)
    client = at_work.client(NADIA)
    client.post(f"/ateliers/{made}/presence/venu", data={"command_id": str(uuid4()), "dossier": str(came)})
    form = card(at_work, made, came) | {"mark": "trouble"}
    at_work.pass_by(minutes=5)
    page = parsed(client.get(f"/ateliers/{made}/presence").text)
    (remove,) = (one for one in page.select("form") if "Retirer" in words(str(one)))
    client.post(remove["action"], data=values(remove))
    at_work.pass_by(minutes=5)
    waited(at_work, made, form, 10)
    keep, again = question(at_work, made, NADIA).select("form")
    answer = client.post(again["action"], data=values(again))
    assert "n’a pas de place dans cet atelier" in words(answer.text)
    client.post(keep["action"], data=values(keep))
    assert question(at_work, made, NADIA) is None
    assert not at_work.state(came).diagnostic.seats


def test_all_the_others_are_those_of_the_page(at_work: House, today: Today) -> None:
    made, (aya, bob, cleo) = today
    page = parsed(at_work.client(SAMIR).get(f"/ateliers/{made}/presence").text)
    (form,) = (values(one) for one in page.select("form") if one["action"].endswith("/tous"))
    at_work.pass_by(minutes=10)
    say(at_work, made, aya, "absent", NADIA)
    late = at_work.opened("Dora", "Nom", PAUL)
    seat(at_work, made, late)
    at_work.pass_by(minutes=10)
    waited(at_work, made, form, 20, path="/tous")
    assert state(at_work, made).attendance == {aya: "absent", bob: "present", cleo: "present"}
    (asked,) = at_work.state(aya).diagnostic.contested[made]
    assert asked.mark == "present"


def test_a_press_that_is_sent_twice_is_one_whatever_it_waited(at_work: House, today: Today) -> None:
    made, (aya, *_) = today
    form = card(at_work, made, aya) | {"mark": "absent"}
    client = at_work.client(SAMIR)
    for n in (0, 5):
        at_work.pass_by(minutes=n)
        answer = client.post(f"/ateliers/{made}/presence", data={**form, "waited": str((n + 1) * MINUTE)})
        assert answer.status_code == 303
    assert sum(isinstance(one, d.WorkshopMissed) for one in at_work.events(aya)) == 1


@pytest.mark.parametrize("wait", ["-1", "99999999999999999999", "hier"])
def test_a_wait_that_no_browser_sends_is_refused(at_work: House, today: Today, wait: str) -> None:
    made, (aya, *_) = today
    form = card(at_work, made, aya) | {"mark": "absent", "waited": wait}
    assert at_work.client(SAMIR).post(f"/ateliers/{made}/presence", data=form).status_code == 422


def test_the_presses_of_one_device_count_in_their_order(at_work: House, today: Today) -> None:
    """Even where a slow answer makes the first one seem the later."""
    made, (aya, *_) = today
    first = card(at_work, made, aya) | {"mark": "absent", "command_id": str(uuid4())}
    client, path = at_work.client(SAMIR), f"/ateliers/{made}/presence"
    client.post(path, data={**first, "waited": "0"})
    again = {**first, "command_id": str(uuid4()), "mark": "present", "after": first["command_id"]}
    client.post(path, data={**again, "waited": str(MINUTE)})
    assert at_work.state(aya).diagnostic.seats[made].status == "attended"
    assert question(at_work, made, SAMIR) is None


def test_all_the_others_are_not_those_whom_the_same_person_marked_before(at_work: House, today: Today) -> None:
    made, (aya, bob, cleo) = today
    page = parsed(at_work.client(SAMIR).get(f"/ateliers/{made}/presence").text)
    (form,) = (values(one) for one in page.select("form") if one["action"].endswith("/tous"))
    waited(at_work, made, card(at_work, made, aya) | {"mark": "absent"}, 3)
    waited(at_work, made, form, 2, path="/tous")
    assert state(at_work, made).attendance == {aya: "absent", bob: "present", cleo: "present"}
