"""An erasure reaches the rows that an import taken back left of a person, and they do not come again."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from pixflow.dossier.identity import correct_identity
from pixflow.events.base import Erased
from pixflow.events.participation import ParticipationImported
from pixflow.participation.matches import confirm_match, undo_match
from tests import erasures
from tests.result_import.house import House
from tests.result_import.test_undo import AWA, BAH, CISSE, house, imported, take_back

__all__ = ["house"]


def streams(house: House, command: UUID) -> dict[str, UUID]:
    """The participations that an import showed first, by last name."""
    return {
        one.event.last_name: one.originator_id
        for one in house.engine.events_of_command(command)
        if isinstance(one.event, ParticipationImported)
    }


def opens(house: House, stream: UUID) -> bool:
    key = house.opened.engine.keys.vault.read([stream])[1][stream]
    events = [one.event for one in house.engine.history(stream)]
    assert bool(key) != any(isinstance(event, Erased) for event in events)
    return bool(key)


def match(house: House, participation: UUID, dossier: UUID) -> None:
    """A référent matches by hand."""
    said = {"automatic": False, "score": 80, "reasons": (), "warnings": (), "others": ()}
    pair = {"participation": participation, "dossier": dossier}
    house.engine.execute(pair, confirm_match, by=house.referent, command_id=uuid4(), context=said)


def names(house: House) -> Sequence[str]:
    return sorted(one.last_name for one in house.participations())


def test_an_erasure_reaches_what_was_linked_and_taken_back(house: House) -> None:
    awa = house.open("Diop", "Awa", "100")
    house.open("Diallo", "Bah", "101")
    house.declare()
    command = imported(house, [AWA, BAH])
    there = streams(house, command)
    take_back(house, command)
    said = {"birth_date": None, "imilo_number": None, "site": "L’Aigle"}
    house.do(correct_identity, {"dossier": awa}, last_name="Ndiaye", first_name="Awa", **said)
    erasures.erase(house.opened, awa)
    assert (opens(house, there["Diop"]), opens(house, there["Diallo"])) == (False, True)
    assert imported(house, [AWA, BAH])
    assert names(house) == ["Diallo"], "the row of an erased person does not come again"


def test_each_of_many_taken_back_goes_and_one_keeps_the_row(house: House) -> None:
    awa = house.open("Diop", "Awa", "100")
    house.declare()
    commands = []
    for _ in range(2):
        commands.append(imported(house, [AWA, CISSE]))
        take_back(house, commands[-1])
    commands.append(imported(house, [AWA, CISSE]))
    there = [streams(house, one) for one in commands]
    erasures.erase(house.opened, awa)
    assert [opens(house, one["Diop"]) for one in there] == [False, False, False]
    assert [opens(house, one["Cissé"]) for one in there] == [True, True, True]
    take_back(house, commands[-1])
    assert imported(house, [AWA, CISSE])
    assert names(house) == ["Cissé"]


def test_a_row_never_matched_goes_with_who_has_its_number_or_the_same_row(house: House) -> None:
    house.declare()
    command = imported(house, [AWA, CISSE])
    take_back(house, command)
    there = streams(house, command)
    awa, zoe = house.open("Diop", "Awa", "100"), house.open("Cissé", "Zoé")
    erasures.erase(house.opened, awa)
    assert (opens(house, there["Diop"]), opens(house, there["Cissé"])) == (False, True)
    again = streams(house, imported(house, [AWA, CISSE]))["Cissé"]
    match(house, again, zoe)
    erasures.erase(house.opened, zoe)
    assert [opens(house, one) for one in (there["Cissé"], again)] == [False, False]


def test_a_wrong_match_undone_before_leaves_the_row_to_its_own_person(house: House) -> None:
    wrong = house.open("Cissé", "Zoé")
    house.declare()
    command = imported(house, [CISSE])
    (stream,) = streams(house, command).values()
    match(house, stream, wrong)
    house.do(undo_match, {"participation": stream, "dossier": wrong}, reason="erreur")
    take_back(house, command)
    erasures.erase(house.opened, wrong)
    assert opens(house, stream)
    imported(house, [CISSE])
    assert names(house) == ["Cissé"]
