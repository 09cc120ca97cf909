"""The tables of Ateliers: given what happened to workshops, the rows, and what pages ask of them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

import pytest
from sqlalchemy import Connection, select

from pixflow.events import workshop as w
from pixflow.events.base import Event, Recorded
from pixflow.events.protocol import ProtocolPublished
from projections import workshops
from projections.store.catch_up import ReadSide
from projections.workshops import WorkshopFilter
from tests.given import (
    ADVISOR,
    AT,
    COLLEAGUE,
    DAY,
    DOSSIER,
    HELD,
    OTHER_DOSSIER,
    OTHER_WORKSHOP,
    PRESET,
    STRUCTURE,
    WORKSHOP,
    cancelled,
    hours,
    kept,
    marked,
    runs,
    scheduled,
    seated,
    waits,
)
from tests.listed import ListedEvents
from tests.projections.conftest import Tables

HOUSE: dict[UUID, Sequence[Event]] = {
    UUID(int=1): [STRUCTURE], UUID(int=2): [ProtocolPublished(document=PRESET.protocol, from_day=DAY)],
}  # fmt: skip
THIRD = UUID(int=0xD3)
AFTER = HELD + timedelta(days=1)
UNTIL = date(2026, 9, 17)
FULL = (scheduled(capacity=1), runs(), runs(COLLEAGUE), seated(), waits(OTHER_DOSSIER), waits(THIRD))
OFFERED = (*FULL, w.SeatReleased(dossier=DOSSIER, on=DAY), kept(OTHER_DOSSIER))


class Told(ListedEvents):
    """Source of events of a house, workshop by workshop."""

    def __init__(self, histories: dict[UUID, Sequence[Event]]) -> None:
        every = {**HOUSE, **histories}
        said = [(stream, v, event) for stream, events in every.items() for v, event in enumerate(events, 1)]
        super().__init__(
            [
                Recorded(stream, version, event, AT, str(ADVISOR), None, "web", uuid5(stream, str(version)), position)
                for position, (stream, version, event) in enumerate(said, 1)
            ]
        )


Shown = Callable[..., Connection]


@pytest.fixture
def shown(tables: Tables) -> Iterator[Shown]:
    closed = ExitStack()

    def show(*events: Event, batch: int = 100, other: Sequence[Event] = ()) -> Connection:
        """The tables once that has happened to one workshop, and `other` to the other."""
        side = ReadSide(Told({WORKSHOP: events, OTHER_WORKSHOP: other}), tables())
        side.catch_up(batch=batch)
        assert side.stopped() == []
        return closed.enter_context(side.database.connect())

    with closed:
        yield show


def everything(connection: Connection) -> list[list[str]]:
    return [sorted(map(repr, connection.execute(select(table)))) for table in workshops.TABLES]


def test_a_row_counts_seats_offers_and_those_who_wait(shown: Shown) -> None:
    row = workshops.find(shown(*OFFERED), WORKSHOP)
    assert (row.day, row.capacity, row.taken, row.offered, row.waiting) == (HELD, 1, 0, 1, 2)
    assert (row.starts, row.ends) == (datetime(2026, 9, 29, 12), datetime(2026, 9, 29, 14))
    assert (row.site, row.place, row.cancelled, row.closed) == ("Mortagne", "Salle 2", False, False)
    assert workshops.find(shown(), WORKSHOP) is None


def test_those_who_run_it_stand_in_their_order(shown: Shown) -> None:
    assert workshops.run_by(shown(*FULL), [WORKSHOP]) == {WORKSHOP: [ADVISOR, COLLEAGUE]}


@pytest.mark.parametrize("batch", [1, 3])
def test_rows_are_the_same_however_they_are_reached(shown: Shown, batch: int) -> None:
    history = (*OFFERED, seated(OTHER_DOSSIER), marked(OTHER_DOSSIER), w.HelpAsked(on=HELD))
    assert everything(shown(*history, batch=batch)) == everything(shown(*history))


def test_what_is_to_come_past_or_cancelled(shown: Shown) -> None:
    read = shown(*FULL, other=(scheduled(AFTER, site="L'Aigle"), runs(COLLEAGUE), cancelled()))

    def there(today: date, wanted: WorkshopFilter) -> list[UUID]:
        found = workshops.page(read, today, wanted)
        assert workshops.total(read, today, wanted) == len(found)
        return [row.stream for row in found]

    assert there(HELD, WorkshopFilter()) == [WORKSHOP]
    assert there(AFTER, WorkshopFilter()) == []
    assert there(AFTER, WorkshopFilter("past")) == [WORKSHOP]
    assert there(DAY, WorkshopFilter("cancelled")) == [OTHER_WORKSHOP]
    assert there(DAY, WorkshopFilter(site="L'Aigle")) == []
    assert there(DAY, WorkshopFilter(mine=ADVISOR)) == [WORKSHOP]
    assert [row.stream for row in workshops.between(read, DAY, AFTER, WorkshopFilter())] == [WORKSHOP]
    assert workshops.sites(read) == ["L'Aigle", "Mortagne"]
    assert [row.stream for row in workshops.bookable(read, DAY)] == [WORKSHOP]
    closed = shown(*FULL, w.WorkshopClosed(present=1, absent=0, excused=0, on=HELD))
    assert [row.stream for row in workshops.page(closed, HELD, WorkshopFilter("past"))] == [WORKSHOP]
    assert workshops.bookable(closed, HELD) == []


def test_a_dossier_s_seats_and_places_on_lists(shown: Shown) -> None:
    read = shown(*OFFERED)
    (row,) = workshops.of_dossier(read, OTHER_DOSSIER, DAY)
    assert (row.stream, row.waits, row.until, row.rank, row.place) == (WORKSHOP, True, UNTIL, 1, "Salle 2")
    assert [one.rank for one in workshops.of_dossier(read, THIRD, DAY)] == [2]
    assert workshops.of_dossier(read, OTHER_DOSSIER, AFTER) == []
    assert workshops.of_dossier(shown(*FULL, cancelled()), DOSSIER, DAY) == []


def test_offers_stand_through_their_day_and_lapse_the_day_after(shown: Shown) -> None:
    read = shown(*OFFERED)
    assert [(row.stream, row.dossier) for row in workshops.offers(read, UNTIL)] == [(WORKSHOP, OTHER_DOSSIER)]
    assert workshops.over(read, UNTIL) == []
    after = UNTIL + timedelta(days=1)
    assert workshops.offers(read, after) == []
    assert workshops.over(read, after) == [(WORKSHOP, OTHER_DOSSIER, UNTIL, False)]


def test_an_offer_to_somebody_who_has_a_seat_to_come_elsewhere_is_over(shown: Shown) -> None:
    taken = (scheduled(), seated(OTHER_DOSSIER))
    for other, is_over in ((taken, True), ((*taken, cancelled()), False), ((scheduled(), waits(OTHER_DOSSIER)), False)):
        read = shown(*OFFERED, other=other)
        assert (workshops.offers(read, DAY) == []) == is_over
        assert workshops.over(read, DAY) == ([(WORKSHOP, OTHER_DOSSIER, UNTIL, True)] if is_over else [])


def test_what_is_to_be_marked_and_who_calls(shown: Shown) -> None:
    read = shown(*FULL)
    assert [workshops.to_mark(read, ADVISOR, day) for day in (DAY, HELD)] == [0, 1]
    assert workshops.to_mark(read, COLLEAGUE, HELD) == 1
    assert workshops.to_mark(read, THIRD, HELD) == 0
    assert workshops.to_mark(shown(*FULL, marked()), ADVISOR, HELD) == 0
    assert workshops.to_mark(shown(*FULL, cancelled()), ADVISOR, HELD) == 0
    asked = shown(*FULL, w.HelpAsked(on=HELD))
    (call,) = workshops.calls(asked, HELD)
    assert (call.help_at.replace(tzinfo=UTC), call.help_by) == (AT, str(ADVISOR))
    assert workshops.calls(asked, AFTER) == workshops.calls(read, HELD) == []


def test_a_moved_workshop_has_its_new_hours_and_its_person_keeps_it(shown: Shown) -> None:
    read = shown(*FULL, w.WorkshopMoved(place="Salle 1", **hours(AFTER), on=DAY))
    assert [(row.day, row.place) for row in workshops.of_person(read, ADVISOR, date.min)] == [(AFTER, "Salle 1")]
    assert list(workshops.many(read, [WORKSHOP, OTHER_WORKSHOP])) == [WORKSHOP]
