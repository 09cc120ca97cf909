"""The organisation of an export on its preview: the first is the structure's, another one is accepted by its name."""

from typing import Any
from uuid import uuid4

import pytest

from pixflow.pix_orga.samples import file_name, write_export
from tests.web.client import words
from tests.web.exports import CAMPAIGN, FIRST, LATER, LEO, SOPHIE, ZOE, Board
from tests.web.paths import House
from tests.web.tags import parsed

HELENE = "Hélène Morin"
TODAY = LATER.date()
OWN, OTHER = "Mission Locale du Val d’Exemple", "Lycée <d’ailleurs>"


def send(board: Board, where: str, **said: Any) -> Any:
    """A forged form: what the page asks and what it does not."""
    return board.client.post(where, data={"command_id": str(uuid4()), **said})


def test_the_first_preview_names_the_organisation_that_it_gives_to_the_structure(board: Board) -> None:
    where = board.upload([ZOE])
    said = board.said(where)
    assert f"Organisation {OWN}" in said
    assert "elle sera reconnue comme celle de la structure, dont aucune n’est encore connue" in said
    board.follow(board.press(where, f"form[action='{where}']"))
    later = board.said(board.upload([ZOE, LEO], LATER))
    assert f"Organisation {OWN} Campagne" in later


def test_another_organisation_is_accepted_by_a_tick_that_bears_its_name(board: Board) -> None:
    board.record([ZOE], FIRST)
    before = board.house.served.engine.head()
    where = board.upload([LEO], LATER, organisation=OTHER)
    said = board.said(where)
    assert "Cet export est d’une autre organisation de Pix Orga : est-elle aussi la vôtre ?" in said
    assert f"Oui, « {OTHER} » est une organisation de la structure" in said
    answer = board.press(where, f"form[action='{where}']")
    assert answer.status_code == 422
    assert "si son organisation est la vôtre" in words(answer.text)
    for forged in ("", "oui", OWN):
        assert send(board, where, organisation=forged, vanished="accept").status_code == 422
    assert board.house.served.engine.head() == before
    said = board.follow(send(board, where, organisation=OTHER, vanished="accept"))
    assert "Export enregistré" in said


def test_the_direction_reads_which_organisations_are_its_own(at_work: House, board: Board) -> None:
    direction = Board(at_work, HELENE)
    assert "celle du prochain export importé le sera" in direction.said("/protocole")
    board.record([ZOE], FIRST)
    assert f"{OWN} reconnue le 19 mai 2026 par Sophie Lecomte" in direction.said("/protocole")


def test_the_answer_stays_while_another_question_is_open(board: Board) -> None:
    """Without JavaScript too: the tick comes back with the page that still asks."""
    board.record([ZOE], FIRST)
    where = board.upload([LEO], LATER, organisation=OTHER)
    answer = board.press(where, f"form[action='{where}']", organisation=OTHER)
    assert (answer.status_code, f"Oui, « {OTHER} »" in words(answer.text)) == (422, False)
    assert 'name="organisation" value="Lycée &lt;d’ailleurs&gt;"' in answer.text


@pytest.mark.parametrize("name", ["Lycée\nd’ailleurs", "Lycée \u00a0d’ailleurs", " Lycée\u202e d’ailleurs\u200b"])
def test_a_name_that_no_form_sends_back_as_it_is_can_be_accepted(board: Board, name: str) -> None:
    """A browser sends a line feed as two characters, and nobody sees a mark without width."""
    board.record([ZOE], FIRST)
    where = board.upload([LEO], LATER, organisation=name)
    tick = parsed(board.page(where)).select_one("input[name=organisation]")
    assert tick
    assert tick["value"] == "Lycée d’ailleurs"
    board.follow(board.press(where, f"form[action='{where}']", organisation=tick["value"], vanished="accept"))


def test_the_decision_refuses_what_another_window_made_wrong(at_work: House, board: Board) -> None:
    """Two windows, two first exports: the one recorded first says the organisation, and the other page says why not."""
    mine, theirs = board.upload([ZOE]), Board(at_work, SOPHIE).upload([LEO], LATER, organisation=OTHER)
    shown = board.page(theirs)
    assert "est-elle aussi la vôtre" not in shown
    board.follow(board.press(mine, f"form[action='{mine}']"))
    answer = send(board, theirs, vanished="accept")
    assert answer.status_code == 422
    assert "est-elle aussi la vôtre ?" in words(answer.text)


def test_a_file_of_two_organisations_is_told_with_both_names(board: Board) -> None:
    mine, theirs = (write_export(CAMPAIGN, [ZOE], organisation=name) for name in (OWN, OTHER))
    mixed = {"export": (file_name(CAMPAIGN, FIRST), mine + theirs.split(b"\n", 1)[1], "text/csv")}
    answer = board.client.post("/resultats/import", files=mixed)
    assert answer.status_code == 422
    assert f"Ligne 3 : le fichier mêle deux organisations, « {OWN} » et « {OTHER} »" in words(answer.text)
