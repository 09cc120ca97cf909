"""*Et si*: the tasks of a period with the draft of the protocol, counted beside the page."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any, ClassVar

from fastapi import APIRouter
from sqlalchemy import Connection

from pixflow.authorization import Scope
from pixflow.protocol.publishing import Draft
from pixflow.protocol.what_if import LEADS_OVER
from pixflow.turns import Busy
from projections import directory
from projections.directory import YoungPerson
from projections.store.fill import ALL, share_filled
from projections.store.folds import position_of_tables
from projections.store.what_if import TaskDays
from web.desk.desk import Desk
from web.desk.exports import Value
from web.french.protocol import what_if as french
from web.french.protocol.drafts import verb
from web.pages.protocol.delays_count import ComparedTask, DelaysCount, look
from web.pages.protocol.documents import PROTOCOL
from web.pages.protocol.what_if import Columns, Keeps, WhatIf, WhatIfAnswer, WhatIfQuestion, serve

router = APIRouter()
STATES = {"owed": "dues", "late": "retard", "referent": "referent", "manager": "direction"}
"""States of a task, each with the word of its lists in addresses."""
SIDES = {"lieu": "recorded", "projet": "draft"}
"""The words of both sides in addresses."""


def delays_answer(
    read: Connection, count: DelaysCount, question: WhatIfQuestion, scope: Scope
) -> WhatIfAnswer[ComparedTask]:
    """Returns the answer of a count that is done, for the dossiers of a site and a programme that somebody may read."""
    people = (person for person in directory.everyone(read) if question.reads(person, scope))
    rows = [(person, task) for person in people for task in count.tasks.get(person.stream, ())]
    return WhatIfAnswer(rows, position=count.position)


def _is_in(state: str) -> Callable[[YoungPerson, ComparedTask, str], bool]:
    def keep(person: YoungPerson, one: ComparedTask, side: str) -> bool:
        days = getattr(one, SIDES.get(side, "recorded"))
        return days is not None and getattr(days, state) is not None

    return keep


def _first(side: str, state: str) -> Callable[[Any], Value]:
    """Returns what gives the first day of a state of a task, on one side."""

    def day(row: tuple[YoungPerson, ComparedTask]) -> date | None:
        span = getattr(getattr(row[1], side), state, None)
        return date.fromordinal(span[0]) if span else None

    return day


class WhatIfDelays(WhatIf[ComparedTask]):
    """The tasks of a period with the delays and the rules of the draft."""

    path = "/protocole/projet/protocole/et-si/delais"
    document = PROTOCOL
    part = "delays"
    words = french.OF_DELAYS
    keeps: ClassVar[Keeps] = {
        "bascule": lambda person, one, value: one.is_moved,
        "tache": lambda person, one, value: one.is_moved and one.kind == value,
        "autrement": lambda person, one, value: one.is_open,
        "ecarts": lambda person, one, value: one.recorded != one.control,
        **{code: _is_in(state) for state, code in STATES.items()},
    }
    columns: ClassVar[Columns] = {
        "Tâche": lambda row: verb(row[1].kind),
        **{
            f"{name} ({french.SIDES_OF_DELAYS[code]})": _first(side, state)
            for code, side in SIDES.items()
            for state, name in (("owed", "À faire dès le"), ("late", "En retard dès le"))
        },
    }

    def answer(self, desk: Desk, draft: Draft[Any], question: WhatIfQuestion) -> WhatIfAnswer[ComparedTask]:
        """Returns the answer of a count that is done; the last one is kept while the tables stay as they are.

        Another draft, or another period, begins another count.
        """
        filled = share_filled(desk.read)
        if filled < ALL:
            return WhatIfAnswer(share=0, waiting=french.preparing(filled))
        key, period = (
            ("what-if", draft.number, question.first, question.last),
            (draft.document, question.first, question.last),
        )
        try:
            count = look(desk.memory, key, desk.served.opened, desk.read, period)
        except Busy:
            return WhatIfAnswer(share=0, waiting=french.BUSY)
        share = count.share
        if count.failed:
            return WhatIfAnswer(share=0, waiting=french.STOPPED)
        if share < ALL:
            return WhatIfAnswer(share=share)
        return count.answers.get_or_make(
            (position_of_tables(desk.read), replace(question, shown=""), desk.scope),
            lambda: delays_answer(desk.read, count, question, desk.scope),
        )

    def of(self, answer: WhatIfAnswer[ComparedTask], shown: str) -> list[tuple[YoungPerson, ComparedTask]]:
        """Returns the tasks of a list; those of "ecarts" have the days of the control in place of the draft."""
        found = super().of(answer, shown)
        return [(person, one._replace(draft=one.control)) for person, one in found] if shown == "ecarts" else found

    def list_title(self, desk: Desk, draft: Draft[Any], shown: str) -> str:
        return french.of_side(super().list_title(desk, draft, shown), shown.partition(":")[2])

    def tell(self, question: WhatIfQuestion, answer: WhatIfAnswer[ComparedTask]) -> dict[str, Any]:
        tasks = [one for _, one in answer.rows if one.recorded or one.draft]
        still_open, differing = len(self.of(answer, "autrement")), len(self.of(answer, "ecarts"))
        counts = {shown: len(self.of(answer, shown)) for shown in map(":".join, product(STATES.values(), SIDES))}
        kinds = Counter((one.kind, one.is_late("draft")) for _, one in self.of(answer, "bascule"))
        recorded_count = sum(one.recorded is not None for one in tasks)
        return {
            "total": len(tasks),
            "headline": french.delays_headline(counts["retard:lieu"], counts["retard:projet"]),
            "open": (french.acted_otherwise(still_open), self.at(question, "autrement")) if still_open else None,
            "leads": still_open > LEADS_OVER * len(tasks),
            "until": french.counted_until(answer.position),
            "control": (
                french.delays_control(recorded_count, differing),
                self.at(question, "ecarts") if differing else "",
            ),
            "states": [
                (
                    french.STATES[state],
                    [(counts[f"{code}:{side}"], self.at(question, f"{code}:{side}")) for side in SIDES],
                )
                for state, code in STATES.items()
            ],
            "kinds": [
                (verb(kind), kinds[kind, True], kinds[kind, False], self.at(question, f"tache:{kind}"))
                for kind in sorted({kind for kind, _ in kinds})
            ],
            "weeks": list(_weeks(question, tasks)),
        }

    def table(
        self, desk: Desk, shown: str, rows: Iterable[tuple[YoungPerson, ComparedTask]]
    ) -> Iterator[tuple[YoungPerson, dict[str, str]]]:
        computed = french.COMPUTED if shown == "ecarts" else french.SIDES_OF_DELAYS["projet"]
        for person, task in rows:
            yield (
                person,
                {
                    "Tâche": verb(task.kind),
                    french.SIDES_OF_DELAYS["lieu"]: _days(task.recorded),
                    computed: _days(task.draft),
                },
            )


def _days(one: TaskDays | None) -> str:
    return french.task_days(one.owed, one.late) if one else french.NOT_OWED


def _weeks(question: WhatIfQuestion, tasks: list[ComparedTask]) -> Iterator[tuple[date, int, int]]:
    """Yields each Friday from the first task on, with the tasks late that day: as recorded, and with the draft."""
    sides = [[days for one in tasks if (days := getattr(one, side))] for side in SIDES.values()]
    first = date.fromordinal(min((one.owed[0] for side in sides for one in side), default=question.last.toordinal()))
    friday = first + timedelta((4 - first.weekday()) % 7)
    late = [[sorted(one.late[end] for one in side if one.late) for end in (0, 1)] for side in sides]
    while friday <= question.last:
        day = friday.toordinal()
        recorded, draft = (bisect_right(begun, day) - bisect_right(ended, day) for begun, ended in late)
        yield friday, recorded, draft
        friday += timedelta(7)


PAGE = WhatIfDelays()
serve(router, PAGE)
