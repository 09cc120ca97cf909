"""An import taken back on its page: the receipt leads there, what stays is named, and which export is last."""

from datetime import date
from uuid import uuid4

from tests.web.client import words
from tests.web.exports import FIRST, LATER, LEO, YANN, ZOE, Board, dossiers
from tests.web.paths import House
from tests.web.tags import parsed

TODAY = date(2026, 6, 1)


def page_of(board: Board, recorded: str) -> str:
    """The address of the import's page, from the receipt."""
    found = parsed(board.page(recorded)).select_one(".notice a[href^='/resultats/exports/']")
    assert found is not None
    return str(found["href"])


def test_the_receipt_leads_to_the_import_which_goes_and_comes_again(at_work: House, board: Board) -> None:
    dossiers(at_work)
    where = page_of(board, board.record([ZOE, YANN]))
    said = board.said(where)
    assert "Export du 12 mai 2026, 09:10" in said
    assert "Organisation Mission Locale du Val d’Exemple" in said
    assert "par Sophie Lecomte" in said
    assert "2 participations peuvent être retirées" in said
    gone = board.follow(board.press(where, f"form[action='{where}/annuler']"))
    assert "Import annulé C’est fait : le même fichier peut être importé à nouveau." in gone
    assert not parsed(board.page(where)).select(f"form[action='{where}/annuler']")
    shown = board.said()
    assert "Aucun export enregistré" in shown
    assert "Haddad" not in shown
    again = board.said(board.record([ZOE, YANN]))
    assert "2 nouvelles ; 1 rapprochée d’elle-même" in again
    answer = board.client.post(f"{where}/annuler", data={"command_id": str(uuid4())})
    assert answer.status_code == 303, "the first import is taken back already: the second stays"
    assert "À transmettre · 1" in board.said()


def test_a_row_that_was_dispatched_is_named_and_stays(at_work: House, board: Board) -> None:
    dossiers(at_work)
    recorded = board.record([ZOE, LEO])
    where = page_of(board, recorded)
    board.act("Haddad Zoé", "/transmettre")
    said = board.said(where)
    assert "1 participation peut être retirée" in said
    assert "1 participation reste" in said
    assert "Haddad Zoé : une restitution, une tâche ou une autre suite du dossier en découle" in said
    board.follow(board.press(where, f"form[action='{where}/annuler']"))
    assert "Guérin" not in board.said()
    assert "Haddad Zoé" in board.said(where)


def test_an_unknown_import_and_an_empty_form(board: Board) -> None:
    assert board.client.get(f"/resultats/exports/{uuid4()}").status_code == 404
    forged = board.client.post(f"/resultats/exports/{uuid4()}/annuler", data={"command_id": str(uuid4())})
    assert forged.status_code == 404
    where = page_of(board, board.record([ZOE]))
    assert board.client.post(f"{where}/annuler", data={}).status_code == 422


def test_the_last_export_is_the_last_of_pix_orga_and_an_older_one_is_said_to_be_older(board: Board) -> None:
    board.record([ZOE, LEO], LATER)
    older = board.said(board.record([ZOE, YANN], FIRST))
    assert "plus ancien que l’export du 19 mai 2026, 09:10, il n’ajoute que les participations encore" in older
    assert "Dernier export : mardi 19 mai 2026, 09:10 ·" in older


def test_an_import_with_a_later_one_is_taken_back_after_it(board: Board) -> None:
    first = page_of(board, board.record([ZOE], FIRST))
    later = page_of(board, board.record([ZOE, LEO], LATER))
    assert "annulez-le d’abord" in board.said(first)
    shown = parsed(board.page(f"/resultats/campagnes/{board.house.campaign}")).select("#campaign a[href*='/exports/']")
    assert [str(one["href"]) for one in shown] == [later, first]
    forged = board.client.post(f"{first}/annuler", data={"command_id": str(uuid4())})
    assert forged.status_code == 422
    assert "Un autre export de cette campagne a été importé depuis : annulez-le d’abord." in words(forged.text)
    board.follow(board.press(later, f"form[action='{later}/annuler']"))
    board.follow(board.press(first, f"form[action='{first}/annuler']"))
    assert "Aucun export enregistré" in board.said()
