"""The audit trail: where each event stands, when and by whom it was recorded. The event store has what it says."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import (
    Boolean,
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
    case,
    func,
    or_,
    select,
    union_all,
    update,
)

from pixflow.events import dossier as d
from pixflow.events import participation as p
from pixflow.events.base import Event, Recorded, Unopened, as_erased, personal_fields
from pixflow.events.catalogue import catalogue
from pixflow.events.workshop import WorkshopCancelled, WorkshopMoved
from pixflow.folding import RETRACTIONS, WITH_OWN_DAY, day_elsewhere, end_of
from pixflow.streams import KINDS as STREAMS
from pixflow.working_days import Calendar
from projections.contract import Change, Row, Source, keys, metadata, optional, required
from projections.statements import Statement, by_key, list_rows, list_values, page_of, pair_columns, question

NAME = "audit_trail"
KINDS = frozenset(STREAMS)
APPENDS = True

table = Table(
    "audit_trail",
    metadata,
    *keys(stream=Uuid, version=Integer),
    *required(position=Integer, kind=String, topic=String, at=DateTime, by=String, command=Uuid, closes=Boolean),
    *required(hidden=Boolean),  # its person is erased, though its key may still be there
    *optional(acting_for=String, retracts=Integer, dossier=Uuid, happened=Date),
    Index("trail_of_position", "position", unique=True),
    Index("trail_of_time", "at", "position"),
    Index("trail_of_topic", "topic", "position"),
    Index("trail_of_author", "by", "position"),
)
_of_guest = table.c.dossier.is_not(None)
Index("trail_of_guest", table.c.dossier, sqlite_where=_of_guest)
_elsewhere = table.c.happened.is_not(None)
Index("trail_of_day", table.c.happened, table.c.position, sqlite_where=_elsewhere)
TABLES = (table,)

_PERSONAL = frozenset(event.TOPIC for event in catalogue() if personal_fields(event))
_WITHIN = [(event.TOPIC, event.UNLESS) for event in catalogue() if event.UNLESS]


def rows(change: Change) -> dict[Table, list[Row]]:
    """Returns one row for each event, without what it says.

    `dossier` is the guest that an event of a workshop is about. `closes`: somebody's own work closed a task. `happened`
    is the event's own day, where it was recorded on another one.
    """
    hidden = getattr(change.after, "erased", None) is not None
    return {
        table: [
            {
                "position": r.position,
                "stream": r.originator_id,
                "version": r.originator_version,
                "kind": change.kind,
                "topic": r.event.TOPIC,
                "at": r.at.replace(tzinfo=None),
                "by": r.by,
                "acting_for": r.acting_for,
                "command": r.command,
                "retracts": r.event.version if isinstance(r.event, RETRACTIONS) else None,
                "dossier": getattr(r.event, "dossier", None) if change.kind == "workshop" else None,
                "closes": _closes(r.event),
                "hidden": hidden and r.event.TOPIC in _PERSONAL,
                "happened": day_elsewhere(r, change.refs.calendar) if change.kind in WITH_OWN_DAY else None,
            }
            for r in change.events
        ]
    }


def _closes(event: Event) -> bool:
    """Tells if an event closes a task by somebody's own work: no match of an import, no handover of a portfolio."""
    match event:
        case p.MatchConfirmed(automatic=True) | d.AdvisorAssigned(bulk=UUID()):
            return False
        case d.CompleteDiagnosticTaken(participation=UUID()):
            return False
    return event.CLOSES


def forget(connection: Connection, streams: Sequence[UUID]) -> None:
    """Makes the rows of these streams as those of erased events are made: personal ones say no more what they did."""
    if streams:
        personal = update(table).where(table.c.stream.in_(streams), table.c.topic.in_(_PERSONAL))
        connection.execute(personal.values(closes=False, retracts=None, happened=None, hidden=True))


def open_rows(source: Source, rows: Sequence[Any]) -> list[Recorded]:
    """Returns the events of rows, in their order. One that does not open has the stamps of its row.

    Those of an erased person say nothing, even while their keys are there.
    """
    events = {one.position: one for one in (source.at([row.position for row in rows]) if rows else ())}
    for row in rows:
        if isinstance(events[row.position].event, Unopened):
            event, at = Unopened(TOPIC=row.topic), row.at.replace(tzinfo=UTC)
            stamps = (at, row.by, row.acting_for, "", row.command, row.position)
            events[row.position] = Recorded(row.stream, row.version, event, *stamps)
        elif row.hidden:
            events[row.position] = replace(events[row.position], event=as_erased(events[row.position].event))
    return [events[row.position] for row in rows]


class TrailFilter(Struct, frozen=True):
    """Filter of the trail; an empty field means all. `since` and `until` are instants (UTC); `until` is excluded."""

    by: str = ""
    topic: str = ""
    stream: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def page(connection: Connection, wanted: TrailFilter, limit: int, offset: int) -> list[Any]:
    """Returns the selected events, the latest first."""
    query = select(table).where(*_filter_rows(wanted)).order_by(table.c.position.desc())
    return page_of(connection, query, limit, offset)


def total(connection: Connection, wanted: TrailFilter) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(*_filter_rows(wanted))).scalar_one())


def list_since(connection: Connection, topics: Sequence[str], instant: datetime, limit: int) -> list[Any]:
    """Returns the events recorded after an instant, the latest `limit` of each kind, the latest first."""
    return list(_select_since(connection, tuple(topics), instant=_naive(instant), limit=limit))


@Statement
def _select_since(topics: tuple[str, ...], instant: datetime, limit: int) -> Select[Any]:
    after = table.c.position > func.coalesce(_position_at(instant).scalar_subquery(), 0)
    kinds = (select(table).where(table.c.topic == topic, after) for topic in topics)
    latest = (select(kind.order_by(table.c.position.desc()).limit(limit).subquery()) for kind in kinds)
    found = union_all(*latest).subquery()
    return select(found).order_by(found.c.position.desc())


def of_streams(connection: Connection, streams: Iterable[UUID], source: Source) -> dict[UUID, list[Recorded]]:
    """Returns every event of these streams, oldest first."""
    rows = list(_of_streams(connection, streams=wanted)) if (wanted := set(streams)) else []
    return by_key((one.originator_id, one) for one in open_rows(source, rows))


@Statement
def _of_streams(streams: Iterable[UUID]) -> Select[Any]:
    return select(table).where(table.c.stream.in_(streams)).order_by(table.c.stream, table.c.version)


def of_topics(
    connection: Connection, streams: Collection[UUID], topics: Collection[str], most: int | None = None
) -> list[Any]:
    """Returns the events of these kinds in these streams, the latest first."""
    return list(_of_topics(connection, streams=list(streams), topics=topics, most=most)) if streams else []


@Statement
def _of_topics(streams: Collection[UUID], topics: Collection[str], most: int | None) -> Select[Any]:
    wanted = (table.c.stream.in_(streams), table.c.topic.in_(topics))
    return select(table).where(*wanted).order_by(table.c.position.desc()).limit(most)


@question(list_rows)
def with_topics(having: Collection[str], topics: Collection[str]) -> Select[Any]:
    """Returns the events of these kinds in each stream that has one of `having`, by stream, oldest first."""
    streams = select(table.c.stream).where(table.c.topic.in_(having))
    wanted = (table.c.topic.in_(topics), table.c.stream.in_(streams))
    return select(table).where(*wanted).order_by(table.c.stream, table.c.version)


@question(list_values)
def workshops_of(dossier: UUID) -> Select[Any]:
    """Returns every workshop where a young person ever had a seat or waited for one."""
    return select(table.c.stream).where(table.c.dossier == dossier).distinct().order_by(table.c.stream)


def _filter_rows(wanted: TrailFilter) -> list[ColumnElement[bool]]:
    author = or_(table.c.by == wanted.by, table.c.acting_for == wanted.by) if wanted.by else None
    clauses = (
        author,
        table.c.topic == wanted.topic if wanted.topic else None,
        table.c.stream == wanted.stream if wanted.stream else None,
        table.c.at >= _naive(wanted.since) if wanted.since else None,
        table.c.at < _naive(wanted.until) if wanted.until else None,
    )
    return [clause for clause in clauses if clause is not None]


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)


@question(pair_columns)
def positions(stream: UUID) -> Select[Any]:
    """Returns the position of each version of a stream."""
    return select(table.c.version, table.c.position).where(table.c.stream == stream)


def recent(connection: Connection, limit: int, among: int = 400) -> list[Any]:
    """Returns the dossiers changed last, each with its last event, among the latest `among` events."""
    query = select(table).where(table.c.kind == "dossier").order_by(table.c.position.desc()).limit(among)
    row_by_dossier: dict[UUID, Any] = {}
    for row in connection.execute(query):
        row_by_dossier.setdefault(row.stream, row)
    return list(row_by_dossier.values())[:limit]


def position_at(connection: Connection, instant: datetime) -> int:
    """Returns the last position recorded at or before an instant, 0 when there is none."""
    return int(connection.execute(_position_at(_naive(instant))).scalar() or 0)


def _position_at(instant: datetime) -> Select[Any]:
    query = select(table.c.position).where(table.c.at <= instant)
    return query.order_by(table.c.at.desc(), table.c.position.desc()).limit(1)


def last_of_day(connection: Connection, day: date, calendar: Calendar) -> int:
    """Returns the last position of a local day or before; 0 before the first event.

    A clock that was ahead holds the day of what follows until the real one passes.
    """
    by_time = table.c.position + 0  # else the database reads every event in order, up to the first one after the day
    after = select(func.min(by_time)).where(table.c.at >= _naive(end_of(day, calendar)))
    following = connection.execute(after).scalar()
    return int(following - 1 if following else connection.execute(select(func.max(table.c.position))).scalar() or 0)


# --- what was learned after a day of what happened by then


def learned(connection: Connection, day: date, calendar: Calendar, limit: int, offset: int = 0) -> list[Any]:
    """Returns the events recorded after a day that change what is known of it, the latest first.

    They happened by the day, or they retract an event that was recorded by then.
    """
    query = select(table).where(*_learned(connection, day, calendar)).order_by(table.c.position.desc())
    return page_of(connection, query, limit, offset)


def learned_total(connection: Connection, day: date, calendar: Calendar) -> int:
    counted = select(func.count()).select_from(table).where(*_learned(connection, day, calendar))
    return int(connection.execute(counted).scalar_one())


def late_streams(connection: Connection, day: date, calendar: Calendar) -> set[UUID]:
    """Returns the streams that stand otherwise at the end of a day as known today; a few more, never fewer."""
    since, *late = _late(connection, day, calendar)
    return set(connection.execute(select(table.c.stream).where(since, or_(*late)).distinct()).scalars())


def _learned(connection: Connection, day: date, calendar: Calendar) -> tuple[ColumnElement[bool], ...]:
    since, late, taken_back = _late(connection, day, calendar)
    other = table.alias()
    undone = select(other.c.version).where(other.c.stream == table.c.stream, other.c.retracts == table.c.version)
    return since, or_(and_(late, table.c.retracts.is_(None), ~undone.exists()), taken_back)


def _late(connection: Connection, day: date, calendar: Calendar) -> tuple[ColumnElement[bool], ...]:
    """Selects what was recorded after a day; of that, what happened by then, and what retracts an event known then.

    A clock that was ahead holds the day of facts whose own day is that of their record.
    """
    position = last_of_day(connection, day, calendar)
    original = table.alias()
    same = (
        original.c.stream == table.c.stream,
        original.c.version == table.c.retracts,
        original.c.position <= position,
    )
    of_paths = table.c.kind.in_(sorted(WITH_OWN_DAY))
    held = and_(table.c.at < _naive(end_of(day, calendar)), table.c.happened.is_(None), of_paths)
    taken_back = and_(table.c.retracts.is_not(None), of_paths, select(original.c.version).where(*same).exists())
    return table.c.position > position, or_(table.c.happened <= day, held), taken_back


def latest(connection: Connection) -> list[datetime]:
    """Returns the time of the event that is dated latest; nothing when there is no event."""
    found = connection.execute(select(func.max(table.c.at))).scalar()
    return [aware(found)] if found else []


def aware(at: datetime) -> datetime:
    """Returns the instant of a row."""
    return at.replace(tzinfo=UTC)


def erased_since(connection: Connection, position: int) -> int:
    """Returns the number of dossiers opened by a position whose young person was erased after it."""
    first = table.alias()
    opened = select(first.c.stream).where(first.c.version == 1, first.c.position <= position)
    back = table.alias()
    stopped = select(back.c.version).where(back.c.stream == table.c.stream, back.c.retracts == table.c.version)
    erased = (table.c.topic == d.PersonErased.TOPIC, table.c.position > position, table.c.stream.in_(opened))
    gone = (*erased, ~stopped.exists())
    return int(connection.execute(select(func.count(table.c.stream.distinct())).where(*gone)).scalar_one())


# --- the work of one person between two instants


_TICK = timedelta(microseconds=1)
_RETRACTIONS = [event.TOPIC for event in RETRACTIONS]
_ALONE = (d.DuplicateJoined.TOPIC, WorkshopMoved.TOPIC, WorkshopCancelled.TOPIC)
"""Events that tell alone what their command recorded: a merge, a workshop on a new day or cancelled."""


def list_recorded(
    connection: Connection, by: str, since: datetime, until: datetime, limit: int, offset: int = 0
) -> list[Any]:
    """Returns what somebody recorded in dossiers and workshops from an instant until another, excluded, oldest first.

    Without retractions, without what came along with an opening, and without the events of a workshop about a guest:
    their dossier has them too.
    """
    bounds = {"since": _naive(since) - _TICK, "until": _naive(until) - _TICK}
    return list(_select_recorded(connection, by=by, **bounds, limit=limit, offset=offset))


@Statement
def _select_recorded(by: str, since: datetime, until: datetime, limit: int, offset: int) -> Select[Any]:
    query = select(table).where(*_work(by, since, until)).order_by(table.c.position)
    return query.limit(limit).offset(offset)


def recorded_totals(connection: Connection, by: str, since: datetime, until: datetime) -> list[tuple[str, int, int]]:
    """Counts the same events by kind: each with its topic, all of them, and those that were not retracted since."""
    bounds = {"since": _naive(since) - _TICK, "until": _naive(until) - _TICK}
    return [tuple(row) for row in _recorded_totals(connection, by=by, **bounds)]


@Statement
def _recorded_totals(by: str, since: datetime, until: datetime) -> Select[Any]:
    other = table.alias()
    retracted = select(other.c.version).where(other.c.stream == table.c.stream, other.c.retracts == table.c.version)
    stands = func.count(case((~retracted.exists(), 1)))
    return select(table.c.topic, func.count(), stands).where(*_work(by, since, until)).group_by(table.c.topic)


def _work(by: str, since: datetime, until: datetime) -> list[ColumnElement[bool]]:
    """Selects by positions, in the order of the index of authors: both instants are those before the first event."""
    first, last = (func.coalesce(_position_at(instant).scalar_subquery(), 0) for instant in (since, until))
    within = (table.c.by == by, table.c.position > first, table.c.position <= last)
    told = select(table.c.command).where(*within, table.c.topic.in_(_ALONE))
    alone = or_(table.c.topic.in_(_ALONE), table.c.command.not_in(told))
    first_one = table.alias()
    opening = and_(first_one.c.stream == table.c.stream, first_one.c.version == 1, table.c.version > 1)
    came_along = select(first_one.c.version).where(opening, first_one.c.command == table.c.command).exists()
    about = (table.c.kind.in_(("dossier", "workshop")), table.c.dossier.is_(None), table.c.topic.not_in(_RETRACTIONS))
    return [*within, alone, ~came_along, *about]


def done_by(connection: Connection, by: str, since: datetime) -> dict[UUID | None, int]:
    """Counts the tasks that somebody closed since an instant: by workshop; None: all others.

    Neither what was taken back since, nor the seats that follow a workshop to its new day.
    """
    return dict(_done_by(connection, by=by, since=_naive(since)).all())


@Statement
def _done_by(by: str, since: datetime) -> Select[Any]:
    workshop = case((table.c.kind == "workshop", table.c.stream))
    wanted = (table.c.by == by, table.c.at >= since)
    moves = select(table.c.command).where(*wanted, table.c.topic == WorkshopMoved.TOPIC)
    done = (table.c.closes, ~_said_otherwise(), table.c.command.not_in(moves))
    return select(workshop, func.count()).where(*wanted, *done).group_by(workshop)


def _said_otherwise() -> ColumnElement[bool]:
    """Tells if another event of the stream retracts a row, cancels this seat, or says it in the same command."""
    other = table.alias()
    cancelled = (table.c.topic == d.SeatBooked.TOPIC) & (other.c.topic == d.SeatCancelled.TOPIC)
    within = [(table.c.topic == topic) & other.c.topic.in_(others) for topic, others in _WITHIN]
    together = (other.c.command == table.c.command) & or_(other.c.topic == d.DuplicateJoined.TOPIC, *within)
    later = (other.c.version > table.c.version) & or_(other.c.retracts == table.c.version, cancelled)
    return select(other.c.version).where(other.c.stream == table.c.stream, or_(later, together)).exists()
