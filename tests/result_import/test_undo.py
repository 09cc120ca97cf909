"""An import is taken back: its rows, what dossiers learned, the campaign and the organisation that it brought."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.actor import OPERATOR, Actor
from pixflow.dossier.retraction import reinstate, retract
from pixflow.dossier.stages.prescription import hold_debrief
from pixflow.engine import CommandResult
from pixflow.events.base import Recorded
from pixflow.participation.matches import (
    confirm_match,
    erase_participation,
    move_match,
    set_participation_aside,
    undo_match,
)
from pixflow.pix_orga import AssessmentRow
from pixflow.refused import Refused
from pixflow.result_import import RecordedImport, read_import
from projections import audit_trail, exports
from tests.result_import.house import BOTH_STORES, FIRST, House, on_store, row, shared
from tests.result_import.test_later import LATER

AWA, BAH = shared(row("Diop", "Awa", "100")), shared(row("Diallo", "Bah", "101"))
CISSE = row("Cissé", "Zoé")


@pytest.fixture(params=BOTH_STORES)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with on_store(request, tmp_path) as made:
        yield made


def imported(house: House, rows: Sequence[AssessmentRow], at: Any = FIRST) -> UUID:
    command = uuid4()
    house.record(house.prepare(rows, at), command)
    return command


def trails(house: House, streams: Collection[UUID]) -> Mapping[UUID, Sequence[Recorded]]:
    house.side.catch_up()
    with house.side.database.connect() as connection:
        return audit_trail.of_streams(connection, streams, house.engine)


def take_back(house: House, command: UUID) -> CommandResult:
    return house.importer.take_back(
        command, lambda streams: trails(house, streams), reason="erreur", by=house.referent, command_id=uuid4()
    )


def found(house: House, command: UUID) -> RecordedImport:
    one = read_import(house.engine.events_of_command(command), lambda streams: trails(house, streams))
    assert one
    return one


def staying(house: House, command: UUID) -> dict[str, str]:
    rows = [one for one in found(house, command).rows if one.why]
    return {house.participation(one.participation).last_name: str(one.why) for one in rows}


def counted(house: House) -> list[tuple[str, bool]]:
    return sorted((one.last_name, one.dossier is not None) for one in house.participations())


def last_export(house: House) -> list[Any]:
    house.side.catch_up()
    with house.side.database.connect() as connection:
        return [one.exported_at for one in exports.last_made(connection)]


def debrief(house: House, dossier: UUID) -> None:
    (participation,) = house.dossier(dossier).diagnostic.participations
    house.do(hold_debrief, {"dossier": dossier}, participation=participation, channel="meeting", note="")


def test_all_of_an_import_goes_and_its_file_comes_again(house: House) -> None:
    awa = house.open("Diop", "Awa", "100")
    house.declare()
    command = imported(house, [AWA, CISSE])
    assert house.dossier(awa).diagnostic.current("initial")
    before = house.engine.head()
    take_back(house, command)
    assert house.told(before)[0] == "ExportTakenBack"
    assert (house.known(house.campaign), house.dossier(awa).diagnostic.participations, last_export(house)) == (
        [],
        {},
        [],
    )
    assert house.engine.references().structure.organisations == ()
    assert take_back(house, command).recorded == (), "taken back twice"
    assert imported(house, [AWA, CISSE])
    assert counted(house) == [("Cissé", False), ("Diop", True)]
    assert house.dossier(awa).diagnostic.current("initial")
    assert last_export(house) == [FIRST.replace(tzinfo=None)]


def test_a_campaign_that_nobody_declared_goes_with_its_only_export(house: House) -> None:
    command = imported(house, [CISSE])
    stream = house.campaign
    take_back(house, command)
    known = house.engine.references().campaigns[stream]
    assert (known.found, known.pix_id, known.name) == (None, None, "Diagnostic initial")
    imported(house, [CISSE])
    again = house.engine.references().campaigns[house.campaign]
    assert again.found


def test_a_row_that_something_followed_stays_and_goes_once_that_is_undone(house: House) -> None:
    awa = house.open("Diop", "Awa", "100")
    house.open("Diallo", "Bah", "101")
    zoe = house.open("Cissé", "Zoé")
    house.declare()
    command = imported(house, [AWA, BAH, CISSE])
    debrief(house, awa)
    (waiting,) = [one.stream for one in house.known(house.campaign) if one.dossier is None]
    by_hand = {"automatic": False, "score": 80, "reasons": (), "warnings": (), "others": ()}
    house.engine.execute(
        {"participation": waiting, "dossier": zoe},
        confirm_match,
        by=house.referent,
        command_id=uuid4(),
        context=by_hand,
    )
    assert staying(house, command) == {"Diop": "followed", "Cissé": "matched"}
    take_back(house, command)
    assert counted(house) == [("Cissé", True), ("Diop", True)]
    assert staying(house, command) == {"Diop": "followed", "Cissé": "matched"}
    assert house.engine.references().structure.organisations, "rows of it stay"
    house.do(undo_match, {"participation": waiting, "dossier": zoe}, reason="erreur")
    assert staying(house, command) == {"Diop": "followed"}
    take_back(house, command)
    assert counted(house) == [("Diop", True)]
    imported(house, [AWA, BAH, CISSE])
    assert counted(house) == [("Cissé", False), ("Diallo", True), ("Diop", True)], "the row that stayed is known"


def test_what_followed_a_row_does_not_come_back_without_it(house: House) -> None:
    """The debrief was retracted before the row was taken back: undoing that retraction brings nothing back."""
    awa = house.open("Diop", "Awa", "100")
    house.declare()
    command = imported(house, [AWA])
    debrief(house, awa)
    version = house.dossier(awa).version
    house.do(retract, {"dossier": awa}, version=version, reason="erreur")
    house.do(reinstate, {"dossier": awa}, versions=(version,))
    version = house.dossier(awa).version
    house.do(retract, {"dossier": awa}, version=version, reason="erreur")
    take_back(house, command)
    with pytest.raises(Refused) as refused:
        house.do(reinstate, {"dossier": awa}, versions=(version,))
    assert (refused.value.code, house.dossier(awa).prescription.debriefs) == ("not-matched", {})


def test_what_is_set_aside_goes_too(house: House) -> None:
    house.declare()
    command = imported(house, [CISSE])
    (stream,) = [one.stream for one in house.known(house.campaign)]
    house.do(set_participation_aside, {"participation": stream}, reason="collègue")
    take_back(house, command)
    assert house.known(house.campaign) == []


def test_a_later_export_is_taken_back_first_and_only_what_it_said(house: House) -> None:
    awa = house.open("Diop", "Awa", "100")
    house.declare()
    begun = row("Diop", "Awa", "100")
    first, later = imported(house, [begun, CISSE]), imported(house, [AWA, CISSE, BAH], LATER)
    with pytest.raises(Refused) as refused:
        take_back(house, first)
    assert refused.value.code == "later-export"
    take_back(house, later)
    (link,) = house.dossier(awa).diagnostic.participations.values()
    assert (link.result, link.progress, last_export(house)) == (None, begun.progress, [FIRST.replace(tzinfo=None)])
    assert counted(house) == [("Cissé", False), ("Diop", True)]
    imported(house, [AWA, CISSE, BAH], LATER)
    assert house.dossier(awa).diagnostic.current("initial")
    debrief(house, awa)
    again = next(one.command for one in reversed(house.events(0)) if type(one.event).__name__ == "ExportReceived")
    assert staying(house, again) == {"Diop": "followed"}
    take_back(house, again)
    take_back(house, first)
    assert staying(house, first) == {"Diop": "later"}


def test_the_campaign_declared_after_it_does_not_hold_its_rows(house: House) -> None:
    awa = house.open("Diop", "Awa", "100")
    command = imported(house, [AWA])
    house.declare(house.campaign)
    assert house.dossier(awa).diagnostic.participations
    take_back(house, command)
    assert (house.known(house.campaign), house.dossier(awa).diagnostic.participations) == ([], {})


def test_something_that_follows_at_the_same_moment_is_not_lost(house: House) -> None:
    """The debrief comes between the look at the rows and the record: the row stays."""
    awa = house.open("Diop", "Awa", "100")
    house.declare()
    command = imported(house, [AWA, CISSE])
    held: list[UUID] = []

    def meanwhile(streams: Collection[UUID]) -> Mapping[UUID, Sequence[Recorded]]:
        seen = trails(house, streams)
        if awa in streams and not held:
            held.append(awa)
            debrief(house, awa)
        return seen

    house.importer.take_back(command, meanwhile, reason="erreur", by=house.referent, command_id=uuid4())
    assert counted(house) == [("Diop", True)]
    assert house.dossier(awa).prescription.debriefs


def test_who_does_not_import_takes_nothing_back(house: House) -> None:
    command = imported(house, [CISSE])
    before = house.engine.head()
    with pytest.raises(Refused) as refused:
        house.importer.take_back(
            command, lambda s: trails(house, s), reason="erreur", by=house.advisor, command_id=uuid4()
        )
    assert (refused.value.code, house.engine.head()) == ("not-allowed", before)
    with pytest.raises(Refused) as unknown:
        take_back(house, uuid4())
    assert unknown.value.code == "unknown-import"


def test_a_row_whose_dossier_was_merged_or_whose_person_is_erased_stays(house: House) -> None:
    for name, first, number in (("Diop", "Awa", "100"), ("Diallo", "Bah", "101")):
        house.open(name, first, number)
    twin = house.open("Diop", "Ava")
    house.declare()
    command = imported(house, [AWA, BAH, CISSE])
    awa, bah = (
        next(one.stream for one in house.known(house.campaign) if one.last_name == name) for name in ("Diop", "Diallo")
    )
    house.do(move_match, {"participation": awa}, dossier=twin)
    house.engine.execute(
        {"participation": bah}, erase_participation, by=Actor(OPERATOR), command_id=uuid4(), dossier=twin, row=None
    )
    assert staying(house, command) == {"Diop": "matched", "": "erased"}
    take_back(house, command)
    assert counted(house) == [("Diop", True)]
    assert take_back(house, command).recorded == ()
