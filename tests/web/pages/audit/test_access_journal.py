"""Tests « Consultations »: who looked at what in the whole structure, and the report of a period."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec import structs

from pixflow.access_journal.journal import Period
from pixflow.access_journal.line import Line, join_people, micros
from pixflow.actor import OPERATOR, Actor
from pixflow.documents.protocol import ReadingLimits
from pixflow.events.structure import ReadingsIssued
from pixflow.protocol import publishing
from tests.erasures import request as request_erasure
from tests.web.access_lines import NewLines
from tests.web.client import words
from tests.web.paths import House, house
from tests.web.tags import parsed
from tests.web.test_access import MATRIX
from web.french.accounts import access_journal as french
from web.pages.audit.access_journal import HEADER, NAMED
from web.pages.privacy.erasure import erase

NADIA, PAUL, SOPHIE, CLAIRE, HELENE, YANN = (
    "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Claire Vasseur", "Hélène Morin", "Yann Le Goff",
)  # fmt: skip
FIRST = date(2026, 3, 30)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def there(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    if request.param == "postgresql":
        monkeypatch.setenv("PIXFLOW_DATABASE_URL", request.getfixturevalue("database_url"))
    with house(tmp_path / "data", FIRST) as made:
        yield made


def rows(answer: Any) -> list[tuple[str, ...]]:
    items = parsed(answer.text).select(".ledger .item")
    return [tuple(words(str(part)) for part in item.select("div")) for item in items]


def report(answer: Any) -> list[dict[str, str]]:
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    found = list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert all(tuple(row) == HEADER for row in found)
    return found


def test_everybody_s_lines_of_a_week_the_latest_first(there: House) -> None:
    dossier = there.opened()
    there.client(NADIA).get(f"/dossiers/{dossier}")
    there.day(FIRST + timedelta(days=3))
    there.client(SOPHIE).get("/dossiers")
    there.client(PAUL).get(f"/dossiers/{dossier}")
    lines = NewLines(there.served)
    lines.take()
    got = rows(there.client(HELENE).get("/consultations"))
    assert [row[:2] for row in got] == [
        (PAUL, "Page refusée : Aminata Diallo"),
        (SOPHIE, "1 personne dans « Dossiers »"),
        (NADIA, "Le dossier : Aminata Diallo"),
    ]
    assert got[2][2].startswith("30 mars 2026")
    assert [row[2].partition(" · ")[2] for row in got] == ["", "par son rôle", "suit le dossier"], "none at a terminal"
    (line,) = lines.take()
    assert (line.page, line.people, line.why) == ("GET /consultations", 1, "role"), "to read the journal is a line"
    there.day(FIRST + timedelta(days=10))
    assert rows(there.client(CLAIRE).get("/consultations")) != got, "only a week"
    asked = f"/consultations?par={there.people[NADIA]}&du={FIRST}&au={FIRST}"
    assert [row[:2] for row in rows(there.client(CLAIRE).get(asked))] == [(NADIA, "Le dossier : Aminata Diallo")]
    assert "Écrivez une date" in there.client(CLAIRE).get("/consultations?du=hier").text


def test_the_journal_leads_there_who_may_read_it(there: House) -> None:
    assert "/consultations" not in there.client(SOPHIE).get("/journal").text
    assert 'href="/consultations"' in there.client(HELENE).get("/journal").text


def test_the_report_says_who_was_looked_at_by_whom_and_since_when(there: House) -> None:
    dossier, other = there.opened(imilo_number="0012350"), there.opened(first="＝HYPERLINK", last="Ev;il")
    for _ in range(3):
        there.client(SOPHIE).get(f"/dossiers/{dossier}")
    there.day(date(2026, 4, 2))
    there.client(SOPHIE).get(f"/dossiers/{dossier}")
    there.client(SOPHIE).get(f"/dossiers/{other}/droits")
    there.client(SOPHIE).get("/dossiers")
    there.client(NADIA).get(f"/dossiers/{dossier}")
    asked = f"par={there.people[SOPHIE]}&du={FIRST}&au=2026-04-02"
    lines = NewLines(there.served)
    lines.take()
    got = report(there.client(HELENE).get(f"/consultations.csv?{asked}"))
    *of_dossier, in_list = (row for row in got if row["dossier"] == str(dossier))
    assert (in_list["nom"], words(in_list["page"]), in_list["fois"]) == ("Diallo", "« Dossiers »", "1")
    assert [(row["nom"], row["n° i-Milo"], row["lu par"], row["page"], row["raison"]) for row in of_dossier] == [
        ("Diallo", "0012350", SOPHIE, "le dossier", "par son rôle")
    ] * 2, "a row a month"
    assert [row["fois"] for row in of_dossier] == ["3", "1"]
    assert of_dossier[0]["première fois"] == "2026-03-30 11:12"
    bad, bad_in_list = (row for row in got if row["dossier"] == str(other))
    assert (bad["prénom"], bad["nom"]) == ("'＝HYPERLINK", "Ev;il")
    assert {row["dossier"] for row in got[-2:]} == {str(dossier), str(other)}, "lists come last"
    assert words(bad_in_list["page"]) == words(got[-1]["page"]) == "« Dossiers »"
    assert {row["lu par"] for row in got} == {SOPHIE}
    (line,) = lines.take()
    assert (line.page, line.people, line.fresh) == ("GET /consultations.csv", 2, 2)


def test_it_says_which_list_of_which_day_and_that_it_left_as_a_file(there: House) -> None:
    dossier = there.opened()
    there.day(FIRST + timedelta(days=3))
    sophie, helene = there.client(SOPHIE), there.client(HELENE)
    for asked in ("", f"?au={FIRST}", ".csv", f".xlsx?au={FIRST}&horloge=vrai"):
        there.pass_by(minutes=1)
        assert sophie.get(f"/dossiers{asked}").status_code == 200
    said = [
        "« Dossiers », vu au 30 mars 2026, tel que c’était, su aujourd’hui, en fichier XLSX",
        "« Dossiers », en fichier CSV", "« Dossiers », vu au 30 mars 2026, tel qu’on le savait", "« Dossiers »",
    ]  # fmt: skip
    by = f"par={there.people[SOPHIE]}&du={FIRST}"
    assert [row[1] for row in rows(helene.get(f"/consultations?{by}"))] == [f"1 personne dans {one}" for one in said]
    got = report(helene.get(f"/consultations.csv?{by}"))
    assert [words(row["page"]) for row in got if row["dossier"] == str(dossier)] == said[::-1]


def test_each_page_at_a_desk_has_a_name() -> None:
    """Others name nobody: they are pages of an account, of this machine or of people without one."""
    unnamed = {
        words(french.in_list(f"GET {row['route']}")) for row in MATRIX if not row["route"].startswith("/dossiers/{")
    }
    assert {one.split("/")[1].removesuffix(" »") for one in unnamed if "/" in one} <= {
        "", "agenda", "attente", "compte", "connexion", "deconnexion", "healthz", "invitation", "metrics", "p",
        "premiere-visite", "preuve", "qui", "readyz", "registre", "reprise", "t", "temoin", "verrou",
    }  # fmt: skip


def test_people_whose_ids_no_line_has_stay_a_number(there: House) -> None:
    journal, at = there.served.journal, micros(there.now)
    for people in (50, 2):
        journal.write(Line(at, "shown", "GET /dossiers", member=there.people[SOPHIE], people=people), there.today)
    (row,) = report(there.client(HELENE).get("/consultations.csv"))
    assert (words(row["page"]), row["fois"], row["nom"]) == ("52 personnes dans « Dossiers »", "2", "")
    assert "liste=" not in there.client(HELENE).get("/consultations").text


def test_the_names_of_a_list_are_shown_when_asked_for(there: House) -> None:
    people = [there.opened(first=f"Lou {n}") for n in range(3)]
    there.client(SOPHIE).get("/dossiers")
    erased = there.opened(first="Zoé")
    there.pass_by(minutes=1)
    there.client(NADIA).get("/dossiers")
    there.pass_by(minutes=1)
    lines, browser = NewLines(there.served), there.client(HELENE)
    lines.take()
    shown = browser.get("/consultations")
    assert (lines.take(), "Lou 1" in shown.text) == ([], False), "no name yet"
    of_nadia, of_sophie = (link["href"] for link in parsed(shown.text).select(".item-do a[href*=liste]"))
    named = browser.get(of_sophie)
    (line,) = lines.take()
    assert (line.ids, line.people, line.page) == (sorted(people), 3, "GET /consultations")
    said = " , ".join(f"Lou {people.index(one)} Diallo" for one in sorted(people))
    assert rows(named)[-1][1] == f"3 personnes dans « Dossiers » : {said}"
    assert rows(named)[-2][1] == "4 personnes dans « Dossiers »", "one list at a time"
    version = request_erasure(there.served.opened, erased)
    erase(there.served, erased, version, by=Actor(OPERATOR), command_id=uuid4(), via="cli")
    after = next(row[1] for row in rows(browser.get(of_nadia)) if row[0] == NADIA)
    assert after.endswith(", 1 personne sans nom ici")
    assert "Zoé" not in after
    got = report(browser.get(f"/consultations.csv?par={there.people[NADIA]}"))
    assert [row["nom"] for row in got if row["dossier"] == str(erased)] == ["une personne effacée"]
    for asked in ("0", "9", str(2**62)):
        assert browser.get(f"/consultations?liste={asked}").status_code == 200
    assert there.client(SOPHIE).get(of_nadia).status_code == 403


def test_a_list_of_thousands_names_a_hundred(there: House) -> None:
    people = [UUID(int=2**128 - 1 - n) for n in range(2_999)]  # the known person stands first
    line = Line(micros(there.now), "shown", "GET /dossiers", member=there.people[SOPHIE], people=3_000)
    known = there.opened()
    line = structs.replace(line, listed=join_people([known, *people]) + b"cut")
    there.served.journal.write(line, there.today)
    got = there.client(HELENE).get(f"/consultations?liste={line.at}")
    (row,) = (row for row in rows(got) if row[0] == SOPHIE)
    assert known in line.ids[:NAMED]
    assert row[1] == "3 000 personnes dans « Dossiers » : Aminata Diallo , 2 999 personnes sans nom ici"


def test_an_erased_person_has_no_name_in_it(there: House) -> None:
    dossier = there.opened()
    there.client(NADIA).get(f"/dossiers/{dossier}")
    version = request_erasure(there.served.opened, dossier)
    erase(there.served, dossier, version, by=Actor(OPERATOR), command_id=uuid4(), via="cli")
    shown = there.client(HELENE).get("/consultations")
    assert (rows(shown)[-1][1], "Diallo" in shown.text) == ("Le dossier : une personne effacée", False)
    (row,) = report(there.client(HELENE).get("/consultations.csv"))
    assert (row["dossier"], row["nom"], row["prénom"]) == (str(dossier), "une personne effacée", "")


def test_a_file_with_too_many_people_is_refused_before_it_stops_its_reader(there: House) -> None:
    document = replace(there.served.refs.protocol(there.today), reading=ReadingLimits(people=4))
    stream = {"protocol": there.served.opened.stream("protocol")}
    there.says(OPERATOR, publishing.publish_protocol, stream, document=document, from_day=there.today)
    for n in range(3):
        there.client(SOPHIE).get(f"/dossiers/{there.opened(first=f'Lou {n}')}")
    answer = there.client(HELENE).get("/consultations.csv")
    assert (answer.status_code, "trop de personnes d’un coup" in words(answer.text)) == (422, True)
    assert report(there.client(HELENE).get(f"/consultations.csv?par={there.people[NADIA]}")) == []
    links = [link["href"] for link in parsed(answer.text).select("[role=alert] a")]
    lines = NewLines(there.served)
    for link, people in zip(links, (2, 1), strict=True):
        lines.take()
        assert len({row["dossier"] for row in report(there.client(HELENE).get(link))}) == people
        assert [len(line.ids) for line in lines.take()] == [people]
    assert there.client(HELENE).get(f"{links[0]}9").status_code == 422
    structure = there.served.opened.stream("structure")
    facts = [one.event for one in there.served.engine.history(structure) if isinstance(one.event, ReadingsIssued)]
    assert [fact.people for fact in facts] == [2, 3], "as far as this part"


def test_pages_go_on_from_one_month_to_the_one_before(there: House) -> None:
    journal, dossiers = there.served.journal, [UUID(int=n) for n in range(10)]
    for n, dossier in enumerate(dossiers):
        day = date(2026, 3, 31) if n < 4 else date(2026, 4, 1)
        journal.write(Line(n, "shown", "GET /dossiers/{dossier_id:uuid}", None, UUID(int=99), None, dossier), day)
    period, latest = Period(0, 10), dossiers[::-1]
    for limit in (1, 3, 4, 7, 10, 20):
        read = [line.dossier for at in range(0, 10, limit) for line in journal.page(period, limit, at)]
        assert read == latest, limit
    asked = (period, Period(2, 5), Period(0, 10, UUID(int=98)))
    assert [journal.total(one) for one in asked] == [10, 3, 0]
    assert [one.dossier for one in journal.read_in(Period(0, 10, UUID(int=99)))] == dossiers
