"""Makes the day rows of the past, some streams at a time, once the tables serve. `catch_up` keeps those of today on."""

import logging
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from operator import itemgetter
from time import monotonic
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update

from pixflow.events.base import Recorded, Unopened
from pixflow.folding import ERASURES, RETRACTIONS, erasure_of
from pixflow.garbage import without_garbage_collection
from pixflow.reference_data import KINDS as OF_REFERENCES
from pixflow.reference_data import References
from pixflow.streams import KINDS, kind_of
from projections import advisor_queue, audit_trail
from projections.contract import Change, Projection, Row, Source, filled, folds
from projections.store.catch_up import DAYS, DESIGNATING, LEAVING, PROJECTIONS, RULES, ReadSide, concerns
from projections.store.day_rows import OPEN, set_begun
from projections.store.folds import position_of_tables
from projections.store.transaction import delete_streams, insert_rows

T = TypeVar("T")
AT_ONCE = 100
"""Streams in one transaction: whoever catches up meanwhile waits until they are written."""
ALL = 100
_END = UUID(int=2**128 - 1)
_LISTS = {one: [table for table in one.TABLES if table in DAYS] for one in PROJECTIONS}
_trail = audit_trail.table.c
OpenRows = dict[Any, tuple[tuple[Any, ...], int]]
"""The rows of a list that are open, by their key: their values, and the day when they began."""


def share_filled(connection: Connection) -> int:
    """Returns how much of the past has its day rows, in hundredths: ids are drawn by chance. 100: all of it."""
    last = _last(connection)
    return (last.int + 1) * ALL >> 128


def try_to_fill(side: ReadSide, seconds: float = 10) -> bool:
    """Fills the past for some seconds, and logs an error. Tells if nothing is left: the pages do not wait for it."""
    try:
        until, timeline = monotonic() + seconds, Timeline(side.source)
        while not fill(side, timeline):
            if monotonic() > until:
                return False
    except Exception:
        logging.getLogger("pixflow").exception("past of the lists")
        return False
    return True


def fill(side: ReadSide, timeline: "Timeline", most: int = AT_ONCE) -> bool:
    """Makes the day rows of some streams, in place of those they have. Tells if nothing is left."""
    with side.database.connect() as connection:
        if _last(connection) == _END:
            return True
        made = _make(connection, timeline, most)
    with side.writing() as connection:
        if _read_progress(connection) != made.standing:  # somebody may be erased since
            made = _make(connection, timeline, most)
        for table, days in DAYS.items():
            delete_streams(connection, days, made.streams)
            insert_rows(connection, days, [row for row in made.rows[table] if row["ended"] < OPEN])
            set_begun(connection, table, made.streams, OPEN)
            _begin(connection, table, [row for row in made.rows[table] if row["ended"] == OPEN])
        left = len(made.streams) == most
        if (
            made.streams or timeline.reached
        ):  # new tables: whoever shows their first events must not take them for filled
            connection.execute(delete(filled))
            connection.execute(insert(filled), {"stream": made.streams[-1] if left else _END})
    return not left


def _begin(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Sets the day when each of these rows of a list began."""
    if rows:
        keys = {column.name: column for column in table.primary_key}
        by_key = (column == bindparam(f"of_{name}") for name, column in keys.items())
        given = [{"begun": row["begun"], **{f"of_{name}": row[name] for name in keys}} for row in rows]
        connection.execute(update(table).where(*by_key).values(begun=bindparam("begun")), given)


class _Made(NamedTuple):
    """The day rows of some streams, as the tables stood."""

    standing: tuple[Any, UUID]
    streams: list[UUID]
    rows: Mapping[Table, list[Row]]


def _make(connection: Connection, timeline: "Timeline", most: int) -> _Made:
    with without_garbage_collection():
        standing, rows = _read_progress(connection), defaultdict[Table, list[Row]](list)
        timeline.follow(connection)
        after = select(folds.c.stream).where(folds.c.stream > _last(connection))
        some = list(connection.execute(after.order_by(folds.c.stream).limit(most)).scalars())
        for stream, events in audit_trail.of_streams(connection, some, timeline.source).items():
            for table, row in day_rows_of(stream, events, timeline):
                rows[table].append(row)
    return _Made(standing, some, rows)


def _read_progress(connection: Connection) -> tuple[Any, UUID]:
    """Returns the last event that the tables show, and the last stream that is filled."""
    return position_of_tables(connection), _last(connection)


def _last(connection: Connection) -> UUID:
    return connection.execute(select(filled.c.stream)).scalar() or UUID(int=0)


class Timeline:
    """The days of a structure: the first position of each, and the references at its end."""

    def __init__(self, source: Source) -> None:
        self.reached = 0
        self.source = source
        self._firsts: list[int] = []
        self._days: list[int] = []
        self._moves: list[tuple[int, str, UUID]] = []  # position, topic and stream of each event of references
        self._references: dict[int, References] = {}
        self._moving: dict[str, dict[int, set[UUID]]] = {}

    def follow(self, connection: Connection) -> None:
        """Goes on to the last event that the tables show."""
        later = select(_trail.position, _trail.at, _trail.kind, _trail.topic, _trail.stream)
        rows = connection.execute(later.where(_trail.position > self.reached).order_by(_trail.position)).all()
        if not rows:
            return
        calendar = self.source.references_at(rows[-1].position).calendar
        self._references.clear()
        self._moving.clear()
        for row in rows:
            day = calendar.local_day(audit_trail.aware(row.at)).toordinal()
            if not self._days or day > self._days[-1]:  # after a clock that was ahead, the day stays
                self._firsts.append(row.position)
                self._days.append(day)
            if row.kind in OF_REFERENCES:
                self._moves.append((row.position, row.topic, row.stream))
            self.reached = row.position

    def day_of(self, position: int) -> int:
        """Returns the number of the day of an event."""
        return self._days[bisect_right(self._firsts, position) - 1]

    def references(self, day: int) -> References:
        """Returns the references at the end of a day."""
        next_one = bisect_right(self._days, day)
        end = self._firsts[next_one] - 1 if next_one < len(self._firsts) else self.reached
        move_count = bisect_right(self._moves, end, key=lambda move: move[0])
        if move_count not in self._references:
            self._references[move_count] = self.source.references_at(end)
        return self._references[move_count]

    def moves(self, kind: str) -> dict[int, set[UUID]]:
        """Returns the days when the rows of a kind may change by other streams; of dossiers, those of which advisors.

        An empty set stands for every stream of the kind.
        """
        if kind not in self._moving:
            self._moving[kind] = self._moves_of(kind)
        return self._moving[kind]

    def _moves_of(self, kind: str) -> dict[int, set[UUID]]:
        streams_by_day: dict[int, set[UUID]] = {}
        for position, topic, stream in self._moves:
            day = self.day_of(position)
            if (topic in RULES and kind in advisor_queue.KINDS) or (topic in DESIGNATING and kind == "structure"):
                streams_by_day[day] = set()
            elif topic in LEAVING and kind == "dossier" and streams_by_day.get(day) != set():
                streams_by_day.setdefault(day, set()).add(stream)
        return streams_by_day


def day_rows_of(stream: UUID, events: Sequence[Recorded], timeline: Timeline) -> Iterator[tuple[Table, Row]]:
    """Yields the day rows of a stream, each with its list, as `catch_up` would have kept them day by day."""
    kind = kind_of(events[0].event)
    lists = [one for one in PROJECTIONS if kind in one.KINDS and _LISTS[one]]
    if not lists:
        return
    open_rows: dict[Table, OpenRows] = defaultdict(dict)
    for day, before, state, new in states_by_day(events, timeline):
        refs, ruled = timeline.references(day), timeline.moves(kind).get(day) == set()
        forgets = any(isinstance(one.event, ERASURES) for one in new)
        change = Change(stream, kind, before, state, new, refs, forgets=forgets, ruled=ruled)
        for projection, made in _make_rows(lists, change):
            for table in _LISTS[projection]:
                yield from _ended(table, open_rows[table], made.get(table, ()), day)
    for table in open_rows:
        yield from _ended(table, open_rows[table], (), OPEN)


def states_by_day(events: Sequence[Recorded], timeline: Timeline) -> Iterator[tuple[int, Any, Any, Sequence[Recorded]]]:
    """Yields each day when rows of a stream may change: its number, the state before and after it, its events."""
    kind = kind_of(events[0].event)
    events_by_day, moves = _by_day(events, timeline), timeline.moves(kind)
    state: Any = None
    history: list[Recorded] = []
    for day in sorted(events_by_day | {day: [] for day in moves if events_by_day and day > min(events_by_day)}):
        new = events_by_day.get(day, [])
        if not new and moves[day] and getattr(state, "advisor", None) not in moves[day]:
            continue
        history += new
        before, state = state, _fold(kind, state, history, new)
        yield day, before, state, new


def _by_day(events: Sequence[Recorded], timeline: Timeline) -> dict[int, list[Recorded]]:
    """Returns what the tables learn of a stream each day: nothing before an erasure, nor from damage on."""
    erasure = erasure_of(events)
    erased = erasure.position if erasure else None
    events_by_day: dict[int, list[Recorded]] = {}
    for recorded in events:
        if isinstance(recorded.event, Unopened):
            if erased is None:
                break
            continue
        events_by_day.setdefault(timeline.day_of(max(recorded.position, erased or 0)), []).append(recorded)
    return events_by_day


def _fold(kind: str, state: Any, known: Sequence[Recorded], new: Sequence[Recorded]) -> Any:
    if state is None or any(isinstance(one.event, (*RETRACTIONS, *ERASURES)) for one in new):
        return KINDS[kind].fold(known)
    for one in new:
        state = KINDS[kind].evolve(state, one)
    return state


def _make_rows(lists: list[Projection], change: Change) -> Iterator[tuple[Projection, Mapping[Table, Sequence[Row]]]]:
    """Yields the rows of each projection that the change concerns. One that fails stops for the stream."""
    for projection in list(lists):
        if concerns(projection, change):
            try:
                yield projection, projection.rows(change)
            except Exception:
                lists.remove(projection)


def _ended(table: Table, there: OpenRows, made: Sequence[Row], day: int) -> Iterator[tuple[Table, Row]]:
    """Puts the rows of a day in place of those that are open. Yields the day rows of those that it ends."""
    names, key_of, values_of = _getters(table)
    for values, begun in replace_open(there, {key_of(row): values_of(row) for row in made}, day):
        yield table, dict(zip(names, (*values, begun, day), strict=True))


def replace_open(there: dict[Any, tuple[T, int]], new: Mapping[Any, T], day: int) -> Iterator[tuple[T, int]]:
    """Replaces the open rows, by key, by those that stand from a day on. Each row has the day when it began.

    Yields the rows that end, without those that began that day.
    """
    for key, (content, begun) in list(there.items()):
        if new.get(key) != content:
            del there[key]
            if begun < day:
                yield content, begun
    for key, content in new.items():
        there.setdefault(key, (content, day))


@cache
def _getters(table: Table) -> tuple[list[str], Callable[[Row], Any], Callable[[Row], tuple[Any, ...]]]:
    """Returns the columns of the day rows of a list, and what takes the key and the kept values of its rows."""
    names = [column.name for column in DAYS[table].columns]
    return names, itemgetter(*(one.name for one in table.primary_key)), itemgetter(*names[:-2])
