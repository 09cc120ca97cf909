"""Somebody is away and a colleague sees to their dossiers: rows "pour X", both names, and back by themselves."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.dossier import assignment, follow_up
from pixflow.events.dossier import PixPresented
from pixflow.refused import Refused
from pixflow.team.absences import declare_absence
from pixflow.team.membership import record_departure
from tests.web.client import words
from tests.web.filled import fill, hire, said, texts
from tests.web.paths import House
from tests.web.pressing import press
from tests.web.tags import parsed
from web.pages.results import dispatch

NADIA, PAUL, SOPHIE, HELENE, YANN = "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Hélène Morin", "Yann Le Goff"
MONDAY, FRIDAY = date(2026, 3, 16), date(2026, 3, 20)
BACK = date(2026, 3, 21)


def away(at_work: House, who: str, deputy: str | None, first: date = MONDAY, last: date = FRIDAY) -> None:
    days = {"absence": uuid4(), "first": first, "last": last, "deputy": at_work.people[deputy] if deputy else None}
    at_work.says(HELENE, declare_absence, {"staff": at_work.people[who]}, **days)


def queue(at_work: House, name: str = NADIA, query: str = "") -> str:
    answer = at_work.client(name).get(f"/boite{query}")
    assert answer.status_code == 200
    return str(answer.text)


def last(at_work: House, dossier: UUID) -> Any:
    return at_work.served.engine.history(dossier)[-1]


# --- the rows


def test_the_header_folds_several_deputyships(at_work: House) -> None:
    for name in ("Zita Roux", "Omar Diop", "Inès Kowalski"):
        hire(at_work, name, "advisor")
        away(at_work, name, NADIA)
    page = queue(at_work)
    assert texts(page, ".acting-for summary") == ["en suppléance de 3 collègues"]
    assert texts(page, ".acting-for li") == ["Inès Kowalski", "Omar Diop", "Zita Roux"]


def test_a_deputy_sees_the_rows_marked_and_they_come_back_by_themselves(at_work: House) -> None:
    at_work.opened(first="Mienne")
    at_work.opened(first="Sienne", advisor=PAUL)
    before = queue(at_work)
    assert texts(before, ".item-who") == ["Diallo Mienne"]
    assert not texts(before, ".chips > li")
    away(at_work, PAUL, NADIA)
    page = queue(at_work)
    assert texts(page, ".item-who") == ["Diallo Mienne", "Diallo Sienne"]
    assert texts(page, ".item-why") == ["dossier ouvert le 16 mars", "pour Paul Rey · dossier ouvert le 16 mars"]
    assert "2 à faire" in words(page)
    assert texts(page, ".acting-for") == ["en suppléance de Paul Rey"]
    assert texts(queue(at_work, PAUL), ".item-who") == ["Diallo Sienne"]
    at_work.day(BACK)
    assert texts(queue(at_work), ".item-who") == ["Diallo Mienne"]
    assert not texts(queue(at_work), ".acting-for")


def test_the_address_may_ask_for_one_absent_colleague_s_rows_and_the_counts_are_exact(at_work: House) -> None:
    fill(at_work, 3)
    fill(at_work, 60, advisor=PAUL)
    hire(at_work, "Inès Kowalski", "advisor")
    fill(at_work, 2, advisor="Inès Kowalski")
    away(at_work, PAUL, NADIA)
    away(at_work, "Inès Kowalski", NADIA)
    page = queue(at_work)
    chips = {said(chip): chip["href"] for chip in parsed(page).select(".chips a")}
    assert list(chips) == ["Tout 65", "à mon nom 3", "pour Inès Kowalski 2", "pour Paul Rey 60"]
    assert f"pour={at_work.people[PAUL]}" in chips["pour Paul Rey 60"]
    assert texts(page, "#rail a")[0] == "Ma boîte 65 à faire"
    for chip in parsed(page).select(".chips a"):
        shown = queue(at_work, query=chip["href"].removeprefix("/boite"))
        count = int(said(chip.select_one(".number")))
        assert len(parsed(shown).select(".item")) == min(count, 50), chip["href"]
    theirs = queue(at_work, query=f"?pour={at_work.people[PAUL]}&p=2")
    assert "51 à 60 sur 60" in words(theirs)
    assert texts(theirs, ".group h2") == ["Plus tard · 60"]


def test_the_rows_of_somebody_one_does_not_deputise_for_cannot_be_asked_for(at_work: House) -> None:
    at_work.opened(advisor=PAUL)
    at_work.opened(first="Mienne")
    for asked in (str(at_work.people[PAUL]), "nobody"):
        assert texts(queue(at_work, query=f"?pour={asked}"), ".item-who") == ["Diallo Mienne"]


def test_an_absence_without_a_deputy_shows_its_rows_to_nobody_else(at_work: House) -> None:
    at_work.opened(advisor=PAUL)
    away(at_work, PAUL, None)
    assert texts(queue(at_work), ".item-who") == []


def test_a_referent_who_deputises_has_the_rows_beside_the_piles(at_work: House) -> None:
    at_work.scored()
    at_work.opened(first="Zoé", advisor=PAUL)
    away(at_work, PAUL, SOPHIE)
    page = queue(at_work, SOPHIE)
    assert texts(page, ".pile-line .item-who") == ["1 résultat à transmettre"]
    assert texts(page, ".item-do") == ["Présenter Pix"]


# --- acting


def test_what_a_deputy_records_bears_both_names(at_work: House) -> None:
    dossier = at_work.opened(advisor=PAUL)
    away(at_work, PAUL, NADIA)
    answer = press(at_work.client(NADIA), dossier, "present", occasion="welcome")
    assert answer.status_code == 303
    fact = last(at_work, dossier)
    assert (fact.by, fact.acting_for) == (str(at_work.people[NADIA]), str(at_work.people[PAUL]))
    page = at_work.client(NADIA).get(f"/dossiers/{dossier}").text
    assert texts(page, ".timeline .when")[0].startswith("16 mars 2026")
    assert "Nadia Benali pour Paul Rey" in words(page)
    assert "Nadia Benali pour Paul Rey" in words(at_work.client("Claire Vasseur").get(f"/rejouer/{dossier}").text)


def test_what_one_records_on_one_s_own_dossiers_bears_one_name(at_work: House) -> None:
    dossier = at_work.opened()
    away(at_work, PAUL, NADIA)
    press(at_work.client(NADIA), dossier, "present", occasion="welcome")
    assert last(at_work, dossier).acting_for is None


def test_a_deputy_undoes_what_they_recorded(at_work: House) -> None:
    dossier = at_work.opened(advisor=PAUL)
    away(at_work, PAUL, NADIA)
    client = at_work.client(NADIA)
    page = client.get(press(client, dossier, "present", occasion="welcome").headers["Location"]).text
    form = parsed(page).select_one("form[action$='/undo']")
    sent = {tag["name"]: tag["value"] for tag in form.select("input[name]")}
    assert client.post(form["action"], data=sent).status_code == 303
    assert at_work.state(dossier).orientation.presented is None
    assert last(at_work, dossier).acting_for == str(at_work.people[PAUL])


def test_a_deputy_reads_and_writes_only_while_the_absence_lasts(at_work: House) -> None:
    dossier = at_work.opened(advisor=PAUL)
    client = at_work.client(NADIA)
    assert client.get(f"/dossiers/{dossier}").status_code == 404
    away(at_work, PAUL, NADIA)
    assert client.get(f"/dossiers/{dossier}").status_code == 200
    assert "Diallo Aminata" in words(client.post("/chercher", data={"q": "Diallo Zoé"}).text + queue(at_work))
    assert texts(client.get("/dossiers").text, ".items .item-who") == ["Diallo Aminata"]
    at_work.day(BACK)
    assert client.get(f"/dossiers/{dossier}").status_code == 404
    assert client.get("/dossiers").text.count('class="item-who"') == 0
    sent = {"command_id": str(uuid4()), "on": BACK.isoformat(), "occasion": "welcome"}
    assert client.post(f"/dossiers/{dossier}/present", data=sent).status_code == 404


def test_a_referent_who_deputises_steers_in_their_own_name(at_work: House) -> None:
    dossier = at_work.opened(advisor=PAUL)
    away(at_work, PAUL, SOPHIE)
    press(at_work.client(SOPHIE), dossier, "present", occasion="welcome")
    assert last(at_work, dossier).acting_for == str(at_work.people[PAUL])
    press(at_work.client(SOPHIE), dossier, "assign", advisor=str(at_work.people[NADIA]))
    assert last(at_work, dossier).acting_for is None


def test_a_form_sent_twice_around_the_end_of_the_absence_is_recorded_once(at_work: House) -> None:
    dossier = at_work.opened(advisor=PAUL)
    away(at_work, PAUL, NADIA)
    form = {"command_id": str(uuid4()), "on": "2026-03-16", "occasion": "welcome"}
    for _ in range(2):
        assert at_work.client(NADIA).post(f"/dossiers/{dossier}/present", data=form).status_code == 303
    assert [type(event).__name__ for event in at_work.events(dossier)].count("PixPresented") == 1


# --- results


def test_a_deputy_is_never_the_addressee_of_a_result(at_work: House) -> None:
    dossier, participation = at_work.scored()
    at_work.on(dossier, assignment.assign_advisor, SOPHIE, advisor=at_work.people[PAUL])
    away(at_work, PAUL, NADIA)
    client = at_work.client(SOPHIE)
    assert texts(client.get("/resultats").text, f"#r-{dossier} .arrow") == [
        "Paul Rey suit déjà ce dossier · absence jusqu’au 20 mars, suppléance : Nadia Benali"
    ]
    sent = {"command_id": str(uuid4()), "pair": f"{dossier}:{participation}"}
    assert client.post("/resultats/transmettre-surs", data=sent).status_code == 303
    assert at_work.state(dossier).prescription.dispatched[participation].advisor == at_work.people[PAUL]
    assert at_work.state(dossier).advisor == at_work.people[PAUL]
    assert texts(queue(at_work), ".item-why") == ["pour Paul Rey · résultat transmis le 16 mars · 40 %"]
    assert dispatch.UNASSIGNED not in client.get("/resultats").text


def test_the_result_of_a_leaver_s_dossier_is_to_be_given_to_somebody_else(at_work: House) -> None:
    dossier, _ = at_work.scored()
    at_work.says(HELENE, record_departure, {"staff": at_work.people[NADIA]}, last_day=MONDAY)
    at_work.day(date(2026, 3, 17))
    page = at_work.client(SOPHIE).get("/resultats").text
    assert texts(page, f"#r-{dossier} .arrow") == ["à choisir"]
    assert "Paul Rey" in words(page)


def test_the_deputy_of_the_referent_is_one_already(at_work: House) -> None:
    """Standing in for somebody gives no role: an advisor would read every dossier."""
    dossier, participation = at_work.scored()
    hire(at_work, "Inès Kowalski", "referent")
    for deputy in (PAUL, HELENE, YANN):
        with pytest.raises(Refused, match="deputy-role"):
            away(at_work, SOPHIE, deputy)
    away(at_work, SOPHIE, "Inès Kowalski")
    client = at_work.client("Inès Kowalski")
    assert "1 résultat à transmettre" in words(client.get("/boite").text)
    sent = {"command_id": str(uuid4()), "dossier": str(dossier), "participation": str(participation)}
    assert client.post("/resultats/transmettre", data=sent).status_code == 303
    assert last(at_work, dossier).by == str(at_work.people["Inès Kowalski"])


# --- on the dossier


def test_the_dossier_says_who_sees_to_it_meanwhile(at_work: House) -> None:
    dossier = at_work.opened(advisor=PAUL)
    away(at_work, PAUL, NADIA)
    assert "Paul Rey (jusqu’au 20 mars, suppléance : Nadia Benali)" in words(
        at_work.client(SOPHIE).get(f"/dossiers/{dossier}").text
    )
    at_work.day(BACK)
    assert "suppléance" not in words(at_work.client(SOPHIE).get(f"/dossiers/{dossier}").text)


def test_a_task_handed_to_who_is_away_is_their_deputy_s(at_work: House) -> None:
    hire(at_work, "Inès Kowalski", "advisor")
    dossier = at_work.opened(advisor="Inès Kowalski")
    sent = {"task": "present-pix", "to": at_work.people[PAUL], "until": None, "note": ""}
    at_work.on(dossier, follow_up.hand_over_task, "Inès Kowalski", **sent)
    assert texts(queue(at_work), ".item-who") == []
    away(at_work, PAUL, NADIA)
    assert texts(queue(at_work), ".item-why")[0].startswith("pour Paul Rey")
    assert at_work.client(NADIA).get(f"/dossiers/{dossier}").status_code == 200
    press(at_work.client(NADIA), dossier, "present", occasion="welcome")
    fact = last(at_work, dossier)
    assert isinstance(fact.event, PixPresented)
    assert fact.acting_for == str(at_work.people[PAUL])
