"""*Et si*: the requests for seats of a period, replayed with another number of seats, with a control."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from msgspec.structs import replace
from sqlalchemy import Connection

from pixflow.authorization import Scope
from pixflow.events.dossier import DiagnosticPlanned, SeatBooked
from pixflow.workshop.waits import (
    TOPICS,
    SeatRequest,
    WorkshopDay,
    recorded_days,
    replay,
    seat_requests,
    waits_of,
)
from projections import directory, workshops
from projections.contract import Source
from projections.directory import YoungPerson
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.exports import ExportedList, Value, as_file
from web.french.protocol import what_if as french
from web.http.addresses import Number, PageNumber
from web.http.pagination import Pager
from web.http.people import listed
from web.http.templates import redirect, show
from web.pages.protocol.documents import PROTOCOL, draft_of
from web.pages.protocol.what_if import (
    Readers,
    WhatIfQuestion,
    around_answer,
    asked_of,
    file_of,
    may_read,
    whole_histories,
)

router = APIRouter()
PATH = "/protocole/projet/protocole/et-si"
Days = Mapping[SeatRequest, date | None]


@dataclass(frozen=True, slots=True)
class SeatsAnswer:
    """The day of the workshop of each request: as recorded, in the order of requests, and with other numbers of seats.

    It is about `people`, those whom somebody may read: others stand in the line, and are neither named nor counted.
    """

    recorded: Days
    control: Days
    draft: Days
    people: Mapping[UUID, YoungPerson]

    def of(self, shown: str) -> list[SeatRequest]:
        """Returns the requests of a list: who would still wait, wait longer or less long, by day."""
        keep = _KEEPS.get(shown, _KEEPS["attendraient"])
        return [one for one, day in self.draft.items() if keep(self.control[one], day)]


_KEEPS: dict[str, Callable[[date | None, date | None], bool]] = {
    "attendraient": lambda control, draft: draft is None,
    "plus": lambda control, draft: (draft or date.max) > (control or date.max),
    "moins": lambda control, draft: (draft or date.max) < (control or date.max),
}
"""Lists of requests, by the days of the control and with the seats asked."""


def seats_answer(
    connection: Connection, source: Source, asked: WhatIfQuestion, seats: int, scope: Scope
) -> SeatsAnswer:
    """Returns the requests that wait on some day of a period, seated by the workshops held in it.

    Everybody stands in the line; the answer is about those whom somebody may read.
    """
    held = workshops.between(connection, date.min, asked.last, workshops.WorkshopFilter(site=asked.site))
    every = {row.stream: WorkshopDay(row.stream, row.day, row.site, row.capacity) for row in held}
    sessions = {id: one for id, one in every.items() if one.day >= asked.first}
    histories = whole_histories(connection, source, (DiagnosticPlanned.TOPIC, SeatBooked.TOPIC), TOPICS)
    known = directory.named(connection, histories)
    found = [
        one
        for dossier, events in histories.items()
        if dossier in known
        for one in seat_requests(events, known[dossier].site, every)
        if one.on <= asked.last and asked.site in ("", one.site) and (not one.seated or one.seated in sessions)
    ]
    readable = {id: one for id, one in known.items() if may_read(one, scope)}
    then = replay(found, (replace(one, seats=seats) for one in sessions.values()))
    sides = (recorded_days(found, sessions), replay(found, sessions.values()), then)
    recorded, control, draft = ({one: day for one, day in side.items() if one.dossier in readable} for side in sides)
    return SeatsAnswer(recorded, control, draft, readable)


# --- its page


@router.get(PATH)
def read(
    request: Request,
    desk: AtDesk,
    du: str = "",
    au: str = "",
    site: str = "",
    liste: str = "",
    places: Number = 0,
    p: PageNumber = 1,
) -> Response:
    """Shows the waits for a workshop from a day (`du`) to another (`au`), of a site, with `places` in each workshop.

    Without `places`, they are the most that the draft allows. `liste` is the list of names that is open, `p` its page.
    """
    draft = draft_of(desk, PROTOCOL)
    if draft is None:
        return redirect(request, "/protocole")
    asked, seats = asked_of(desk.today, du, au, site, "", liste), places or draft.document.workshops.largest
    visible = desk.scope.whose != "none"
    answer = _answer(desk, asked, seats) if visible and not asked.problem else None
    rows = answer.of(asked.shown) if answer else []
    params = {**asked.params, "places": str(seats)}
    pager = Pager.at(len(rows), p, PATH, params, anchor="#liste")
    shown = rows[pager.offset : pager.offset + pager.size]
    around = around_answer(desk, asked)
    return show(
        request,
        "protocol/what_if_seats.html",
        "what_if",
        listed(one.dossier for one in shown),
        title=french.seats_title(seats),
        seats=seats,
        period=french.seats_period(asked.first, asked.last),
        said=_said(asked, seats, answer) if answer else None,
        rows=[(one, answer.people[one.dossier], answer.control[one], answer.draft[one]) for one in shown]
        if answer
        else [],
        shown_title=french.SEAT_LISTS.get(asked.shown, french.SEAT_LISTS["attendraient"]),
        pager=pager,
        nothing=french.NO_REQUEST,
        **around,
    )


def _answer(desk: Desk, asked: WhatIfQuestion, seats: int) -> SeatsAnswer:
    key = ("what-if-seats", seats, asked.first, asked.last, asked.site, desk.scope)
    return desk.memory.counts.once(key, lambda: seats_answer(desk.read, desk.engine, asked, seats, desk.scope))


COLUMNS: Mapping[str, Callable[[Any], Value]] = {
    "Demande": lambda row: row[0][0].on,
    "Site de la demande": lambda row: row[0][0].site,
    french.SEAT_SIDES["control"]: lambda row: row[0][1],
    french.SEAT_SIDES["draft"]: lambda row: row[0][2],
}
"""Columns of the file, the last two the days of the workshops: empty for who would wait still."""


@as_file(router, f"{PATH}/liste")
def export(
    desk: Readers, du: str = "", au: str = "", site: str = "", liste: str = "", places: Number = 0
) -> ExportedList:
    """Returns the list that is open. Without a draft, and for days that cannot be read, it is empty."""
    draft, asked = draft_of(desk, PROTOCOL), asked_of(desk.today, du, au, site, "", liste)
    seats = places or (draft.document.workshops.largest if draft else 0)
    rows: list[tuple[Any, YoungPerson]] = []
    if draft and not asked.problem:
        answer = _answer(desk, asked, seats)
        found = answer.of(asked.shown)
        rows = [((one, answer.control[one], answer.draft[one]), answer.people[one.dossier]) for one in found]
    about = [french.seats_title(seats), french.seats_period(asked.first, asked.last)]
    return file_of(PATH, {**asked.params, "places": str(seats)}, about, COLUMNS, rows)


def _said(asked: WhatIfQuestion, seats: int, answer: SeatsAnswer) -> dict[str, Any]:
    """Returns the three distributions, the control, and each list with its length."""
    sides = {"recorded": answer.recorded, "control": answer.control, "draft": answer.draft}
    waits = {name: waits_of(days) for name, days in sides.items()}
    lists = {name: answer.of(name) for name in _KEEPS}
    return {
        "total": len(answer.draft),
        "headline": french.seats_headline(waits["control"], waits["draft"]),
        "control": french.seats_control(waits["recorded"], waits["control"]),
        "rows": [(french.SEAT_SIDES[name], waits[name], _spread(days)) for name, days in sides.items()],
        "lists": [
            (french.SEAT_LISTS[name], len(found), asked.at(PATH, name, places=str(seats)))
            for name, found in lists.items()
        ],
    }


def _spread(days: Days) -> list[tuple[str, int]]:
    """Counts the requests by the length of their wait."""
    counts = Counter(french.wait_of((day - one.on).days if day else None) for one, day in days.items())
    return [(name, counts[name]) for name in french.WAITS.values()]
