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
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from pixflow.dossier import assignment, diagnostic, orientation, parcours, prescription
from pixflow.dossier.state import Dossier, evolve, fold
from pixflow.dossier.stepper import current_stage, stepper
from pixflow.events import Event, Recorded, catalogue
from pixflow.events import dossier as d
from pixflow.events import participation as p
from pixflow.folds import retracted
from pixflow.refused import Refused
from pixflow.streams import KINDS, kind_of
from pixflow.tasks import of_dossier
from tests.given import (
    ACTION,
    ADVISOR,
    CAMPAIGN,
    COLLEAGUE,
    DAY,
    DEBRIEFED,
    GRILLE,
    LATER,
    LOW,
    PARTICIPATION,
    PLAN,
    PRESCRIBED,
    REFERRAL,
    RESULT_IN,
    SECOND,
    answered,
    appointment,
    closed,
    declined,
    dropped,
    ended,
    linked,
    note,
    opened,
    planned,
    presented,
    received,
    references,
    sent,
    stamped,
    started,
    state_of,
    without_bookkeeping,
)  # fmt: skip

IDS = (ADVISOR, COLLEAGUE, CAMPAIGN, PARTICIPATION, SECOND, PLAN, ACTION, REFERRAL)
TEXTS = ("", "vente", f"hold-debrief:{PARTICIPATION}", f"refer:{ACTION}", f"chase-diagnostic:{PLAN}", "close-or-plan")
SIMPLE: dict[object, SearchStrategy[Any]] = {
    UUID: st.sampled_from(IDS),
    str: st.sampled_from(TEXTS),
    int: st.integers(1, 12),
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


def events_of(kind: str) -> SearchStrategy[list[Event]]:
    classes: list[Any] = [cls for cls in catalogue() if kind_of(cls) == kind]
    return st.lists(st.one_of(*map(any_of, classes)), max_size=14)


def without_retractions(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if not event.TOPIC.endswith(".Retracted")]


REFS = references()


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_evolve_never_raises_whatever_the_order(kind: str, data: DataObject) -> None:
    history = stamped(data.draw(events_of(kind)))
    state = KINDS[kind].fold([])
    for recorded in history:
        state = KINDS[kind].evolve(state, recorded)
    assert state.version == len(history)
    assert KINDS[kind].fold(history).version == len(history)


@settings(max_examples=150, deadline=None)
@given(events_of("dossier"))
def test_whatever_happened_a_dossier_owes_something_or_nothing_but_never_fails(events: list[Event]) -> None:
    state = fold(stamped([opened(), *events]))
    owed = of_dossier(state, REFS)
    assert len({task.key for task in owed}) == len(owed)
    assert all(task.opens <= task.due <= task.escalations[0][0] <= task.escalations[1][0] for task in owed)
    assert all(1 <= task.why.version <= state.version for task in owed)


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_folding_is_evolving_one_by_one_when_nothing_is_taken_back(kind: str, data: DataObject) -> None:
    history = stamped(without_retractions(data.draw(events_of(kind))))
    one_by_one = KINDS[kind].fold([])
    for recorded in history:
        one_by_one = KINDS[kind].evolve(one_by_one, recorded)
    assert KINDS[kind].fold(history) == one_by_one


@pytest.mark.parametrize("kind", ["dossier", "participation"])
@settings(max_examples=100, deadline=None)
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
    module: Any = d if kind == "dossier" else p
    event: Event = module.Retracted(version=version, reason="erreur", on=DAY)
    return event


# --- decisions, in any order

DECISIONS: tuple[Callable[..., list[Event]], ...] = (
    orientation.present_pix, orientation.plan_diagnostic, orientation.decline_diagnostic,
    diagnostic.link_participation, diagnostic.advance_participation, diagnostic.withdraw_participation,
    diagnostic.receive_result, prescription.dispatch_result, prescription.hold_debrief,
    prescription.build_prescription, parcours.send_referral, parcours.answer_referral, parcours.start_action,
    parcours.end_action, parcours.drop_action, assignment.open_dossier, assignment.correct_identity,
    assignment.correct_contact, assignment.state_project, assignment.join_programme, assignment.assign_advisor,
    assignment.set_appointment, assignment.miss_appointment, assignment.chase, assignment.take_note,
    assignment.review_late_event, assignment.close, assignment.reopen, assignment.retract,
)  # fmt: skip
EACH_TIME_A_FACT = (assignment.chase, assignment.take_note)
PLAUSIBLE: dict[str, SearchStrategy[Any]] = {
    "participation": st.sampled_from([PARTICIPATION, PARTICIPATION, SECOND]),
    "on": st.dates(DAY, date(2026, 9, 18)),
    "advisor": st.sampled_from([ADVISOR, COLLEAGUE]),
    "campaign": st.just(CAMPAIGN),
    "birth_date": st.sampled_from([None, date(2005, 3, 2)]),
    "imilo_number": st.sampled_from([None, "00123", "00124"]),
    "last_name": st.just("Martin"),
    "phone": st.sampled_from([None, "0612345678"]),
    "email": st.sampled_from([None, "lea@exemple.fr"]),
    "programme": st.sampled_from(["CEJ", "PACEA"]),
    "reason": st.sampled_from(["non", "non", ""]),
    "task": st.sampled_from([f"hold-debrief:{PARTICIPATION}", "present-pix"]),
    "kept": st.lists(st.sampled_from([*LOW, *LOW, "cv"]), min_size=1, max_size=3).map(tuple),
    "added": st.sampled_from([(), ("Permis",), (" ",)]),
    "version": st.integers(1, 20),
}


def arguments(
    data: DataObject, decide: Callable[..., Any], dossier: Dossier, history: list[Recorded]
) -> dict[str, Any]:
    """Plausible arguments for a decision; ids of new things are new, ids of known things mostly known."""
    new = uuid5(PLAN, f"{len(history)}")
    known = {
        "grille": GRILLE["grille"], "number": 1, "history": history, "plan": new,
        "action_ids": tuple(uuid5(new, str(n)) for n in range(5)),
    }  # fmt: skip
    if decide is parcours.send_referral:
        known["referral"] = new
    actions = dossier.parcours.actions
    ids = {
        "action": [*actions, ACTION],
        "referral": [*(sent.id for action in actions.values() for sent in action.referrals), REFERRAL],
    }
    hints = {name: hint for name, hint in get_type_hints(decide).items() if name not in ("dossier", "return")}
    said = {name: known[name] for name in hints if name in known}
    for name, hint in hints.items():
        if name in said:
            continue
        pool = st.sampled_from(ids[name]) if name in ids else PLAUSIBLE.get(name)
        said[name] = data.draw(pool if pool is not None else any_of(_kind_of(decide, name, hint)), label=name)
    return said


def _kind_of(decide: Callable[..., Any], name: str, hint: Any) -> Any:
    return Literal["done", "moved"] if decide is assignment.close and name == "reason" else hint


FULL = (*PRESCRIBED, sent(), answered(answer="refused"), sent(referral=SECOND), answered(referral=SECOND), started())
LATE = (opened(), linked(), closed(), received())
BASES = ((), (opened(),), RESULT_IN, (*RESULT_IN, appointment(TEXTS[2], DAY)), DEBRIEFED, PRESCRIBED, FULL, LATE)
FITTING: dict[object, tuple[Event, ...]] = {
    assignment.open_dossier: (),
    orientation.decline_diagnostic: (opened(),),
    assignment.miss_appointment: BASES[3],
    assignment.review_late_event: LATE,
    assignment.reopen: LATE,
    assignment.retract: FULL,
    prescription.build_prescription: DEBRIEFED,
    parcours.send_referral: PRESCRIBED,
    parcours.answer_referral: (*PRESCRIBED, sent()),
    parcours.start_action: PRESCRIBED,
    parcours.end_action: FULL,
    parcours.drop_action: FULL,
}
"""Where a decision comes to something; the others do with a result received."""


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
    bases, recorded = (*[FITTING.get(decide, RESULT_IN)] * 4, *BASES), 0

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
    @given(st.data())
    def said_twice(data: DataObject) -> None:
        nonlocal recorded
        history = walked(data, stamped(data.draw(st.sampled_from(bases))), steps=2)
        said = arguments(data, decide, fold(history), history)
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


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_taking_back_leaves_what_was_before_without_it_and_what_it_made(data: DataObject) -> None:
    history = walked(data, stamped(FULL), steps=5)
    version = data.draw(st.sampled_from(list(retractable(history))))
    strikes = assignment.retract(fold(history), version=version, reason="erreur", on=DAY, history=history)
    after = history + stamped(strikes, after=len(history))
    gone = retracted(after)
    kept = [recorded for recorded in history if recorded.originator_version not in gone]
    assert version in gone
    assert without_bookkeeping(fold(after)) == without_bookkeeping(fold(kept))
    made = assignment.introduced(history[version - 1].event)
    assert not any(str(one) in repr(recorded.event) for one in made for recorded in kept)


def retractable(history: Sequence[Recorded]) -> Iterator[int]:
    for recorded in history:
        if not isinstance(recorded.event, (d.DossierOpened, d.Retracted, *assignment.FROM_PIX)):
            yield recorded.originator_version


# --- bookkeeping


def test_the_version_is_the_last_event_s_even_when_that_one_is_taken_back() -> None:
    state = state_of("dossier", opened(), presented(), d.Retracted(version=2, reason="erreur", on=DAY))
    assert (state.version, state.orientation.presented) == (3, None)
    also = fold(stamped([opened(), d.Retracted(version=3, reason="?", on=DAY), note()]))
    assert also.version == 3


def test_last_is_the_latest_day_not_the_latest_entry() -> None:
    state = state_of("dossier", opened(DAY), note(on=LATER), note(on=DAY))
    assert (state.last.on, state.last.version, state.version) == (LATER, 2, 3)


def test_a_result_that_came_in_while_closed_is_late_once_until_the_dossier_reopens() -> None:
    half = linked(progress="0.5")
    state = state_of(
        "dossier", opened(), closed(), half, d.ParticipationWithdrawn(participation=PARTICIPATION, on=LATER)
    )
    assert state.late.version == 3
    again = evolve(state, stamped([d.DossierReopened(reason="revenue", on=LATER)], after=4)[0])
    assert (again.late, again.closed) == (None, None)


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
    ],
)
def test_a_dossier_stands_at_the_first_stage_not_done(history: Sequence[Event], stage: str | None) -> None:
    state = state_of("dossier", *history)
    assert current_stage(state) == stage
    steps = {step.stage: step.status for step in stepper(state)}
    order = list(steps)
    at = order.index(stage) if stage else 4
    assert list(steps.values()) == ["done"] * at + ["current"] * (stage is not None) + ["todo"] * (3 - at)


def test_a_newer_result_brings_the_prescription_back() -> None:
    history = (*PRESCRIBED, ended())
    newer = (linked(LATER, SECOND), received(LATER, SECOND))
    assert current_stage(state_of("dossier", *history)) is None
    steps = stepper(state_of("dossier", *history, *newer))
    assert [step.status for step in steps] == ["done", "done", "current", "todo"]
    assert steps[1].mark.version == 10
