"""Ma boîte as files: one's own tasks, a pile, what waits too long."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from pixflow.team.absences import declare_absence
from tests.web.access_lines import NewLines
from tests.web.filled import fill, hire
from tests.web.paths import House
from tests.web.taken import issued, sheets, table, taken

NADIA, PAUL, SOPHIE, HELENE, CLAIRE, YANN = (
    "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Hélène Morin", "Claire Vasseur", "Yann Le Goff",
)  # fmt: skip
NUMBER = "0012345"
LATE = "section[aria-labelledby=en-attente]"


def test_one_s_own_tasks_with_their_reasons(at_work: House) -> None:
    nadia = at_work.client(NADIA)
    assert taken(nadia, "/boite") == [], "no task, no link"
    at_work.presented(phone="0612345678", imilo_number=NUMBER, programme="PACEA")
    assert taken(nadia, "/boite") == [
        {
            "Nom": "Diallo", "Prénom": "Aminata", "N° i-Milo": NUMBER,
            "Téléphone": "06 12 34 56 78", "Programme": "PACEA",
            "À faire": "Prévoir le diagnostic", "Pourquoi": "Pix présenté le 16 mars", "Étape": "1 Orientation",
            "Pour le": "2026-03-23", "En retard": "non", "À la charge de": NADIA,
        },
    ]  # fmt: skip
    at_work.opened(first="Léo", last="Petit", site="L’Aigle")
    at_work.day(date(2026, 4, 14))
    assert [row["En retard"] for row in taken(nadia, "/boite")] == ["oui", "oui"]
    (row,) = taken(nadia, "/boite?tache=present-pix&site=L%E2%80%99Aigle")
    assert (row["Nom"], row["Prénom"], row["N° i-Milo"]) == ("Petit", "Léo", "")
    _, said = sheets(nadia.get("/boite.xlsx?tache=present-pix"))
    assert (said["Liste"], said["Filtres"], said["Lignes"]) == ("Ma boîte", "Tâche\xa0: Présentations", 1)
    assert issued(at_work)[-1][1].filters == (("tache", "present-pix"),)


def test_fifty_one_tasks_leave_in_one_file(at_work: House) -> None:
    fill(at_work, 51)
    at_work.day(date(2026, 4, 8))
    assert len(taken(at_work.client(NADIA), "/boite")) == 51


def test_a_deputy_takes_the_tasks_of_an_absent_colleague(at_work: House) -> None:
    at_work.presented()
    days = {"first": at_work.today, "last": at_work.today + timedelta(days=3), "deputy": at_work.people[PAUL]}
    at_work.says(NADIA, declare_absence, {"staff": at_work.people[NADIA]}, **days, context={"absence": uuid4()})
    lines = NewLines(at_work.served)
    paul = at_work.client(PAUL)
    assert [row["À la charge de"] for row in taken(paul, "/boite")] == [NADIA]
    assert [row["Prénom"] for row in taken(paul, f"/boite?pour={at_work.people[NADIA]}")] == ["Aminata"]
    assert table(paul.get(f"/boite.csv?pour={at_work.people[PAUL]}")) == []
    assert {line.people for line in lines.take() if line.page.endswith("csv")} == {1}


def test_the_piles_and_what_waits_too_long_leave_with_their_filters(at_work: House) -> None:
    hire(at_work, "Omar Sy", "advisor")
    fill(at_work, 2, advisor=None)
    fill(at_work, 3, advisor=PAUL)
    at_work.day(date(2026, 4, 30))
    sophie = at_work.client(SOPHIE)
    rows = taken(sophie, "/boite?pile=assign-advisor")
    assert [(row["Nom"], row["Prénom"]) for row in rows] == [("Nom0001", "Prénom"), ("Nom0002", "Prénom")]
    assert {row["À la charge de"] for row in rows} == {"référent·e Pix"}
    rows = taken(sophie, "/boite?grouper=qui", LATE)
    assert [row["À la charge de"] for row in rows] == [PAUL] * 3 + ["personne"] * 2
    assert table(sophie.get("/boite/en-attente.csv?retard=1-2")) == []
    said = sheets(sophie.get(f"/boite/en-attente.xlsx?aupres={at_work.people[PAUL]}&retard=11"))[1]
    assert said["Filtres"] == "Qui\xa0: Paul Rey · Retard\xa0: plus de 10 jours ouvrés de retard"
    filters = [(event.page, event.filters) for _, event in issued(at_work)]
    assert filters[0] == ("pile", (("pile", "assign-advisor"),))
    assert filters[1] == ("waiting", (("grouper", "qui"),))
    for name in (NADIA, CLAIRE):
        assert sophie.get("/boite.csv?pile=zanzibar").status_code == 404
        answer = at_work.client(name).get("/boite/en-attente.csv")
        assert answer.status_code == 403 if name == CLAIRE else table(answer) == []


@pytest.mark.parametrize("name", [CLAIRE, YANN])
def test_who_has_no_box_has_no_file(at_work: House, name: str) -> None:
    for address in ("/boite.csv", "/boite.xlsx", "/boite.csv?pile=assign-advisor", "/boite/en-attente.xlsx"):
        assert at_work.client(name).get(address).status_code == 403
