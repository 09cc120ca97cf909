"""The lists as of any day are those of tables made anew of the events that count then."""

import dataclasses
import re
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import Connection, Engine, Table, select, update

from pixflow import presets
from pixflow.events import dossier as d
from pixflow.events.base import Recorded
from pixflow.events.protocol import ProtocolPublished
from pixflow.folding import ERASURES, Clock, Moment
from pixflow.structure_folder import OpenStructure
from projections import audit_trail, directory, dossier_sheet, partners
from projections.contract import folds, row_columns
from projections.store import catch_up, sqlite, stores
from projections.store import fill as past
from projections.store.catch_up import DAYS, ReadSide
from projections.store.day_rows import forget, of_all_days
from projections.store.fill import Timeline, fill, share_filled
from projections.store.past_tables import LISTED, fold_events, tables_at
from projections.store.transaction import QueryingTransaction
from tests.listed import ListedEvents
from tests.projections.conftest import Tables
from tests.projections.test_build import DAY, LONG, SLOWER, Happened, built, happened, one_of
from tests.trials.scale import SEED, many
from web.samples import population

_ASIDE = {audit_trail.table, partners.words}
TABLES = [table for projection in LISTED for table in projection.TABLES if table not in _ASIDE]
OF_STREAMS = [folds, audit_trail.table]
"""Tables of which day rows give the streams that lists quote."""
CLOCKS: tuple[Clock, ...] = ("known", "true")


def rows(connection: Connection, tables: Sequence[Table], without: Collection[UUID] = ()) -> dict[str, list[str]]:
    """Every row of some lists, but those of some streams."""
    connection.execute(update(dossier_sheet.table).values(last_on=DAY))
    found = {table.name: connection.execute(select(*row_columns(table))) for table in tables}
    return {name: sorted(repr(row) for row in some if row.stream not in without) for name, some in found.items()}


def caught_up(events: Sequence[Recorded]) -> ReadSide:
    side = ReadSide(ListedEvents(events), sqlite.database(None))
    side.catch_up()
    return side


def shown(
    side: ReadSide, moment: Moment, tables: Sequence[Table] = TABLES, without: Collection[UUID] = ()
) -> dict[str, list[str]]:
    with side.database.connect() as read, tables_at(read, side.source, moment, side.memory) as there:
        assert not list(there.execute(select(dossier_sheet.table).where(dossier_sheet.table.c.last_on.is_not(None))))
        return rows(there, tables, without)


def from_events(side: ReadSide, moment: Moment) -> dict[str, list[str]]:
    """The rows of a moment, made without day rows."""
    with sqlite.database(None).connect() as there, side.database.connect() as read:
        fold_events(there, read, side.source, moment)
        return rows(there, TABLES)


def erased_since(events: Sequence[Recorded], last: int) -> set[UUID]:
    return {one.originator_id for one in events[last:] if isinstance(one.event, ERASURES)}


@LONG
@given(st.data())
def test_a_day_as_it_was_known_has_the_tables_of_that_day(played: OpenStructure, data: st.DataObject) -> None:
    """From all events, as long as the past has no day rows."""
    source = happened(data, played.engine.read(0, 10**6))
    day = one_of(data, days_of(source))
    last, every = known_by(source, day), [*TABLES, *OF_STREAMS]
    gone = erased_since(source.all, last)
    with caught_up(source.all[:last]).database.begin() as connection:
        assert shown(caught_up(source.all), Moment(day), every, gone) == rows(connection, every, gone)


def told_late(source: Happened, data: st.DataObject) -> None:
    """Some facts are said weeks after they happened, and some are said no more."""
    for _ in range(data.draw(st.integers(0, 4))):
        stream = one_of(data, source.of_kind("dossier"))
        if data.draw(st.booleans()):
            source.then(stream, d.PixPresented(occasion="welcome", on=DAY - timedelta(data.draw(st.integers(0, 90)))))
        else:
            version = data.draw(st.integers(1, len(source.history(stream))))
            source.then(stream, d.Retracted(version=version, reason="erreur", on=DAY))


@LONG
@given(st.data())
def test_any_day_by_any_clock_is_that_of_its_events(played: OpenStructure, data: st.DataObject) -> None:
    source = happened(data, played.engine.read(0, 10**6))
    if source.of_kind("dossier"):
        told_late(source, data)
    side = caught_up(source.all)
    all_filled(side)
    for _ in range(3):
        moment = Moment(one_of(data, days_of(source)), data.draw(st.sampled_from(CLOCKS)))
        assert shown(side, moment) == from_events(side, moment)
        assert shown(side, moment) == from_events(side, moment), "it is kept"


@pytest.mark.parametrize("clock", CLOCKS)
def test_any_day_in_each_store(played: OpenStructure, tables: Tables, clock: Clock) -> None:
    source = Happened(played.engine.read(0, 10**6))
    dossiers = source.of_kind("dossier")
    source.then(dossiers[1], d.PixPresented(occasion="welcome", on=DAY - timedelta(60)))
    source.erase(dossiers[0])
    side = ReadSide(source, tables())
    side.catch_up()
    all_filled(side)
    for day in days_of(source)[::25]:
        assert shown(side, Moment(day, clock)) == from_events(side, Moment(day, clock))


def test_a_clock_that_was_ahead_hides_nothing_from_the_true_clock(played: OpenStructure, tables: Tables) -> None:
    """Day rows hold the days until the real one passes; by the true clock each fact has its own."""
    source = Happened(played.engine.read(0, 10**6))
    source.all = [replace(one, at=one.at + timedelta(9)) if one.position == 600 else one for one in source.all]
    side = ReadSide(source, tables())
    side.catch_up()
    all_filled(side)
    ahead = source.references_at(600).calendar.local_day(source.all[599].at)
    for moment in (Moment(ahead - timedelta(n), "true") for n in range(12)):
        assert shown(side, moment) == from_events(side, moment)


def test_control_where_nothing_is_laid_over_the_true_clock_shows_what_was_known(
    played: OpenStructure, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = ListedEvents(played.engine.read(0, 10**6))
    side = caught_up(source.all)
    all_filled(side)
    monkeypatch.setattr(audit_trail, "late_streams", lambda *_: set())
    moments = [Moment(day, "true") for day in days_of(source)[::10]]
    assert any(shown(side, moment) != from_events(side, moment) for moment in moments)


def test_what_was_learned_since_a_day(played: OpenStructure, tables: Tables) -> None:
    """Late facts, and retractions of what was known; neither what was said no more, nor what happened since."""
    source = Happened(played.engine.read(0, 10**6))
    opened = (one for one in source.all if isinstance(one.event, d.DossierOpened))
    first, second = (one.originator_id for one, _ in zip(opened, range(2), strict=False))
    day = DAY - timedelta(2)
    last = known_by(source, day)
    source.then(first, d.PixPresented(occasion="welcome", on=day))
    source.then(first, d.Retracted(version=1, reason="erreur", on=DAY))
    source.then(second, d.NoteTaken(text="Vu", on=DAY))
    source.then(second, d.PixPresented(occasion="welcome", on=day))
    source.then(second, d.Retracted(version=len(source.history(second)), reason="erreur", on=DAY))
    side, told = ReadSide(source, tables()), source.head() - 5
    side.catch_up()
    with side.database.connect() as read:
        assert audit_trail.last_of_day(read, day, side.refs.calendar) == last
        learned = audit_trail.learned(read, day, side.refs.calendar, 100)
        assert [row.position - told for row in learned if row.position > told] == [2, 1]
        assert audit_trail.learned_total(read, day, side.refs.calendar) == len(learned)


# --- day rows, kept by triggers


def kept(side: ReadSide, day: date) -> dict[str, list[str]]:
    """The rows of the kept lists at the end of a day."""
    number, found = day.toordinal(), {}
    with side.database.connect() as connection:
        for table, days in DAYS.items():
            rows = of_all_days(table, days).c
            there = select(*list(rows)[:-2]).where(rows.begun <= number, rows.ended > number)
            found[table.name] = sorted(map(repr, connection.execute(there)))
    return found


def anew(events: Sequence[Recorded], without: set[UUID]) -> dict[str, list[str]]:
    """The rows of the kept lists in tables made of some events."""
    found = {}
    with caught_up(events).database.connect() as connection:
        for table, days in DAYS.items():
            there = connection.execute(select(*(table.c[column.name] for column in list(days.c)[:-2])))
            found[table.name] = sorted(repr(row) for row in there if row.stream not in without)
    return found


def followed(source: ListedEvents, database: Engine, batch: int) -> ReadSide:
    """Tables that followed the events from the first one on."""
    side = ReadSide(source, database)
    side.catch_up(limit=1)
    side.catch_up(batch=batch)
    return side


def days_of(source: ListedEvents) -> list[date]:
    calendar = source.references_at(source.head()).calendar
    return sorted({calendar.local_day(one.at) for one in source.all})


def known_by(source: ListedEvents, day: date) -> int:
    """The number of events before the first one recorded after a day."""
    calendar = source.references_at(source.head()).calendar
    return next((n for n, one in enumerate(source.all) if calendar.local_day(one.at) > day), source.head())


def differences(source: ListedEvents, side: ReadSide, day: date) -> list[str]:
    last = known_by(source, day)
    shown, made = kept(side, day), anew(source.all[:last], erased_since(source.all, last))
    return [name for name in made if shown[name] != made[name]]


@LONG
@given(st.data())
def test_the_day_rows_of_a_day_are_those_of_tables_made_anew(played: OpenStructure, data: st.DataObject) -> None:
    source = happened(data, played.engine.read(0, 10**6))
    side = followed(source, sqlite.database(None), data.draw(st.integers(1, 2_000)))
    assert differences(source, side, one_of(data, days_of(source))) == []


@pytest.mark.parametrize("clock_ahead", [False, True])
def test_the_day_rows_of_each_store(played: OpenStructure, tables: Tables, clock_ahead: bool) -> None:
    """Somebody is erased; a protocol is published; a clock that was ahead holds the day."""
    source = Happened(played.engine.read(0, 10**6))
    source.then(source.of_kind("protocol")[0], ProtocolPublished(document=SLOWER, from_day=DAY))
    source.erase(source.of_kind("dossier")[0])
    if clock_ahead:
        source.all = [replace(one, at=one.at + timedelta(9)) if one.position == 600 else one for one in source.all]
    side = followed(source, tables(), 60)
    days = days_of(source)
    assert [differences(source, side, day) for day in days[:: len(days) // 4]] == [[]] * 5


def test_control_without_the_trigger_of_deletions_a_day_lacks_what_is_gone_since(played: OpenStructure) -> None:
    source, database = ListedEvents(played.engine.read(0, 10**6)), sqlite.database(None)
    with database.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER keep_advisor_queue_delete")
    days = days_of(source)
    assert differences(source, followed(source, database, 500), days[len(days) // 2]) == ["advisor_queue"]


def test_nothing_of_someone_erased_is_in_a_day_row(played: OpenStructure, tables: Tables) -> None:
    source = Happened(played.engine.read(0, 10**6))
    side, dossier = followed(source, tables(), 200), source.of_kind("dossier")[0]
    with side.database.connect() as connection:
        name = str(directory.find_people(connection, [dossier])[dossier].last_name)
        assert holds(connection, dossier, name)
    source.erase(dossier)
    side.catch_up()
    with side.database.connect() as connection:
        assert not holds(connection, dossier, name)


def holds(connection: Connection, stream: UUID, name: str) -> list[str]:
    """The lists that hold a name in the rows of a stream, of any day."""
    rows = {table.name: of_all_days(table, days) for table, days in DAYS.items()}
    found = {key: connection.execute(select(shown).where(shown.c.stream == stream)) for key, shown in rows.items()}
    return [table for table, those in found.items() if name in repr(list(those))]


def test_the_trail_of_somebody_erased_is_that_of_tables_made_anew(played: OpenStructure, tables: Tables) -> None:
    source = Happened(played.engine.read(0, 10**6))
    stream = source.of_kind("dossier")[0]
    source.then(stream, d.NoteTaken(text="Vu", on=DAY - timedelta(2)))
    side = followed(source, tables(), 10**6)
    source.erase(stream)
    side.catch_up()
    assert trail_of(side, stream) == trail_of(followed(source, sqlite.database(None), 10**6), stream)


def trail_of(side: ReadSide, stream: UUID) -> list[tuple[Any, ...]]:
    with side.database.connect() as connection:
        rows = connection.execute(select(audit_trail.table).where(audit_trail.table.c.stream == stream))
        return sorted(tuple(row) for row in rows)


CANARIES = 5


def erased_of(played: OpenStructure, folder: Path) -> set[bytes]:
    """Erases people who had day rows and were in moments kept in memory. Returns the names that are left anywhere."""
    source = Happened(played.engine.read(0, 10**6))
    gone = source.of_kind("dossier")[:CANARIES]
    opened: dict[int, Any] = {one.position: one.event for one in source.all if one.originator_id in gone}
    named = (place for place, event in opened.items() if isinstance(event, d.DossierOpened))
    for n, place in enumerate(list(named)):
        source.change({place: dataclasses.replace(opened[place], last_name=f"Zkanari{n}")})
    side = followed(source, sqlite.database(folder / "read.db"), 200)
    all_filled(side)
    moments = [Moment(days_of(source)[-1 - ago]) for ago in (1, 2)]
    for moment in moments:
        shown(side, moment)
    assert len(left(side, folder, moments)) == CANARIES, "else the check would find nothing"
    for days, stream in enumerate(gone, 1):
        source.erase(stream)
        source.all = [*source.all[:-1], replace(source.all[-1], at=source.all[-1].at + timedelta(days))]
        side.catch_up()
    return left(side, folder, moments)


def left(side: ReadSide, folder: Path, moments: Sequence[Moment]) -> set[bytes]:
    kept_bytes = [side.memory.moments.get((moment, 100, 0)) or b"" for moment in moments]
    written = [path.read_bytes() for path in folder.iterdir()]
    return {name for one in (*kept_bytes, *written) for name in re.findall(rb"zkanari[0-9]", one.lower())}


def test_nobody_erased_is_left_in_a_file_nor_in_kept_bytes(played: OpenStructure, tmp_path: Path) -> None:
    assert erased_of(played, tmp_path) == set()


def test_control_an_erasure_that_forgets_before_the_position_moves_leaves_names(
    played: OpenStructure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, move = Happened(played.engine.read(0, 10**6)).of_kind("dossier")[:CANARIES], QueryingTransaction.move

    def forget_first(self: QueryingTransaction, *reached: Any) -> None:
        forget(self.connection, DAYS, gone)
        move(self, *reached)

    monkeypatch.setattr(catch_up, "forget", lambda *_: None)
    monkeypatch.setattr(QueryingTransaction, "move", forget_first)
    assert erased_of(played, tmp_path)


# --- the past, filled once the tables serve


def all_filled(side: ReadSide, most: int = 20) -> None:
    timeline = Timeline(side.source)
    while not fill(side, timeline, most):
        pass


def moving(data: st.DataObject, last: int) -> Callable[[], int]:
    """A head that others move on between two looks, and never back: what was read stays in the history."""
    reached = [1]

    def head() -> int:
        reached.append(data.draw(st.integers(reached[-1], last)))
        return reached[-1]

    return head


@LONG
@given(st.data())
def test_filled_rows_are_those_kept_from_the_first_event_on(played: OpenStructure, data: st.DataObject) -> None:
    """Also when a process dies while it fills, and the house works on meanwhile."""
    source = happened(data, played.engine.read(0, 10**6))
    head, kept_all = source.head(), followed(source, sqlite.database(None), 500)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catch_up, "BATCH", 0)
        patch.setattr(source, "head", moving(data, head))
        side = built(source)
    for _ in range(data.draw(st.integers(0, 5))):
        fill(ReadSide(source, side.database), Timeline(source), data.draw(st.integers(1, 60)))
    side.catch_up(batch=200)
    all_filled(side)
    for day in days_of(source)[:: data.draw(st.integers(7, 30))]:
        assert kept(side, day) == kept(kept_all, day)


def test_who_is_erased_while_their_past_is_made_has_none(
    played: OpenStructure, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Happened(played.engine.read(0, 10**6))
    gone, name = source.of_kind("dossier")[0], "Zkanari"
    opened = {one.position: one.event for one in source.history(gone)}
    ((place, event),) = ((place, event) for place, event in opened.items() if isinstance(event, d.DossierOpened))
    source.change({place: dataclasses.replace(event, last_name=name)})
    side, make = ReadSide(source, tables()), past._make
    side.catch_up()

    def erased_then(*given: Any) -> Any:
        made = make(*given)
        if not isinstance(source.all[-1].event, ERASURES):
            assert name in repr(made.rows)
            source.erase(gone)
            side.catch_up()
        return made

    monkeypatch.setattr(past, "_make", erased_then)
    all_filled(side, 10**6)
    with side.database.connect() as connection:
        assert not holds(connection, gone, name)


def test_the_past_is_filled_in_each_store(played: OpenStructure, tables: Tables) -> None:
    source = Happened(played.engine.read(0, 10**6))
    source.erase(source.of_kind("dossier")[0])
    side = ReadSide(source, tables())
    side.catch_up()
    assert share(side) == 0
    assert not fill(side, Timeline(source), 60)
    assert 0 < share(side) < 100
    all_filled(side)
    assert share(side) == 100
    assert [differences(source, side, day) for day in days_of(source)[::30]] == [[]] * 3


def test_a_small_house_has_its_past_when_its_tables_are_live(played: OpenStructure, tmp_path: Path) -> None:
    made = stores.Stores(tmp_path / "read")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stores, "_SECONDS", 60)  # of a machine at work
        stores.ensure(made, ListedEvents(played.engine.read(0, 300)))
    database = made.open(made.live() or "")
    with database.connect() as connection:
        assert share_filled(connection) == 100
    database.dispose()


def test_new_tables_are_filled_once_they_show_an_event(played: OpenStructure) -> None:
    source = ListedEvents(())
    side = ReadSide(source, sqlite.database(None))
    all_filled(side)
    source.all = played.engine.read(0, 10**6)
    side.catch_up()
    all_filled(side)
    assert differences(source, side, days_of(source)[40]) == []


def share(side: ReadSide) -> int:
    with side.database.connect() as connection:
        return share_filled(connection)


# --- thirty days of a simulated house


@pytest.mark.trial
def test_thirty_days_of_a_simulated_house(tmp_path: Path, tables: Tables) -> None:
    """Each process that fills dies after some streams; another one goes on while the house works."""
    chance, preset = Random(SEED), presets.load("laigle-mortagne")
    young, months = many("people", 300), many("months", 10)
    how = {"preset": preset, "young_people": young, "months": months, "seed": SEED, "batch": True}
    opened, _ = population.build(tmp_path, name="Ici", **how)  # type: ignore[arg-type]
    with closing(opened.engine):
        source = Happened(opened.engine.read(0, 10**7))
    for stream in chance.sample(source.of_kind("dossier"), 3):
        source.erase(stream)
    head, alive = source.head(), followed(source, tables("kept"), 500)
    side = ReadSide(source, tables("filled"))
    side.catch_up(limit=head // 2)
    for _ in range(10):
        fill(ReadSide(source, side.database), Timeline(source), chance.randint(1, young // 5))
        side.catch_up(limit=head // 25)
    side.catch_up()
    all_filled(side)
    for day in chance.sample(days_of(source), many("days", 30)):
        assert kept(side, day) == kept(alive, day)
        assert differences(source, side, day) == []
        for clock in CLOCKS:
            assert shown(side, Moment(day, clock)) == from_events(side, Moment(day, clock))
