"""Requests for seats replayed: first come, first seated, at each site; more seats never make anybody wait longer."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.events import dossier as e
from pixflow.events.base import Event
from pixflow.workshop.waits import SeatRequest, Waits, WorkshopDay, replay, seat_requests, waits_of
from tests.given import stamped

MONDAY = date(2026, 3, 2)
W1, W2 = UUID(int=11), UUID(int=12)
SESSIONS = {W1: WorkshopDay(W1, date(2026, 3, 10), "Tarbes", 2), W2: WorkshopDay(W2, date(2026, 3, 20), "Lourdes", 2)}


def after(days: int) -> date:
    return MONDAY + timedelta(days)


def planned(days: int, modality: str = "workshop") -> Event:
    return e.DiagnosticPlanned(
        plan=UUID(int=1),
        campaign=UUID(int=2),
        modality=modality,  # type: ignore[arg-type]
        mediator=False,
        place="",
        planned_for=after(days),
        on=after(days),
    )


def booked(days: int, workshop: UUID = W1) -> Event:
    return e.SeatBooked(workshop=workshop, day=SESSIONS[workshop].day, on=after(days))


def cancelled(days: int, workshop: UUID = W1) -> Event:
    return e.SeatCancelled(workshop=workshop, reason="cancelled", on=after(days))


def attended(workshop: UUID = W1) -> Event:
    return e.WorkshopAttended(workshop=workshop, trouble=False, ease=False, by_advisor=False, on=SESSIONS[workshop].day)


def missed(workshop: UUID = W1) -> Event:
    return e.WorkshopMissed(workshop=workshop, excused=True, on=SESSIONS[workshop].day)


def asked(*events: Event) -> list[tuple[date, str, UUID | None]]:
    found = seat_requests(list(stamped(events)), "Tarbes", SESSIONS)
    return [(one.on, one.site, one.seated) for one in found]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((planned(0),), [(after(0), "Tarbes", None)]),
        ((planned(0), booked(3)), [(after(0), "Tarbes", W1)]),
        ((planned(0), booked(3), attended()), [(after(0), "Tarbes", W1)]),
        ((booked(3), attended()), [(after(3), "Tarbes", W1)]),
        ((planned(0), booked(3), cancelled(5)), [(after(0), "Tarbes", None)]),
        ((planned(0), booked(3), cancelled(5), booked(6, W2)), [(after(0), "Lourdes", W2)]),
        ((planned(0), booked(3), missed()), [(after(0), "Tarbes", W1), (after(8), "Tarbes", None)]),
        ((planned(0), planned(2, "office")), []),
        ((planned(0), e.DiagnosticDeclined(reason="non", on=after(2))), []),
        ((planned(0), e.DossierClosed(reason="moved", note="", on=after(2))), []),
        ((planned(0), e.DossierMerged(into=W1, participations=(), gives_number=False, on=after(2))), []),
        ((attended(),), []),
    ],
)  # fmt: skip
def test_a_request_lasts_from_the_day_of_need_to_a_workshop(
    events: Sequence[Event], expected: list[tuple[date, str, UUID | None]]
) -> None:
    assert asked(*events) == expected


def request(number: int, days: int, site: str = "Tarbes", seated: UUID | None = None) -> SeatRequest:
    return SeatRequest(UUID(int=number), after(days), site, seated)


def test_who_asked_first_is_seated_first_at_their_site() -> None:
    first, second, third = request(1, 0), request(2, 1), request(3, 2)
    elsewhere, late = request(4, 0, "Lourdes"), request(5, 9)
    found = replay([third, second, first, elsewhere, late], SESSIONS.values())
    day = SESSIONS[W1].day
    assert found == {first: day, second: day, third: None, elsewhere: SESSIONS[W2].day, late: None}


@pytest.mark.parametrize(
    ("waits", "expected"),
    [([8, 7, None, 18, None], Waits(seated=3, waiting=2, middle=8, nine_in_ten=18)), ([], Waits(0, 0, None, None))],
)
def test_the_middle_wait_is_that_of_those_who_are_seated(waits: list[int | None], expected: Waits) -> None:
    assert waits_of(waits) == expected


requests = st.lists(st.tuples(st.integers(0, 30), st.sampled_from(("Tarbes", "Lourdes"))), max_size=30)
sessions = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from(("Tarbes", "Lourdes")), st.integers(0, 4)), max_size=12
)


@given(requests, sessions)
def test_more_seats_never_make_anybody_wait_longer(
    wanted: list[tuple[int, str]], held: list[tuple[int, str, int]]
) -> None:
    queue = [request(number, days, site) for number, (days, site) in enumerate(wanted)]
    few = [WorkshopDay(UUID(int=n), after(days), site, seats) for n, (days, site, seats) in enumerate(held)]
    more = [WorkshopDay(one.workshop, one.day, one.site, one.seats + 1) for one in few]
    before, then = replay(queue, few), replay(queue, more)
    assert before.keys() == then.keys()
    for one, day in before.items():
        later = then[one]
        assert day is None or (later is not None and later <= day)
        assert later is None or later >= one.on
    for session in {(one.day, one.site) for one in few}:
        room = sum(one.seats for one in few if (one.day, one.site) == session)
        assert sum(day == session[0] and one.site == session[1] for one, day in before.items()) <= room
