"""The lists as of any day are those of tables made anew of the events that count then."""

from collections.abc import Sequence
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select, update

from pixflow.events.base import Recorded
from pixflow.folding import ERASURES
from pixflow.moment import Clock, Moment
from pixflow.structure_folder import OpenStructure
from projections import audit_trail, dossier_sheet
from projections.contract import folds
from projections.store import sqlite
from projections.store.catch_up import ReadSide
from projections.store.past_tables import LISTED, tables_at
from tests.listed import ListedEvents
from tests.projections.test_build import DAY, LONG, happened, one_of

TABLES = [folds, *(table for projection in LISTED for table in projection.TABLES)]
CLOCKS: tuple[Clock, ...] = ("known", "true")


def rows(connection: Connection, without: set[UUID]) -> dict[str, list[str]]:
    """Every row of the lists, but those of some streams."""
    found = {table.name: connection.execute(select(table)) for table in TABLES}
    return {name: sorted(repr(row) for row in some if row.stream not in without) for name, some in found.items()}


def caught_up(events: Sequence[Recorded]) -> ReadSide:
    side = ReadSide(ListedEvents(events), sqlite.database(None))
    side.catch_up()
    return side


def made_anew(events: Sequence[Recorded], without: set[UUID]) -> dict[str, list[str]]:
    side = caught_up(events)
    with side.database.begin() as connection:
        connection.execute(update(dossier_sheet.table).values(last_on=DAY))
        return rows(connection, without)


def shown(side: ReadSide, moment: Moment, without: set[UUID]) -> dict[str, list[str]]:
    with side.database.connect() as read, tables_at(read, side.source, moment) as there:
        assert not list(there.execute(select(dossier_sheet.table).where(dossier_sheet.table.c.last_on.is_not(None))))
        there.execute(update(dossier_sheet.table).values(last_on=DAY))
        return rows(there, without)


def erased_since(events: Sequence[Recorded], last: int) -> set[UUID]:
    return {one.originator_id for one in events[last:] if isinstance(one.event, ERASURES)}


@LONG
@given(st.data())
def test_a_day_as_it_was_known_has_the_tables_of_that_day(played: OpenStructure, data: st.DataObject) -> None:
    source = happened(data, played.engine.read(0, 10**6))
    side = caught_up(source.all)
    day = one_of(data, sorted({side.refs.calendar.local_day(one.at) for one in source.all}))
    with side.database.connect() as read:
        last = audit_trail.last_of_day(read, day, side.refs.calendar)
    gone = erased_since(source.all, last)
    assert shown(side, Moment(day), gone) == made_anew(source.all[:last], gone)
