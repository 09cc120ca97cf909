"""The dossier as its events made it: whatever they are, in whatever order."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID, uuid5

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy
from msgspec import structs

from pixflow.dossier import assignment, follow_up, identity, retraction
from pixflow.dossier.evolve import evolve, fold
from pixflow.dossier.stages import certification, diagnostic, orientation, parcours, prescription
from pixflow.dossier.state import Dossier, current_stage, stepper
from pixflow.events import dossier as d
from pixflow.events import participation as p
from pixflow.events import workshop as w
from pixflow.events.base import Event, Recorded
from pixflow.events.catalogue import catalogue
from pixflow.events.values import Action
from pixflow.folding import RETRACTIONS, not_retracted, retractions_by_version
from pixflow.refused import Refused
from pixflow.streams import KINDS, kind_of
from pixflow.tasks import Task, of_dossier
from pixflow.team.staff import Staff
from pixflow.workshop import booking
from tests.decisions import function_of
from tests.given import (
    ACTION,
    ADDED,
    ADVISOR,
    CAMPAIGN,
    CLEA,
    COLLEAGUE,
    DAY,
    DEBRIEFED,
    GRILLE,
    HELD,
    LATER,
    LEC,
    LOW,
    OTHER_WORKSHOP,
    PARTICIPATION,
    PLAN,
    PRESCRIBED,
    REFERRAL,
    RESULT_IN,
    SECOND,
    STUDY,
    WORKSHOP,
    absent,
    answered,
    appointment,
    assigned,
    attended,
    booked,
    built,
    certification_taken,
    certified,
    chased,
    closed,
    complete,
    declined,
    dispatched,
    dropped,
    ended,
    explored,
    followed,
    handed,
    linked,
    needed,
    no_certification,
    no_retake,
    not_certified,
    not_complete,
    note,
    on_cv,
    opened,
    planned,
    presented,
    received,
    references,
    registered,
    reminded,
    reopened,
    retake,
    sent,
    snoozed,
    stamped,
    started,
    state_of,
    studied,
    unbooked,
    without_bookkeeping,
)
from tests.given import certification as proposed

IDS = (ADVISOR, COLLEAGUE, CAMPAIGN, PARTICIPATION, SECOND, PLAN, ACTION, REFERRAL, STUDY, WORKSHOP)
TEXTS = (
    "", "vente", f"hold-debrief:{PARTICIPATION}", f"refer:{ACTION}", f"chase-diagnostic:{PLAN}", "close-or-plan",
    f"offer-alternative:{ACTION}", f"chase-partner:{REFERRAL}", f"rebook-absent:{WORKSHOP}", "complete-path",
)  # fmt: skip
SIMPLE: dict[object, SearchStrategy[Any]] = {
    UUID: st.sampled_from(IDS),
    str: st.sampled_from(TEXTS),
    int: st.integers(1, 12),
    float: st.sampled_from([48.76, 0.63]),
    bool: st.booleans(),
    type(None): st.none(),
    date: st.dates(date(2026, 8, 1), date(2026, 11, 30)),
    datetime: st.datetimes(datetime(2026, 8, 1), datetime(2026, 11, 30), timezones=st.just(UTC)),
    Decimal: st.sampled_from([Decimal("0"), Decimal("0.35"), Decimal("0.5"), Decimal("1")]),
}


@cache
def any_of(hint: Any) -> SearchStrategy[Any]:
    """Any value of an annotation, from small pools so that events meet each other."""
    if hint in SIMPLE:
        return SIMPLE[hint]
    arguments = get_args(hint)
    if get_origin(hint) is Literal:
        return st.sampled_from(arguments)
    if get_origin(hint) in (Union, UnionType):
        return st.one_of(*map(any_of, arguments))
    if get_origin(hint) is tuple:
        if arguments[-1] is Ellipsis:
            return st.lists(any_of(arguments[0]), max_size=2).map(tuple)
        return st.tuples(*map(any_of, arguments))
    assert is_dataclass(hint), hint
    hints = get_type_hints(hint)
    return st.builds(hint, **{field.name: any_of(hints[field.name]) for field in fields(hint)})  # type: ignore[arg-type]


def events_of(kind: str, at_most: int = 14) -> SearchStrategy[list[Event]]:
    classes: list[Any] = [cls for cls in catalogue() if kind_of(cls) == kind]
    return st.lists(st.one_of(*map(any_of, classes)), max_size=at_most)


def without_retractions(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if not isinstance(event, RETRACTIONS)]


REFS = references()


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
def test_evolve_never_raises_whatever_the_order(kind: str, data: DataObject) -> None:
    history = stamped(data.draw(events_of(kind)))
    state = KINDS[kind].fold([])
    for recorded in history:
        state = KINDS[kind].evolve(state, recorded)
    assert state.version == len(history)
    assert KINDS[kind].fold(history).version == len(history)


PROTOCOLS = {"L'Aigle": REFS, "another": references(result_route="workshop", concerned="assessed", tries=1)}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(events=events_of("dossier"))
def test_whatever_happened_a_dossier_owes_something_until_it_is_closed(protocol: str, events: list[Event]) -> None:
    state = fold(stamped([opened(), *events]))
    owed = of_dossier(state, PROTOCOLS[protocol])
    if state.opened is None:
        assert owed == []
    elif state.closed:
        late, asked = state.late is not None, state.erasure is not None
        assert [task.kind for task in owed] == ["confirm-erasure"] * asked + ["review-late-event"] * late
    else:
        assert owed
    must_hold(state, owed)


def must_hold(state: Dossier, owed: Sequence[Task]) -> None:
    """One row for a key; its days are in order; what rests, lapses or is another's says so in full."""
    assert len({task.key for task in owed}) == len(owed)
    for task in owed:
        assert task.opens <= task.due <= task.escalations[0][0] <= task.escalations[1][0], task
        assert 1 <= task.why.version <= state.version, task
        assert task.lapses is None or task.opens < task.lapses, task
        assert task.snoozed_until is None or task.snoozed_until <= task.due, task
        assert task.appointment is None or task.due == state.appointments[task.key].day, task
        assert task.handed_to is not None or task.handed_until is None, task
        assert task.key == task.kind or task.key.startswith(f"{task.kind}:"), task


@given(events_of("dossier", at_most=6))
def test_whatever_is_taken_back_the_dossier_owes_as_before(events: list[Event]) -> None:
    more = without_retractions(events)
    for base in BASES[1:]:
        strikes = [d.Retracted(version=len(base) + n, reason="erreur", on=DAY) for n in range(len(more), 0, -1)]
        before = of_dossier(fold(stamped(base)), REFS)
        after = of_dossier(fold(stamped([*base, *more, *strikes])), REFS)
        assert list(map(undated, after)) == list(map(undated, before))


def undated(task: Task) -> Task | str:
    """Quiet counts from the retraction, which is an event too."""
    return task.kind if task.why.details.get("by") == "quiet" else task


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
def test_folding_is_evolving_one_by_one_when_nothing_is_taken_back(kind: str, data: DataObject) -> None:
    history = stamped(without_retractions(data.draw(events_of(kind))))
    one_by_one = KINDS[kind].fold([])
    for recorded in history:
        one_by_one = KINDS[kind].evolve(one_by_one, recorded)
    assert KINDS[kind].fold(history) == one_by_one


@pytest.mark.parametrize("kind", ["dossier", "participation", "workshop"])
@given(data=st.data())
def test_what_is_taken_back_never_happened(kind: str, data: DataObject) -> None:
    history = stamped(data.draw(events_of(kind).map(without_retractions).filter(bool)))
    version = data.draw(st.integers(1, len(history)))
    strike = stamped([_retraction(kind, version)], after=len(history))
    without = [recorded for recorded in history if recorded.originator_version != version]
    after = KINDS[kind].fold(history + strike)
    assert without_bookkeeping(after) == without_bookkeeping(KINDS[kind].fold(without))
    assert after.version == len(history) + 1


def _retraction(kind: str, version: int) -> Event:
    modules: dict[str, Any] = {"dossier": d, "participation": p, "workshop": w}
    event: Event = modules[kind].Retracted(version=version, reason="erreur", on=DAY)
    return event


# --- decisions, in any order

DECISIONS: tuple[Callable[..., list[Event]], ...] = (
    orientation.present_pix, orientation.plan_diagnostic, orientation.decline_diagnostic,
    diagnostic.link_participation, diagnostic.advance_participation, diagnostic.withdraw_participation,
    diagnostic.receive_result, prescription.dispatch_result, prescription.hold_debrief,
    prescription.build_prescription, prescription.add_action, parcours.send_referral, parcours.answer_referral,
    parcours.start_action, parcours.end_action, parcours.drop_action, identity.open_dossier, identity.correct_identity,
    identity.correct_contact, identity.state_project, identity.join_programme, assignment.assign_advisor,
    follow_up.set_appointment, follow_up.miss_appointment, follow_up.chase_young_person, follow_up.take_note,
    follow_up.review_late_event, follow_up.close_dossier, follow_up.reopen_dossier, retraction.retract,
    retraction.reinstate,
    orientation.assess_need, diagnostic.receive_profile, prescription.explore_difficulty,
    prescription.assign_self_study, prescription.follow_self_study, parcours.chase_partner,
    certification.take_complete_diagnostic, certification.decline_complete_diagnostic,
    certification.propose_certification, certification.decline_certification, certification.register_certification,
    certification.take_certification, certification.obtain_certification, certification.add_result_to_cv,
    certification.plan_retake, certification.decline_retake, follow_up.snooze_task, follow_up.hand_over_task,
    assignment.lend_dossier,
    booking.record_booking, booking.record_cancellation, booking.record_attendance,
)  # fmt: skip
EACH_TIME_A_FACT = (follow_up.chase_young_person, follow_up.take_note, parcours.chase_partner)
PLAUSIBLE: dict[str, SearchStrategy[Any]] = {
    "participation": st.sampled_from([PARTICIPATION, PARTICIPATION, SECOND]),
    "on": st.dates(DAY, date(2026, 9, 18)),
    "advisor": st.sampled_from([ADVISOR, COLLEAGUE]),
    "to": st.sampled_from([ADVISOR, COLLEAGUE, COLLEAGUE]),
    "campaign": st.just(CAMPAIGN),
    "birth_date": st.sampled_from([None, date(2005, 3, 2)]),
    "imilo_number": st.sampled_from([None, "00123", "00124"]),
    "last_name": st.just("Martin"),
    "phone": st.sampled_from([None, "0612345678"]),
    "email": st.sampled_from([None, "lea@exemple.fr"]),
    "commune": st.sampled_from(["61214", "61214", "65440", "L’Aigle"]),
    "programme": st.sampled_from(["CEJ", "PACEA"]),
    "reason": st.sampled_from(["non", "non", ""]),
    "day": st.dates(date(2026, 9, 18), date(2026, 9, 30)),
    "ends": st.dates(date(2026, 9, 18), date(2026, 9, 30)),
    "until": st.dates(date(2026, 9, 18), date(2026, 9, 30)),
    "session": st.dates(date(2026, 9, 18), date(2026, 9, 30)),
    "planned_for": st.dates(date(2026, 9, 18), date(2026, 9, 30)),
    "workshop": st.sampled_from([WORKSHOP, OTHER_WORKSHOP]),
    "tutorials": st.sampled_from(["Chercher sur le web", ""]),
    "kept": st.lists(st.sampled_from([*LOW, *LOW, "cv"]), min_size=1, max_size=3).map(tuple),
    "added": st.sampled_from([(), ("Permis",), (" ",)]),
    "proposal": st.sampled_from([*LOW, *LOW, "", "cv"]),
    "label": st.sampled_from(["Permis", "Code", ""]),
    "version": st.integers(1, 20),
}


def arguments(
    data: DataObject, decide: Callable[..., Any], dossier: Dossier, history: list[Recorded]
) -> dict[str, Any]:
    """Plausible arguments for a decision; ids of new things are new, ids of known things mostly known."""
    new = uuid5(PLAN, f"{len(history)}")
    known: dict[str, Any] = {
        "grille": GRILLE["grille"],
        "number": 1,
        "history": history,
        "team": {person: Staff(1, roles=frozenset({"advisor"})) for person in (ADVISOR, COLLEAGUE)},
        "actor": str(ADVISOR),
        "plan": new,
        "action_ids": tuple(uuid5(new, str(n)) for n in range(5)),
        "versions": tuple(retractions_by_version(history)),
        "open_tasks": {task.key: task.why.version for task in of_dossier(dossier, REFS)},
    }
    if decide is parcours.send_referral:
        known["referral"] = new
    if decide is prescription.add_action:
        known["action"] = new
    if decide is not prescription.follow_self_study:
        known["study"] = new
    actions = dossier.parcours.actions
    owed = [*known["open_tasks"], f"hold-debrief:{PARTICIPATION}"]
    ids = {
        "task": [*dossier.appointments, *owed] if decide is follow_up.miss_appointment else owed,
        "about": owed,
        "action": [*actions, ACTION],
        "referral": [*(sent.id for action in actions.values() for sent in action.referrals), REFERRAL],
        "study": [*dossier.prescription.studies, STUDY],
        "version": [1, *(one.originator_version for one in history)],
    }
    hints = {
        name: hint for name, hint in get_type_hints(function_of(decide)).items() if name not in ("dossier", "return")
    }
    said = {name: known[name] for name in hints if name in known}
    for name, hint in hints.items():
        if name in said:
            continue
        pool = st.sampled_from(ids[name]) if name in ids else PLAUSIBLE.get(name)
        said[name] = data.draw(pool if pool is not None else any_of(_kind_of(decide, name, hint)), label=name)
    return said


def _kind_of(decide: Callable[..., Any], name: str, hint: Any) -> Any:
    return Literal["done", "moved"] if decide is follow_up.close_dossier and name == "reason" else hint


FULL = (*PRESCRIBED, sent(), answered(answer="refused"), sent(referral=SECOND), answered(referral=SECOND), started())
LATE = (opened(), linked(), closed(), received())
WORKED = (*DEBRIEFED, studied(), built(actions=(LEC, CLEA)), sent(), ended(), complete(), proposed())
SEATED = (opened(), assigned(), booked(), absent())
BASES = (
    (), (opened(),), RESULT_IN, (*RESULT_IN, appointment(TEXTS[2], DAY)), DEBRIEFED, PRESCRIBED, FULL, LATE, WORKED,
    SEATED,
)  # fmt: skip
FITTING: dict[object, tuple[Event, ...]] = {
    identity.open_dossier: (),
    orientation.decline_diagnostic: (opened(),),
    follow_up.set_appointment: (*RESULT_IN, dispatched()),
    follow_up.miss_appointment: BASES[3],
    follow_up.review_late_event: LATE,
    follow_up.reopen_dossier: LATE,
    retraction.retract: FULL,
    retraction.reinstate: (*FULL, d.Retracted(version=len(FULL), reason="erreur", on=DAY)),
    prescription.build_prescription: DEBRIEFED,
    prescription.add_action: PRESCRIBED,
    parcours.send_referral: PRESCRIBED,
    parcours.answer_referral: (*PRESCRIBED, sent()),
    parcours.start_action: PRESCRIBED,
    parcours.end_action: FULL,
    parcours.drop_action: FULL,
    prescription.follow_self_study: WORKED,
    certification.register_certification: WORKED,
    certification.take_certification: WORKED,
    certification.obtain_certification: (*WORKED, registered(LATER)),
    follow_up.snooze_task: (*RESULT_IN, dispatched()),
    follow_up.hand_over_task: (*RESULT_IN, dispatched()),
    booking.record_cancellation: SEATED[:-1],
}
"""Events before a decision has an effect; other decisions need a received result."""


def walked(data: DataObject, history: list[Recorded], steps: int) -> list[Recorded]:
    """Some decisions more, those refused left out."""
    for _ in range(data.draw(st.integers(0, steps))):
        decide = data.draw(st.sampled_from(DECISIONS))
        try:
            decided = decide(fold(history), **arguments(data, decide, fold(history), history))
        except Refused:
            continue
        history = history + stamped(decided, after=len(history))
    return history


@pytest.mark.parametrize("decide", [one for one in DECISIONS if one not in EACH_TIME_A_FACT])
def test_saying_it_twice_records_it_once(decide: Callable[..., list[Event]]) -> None:
    bases, recorded = (*[FITTING.get(decide, RESULT_IN)] * 12, *BASES), 0

    @settings(max_examples=60, database=None)  # else a decision may come to nothing in all of them
    @given(st.data())
    def said_twice(data: DataObject) -> None:
        nonlocal recorded
        history = walked(data, stamped(data.draw(st.sampled_from(bases))), steps=2)
        said = {**arguments(data, decide, fold(history), history)}
        said.pop("again", None)  # an equal mark that was pressed later is another fact
        try:
            decided = decide(fold(history), **said)
        except Refused:
            return
        recorded += bool(decided)
        history = history + stamped(decided, after=len(history))
        again = {**said, "history": history} if "history" in said else said
        assert decide(fold(history), **again) == []

    said_twice()
    assert recorded, "no example came to anything"


@given(st.data())
def test_taking_back_leaves_what_was_before_without_it_and_what_it_made(data: DataObject) -> None:
    history = walked(data, stamped(FULL), steps=5)
    standing = list(retractable(history))
    assume(standing)
    version = data.draw(st.sampled_from(standing))
    strikes = retraction.retract(fold(history), version=version, reason="erreur", on=DAY, history=history)
    after = history + stamped(strikes, after=len(history))
    gone = retractions_by_version(after)
    kept = [recorded for recorded in history if recorded.originator_version not in gone]
    assert version in gone
    told = structs.replace(fold(after), holders=fold(kept).holders)
    assert without_bookkeeping(told) == without_bookkeeping(fold(kept))
    assert of_dossier(told, REFS) == of_dossier(fold(kept), REFS)
    made = retraction.new_ids(history[version - 1].event)
    later = [recorded.event for recorded in kept if recorded.originator_version > version]  # a note may name it before
    left = [event for event in later if not isinstance(event, d.Retracted)]  # it names what it took
    assert not any(str(one) in repr(event) for one in made for event in left)


def retractable(history: Sequence[Recorded]) -> Iterator[int]:
    for recorded in not_retracted(history):
        if not isinstance(recorded.event, d.DossierOpened) and not retraction.is_corrected_elsewhere(recorded.event):
            yield recorded.originator_version


@given(st.data())
def test_whatever_people_decide_what_is_owed_can_be_done(data: DataObject) -> None:
    history = walked(data, stamped(data.draw(st.sampled_from(BASES[1:]))), steps=8)
    state = fold(history)
    owed = of_dossier(state, REFS)
    must_hold(state, owed)
    assert owed or state.closed


# --- bookkeeping


def test_the_version_is_the_last_event_s_even_when_that_one_is_taken_back() -> None:
    state = state_of("dossier", opened(), presented(), d.Retracted(version=2, reason="erreur", on=DAY))
    assert (state.version, state.orientation.presented) == (3, None)
    also = fold(stamped([opened(), d.Retracted(version=3, reason="?", on=DAY), note()]))
    assert also.version == 3


def test_last_is_the_latest_day_not_the_latest_entry() -> None:
    state = state_of("dossier", opened(DAY), note(on=LATER), note(on=DAY))
    assert (state.last.on, state.last.version, state.version) == (LATER, 2, 3)


def test_who_does_it_and_when_and_what_is_taken_back_is_not_the_last_that_happened() -> None:
    state = state_of("dossier", opened(), snoozed("present-pix", LATER, LATER), handed("present-pix", on=LATER))
    assert (state.last.on, state.last.version, state.version) == (DAY, 1, 3)
    state = state_of(
        "dossier", opened(), assigned(on=LATER), note(on=LATER), d.Retracted(version=3, reason="", on=LATER)
    )
    assert (state.last.on, state.last.version, state.version) == (DAY, 1, 4)


def test_a_result_that_came_in_while_closed_is_late_once_until_the_dossier_reopens() -> None:
    half = linked(progress="0.5")
    state = state_of(
        "dossier", opened(), closed(), half, d.ParticipationWithdrawn(participation=PARTICIPATION, on=LATER)
    )
    assert state.late.version == 3
    again = evolve(state, stamped([d.DossierReopened(reason="revenue", on=LATER)], after=4)[0])
    assert (again.late, again.closed) == (None, None)


def test_reopened_it_starts_the_tries_anew() -> None:
    history = (opened(), chased("present-pix"), closed())
    assert len(state_of("dossier", *history).chases["present-pix"]) == 1
    assert state_of("dossier", *history, reopened()).chases == {}


# --- what each event makes of it


def test_the_need_is_the_one_judged_last() -> None:
    state = state_of("dossier", opened(), needed(needed=False), needed(LATER)).orientation
    assert (state.need.needed, state.need.stamp.version) == (True, 3)


def test_a_seat_is_booked_moved_lost_used_or_not() -> None:
    def seat(*events: Event) -> tuple[object, ...]:
        last = state_of("dossier", opened(), *events).diagnostic.seat
        return last.day, last.status, last.reason, last.stamp.version

    assert seat(booked()) == (HELD, "booked", "", 2)
    assert seat(booked(), booked(LATER)) == (LATER, "booked", "", 3)
    assert seat(booked(), unbooked("cancelled")) == (HELD, "cancelled", "cancelled", 3)
    assert seat(booked(), unbooked(), booked()) == (HELD, "booked", "", 4)
    assert seat(booked(), absent()) == (HELD, "missed", "", 3)
    assert seat(booked(), absent(), absent(excused=True)) == (HELD, "missed", "excused", 4)
    assert seat(booked(), absent(excused=True), attended()) == (HELD, "attended", "", 4)
    assert seat(attended(LATER)) == (LATER, "attended", "", 2)
    assert seat(absent(LATER)) == (LATER, "missed", "", 2)
    assert state_of("dossier", opened(), unbooked()).diagnostic.seat is None


def test_what_was_seen_at_a_workshop_is_what_was_said_last() -> None:
    history = (opened(), booked(), attended(trouble=True), attended(ease=True, by_advisor=False))
    there = state_of("dossier", *history).diagnostic.last_attended
    assert (there.trouble, there.ease, there.by_advisor, there.stamp.version) == (False, True, False, 4)
    assert state_of("dossier", *history, absent()).diagnostic.last_attended is None


def test_the_seat_that_counts_is_the_one_booked_else_the_last_by_its_day() -> None:
    elsewhere = booked(HELD, workshop=OTHER_WORKSHOP)
    late = state_of("dossier", opened(), booked(LATER), elsewhere, absent(LATER)).diagnostic
    assert (late.seat.workshop, late.seat.status) == (OTHER_WORKSHOP, "booked")
    corrected = (attended(HELD, workshop=OTHER_WORKSHOP), absent(LATER, excused=True))
    both = state_of("dossier", opened(), booked(LATER), elsewhere, *corrected).diagnostic
    assert (both.seat.workshop, both.seat.status) == (OTHER_WORKSHOP, "attended")
    assert both.last_attended.workshop == OTHER_WORKSHOP


def test_the_cause_of_a_difficulty_is_the_one_found_last() -> None:
    state = state_of("dossier", opened(), explored(), explored(LATER, "both")).prescription
    assert (state.explored.cause, state.explored.stamp.version) == ("both", 3)


def test_a_self_study_is_over_once_it_is_done_or_stopped() -> None:
    def study(*events: Event) -> tuple[object, ...]:
        known = state_of("dossier", opened(), studied(), *events).prescription.studies[STUDY]
        return known.tutorials, known.outcome, known.over, known.stamp.version

    assert study() == ("Chercher sur le web", None, False, 2)
    assert study(followed(outcome="ongoing")) == ("Chercher sur le web", "ongoing", False, 2)
    assert study(followed(outcome="ongoing"), followed()) == ("Chercher sur le web", "done", True, 2)
    assert study(followed(outcome="stopped")) == ("Chercher sur le web", "stopped", True, 2)
    assert study(followed(study=SECOND)) == study()


def test_a_partner_who_is_chased_is_tried_once_more() -> None:
    state = state_of("dossier", *PRESCRIBED, sent(), reminded(), reminded(LATER))
    assert [mark.on for mark in state.chases[f"chase-partner:{REFERRAL}"]] == [DAY, LATER]
    assert state.parcours == state_of("dossier", *PRESCRIBED, sent()).parcours


CERTIFY = Action(ADDED, "Certification Pix", "certification")
CV = Action(SECOND, "Valoriser sur le CV", "cv")
KEPT = (*DEBRIEFED, built(actions=(LEC, CLEA, CERTIFY, CV)))


def ends(*events: Event) -> dict[str, object]:
    """Returns the outcome of each kind of kept action."""
    actions = state_of("dossier", *KEPT, *events).parcours.actions.values()
    return {
        a.action.kind: a.outcome or ("dropped" if a.dropped else "started" if a.started else "kept") for a in actions
    }


AS_KEPT = {"action": "kept", "complete": "kept", "certification": "kept", "cv": "kept"}


@pytest.mark.parametrize(
    ("events", "change"),
    [
        ((), {}),
        ((complete(),), {"complete": "done"}),
        ((complete(), complete(LATER, SECOND)), {"complete": "done"}),
        ((not_complete(),), {"complete": "dropped"}),
        ((not_complete(), complete(LATER)), {"complete": "done"}),
        ((dropped(action=CLEA.id), complete(LATER)), {"complete": "dropped"}),
        ((proposed(),), {"certification": "started"}),
        ((proposed(), registered(LATER), certification_taken()), {"certification": "started"}),
        ((proposed(), registered(LATER), certified()), {"certification": "done"}),
        ((proposed(), registered(LATER), not_certified()), {"certification": "done"}),
        ((proposed(), no_certification()), {"certification": "dropped"}),
        ((proposed(), no_certification(), proposed(LATER)), {"certification": "started"}),
        ((no_certification(), proposed(LATER), certification_taken(), certified()), {"certification": "done"}),
        ((on_cv(),), {"cv": "done"}),
    ],
)
def test_what_was_kept_of_the_grid_ends_with_what_it_stands_for(
    events: tuple[Event, ...], change: dict[str, str]
) -> None:
    assert ends(*events) == AS_KEPT | change


def test_the_complete_diagnostic_is_taken_or_declined() -> None:
    def said(*events: Event) -> tuple[bool, int]:
        answer = state_of("dossier", opened(), *events).parcours.complete
        return answer.accepted, answer.stamp.version

    assert said(complete()) == said(complete(), complete(LATER, PARTICIPATION)) == (True, 2)
    assert said(not_complete()) == (False, 2)
    assert said(not_complete(), complete()) == (True, 3)


def test_the_certification_is_where_it_was_said_last_to_be() -> None:
    def step(*events: Event) -> tuple[object, ...]:
        known = state_of("dossier", opened(), *events).parcours.certification
        return known.step, known.session, known.place, known.level

    assert step(proposed()) == ("proposed", None, "", "")
    assert step(proposed(), registered(LATER)) == ("registered", LATER, "Alençon", "")
    assert step(registered(LATER), certification_taken()) == ("taken", None, "", "")
    assert step(certification_taken(), certified()) == ("obtained", None, "", "3")
    assert step(certification_taken(), not_certified()) == ("not-obtained", None, "", "")
    assert step(proposed(), no_certification()) == ("declined", None, "", "")


def test_a_retake_is_planned_for_a_day_or_declined() -> None:
    planned_again = state_of("dossier", opened(), no_retake(), retake(DAY, LATER)).parcours.retake
    assert (planned_again.campaign, planned_again.planned_for) == (CAMPAIGN, LATER)
    refused = state_of("dossier", opened(), retake(), no_retake(LATER)).parcours.retake
    assert (refused.campaign, refused.planned_for, refused.stamp.on) == (None, None, LATER)


def test_what_was_learned_last_is_the_training_done_last() -> None:
    assert state_of("dossier", *KEPT, complete(), on_cv(), certified()).parcours.last_training is None
    both = (*DEBRIEFED, built(actions=(LEC, Action(ADDED, "CAP Digital", "action"))))
    mark, action = state_of("dossier", *both, ended(LATER, ADDED), ended()).parcours.last_training
    assert (mark.on, action.id) == (LATER, ADDED)
    assert state_of("dossier", *both, ended(outcome="abandoned"), dropped(action=ADDED)).parcours.last_training is None


def test_a_task_rests_or_is_a_colleague_s_as_was_said_last() -> None:
    key = "present-pix"
    state = state_of("dossier", opened(), snoozed(key, LATER), snoozed(key, HELD), handed(key), handed(key, ADVISOR))
    assert (state.snoozes[key].until, state.snoozes[key].stamp.version) == (HELD, 3)
    assert (state.handovers[key].to, state.handovers[key].until) == (ADVISOR, None)
    assert state.handovers[key].is_active(HELD)
    until = state_of("dossier", opened(), handed(key, until=LATER)).handovers[key]
    assert [until.is_active(day) for day in (DAY, LATER, HELD)] == [True, True, False]


# --- where it stands


@pytest.mark.parametrize(
    ("history", "stage"),
    [
        ((opened(),), "orientation"),
        ((opened(), presented()), "orientation"),
        ((opened(), presented(), declined()), "orientation"),
        ((opened(), presented(), planned()), "diagnostic"),
        ((opened(), linked(progress="0.3")), "diagnostic"),
        (RESULT_IN, "prescription"),
        (DEBRIEFED, "prescription"),
        (PRESCRIBED, "parcours"),
        ((*PRESCRIBED, started()), "parcours"),
        ((*PRESCRIBED, started(), ended()), None),
        ((*PRESCRIBED, dropped()), None),
        ((*PRESCRIBED, ended(), proposed()), "parcours"),
        ((*PRESCRIBED, ended(), registered(LATER)), "parcours"),
        ((*PRESCRIBED, ended(), certification_taken()), "parcours"),
        ((*PRESCRIBED, ended(), proposed(), no_certification()), None),
        ((*PRESCRIBED, ended(), certification_taken(), certified()), None),
    ],
)
def test_a_dossier_stands_at_the_first_stage_not_done(history: Sequence[Event], stage: str | None) -> None:
    state = state_of("dossier", *history)
    assert current_stage(state, ()) == stage
    steps = {step.stage: step.status for step in stepper(state, ())}
    order = list(steps)
    at = order.index(stage) if stage else 4
    assert list(steps.values()) == ["done"] * at + ["current"] * (stage is not None) + ["todo"] * (3 - at)


def test_a_newer_result_brings_the_prescription_back() -> None:
    history = (*PRESCRIBED, ended())
    newer = (linked(LATER, SECOND), received(LATER, SECOND))
    assert current_stage(state_of("dossier", *history), ()) is None
    steps = stepper(state_of("dossier", *history, *newer), ())
    assert [step.status for step in steps] == ["done", "done", "current", "todo"]
    assert steps[1].stamp.version == 10


def test_the_orientation_is_not_over_while_pix_is_to_be_presented() -> None:
    state = state_of("dossier", opened(), planned())
    assert current_stage(state, ("present-pix", "chase-diagnostic")) == "orientation"
    assert [step.status for step in stepper(state, ("present-pix",))] == ["current", "todo", "todo", "todo"]
    assert current_stage(state, ("chase-diagnostic",)) == "diagnostic"
