"""The Journal: every fact of the structure, filtered by who, what, when and whose; read by those who may replay."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pixflow.dossier import assignment
from tests.web.client import words
from tests.web.filled import fill, part, said, soup
from tests.web.paths import House, house

CLAIRE, NADIA, SOPHIE = "Claire Vasseur", "Nadia Benali", "Sophie Lecomte"


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, date(2026, 3, 16)) as made:
        yield made


def lines(at_work: House, query: str = "", who: str = CLAIRE) -> list[str]:
    page = soup(at_work.client(who).get(f"/journal{query}").text)
    return [said(line) for line in page.select(".ledger .item .item-do")]


def test_the_latest_fact_stands_first_with_who_when_and_whose(at_work: House) -> None:
    dossier = at_work.presented()
    page = soup(at_work.client(CLAIRE).get("/journal").text)
    first = page.select(".ledger .item")[0]
    assert said(first.select_one(".item-do")) == "Pix présenté au premier accueil"
    assert said(first.select_one(".item-who")) == "Aminata Diallo"
    assert first.select_one("a")["href"] == f"/rejouer/{dossier}?version=3"
    assert said(first.select_one(".item-why")) == "16 mars 2026, 10:12 · Nadia Benali"
    assert len(page.select(".ledger .item")) == at_work.served.engine.head()


def test_it_is_asked_by_person_kind_dossier_and_days(at_work: House) -> None:
    dossier = at_work.presented()
    at_work.day(date(2026, 3, 17))
    at_work.presented(first="Hugo", last="Masson")
    assert lines(at_work, f"?par={at_work.people[NADIA]}") == ["Pix présenté au premier accueil"] * 2
    assert len(lines(at_work, "?fait=dossier.DossierOpened")) == 2
    assert len(lines(at_work, f"?dossier={dossier}")) == 3
    assert lines(at_work, f"?par={at_work.people[NADIA]}&du=2026-03-17") == ["Pix présenté au premier accueil"]
    assert lines(at_work, f"?par={at_work.people[NADIA]}&au=2026-03-16&dossier={dossier}") == [
        "Pix présenté au premier accueil"
    ]
    assert lines(at_work, "?fait=dossier.DossierClosed") == []
    assert len(lines(at_work, "?par=system:operator")) > 5


def test_a_day_is_the_structure_s_own(at_work: House) -> None:
    at_work.day(date(2026, 3, 16), 23)
    at_work.presented()
    assert lines(at_work, f"?par={at_work.people[NADIA]}&du=2026-03-17") == ["Pix présenté au premier accueil"]
    assert lines(at_work, f"?par={at_work.people[NADIA]}&au=2026-03-16") == []


def test_what_was_taken_back_is_struck_with_its_reason(at_work: House) -> None:
    dossier = at_work.presented()
    at_work.on(dossier, assignment.retract, version=3, reason="mauvaise personne")
    page = soup(at_work.client(CLAIRE).get(f"/journal?dossier={dossier}").text)
    struck = page.select(".ledger .item")[1]
    assert said(struck.select_one("s")) == "Pix présenté au premier accueil"
    assert "retiré : mauvaise personne" in said(struck)
    assert "Retiré : Pix présenté au premier accueil" in said(page.select(".ledger .item")[0])


def test_2500_dossiers_are_paged_with_the_exact_count(at_work: House) -> None:
    fill(at_work, 2_500, advisor=None)
    text = at_work.client(CLAIRE).get("/journal?fait=dossier.DossierOpened").text
    assert "2 500 faits enregistrés" in words(text)
    assert "1 à 50 sur 2 500" in words(text)
    last = soup(at_work.client(CLAIRE).get("/journal?fait=dossier.DossierOpened&p=50").text)
    assert len(last.select(".ledger .item")) == 50
    assert lines(at_work, "?fait=dossier.DossierOpened&p=51") == [
        said(line) for line in last.select(".ledger .item .item-do")
    ]


def test_who_may_not_replay_may_not_read_it(at_work: House) -> None:
    assert at_work.client(NADIA).get("/journal").status_code == 403
    assert at_work.client(SOPHIE).get("/journal").status_code == 200
    assert "/journal" not in at_work.client(NADIA).get("/boite").text


def test_a_day_that_is_none_and_an_unknown_dossier_are_said(at_work: House) -> None:
    assert "Écrivez une date qui existe" in words(at_work.client(CLAIRE).get("/journal?du=hier").text)
    stranger = "7f6a2b1e-0000-4000-8000-000000000001"
    assert at_work.client(CLAIRE).get(f"/journal?dossier={stranger}").status_code == 404


def test_the_fragment_is_the_same_as_the_page(at_work: House) -> None:
    at_work.presented()
    assert 'id="journal"' in part(at_work.client(CLAIRE), "/journal")
