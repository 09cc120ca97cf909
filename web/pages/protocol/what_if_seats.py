"""*Et si*: the requests for seats of a period, replayed with another number of seats, with a control."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar, NamedTuple

from fastapi import APIRouter
from msgspec import structs
from sqlalchemy import Connection

from pixflow.authorization import Scope
from pixflow.events.dossier import DiagnosticPlanned, SeatBooked
from pixflow.protocol.publishing import Draft
from pixflow.workshop.waits import TOPICS, SeatRequest, WorkshopDay, replay, seat_requests, waits_of
from projections import directory, workshops
from projections.contract import Source
from projections.directory import YoungPerson
from web.desk.desk import Desk
from web.french import dates
from web.french.protocol import what_if as french
from web.pages.protocol.documents import PROTOCOL
from web.pages.protocol.what_if import (
    Columns,
    Keeps,
    WhatIf,
    WhatIfAnswer,
    WhatIfQuestion,
    may_read,
    serve,
    whole_histories,
)

router = APIRouter()


class SeatedRequest(NamedTuple):
    """A request, with the day of its workshop: as recorded, in the order of requests, and with other seats.

    None for who would wait still.
    """

    request: SeatRequest
    recorded: date | None
    control: date | None
    draft: date | None


def seats_answer(
    connection: Connection, source: Source, question: WhatIfQuestion, seats: int, scope: Scope
) -> WhatIfAnswer[SeatedRequest]:
    """Returns the requests that wait on some day of a period, seated by the workshops held in it.

    Everybody stands in the line; the answer is about those whom somebody may read.
    """
    held = workshops.between(connection, date.min, question.last, workshops.WorkshopFilter(site=question.site))
    every = {row.stream: WorkshopDay(row.stream, row.day, row.site, row.capacity) for row in held}
    sessions = {id: one for id, one in every.items() if one.day >= question.first}
    histories = whole_histories(connection, source, (DiagnosticPlanned.TOPIC, SeatBooked.TOPIC), TOPICS)
    people = directory.find_people(connection, histories)
    requests = [
        request
        for dossier, events in histories.items()
        if dossier in people
        for request in seat_requests(events, people[dossier].site, every)
        if request.on <= question.last
        and question.site in ("", request.site)
        and (not request.seated or request.seated in sessions)
    ]
    control = replay(requests, sessions.values())
    draft = replay(requests, (structs.replace(one, seats=seats) for one in sessions.values()))
    rows = (
        (people[one.dossier], SeatedRequest(one, sessions[one.seated].day if one.seated else None, control[one], day))
        for one, day in draft.items()
    )
    return WhatIfAnswer([row for row in rows if may_read(row[0], scope)])


def waits_by_side(answer: WhatIfAnswer[SeatedRequest]) -> dict[str, list[int | None]]:
    """Returns the days that each request waits: as recorded, in the order of requests, and with other seats."""
    return {
        side: [(day - one.request.on).days if (day := getattr(one, side)) else None for _, one in answer.rows]
        for side in french.SEAT_SIDES
    }


class WhatIfSeats(WhatIf[SeatedRequest]):
    """The requests for seats of a period, with as many seats as the draft allows, or as the address says."""

    path = "/protocole/projet/protocole/et-si"
    document = PROTOCOL
    part = "seats"
    words = french.OF_SEATS
    keeps: ClassVar[Keeps] = {
        "attendraient": lambda person, one, value: one.draft is None,
        "plus": lambda person, one, value: (one.draft or date.max) > (one.control or date.max),
        "moins": lambda person, one, value: (one.draft or date.max) < (one.control or date.max),
    }
    columns: ClassVar[Columns] = {
        "Demande": lambda row: row[1].request.on,
        "Site de la demande": lambda row: row[1].request.site,
        french.SEAT_SIDES["control"]: lambda row: row[1].control,
        french.SEAT_SIDES["draft"]: lambda row: row[1].draft,
    }

    def ask(self, asked: WhatIfQuestion, draft: Draft[Any] | None) -> WhatIfQuestion:
        largest = draft.document.workshops.largest if draft else 0
        return replace(asked, programme="", seats=asked.seats or largest)

    def answer(self, desk: Desk, draft: Draft[Any], question: WhatIfQuestion) -> WhatIfAnswer[SeatedRequest]:
        return desk.memory.counts.get_or_make(
            ("what-if-seats", replace(question, shown=""), desk.scope),
            lambda: seats_answer(desk.read, desk.engine, question, question.seats, desk.scope),
        )

    def title(self, draft: Draft[Any], asked: WhatIfQuestion) -> str:
        return french.seats_title(asked.seats)

    def tell(self, question: WhatIfQuestion, answer: WhatIfAnswer[SeatedRequest]) -> dict[str, Any]:
        days = waits_by_side(answer)
        waits = {side: waits_of(of_side) for side, of_side in days.items()}
        return {
            "total": len(answer.rows),
            "headline": french.seats_headline(waits["recorded"], waits["draft"]),
            "open": None,
            "leads": False,
            "control": french.seats_control(waits["recorded"], waits["control"]),
            "sides": [(words, waits[side], _spread(days[side])) for side, words in french.SEAT_SIDES.items()],
            "lists": [
                (words, len(self.of(answer, name)), self.at(question, name)) for name, words in self.words.lists.items()
            ],
        }

    def table(
        self, desk: Desk, shown: str, rows: Iterable[tuple[YoungPerson, SeatedRequest]]
    ) -> Iterator[tuple[YoungPerson, dict[str, str]]]:
        for person, seated_request in rows:
            yield (
                person,
                {
                    "Demande": dates.day(seated_request.request.on, year=True),
                    "Site": seated_request.request.site,
                    "Atelier, avec les mêmes places": _day(seated_request.control, "attend encore"),
                    "Avec ce nombre": _day(seated_request.draft, "attendrait encore"),
                },
            )


def _day(day: date | None, without: str) -> str:
    return dates.day(day, year=True) if day else without


def _spread(days: Iterable[int | None]) -> list[tuple[str, int]]:
    """Counts the requests by the length of their wait."""
    counts = Counter(map(french.wait_of, days))
    return [(name, counts[name]) for name in french.WAITS.values()]


PAGE = WhatIfSeats()
serve(router, PAGE)
