"""Ateliers and one workshop as files: names stay hidden as on the page."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.web.access_lines import NewLines
from tests.web.arranged import MONDAY, scheduled, seat
from tests.web.filled import hire
from tests.web.paths import House, house
from tests.web.taken import issued, sheets, table, taken

NADIA, PAUL, SOPHIE, SAMIR, YANN = "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Samir Haddad", "Yann Le Goff"


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, MONDAY) as made:
        hire(made, SAMIR, "facilitator")
        yield made


def test_the_workshops_leave_with_their_seats(at_work: House) -> None:
    samir = at_work.client(SAMIR)
    assert taken(samir, "/ateliers") == []
    made = scheduled(at_work, capacity=8)
    seat(at_work, made, at_work.opened())
    (row,) = taken(samir, "/ateliers")
    assert row == {
        "Jour": "2026-03-16", "Heures": "14:00-16:00", "Lieu": "Mortagne, Salle 2",
        "Campagne": "Diagnostic initial, printemps", "Animé par": NADIA, "Places": "8", "Inscrits": "1",
        "Liste d’attente": "0", "État": "présence à noter",
    }  # fmt: skip
    assert table(samir.get("/ateliers.csv?quand=past")) == []
    assert samir.get("/ateliers.csv?quand=zanzibar").status_code == 422
    assert table(samir.get("/ateliers.csv?site=Zanzibar")) == []
    (mine,) = taken(at_work.client(NADIA), "/ateliers?miens=oui")
    assert mine["Animé par"] == "vous"
    said = sheets(at_work.client(NADIA).get("/ateliers.xlsx?miens=oui&site=Mortagne"))[1]
    assert said["Filtres"] == "À venir · Les miens · Site\xa0: Mortagne"
    assert [event.filters for _, event in issued(at_work)] == [
        (), (("miens", "oui"),), (("site", "Mortagne"), ("miens", "oui")),
    ]  # fmt: skip


def test_fifty_one_workshops_leave_in_one_file(at_work: House) -> None:
    for n in range(51):
        scheduled(at_work, day=at_work.today + timedelta(days=n), place=f"Salle {n}")
    assert len(taken(at_work.client(SOPHIE), "/ateliers")) == 51


def test_who_has_a_seat_and_who_waits_leave_as_the_reader_may_see_them(at_work: House) -> None:
    made = scheduled(at_work, capacity=6, facilitators=(at_work.people[PAUL],))
    his = [at_work.opened(first=f"Léo {n}", last="Petit", advisor=PAUL) for n in range(6)]
    for dossier in (*his, at_work.opened(programme="CEJ", imilo_number="4711")):
        seat(at_work, made, dossier)
    lines = NewLines(at_work.served)
    rows = taken(at_work.client(SAMIR), f"/ateliers/{made}")
    columns = ("Place", "Nom", "Prénom", "N° i-Milo", "Suivi")
    assert [tuple(row[one] for one in columns) for row in (rows[0], rows[6])] == [
        ("1", "Petit", "Léo 0", "", PAUL), ("liste d’attente", "Diallo", "Aminata", "4711", f"CEJ · {NADIA}"),
    ]  # fmt: skip
    nadia = taken(at_work.client(NADIA), f"/ateliers/{made}")
    assert [row["Nom"] for row in nadia] == ["suivi·e par Paul Rey"] * 6 + ["Diallo"]
    assert [(row["Prénom"], row["N° i-Milo"]) for row in nadia] == [("", "")] * 6 + [("Aminata", "4711")]
    assert {(line.why, line.people) for line in lines.take()} == {("task", 7), ("own", 1)}, "a hidden name is none"
    (_, event), *_ = issued(at_work)
    assert (event.page, event.filters, event.rows, event.people) == ("workshop", (("atelier", str(made)),), 7, 7)
    for path in (f"/ateliers/{uuid4()}.csv", "/ateliers/zanzibar.csv"):
        assert at_work.client(SAMIR).get(path).status_code == 404
    assert at_work.client(YANN).get(f"/ateliers/{made}.csv").status_code == 403
    assert taken(at_work.client(SAMIR), f"/ateliers/{scheduled(at_work)}") == []
