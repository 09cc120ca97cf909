"""The impact of a draft: results that another band would read, tasks due on another day."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from pixflow import tasks
from pixflow.documents.grille import Grille
from pixflow.documents.protocol import ProtocolDocument
from pixflow.protocol.comparison import Move, moves
from pixflow.reference_data import References
from pixflow.tasks import Task
from projections import advisor_queue, dossier_sheet
from projections.store.folds import folds_of
from web.desk.desk import Desk
from web.french.protocol import drafts as french
from web.french.protocol.differences import Difference
from web.http.pagination import Pager
from web.http.people import NOBODY, People, listed


@dataclass(frozen=True, slots=True)
class ResultMove:
    """A young person whose result another band would read; `move` is both bands in words."""

    stream: UUID
    name: str
    percent: int
    move: str
    advisor: str


@dataclass(frozen=True, slots=True)
class GridImpact:
    """The results without a prescription that a grid reads otherwise, among the dossiers that somebody reads.

    `total` is in `sentence`, by move in `groups` when there are several. `results` are some of them, `more` the others.
    `others` tells in words the results that stay in a band that says something else.
    `visible`: this person reads dossiers; if not, no result is named or counted.
    """

    visible: bool
    total: int
    sentence: str
    groups: Sequence[str]
    results: Sequence[ResultMove]
    more: int
    pager: Pager | None
    others: str


@dataclass(frozen=True, slots=True)
class DelayImpact:
    """A delay that changes, and the due day of a task that opens on the day of the change, before and after."""

    verb: str
    change: Difference
    before: date
    after: date


def people(impact: GridImpact | None) -> People:
    """Returns the young people whom an impact names."""
    return listed(row.stream for row in impact.results) if impact else NOBODY


def grid_impact(
    desk: Desk, before: Grille, after: Grille, limit: int, pager_of: Callable[[int], Pager] | None = None
) -> GridImpact:
    """Returns the results that the second grid would read otherwise than the first: one page of them, by name.

    `pager_of` makes the pager for a total; without one the first results are returned.
    """
    scores = dossier_sheet.scores(desk.read, desk.scope)
    counted = [(move, _within(scores, move)) for move in moves(before, after)]
    elsewhere = [(move, count) for move, count in counted if move.elsewhere]
    total, stay = sum(count for _, count in elsewhere), sum(count for move, count in counted if not move.elsewhere)
    pager = pager_of(total) if pager_of else None
    results = _results(desk, [move for move, _ in elsewhere], limit, pager.offset if pager else 0)
    groups = [f"{french.move_count(move, count)} : {french.move_said(move)}" for move, count in elsewhere if count]
    return GridImpact(
        visible=desk.scope.whose != "none",
        total=total,
        sentence=french.touched(total, desk.scope.whose == "own"),
        groups=groups if len(groups) > 1 else [],
        results=results,
        more=total - len(results),
        pager=pager,
        others=french.others(stay, total) if stay else "",
    )


def _results(desk: Desk, moved: Sequence[Move], limit: int, offset: int) -> list[ResultMove]:
    by_percent = {one: move for move in moved for one in range(move.first, move.last + 1)}
    rows = dossier_sheet.scored(desk.read, desk.scope, list(by_percent), limit, offset)
    return [
        ResultMove(
            row.stream,
            f"{row.first_name} {row.last_name}",
            row.percent,
            french.move_said(by_percent[row.percent]),
            _advisor(desk, row),
        )
        for row in rows
    ]


def task_shifts(desk: Desk, document: ProtocolDocument, day: date) -> list[str]:
    """Returns what becomes of the tasks visible today if the document counts from a day, in sentences.

    A task takes its delay from the protocol of the day of the event that opens it. So only the streams with an event
    of that day or later are read, and a day to come shifts nothing.
    """
    then = replace(desk.refs, protocols=_with(desk.refs, document, day))
    counts: Counter[tuple[str, str]] = Counter()
    for kind, streams in _streams_since(desk, day).items():
        for state in folds_of(desk.read, streams).values():
            counts.update(_changes(tasks.OF[kind](state, desk.refs), tasks.OF[kind](state, then), desk.today))
    return [french.shift(kind, count, how) for (kind, how), count in sorted(counts.items())]


def delay_impacts(desk: Desk, before: ProtocolDocument, after: ProtocolDocument, day: date) -> list[DelayImpact]:
    """Returns the delays that change, each with the due day of a task that opens on `day`, before and after."""
    made = []
    for one in french.delay_fields():
        was, now = getattr(before.delays, one.name), getattr(after.delays, one.name)
        if was != now:
            add = desk.refs.calendar.add
            change = french.delay_change(one.turn, was, now)
            made.append(DelayImpact(french.verb(one.kind), change, add(day, was), add(day, now)))
    return made


def _within(scores: Mapping[int, int], move: Move) -> int:
    return sum(scores.get(percent, 0) for percent in range(move.first, move.last + 1))


def _advisor(desk: Desk, row: Any) -> str:
    member = desk.refs.team.get(row.advisor) if row.advisor else None
    return member.name if member else ""


def _with(refs: References, document: ProtocolDocument, day: date) -> Any:
    return replace(refs.protocols, published=(*refs.protocols.published, (day, document)))


def _streams_since(desk: Desk, day: date) -> dict[str, list[UUID]]:
    """Returns the streams with an event of a day or later, by kind."""
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
