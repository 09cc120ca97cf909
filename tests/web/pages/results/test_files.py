"""The three lists of the board as files, for the référent alone."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.web.access_lines import NewLines
from tests.web.exports import NADIA, ROWS, Board
from tests.web.filled import fill, receive
from tests.web.paths import House
from tests.web.tags import parsed
from tests.web.taken import issued, sheets, table, taken

LISTS = ("a-rapprocher", "a-transmettre", "transmis")


def lists(board: Board) -> list[list[dict[str, str]]]:
    return [taken(board.client, "/resultats", f"#{name}") for name in LISTS]


def test_an_empty_board_has_no_files(board: Board) -> None:
    assert lists(board) == [[], [], []]
    head = board.house.served.engine.head()
    for name in LISTS:
        assert table(board.client.get(f"/resultats/{name}.csv")) == []
    assert board.house.served.engine.head() == head


def test_each_list_leaves_with_what_is_proposed_and_why(board: Board, people: dict[str, UUID]) -> None:
    board.record(ROWS)
    board.act("Haddad Zoé", "/transmettre")
    waiting, routed, sent = lists(board)
    assert [row["Nom sur Pix"] for row in waiting] == ['D\'Arc; dit "Le Chat" Anaïs', "Guérin Léo", "KAMARA Jo Ibrahim"]
    assert waiting[1] == {
        "Nom sur Pix": "Guérin Léo", "Participation": "sans n° · résultat 0 %", "Proposition": "Léo Guérin",
        "Dossier": "CEJ · Paul Rey", "Pourquoi": "mêmes nom et prénom", "À vérifier": "", "Propositions": "1",
    }  # fmt: skip
    assert waiting[0]["Propositions"] == "0"
    assert [(row["Jeune"], row["Suivi par"]) for row in routed] == [("Colin Tom", NADIA), ("Traoré Fatou", "")]
    assert routed[1]["Pourquoi"] == "2 dossiers, 1 tâche"
    day = board.house.today.isoformat()
    assert sent == [{"Transmis à": NADIA, "Jeune": "Haddad Zoé", "Transmis le": day, "Restitution tenue le": ""}]
    assert [event.page for _, event in issued(board.house)] == ["to-match", "to-dispatch", "dispatched"]


def test_who_is_proposed_is_noted_with_who_took_the_test(board: Board, people: dict[str, UUID]) -> None:
    board.record(ROWS)
    lines = NewLines(board.house.served)
    lines.take()
    board.client.get("/resultats/a-rapprocher.csv")
    (line,) = lines.take()
    assert people["Léo Guérin"] in line.ids
    assert line.people == len(line.ids) > 3


def test_a_filter_of_lateness_is_that_of_the_file(board: Board, at_work: House) -> None:
    receive(at_work, fill(at_work, 51), NADIA)
    client = board.client
    at_work.day(at_work.today + timedelta(days=30))
    receive(at_work, fill(at_work, 1, first_name="Autre"), NADIA)
    (link, _) = (one["href"] for one in parsed(board.page()).select("#a-transmettre .ages a"))
    rows = taken(client, link, "#a-transmettre")
    assert len(rows) == 1
    ((name, band),) = issued(at_work)[-1][1].filters
    assert (name, link) == ("transmettre", f"/resultats?transmettre={band}#a-transmettre")
    said = sheets(client.get(f"/resultats/a-transmettre.xlsx?transmettre={band}"))[1]
    assert str(said["Filtres"]).startswith("Retard\xa0: ")
    assert len(taken(client, "/resultats", "#a-transmettre")) == 52
    assert table(client.get("/resultats/a-transmettre.csv?transmettre=demain")) == []


@pytest.mark.parametrize("name", [NADIA, "Hélène Morin", "Claire Vasseur", "Yann Le Goff"])
def test_nobody_else_takes_them(board: Board, at_work: House, name: str) -> None:
    for one in LISTS:
        assert at_work.client(name).get(f"/resultats/{one}.csv").status_code == 403
