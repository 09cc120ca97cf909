"""*Et si*: the tasks of a period with the draft of the protocol, counted beside the page."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from pixflow.authorization import Scope
from pixflow.documents.protocol import ProtocolDocument
from pixflow.protocol.what_if import LEADS_OVER
from projections import directory
from projections.directory import YoungPerson
from projections.store.fill import ALL, share_filled
from projections.store.folds import position_of_tables
from projections.store.what_if import TaskDays
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.exports import ExportedList, Value, as_file
from web.french import tasks as french_tasks
from web.french import vocabulary
from web.french.protocol import what_if as french
from web.http.addresses import PageNumber
from web.http.pagination import Pager
from web.http.people import listed
from web.http.templates import redirect, show
from web.pages.protocol.delays_count import ComparedTask, DelaysCount, look
from web.pages.protocol.documents import PROTOCOL, draft_of
from web.pages.protocol.what_if import Readers, WhatIfQuestion, around_answer, asked_of, file_of, may_read

router = APIRouter()
PATH = "/protocole/projet/protocole/et-si/delais"
STATES = {"owed": "dues", "late": "retard", "referent": "referent", "manager": "direction"}
"""States of a task, each with the word of its lists in addresses."""


@dataclass(frozen=True)
class DelaysAnswer:
    """The tasks of a period, of the dossiers in `people`: those that somebody may read. Both are in order of names."""

    tasks: Sequence[ComparedTask]
    people: Mapping[UUID, YoungPerson]
    last: int

    def of(self, shown: str) -> list["Pair"]:
        """Returns the tasks of a list, each as recorded and with the draft.

        "retard:projet" are those late with the draft, "tache:refer" those of a kind that are late in one of both alone.
        """
        name, _, value = shown.partition(":")
        if name == "ecarts":
            return self.differing
        keep = _KEEPS.get(name, _KEEPS["bascule"])
        return [pair for pair in self.pairs if keep(self, pair, value)]

    @cached_property
    def pairs(self) -> list["Pair"]:
        """The tasks of the period, each as recorded and with the draft."""
        return [(one.recorded, one.draft) for one in self.tasks if one.recorded or one.draft]

    @cached_property
    def differing(self) -> list["Pair"]:
        """The tasks that the protocols of each day do not give back: as recorded, and as computed."""
        return [(one.recorded, one.control) for one in self.tasks if one.recorded != one.control]

    def is_open(self, pair: "Pair") -> bool:
        """Tells if somebody would have acted otherwise: a task of the draft alone, or done before it opens there."""
        recorded, draft = pair
        if recorded is None:
            return True
        return recorded.owed[1] <= self.last and (draft is None or draft.owed[0] >= recorded.owed[1])


Pair = tuple[TaskDays | None, TaskDays | None]
"""A task as recorded, and with the draft; None where it was owed on no day of the period."""


def _is_late(one: TaskDays | None) -> bool:
    return one is not None and one.late is not None


def _kind(pair: Pair) -> str:
    return next(one.kind for one in pair if one)


def _moved(pair: Pair) -> bool:
    return _is_late(pair[0]) != _is_late(pair[1])


def _is_in(state: str) -> "Keep":
    return lambda answer, pair, side: (one := pair[side == "projet"]) is not None and getattr(one, state) is not None


Keep = Callable[[DelaysAnswer, Pair, str], bool]
_KEEPS: dict[str, Keep] = {
    "bascule": lambda answer, pair, value: _moved(pair),
    "tache": lambda answer, pair, value: _moved(pair) and _kind(pair) == value,
    "autrement": lambda answer, pair, value: answer.is_open(pair),
    **{code: _is_in(state) for state, code in STATES.items()},
}
"""Lists of tasks by the first word of their parameter."""


def count_of(desk: Desk, number: int, document: ProtocolDocument, asked: WhatIfQuestion) -> DelaysCount:
    """Returns the count of a draft and a period, under way or done. Another draft, or another period, begins anew."""
    key, period = ("what-if", number, asked.first, asked.last), (document, asked.first, asked.last)
    return look(desk.memory, key, desk.served.opened, desk.read, period)


def _answer(desk: Desk, count: DelaysCount, asked: WhatIfQuestion) -> DelaysAnswer:
    """Returns the answer of a count that is done; the last one is kept while the tables stay as they are."""
    key = (position_of_tables(desk.read), asked.site, asked.programme, desk.scope)
    return count.answers.once(key, lambda: delays_answer(desk.read, count, asked, desk.scope))


def delays_answer(read: Connection, count: DelaysCount, asked: WhatIfQuestion, scope: Scope) -> DelaysAnswer:
    """Returns the answer of a count that is done, for the dossiers of a site and a programme that somebody may read."""
    people = {
        one.stream: one
        for one in directory.everyone(read)
        if may_read(one, scope) and asked.site in ("", one.site) and asked.programme in ("", one.programme)
    }
    tasks = [task for id in people for task in count.tasks.get(id, ())]
    return DelaysAnswer(tasks, people, asked.last.toordinal())


@router.get(PATH)
def read(
    request: Request,
    desk: AtDesk,
    du: str = "",
    au: str = "",
    site: str = "",
    programme: str = "",
    liste: str = "",
    p: PageNumber = 1,
) -> Response:
    """Shows the tasks from a day (`du`) to another (`au`) by the draft, or how far their count is.

    `liste` is the list of names that is open, `p` its page.
    """
    draft = draft_of(desk, PROTOCOL)
    if draft is None:
        return redirect(request, "/protocole")
    asked = asked_of(desk.today, du, au, site, programme, liste)
    visible, filled = desk.scope.whose != "none", share_filled(desk.read)
    answer, share, until, stopped = None, 0, "", False
    if visible and not asked.problem and filled == ALL:
        count = count_of(desk, draft.number, draft.document, asked)
        share, until, stopped = count.share, french.counted_until(count.position), count.failed
        answer = _answer(desk, count, asked) if share == ALL else None
    pairs = answer.of(asked.shown) if answer else []
    pager = Pager.at(len(pairs), p, PATH, asked.params, anchor="#liste")
    shown = pairs[pager.offset : pager.offset + pager.size]
    rows = [(_verb(_kind(pair)), *map(_said_days, pair)) for pair in shown]
    around = around_answer(desk, asked)
    return show(
        request,
        "protocol/what_if_delays.html",
        "what_if",
        listed(map(_dossier, shown)),
        title=french.delays_title(draft.number),
        here=asked.at(PATH, asked.shown),
        period=french.delays_period(asked.first, asked.last),
        programmes=vocabulary.PROGRAMMES,
        waiting=french.preparing(filled) if filled < ALL else french.STOPPED if stopped else "",
        share=share,
        until=until,
        computed=french.COMPUTED if asked.shown == "ecarts" else french.SIDES_OF_DELAYS["projet"],
        said=_said(asked, answer) if answer else None,
        young=answer.people if answer else {},
        rows=list(zip(map(_dossier, shown), rows, strict=True)),
        shown_title=french.delay_list(asked.shown),
        pager=pager,
        nothing=french.NO_TASK,
        **around,
    )


def _first(place: int, state: str) -> Callable[[Any], Value]:
    """Returns what gives the first day of a state of a task: as recorded (0), or with the draft (1)."""

    def day(row: tuple[Pair, YoungPerson]) -> date | None:
        span = getattr(row[0][place], state, None)
        return date.fromordinal(span[0]) if span else None

    return day


COLUMNS: Mapping[str, Callable[[Any], Value]] = {
    "Tâche": lambda row: _verb(_kind(row[0])),
    **{
        f"{name} ({side})": _first(place, state)
        for place, side in enumerate(french.SIDES_OF_DELAYS.values())
        for state, name in (("owed", "À faire dès le"), ("late", "En retard dès le"))
    },
}


@as_file(router, f"{PATH}/liste")
def export(
    desk: Readers, du: str = "", au: str = "", site: str = "", programme: str = "", liste: str = ""
) -> ExportedList:
    """Returns the list that is open; it is empty without a draft, for bad days, and until the count is done."""
    draft, asked = draft_of(desk, PROTOCOL), asked_of(desk.today, du, au, site, programme, liste)
    rows: list[tuple[Pair, YoungPerson]] = []
    about = [french.delays_period(asked.first, asked.last), french.delay_list(asked.shown)]
    if draft and not asked.problem and share_filled(desk.read) == ALL:
        count = count_of(desk, draft.number, draft.document, asked)
        if count.share == ALL:
            answer = _answer(desk, count, asked)
            rows = [(pair, answer.people[_dossier(pair)]) for pair in answer.of(asked.shown)]
        about = [french.delays_title(draft.number), *about]
    return file_of(PATH, asked.params, about, COLUMNS, rows)


def _dossier(pair: Pair) -> UUID:
    return next(one.dossier for one in pair if one)


def _verb(kind: str) -> str:
    return french_tasks.VERBS.get(kind, kind)


def _said_days(one: TaskDays | None) -> str:
    """Returns the days of a task in words."""
    return french.task_days(one.owed, one.late) if one else french.NOT_OWED


def _said(asked: WhatIfQuestion, answer: DelaysAnswer) -> dict[str, Any]:
    """Returns the numbers, each with the address of its list, the weeks, and what is not computed."""
    open_ones, differing = answer.of("autrement"), answer.differing
    total, kept = len(answer.pairs), sum(recorded is not None for recorded, _ in answer.pairs)
    kinds = Counter((_kind(pair), _is_late(pair[1])) for pair in answer.of("bascule"))
    return {
        "total": total,
        "headline": french.delays_headline(len(answer.of("retard:lieu")), len(answer.of("retard:projet"))),
        "open": (french.acted_otherwise(len(open_ones)), asked.at(PATH, "autrement")) if open_ones else None,
        "leads": len(open_ones) > LEADS_OVER * total,
        "control": (
            french.delays_control(kept, len(differing)),
            asked.at(PATH, "ecarts") if differing else "",
        ),
        "states": [
            (french.STATES[state], *((len(answer.of(shown)), asked.at(PATH, shown)) for shown in _sides(state)))
            for state in STATES
        ],
        "kinds": [
            (_verb(kind), kinds[kind, True], kinds[kind, False], asked.at(PATH, f"tache:{kind}"))
            for kind in sorted({kind for kind, _ in kinds})
        ],
        "weeks": list(_weeks(asked, answer)),
    }


def _sides(state: str) -> tuple[str, str]:
    return f"{STATES[state]}:lieu", f"{STATES[state]}:projet"


def _weeks(asked: WhatIfQuestion, answer: DelaysAnswer) -> Iterator[tuple[date, int, int]]:
    """Yields each Friday from the first task on, with the tasks late that day: as recorded, and with the draft."""
    sides = [[one for pair in answer.pairs if (one := pair[side])] for side in (0, 1)]
    first = date.fromordinal(min((one.owed[0] for side in sides for one in side), default=asked.last.toordinal()))
    friday = first + timedelta((4 - first.weekday()) % 7)
    late = [sorted_days(one.late for one in side if one.late) for side in sides]
    while friday <= asked.last:
        day = friday.toordinal()
        recorded, draft = (bisect_right(begun, day) - bisect_right(ended, day) for begun, ended in late)
        yield friday, recorded, draft
        friday += timedelta(7)


def sorted_days(spans: Iterable[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Returns the days when spans begin, and those when they end, each in order."""
    begun, ended = zip(*spans, strict=True) if (spans := list(spans)) else ((), ())
    return sorted(begun), sorted(ended)
