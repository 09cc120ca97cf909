"""A workshop from its date to its last mark: given what happened, when somebody decides, then what is recorded."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given as each
from hypothesis import strategies as st
from msgspec.structs import replace

from pixflow import presets, structure_folder
from pixflow.actor import CLOCK, OPERATOR, Actor
from pixflow.documents.protocol import Workshops
from pixflow.dossier.evolve import evolve as evolve_dossier
from pixflow.dossier.identity import open_dossier
from pixflow.dossier.state import Dossier
from pixflow.engine import Engine, new_id
from pixflow.events import dossier as d
from pixflow.events import workshop as w
from pixflow.events.base import Event
from pixflow.events.dossier import SeatBooked
from pixflow.participation import campaign
from pixflow.refused import Refused
from pixflow.streams import KINDS
from pixflow.tasks import of_workshop
from pixflow.team import membership
from pixflow.workshop import booking
from pixflow.workshop.scheduling import (
    accept_facilitator,
    ask_help,
    cancel_workshop,
    close_workshop,
    give_help,
    issue_workshop_paper,
    move_workshop,
    schedule_workshop,
    set_facilitators,
)
from pixflow.workshop.state import Workshop, evolve, fold
from tests.given import (
    ADVISOR,
    AT,
    CAMPAIGN,
    COLLEAGUE,
    DAY,
    DOSSIER,
    HELD,
    LATER,
    OTHER_DOSSIER,
    OTHER_WORKSHOP,
    PLAN,
    WORKSHOP,
    Given,
    absent,
    assigned,
    attended,
    booked,
    cancelled,
    closed,
    declared,
    declined,
    found,
    given,
    hours,
    kept,
    linked,
    marked,
    opened,
    planned,
    references,
    retracted,
    runs,
    scheduled,
    seated,
    stamped,
    state_of,
    unbooked,
    waits,
)

THIRD = UUID(int=0xD3)
RULES = Workshops(smallest=6, largest=8, alone=True)
WEEK = timedelta(days=7)
FORM: dict[str, Any] = {
    "campaign_id": CAMPAIGN, "site": "Mortagne", "place": " Salle 2 ", **hours(), "capacity": 8,
    "facilitators": (ADVISOR, COLLEAGUE), "series": None, "rules": RULES, "on": DAY,
}  # fmt: skip
IDS = {"workshop_id": WORKSHOP, "dossier_id": DOSSIER}
BOOK: dict[str, Any] = {**IDS, "or_wait": False, "initial": True, "plan": PLAN, "on": DAY}
MARK: dict[str, Any] = {
    **IDS, "presence": "present", "trouble": False, "ease": False, "entrusted": True, "on": HELD
}  # fmt: skip
RELEASE: dict[str, Any] = {**IDS, "until": date(2026, 9, 17), "on": DAY}
MOVE: dict[str, Any] = {"place": "Salle 2", **hours(HELD + WEEK), "registrants": (), "on": DAY}
COME: dict[str, Any] = {**IDS, "initial": True, "plan": PLAN, "entrusted": True, "on": HELD}
UNMARK: dict[str, Any] = {**IDS, "reason": "erreur", "on": HELD}
SEATED = (scheduled(), runs(), seated(), opened(), assigned(), booked())


def full(*more: Event, capacity: int = 6) -> tuple[Event, ...]:
    """Every seat is taken, by others."""
    return (scheduled(capacity=capacity), *(seated(UUID(int=n)) for n in range(1, capacity + 1)), *more)


def in_one(before: Given, decided: dict[str, list[Event]]) -> Given:
    """Returns past events and those of one command, on both streams."""
    after = before.and_then(decided)
    one = UUID(int=0xC0FFEE)
    told = {kind: len(history) - len(decided.get(kind, ())) for kind, history in after.histories.items()}
    return Given(
        {
            kind: [replace(r, command=one) if r.originator_version > told[kind] else r for r in history]
            for kind, history in after.histories.items()
        }
    )


def retractions(*versions: int, on: date = HELD) -> list[Event]:
    return [w.Retracted(version=version, reason="erreur", on=on) for version in versions]


def in_workshop(**changes: Any) -> d.DiagnosticPlanned:
    return planned(**{"modality": "workshop", "place": "Salle 2", "planned_for": HELD, **changes})


# --- when, where, by whom


def test_a_workshop_is_scheduled_with_those_who_run_it() -> None:
    decided = [scheduled(), runs(ADVISOR), runs(COLLEAGUE)]
    given(found(), declared()).when(schedule_workshop, **FORM).then(workshop=decided)


@pytest.mark.parametrize(
    ("changes", "code", "details"),
    [
        ({"capacity": 5}, "bad-capacity", {"smallest": 6, "largest": 8}),
        ({"capacity": 9}, "bad-capacity", {"smallest": 6, "largest": 8}),
        ({"ends": hours()["starts"]}, "ends-before-it-starts", {"field": "ends"}),
        (hours(DAY - WEEK), "workshop-past", {"day": DAY - WEEK}),
        ({"facilitators": ()}, "required", {"field": "facilitators"}),
        ({"site": " "}, "required", {"field": "site"}),
    ],
    ids=lambda said: said if isinstance(said, str) else "",
)
def test_what_the_protocol_does_not_allow_is_refused_with_its_numbers(
    changes: dict[str, Any], code: str, details: dict[str, object]
) -> None:
    given(found(), declared()).when(schedule_workshop, **{**FORM, **changes}).refused(code, **details)


def test_a_campaign_is_declared_before_a_workshop_is_held_for_it() -> None:
    given(found()).when(schedule_workshop, **FORM).refused("undeclared-campaign")


def test_one_runs_it_alone_where_the_protocol_allows_it() -> None:
    alone = {**FORM, "facilitators": (ADVISOR, ADVISOR)}
    given(declared()).when(schedule_workshop, **alone).then(workshop=[scheduled(), runs(ADVISOR)])
    in_pair = {**alone, "rules": Workshops(alone=False)}
    given(declared()).when(schedule_workshop, **in_pair).refused("pair-needed")


def test_who_runs_it_can_be_somebody_else() -> None:
    history = given(scheduled(), runs(ADVISOR), runs(COLLEAGUE))
    history.when(set_facilitators, facilitators=(THIRD, COLLEAGUE), rules=RULES, on=DAY).then(
        w.FacilitatorLeft(facilitator=ADVISOR, on=DAY), runs(THIRD)
    )
    history.when(set_facilitators, facilitators=(), rules=RULES, on=DAY).refused("required")
    in_pair = Workshops(alone=False)
    history.when(set_facilitators, facilitators=(THIRD,), rules=in_pair, on=DAY).refused("pair-needed")
    state = state_of("workshop", scheduled(), runs(ADVISOR), w.FacilitatorLeft(facilitator=ADVISOR, on=DAY), runs())
    assert state.facilitators == (ADVISOR,)
    assert [state.runs(str(who)) for who in (ADVISOR, COLLEAGUE)] == [True, False]


def test_who_joins_by_themselves_waits_a_day_or_for_a_colleague() -> None:
    alone = w.FacilitatorJoined(facilitator=COLLEAGUE, on=DAY, alone=True)
    joined, by_herself = {"facilitators": (ADVISOR, COLLEAGUE), "rules": RULES, "on": DAY}, {"actor": str(COLLEAGUE)}
    history = given(scheduled(), runs(ADVISOR))
    history.when(set_facilitators, **joined, **by_herself).then(alone)
    history.when(set_facilitators, **joined, actor=str(ADVISOR)).then(runs(COLLEAGUE))
    given(scheduled()).when(set_facilitators, facilitators=(ADVISOR,), rules=RULES, actor=str(ADVISOR), on=DAY).then(
        runs(ADVISOR)
    )
    waiting, accepted = given(scheduled(), alone), w.FacilitatorAccepted(facilitator=COLLEAGUE, on=DAY)
    waiting.when(accept_facilitator, facilitator=COLLEAGUE, actor=str(THIRD), on=DAY).then(accepted)
    waiting.when(accept_facilitator, facilitator=COLLEAGUE, **by_herself, on=DAY).refused("own-joining")
    waiting.when(accept_facilitator, facilitator=THIRD, actor=str(ADVISOR), on=DAY).refused("not-facilitator")
    for told, since, new in (((alone,), 23.9, True), ((alone,), 24, False), ((alone, accepted), 0, False)):
        state = state_of("workshop", scheduled(), *told)
        assert state.is_new(str(COLLEAGUE), AT + timedelta(hours=since)) is new
    today = scheduled(DAY)
    for told, may in (((alone,), False), ((alone, accepted), True), ((runs(COLLEAGUE),), True)):
        assert (
            booking.may_meet_anybody(state_of("workshop", today, *told), str(COLLEAGUE), today.starts, [str(COLLEAGUE)])
            is may
        )
    again = (alone, w.FacilitatorLeft(facilitator=COLLEAGUE, on=DAY), runs(COLLEAGUE))
    assert not state_of("workshop", scheduled(), *again).newcomers, "a colleague added her the second time"


def test_a_workshop_moves_and_each_registrant_s_dossier_follows() -> None:
    moved = w.WorkshopMoved(place="Salle 2", **hours(HELD + WEEK), on=DAY)
    given(*SEATED).when(move_workshop, **{**MOVE, "registrants": (DOSSIER,)}).then(moved)
    given(*SEATED, moved).when(booking.apply_workshop_change, **IDS, on=DAY).then(dossier=[booked(HELD + WEEK)])
    given(*SEATED).when(booking.apply_workshop_change, **IDS, on=DAY).then_nothing()
    given(scheduled(), opened()).when(booking.apply_workshop_change, **IDS, on=DAY).then_nothing()


def test_who_registered_meanwhile_is_not_forgotten() -> None:
    given(*SEATED).when(move_workshop, **MOVE).refused("moved")
    given(*SEATED).when(cancel_workshop, reason="room", registrants=(OTHER_DOSSIER,), on=DAY).refused("moved")


def test_a_move_changes_something_and_leads_to_a_day_to_come() -> None:
    given(scheduled()).when(move_workshop, **{**MOVE, **hours(), "place": "Salle 2 "}).then_nothing()
    given(scheduled()).when(move_workshop, **{**MOVE, **hours(DAY - WEEK)}).refused("workshop-past")
    given(scheduled(), seated(), marked()).when(move_workshop, **MOVE).refused("attendance-begun")


def test_a_cancelled_workshop_gives_every_seat_back() -> None:
    given(*SEATED).when(cancel_workshop, reason="room", registrants=(DOSSIER,), on=DAY).then(cancelled())
    given(*SEATED, cancelled()).when(booking.apply_workshop_change, **IDS, on=DAY).then(dossier=[unbooked("cancelled")])
    given(*SEATED, cancelled()).when(booking.book_seat, **BOOK).refused("workshop-cancelled")
    given(*SEATED, cancelled()).when(booking.release_seat, **RELEASE).refused("workshop-cancelled")
    given(*SEATED, cancelled()).when(booking.mark_attendance, **MARK).refused("workshop-cancelled")
    assert not state_of("workshop", scheduled(), waits(), cancelled()).waiting


def test_nothing_is_decided_on_a_workshop_that_is_not_there() -> None:
    for decide, said in (
        (move_workshop, MOVE),
        (close_workshop, {"on": DAY}),
        (ask_help, {"on": DAY}),
        (set_facilitators, {"facilitators": (ADVISOR,), "rules": RULES, "on": DAY}),
        (cancel_workshop, {"reason": "room", "registrants": (), "on": DAY}),
    ):
        given().when(decide, **said).refused("unknown-workshop")
    given(opened()).when(booking.book_seat, **BOOK).refused("unknown-workshop")
    given(opened()).when(booking.mark_attendance, **MARK).refused("unknown-workshop")


# --- a seat


def test_a_seat_is_booked_and_the_diagnostic_planned_there() -> None:
    given(scheduled(), opened()).when(booking.book_seat, **BOOK).then(
        workshop=[seated()], dossier=[in_workshop(), booked()]
    )


@pytest.mark.parametrize(
    ("before", "initial", "plans"),
    [
        ((), True, True),
        ((planned(),), True, True),
        ((in_workshop(campaign=THIRD),), True, True),
        ((in_workshop(), declined()), True, True),
        ((in_workshop(),), True, False),
        ((linked(),), True, False),
        ((), False, False),
    ],
    ids=["no plan", "planned at the office", "other campaign", "declined", "planned so", "taken", "not initial"],
)
def test_booking_plans_the_diagnostic_where_it_is_not_planned_so(
    before: tuple[Event, ...], initial: bool, plans: bool
) -> None:
    decided = given(scheduled(), opened(), *before).when(booking.book_seat, **{**BOOK, "initial": initial}).decided()
    assert decided["dossier"] == [*([in_workshop()] if plans else []), booked()]


def test_a_full_workshop_has_a_list_for_those_who_want_to_wait() -> None:
    given(*full(), opened()).when(booking.book_seat, **BOOK).refused("workshop-full", capacity=6)
    asked = {**BOOK, "or_wait": True}
    given(*full(), opened()).when(booking.book_seat, **asked).then(
        workshop=[waits()], dossier=[in_workshop(waits=True)]
    )
    given(*full(waits(OTHER_DOSSIER)), opened(), in_workshop()).when(booking.book_seat, **asked).then(
        workshop=[waits()]
    )


def test_a_seat_is_asked_for_in_time_by_a_dossier_that_is_open_and_has_none() -> None:
    given(scheduled(), opened(), closed()).when(booking.book_seat, **BOOK).refused("closed")
    given(scheduled(), opened()).when(booking.book_seat, **{**BOOK, "on": HELD + WEEK}).refused("workshop-past")
    elsewhere = booked(LATER, workshop=OTHER_WORKSHOP)
    given(scheduled(), opened(), elsewhere).when(booking.book_seat, **BOOK).refused("booked-elsewhere", day=LATER)
    past = given(scheduled(), opened(), elsewhere).when(booking.book_seat, **{**BOOK, "on": HELD}).decided()
    assert past["workshop"] == [seated(on=HELD)], "a seat of last week is in nobody's way"


def test_a_seat_given_up_is_kept_for_who_waits_first() -> None:
    waiting = (waits(OTHER_DOSSIER), waits(THIRD))
    given(*full(*waiting, capacity=5), seated(), opened(), booked()).when(booking.release_seat, **RELEASE).then(
        workshop=[w.SeatReleased(dossier=DOSSIER, on=DAY)], dossier=[unbooked()]
    )
    given(*full(*waiting, capacity=6), opened(), booked()).when(
        booking.release_seat, **{**RELEASE, "dossier_id": UUID(int=1)}
    ).then(workshop=[w.SeatReleased(dossier=UUID(int=1), on=DAY), kept(OTHER_DOSSIER)], dossier=[unbooked()])


def test_a_seat_that_is_kept_is_nobody_else_s() -> None:
    waiting = (*full(w.SeatReleased(dossier=UUID(int=1), on=DAY), waits(OTHER_DOSSIER), kept(OTHER_DOSSIER)), opened())
    given(*waiting).when(booking.book_seat, **BOOK).refused("workshop-full")
    theirs = {**BOOK, "dossier_id": OTHER_DOSSIER}
    given(*waiting).when(booking.book_seat, **theirs).then(
        workshop=[seated(OTHER_DOSSIER)], dossier=[in_workshop(), booked()]
    )


def test_who_takes_a_seat_says_which_kept_one_they_give_up() -> None:
    elsewhere = {**BOOK, "kept": (WORKSHOP, OTHER_WORKSHOP)}
    decided = given(scheduled(), opened()).when(booking.book_seat, **elsewhere).decided()
    booked = decided["dossier"][-1]
    assert isinstance(booked, SeatBooked)
    assert booked.gives_up == (OTHER_WORKSHOP,), "not the one that is taken"
    asked = {**elsewhere, "or_wait": True}
    given(*full(), opened()).when(booking.book_seat, **asked).then(
        workshop=[waits()], dossier=[in_workshop(waits=True)]
    )


def test_who_declines_passes_the_seat_on_and_who_waits_may_leave() -> None:
    before = full(w.SeatReleased(dossier=UUID(int=1), on=DAY), waits(), kept(), waits(OTHER_DOSSIER))
    given(*before, opened()).when(booking.release_seat, **RELEASE).then(
        workshop=[w.WaitlistLeft(dossier=DOSSIER, on=DAY), kept(OTHER_DOSSIER)]
    )
    given(*full(waits()), opened()).when(booking.release_seat, **RELEASE).then(
        workshop=[w.WaitlistLeft(dossier=DOSSIER, on=DAY)]
    )
    given(scheduled(), opened()).when(booking.release_seat, **RELEASE).then_nothing()


def test_an_offer_to_somebody_seated_elsewhere_passes_on_at_once() -> None:
    before = full(w.SeatReleased(dossier=UUID(int=1), on=DAY), waits(), kept(), waits(OTHER_DOSSIER))
    told = {"dossier": DOSSIER, "kept": date(2026, 9, 17), "until": date(2026, 9, 17), "elsewhere": True}
    given(*before).when(booking.lapse_offer, **told, on=DAY).then(
        w.WaitlistLeft(dossier=DOSSIER, on=DAY), kept(OTHER_DOSSIER)
    )
    given(*full(waits())).when(booking.lapse_offer, **told, on=DAY).then_nothing()


def test_an_offer_lapses_the_day_after_and_passes_on() -> None:
    before = full(w.SeatReleased(dossier=UUID(int=1), on=DAY), waits(), kept(), waits(OTHER_DOSSIER))
    last, after, until = date(2026, 9, 17), date(2026, 9, 18), date(2026, 9, 22)
    told = {"dossier": DOSSIER, "kept": last, "until": until}
    given(*before).when(booking.lapse_offer, **told, on=last).then_nothing()
    given(*before).when(booking.lapse_offer, **told, on=after).then(
        w.SeatOfferLapsed(dossier=DOSSIER, on=after), kept(OTHER_DOSSIER, until, after)
    )
    given(*before, seated()).when(booking.lapse_offer, **told, on=after).then_nothing()


def test_no_seat_is_kept_beyond_the_day_nor_offered_after_it() -> None:
    before = full(waits(OTHER_DOSSIER), seated())
    eve = HELD - timedelta(days=1)
    late = {**RELEASE, "dossier_id": UUID(int=1), "until": HELD + WEEK, "on": eve}
    decided = given(*full(waits(OTHER_DOSSIER)), opened()).when(booking.release_seat, **late).decided()
    assert decided["workshop"][1:] == [kept(OTHER_DOSSIER, HELD, eve)]
    after = {**late, "on": HELD + WEEK}
    decided = given(*before, opened()).when(booking.release_seat, **after).decided()
    assert decided["workshop"] == [w.SeatReleased(dossier=UUID(int=1), on=HELD + WEEK)]


def test_seats_are_kept_for_working_days() -> None:
    assert booking.offer_deadline(references(), date(2026, 12, 24)) == date(2026, 12, 29), "Christmas and a week-end"


# --- who came


def test_being_there_is_noted_on_both_sides_on_the_day_of_the_workshop() -> None:
    noted_later = {**MARK, "on": HELD + WEEK}
    given(*SEATED).when(booking.mark_attendance, **noted_later).then(workshop=[marked()], dossier=[attended()])


def test_a_workshop_is_of_the_advisor_when_the_advisor_runs_it() -> None:
    others = (scheduled(), runs(COLLEAGUE), seated(), opened(), assigned(), booked())
    given(*others).when(booking.mark_attendance, **MARK).then(workshop=[marked()], dossier=[attended(by_advisor=False)])


def test_trouble_and_ease_stand_in_the_dossier_alone() -> None:
    there = given(*SEATED, marked(), attended())
    there.when(booking.mark_attendance, **{**MARK, "trouble": True}).then(dossier=[attended(trouble=True)])
    there.when(booking.mark_attendance, **{**MARK, "ease": True}).then(dossier=[attended(ease=True)])
    both = {**MARK, "ease": True, "trouble": True}
    there.when(booking.mark_attendance, **both).then(dossier=[attended(trouble=True)])


def test_a_mark_is_corrected_by_another() -> None:
    there = given(*SEATED, marked(), attended(trouble=True))
    there.when(booking.mark_attendance, **{**MARK, "presence": "absent"}).then(
        workshop=[marked(presence="absent")], dossier=[absent()]
    )
    missed = given(*SEATED, marked(presence="absent"), absent())
    missed.when(booking.mark_attendance, **{**MARK, "presence": "excused"}).then(
        workshop=[marked(presence="excused")], dossier=[absent(excused=True)]
    )
    missed.when(booking.mark_attendance, **MARK).then(workshop=[marked()], dossier=[attended()])


def test_who_came_is_noted_from_the_day_on_for_those_with_a_seat_even_if_the_dossier_is_closed() -> None:
    given(*SEATED).when(booking.mark_attendance, **{**MARK, "on": DAY}).refused("workshop-to-come", day=HELD)
    given(scheduled(), opened()).when(booking.mark_attendance, **MARK).refused("no-seat")
    given(*SEATED, closed()).when(booking.mark_attendance, **MARK).then(workshop=[marked()], dossier=[attended()])


def test_somebody_comes_without_a_seat() -> None:
    given(scheduled(), runs(), opened(), assigned()).when(booking.walk_in, **COME).then(
        workshop=[seated(on=HELD), marked()], dossier=[in_workshop(on=HELD), attended()]
    )
    given(*SEATED).when(booking.walk_in, **COME).refused("has-a-seat")
    room = given(*full(marked(UUID(int=1), "absent")), opened()).when(booking.walk_in, **COME).decided()
    assert room["workshop"] == [seated(on=HELD), marked()], "the seat of who did not come"


def test_a_full_room_says_whether_somebody_is_still_to_be_marked() -> None:
    given(*full(marked(UUID(int=1))), opened()).when(booking.walk_in, **COME).refused(
        "room-unmarked", capacity=6, count=5
    )
    all_here = (marked(UUID(int=n)) for n in range(1, 7))
    given(*full(*all_here), opened()).when(booking.walk_in, **COME).refused("room-full", capacity=6)


# --- taken back


def test_who_was_added_by_mistake_never_came_and_their_own_plan_stands_again() -> None:
    at_home = planned(plan=UUID(int=0xB9), modality="home")
    before = given(scheduled(), runs(), opened(), assigned(), at_home)
    there = in_one(before, before.when(booking.walk_in, **COME).decided())
    there.when(booking.undo_attendance, **UNMARK).then(
        workshop=retractions(4, 3), dossier=[retracted(5, HELD), retracted(4, HELD)]
    )
    missed = there.and_then(there.when(booking.mark_attendance, **{**MARK, "presence": "absent"}).decided())
    undone = missed.when(booking.undo_attendance, **UNMARK).decided()
    assert undone == {"workshop": retractions(5, 4, 3), "dossier": [retracted(n, HELD) for n in (6, 5, 4)]}
    after = missed.and_then(undone).histories
    assert not fold(after["workshop"]).seats
    dossier: Dossier = KINDS["dossier"].fold(after["dossier"])
    assert dossier.orientation.plan == state_of("dossier", opened(), assigned(), at_home).orientation.plan
    assert not dossier.diagnostic.seats


def test_who_came_from_the_list_waits_there_again() -> None:
    before = given(*full(waits(), marked(UUID(int=1), "absent")), opened())
    there = in_one(before, before.when(booking.walk_in, **COME).decided())
    undone = there.when(booking.undo_attendance, **UNMARK).decided()
    assert DOSSIER in fold(there.and_then(undone).histories["workshop"]).waiting


def test_a_mark_is_taken_back_and_the_seat_kept() -> None:
    there = given(*SEATED, marked(), attended(), marked(presence="absent"), absent())
    there.when(booking.undo_attendance, **UNMARK).then(
        workshop=retractions(5, 4), dossier=[retracted(5, HELD), retracted(4, HELD)]
    )
    undone = there.and_then(there.when(booking.undo_attendance, **UNMARK).decided()).histories
    assert fold(undone["workshop"]).unmarked == [DOSSIER]
    assert KINDS["dossier"].fold(undone["dossier"]).diagnostic.seat.status == "booked"
    given(*SEATED).when(booking.undo_attendance, **UNMARK).then_nothing()
    given(*SEATED, marked(), attended()).when(booking.undo_attendance, **{**UNMARK, "reason": " "}).refused("required")


def test_a_mark_on_which_somebody_acted_is_corrected_by_another() -> None:
    missed = (*SEATED, marked(presence="absent"), absent())
    given(*missed, booked(HELD + WEEK, workshop=OTHER_WORKSHOP)).when(booking.undo_attendance, **UNMARK).refused(
        "acted-since"
    )
    noted = d.NoteTaken(text="à rappeler", on=HELD)
    assert given(*missed, noted, linked()).when(booking.undo_attendance, **UNMARK).decided(), "nobody acted on the mark"


KEEP: dict[str, Any] = {**IDS, "reason": "erreur", "on": DAY}


def released(*more: Event) -> Given:
    """Somebody gave up one of seven seats, while `more` waited."""
    others = (seated(UUID(int=n)) for n in range(1, 7))
    before = given(scheduled(capacity=7), *others, seated(), *more, opened(), booked())
    return in_one(before, before.when(booking.release_seat, **RELEASE).decided())


def test_a_seat_is_not_given_up_after_all_and_nobody_else_is_offered_it() -> None:
    released().when(booking.undo_release, **KEEP).then(workshop=retractions(9, on=DAY), dossier=[retracted(3)])
    offered = released(waits(OTHER_DOSSIER))
    undone = offered.when(booking.undo_release, **KEEP).decided()
    assert undone["workshop"] == retractions(11, 10, on=DAY)
    after = fold(offered.and_then(undone).histories["workshop"])
    assert DOSSIER in after.seats
    assert after.waiting[OTHER_DOSSIER].until is None


def test_a_seat_that_somebody_else_has_is_gone() -> None:
    offered = released(waits(OTHER_DOSSIER), waits(THIRD))
    taken = offered.and_then({"workshop": [seated(OTHER_DOSSIER)]})
    passed_on = offered.and_then({"workshop": [w.WaitlistLeft(dossier=OTHER_DOSSIER, on=DAY), kept(THIRD)]})
    moved = offered.and_then({"workshop": [w.WorkshopMoved(place="Salle 2", **hours(HELD + WEEK), on=DAY)]})
    for after in (taken, passed_on, moved):
        after.when(booking.undo_release, **KEEP).refused("seat-gone")
    elsewhere = released().and_then({"dossier": [booked(LATER, workshop=OTHER_WORKSHOP)]})
    elsewhere.when(booking.undo_release, **KEEP).refused("booked-elsewhere")
    given(*SEATED).when(booking.undo_release, **KEEP).then_nothing()


def test_who_left_the_list_by_mistake_has_their_place_again() -> None:
    before = given(*full(waits(), waits(OTHER_DOSSIER)), opened())
    left = in_one(before, before.when(booking.release_seat, **RELEASE).decided())
    undone = left.when(booking.undo_release, **KEEP).decided()
    assert list(fold(left.and_then(undone).histories["workshop"]).waiting) == [DOSSIER, OTHER_DOSSIER]


def test_a_workshop_closes_when_everybody_is_marked() -> None:
    two = (scheduled(), seated(), seated(OTHER_DOSSIER), marked())
    given(*two).when(close_workshop, on=HELD).refused("attendance-left", count=1)
    given(*two, marked(OTHER_DOSSIER, "excused")).when(close_workshop, on=HELD).then(
        w.WorkshopClosed(present=1, absent=0, excused=1, on=HELD)
    )
    given(scheduled()).when(close_workshop, on=DAY).refused("workshop-to-come")
    given(*two, w.WorkshopClosed(present=1, absent=0, excused=1, on=HELD)).when(ask_help, on=HELD).refused(
        "workshop-closed"
    )
    given(*SEATED, marked(), attended()).when(booking.release_seat, **RELEASE).refused("attendance-marked")


def test_a_call_for_the_assistant_stands_until_it_is_answered() -> None:
    given(scheduled()).when(ask_help, on=HELD).then(w.HelpAsked(on=HELD))
    asked = state_of("workshop", scheduled(), w.HelpAsked(on=HELD)).help
    assert (asked.at, asked.by) == (AT, str(ADVISOR))
    given(scheduled(), w.HelpAsked(on=HELD)).when(give_help, on=HELD).then(w.HelpGiven(on=HELD))
    given(scheduled()).when(give_help, on=HELD).then_nothing()


# --- what it owes


def owed(*history: Event) -> list[Any]:
    return of_workshop(state_of("workshop", *history), references())


def test_marking_is_owed_from_the_day_by_each_facilitator_and_escalates_for_the_first() -> None:
    eve_of_all_saints = date(2026, 10, 30)
    task, other = owed(scheduled(eve_of_all_saints), runs(COLLEAGUE), runs(ADVISOR), seated())
    assert (other.key, other.owner) == (f"mark-attendance:{ADVISOR}", ADVISOR)
    assert {day for day, _ in other.escalations} == {date.max}
    assert replace(other, key=task.key, owner=task.owner, escalations=task.escalations) == task
    assert (task.key, task.role, task.owner) == ("mark-attendance", "facilitator", COLLEAGUE)
    assert (task.opens, task.due) == (eve_of_all_saints, date(2026, 11, 2)), "1 day, over a week-end and a Sunday feast"
    assert (task.why.on, task.why.details) == (eve_of_all_saints, {})
    named = references()
    named = replace(named, campaigns={CAMPAIGN: state_of("campaign", declared())})
    (task,) = of_workshop(state_of("workshop", scheduled(), seated()), named)
    assert task.why.details == {"campaign": "Diagnostic CEJ"}
    (christmas,) = owed(scheduled(date(2026, 12, 24)), seated())
    assert (christmas.due, christmas.owner) == (date(2026, 12, 28), None)


def test_marking_is_owed_no_longer_once_all_are_marked_or_it_is_cancelled() -> None:
    two = (scheduled(), seated(), seated(OTHER_DOSSIER))
    assert len(owed(*two, marked())) == 1
    assert owed(*two, marked(), marked(OTHER_DOSSIER, "absent")) == []
    assert owed(*two, cancelled()) == []
    assert owed(scheduled()) == owed() == []
    moved = w.WorkshopMoved(place="Salle 2", **hours(HELD + WEEK), on=DAY)
    assert [task.opens for task in owed(*two, moved)] == [HELD + WEEK]


# --- whatever happens


PEOPLE = [UUID(int=n) for n in range(1, 8)]
Pressed = tuple[str, UUID, int]
steps = st.lists(
    st.tuples(st.sampled_from(["book", "wait", "release", "lapse"]), st.sampled_from(PEOPLE), st.integers(0, 9)),
    max_size=40,
)


@each(steps)
def test_whatever_is_pressed_nobody_has_two_seats_and_no_seat_has_two_people(pressed: list[Pressed]) -> None:
    state: Workshop = state_of("workshop", scheduled(capacity=3))
    dossiers: dict[UUID, Dossier] = {}
    for what, who, days in pressed:
        dossier = dossiers.get(who, state_of("dossier", opened()))
        decided = decided_by(what, state, dossier, who, DAY + timedelta(days=days))
        for recorded in stamped(decided.get("workshop", ()), WORKSHOP, state.version):
            state = evolve(state, recorded)
        for recorded in stamped(decided.get("dossier", ()), who, dossier.version):
            dossier = evolve_dossier(dossier, recorded)
        dossiers[who] = dossier
        assert state.free >= 0
        assert not state.seats.keys() & state.waiting.keys()
        offered = [id for id, one in state.waiting.items() if one.until]
        assert state.free == 0 or len(offered) == len(state.waiting), "nobody waits while a seat is free"
    booked_now = {id for id, one in dossiers.items() if one.diagnostic.seat and one.diagnostic.seat.status == "booked"}
    assert booked_now == set(state.seats)


def decided_by(what: str, state: Workshop, dossier: Dossier, who: UUID, on: date) -> dict[str, list[Event]]:
    """Returns the events of one booking; none without a free seat."""
    ids: dict[str, Any] = {"workshop_id": WORKSHOP, "dossier_id": who, "on": on}
    waited = state.waiting.get(who)
    match what:
        case "release":
            return booking.release_seat(state, dossier, **ids, until=on)
        case "lapse" if waited and waited.until:
            return {"workshop": booking.lapse_offer(state, dossier=who, kept=waited.until, until=on, on=on)}
        case "book" if state.free == 0 and not (waited or who in state.seats):
            with pytest.raises(Refused, match="workshop-full"):
                booking.book_seat(state, dossier, **ids, or_wait=False, initial=False, plan=PLAN)
        case "book" | "wait":
            return booking.book_seat(state, dossier, **ids, or_wait=True, initial=False, plan=PLAN)
    return {}


def test_no_event_of_another_time_breaks_the_fold() -> None:
    released = w.SeatReleased(dossier=DOSSIER, on=DAY)
    for event in (seated(), waits(), kept(), marked(), cancelled(), released, w.HelpGiven(on=DAY)):
        assert fold(stamped([event])).version == 1
    assert fold([]) == Workshop()


# --- the last seats, with everybody pressing at once


class House:
    """A structure with a référent, a workshop of six seats and many dossiers, on the real engine and database."""

    def __init__(self, data: Path, dossiers: int) -> None:
        preset = presets.load("laigle-mortagne")
        self.opened = structure_folder.create(
            data, name="Ici", preset=preset, sites=("Mortagne",), on=DAY, clock=lambda: AT
        )
        self.engine: Engine = self.opened.engine
        self.referent, self.workshop, self.campaign = uuid4(), uuid4(), uuid4()
        self.by = Actor(str(self.referent))
        said: dict[str, Any] = {"name": "Sophie", "email": "s@ml.fr", "site": None, "roles": ("referent",)}
        self.say(membership.add_member, {"staff": self.referent}, by=Actor(OPERATOR), **said)
        self.say(
            campaign.declare_campaign,
            {"campaign": self.campaign},
            name="Diagnostic",
            code="KMRTWX482",
            purpose="initial",
            site=None,
        )
        form = {name: value for name, value in FORM.items() if name not in ("campaign_id", "on", "rules")}
        self.say(
            schedule_workshop,
            {"workshop": self.workshop, "campaign": self.campaign},
            **form | {"capacity": 6, "facilitators": (self.referent,)},
            context={"rules": RULES},
        )
        self.dossiers = [uuid4() for _ in range(dossiers)]
        for n, dossier in enumerate(self.dossiers):
            person: dict[str, Any] = {
                "last_name": f"Nom{n}",
                "first_name": "Léa",
                "birth_date": None,
                "imilo_number": None,
            }
            self.say(open_dossier, {"dossier": dossier}, **person, site="Mortagne")

    def say(self, decide: Any, streams: dict[str, UUID], *, by: Actor | None = None, **said: Any) -> Any:
        return self.engine.execute(streams, decide, by=by or self.by, command_id=uuid4(), **said)

    def book(self, dossier: UUID, *, or_wait: bool = False) -> Any:
        streams = {"workshop": self.workshop, "dossier": dossier}
        return self.say(booking.book_seat, streams, or_wait=or_wait, context={"initial": True, "plan": uuid4()})

    @property
    def state(self) -> Workshop:
        state: Workshop = self.engine.state("workshop", self.workshop)
        return state


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, 16)
    yield house
    house.engine.close()


def at_once(work: Any, items: list[UUID]) -> list[str]:
    """Returns the refusal code of each, or "", when all are sent together."""
    barrier, said = Barrier(len(items)), dict.fromkeys(items, "?")

    def press(item: UUID) -> None:
        barrier.wait()
        try:
            work(item)
        except Refused as refused:
            said[item] = refused.code
        else:
            said[item] = ""

    threads = [Thread(target=press, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [said[item] for item in items]


def test_sixteen_people_book_six_seats_at_once_and_six_have_one(busy: House) -> None:
    said = at_once(busy.book, busy.dossiers)
    assert sorted(said) == [""] * 6 + ["workshop-full"] * 10
    lucky = {dossier for dossier, code in zip(busy.dossiers, said, strict=True) if not code}
    assert set(busy.state.seats) == lucky
    for dossier, folded in busy.engine.states("dossier", busy.dossiers).items():
        assert (busy.workshop in folded.diagnostic.seats) == (dossier in lucky)


def test_seats_given_up_at_once_are_each_kept_for_somebody_else(busy: House) -> None:
    for dossier in busy.dossiers[:10]:
        busy.book(dossier, or_wait=True)
    assert list(busy.state.waiting) == busy.dossiers[6:10]
    until = booking.offer_deadline(busy.engine.references(), DAY)

    def release(dossier: UUID) -> None:
        streams = {"workshop": busy.workshop, "dossier": dossier}
        busy.say(booking.release_seat, streams, context={"until": until})

    assert at_once(release, busy.dossiers[:3]) == ["", "", ""]
    waiting = busy.state.waiting
    assert [one.until for one in waiting.values()] == [until, until, until, None]
    assert busy.state.free == 0


def test_the_clock_passes_an_offer_on_once_however_often_it_is_asked(busy: House) -> None:
    for dossier in busy.dossiers[:8]:
        busy.book(dossier, or_wait=True)
    until = booking.offer_deadline(busy.engine.references(), DAY)
    streams = {"workshop": busy.workshop, "dossier": busy.dossiers[0]}
    busy.say(booking.release_seat, streams, context={"until": until})
    first = busy.dossiers[6]
    busy.engine.clock = lambda: datetime(2026, 9, 18, 6, tzinfo=AT.tzinfo)
    command = new_id(busy.workshop, f"lapse {first} {until}")

    def lapse() -> Any:
        return busy.engine.execute(
            {"workshop": busy.workshop},
            booking.lapse_offer,
            by=Actor(CLOCK),
            command_id=command,
            dossier=first,
            kept=until,
            context={"until": until + WEEK},
        )

    assert [type(one.event) for one in lapse().recorded] == [w.SeatOfferLapsed, w.SeatOffered]
    assert lapse().repeated
    assert list(busy.state.waiting) == [busy.dossiers[7]]


def test_a_sheet_with_other_names_is_another_sheet_the_same_day() -> None:
    sheet, other = w.PaperIssued(paper="sheet", people=1, on=DAY), seated(OTHER_DOSSIER)
    released = w.SeatReleased(dossier=DOSSIER, on=DAY)
    again = {"paper": "sheet", "people": 1, "actor": str(stamped([sheet])[0].by)}
    printed = (scheduled(), seated(), sheet)
    given(*printed).when(issue_workshop_paper, **again).then_nothing()
    given(*printed, released, other).when(issue_workshop_paper, **again).then(sheet)
