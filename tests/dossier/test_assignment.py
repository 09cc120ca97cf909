from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from pixflow.dossier import assignment, follow_up, identity, retraction
from pixflow.events import dossier as d
from pixflow.events.base import Event
from pixflow.team.staff import Staff
from tests.given import (
    ACTION,
    ADVISOR,
    COLLEAGUE,
    DAY,
    DEBRIEFED,
    LATER,
    PARTICIPATION,
    PRESCRIBED,
    REFERRAL,
    RESULT_IN,
    SECOND,
    STUDY,
    absent,
    answered,
    appointment,
    assigned,
    attended,
    booked,
    chased,
    closed,
    debriefed,
    dispatched,
    followed,
    given,
    handed,
    joined,
    linked,
    missed,
    note,
    opened,
    planned,
    presented,
    received,
    reminded,
    reopened,
    retracted,
    sent,
    snoozed,
    started,
    state_of,
    studied,
    unbooked,
)

IDENTITY: dict[str, Any] = {
    "last_name": "Martin", "first_name": "Léa", "birth_date": date(2005, 3, 2), "imilo_number": "00123",
    "site": "L'Aigle", "on": DAY,
}  # fmt: skip


def test_a_number_without_a_digit_that_is_stored_stays_until_somebody_corrects_it() -> None:
    stored = opened(number="INCONNU")
    said = IDENTITY | {"imilo_number": "INCONNU"}
    given(stored).when(identity.correct_identity, **said | {"last_name": "Ba"}).then(
        d.IdentityCorrected(**said | {"last_name": "Ba"})
    )
    given(stored).when(identity.correct_contact, phone="06 12 34 56 78", email=None).then(
        d.ContactCorrected(phone="+33612345678", email=None, on=DAY)
    )
    given(stored).when(identity.correct_identity, **said | {"imilo_number": " inconnu "}).refused(
        "bad-number", field="imilo_number"
    )
    given(stored).when(identity.correct_identity, **said | {"imilo_number": None}).then(
        d.IdentityCorrected(**said | {"imilo_number": None})
    )


# --- opening


def test_a_dossier_opens() -> None:
    given().when(identity.open_dossier, **IDENTITY).then(d.DossierOpened(**IDENTITY))


def test_all_that_is_known_is_said_at_once() -> None:
    known = {
        "phone": "06 12 34 56 78",
        "email": " Lea@Exemple.fr ",
        "programme": "CEJ",
        "group": "CEJ 4",
        "collective_end": date(2027, 1, 29),
        "advisor": ADVISOR,
        "project": " vente ",
        "commune": "L'Aigle 61300",
    }
    given().when(identity.open_dossier, **IDENTITY | {"imilo_number": " 00 12a "}, **known).then(
        d.DossierOpened(**IDENTITY | {"imilo_number": "0012A"}),
        d.ContactCorrected(phone="+33612345678", email="lea@exemple.fr", on=DAY),
        d.ProgrammeJoined(programme="CEJ", group="CEJ 4", collective_end=date(2027, 1, 29), on=DAY),
        d.ProjectStated(project="vente", on=DAY),
        d.CommuneStated(commune="61214", on=DAY),
        d.AdvisorAssigned(advisor=ADVISOR, on=DAY),
    )


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"last_name": " "}, "required", "last_name"),
        ({"first_name": ""}, "required", "first_name"),
        ({"birth_date": date(2017, 1, 1)}, "bad-birth-date", "birth_date"),
        ({"birth_date": date(1985, 1, 1)}, "bad-birth-date", "birth_date"),
        ({"imilo_number": "n° 12"}, "bad-number", "imilo_number"),
        ({"imilo_number": "INCONNU"}, "bad-number", "imilo_number"),
    ],
)
def test_an_identity_is_checked(changes: dict[str, Any], code: str, field: str) -> None:
    given().when(identity.open_dossier, **IDENTITY | changes).refused(code, field=field)
    given(opened()).when(identity.correct_identity, **IDENTITY | changes).refused(code, field=field)


@pytest.mark.parametrize(("contact", "code"), [({"phone": "12"}, "bad-phone"), ({"email": "lea"}, "bad-email")])
def test_a_contact_is_checked(contact: dict[str, str], code: str) -> None:
    given().when(identity.open_dossier, **IDENTITY, **contact).refused(code, field=next(iter(contact)))
    said = {"phone": None, "email": None} | contact
    given(opened()).when(identity.correct_contact, **said).refused(code, field=next(iter(contact)))


def test_an_identity_is_corrected() -> None:
    other = IDENTITY | {"first_name": "Lea", "imilo_number": "00124"}
    given(opened()).when(identity.correct_identity, **other).then(d.IdentityCorrected(**other))
    given(opened()).when(identity.correct_identity, **IDENTITY | {"imilo_number": " 00123"}).then_nothing()
    without = IDENTITY | {"imilo_number": "", "birth_date": None}
    given(opened()).when(identity.correct_identity, **without).then(
        d.IdentityCorrected(**without | {"imilo_number": None})
    )


def test_a_contact_is_corrected() -> None:
    said = d.ContactCorrected(phone="+33612345678", email=None, on=DAY)
    given(opened()).when(identity.correct_contact, phone="0612345678", email=" ").then(said)
    given(opened()).when(identity.correct_contact, phone=None, email=None).then_nothing()


def test_a_project_is_stated_and_kept_up_to_date() -> None:
    said = d.ProjectStated(project="vente", on=DAY)
    given(opened()).when(identity.state_project, project=" vente").then(said)
    given(opened(), said).when(identity.state_project, project="cuisine").then(
        d.ProjectStated(project="cuisine", on=DAY)
    )
    given(opened()).when(identity.state_project, project="").refused("required", field="project")


def test_where_somebody_lives_is_a_fact_and_a_move_is_another() -> None:
    aigle, tarbes = (d.CommuneStated(commune=code, on=DAY) for code in ("61214", "65440"))
    given(opened()).when(identity.state_commune, commune=" l'aigle ").then(aigle)
    given(opened(), aigle).when(identity.state_commune, commune="61214").then_nothing()
    given(opened(), aigle).when(identity.state_commune, commune="65000 Tarbes").then(tarbes)


@pytest.mark.parametrize(("typed", "code"), [(" ", "required"), ("Saint-Denis", "bad-commune"), ("xyz", "bad-commune")])
def test_a_commune_is_the_one_of_its_name(typed: str, code: str) -> None:
    given(opened()).when(identity.state_commune, commune=typed).refused(code, field="commune")
    if typed.strip():
        given().when(identity.open_dossier, **IDENTITY, commune=typed).refused(code, field="commune")


def test_only_a_cej_has_a_group_and_a_collective_period() -> None:
    said: dict[str, Any] = {"programme": "CEJ", "group": "CEJ 4", "collective_end": date(2027, 1, 29), "on": DAY}
    given(opened()).when(identity.join_programme, **said).then(joined())
    given(opened(), joined()).when(identity.join_programme, **said | {"programme": "PACEA"}).then(joined("PACEA"))
    given(opened()).when(identity.join_programme, **said | {"programme": ""}).refused("required", field="programme")


def test_a_dossier_is_assigned_and_reassigned() -> None:
    given(opened()).when(assignment.assign_advisor, advisor=ADVISOR).then(assigned())
    given(opened(), assigned()).when(assignment.assign_advisor, advisor=COLLEAGUE).then(assigned(COLLEAGUE))


# --- appointments, chases, notes

TASK = f"hold-debrief:{PARTICIPATION}"
DISPATCHED = (*RESULT_IN, dispatched())
MEETING: dict[str, Any] = {
    "task": TASK, "at": datetime(2026, 9, 22, 9, tzinfo=UTC), "day": date(2026, 9, 22), "place": "L'Aigle", "on": DAY,
}  # fmt: skip


def test_nobody_is_met_or_chased_about_what_is_not_owed() -> None:
    chase: dict[str, Any] = {"about": TASK, "channel": "sms", "reached": True, "note": "", "on": DAY}
    for history in ((opened(),), RESULT_IN, (*DISPATCHED, debriefed())):
        given(*history).when(follow_up.set_appointment, **MEETING).refused("not-owed")
        given(*history).when(follow_up.chase_young_person, **chase).refused("not-owed")
    given(*DISPATCHED).when(follow_up.chase_young_person, **chase).then_each_time(d.YoungPersonChased(**chase))


def test_an_appointment_is_set_and_moved() -> None:
    given(*DISPATCHED).when(follow_up.set_appointment, **MEETING).then(d.AppointmentSet(**MEETING))
    other = MEETING | {"at": datetime(2026, 9, 22, 14, tzinfo=UTC)}
    given(*DISPATCHED, d.AppointmentSet(**MEETING)).when(follow_up.set_appointment, **other).then(
        d.AppointmentSet(**other)
    )
    given(*DISPATCHED).when(follow_up.set_appointment, **MEETING | {"day": date(2026, 9, 14)}).refused(
        "appointment-past"
    )


def test_an_appointment_missed_may_be_set_again_as_it_was() -> None:
    history = (*DISPATCHED, d.AppointmentSet(**MEETING), missed(TASK, date(2026, 9, 22)))
    given(*history).when(follow_up.set_appointment, **MEETING).then(d.AppointmentSet(**MEETING))


def test_an_appointment_is_missed_on_its_day_at_the_earliest() -> None:
    said = d.AppointmentMissed(task=TASK, note="", on=date(2026, 9, 22))
    history = (*RESULT_IN, d.AppointmentSet(**MEETING))
    given(*history).when(follow_up.miss_appointment, task=TASK, note=" ", on=date(2026, 9, 22)).then(said)
    given(*history).when(follow_up.miss_appointment, task=TASK, note="", on=LATER).refused("appointment-to-come")
    given(*RESULT_IN).when(follow_up.miss_appointment, task=TASK, note="").refused("no-appointment")


def test_each_try_and_each_note_is_a_fact_of_its_own() -> None:
    """The command id keeps a second press from counting twice; saying it again on purpose does count."""
    chase: dict[str, Any] = {"about": "present-pix", "channel": "sms", "reached": False, "note": "", "on": DAY}
    given(opened(), d.YoungPersonChased(**chase)).when(follow_up.chase_young_person, **chase).then_each_time(
        d.YoungPersonChased(**chase)
    )
    given(opened(), note()).when(follow_up.take_note, text=" a appelé ").then_each_time(note())
    state = state_of("dossier", opened(), d.YoungPersonChased(**chase), d.YoungPersonChased(**chase))
    assert [mark.version for mark in state.chases["present-pix"]] == [2, 3]


# --- a task that rests, a task that a colleague does

REST: dict[str, Any] = {"task": TASK, "until": date(2026, 9, 28), "reason": " en stage ", "on": DAY}
THIRD, REFERENT = UUID(int=0xA3), UUID(int=0xA4)
TEAM = {
    **{person: Staff(1, roles=frozenset({"advisor"})) for person in (ADVISOR, COLLEAGUE, THIRD)},
    REFERENT: Staff(1, roles=frozenset({"referent"})),
}
HAND: dict[str, Any] = {
    "task": TASK, "to": COLLEAGUE, "until": date(2026, 9, 28), "note": " ", "on": DAY, "team": TEAM,
    "actor": str(ADVISOR),
}  # fmt: skip


def test_a_task_is_put_off_for_a_reason() -> None:
    rests = snoozed(TASK, date(2026, 9, 28))
    given(*DISPATCHED).when(follow_up.snooze_task, **REST).then(rests)
    given(*DISPATCHED, rests).when(follow_up.snooze_task, **REST | {"reason": "en congé"}).then_nothing()
    longer = REST | {"until": date(2026, 10, 5)}
    given(*DISPATCHED, rests).when(follow_up.snooze_task, **longer).then(snoozed(TASK, date(2026, 10, 5)))
    later = REST | {"on": LATER}
    given(*DISPATCHED, rests).when(follow_up.snooze_task, **later).then(snoozed(TASK, date(2026, 9, 28), LATER))
    given(*DISPATCHED).when(follow_up.snooze_task, **REST | {"reason": " "}).refused("required", field="reason")


def test_a_task_rests_for_ninety_days_at_most() -> None:
    last = date(2026, 12, 14)
    given(*DISPATCHED).when(follow_up.snooze_task, **REST | {"until": last}).then(snoozed(TASK, last))
    for until in (date(2026, 12, 15), DAY, date(2026, 9, 14)):
        given(*DISPATCHED).when(follow_up.snooze_task, **REST | {"until": until}).refused(
            "snooze-until", field="until", last=last
        )


def test_a_task_rests_until_a_fact_for_ninety_days_at_most() -> None:
    waits = snoozed(TASK, date(2026, 12, 14), awaits="answer")
    given(*DISPATCHED).when(follow_up.snooze_task, **REST | {"until": None, "awaits": "answer"}).then(waits)
    sooner = snoozed(TASK, date(2026, 9, 28), awaits="answer")
    given(*DISPATCHED, waits).when(follow_up.snooze_task, **REST | {"awaits": "answer"}).then(sooner)
    given(*DISPATCHED).when(follow_up.snooze_task, **REST | {"until": None}).refused("required", field="until")


def test_a_task_is_handed_over_to_a_colleague_for_a_time_or_for_good() -> None:
    lent = handed(TASK, until=date(2026, 9, 28))
    given(*DISPATCHED).when(follow_up.hand_over_task, **HAND).then(lent)
    given(*DISPATCHED).when(follow_up.hand_over_task, **HAND | {"until": None}).then(
        handed(TASK, until=date(2026, 12, 14))
    )
    given(*DISPATCHED).when(follow_up.hand_over_task, **HAND | {"until": DAY}).then(handed(TASK, until=DAY))
    given(*DISPATCHED, lent).when(follow_up.hand_over_task, **HAND | {"on": LATER}).then_nothing()
    given(*DISPATCHED, lent).when(follow_up.hand_over_task, **HAND | {"to": ADVISOR}).then(
        handed(TASK, ADVISOR, date(2026, 9, 28))
    )
    given(*DISPATCHED).when(follow_up.hand_over_task, **HAND | {"until": date(2026, 9, 14)}).refused(
        "handed-until", field="until"
    )


def test_a_task_is_not_handed_to_whose_it_is() -> None:
    given(*DISPATCHED).when(follow_up.hand_over_task, **HAND | {"to": ADVISOR}).refused(
        "already-theirs", advisor=ADVISOR
    )
    over, again = handed(TASK, until=DAY), {**HAND, "on": LATER}
    given(*DISPATCHED, over).when(follow_up.hand_over_task, **again | {"to": ADVISOR}).refused(
        "already-theirs", field="to"
    )
    given(*DISPATCHED, over).when(follow_up.hand_over_task, **again).then(
        handed(TASK, until=date(2026, 9, 28), on=LATER)
    )


def test_a_task_is_handed_to_somebody_else_who_follows_dossiers() -> None:
    for person in (ADVISOR, REFERENT):
        given(*DISPATCHED, assigned(COLLEAGUE)).when(
            follow_up.hand_over_task, **HAND | {"to": person, "actor": str(person)}
        ).refused("handed-to-oneself", field="to")
    others = {
        THIRD: Staff(1, roles=frozenset({"administrator", "manager", "auditor", "facilitator"})),
        REFERENT: Staff(1, roles=frozenset({"referent"}), awaiting={"referent": ""}),
        COLLEAGUE: Staff(1, roles=frozenset({"advisor"}), left=date(2026, 9, 14)),
    }
    for person in (*others, UUID(int=0xEE)):
        given(*DISPATCHED).when(follow_up.hand_over_task, **HAND | {"to": person, "team": others}).refused(
            "unknown-receiver", field="to"
        )


def test_a_receiver_gives_a_task_back_and_passes_it_on_to_nobody() -> None:
    received = (*DISPATCHED, handed(TASK, until=date(2026, 9, 28)))
    mine = HAND | {"actor": str(COLLEAGUE)}
    given(*received).when(follow_up.hand_over_task, **mine | {"to": THIRD}).refused("given-back-only", advisor=ADVISOR)
    given(*received).when(follow_up.hand_over_task, **mine | {"to": ADVISOR}).then(
        handed(TASK, ADVISOR, date(2026, 9, 28))
    )
    for actor in (ADVISOR, REFERENT):
        given(*received).when(follow_up.hand_over_task, **mine | {"to": THIRD, "actor": str(actor)}).then(
            handed(TASK, THIRD, date(2026, 9, 28))
        )


def test_what_comes_anew_is_put_off_and_handed_over_anew() -> None:
    key = f"offer-alternative:{ACTION}"
    refused = (*PRESCRIBED, sent(), answered(answer="refused"))
    rests, lent = snoozed(key, date(2026, 9, 28)), handed(key, until=date(2026, 9, 28))
    again = (*refused, rests, lent, sent(referral=SECOND), answered(answer="refused", referral=SECOND))
    given(*again).when(follow_up.snooze_task, **REST | {"task": key}).then(rests)
    given(*again).when(follow_up.hand_over_task, **HAND | {"task": key}).then(lent)


def test_nothing_is_put_off_nor_handed_over_that_is_not_owed() -> None:
    for history in ((opened(),), RESULT_IN, (*DISPATCHED, debriefed())):
        given(*history).when(follow_up.snooze_task, **REST).refused("not-owed")
        given(*history).when(follow_up.hand_over_task, **HAND).refused("not-owed")


def test_a_note_is_taken_on_a_closed_dossier_too() -> None:
    given(opened(), closed()).when(follow_up.take_note, text="a appelé").then_each_time(note())
    given().when(follow_up.take_note, text="a appelé").refused("unknown-dossier")
    given(opened()).when(follow_up.take_note, text=" ").refused("required", field="text")


# --- closing


def test_a_dossier_closes_with_a_reason() -> None:
    given(opened()).when(follow_up.close_dossier, reason="moved", note="").then(closed())
    given(opened(), closed()).when(follow_up.close_dossier, reason="employment", note="").refused("closed", on=DAY)
    given(opened()).when(follow_up.close_dossier, reason="other", note=" ").refused("required", field="note")
    given().when(follow_up.close_dossier, reason="moved", note="").refused("unknown-dossier")


def test_a_dossier_reopens_with_a_reason() -> None:
    given(opened(), closed()).when(follow_up.reopen_dossier, reason="revenue").then(reopened())
    given(opened(), closed()).when(follow_up.reopen_dossier, reason="").refused("required", field="reason")
    given(opened()).when(follow_up.reopen_dossier, reason="revenue").then_nothing()


def test_a_dossier_opened_by_mistake_is_opened_again_by_a_file() -> None:
    mistake = d.DossierClosed(reason="mistake", note="", on=DAY)
    given(opened()).when(follow_up.close_dossier, reason="mistake", note="").then(mistake)
    given(opened(), mistake).when(follow_up.open_again).then(d.DossierReopened(reason="", on=DAY))
    given(opened(), closed()).when(follow_up.open_again).then_nothing()
    given(opened()).when(follow_up.open_again).then_nothing()


def test_what_came_in_late_is_reviewed() -> None:
    late = (opened(), linked(), closed(), received())
    given(*late).when(follow_up.review_late_event, note=" lu ").then(d.LateEventReviewed(note="lu", on=DAY))
    given(opened(), closed()).when(follow_up.review_late_event, note="").then_nothing()


# --- taking back


def retractions(*versions: int) -> list[Event]:
    return [d.Retracted(version=version, reason="erreur", on=DAY) for version in versions]


def test_one_event_is_taken_back() -> None:
    given(opened(), presented()).when(retraction.retract, version=2, reason=" erreur ").then(*retractions(2))


def test_what_was_built_on_it_goes_with_it_the_latest_first() -> None:
    history = (*PRESCRIBED, note(), sent(), answered(), started(), chased(f"refer:{ACTION}"))
    (referral,) = retractions(9)
    known = replace(referral, referrals=(REFERRAL,), partners=("viaformation",))  # type: ignore[type-var]
    given(*history).when(retraction.retract, version=7, reason="erreur").then(
        *retractions(12, 11, 10), known, *retractions(7)
    )
    given(*history).when(retraction.retract, version=9, reason="erreur").then(*retractions(10), known)


def test_what_is_struck_already_is_not_struck_again() -> None:
    history = (*PRESCRIBED, sent(), retracted(8))
    given(*history).when(retraction.retract, version=7, reason="erreur").then(*retractions(7))


def test_the_chases_of_a_plan_go_with_it() -> None:
    plan = planned()
    history = (opened(), plan, chased(f"chase-diagnostic:{plan.plan}"), chased(f"chase-diagnostic:{SECOND}"))
    given(*history).when(retraction.retract, version=2, reason="erreur").then(*retractions(3, 2))


def test_what_came_of_a_self_study_goes_with_it() -> None:
    history = (opened(), studied(), studied(study=SECOND), followed(), snoozed(f"follow-self-study:{STUDY}", LATER))
    given(*history).when(retraction.retract, version=2, reason="erreur").then(*retractions(5, 4, 2))


def test_the_chases_of_a_partner_go_with_the_referral() -> None:
    history = (*PRESCRIBED, sent(), reminded(), sent(referral=SECOND), reminded(referral=SECOND))
    given(*history).when(retraction.retract, version=8, reason="erreur").then(*retractions(9, 8))


@pytest.mark.parametrize(
    ("version", "code"),
    [
        (1, "not-retractable"),
        (3, "undo-the-match"),
        (4, "undo-the-match"),
        (7, "not-retractable"),
        (8, "unknown-event"),
    ],
)
def test_an_event_stays(version: int, code: str) -> None:
    history = (*DEBRIEFED, retracted(6))
    given(*history).when(retraction.retract, version=version, reason="erreur").refused(code)


@pytest.mark.parametrize("said", [booked(), unbooked(), attended(), absent()])
def test_what_a_workshop_said_too_is_corrected_there(said: Event) -> None:
    history = given(opened(), booked(), said)
    history.when(retraction.retract, version=3, reason="erreur").refused("correct-at-the-workshop")
    assert retraction.is_corrected_elsewhere(said)
    assert not retraction.is_corrected_elsewhere(presented())


def test_taking_back_needs_a_reason() -> None:
    given(opened(), presented()).when(retraction.retract, version=2, reason="").refused("required", field="reason")


def test_closing_may_be_taken_back() -> None:
    given(opened(), closed()).when(retraction.retract, version=2, reason="erreur").then(*retractions(2))
    assert state_of("dossier", opened(), closed(), retracted(2)).closed is None


def test_a_participation_goes_with_all_that_names_it() -> None:
    mine = (*PRESCRIBED, appointment(TASK, LATER), sent())
    others = (linked(participation=SECOND), debriefed(participation=SECOND), note())
    given(*mine, *others).when(retraction.retract_participation, participation=PARTICIPATION, reason="erreur").then(
        *retractions(9, 8, 7, 6, 5, 4, 3)
    )


def test_a_dossier_with_a_seat_to_come_is_closed_once_the_seat_is_released() -> None:
    end = {"reason": "moved", "note": "", "on": DAY}
    given(opened(), booked()).when(follow_up.close_dossier, **end).refused("seat-booked")
    given(opened(), booked(), unbooked()).when(follow_up.close_dossier, **end).then(closed())
    given(opened(), booked(day=date(2026, 9, 14), on=date(2026, 9, 1))).when(follow_up.close_dossier, **end).then(
        closed()
    )


def test_a_referent_takes_a_task_upon_themselves_once() -> None:
    mine = handed(TASK, REFERENT, date(2026, 12, 14))
    claim: dict[str, Any] = {"task": TASK, "actor": str(REFERENT), "on": DAY}
    given(*DISPATCHED).when(follow_up.claim_task, **claim).then(mine)
    given(*DISPATCHED, mine).when(follow_up.claim_task, **claim).then_nothing()
    given(*DISPATCHED).when(follow_up.claim_task, **claim | {"actor": str(ADVISOR)}).refused("already-theirs")
    given(*DISPATCHED).when(follow_up.claim_task, **claim | {"task": "refer"}).refused("not-owed")
