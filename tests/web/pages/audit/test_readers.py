"""Tests « Qui a ouvert ce dossier », and what a person's copy says of it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from tests.web.paths import House, house
from tests.web.tags import parsed
from tests.web.test_routes import LIST
from web.french.accounts import access_journal as french
from web.pages.privacy import personal_data

NADIA, SOPHIE, CLAIRE = "Nadia Benali", "Sophie Lecomte", "Claire Vasseur"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


def rows(answer: Any) -> list[tuple[str, str, str]]:
    items = parsed(answer.text).select(".ledger .item")
    return [tuple(part.get_text(strip=True) for part in item.select("div")) for item in items]


def test_the_page_says_who_opened_a_dossier_when_where_and_why(there: House) -> None:
    dossier = there.opened()
    there.client(NADIA).get(f"/dossiers/{dossier}")
    there.pass_by(days=1)
    there.client(SOPHIE).get(f"/dossiers/{dossier}/droits")
    got = there.client(CLAIRE).get(f"/dossiers/{dossier}/consultations")
    assert [row[:2] for row in rows(got)] == [(SOPHIE, "Les droits de la personne"), (NADIA, "Le dossier")]
    assert [row[2].partition("·")[2].strip() for row in rows(got)] == ["par son rôle", "suit le dossier"]
    again = there.client(CLAIRE).get(f"/dossiers/{dossier}/consultations")
    assert rows(again)[0][:2] == (CLAIRE, "Qui a ouvert ce dossier"), "to read the journal is a line too"


def test_a_forgotten_tab_is_opened_once_in_the_page_and_in_the_copy(there: House) -> None:
    dossier = there.opened()
    for headers in ({}, {"HX-PTag": "0:x"}, {"HX-PTag": "0:x"}):
        there.client(NADIA).get(f"/dossiers/{dossier}", headers=headers)
    reader = there.client(SOPHIE)
    assert len(rows(reader.get(f"/dossiers/{dossier}/consultations"))) == 1
    copy = reader.get(f"/dossiers/{dossier}/droits/tout.json").json()
    assert [one["who"] for one in copy["readers"]].count(NADIA) == 1
    journal = parsed(there.client(CLAIRE).get("/consultations").text).get_text()
    assert journal.count("Le dossier, resté ouvert") == 2


def test_the_page_is_filtered_by_a_colleague_and_by_a_day(there: House) -> None:
    dossier = there.opened()
    first = there.today
    there.client(NADIA).get(f"/dossiers/{dossier}")
    there.pass_by(days=1)
    there.client(NADIA).get(f"/dossiers/{dossier}")
    there.client(SOPHIE).get(f"/dossiers/{dossier}")
    page, reader = f"/dossiers/{dossier}/consultations", there.client(SOPHIE)
    assert len(rows(reader.get(f"{page}?par={there.people[NADIA]}"))) == 2
    assert len(rows(reader.get(f"{page}?le={first}"))) == 1
    assert "Écrivez une date" in reader.get(f"{page}?le=hier").text
    assert there.client(NADIA).get(page).status_code == 403


def test_a_copy_says_who_looked(there: House) -> None:
    dossier = there.opened()
    there.client(NADIA).get(f"/dossiers/{dossier}")

    def known(connection: Connection) -> personal_data.PersonalData:
        return personal_data.everything(there.served, connection, dossier)

    with there.served.reading() as tables:
        document = personal_data.document(known(tables.connection))
        assert personal_data.paper(known(tables.connection)).startswith(b"%PDF")
    (one,) = document["readers"]
    assert (one["who"], one["page"], one["why"]) == (NADIA, "le dossier", "suit le dossier")
    rights = there.client(SOPHIE).get(f"/dossiers/{dossier}/droits")
    assert "Nadia Benali, le dossier (suit le dossier)" in parsed(rights.text).get_text()


def test_every_page_about_a_dossier_has_a_name() -> None:
    routes = (" ".join(line.split()[:2]) for line in LIST.read_text(encoding="utf-8").splitlines())
    about = {route for route in routes if re.match("GET .*{dossier_id:uuid}", route)}
    assert about == french.PAGES.keys() - french.TERMINAL.keys()
