"""The tasks of dossiers in a period: as their lists kept them, and as a draft of the protocol would have made them."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Connection, select

from pixflow import tasks
from pixflow.documents.protocol import ProtocolDocument
from pixflow.reference_data import References
from projections import advisor_queue, audit_trail
from projections.contract import Row, Source
from projections.store.catch_up import DAYS
from projections.store.day_rows import OPEN, of_all_days
from projections.store.fill import Timeline, replace_open, states_by_day

_log = logging.getLogger(__name__)
_SHOWN = of_all_days(advisor_queue.table, DAYS[advisor_queue.table])
FROM = {"owed": None, "late": "due", "referent": "to_referent", "manager": "to_manager"}
"""States of a task on a day, each with the column of the day from which it holds: late is after the due day."""


class DraftTimeline(Timeline):
    """The days of another timeline, whose protocol is a draft from the first day of a period on."""

    def __init__(self, known: Timeline, document: ProtocolDocument, first: date) -> None:
        self._known, self._document, self._first = known, document, first
        self._drafted: dict[int, tuple[References, References]] = {}

    def follow(self, connection: Connection) -> None:
        self._known.follow(connection)

    def day_of(self, position: int) -> int:
        return self._known.day_of(position)

    def references(self, day: int) -> References:
        refs = self._known.references(day)
        if day < self._first.toordinal():
            return refs
        if id(refs) not in self._drafted:
            before = (one for one in refs.protocols.published if one[0] < self._first)
            protocols = replace(refs.protocols, published=(*before, (self._first, self._document)))
            self._drafted[id(refs)] = refs, replace(refs, protocols=protocols)
        return self._drafted[id(refs)][1]

    def moves(self, kind: str) -> dict[int, set[UUID]]:
        return self._known.moves(kind) | {self._first.toordinal(): set()}


class TaskDays(NamedTuple):
    """The days of a period when a task of a dossier was owed, late, before the référent, before the direction.

    They are day numbers of `date.toordinal`, the last one excluded; None where there is none.
    """

    dossier: UUID
    key: str
    kind: str
    owed: tuple[int, int]
    late: tuple[int, int] | None
    referent: tuple[int, int] | None
    manager: tuple[int, int] | None


def recorded_days(connection: Connection, dossiers: Sequence[UUID], first: date, last: date) -> list[TaskDays]:
    """Returns the days of the tasks of these dossiers, as their lists kept them."""
    query = select(_SHOWN).where(_SHOWN.c.stream.in_(dossiers), _SHOWN.c.ended > first.toordinal())
    rows = [row._asdict() for row in connection.execute(query.where(_SHOWN.c.begun <= last.toordinal()))]
    return task_days(rows, first, last)


def computed_days(
    connection: Connection, source: Source, timelines: Sequence[Timeline], dossiers: Sequence[UUID], first: date,
    last: date,
) -> list[list[TaskDays]]:  # fmt: skip
    """Returns the days of the tasks of these dossiers by each timeline, from their events and its references.

    The last timeline has every day when a task may change: states are folded once for all.
    """
    for timeline in timelines:
        timeline.follow(connection)
    rows: list[list[Row]] = [[] for _ in timelines]
    for stream, events in audit_trail.of_streams(connection, dossiers, source).items():
        open_tasks: list[dict[str, tuple[tasks.Task, int]]] = [{} for _ in timelines]
        ended: list[list[Row]] = [[] for _ in timelines]
        try:
            for day, _, state, _ in states_by_day(events, timelines[-1]):
                references = [timeline.references(day) for timeline in timelines]
                owed = {id(refs): {one.key: one for one in tasks.OF["dossier"](state, refs)} for refs in references}
                for refs, there, day_rows in zip(references, open_tasks, ended, strict=True):
                    day_rows += (_row(stream, *one, day) for one in replace_open(there, owed[id(refs)], day))
        except Exception as error:  # the list of its tasks stops too: what it kept is a difference of the control
            _log.warning("tasks of a period: a dossier is left out: %s", type(error).__name__)
            continue
        for there, day_rows, all_rows in zip(open_tasks, ended, rows, strict=True):
            all_rows += day_rows
            all_rows += (_row(stream, *one, OPEN) for one in there.values())
    return [task_days(found, first, last) for found in rows]


def _row(dossier: UUID, task: tasks.Task, begun: int, ended: int) -> Row:
    """Returns the day row of a task while it stayed as it was, as `task_days` reads it."""
    (to_referent, _), (to_manager, _) = task.escalations
    return {
        "stream": dossier,
        "key": task.key,
        "kind": task.kind,
        "opens": task.opens,
        "lapses": task.lapses,
        "paused": task.snoozed_until,
        "due": task.due,
        "to_referent": to_referent,
        "to_manager": to_manager,
        "begun": begun,
        "ended": ended,
    }


def task_days(rows: Iterable[Row], first: date, last: date) -> list[TaskDays]:
    """Returns the days of each task within a period, of its day rows, in the order of dossiers and keys.

    A task that ended and came back has the days from its first to its last.
    """
    period = first.toordinal(), last.toordinal() + 1
    states_by_task: dict[tuple[UUID, str], dict[str, tuple[int, int]]] = {}
    kinds: dict[tuple[UUID, str], str] = {}
    for row in rows:
        for state, (begin, end) in _states(row):
            begin, end = max(begin, period[0]), min(end, period[1])
            if begin < end:
                key = row["stream"], row["key"]
                kinds[key] = row["kind"]
                states = states_by_task.setdefault(key, {})
                known = states.get(state, (begin, end))
                states[state] = min(known[0], begin), max(known[1], end)
    return [
        TaskDays(*key, kinds[key], states["owed"], *(states.get(one) for one in FROM if one != "owed"))
        for key, states in sorted(states_by_task.items())
    ]


def _states(row: Row) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yields the days of each state of a row: a snoozed task is in none."""
    begin = max(row["begun"], row["opens"].toordinal(), row["paused"].toordinal() if row["paused"] else 0)
    end = min(row["ended"], row["lapses"].toordinal()) if row["lapses"] else row["ended"]
    for state, column in FROM.items():
        holds = row[column].toordinal() + (state == "late") if column else begin
        yield state, (max(begin, holds), end)
