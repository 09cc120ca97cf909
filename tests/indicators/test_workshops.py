"""The entries of a closed workshop: who came without a seat, who waited and had one."""

from uuid import UUID, uuid4

from msgspec.structs import replace

from pixflow.events import workshop as w
from pixflow.events.base import Recorded
from pixflow.indicators.entry import Basis, FigureEntry
from pixflow.indicators.facts import of_workshop
from pixflow.working_days import Calendar
from pixflow.workshop.state import fold
from tests.given import DAY, HELD, PRESET, marked, scheduled, seated, stamped, waits

ID, SEATED, LUCKY, ALONE, GONE, VISITOR = (uuid4() for _ in range(6))
BASIS = Basis(Calendar("FR", "Europe/Paris"), lambda day: PRESET.protocol, lambda day: PRESET.grille)
CLOSED = w.WorkshopClosed(present=2, absent=1, excused=0, on=HELD)


def history() -> list[Recorded]:
    """A booked person is absent; of three who wait one has a seat; a visitor gets seat and mark by one command."""
    waiting = [waits(LUCKY), waits(ALONE), waits(GONE), w.WaitlistLeft(dossier=GONE, on=DAY), seated(LUCKY)]
    marks = [marked(SEATED, "absent"), marked(LUCKY)]
    made = stamped([scheduled(), seated(SEATED), *waiting, *marks, seated(VISITOR, HELD), marked(VISITOR), CLOSED], ID)
    return [replace(one, command=UUID(int=99)) if one.originator_version in (10, 11) else one for one in made]


def entries(events: list[Recorded], part: str) -> list[FigureEntry]:
    return [one for one in of_workshop(ID, fold(events), events, BASIS) if one.part == part]


def test_who_came_without_a_seat_is_told_apart() -> None:
    (came,) = entries(history(), "walk-in")
    assert (came.on, came.version, came.subject) == (HELD, 10, ID)


def test_who_waited_counts_whatever_came_of_it_and_a_seat_is_told() -> None:
    found = entries(history(), "waited")
    assert [(one.version, one.state, one.subject) for one in found] == [
        (3, "done", ID), (4, "past", ID), (5, "past", ID),
    ]  # fmt: skip


def test_what_is_taken_back_does_not_count_nor_a_workshop_that_goes_on() -> None:
    events = history()
    undone = [w.Retracted(version=version, reason="", on=HELD) for version in (10, 11, 4)]
    assert entries([*events, *stamped(undone, ID, len(events))], "walk-in") == []
    assert len(entries([*events, *stamped(undone, ID, len(events))], "waited")) == 2
    assert list(of_workshop(ID, fold(events[:-1]), events[:-1], BASIS)) == []
