"""The rows of DOMAIN.md §6: what opens a task, when it is due, why, what closes it, what makes it stop.

Each kind is one row of ROWS. Days were counted on the calendar by hand; each delay crosses a week-end and a holiday.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import get_args

import pytest

from pixflow.events import Event
from pixflow.events import dossier as d
from pixflow.events import participation as p
from pixflow.events.values import Action
from pixflow.protocol import Delays, Escalation
from pixflow.publishing import Protocols
from pixflow.references import References
from pixflow.tasks import STAGE_OF, Kind, Task, of_campaign, of_dossier, of_participation
from tests.given import (
    ACTION,
    ADDED,
    LEC,
    OTHER_DOSSIER,
    PARTICIPATION,
    PLAN,
    PRESET,
    SECOND,
    answered,
    appointment,
    assigned,
    built,
    chased,
    closed,
    confirmed,
    debriefed,
    declared,
    declined,
    dispatched,
    dropped,
    ended,
    found,
    imported,
    joined,
    linked,
    missed,
    note,
    opened,
    planned,
    presented,
    received,
    references,
    reopened,
    result,
    retracted,
    sent,
    set_aside,
    settled,
    started,
    state_of,
    vanished,
    withdrawn,
)  # fmt: skip

REFS = references()
OF: dict[str, Callable[..., list[Task]]] = {
    "dossier": of_dossier, "participation": of_participation, "campaign": of_campaign,
}  # fmt: skip


def owed(history: Sequence[Event], refs: References = REFS, subject: str = "dossier") -> dict[str, Task]:
    return {task.key: task for task in OF[subject](state_of(subject, *history), refs)}


def kinds(history: Sequence[Event], refs: References = REFS) -> set[str]:
    return {task.kind for task in owed(history, refs).values()}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One kind of task. The last event of `history` opens it; each of `closed_by` and `stops` ends it."""

    kind: Kind
    about: object = ""
    subject: str = "dossier"
    role: str = "advisor"
    history: tuple[Event, ...]
    opens: date
    due: date
    why: int
    details: dict[str, str]
    closed_by: dict[str, tuple[Event, ...]]
    stops: dict[str, tuple[Event, ...]]
    stays: dict[str, tuple[Event, ...]]

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.about}" if self.about else self.kind


def result_in(on: date) -> tuple[Event, ...]:
    return opened(on), assigned(on=on), linked(on), received(on)


def prescribed(on: date) -> tuple[Event, ...]:
    return *result_in(on), dispatched(on), debriefed(on), built(on)


def gone_quiet(on: date) -> tuple[Event, ...]:
    """Everything was done by that day."""
    return *prescribed(date(2026, 9, 15)), sent(date(2026, 9, 16)), ended(on)


NEXT = datetime(2026, 12, 28, 9, tzinfo=UTC)
APRIL_22, APRIL_30, MAY_7, MAY_22 = date(2026, 4, 22), date(2026, 4, 30), date(2026, 5, 7), date(2026, 5, 22)
JULY_13, OCT_1, OCT_23 = date(2026, 7, 13), date(2026, 10, 1), date(2026, 10, 23)
NOV_2, NOV_6, NOV_10 = date(2026, 11, 2), date(2026, 11, 6), date(2026, 11, 10)
DEC_23, DEC_24, OCT_28_2027 = date(2026, 12, 23), date(2026, 12, 24), date(2027, 10, 28)
PRESENTED = (opened(MAY_7), assigned(on=MAY_7), presented(MAY_7))
FINISHED = (opened(OCT_1), assigned(on=OCT_1), linked(OCT_28_2027))
DISPATCHED = (*result_in(NOV_6), dispatched(NOV_6))
NEWER = (linked(DEC_24, SECOND), received(DEC_24, SECOND))
WALK_IN = (linked(DEC_24, progress="0.1"),)

ROWS = (
    Row(
        kind="present-pix",
        history=(opened(APRIL_22),),
        opens=APRIL_22,
        due=date(2026, 5, 18),  # 15 days, without 1 and 8 May nor Ascension Thursday the 14th
        why=1,
        details={},
        closed_by={"presented": (presented(MAY_7),), "declined": (declined(MAY_7),)},
        stops={"a walk-in": WALK_IN, "closed": (closed(MAY_7),)},
        stays={"planned": (planned(MAY_7),), "complete test": (linked(MAY_7, purpose="complete"),), "note": (note(),)},
    ),
    Row(
        kind="plan-diagnostic",
        history=PRESENTED,
        opens=MAY_7,
        due=date(2026, 5, 18),  # 5 days, without 8 May nor Ascension Thursday
        why=3,
        details={"by": "presented"},
        closed_by={"planned": (planned(MAY_22),), "declined": (declined(MAY_22),)},
        stops={"a walk-in": WALK_IN, "closed": (closed(MAY_22),)},
        stays={"other advisor": (assigned(SECOND, MAY_22),), "note": (note(),)},
    ),
    Row(
        kind="chase-diagnostic",
        about=PLAN,
        history=(opened(OCT_1), presented(OCT_1), planned(OCT_1, OCT_23)),
        opens=date(2026, 11, 16),  # 15 days from its date, without 11 November; All Saints is a Sunday
        due=date(2026, 11, 19),
        why=3,
        details={"planned": "2026-10-23"},
        closed_by={"a participation": WALK_IN, "replanned": (planned(NOV_2, NOV_10, SECOND),)},
        stops={
            "declined": (declined(NOV_2),),
            "closed": (closed(NOV_2),),
            "in a workshop": (planned(NOV_2, modality="workshop"),),
        },
        stays={"complete test": (linked(NOV_2, purpose="complete"),)},
    ),
    Row(
        kind="chase-sharing",
        about=PARTICIPATION,
        history=FINISHED,
        opens=date(2027, 11, 3),  # 3 days from the export that shows it, without All Saints, a Monday
        due=date(2027, 11, 8),
        why=3,
        details={},
        closed_by={"result": (received(date(2027, 11, 3)),), "vanished": (withdrawn(date(2027, 11, 3)),)},
        stops={
            "newer result": (linked(OCT_28_2027, SECOND), received(date(2027, 11, 3), SECOND)),
            "closed": (closed(date(2027, 11, 3)),),
        },
        stays={
            "result of another purpose": (
                linked(OCT_28_2027, SECOND, purpose="complete"), received(OCT_28_2027, SECOND, purpose="complete"),
            ),
        },
    ),
    Row(
        kind="declare-campaign",
        subject="campaign",
        role="referent",
        history=(found(DEC_24),),
        opens=DEC_24,
        due=date(2026, 12, 28),  # 1 day, without Christmas, a Friday
        why=1,
        details={"campaign": "CEJ printemps"},
        closed_by={"declared": (declared(DEC_24),)},
        stops={},
        stays={},
    ),
    Row(
        kind="match-participation",
        subject="participation",
        role="referent",
        history=(imported(DEC_24),),
        opens=DEC_24,
        due=date(2026, 12, 29),
        why=1,
        details={},
        closed_by={"match confirmed": (confirmed(DEC_24),), "set aside": (set_aside(DEC_24),)},
        stops={"vanished": (vanished(NEXT, DEC_24),)},
        stays={
            "rejected": (p.MatchRejected(dossier=OTHER_DOSSIER, on=DEC_24),),
            "shown again": (
                vanished(NEXT, DEC_24),
                p.ParticipationProgressed(progress=Decimal(1), exported_at=NEXT + timedelta(days=1), on=DEC_24),
            ),
            "match undone": (confirmed(DEC_24), p.Retracted(version=2, reason="erreur", on=DEC_24)),
            "brought back": (set_aside(DEC_24), p.Retracted(version=2, reason="erreur", on=DEC_24)),
        },
    ),
    Row(
        kind="dispatch-result",
        about=PARTICIPATION,
        role="referent",
        history=result_in(NOV_10),
        opens=NOV_10,
        due=date(2026, 11, 13),  # 2 days, without 11 November
        why=4,
        details={"mastery": "0.35"},
        closed_by={"dispatched": (dispatched(NOV_10),)},
        stops={"newer result": NEWER, "vanished": (withdrawn(DEC_24),), "closed": (closed(DEC_24),)},
        stays={
            "older result imported later": (
                linked(DEC_24, SECOND), received(DEC_24, SECOND, result=result(date(2026, 1, 9))),
            ),
            "complete result": (
                linked(DEC_24, SECOND, purpose="complete"), received(DEC_24, SECOND, purpose="complete"),
            ),
            "other advisor": (assigned(SECOND, DEC_24),),
        },
    ),
    Row(
        kind="assign-advisor",
        role="referent",
        history=(opened(APRIL_30),),
        opens=APRIL_30,
        due=date(2026, 5, 5),  # 2 days, without 1 May, a Friday
        why=1,
        details={},
        closed_by={"assigned": (assigned(on=APRIL_30),)},
        stops={"closed": (closed(APRIL_30),)},
        stays={"presented": (presented(APRIL_30),)},
    ),
    Row(
        kind="hold-debrief",
        about=PARTICIPATION,
        history=DISPATCHED,
        opens=NOV_6,
        due=date(2026, 11, 16),  # 5 days, without 11 November
        why=5,
        details={"by": "dispatched", "mastery": "0.35"},
        closed_by={"debriefed": (debriefed(NOV_10),)},
        stops={"newer result": NEWER, "vanished": (withdrawn(NOV_10),), "closed": (closed(NOV_10),)},
        stays={"other advisor": (assigned(SECOND, NOV_10),)},
    ),
    Row(
        kind="build-prescription",
        about=PARTICIPATION,
        history=(*result_in(JULY_13), debriefed(JULY_13)),
        opens=JULY_13,
        due=date(2026, 7, 21),  # 5 days, without 14 July
        why=5,
        details={"mastery": "0.35"},
        closed_by={"built": (built(JULY_13),)},
        stops={"newer result": NEWER, "vanished": (withdrawn(JULY_13),), "closed": (closed(JULY_13),)},
        stays={"dispatched after all": (dispatched(JULY_13),)},
    ),
    Row(
        kind="refer",
        about=ACTION,
        history=prescribed(DEC_23),
        opens=DEC_23,
        due=date(2026, 12, 31),  # 5 days, without Christmas
        why=7,
        details={"label": "CAP LEC", "by": "built"},
        closed_by={"referral sent": (sent(DEC_24),), "dropped": (dropped(DEC_24),)},
        stops={"started": (started(DEC_24),), "ended": (ended(DEC_24),), "closed": (closed(DEC_24),)},
        stays={"newer result": NEWER, "accepted elsewhere": (answered(referral=SECOND),)},
    ),
    Row(
        kind="record-outcome",
        about=ACTION,
        history=(*prescribed(APRIL_22), started(APRIL_22, MAY_22)),
        opens=MAY_22,
        due=date(2026, 6, 1),  # 5 days from its end, without Pentecost Monday the 25th
        why=8,
        details={"label": "CAP LEC", "ends": "2026-05-22"},
        closed_by={"ended": (ended(MAY_22),)},
        stops={"dropped": (dropped(MAY_22),), "closed": (closed(MAY_22),)},
        stays={"newer result": NEWER},
    ),
    Row(
        kind="close-or-plan",
        history=gone_quiet(NOV_2),
        opens=date(2027, 1, 28),  # 60 days from the last event, without 11 November, Christmas and New Year's Day
        due=date(2027, 2, 4),
        why=9,
        details={"by": "quiet"},
        closed_by={"closed": (closed(NOV_10),), "a newer result": NEWER},
        stops={"an action to refer": (built(NOV_10, SECOND, (Action(ADDED, "CAP Digital", "action"),)),)},
        stays={"closed and reopened": (closed(NOV_10), reopened(NOV_10))},
    ),
    Row(
        kind="review-late-event",
        role="referent",
        history=(opened(OCT_1), linked(OCT_1), closed(NOV_2), received(DEC_24)),
        opens=DEC_24,
        due=date(2027, 1, 4),  # 5 days, without Christmas nor New Year's Day, both Fridays
        why=4,
        details={},
        closed_by={"reviewed": (d.LateEventReviewed(note="", on=DEC_24),)},
        stops={"reopened": (reopened(DEC_24),)},
        stays={"one more": (withdrawn(DEC_24),), "note": (note(on=DEC_24),)},
    ),
)  # fmt: skip
BY_KIND = {row.kind: row for row in ROWS}
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.kind)


def test_every_kind_of_task_has_its_row() -> None:
    assert [row.kind for row in ROWS] == list(get_args(Kind)) == list(STAGE_OF)


@each_row
def test_its_last_event_opens_it_and_no_earlier_one(row: Row) -> None:
    assert row.key in owed(row.history, subject=row.subject)
    if row.kind != "close-or-plan":  # where the last event always counts anew
        assert row.key not in owed(row.history[:-1], subject=row.subject)


@each_row
def test_when_it_is_visible_and_due_and_why(row: Row) -> None:
    task = owed(row.history, subject=row.subject)[row.key]
    assert (task.kind, task.role, task.stage) == (row.kind, row.role, STAGE_OF[row.kind])
    assert (task.opens, task.due) == (row.opens, row.due)
    assert (task.why.version, task.why.details) == (row.why, row.details)
    opening = row.history[row.why - 1]
    assert task.why.on == opening.on  # type: ignore[attr-defined]


@each_row
def test_its_delay_is_the_protocol_s(row: Row) -> None:
    field = row.kind.replace("-", "_")
    longer = references(delays=replace(Delays(), **{field: getattr(Delays(), field) + 1}))
    moved = owed(row.history, longer, row.subject)[row.key]
    assert moved.opens == row.opens
    assert moved.due == REFS.calendar.add(row.due, 1)


@each_row
def test_late_it_is_seen_by_the_referent_then_by_the_manager(row: Row) -> None:
    escalation = Escalation(referent=1, manager=2)
    task = owed(row.history, references(escalation=escalation), row.subject)[row.key]
    first = REFS.calendar.add(row.due, 1)
    assert task.escalations == ((first, "referent"), (REFS.calendar.add(first, 1), "manager"))


def cases(name: str) -> list[object]:
    return [
        pytest.param(row, events, id=f"{row.kind}: {label}")
        for row in ROWS
        for label, events in getattr(row, name).items()
    ]


@pytest.mark.parametrize(("row", "events"), [*cases("closed_by"), *cases("stops")])
def test_what_ends_it(row: Row, events: tuple[Event, ...]) -> None:
    assert row.key not in owed((*row.history, *events), subject=row.subject)


@pytest.mark.parametrize(("row", "events"), cases("stays"))
def test_what_does_not_end_it(row: Row, events: tuple[Event, ...]) -> None:
    assert row.key in owed((*row.history, *events), subject=row.subject)


@pytest.mark.parametrize("row", [row for row in ROWS if row.subject == "dossier"], ids=lambda row: row.kind)
def test_what_ended_it_taken_back_it_is_owed_as_before(row: Row) -> None:
    before = owed(row.history)[row.key]
    for events in row.closed_by.values():
        strikes = [retracted(len(row.history) + n, on=row.opens) for n in range(len(events), 0, -1)]
        after = owed((*row.history, *events, *strikes))[row.key]
        if row.kind == "close-or-plan":  # quiet is counted from the retraction, which is an event too
            assert after.kind == before.kind
        else:
            assert after == before


def test_an_unknown_subject_owes_nothing() -> None:
    assert [owed((), subject=subject) for subject in OF] == [{}, {}, {}]


# --- opening, in particular


def test_a_dossier_without_advisor_owes_both() -> None:
    assert kinds((opened(),)) == {"assign-advisor", "present-pix"}
    assert kinds((opened(), assigned())) == {"present-pix"}


def test_where_a_need_is_judged_only_a_cej_owes_a_presentation_counted_from_its_joining() -> None:
    assessed = references(concerned="assessed")
    assert kinds((opened(APRIL_22), assigned()), assessed) == {"close-or-plan"}
    task = owed((opened(APRIL_22), joined(on=MAY_7)), assessed)["present-pix"]
    assert (task.opens, task.why.version) == (MAY_7, 2)
    assert "present-pix" not in owed((opened(), joined("PACEA")), assessed)


def test_a_cej_owes_a_plan_before_any_presentation() -> None:
    task = owed((opened(APRIL_22), joined(on=MAY_7)))["plan-diagnostic"]
    assert (task.opens, task.due, task.why.details) == (MAY_7, date(2026, 5, 18), {"by": "cej"})
    assert "plan-diagnostic" not in owed((opened(), joined()), references(cej_mandatory=False))
    assert "plan-diagnostic" not in owed((opened(), joined("PACEA")))
    assert "plan-diagnostic" not in owed((opened(), joined(), joined("PACEA")))


def test_a_declined_test_that_is_planned_after_all_is_chased() -> None:
    history = (opened(OCT_1), assigned(on=OCT_1), presented(OCT_1), declined(OCT_1))
    assert kinds(history) == {"close-or-plan"}
    assert kinds((*history, planned(OCT_23))) == {"chase-diagnostic"}


def test_results_reach_the_advisor_without_dispatch_where_the_protocol_says_so() -> None:
    direct = references(result_route="advisor")
    task = owed(result_in(NOV_6), direct)[f"hold-debrief:{PARTICIPATION}"]
    assert (task.opens, task.why.version, task.why.details["by"]) == (NOV_6, 4, "received")
    assert kinds(result_in(NOV_6), direct) == {"hold-debrief"}


def test_a_result_s_clock_starts_when_it_is_learned() -> None:
    shared = received(NOV_10, result=result(date(2026, 1, 9)))
    history = (opened(OCT_1), assigned(on=OCT_1), linked(NOV_10), shared)
    assert owed(history)[f"dispatch-result:{PARTICIPATION}"].opens == NOV_10


def test_a_result_without_a_score_is_dispatched_without_one() -> None:
    history = (opened(), assigned(), linked(), received(result=result(mastery=None)))
    assert owed(history)[f"dispatch-result:{PARTICIPATION}"].why.details == {}


def test_a_match_waits_until_the_campaign_is_declared_and_counts_from_then() -> None:
    row = imported(NOV_10, purpose=None)
    assert owed((row,), subject="participation") == {}
    task = owed((row, settled(DEC_24)), subject="participation")["match-participation"]
    assert (task.opens, task.why.version) == (DEC_24, 2)


def test_a_test_begun_and_not_finished_owes_nothing_yet() -> None:
    assert kinds((opened(), assigned(), linked(progress="0.4"))) == {"close-or-plan"}


def test_a_test_finished_in_a_later_export_is_chased_from_then() -> None:
    more = d.ParticipationAdvanced(participation=PARTICIPATION, progress=Decimal(1), on=OCT_28_2027)
    history = (opened(OCT_1), assigned(on=OCT_1), linked(OCT_1, progress="0.4"), more)
    task = owed(history)[f"chase-sharing:{PARTICIPATION}"]
    assert (task.opens, task.why.version) == (date(2027, 11, 3), 4)


def test_a_refused_action_is_to_be_referred_again_counted_from_the_refusal() -> None:
    history = (*prescribed(OCT_1), sent(OCT_1), answered(DEC_23, "refused"))
    task = owed(history)[f"refer:{ACTION}"]
    assert (task.opens, task.due) == (DEC_23, date(2026, 12, 31))
    assert (task.why.version, task.why.details) == (9, {"label": "CAP LEC", "by": "refused"})
    assert kinds((*history, sent(DEC_24, SECOND, ends=MAY_22))) == {"record-outcome"}


def test_an_outcome_is_asked_at_the_end_a_referral_gave_unless_it_was_refused() -> None:
    history = (*prescribed(OCT_1), sent(OCT_1, ends=DEC_24))
    task = owed(history)[f"record-outcome:{ACTION}"]
    assert (task.opens, task.due, task.why.version) == (DEC_24, date(2027, 1, 4), 8)
    refused = (*history, answered(NOV_2, "refused"))
    assert kinds(refused) == {"refer"}
    assert kinds((*refused, sent(NOV_10, SECOND))) == {"close-or-plan"}


def test_each_action_is_owed_on_its_own() -> None:
    both = (*prescribed(OCT_1)[:-1], built(OCT_1, actions=(LEC, Action(ADDED, "CAP Digital", "action", "cap-digital"))))
    assert set(owed(both)) == {f"refer:{ACTION}", f"refer:{ADDED}"}
    assert set(owed((*both, sent(OCT_1, ends=DEC_24)))) == {f"record-outcome:{ACTION}", f"refer:{ADDED}"}


def test_the_delay_is_that_of_the_protocol_in_force_when_the_task_opened() -> None:
    slower = replace(PRESET.protocol, delays=replace(Delays(), hold_debrief=6))
    refs = References(
        structure=REFS.structure,
        protocols=Protocols(2, ((date(2020, 1, 1), PRESET.protocol), (date(2026, 11, 9), slower))),
    )
    assert owed(DISPATCHED, refs)[f"hold-debrief:{PARTICIPATION}"].due == date(2026, 11, 16)
    later = (*result_in(NOV_6), dispatched(date(2026, 11, 9)))
    assert owed(later, refs)[f"hold-debrief:{PARTICIPATION}"].due == date(2026, 11, 18)


# --- chasing


def test_a_chase_starts_a_new_turn_after_the_same_delay() -> None:
    row = BY_KIND["chase-diagnostic"]
    task = owed((*row.history, chased(row.key, date(2026, 11, 17))))[row.key]
    assert (task.opens, task.due, task.chases) == (date(2026, 12, 8), date(2026, 12, 11), 1)
    sharing = BY_KIND["chase-sharing"]
    task = owed((*sharing.history, chased(sharing.key, date(2027, 11, 4), reached=True)))[sharing.key]
    assert (task.opens, task.due, task.chases) == (date(2027, 11, 9), date(2027, 11, 15), 1)


def test_a_chase_before_the_planned_day_does_not_bring_it_forward() -> None:
    row = BY_KIND["chase-diagnostic"]
    task = owed((*row.history, chased(row.key, date(2026, 10, 5))))[row.key]
    assert (task.opens, task.due) == (row.opens, row.due)


def test_a_chase_moves_any_task_on() -> None:
    row = BY_KIND["hold-debrief"]
    task = owed((*row.history, chased(row.key, date(2026, 11, 16))))[row.key]
    assert (task.opens, task.due, task.chases) == (date(2026, 11, 16), date(2026, 11, 23), 1)
    assert task.why == owed(row.history)[row.key].why


def test_a_chase_about_one_task_leaves_the_others() -> None:
    row = BY_KIND["hold-debrief"]
    after = owed((*row.history, chased(f"hold-debrief:{SECOND}", date(2026, 11, 16))))
    assert after == owed(row.history)


TRIES = [date(2026, 11, 17), date(2026, 12, 8), date(2026, 12, 23)]


@pytest.mark.parametrize("kind", ["chase-diagnostic", "chase-sharing"])
def test_when_the_tries_are_used_up_close_or_plan_is_owed_instead(kind: Kind) -> None:
    row = BY_KIND[kind]
    chases = [chased(row.key, day) for day in TRIES]
    history = (*row.history, assigned(on=OCT_1))
    assert kinds((*history, *chases[:2])) >= {kind}
    after = owed((*history, *chases))
    assert row.key not in after
    task = after["close-or-plan"]
    assert (task.opens, task.due) == (DEC_23, date(2026, 12, 31))
    assert (task.why.version, task.why.details) == (len(history) + 3, {"by": "tries"})
    assert kinds((*history, *chases[:2]), references(tries=2)) >= {"close-or-plan"}


def test_a_debrief_chased_in_vain_is_owed_beside_close_or_plan() -> None:
    row = BY_KIND["hold-debrief"]
    assert kinds((*row.history, *[chased(row.key, day) for day in TRIES])) == {"hold-debrief", "close-or-plan"}
    assert kinds((*row.history, *[chased(row.key, day) for day in TRIES], debriefed(DEC_24))) == {"build-prescription"}


@pytest.mark.parametrize(
    "event",
    [
        closed(DEC_24),
        planned(DEC_24, plan=SECOND),
        received(DEC_24),
        appointment(f"chase-sharing:{PARTICIPATION}", DEC_24),
    ],
    ids=["closed", "planned again", "result", "appointment"],
)
def test_used_up_tries_are_answered_by_closing_or_by_what_makes_something_to_do(event: Event) -> None:
    row = BY_KIND["chase-sharing"]
    history = (*row.history, *[chased(row.key, day) for day in TRIES])
    assert owed(history)["close-or-plan"].why.details == {"by": "tries"}
    after = owed((*history, event)).get("close-or-plan")
    assert after is None or after.why.details == {"by": "quiet"}


def test_an_appointment_missed_after_the_tries_leaves_close_or_plan_owed() -> None:
    row = BY_KIND["chase-sharing"]
    tried = (*row.history, *[chased(row.key, day) for day in TRIES])
    meeting = (appointment("meet", DEC_24, DEC_23), missed("meet", DEC_24))
    assert "close-or-plan" not in owed((*tried, linked(DEC_24, SECOND, progress="1"), *meeting[:1]))
    assert owed((*tried, *meeting))["close-or-plan"].why.details == {"by": "tries"}


def test_replanning_starts_the_tries_anew() -> None:
    row = BY_KIND["chase-diagnostic"]
    history = (*row.history, assigned(), *[chased(row.key, day) for day in TRIES], planned(DEC_24, plan=SECOND))
    after = owed(history)
    assert set(after) == {f"chase-diagnostic:{SECOND}"}
    assert after[f"chase-diagnostic:{SECOND}"].chases == 0


def test_a_partner_s_refusal_starts_the_tries_of_a_referral_anew() -> None:
    key = f"refer:{ACTION}"
    history = (*prescribed(OCT_1), *[chased(key, OCT_23)] * 3, sent(NOV_2), answered(DEC_23, "refused"))
    task = owed(history)[key]
    assert (task.chases, task.due) == (0, date(2026, 12, 31))
    assert kinds(history) == {"refer"}


# --- appointments

SET = date(2026, 11, 27)


def at_ten(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2026, 11, 9), SET], ids=["before it would be due", "after"])
def test_an_appointment_gives_a_task_its_day(day: date) -> None:
    row = BY_KIND["hold-debrief"]
    task = owed((*row.history, appointment(row.key, day, NOV_6)))[row.key]
    assert (task.due, task.appointment, task.place) == (day, at_ten(day), "L'Aigle")
    assert task.escalations[0][0] == REFS.calendar.add(day, 5)
    assert task.opens == NOV_6


def test_a_task_to_come_is_visible_from_its_appointment_at_the_latest() -> None:
    row = BY_KIND["chase-diagnostic"]
    task = owed((*row.history, appointment(row.key, NOV_2, OCT_23)))[row.key]
    assert (task.opens, task.due) == (NOV_2, NOV_2)


def test_an_appointment_missed_is_due_again_at_once() -> None:
    row = BY_KIND["hold-debrief"]
    task = owed((*row.history, appointment(row.key, SET, NOV_6), missed(row.key, date(2026, 11, 30))))[row.key]
    assert (task.opens, task.due, task.appointment, task.place) == (NOV_6, date(2026, 11, 30), None, "")


def test_another_appointment_after_one_missed_counts() -> None:
    row = BY_KIND["hold-debrief"]
    history = (*row.history, appointment(row.key, SET, NOV_6), missed(row.key, SET), appointment(row.key, DEC_24, SET))
    assert owed(history)[row.key].due == DEC_24


def test_a_chase_after_an_appointment_missed_moves_the_task_on() -> None:
    row = BY_KIND["hold-debrief"]
    history = (*row.history, appointment(row.key, SET, NOV_6), missed(row.key, SET), chased(row.key, SET))
    assert owed(history)[row.key].due == date(2026, 12, 4)


def test_a_chase_before_an_appointment_leaves_it() -> None:
    row = BY_KIND["hold-debrief"]
    history = (*row.history, appointment(row.key, SET, NOV_6), chased(row.key, NOV_10))
    assert owed(history)[row.key].due == SET


def test_an_appointment_of_an_earlier_turn_does_not_make_the_next_one_late() -> None:
    key = f"refer:{ACTION}"
    history = (*prescribed(OCT_1), appointment(key, OCT_23, OCT_1), sent(OCT_23), answered(DEC_23, "refused"))
    assert owed(history)[key].due == date(2026, 12, 31)


def test_an_appointment_held_is_the_event_it_was_for() -> None:
    row = BY_KIND["hold-debrief"]
    after = owed((*row.history, appointment(row.key, SET, NOV_6), debriefed(SET)))
    assert set(after) == {f"build-prescription:{PARTICIPATION}"}
    assert after[f"build-prescription:{PARTICIPATION}"].due == date(2026, 12, 4)


# --- close or plan


def test_quiet_is_counted_from_the_latest_day_not_from_the_latest_entry() -> None:
    late_entry = note(on=date(2026, 1, 5))
    assert owed((*gone_quiet(NOV_2), late_entry))["close-or-plan"].opens == date(2027, 1, 28)
    assert owed((*gone_quiet(NOV_2), note(on=date(2026, 11, 3))))["close-or-plan"].opens == date(2027, 1, 29)


def test_an_appointment_to_come_is_waited_for() -> None:
    history = (*gone_quiet(OCT_1), appointment("meet", NOV_2, OCT_1))
    assert owed(history)["close-or-plan"].opens == date(2027, 1, 28)
    assert owed((*history, missed("meet", NOV_2)))["close-or-plan"].opens == date(2027, 1, 28)


def test_it_may_have_an_appointment_of_its_own_and_miss_it() -> None:
    history = (*gone_quiet(OCT_1), appointment("close-or-plan", NOV_10, NOV_2))
    task = owed(history)["close-or-plan"]
    assert (task.opens, task.due, task.appointment) == (NOV_10, NOV_10, at_ten(NOV_10))
    task = owed((*history, missed("close-or-plan", date(2026, 11, 12))))["close-or-plan"]
    assert (task.opens, task.due) == (date(2026, 11, 12), date(2026, 11, 12))


def test_a_running_action_is_waited_for() -> None:
    history = (*prescribed(OCT_1), started(OCT_1, date(2027, 6, 30)))
    assert kinds(history) == {"record-outcome"}


def test_whatever_is_owed_something_always_is_until_the_dossier_closes() -> None:
    full = (*prescribed(OCT_1), sent(OCT_1, ends=DEC_24), started(NOV_2), ended(DEC_24))
    for n in range(1, len(full) + 1):
        assert owed(full[:n]), f"nothing is owed after {full[n - 1]}"
    assert owed((*full, closed(DEC_24))) == {}
