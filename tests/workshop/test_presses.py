"""A press of attendance that waited for the network never beats a later one, and nobody's press is lost silently."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given as each
from hypothesis import strategies as st
from msgspec import structs

from pixflow.dossier.state import Dossier
from pixflow.events import dossier as d
from pixflow.events import workshop as w
from pixflow.events.values import Mark
from pixflow.streams import KINDS
from pixflow.workshop import booking
from pixflow.workshop.presses import EARLY, LONGEST_WAIT, hour_of, last_press
from pixflow.workshop.state import Workshop
from tests.given import (
    ADVISOR,
    COLLEAGUE,
    DOSSIER,
    HELD,
    WORKSHOP,
    Given,
    absent,
    assigned,
    attended,
    booked,
    given,
    hours,
    marked,
    opened,
    retracted,
    runs,
    scheduled,
    seated,
)

SEATED = (scheduled(), runs(), seated(), opened(), assigned(), booked())
STARTS: datetime = hours(HELD)["starts"]
NOW = STARTS + timedelta(minutes=100)
CLOSED = w.WorkshopClosed(present=1, absent=0, excused=0, on=HELD)
UNSEEN = 3
"""The version of a dossier with a seat and no mark."""
IDS = {"workshop_id": WORKSHOP, "dossier_id": DOSSIER}
ABSENT: dict[str, Any] = {**IDS, "presence": "absent", "trouble": False, "ease": False, "entrusted": True}
UNDO: dict[str, Any] = {**IDS, "reason": "erreur", "on": HELD, "now": NOW}


def minutes(n: int) -> datetime:
    return STARTS + timedelta(minutes=n)


def waiting(pressed: int, seen: int = UNSEEN) -> dict[str, Any]:
    """A press of so many minutes after the start, whose page showed this version."""
    return {"on": HELD, "now": NOW, "waited": NOW - minutes(pressed), "seen": seen}


def contested(mark: Mark, presser: UUID, pressed: int, noter: UUID) -> d.AttendanceContested:
    return d.AttendanceContested(
        workshop=WORKSHOP, mark=mark, presser=presser, at=minutes(pressed), noter=noter, on=HELD
    )


def noted(n: int, **changes: Any) -> Given:
    """The advisor noted an ease, so many minutes after the start."""
    return given(*SEATED, marked(), attended(ease=True, pressed=minutes(n), **changes))


def test_a_press_that_waited_has_its_hour() -> None:
    given(*SEATED).when(booking.mark_attendance, **ABSENT, **waiting(5)).then(
        workshop=[replace(marked(presence="absent"), pressed=minutes(5))],
        dossier=[replace(absent(), pressed=minutes(5))],
    )


def test_an_earlier_press_is_not_applied_and_both_are_asked() -> None:
    noted(10).when(booking.mark_attendance, **ABSENT, **waiting(5)).then(
        dossier=[contested("absent", COLLEAGUE, 5, ADVISOR)]
    )
    shut = given(*SEATED, marked(), CLOSED, attended(ease=True, pressed=minutes(10)))
    shut.when(booking.mark_attendance, **ABSENT, **waiting(5)).then(
        dossier=[contested("absent", COLLEAGUE, 5, ADVISOR)]
    )


def test_a_later_press_counts_and_the_one_that_it_did_not_see_is_asked_about() -> None:
    noted(2).when(booking.mark_attendance, **ABSENT, **waiting(5)).then(
        workshop=[replace(marked(presence="absent"), pressed=minutes(5))],
        dossier=[replace(absent(), pressed=minutes(5)), contested("ease", ADVISOR, 2, COLLEAGUE)],
    )


def test_a_press_that_saw_the_mark_changes_it_without_a_question() -> None:
    changed = {"workshop": [replace(marked(presence="absent"), pressed=minutes(5))]}
    noted(10).when(booking.mark_attendance, **ABSENT, **waiting(5, seen=4)).then(
        **changed, dossier=[replace(absent(), pressed=minutes(5))]
    )
    direct = {"on": HELD, "now": NOW, "seen": UNSEEN}
    noted(10).when(booking.mark_attendance, **ABSENT, **direct).then(
        workshop=[marked(presence="absent")], dossier=[absent()]
    )


def test_an_equal_press_asks_nothing_and_the_later_one_has_the_hour() -> None:
    same = {**ABSENT, "presence": "present", "ease": True}
    noted(10).when(booking.mark_attendance, **same, **waiting(5)).then_nothing()
    noted(10).when(booking.mark_attendance, **same, **waiting(15)).then(
        dossier=[attended(ease=True, pressed=minutes(15))]
    )


def test_one_person_on_two_devices_is_asked_only_about_a_press_that_came_too_late() -> None:
    mine = {"actor": str(ADVISOR)}
    noted(10).when(booking.mark_attendance, **ABSENT, **waiting(5), **mine).then(
        dossier=[contested("absent", ADVISOR, 5, ADVISOR)]
    )
    noted(2).when(booking.mark_attendance, **ABSENT, **waiting(5), **mine).then(
        workshop=[replace(marked(presence="absent"), pressed=minutes(5))],
        dossier=[replace(absent(), pressed=minutes(5))],
    )


def test_a_mark_that_was_taken_back_is_a_later_press_too() -> None:
    there = noted(2)
    undone = there.and_then(there.when(booking.undo_attendance, **UNDO).decided())
    *before, back = undone.histories["dossier"]
    at_ten = Given({**undone.histories, "dossier": [*before, structs.replace(back, at=minutes(10))]})
    at_ten.when(booking.mark_attendance, **ABSENT, **waiting(5)).then(
        dossier=[contested("absent", COLLEAGUE, 5, ADVISOR)]
    )
    later = at_ten.when(booking.mark_attendance, **ABSENT, **waiting(15)).decided()
    assert later["dossier"] == [replace(absent(), pressed=minutes(15)), contested("none", ADVISOR, 10, COLLEAGUE)]


def test_a_mark_that_the_page_did_not_show_is_not_taken_back() -> None:
    before = {**UNDO, "seen": UNSEEN, "waited": NOW - minutes(5)}
    for n in (2, 10):
        noted(n).when(booking.undo_attendance, **before).then(dossier=[contested("none", COLLEAGUE, 5, ADVISOR)])
    noted(2).when(booking.undo_attendance, **{**before, "seen": 4}).then(
        workshop=[w.Retracted(version=4, reason="erreur", on=HELD)], dossier=[retracted(4, HELD)]
    )


def test_a_press_that_read_the_question_answers_it() -> None:
    early = contested("absent", COLLEAGUE, 5, ADVISOR)
    asked = given(*SEATED, marked(), attended(ease=True, pressed=minutes(10)), early)
    settled = d.AttendanceSettled(workshop=WORKSHOP, on=HELD)
    read: dict[str, Any] = {"on": HELD, "now": NOW, "seen": 5}
    asked.when(booking.mark_attendance, **ABSENT, **read).then(
        workshop=[marked(presence="absent")], dossier=[absent(), settled]
    )
    kept = {**ABSENT, "presence": "present", "ease": True}
    asked.when(booking.mark_attendance, **kept, **read).then(dossier=[settled])
    asked.when(booking.mark_attendance, **kept, **{**read, "seen": 4}).then_nothing()


def test_an_answer_is_a_press_that_a_waiting_one_does_not_beat() -> None:
    early = contested("absent", COLLEAGUE, 5, ADVISOR)
    kept = d.AttendanceSettled(workshop=WORKSHOP, on=HELD, pressed=minutes(20))
    answered = given(*SEATED, marked(), attended(ease=True, pressed=minutes(10)), early, kept)
    answered.when(booking.mark_attendance, **ABSENT, **waiting(15, seen=5)).then(
        dossier=[contested("absent", COLLEAGUE, 15, ADVISOR)]
    )


def test_the_choice_of_no_mark_ends_the_question_of_somebody_who_left_the_list() -> None:
    early = contested("absent", COLLEAGUE, 5, ADVISOR)
    gone = given(scheduled(), runs(), opened(), assigned(), early)
    gone.when(booking.undo_attendance, **UNDO, seen=3).then(dossier=[d.AttendanceSettled(workshop=WORKSHOP, on=HELD)])


@each(st.integers(-10_000, 10_000).map(lambda n: timedelta(minutes=n)))
def test_the_hour_of_a_press_is_neither_to_come_nor_before_people_arrive(waited: timedelta) -> None:
    workshop: Workshop = KINDS["workshop"].fold(given(scheduled()).histories["workshop"])
    hour = hour_of(workshop, waited, NOW)
    assert hour is not None
    assert max(STARTS - EARLY, NOW - LONGEST_WAIT) <= hour <= NOW
    assert hour_of(workshop, None, NOW) is None


PRESSES = st.sampled_from([("present", False, False), ("present", True, False), ("absent", False, False)])


@each(st.permutations(range(4)), st.lists(PRESSES, min_size=4, max_size=4))
def test_whatever_the_order_of_arrival_the_latest_press_counts_and_the_others_are_asked_about(
    order: list[int], values: list[tuple[Any, bool, bool]]
) -> None:
    """Four people without network, none of whom saw the others: the first presses first, the last one last."""
    there = given(*SEATED)
    for n in order:
        presence, trouble, ease = values[n]
        arrived = NOW + timedelta(minutes=n)
        decided = there.when(
            booking.mark_attendance, **IDS, presence=presence, trouble=trouble, ease=ease, entrusted=True, on=HELD,
            actor=str(UUID(int=n + 1)), now=arrived, waited=arrived - minutes(n), seen=UNSEEN,
        ).decided()  # fmt: skip
        there = _by(str(UUID(int=n + 1)), arrived, there, there.and_then(decided))
    state: Dossier = KINDS["dossier"].fold(there.histories["dossier"])
    last = last_press(there.histories["dossier"], WORKSHOP)
    assert last
    said: list[Mark] = ["trouble" if trouble else presence for presence, trouble, _ in values]
    assert (last.mark, last.by) == (said[3], str(UUID(int=4)))
    asked = {one.mark for one in state.diagnostic.contested.get(WORKSHOP, ())}
    assert {one for one in said if one != said[3]} <= asked


def _by(actor: str, at: datetime, before: Given, after: Given) -> Given:
    """Stamps what came since with who did it, and when."""
    known = {name: len(before.histories.get(name, ())) for name in after.histories}
    return Given(
        {
            name: [*told[: known[name]], *(structs.replace(one, by=actor, at=at) for one in told[known[name] :])]
            for name, told in after.histories.items()
        }
    )
