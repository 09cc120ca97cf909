"""The tasks of all dossiers in a period, as recorded and with a draft of the protocol: counted in a process of its own.

A page looks at a count, and says how far it is. Another process that serves begins its own.
"""

import logging
import os
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date
from threading import Lock
from time import monotonic
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from pixflow.documents.protocol import ProtocolDocument
from pixflow.structure_folder import OpenStructure
from pixflow.turns import WaitingLine
from projections import directory
from projections.contract import Source
from projections.store.catch_up import PART, Kept, Memory
from projections.store.fill import ALL, Timeline
from projections.store.folds import position_of_tables
from projections.store.what_if import DraftTimeline, TaskDays, computed_days, recorded_days
from web.hosting.read_tables import reads_of
from web.hosting.structure_process import Say, found_by

CHUNK = 50
"""Dossiers counted at once."""
UNSEEN = 60
"""Seconds after which a count ends that nobody looks at."""
LEFT = 10
"""Seconds after which a count that nobody looks at gives its place to another one, when none is free."""
NICE = 10
"""Whoever works goes first."""
Question = tuple[ProtocolDocument, date, date]
"""A draft, the first day of a period and its last one."""
COUNTS = WaitingLine(1)
_LOOKS = Lock()
_under_way: dict[tuple[Kept, Hashable], "DelaysCount"] = {}
"""Counts that wait or work, by where their answer will be kept: those of tables made anew are counted anew."""
_log = logging.getLogger(__name__)


class ComparedTask(NamedTuple):
    """A task in a period: as recorded, as the control gives it back, with the draft. None where it was owed on no day.

    Two that are equal are one object: a count of many dossiers stays in memory. `is_open`: somebody would have acted
    otherwise.
    """

    recorded: TaskDays | None
    control: TaskDays | None
    draft: TaskDays | None
    is_open: bool

    @property
    def kind(self) -> str:
        return next(one.kind for one in self[:3] if one)

    @property
    def is_moved(self) -> bool:
        """Tells if it is late as recorded, or with the draft, but not both."""
        return self.is_late("recorded") != self.is_late("draft")

    def is_late(self, side: str) -> bool:
        days: TaskDays | None = getattr(self, side)
        return days is not None and days.late is not None


class CountedDossiers(NamedTuple):
    """Some dossiers with their tasks, by key.

    `position` is the last event that they know, `share` the part of all dossiers that is counted, in hundredths.
    """

    tasks: Mapping[UUID, list[ComparedTask]]
    position: int
    share: int


def parts_of(read: Connection, source: Source, asked: Question) -> Iterator[CountedDossiers]:
    """Counts all dossiers, some at a time. At least one part comes, and the last one makes it whole."""
    document, first, last = asked
    position, _ = position_of_tables(read)
    dossiers, known = sorted(one.stream for one in directory.everyone(read)), Timeline(source)
    timelines = known, DraftTimeline(known, document, first)
    for done in range(0, len(dossiers), CHUNK):
        some = dossiers[done : done + CHUNK]
        recorded = recorded_days(read, some, first, last)
        tasks = _compare_tasks(last, recorded, *computed_days(read, source, timelines, some, first, last))
        yield CountedDossiers(tasks, position, ALL * (done + len(some)) // len(dossiers))
    if not dossiers:
        yield CountedDossiers({}, position, ALL)


def _compare_tasks(last: date, *sides: Iterable[TaskDays]) -> dict[UUID, list[ComparedTask]]:
    sides_by_key = [{(one.dossier, one.key): one for one in side} for side in sides]
    tasks_by_dossier: dict[UUID, list[ComparedTask]] = {}
    for key in sorted(set().union(*sides_by_key)):
        recorded, *others = (side.get(key) for side in sides_by_key)
        control, draft = (recorded if one == recorded else one for one in others)
        is_open = act_otherwise(recorded, draft, last)
        tasks_by_dossier.setdefault(key[0], []).append(ComparedTask(recorded, control, draft, is_open))
    return tasks_by_dossier


def act_otherwise(recorded: TaskDays | None, draft: TaskDays | None, last: date) -> bool:
    """Tells if somebody would: for a task of the draft alone, or done before it opens there."""
    if recorded is None:
        return draft is not None
    return recorded.owed[1] <= last.toordinal() and (draft is None or draft.owed[0] >= recorded.owed[1])


def _count(opened: OpenStructure, question: Question, say: Say) -> None:
    os.nice(NICE)
    with closing(reads_of(opened)) as reads, reads.side.database.connect() as read:
        for part in parts_of(read, opened.engine, question):
            say(part)


class DelaysCount:
    """A count under way, or done when its `share` is ALL.

    `failed`: an error ended it. `unseen`: it ended because nobody looked at it for a while. `answers` has the last one
    that was made of it, by all that it shows.
    """

    def __init__(self) -> None:
        self.tasks: dict[UUID, list[ComparedTask]] = {}
        self.position = self.share = 0
        self.failed = self.unseen = False
        self.answers = Kept(1)
        self.looked = monotonic()

    def add(self, parts: Iterator[CountedDossiers]) -> None:
        """Adds what is counted, as long as somebody looks at it."""
        for part in parts:
            self.tasks |= part.tasks
            self.position, self.share = part.position, part.share
            if self.share < ALL and self._is_left():
                return

    def work(self, opened: OpenStructure, question: Question) -> None:
        """Counts in a process of its own."""
        try:
            if not self._is_left():
                with closing(found_by(_count, opened, question)) as parts:
                    self.add(parts)
        except Exception:
            _log.exception("tasks of a period")
            self.failed = True

    def is_idle(self) -> bool:
        """Tells if nobody has looked at it for a while."""
        return monotonic() - self.looked > LEFT

    def _is_left(self) -> bool:
        self.unseen = monotonic() - self.looked > UNSEEN
        return self.unseen


def look(memory: Memory, key: Hashable, opened: OpenStructure, read: Connection, question: Question) -> DelaysCount:
    """Returns the count that has a key, or begins it: one of few events is counted at once. Raises Busy.

    Whoever asks a question that is being counted joins it. After an error, the next look begins anew.
    """
    there = (memory.answers, key)
    with _LOOKS:
        count: DelaysCount | None = memory.answers.get(key) or _under_way.get(there)
        if count is None or count.unseen:
            count = DelaysCount()
            if opened.engine.head() > PART:
                _begin(there, count, opened, question)
            else:
                count.add(parts_of(read, opened.engine, question))
                memory.answers.put(key, count)
        if count.failed:
            memory.answers.put(key, None)
        count.looked = monotonic()
        return count


def _begin(there: tuple[Kept, Hashable], count: DelaysCount, opened: OpenStructure, question: Question) -> None:
    """Counts at its turn, and keeps the answer."""

    def end() -> None:
        answers, key = there
        with _LOOKS:
            if _under_way.get(there) is count:
                del _under_way[there]
            if not count.unseen:
                answers.put(key, count)

    def work() -> None:
        count.work(opened, question)
        end()

    def lose() -> None:
        count.unseen = True
        end()

    COUNTS.begin(work, lose, count.is_idle)
    _under_way[there] = count
