"""Whom a draft touches, before it is published: results that another band would read, tasks due on another day."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from pixflow import tasks
from pixflow.protocol.comparison import Move, moves
from pixflow.protocol.document import ProtocolDocument
from pixflow.protocol.grille import Grille
from pixflow.reference_data import References
from pixflow.tasks import Task
from projections import advisor_queue, dossier_sheet
from projections.store.folds import folds_of
from web.desk.desk import Desk
from web.french.protocol import drafts as french
from web.french.protocol.differences import Change

OWED: Mapping[str, Callable[[Any, References], Sequence[Task]]] = {
    "dossier": tasks.of_dossier,
    "participation": tasks.of_participation,
    "campaign": tasks.of_campaign,
    "workshop": tasks.of_workshop,
}


@dataclass(frozen=True, slots=True)
class Reader:
    """A young person whose result another band would read."""

    stream: UUID
    name: str
    percent: int
    move: Move
    advisor: str


@dataclass(frozen=True, slots=True)
class Readers:
    """The results not yet built upon that a grid reads otherwise, among the dossiers that somebody reads.

    `total` fall in another band, as `groups` tells by move; `others` stay in theirs, which says something else.
    """

    groups: Sequence[tuple[Move, int]]
    total: int
    others: int

    @property
    def percents(self) -> list[int]:
        """Those that fall in another band."""
        return [one for move, _ in self.groups for one in range(move.first, move.last + 1)]


@dataclass(frozen=True, slots=True)
class Shifted:
    """How many tasks of a kind, visible today, would be due another day, be owed too, or no more."""

    kind: str
    how: str
    count: int


@dataclass(frozen=True, slots=True)
class Delayed:
    """A delay that changes, and what it would make of something that opens on the day it changes."""

    kind: str
    change: Change
    before: date
    after: date


def readers(desk: Desk, before: Grille, after: Grille) -> Readers:
    """How many results the second grid would read otherwise than the first."""
    scores = dossier_sheet.scores(desk.read, desk.scope)
    counted = [(move, _within(scores, move)) for move in moves(before, after)]
    groups = [(move, count) for move, count in counted if move.elsewhere]
    others = sum(count for move, count in counted if not move.elsewhere)
    return Readers(groups, sum(count for _, count in groups), others)


def page(desk: Desk, found: Readers, limit: int, offset: int = 0) -> list[Reader]:
    """Those who fall in another band, by name."""
    by_percent = {one: move for move, _ in found.groups for one in range(move.first, move.last + 1)}
    rows = dossier_sheet.scored(desk.read, desk.scope, list(by_percent), limit, offset)
    return [
        Reader(row.stream, f"{row.first_name} {row.last_name}", row.percent, by_percent[row.percent], _who(desk, row))
        for row in rows
    ]


def shifted(desk: Desk, document: ProtocolDocument, day: date) -> list[Shifted]:
    """What becomes of the tasks visible today if the document counts from a day.

    A delay is read in the protocol of the day of the event that opens the task: only what happened on that day or
    later is worked out again, so nothing for a day to come.
    """
    then = replace(desk.refs, protocols=_with(desk.refs, document, day))
    counts: Counter[tuple[str, str]] = Counter()
    for kind, streams in _moved(desk, day).items():
        for state in folds_of(desk.read, streams).values():
            counts.update(_changes(OWED[kind](state, desk.refs), OWED[kind](state, then), desk.today))
    return [Shifted(kind, how, count) for (kind, how), count in sorted(counts.items())]


def delayed(desk: Desk, before: ProtocolDocument, after: ProtocolDocument, day: date) -> list[Delayed]:
    """The delays that change, each with what a fact of that day would open or make due, before and after."""
    made = []
    for one in french.delay_fields():
        was, now = getattr(before.delays, one.name), getattr(after.delays, one.name)
        if was != now:
            add = desk.refs.calendar.add
            change = french.delay_change(one.turn, was, now)
            made.append(Delayed(one.kind, change, add(day, was), add(day, now)))
    return made


def _within(scores: Mapping[int, int], move: Move) -> int:
    return sum(scores.get(percent, 0) for percent in range(move.first, move.last + 1))


def _who(desk: Desk, row: Any) -> str:
    member = desk.refs.team.get(row.advisor) if row.advisor else None
    return member.name if member else ""


def _with(refs: References, document: ProtocolDocument, day: date) -> Any:
    return replace(refs.protocols, published=(*refs.protocols.published, (day, document)))


def _moved(desk: Desk, day: date) -> dict[str, list[UUID]]:
    """The streams where something happened on a day or later, by kind."""
    found = {"dossier": dossier_sheet.moved_since(desk.read, day)}
    for subject, stream in advisor_queue.opened_since(desk.read, day):
        found.setdefault(subject, []).append(stream)
    return found


def _changes(before: Sequence[Task], after: Sequence[Task], today: date) -> Iterator[tuple[str, str]]:
    was = {task.key: task for task in before if task.opens <= today}
    now = {task.key: task for task in after if task.opens <= today}
    yield from ((task.kind, "gone") for key, task in was.items() if key not in now)
    yield from ((task.kind, "new") for key, task in now.items() if key not in was)
    yield from ((task.kind, "moved") for key, task in now.items() if key in was and was[key].due != task.due)
