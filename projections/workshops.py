"""Ateliers: each workshop with its counts, its facilitators, its seats and its waiting list."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Index,
    Integer,
    Select,
    String,
    Table,
    Uuid,
    and_,
    func,
    or_,
    select,
)

from pixflow.workshop.state import Workshop
from projections.contract import Change, Row, keys, metadata, optional, required
from projections.statements import (
    Statement,
    by_key,
    key_by_stream,
    list_rows,
    list_values,
    page_of,
    question,
    row_of,
    take_first,
    take_number,
)

NAME = "workshops"
KINDS = frozenset({"workshop"})

table = Table(
    "workshops",
    metadata,
    *keys(stream=Uuid),
    *required(campaign=Uuid, site=String, place=String, starts=DateTime, ends=DateTime, day=Date, capacity=Integer),
    *required(taken=Integer, offered=Integer, waiting=Integer, unmarked=Integer, present=Integer, cancelled=Boolean),
    *required(closed=Boolean),
    *optional(help_at=DateTime, help_by=String),
    Index("workshops_by_day", "day", "starts"),
)
facilitators = Table(
    "workshop_facilitators",
    metadata,
    *keys(stream=Uuid, person=Uuid),
    *required(rank=Integer),
    Index("workshops_of_person", "person"),
)
seats = Table(
    "workshop_seats",
    metadata,
    *keys(stream=Uuid, dossier=Uuid),
    *required(waits=Boolean, rank=Integer),
    *optional(until=Date, presence=String),
    Index("workshops_of_dossier", "dossier"),
    Index("workshops_kept", "until"),
)
TABLES = KEPT = (table, facilitators, seats)
_EARLY = timedelta(minutes=15)
"""A test begun this long before a workshop belongs to it."""


def rows(change: Change) -> dict[Table, list[Row]]:
    state: Workshop = change.after
    if state.scheduled is None:
        return {table: [], facilitators: [], seats: []}
    run_by = [{"stream": change.stream, "person": who, "rank": rank} for rank, who in enumerate(state.facilitators, 1)]
    return {table: [_workshop(change.stream, state)], facilitators: run_by, seats: _seats(change.stream, state)}


def _workshop(stream: UUID, state: Workshop) -> Row:
    assert state.starts is not None
    assert state.ends is not None
    return row_of(
        table,
        state,
        stream=stream,
        starts=state.starts.replace(tzinfo=None),
        ends=state.ends.replace(tzinfo=None),
        taken=len(state.seats),
        offered=sum(one.until is not None for one in state.waiting.values()),
        waiting=len(state.waiting),
        unmarked=len(state.unmarked),
        present=state.count("present"),
        cancelled=state.cancelled is not None,
        closed=state.closed is not None,
        help_at=state.help.at.replace(tzinfo=None) if state.help else None,
        help_by=state.help.by if state.help else None,
    )


def _seats(stream: UUID, state: Workshop) -> list[Row]:
    seated = [(one, False, None, rank, state.attendance.get(one)) for rank, one in enumerate(state.seats, 1)]
    waiting = [(one, True, place.until, rank, None) for rank, (one, place) in enumerate(state.waiting.items(), 1)]
    names = ("dossier", "waits", "until", "rank", "presence")
    return [{"stream": stream, **dict(zip(names, seat, strict=True))} for seat in (*seated, *waiting)]


When = Literal["to-come", "past", "cancelled"]


class WorkshopFilter(Struct, frozen=True):
    """Filter of the list; an empty field means all. `mine`: the workshops that this person runs."""

    when: When = "to-come"
    site: str = ""
    mine: UUID | None = None


@question(list_rows)
def larger_than(largest: int, day: date) -> Select[Any]:
    """Returns the workshops from a day on with more seats, the next first."""
    wanted = (table.c.day >= day, table.c.capacity > largest, ~table.c.cancelled, ~table.c.closed)
    return select(table).where(*wanted).order_by(table.c.starts, table.c.stream)


def engagements(connection: Connection, runners: Collection[UUID], first: date, last: date) -> list[Any]:
    """Returns the workshops that these people run from one day to another, one row for each person."""
    query = select(table, facilitators.c.person).join(facilitators, facilitators.c.stream == table.c.stream)
    wanted = (facilitators.c.person.in_(runners), table.c.day.between(first, last), ~table.c.cancelled)
    return list(connection.execute(query.where(*wanted).order_by(table.c.starts, table.c.stream, facilitators.c.rank)))


@question(list_rows)
def at_once(site: str, begins: datetime, finishes: datetime) -> Select[Any]:
    """Returns the workshops of a site that are on between two instants (UTC, naive), but cancelled ones."""
    on = (table.c.site == site, table.c.starts < finishes, table.c.ends > begins, ~table.c.cancelled)
    return select(table).where(*on).order_by(table.c.starts, table.c.stream)


def page(connection: Connection, today: date, wanted: WorkshopFilter, limit: int = 50, offset: int = 0) -> list[Any]:
    """Returns the workshops to come, the next first, or those past or cancelled, the latest first."""
    order = table.c.starts if wanted.when == "to-come" else table.c.starts.desc()
    query = select(table).where(*_filter_rows(today, wanted)).order_by(order, table.c.stream)
    return page_of(connection, query, limit, offset)


def total(connection: Connection, today: date, wanted: WorkshopFilter) -> int:
    query = select(func.count()).select_from(table).where(*_filter_rows(today, wanted))
    return int(connection.execute(query).scalar_one())


@question(list_values)
def sites() -> Select[Any]:
    """Returns the sites of workshops."""
    return select(table.c.site).distinct().order_by(table.c.site)


def between(connection: Connection, first: date, last: date, wanted: WorkshopFilter) -> list[Any]:
    """Returns the workshops from one day to another, for a calendar, without cancelled ones."""
    held = (table.c.day >= first, table.c.day <= last, ~table.c.cancelled)
    query = select(table).where(*held, *_where(wanted)).order_by(table.c.starts, table.c.stream)
    return list(connection.execute(query))


@question(take_first)
def find(stream: UUID) -> Select[Any]:
    """Returns one workshop's row, None when unknown."""
    return select(table).where(table.c.stream == stream)


@question(key_by_stream)
def many(streams: Iterable[UUID]) -> Select[Any]:
    """Returns the rows of these workshops."""
    return select(table).where(table.c.stream.in_(streams))


@question(lambda found: by_key((stream, person) for stream, person in found))
def run_by(streams: Iterable[UUID]) -> Select[Any]:
    """Returns the facilitators of each of these workshops, in their order."""
    query = select(facilitators.c.stream, facilitators.c.person).where(facilitators.c.stream.in_(streams))
    return query.order_by(facilitators.c.rank)


@question(list_rows)
def bookable(today: date, limit: int = 50) -> Select[Any]:
    """Returns the workshops that accept bookings, the next first."""
    query = select(table).where(table.c.day >= today, ~table.c.cancelled, ~table.c.closed)
    return query.order_by(table.c.starts, table.c.stream).limit(limit)


def seated_at(connection: Connection, instants: Iterable[datetime]) -> dict[datetime, list[UUID]]:
    """Returns the dossiers with a seat in a workshop that was on at these instants (UTC, naive), but the absent."""
    times = set(instants)
    if not times:
        return {}
    found = _seated(connection, first=min(times), last=max(times) + _EARLY).all()
    return {at: sorted({one for starts, ends, one in found if starts - _EARLY <= at <= ends}) for at in sorted(times)}


@Statement
def _seated(first: datetime, last: datetime) -> Select[Any]:
    on = (~table.c.cancelled, table.c.ends >= first, table.c.starts <= last)
    there = (~seats.c.waits, or_(seats.c.presence.is_(None), seats.c.presence == "present"))
    query = select(table.c.starts, table.c.ends, seats.c.dossier).join(seats, seats.c.stream == table.c.stream)
    return query.where(*on, *there)


@question(list_rows)
def of_dossier(dossier: UUID, today: date) -> Select[Any]:
    """Returns a young person's seats to come and waiting lists: seat and workshop in one row.

    A seat with a recorded attendance is no longer to come.
    """
    query = select(seats, *_columns()).join(table, table.c.stream == seats.c.stream)
    held = (seats.c.dossier == dossier, seats.c.presence.is_(None), table.c.day >= today, ~table.c.cancelled)
    return query.where(*held).order_by(table.c.starts, table.c.stream)


@question(list_rows)
def of_person(person: UUID, since: date) -> Select[Any]:
    """Returns the workshops of a day or later that somebody runs, cancelled ones too: the calendar shows them."""
    query = select(table).join(facilitators, facilitators.c.stream == table.c.stream)
    theirs = query.where(facilitators.c.person == person, table.c.day >= since)
    return theirs.order_by(table.c.starts, table.c.stream)


@question(list_rows)
def offers(today: date) -> Select[Any]:
    """Returns the seats offered until today or later, with their workshop; not to who took another seat."""
    query = select(seats, *_columns()).join(table, table.c.stream == seats.c.stream)
    kept = (seats.c.until >= today, table.c.day >= today, ~_seated_elsewhere(today))
    return query.where(*kept).order_by(seats.c.until, table.c.starts, seats.c.stream, seats.c.rank)


@question(list_rows)
def list_kept_seats(dossiers: Collection[UUID], today: date) -> Select[Any]:
    """Returns the seats offered to these dossiers until today or later, with their workshop, the next first."""
    query = select(seats, *_columns()).join(table, table.c.stream == seats.c.stream)
    offered = (seats.c.dossier.in_(dossiers), seats.c.until >= today, table.c.day >= today)
    return query.where(*offered).order_by(table.c.starts, seats.c.stream)


@question(list_rows)
def over(today: date) -> Select[Any]:
    """Returns the seat offers that are over: workshop, dossier, last day, and if the person took another seat."""
    elsewhere = _seated_elsewhere(today)
    query = select(seats.c.stream, seats.c.dossier, seats.c.until, elsewhere.label("elsewhere"))
    ended = or_(seats.c.until < today, and_(seats.c.until >= today, elsewhere))
    return query.where(ended).order_by(seats.c.until, seats.c.rank, seats.c.stream)


@question(take_number)
def to_mark(person: UUID, today: date) -> Select[Any]:
    """Returns the number of somebody's workshops that wait for attendance."""
    query = select(func.count()).select_from(table).join(facilitators, facilitators.c.stream == table.c.stream)
    waits = (facilitators.c.person == person, table.c.day <= today, table.c.unmarked > 0, ~table.c.cancelled)
    return query.where(*waits)


@question(list_rows)
def calls(day: date) -> Select[Any]:
    """Returns the workshops of a day that call for help."""
    query = select(table).where(table.c.day == day, table.c.help_at.is_not(None))
    return query.order_by(table.c.help_at, table.c.stream)


def _seated_elsewhere(today: date) -> ColumnElement[bool]:
    """Tells if the dossier of a row has a seat to come in another workshop."""
    other, held = seats.alias(), table.alias()
    query = select(other.c.dossier).join(held, held.c.stream == other.c.stream)
    to_come = (other.c.dossier == seats.c.dossier, ~other.c.waits, held.c.day >= today, ~held.c.cancelled)
    return query.where(*to_come, other.c.stream != seats.c.stream).exists()


def _columns() -> Sequence[Column[Any]]:
    """Selects the columns of a seat's workshop."""
    names = ("campaign", "site", "place", "starts", "ends", "day", "capacity", "taken", "offered", "waiting")
    return [table.c[name] for name in names]


def _filter_rows(today: date, wanted: WorkshopFilter) -> list[ColumnElement[bool]]:
    to_come = and_(table.c.day >= today, ~table.c.closed)
    when = {
        "to-come": and_(to_come, ~table.c.cancelled),
        "past": and_(or_(table.c.day < today, table.c.closed), ~table.c.cancelled),
        "cancelled": table.c.cancelled,
    }
    return [when[wanted.when], *_where(wanted)]


def _where(wanted: WorkshopFilter) -> list[ColumnElement[bool]]:
    conditions = [table.c.site == wanted.site] if wanted.site else []
    if wanted.mine:
        mine = select(facilitators.c.stream).where(facilitators.c.person == wanted.mine)
        conditions.append(table.c.stream.in_(mine))
    return conditions
