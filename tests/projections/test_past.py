"""Tables of figures as of an earlier day are those of a fold from scratch of the events that stand then."""

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text

from pixflow.events.base import event_day
from pixflow.folding import Clock, Moment, day_of, list_standing
from pixflow.structure_folder import OpenStructure
from projections.audit_trail import last_of_day
from projections.figures.entries import entries, sums, value_sums
from projections.figures.paths import paths
from projections.figures.refresh import basis_of, histories, judge_debriefs, write
from projections.store import sqlite
from projections.store.catch_up import ReadSide
from projections.store.past_tables import figures_at
from tests.projections.test_build import DAY, LONG, happened, one_of

TABLES = (paths, entries, sums, value_sums)
CLOCKS: tuple[Clock, ...] = ("known", "true")


def rows(connection: Connection) -> dict[str, list[str]]:
    return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in TABLES}


def made_of(connection: Connection) -> set[str]:
    """The names of the indexes and triggers of these tables."""
    found = connection.execute(text("SELECT tbl_name, name FROM sqlite_master WHERE type IN ('index', 'trigger')"))
    return {name for table, name in found if table in {one.name for one in TABLES}}


@LONG
@given(st.data())
def test_a_day_has_what_a_fold_of_its_events_gives(played: OpenStructure, data: st.DataObject) -> None:
    """Whatever is retracted, erased or published; one stream after the other, with indexes and sums in place."""
    source = happened(data, played.engine.read(0, 10**6))
    side = ReadSide(source, sqlite.database(None))
    side.catch_up()
    refs, basis = side.refs, basis_of(side.refs, DAY)
    day = one_of(data, sorted({refs.calendar.local_day(one.at) for one in source.all}))
    clock = data.draw(st.sampled_from(CLOCKS))
    moment = Moment(day, clock)
    with side.database.connect() as read, sqlite.database(None).connect() as slow:
        last = last_of_day(read, day, refs.calendar)
        for stream, kind, events in list(histories(read, source)):
            if kept := list_standing(events, moment, last):
                write(slow, [(stream, kind, kept)], basis, day_of=day_of if clock == "true" else event_day)
        judge_debriefs(slow, refs)
        with figures_at(read, source, refs, basis, moment) as there:
            assert rows(there) == rows(slow)
            assert made_of(there) == made_of(slow)
