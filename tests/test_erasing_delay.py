"""An erasure waits 72 hours: a steward may stop it, five people a day are erased, and a page confirms what it shows."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json
from msgspec.structs import replace

from pixflow import erasing
from pixflow.actor import OPERATOR, Actor
from pixflow.backups import erasure_log
from pixflow.dossier.follow_up import take_note
from pixflow.dossier.privacy import decline_erasure, request_erasure
from pixflow.dossier.retraction import reinstate, retract
from pixflow.events.base import Recorded
from pixflow.events.dossier import ErasureStopped, PersonErased
from pixflow.folding import Moment
from pixflow.refused import Refused
from pixflow.store import sealing
from pixflow.structure import allow_erasures
from projections import audit_trail, directory
from projections.store import past_tables
from projections.store.catch_up import ReadSide
from projections.store.fill import Timeline, fill
from projections.store.sqlite import database
from tests import erasures
from tests.result_import.house import BOTH_STORES, FIRST, House, on_store, row, shared

WHO = ("Zanzibar", "Özgül", "0099887")
AWA = row(*WHO)
both_stores = pytest.mark.parametrize("house", BOTH_STORES, indirect=True)


@pytest.fixture(params=["sqlite"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with on_store(request, tmp_path) as made:
        yield made


def manager(house: House) -> Actor:
    return house.hire("Odile Roy", "odile@example.org", "manager")


def administrator(house: House) -> Actor:
    return house.hire("Alix Mas", "alix@example.org", "administrator")


def known(house: House) -> UUID:
    dossier = house.open(*WHO, birth_date=date(2003, 4, 9))
    house.declare()
    house.receive([shared(AWA)])
    house.do(take_note, {"dossier": dossier}, text="peur du noir")
    return dossier


def ask(house: House, dossier: UUID) -> None:
    house.do(request_erasure, {"dossier": dossier}, reason="request")


def hide(house: House, dossier: UUID, by: Actor | None = None) -> None:
    ask(house, dossier)
    erasures.confirm(house.opened, dossier, by or manager(house))


def stop(house: House, dossier: UUID, by: Actor) -> None:
    erasing.stop(house.opened, dossier, "une homonyme", by=by, command_id=uuid4())


def tick(house: House) -> int:
    return erasing.settle(house.opened, by_age=True)


def alive(house: House, *streams: UUID) -> list[bool]:
    there = house.engine.keys.vault.streams()
    return [there[stream] for stream in streams]


def shown(side: ReadSide, house: House, dossier: UUID) -> tuple[list[str], list[Recorded]]:
    """Returns the names that lists show, and the events of a dossier as pages read them."""
    side.catch_up()
    with side.database.connect() as connection:
        names = [one.last_name for one in directory.find_people(connection, [dossier]).values()]
        return names, audit_trail.of_streams(connection, [dossier], house.engine)[dossier]


# --- 72 hours


@both_stores
def test_keys_go_72_hours_after_the_confirmation(house: House) -> None:
    dossier = known(house)
    (theirs,) = house.dossier(dossier).diagnostic.participations
    hide(house, dossier)
    assert not erasing.is_pending(house.opened)
    assert erasure_log.register(house.opened) == []
    house.now += erasing.DELAY - timedelta(seconds=1)
    assert (tick(house), alive(house, dossier, theirs)) == (0, [True, True])
    house.now += timedelta(seconds=1)
    assert erasing.is_pending(house.opened)
    assert (erasing.settle(house.opened), alive(house, dossier)) == (0, [True]), "a clock in doubt destroys nothing"
    assert (tick(house), alive(house, dossier, theirs)) == (2, [False, False])
    assert (tick(house), erasing.has_unfinished(house.opened)) == (0, False)
    assert [one.person for one in erasure_log.register(house.opened)] == [dossier]


def test_the_operator_erases_at_once(house: House) -> None:
    dossier = known(house)
    hide(house, dossier, Actor(OPERATOR))
    assert alive(house, dossier) == [False]


@both_stores
def test_a_hidden_person_is_nowhere_and_stopped_they_are_as_they_were(house: House) -> None:
    dossier = known(house)
    side = ReadSide(house.engine, database(None))
    before, state = shown(side, house, dossier), house.dossier(dossier)
    (theirs,) = state.diagnostic.participations
    row_of_theirs = house.participation(theirs)
    hide(house, dossier)
    names, events = shown(side, house, dossier)
    assert names == []
    assert "anzibar" not in repr(events)
    assert "peur du noir" not in repr(events)
    assert house.dossier(dossier).last_name == house.participation(theirs).last_name == ""
    for histories in house.engine.by_stream(house.engine.head(), 10_000):
        assert "anzibar" not in repr(histories)
    with pytest.raises(Refused, match="person-erased"):
        house.do(take_note, {"dossier": dossier}, text="encore")
    stop(house, dossier, administrator(house))
    names, events = shown(side, house, dossier)
    known_before = len(before[1])
    assert (names, events[:known_before]) == before
    back = house.dossier(dossier)
    assert (back.last_name, back.imilo_number, back.erased) == (state.last_name, state.imilo_number, None)
    assert back.erasure is not None, "as it was: somebody asked"
    assert house.participation(theirs).last_name == row_of_theirs.last_name
    rebuilt = ReadSide(house.engine, database(None))
    assert shown(rebuilt, house, dossier) == (names, events)


def test_the_tables_of_who_is_back_are_those_of_a_rebuild_and_so_is_their_past(house: House) -> None:
    dossier = known(house)
    side = ReadSide(house.engine, database(None))
    side.catch_up()
    yesterday = house.engine.today()
    house.now += timedelta(days=1)
    hide(house, dossier)
    side.catch_up()
    while not fill(side, Timeline(house.engine)):
        pass
    house.now += timedelta(days=1)
    stop(house, dossier, manager(house))
    side.catch_up()
    while not fill(side, Timeline(house.engine)):
        pass
    other = ReadSide(house.engine, database(None))
    other.catch_up()
    trails = []
    for one in (side, other):
        with one.database.connect() as connection:
            trails.append(sorted(map(repr, connection.execute(audit_trail.table.select()))))
    assert trails[0] == trails[1]
    for day, there in ((yesterday, True), (yesterday + timedelta(1), False), (yesterday + timedelta(2), True)):
        with (
            side.database.connect() as connection,
            past_tables.tables_at(connection, house.engine, Moment(day)) as tables,
        ):
            assert bool(directory.find_people(tables, [dossier])) is there


def test_what_an_export_brings_of_them_meanwhile_comes_once_it_is_stopped(house: House) -> None:
    dossier = known(house)
    hide(house, dossier)
    house.receive([shared(AWA), row("Bah", "Ali", "77")], FIRST + timedelta(days=1))
    assert {one.last_name for one in house.participations()} == {"Bah"}
    stop(house, dossier, manager(house))
    assert {one.last_name for one in house.participations()} == {"Bah", "Zanzibar"}
    house.receive([shared(AWA), row("Bah", "Ali", "77")], FIRST + timedelta(days=2))
    assert len(house.participations()) == 2


@both_stores
def test_the_number_of_a_hidden_person_stays_theirs(house: House) -> None:
    dossier = known(house)
    hide(house, dossier)
    with pytest.raises(Refused, match="taken"):
        house.open("Autre", "Personne", WHO[2])
    stop(house, dossier, manager(house))
    with pytest.raises(Refused, match="taken"):
        house.open("Autre", "Personne", WHO[2])


def test_a_duplicate_is_hidden_and_comes_back_with_its_dossier(house: House) -> None:
    dossier, double = known(house), house.open("Zanzibar", "Ozgul")
    erasures.merge(house.opened, double, dossier, house.referent)
    hide(house, dossier)
    assert house.dossier(double).erased
    with pytest.raises(Refused, match="erasure-done"):
        stop(house, double, manager(house))
    stop(house, dossier, manager(house))
    assert (house.dossier(double).erased, house.dossier(double).merged.into) == (None, dossier)
    house.now += 2 * erasing.DELAY
    assert (tick(house), alive(house, dossier, double)) == (0, [True, True])


def test_it_is_stopped_by_a_steward_with_a_reason_and_in_time(house: House) -> None:
    dossier = known(house)
    hide(house, dossier)
    with pytest.raises(Refused, match="not-allowed"):
        stop(house, dossier, house.referent)
    with pytest.raises(Refused, match="required"):
        erasing.stop(house.opened, dossier, " ", by=manager(house), command_id=uuid4())
    command = uuid4()
    for _ in range(2):
        erasing.stop(house.opened, dossier, "une homonyme", by=manager(house), command_id=command)
    stops = [one.event for one in house.engine.history(dossier)]
    assert [one.reason for one in stops if isinstance(one, ErasureStopped)] == ["une homonyme"]
    erasures.confirm(house.opened, dossier, manager(house))
    house.now += erasing.DELAY
    with pytest.raises(Refused, match="erasure-done"):
        stop(house, dossier, manager(house))
    assert tick(house)


def test_no_one_person_records_a_stopped_erasure_again(house: House) -> None:
    dossier = known(house)
    hide(house, dossier)
    version = house.dossier(dossier).version
    stop(house, dossier, manager(house))
    for decide, said in (
        (reinstate, {"versions": (version,)}),
        (reinstate, {"versions": (version + 1,)}),
        (retract, {"version": version + 1, "reason": "non"}),
        (retract, {"version": version, "reason": "non"}),
    ):
        with suppress(Refused):
            house.do(decide, {"dossier": dossier}, **said)
        assert not house.dossier(dossier).erased
    house.now += 2 * erasing.DELAY
    assert (tick(house), alive(house, dossier)) == (0, [True])


def test_the_proof_covers_the_instant_and_is_that_of_before_without_one(house: House) -> None:
    dossier = known(house)
    hide(house, dossier)
    one, mac = house.engine.history(dossier)[-1], house.engine.erasure_mac
    assert isinstance(one.event, PersonErased)
    assert sealing._is_recorded(_at(one, one.event.due, house), house.engine.positions, mac)
    assert not sealing._is_recorded(_at(one, house.now, house), house.engine.positions, mac)
    at_once = known_without_due(house)
    assert isinstance(at_once.event, PersonErased)
    said = json.encode({**json.decode(json.encode(at_once.event)), "proof": ""})
    said = said.replace(b',"due":null', b"")
    place = (at_once.originator_id, at_once.originator_version, at_once.event.TOPIC)
    stamps = (at_once.by, at_once.acting_for, at_once.command)
    before = json.encode((*place, *stamps))[:-1] + b"," + said + b"]"
    assert at_once.event.proof == mac(before).hex()


def _at(one: Recorded, due: datetime | None, house: House) -> Recorded:
    (place, _) = house.engine.positions(one.command) or (0, 0)
    return replace(one, event=dataclasses.replace(one.event, due=due), position=place)  # type: ignore[type-var]


def known_without_due(house: House) -> Recorded:
    dossier = house.open("Bah", "Ali", "77")
    hide(house, dossier, Actor(OPERATOR))
    return house.engine.history(dossier)[-1]


# --- five a day


@both_stores
def test_two_people_erase_five_a_day_and_more_when_the_operator_says_how_many(house: House) -> None:
    people = [house.open(f"Nom{n}", f"Prénom{n}") for n in range(9)]
    for one in people:
        ask(house, one)
    for one in people[:5]:
        erasures.confirm(house.opened, one, manager(house))
    stop(house, people[0], administrator(house))
    for one in people[5:]:
        with pytest.raises(Refused, match="too-many-erasures"):
            erasures.confirm(house.opened, one, manager(house))
    structure = {"structure": house.opened.stream("structure")}
    house.engine.execute(structure, allow_erasures, by=Actor(OPERATOR), command_id=uuid4(), count=2)
    with pytest.raises(Refused, match="not-allowed"):
        house.engine.execute(structure, allow_erasures, by=manager(house), command_id=uuid4(), count=2)
    for one in people[5:7]:
        erasures.confirm(house.opened, one, manager(house))
    with pytest.raises(Refused, match="too-many-erasures"):
        erasures.confirm(house.opened, people[7], manager(house))
    house.now += erasing.PACE
    erasures.confirm(house.opened, people[7], manager(house))
    house.now += erasing.DELAY
    assert tick(house) == 7, "those that waited need no operator"


# --- what the page showed


@both_stores
def test_a_guess_another_page_and_a_page_of_before_confirm_nothing(house: House) -> None:
    dossier, other = known(house), house.open("Bah", "Ali", "77")
    ask(house, dossier)
    ask(house, other)
    by, second = manager(house), house.hire("Luc Vial", "luc@example.org", "manager")
    (asked,) = [erasures.asked(house.opened, dossier)]
    old = erasures.page(house.opened, dossier, by)
    house.engine.execute({"dossier": dossier}, decline_erasure, by=by, command_id=uuid4(), note="non")
    ask(house, dossier)
    pages = [str(n) for n in range(asked + 3)]
    pages += ["", old, erasures.page(house.opened, other, by), erasures.page(house.opened, dossier, second)]
    for page in pages:
        with pytest.raises(Refused, match="erasure-changed"):
            erasing.erase(house.opened, dossier, page, by=by, command_id=uuid4())
    assert not house.dossier(dossier).erased
    command, page = uuid4(), erasures.page(house.opened, dossier, by)
    once, twice = (erasing.erase(house.opened, dossier, page, by=by, command_id=command) for _ in range(2))
    assert (once.repeated, twice.repeated) == (False, True)


# --- the month that the law gives


def test_a_protocol_may_say_the_month_of_the_law(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = known(house)
    ask(house, dossier)
    assert erasing.due_at(house.engine, dossier) == house.now + erasing.DELAY
    refs = house.engine.references()
    monthly = dataclasses.replace(refs.protocol(house.engine.today()), erasure="month")
    monkeypatch.setattr(type(refs), "protocol", lambda refs, day: monthly)
    first, day = erasing.due_at(house.engine, dossier), house.engine.today()
    assert first.astimezone().date() >= day + timedelta(28)
    house.now += timedelta(days=60)
    assert erasing.due_at(house.engine, dossier) == house.now + erasing.DELAY


# --- whatever happens


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("delay"))
    yield made
    made.engine.close()


MOVES: dict[str, Callable[[House, UUID, Actor], object]] = {
    "ask": lambda house, one, by: house.engine.execute(
        {"dossier": one}, request_erasure, by=by, command_id=uuid4(), reason="request"
    ),
    "confirm": lambda house, one, by: erasures.confirm(house.opened, one, by),
    "stop": lambda house, one, by: stop(house, one, by),
}
ONE_MOVE = st.tuples(st.sampled_from([*MOVES, "tick"]), st.integers(0, 7), st.integers(0, 2), st.integers(0, 40))


@given(moves=st.lists(ONE_MOVE, min_size=5, max_size=40))
def test_no_key_goes_before_72_hours_nor_after_a_stop_and_five_people_a_day(
    lasting: House, moves: list[tuple[str, int, int, int]]
) -> None:
    house = lasting
    house.now += timedelta(days=5)
    tick(house)
    stewards = [manager(house), house.hire("Luc Vial", "luc@example.org", "manager"), administrator(house)]
    people = [house.open(f"Nom{n}", f"Prénom{n}") for n in range(8)]
    asked_by: dict[UUID, str] = {}
    hidden: dict[UUID, datetime] = {}
    confirmed: list[datetime] = []
    for move, whom, who, hours in moves:
        one, by = people[whom], stewards[who]
        if move == "tick":
            house.now += timedelta(hours=hours)
            tick(house)
        else:
            with suppress(Refused):
                MOVES[move](house, one, by)
        state = house.dossier(one)
        if state.erasure:
            asked_by[one] = state.erasure.by
        if state.erased and one not in hidden:
            assert (move, asked_by[one] != by.id) == ("confirm", True)
            hidden[one] = house.now
            confirmed.append(house.now)
        elif one in hidden and not state.erased:
            assert move == "stop"
            del hidden[one]
        for person, there in zip(people, alive(house, *people), strict=True):
            assert there or hidden[person] + erasing.DELAY <= house.now
        assert sum(at > house.now - erasing.PACE for at in confirmed) <= erasing.AT_ONCE
