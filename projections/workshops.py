"""Ateliers: each workshop with its counts, its facilitators, its seats and its waiting list."""

from collections.abc import Iterable, Sequence
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
from projections.contract import Change, Row, metadata
from projections.statements import Statement, by_key, page_of

NAME = "workshops"
KINDS = frozenset({"workshop"})
APPENDS = False
READS: dict[str, Any] = {}

table = Table(
    "workshops",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("campaign", Uuid, nullable=False),
    Column("site", String, nullable=False),
    Column("place", String, nullable=False),
    Column("starts", DateTime, nullable=False),
    Column("ends", DateTime, nullable=False),
    Column("day", Date, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("offered", Integer, nullable=False),
    Column("waiting", Integer, nullable=False),
    Column("unmarked", Integer, nullable=False),
    Column("present", Integer, nullable=False),
    Column("cancelled", Boolean, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("help_at", DateTime),
    Column("help_by", String),
    Index("workshops_by_day", "day", "starts"),
)
facilitators = Table(
    "workshop_facilitators",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("person", Uuid, primary_key=True),
    Column("rank", Integer, nullable=False),
    Index("workshops_of_person", "person"),
)
seats = Table(
    "workshop_seats",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("dossier", Uuid, primary_key=True),
    Column("waits", Boolean, nullable=False),
    Column("until", Date),
    Column("rank", Integer, nullable=False),
    Column("presence", String),
    Index("workshops_of_dossier", "dossier"),
    Index("workshops_kept", "until"),
)
TABLES = (table, facilitators, seats)
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
    return {
        "stream": stream,
        "campaign": state.campaign,
        "site": state.site,
        "place": state.place,
        "starts": state.starts.replace(tzinfo=None),
        "ends": state.ends.replace(tzinfo=None),
        "day": state.day,
        "capacity": state.capacity,
        "taken": len(state.seats),
        "offered": sum(one.until is not None for one in state.waiting.values()),
        "waiting": len(state.waiting),
        "unmarked": len(state.unmarked),
        "present": state.count("present"),
        "cancelled": state.cancelled is not None,
        "closed": state.closed is not None,
        "help_at": state.help.at.replace(tzinfo=None) if state.help else None,
        "help_by": state.help.by if state.help else None,
    }


def _seats(stream: UUID, state: Workshop) -> list[Row]:
    seated = [
        {
            "stream": stream,
            "dossier": dossier,
            "waits": False,
            "until": None,
            "rank": rank,
            "presence": state.attendance.get(dossier),
        }
        for rank, dossier in enumerate(state.seats, 1)
    ]
    waiting = [
        {"stream": stream, "dossier": dossier, "waits": True, "until": one.until, "rank": rank, "presence": None}
        for rank, (dossier, one) in enumerate(state.waiting.items(), 1)
    ]
    return seated + waiting


# --- the questions

When = Literal["to-come", "past", "cancelled"]


class WorkshopFilter(Struct, frozen=True):
    """Filter of the list; an empty field means all. `mine`: the workshops that this person runs."""

    when: When = "to-come"
    site: str = ""
    mine: UUID | None = None


def larger_than(connection: Connection, largest: int, day: date) -> list[Any]:
    """Returns the workshops from a day on with more seats, the next first."""
    wanted = (table.c.day >= day, table.c.capacity > largest, ~table.c.cancelled, ~table.c.closed)
    return list(connection.execute(select(table).where(*wanted).order_by(table.c.starts, table.c.stream)))


def page(connection: Connection, today: date, wanted: WorkshopFilter, limit: int = 50, offset: int = 0) -> list[Any]:
    """Returns the workshops to come, the next first, or those past or cancelled, the latest first."""
    order = table.c.starts if wanted.when == "to-come" else table.c.starts.desc()
    query = select(table).where(*_wanted(today, wanted)).order_by(order, table.c.stream)
    return page_of(connection, query, limit, offset)


def total(connection: Connection, today: date, wanted: WorkshopFilter) -> int:
    query = select(func.count()).select_from(table).where(*_wanted(today, wanted))
    return int(connection.execute(query).scalar_one())


def sites(connection: Connection) -> list[str]:
    """Returns the sites of workshops."""
    return list(connection.execute(select(table.c.site).distinct().order_by(table.c.site)).scalars())


def between(connection: Connection, first: date, last: date, wanted: WorkshopFilter) -> list[Any]:
    """Returns the workshops from one day to another, for a calendar, without cancelled ones."""
    held = (table.c.day >= first, table.c.day <= last, ~table.c.cancelled)
    query = select(table).where(*held, *_where(wanted)).order_by(table.c.starts, table.c.stream)
    return list(connection.execute(query))


def one(connection: Connection, stream: UUID) -> Any:
    """Returns one workshop's row, None when unknown."""
    return connection.execute(select(table).where(table.c.stream == stream)).first()


def many(connection: Connection, streams: Iterable[UUID]) -> dict[UUID, Any]:
    """Returns the rows of these workshops."""
    query = select(table).where(table.c.stream.in_(list(streams)))
    return {row.stream: row for row in connection.execute(query)}


def run_by(connection: Connection, streams: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Returns the facilitators of each of these workshops, in their order."""
    query = select(facilitators).where(facilitators.c.stream.in_(list(streams))).order_by(facilitators.c.rank)
    return by_key((row.stream, row.person) for row in connection.execute(query))


def bookable(connection: Connection, today: date, limit: int = 50) -> list[Any]:
    """Returns the workshops that accept bookings, the next first."""
    query = select(table).where(table.c.day >= today, ~table.c.cancelled, ~table.c.closed)
    return list(connection.execute(query.order_by(table.c.starts, table.c.stream).limit(limit)))


def seated_at(connection: Connection, instants: Iterable[datetime]) -> dict[datetime, list[UUID]]:
    """Returns the dossiers with a seat in a workshop that was on at these instants (UTC, naive), but the absent."""
    asked = set(instants)
    if not asked:
        return {}
    found = _seated(connection, first=min(asked), last=max(asked) + _EARLY).all()
    return {at: sorted({one for starts, ends, one in found if starts - _EARLY <= at <= ends}) for at in sorted(asked)}


@Statement
def _seated(first: datetime, last: datetime) -> Select[Any]:
    on = (~table.c.cancelled, table.c.ends >= first, table.c.starts <= last)
    there = (~seats.c.waits, or_(seats.c.presence.is_(None), seats.c.presence == "present"))
    query = select(table.c.starts, table.c.ends, seats.c.dossier).join(seats, seats.c.stream == table.c.stream)
    return query.where(*on, *there)


def of_dossier(connection: Connection, dossier: UUID, today: date) -> list[Any]:
    """Returns a young person's seats to come and waiting lists: seat and workshop in one row.

    A seat with a recorded attendance is no longer to come.
    """
    return list(_of_dossier(connection, dossier=dossier, today=today))


@Statement
def _of_dossier(dossier: UUID, today: date) -> Select[Any]:
    query = select(seats, *_columns()).join(table, table.c.stream == seats.c.stream)
    held = (seats.c.dossier == dossier, seats.c.presence.is_(None), table.c.day >= today, ~table.c.cancelled)
    return query.where(*held).order_by(table.c.starts, table.c.stream)


def of_person(connection: Connection, person: UUID, since: date) -> list[Any]:
    """Returns the workshops of a day or later that somebody runs, cancelled ones too: the calendar shows them."""
    query = select(table).join(facilitators, facilitators.c.stream == table.c.stream)
    theirs = query.where(facilitators.c.person == person, table.c.day >= since)
    return list(connection.execute(theirs.order_by(table.c.starts, table.c.stream)))


def offers(connection: Connection, today: date) -> list[Any]:
    """Returns the seats offered until today or later, with their workshop."""
    return list(_offers(connection, today=today))


@Statement
def _offers(today: date) -> Select[Any]:
    query = select(seats, *_columns()).join(table, table.c.stream == seats.c.stream)
    kept = (seats.c.until >= today, table.c.day >= today)
    return query.where(*kept).order_by(seats.c.until, table.c.starts, seats.c.stream, seats.c.rank)


def lapsed(connection: Connection, today: date) -> list[tuple[UUID, UUID, date]]:
    """Returns the expired seat offers: workshop, dossier, last day."""
    query = select(seats.c.stream, seats.c.dossier, seats.c.until).where(seats.c.until < today)
    found = connection.execute(query.order_by(seats.c.until, seats.c.rank, seats.c.stream))
    return [(row.stream, row.dossier, row.until) for row in found]


def to_mark(connection: Connection, person: UUID, today: date) -> int:
    """Returns the number of somebody's workshops that wait for attendance."""
    return int(_to_mark(connection, person=person, today=today).scalar_one())


@Statement
def _to_mark(person: UUID, today: date) -> Select[Any]:
    query = select(func.count()).select_from(table).join(facilitators, facilitators.c.stream == table.c.stream)
    waits = (facilitators.c.person == person, table.c.day <= today, table.c.unmarked > 0, ~table.c.cancelled)
    return query.where(*waits)


def calls(connection: Connection, day: date) -> list[Any]:
    """Returns the workshops of a day that call for help."""
    return list(_calls(connection, day=day))


@Statement
def _calls(day: date) -> Select[Any]:
    query = select(table).where(table.c.day == day, table.c.help_at.is_not(None))
    return query.order_by(table.c.help_at, table.c.stream)


def _columns() -> Sequence[Column[Any]]:
    """Selects the columns of a seat's workshop."""
    names = ("campaign", "site", "place", "starts", "ends", "day", "capacity", "taken", "offered", "waiting")
    return [table.c[name] for name in names]


def _wanted(today: date, wanted: WorkshopFilter) -> list[ColumnElement[bool]]:
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
