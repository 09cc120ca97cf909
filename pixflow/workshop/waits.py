"""Replays the requests for seats of workshops in their real order, with another number of seats: the waits."""

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from statistics import median_low
from uuid import UUID

from msgspec import Struct

from pixflow.events import dossier as e
from pixflow.events.base import Recorded
from pixflow.folding import not_retracted

TOPICS = frozenset(
    one.TOPIC
    for one in (
        e.DiagnosticPlanned, e.DiagnosticDeclined, e.SeatBooked, e.SeatCancelled, e.WorkshopAttended,
        e.WorkshopMissed, e.DossierClosed, e.DossierMerged, e.Retracted,
    )
)  # fmt: skip
"""Events of a dossier that `seat_requests` reads."""


class SeatRequest(Struct, frozen=True):
    """A young person who needs a seat from a day on, at a site. `seated`: the workshop that they had; None for none.

    `position` is that of the event which said so: it orders the requests of a day.
    """

    dossier: UUID
    on: date
    site: str
    seated: UUID | None = None
    position: int = 0


class WorkshopDay(Struct, frozen=True):
    """A workshop that took place, or will: its day, its site and its seats."""

    workshop: UUID
    day: date
    site: str
    seats: int


def seat_requests(events: Sequence[Recorded], site: str, sessions: Mapping[UUID, WorkshopDay]) -> list[SeatRequest]:
    """Returns the requests of a dossier, from its events of `TOPICS`: one until each workshop attended or missed.

    Whoever takes the test elsewhere, declines, or whose dossier is closed meanwhile, asks no more. Whoever comes
    without a seat has asked nobody. A request stands at the site of its workshop, or at that of the dossier.
    """
    requests: list[SeatRequest] = []
    open_request: tuple[date, int] | None = None
    booked: list[UUID] = []
    for recorded in not_retracted(events):
        match recorded.event:
            case e.DossierMerged():
                return []
            case e.DiagnosticPlanned(modality=modality, on=on) if modality == "workshop" or booked:
                open_request = open_request or (on, recorded.position)
            case e.DiagnosticPlanned() | e.DiagnosticDeclined() | e.DossierClosed():
                open_request, booked = None, []
            case e.SeatBooked(workshop=workshop, on=on):
                open_request = open_request or (on, recorded.position)
                booked = [*(other for other in booked if other != workshop), workshop]
            case e.SeatCancelled(workshop=workshop):
                booked = [other for other in booked if other != workshop]
            case e.WorkshopAttended(workshop=workshop, on=on) | e.WorkshopMissed(workshop=workshop, on=on):
                if open_request and workshop in sessions:
                    day, position = open_request
                    requests.append(
                        SeatRequest(recorded.originator_id, day, sessions[workshop].site, workshop, position)
                    )
                missed = isinstance(recorded.event, e.WorkshopMissed)
                open_request, booked = (on, recorded.position) if missed and open_request else None, []
    if open_request:
        seated = next((sessions[workshop] for workshop in booked if workshop in sessions), None)
        place, held = (seated.site, seated.workshop) if seated else (site, None)
        requests.append(SeatRequest(events[0].originator_id, open_request[0], place, held, open_request[1]))
    return requests


def replay(requests: Iterable[SeatRequest], sessions: Iterable[WorkshopDay]) -> dict[SeatRequest, date | None]:
    """Returns the day of the workshop that each request would have: who asked first is seated first, at its site.

    None for who would still wait after the last workshop.
    """
    lines: dict[str, deque[SeatRequest]] = {}
    ordered_requests = sorted(requests, key=lambda one: (one.on, one.position))
    for request in ordered_requests:
        lines.setdefault(request.site, deque()).append(request)
    seated: dict[SeatRequest, date | None] = dict.fromkeys(ordered_requests)
    for session in sorted(sessions, key=lambda one: one.day):
        line = lines.get(session.site, deque())
        for _ in range(session.seats):
            if not line or line[0].on > session.day:
                break
            seated[line.popleft()] = session.day
    return seated


class Waits(Struct, frozen=True):
    """Waits in days: how many were seated, how many still wait, the middle wait and that of nine in ten."""

    seated: int
    waiting: int
    middle: int | None
    nine_in_ten: int | None


def waits_of(waits: Collection[int | None]) -> Waits:
    """Returns the distribution of some waits in days, None for who waits still."""
    days = sorted(one for one in waits if one is not None)
    middle, ninth = (median_low(days), days[-(-9 * len(days) // 10) - 1]) if days else (None, None)
    return Waits(len(days), len(waits) - len(days), middle, ninth)
