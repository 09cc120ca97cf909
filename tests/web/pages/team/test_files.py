"""Équipe as a file: whoever has the page has its file, which names no young person."""

from datetime import date

from pixflow.team import membership
from tests.web.access_lines import NewLines
from tests.web.filled import fill, hire
from tests.web.paths import House
from tests.web.taken import issued, sheets, table, taken

NADIA, YANN, SOPHIE = "Nadia Benali", "Yann Le Goff", "Sophie Lecomte"


def test_the_team_leaves_with_its_milestones_and_its_load(at_work: House) -> None:
    at_work.says(NADIA, membership.take_pix, {"staff": at_work.people[NADIA]}, on=date(2026, 2, 3))
    fill(at_work, 3)
    lines, yann = NewLines(at_work.served), at_work.client(YANN)
    rows = taken(yann, "/equipe?role=advisor")
    assert [row["Nom"] for row in rows] == [NADIA, "Paul Rey"]
    assert rows[0] == {
        "Nom": NADIA, "Rôles": "conseiller·ère", "Site": "", "Absence": "", "Pix passé": "2026-02-03", "Formation": "",
        "Information": "", "Dossiers": "3", "À son nom": "3", "En retard": "0",
    }  # fmt: skip
    assert lines.take() == []
    said = sheets(yann.get("/equipe.xlsx?role=advisor"))[1]
    assert (said["Filtres"], said["Jeunes"]) == ("Dans l’équipe · Rôle\xa0: conseiller·ère", 0)
    assert [(name, event.page, event.filters, event.people) for name, event in issued(at_work)] == [
        (YANN, "team", (("role", "advisor"),), 0)
    ]


def test_every_page_of_the_team_and_every_state(at_work: House) -> None:
    for n in range(60):
        hire(at_work, f"Personne {n:02}", "facilitator")
    nadia = at_work.client(NADIA)
    assert len(taken(nadia, "/equipe")) == 66
    assert len(table(nadia.get("/equipe.csv?etat=zanzibar"))) == 66
    for empty in ("etat=gone", "etat=away", "role=zanzibar", "site=Zanzibar"):
        assert table(nadia.get(f"/equipe.csv?{empty}")) == []
    assert [event.filters for _, event in issued(at_work)] == [()]
