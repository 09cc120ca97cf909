"""Permissions: every decision has roles, and the engine and pages ask them."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest
from msgspec.structs import replace

from pixflow import authorization
from pixflow.actor import CLOCK, IMPORT, OPERATOR, PARTNER, SYSTEM, Actor
from pixflow.authorization import BESIDE, Scope, Subject, principal, require, roles, scope
from pixflow.decision import ACCOUNTS as ACCOUNTS_KEPT
from pixflow.dossier.state import Dossier
from pixflow.events.dossier import GlassBroken
from pixflow.events.values import Role
from pixflow.reference_data import References
from pixflow.refused import Refused
from pixflow.tasks import TASK_KINDS
from pixflow.team.staff import Absence, Staff
from pixflow.workshop.state import Workshop
from tests.decisions import DECISIONS, GIVING_EVENTS, MODULES, PAGE, events_of, of_module, page
from tests.given import (
    ACTION,
    ADDED,
    ADVISOR,
    COLLEAGUE,
    DAY,
    LATER,
    assigned,
    handed,
    lent,
    opened,
    presented,
    runs,
    scheduled,
    stamped,
    state_of,
)

ROLES: tuple[Role, ...] = get_args(Role)
PEOPLE: dict[Role, UUID] = {role: UUID(int=n) for n, role in enumerate(ROLES, 1)} | {"advisor": ADVISOR}
BOTH = UUID(int=0xBB)
REFS = References(
    team={
        **{person: Staff(1, name=role, roles=frozenset({role})) for role, person in PEOPLE.items()},
        COLLEAGUE: Staff(1, name="colleague", roles=frozenset({"advisor"})),
        BOTH: Staff(1, name="both", roles=frozenset({"advisor", "auditor"})),
    }
)
MINE: Dossier = state_of("dossier", opened(), assigned(ADVISOR))
NOBODY_S: Dossier = state_of("dossier", opened())
BORROWED: Dossier = state_of("dossier", opened(), assigned(UUID(int=0xAF)), lent(ADVISOR))

BY_SYSTEM = {actor: frozenset(n for n, one in DECISIONS.items() if actor in one.system) for actor in SYSTEM}

TAKEN_WITHIN = {
    "link_participation": "confirm_match",
    "link_to_dossier": "confirm_match",
    "advance_participation": "follow",
    "withdraw_participation": "vanish",
    "granted_roles": "change_roles",
    "roles_again": "reset_factors",
    "receive_result": "follow",
    "retract_participation": "unmatch",
    "retract_from_pix": "resettle_purpose",
    "retractions": "retract",
    "receive_profile": "follow",
    "plan_in_workshop": "book_seat",
    "record_booking": "book_seat",
    "record_cancellation": "release_seat",
    "record_attendance": "mark_attendance",
    "once_a_day": "issue_paper",
}
"""Functions that give events but are taken inside another decision, never by themselves."""

HOUSE = {"open_structure", "start_program", "record_rotation", "record_restore", "publish_protocol", "publish_grille"}
_ABOUT_DRAFTS = {"draft", "endorse", "publication", "definitions", "report", "log", "aim"}
DRAFTS = {decision for decision in DECISIONS if _ABOUT_DRAFTS & set(decision.split("_"))}
WORKSHOPS = {
    "schedule_workshop", "set_facilitators", "accept_facilitator", "move_workshop", "cancel_workshop",
    "follow_workshop", "book_seat",
    "release_seat", "undo_release", "lapse_offer", "mark_attendance", "walk_in", "undo_mark", "close_workshop",
    "ask_help", "give_help", "look_among_all", "issue_workshop_paper",
}  # fmt: skip
ACCESS = {
    "invite_account", "confirm_account", "suspend_account", "request_restoration", "restore_account",
    "request_factors_reset", "withdraw_factors_reset", "reset_factors",
}  # fmt: skip
ACCOUNTS = {"add", "change_roles", "confirm_role", "leave", "come_back", "designate_referent"} | ACCESS
DAYS = {"state_contact", "declare_absence", "cancel_absence"}
OWN_CALENDAR = {"replace_calendar_address"}
OWN_PAGE = {"choose_monthly_page"}
STEPS = {"take_pix", "attend_training", "hold_briefing", "take_back"}
TEAM = ACCOUNTS | DAYS | OWN_CALENDAR | OWN_PAGE | STEPS | {"open_account"}
ERASING = {"decline_erasure", "erase_person", "erase_again", "erase_participation"}
STOPPING = {"stop_erasure", "bring_back_duplicate", "bring_back_participation"}
"""A steward stops an erasure: a manager, or an administrator, who reads nothing of it."""
READING = {"issue_paper", "issue_workshop_paper", "issue_readings", "issue_event_log", "issue_linked_log", "issue_list"}
"""Papers that leave an event: whoever reads may take them."""
KNOWLEDGE = {name for name, one in DECISIONS.items() if one.function.__module__.startswith("pixflow.resources.")}
PARTNERS = {name for name, one in DECISIONS.items() if one.function.__module__.startswith("pixflow.partners.")}
LISTS = {"issue_list"}
"""Lists that leave as files: everybody has a page with one."""
BEYOND = HOUSE | DRAFTS | WORKSHOPS | TEAM | KNOWLEDGE | PARTNERS | LISTS
"""Decisions about no dossier, or about several."""
OF_A_DOSSIER = sorted(name for name, one in DECISIONS.items() if name not in BEYOND and one.roles.reach)


def may(
    person: UUID | str,
    decision: str,
    dossier: Dossier | None = MINE,
    member: UUID | None = None,
    refs: References = REFS,
    acting_for: UUID | None = None,
    today: date = DAY,
) -> bool:
    try:
        actor = Actor(str(person), str(acting_for) if acting_for else None)
        require(actor, DECISIONS[decision], Subject(dossier, member), refs, today)
    except Refused as refused:
        said = refused
    else:
        return True
    assert (said.code, said.details) == ("not-allowed", {"decision": decision})
    return False


# --- the table is total


def test_every_function_that_gives_events_is_a_decision_or_taken_within_one() -> None:
    assert set(TAKEN_WITHIN) == GIVING_EVENTS
    assert set(TAKEN_WITHIN.values()) <= set(DECISIONS)


def test_no_two_decisions_are_stored_under_one_name() -> None:
    assert len(DECISIONS) == sum(len(list(of_module(module))) for module in MODULES)


def test_the_page_says_who_may_take_which_decision() -> None:
    assert Path(PAGE).read_text() == page()


def test_whatever_gives_keeps_accounts_or_hands_out_says_that_it_asks_for_reauthentication() -> None:
    """A new decision of these kinds fails here until it says so, or why it asks for none."""
    by_hand = {name for name, one in DECISIONS.items() if one.reauthentication == "always"}
    made = {name: events_of(one) for name, one in DECISIONS.items() if one.roles.reach}
    gives = {name for name, events in made.items() if events & {"AdvisorAssigned", "DossierLent", "TaskHandedOver"}}
    assert {name for name, one in DECISIONS.items() if one.reauthentication == "others"} == gives - set(GIVE_NO_OTHER_S)
    hands_out = {name for name, events in made.items() if any(event.endswith("Issued") for event in events)}
    assert hands_out - set(HAND_OUT_LITTLE) == {
        name for name in hands_out if DECISIONS[name].reauthentication != "never"
    }
    erases = {"request_erasure", "erase_person", "erase_again", "erase_contact"}
    assert by_hand - hands_out == ACCOUNTS | STOPPING | erases
    assert {name for name, one in DECISIONS.items() if one.roles is ACCOUNTS_KEPT} == ACCOUNTS | STOPPING
    assert GIVE_NO_OTHER_S.keys() <= gives
    assert HAND_OUT_LITTLE.keys() <= hands_out


GIVE_NO_OTHER_S = {
    "open_dossier": "it is new",
    "claim_task": "it waits too long, and its advisor keeps the dossier",
    "return_dossier": "to its lender",
}
"""Decisions that give a dossier or a task, and why they ask for no re-authentication."""
HAND_OUT_LITTLE = {
    "issue_paper": "of one person",
    "issue_workshop_paper": "of those of a workshop",
    "issue_report": "counts, no name",
}
"""Decisions that hand something out, and why they ask for no re-authentication."""


def test_only_the_system_s_actors_are_named() -> None:
    assert {actor for decision in DECISIONS.values() for actor in decision.system} == {*SYSTEM, PARTNER}


def test_every_decision_can_be_taken_by_somebody() -> None:
    assert [name for name, one in DECISIONS.items() if not one.roles.reach and not one.system] == []


# --- who


@pytest.mark.parametrize("decision", OF_A_DOSSIER)
def test_an_advisor_decides_on_their_own_dossiers_not_on_a_colleague_s(decision: str) -> None:
    reach = DECISIONS[decision].roles.reach.get("advisor")
    theirs = BORROWED if DECISIONS[decision].roles.own == "loan" else MINE
    assert may(ADVISOR, decision, theirs) == (reach is not None)
    assert may(COLLEAGUE, decision, theirs) == (reach == "all")
    assert may(ADVISOR, decision, NOBODY_S) == (reach == "all")
    assert may(ADVISOR, decision, None) == (reach == "all")


def test_who_was_handed_a_task_decides_on_that_dossier_through_its_last_day() -> None:
    def handed_until(until: date | None) -> Dossier:
        lent: Dossier = state_of("dossier", opened(), assigned(ADVISOR), handed("present-pix", COLLEAGUE, until))
        return lent

    assert [may(COLLEAGUE, "present_pix", handed_until(until)) for until in (None, LATER, DAY)] == [True] * 3
    yesterday = handed_until(date(2026, 9, 14))
    assert not may(COLLEAGUE, "present_pix", yesterday)
    assert may(ADVISOR, "present_pix", handed_until(None))
    assert not may(BOTH, "present_pix", handed_until(None))
    assert [Scope("own", COLLEAGUE, DAY).sees(one) for one in (handed_until(DAY), yesterday)] == [True, False]
    assert not Scope("own", BOTH, DAY).sees(handed_until(DAY)), "it was handed to somebody else"


def test_a_handed_task_gives_its_decisions_and_no_others() -> None:
    """Not the identity, not the contact, not another task; and each about the task's own subject."""
    dossier = state_of("dossier", opened(), assigned(ADVISOR), handed(f"refer:{ACTION}", COLLEAGUE))
    allowed = {name for name in OF_A_DOSSIER if may(COLLEAGUE, name, dossier)}
    about = {"set_appointment", "miss_appointment", "chase", "snooze", "hand_over"}
    own = {"send_referral", "start_action", "end_action", "drop_action"}
    beside = {"take_note", "retract", "reinstate", "open_dossier", "issue_paper", "break_glass", "undo_return"}
    assert allowed == about | own | beside

    def on(decision: str, *sent: str) -> bool:
        subject = Subject(dossier, sent=frozenset(sent))
        return authorization.allows(Actor(str(COLLEAGUE)), DECISIONS[decision], subject, REFS, DAY)

    assert [on("send_referral", str(one)) for one in (ACTION, ADDED)] == [True, False]
    assert [on("snooze", one, "en stage") for one in (f"refer:{ACTION}", "present-pix")] == [True, False]


def test_every_task_of_an_advisor_says_which_decisions_it_gives() -> None:
    advisors = {kind: known for kind, known in TASK_KINDS.items() if known.role == "advisor"}
    assert {kind for kind, known in TASK_KINDS.items() if known.decisions} <= advisors.keys()
    assert {kind for kind, known in advisors.items() if not known.decisions} == {"chase-sharing", "take-pix"}
    given = {name for known in TASK_KINDS.values() for name in known.decisions}
    named = authorization.ABOUT_A_TASK | authorization.BESIDE | given
    assert {name for name in named if "advisor" not in DECISIONS[name].roles.reach} == set()


def test_a_task_about_one_thing_gives_nothing_about_another() -> None:
    given = {kind: known.decisions for kind, known in TASK_KINDS.items() if known.decisions}

    def giving(sent: object) -> set[str]:
        return {kind for kind, (one, *_) in given.items() if authorization.gives(f"{kind}:{ACTION}", one, {str(sent)})}

    about_one = {
        "hold-debrief", "follow-self-study", "build-prescription", "refer", "chase-partner", "offer-alternative",
        "record-outcome", "inform-holder", "recall", "review-reading",
    }  # fmt: skip
    assert giving(ACTION) == given.keys()
    assert giving(ADDED) == given.keys() - about_one
    assert not authorization.gives("of-another-version", "hold_debrief", None)


def test_an_advisor_does_not_retract_that_the_dossier_is_theirs() -> None:
    dossier, events = state_of("dossier", opened(), assigned(ADVISOR)), stamped([assigned(ADVISOR)])
    referent = Actor(str(PEOPLE["referent"]))
    authorization.require_retraction(referent, events, dossier, REFS, DAY)
    with pytest.raises(Refused, match="not-allowed"):
        authorization.require_retraction(Actor(str(ADVISOR)), events, dossier, REFS, DAY)


def test_a_receiver_retracts_their_own_events_alone() -> None:
    dossier = state_of("dossier", opened(), assigned(ADVISOR), handed("present-pix", COLLEAGUE))
    by_advisor = stamped([presented()])
    by_colleague = [replace(one, by=str(COLLEAGUE)) for one in by_advisor]
    for actor, events, allowed in (
        (COLLEAGUE, by_colleague, True),
        (COLLEAGUE, by_advisor, False),
        (ADVISOR, by_colleague, True),
        (PEOPLE["referent"], by_advisor, True),
    ):
        asked = (Actor(str(actor)), events, dossier, REFS, DAY)
        if allowed:
            authorization.require_retraction(*asked)
        else:
            with pytest.raises(Refused, match="not-allowed"):
                authorization.require_retraction(*asked)


def test_an_advisor_opens_dossiers_and_that_is_all_they_do_beyond_their_own() -> None:
    """But for a glass, which opens one dossier for a day, and for the return of a loan, undone by who recorded it."""
    beyond = {decision for decision in DECISIONS if decision not in BEYOND and may(COLLEAGUE, decision)}
    assert beyond == {"open_dossier", "break_glass", "undo_return"}


def test_an_advisor_does_not_steer_nor_handle_results() -> None:
    mine = {decision for decision in DECISIONS if may(ADVISOR, decision)}
    assert mine.isdisjoint({"assign_advisor", "dispatch_result", "confirm_match", "unmatch", "import_participation"})
    assert {"present_pix", "build_prescription", "answer_referral", "retract", "close"} <= mine


@pytest.mark.parametrize("kind", ["protocol", "grille"])
def test_the_referent_drafts_the_team_endorses_and_the_direction_publishes_too(kind: str) -> None:
    allowed = {name: {role for role in ROLES if may(PEOPLE[role], name)} for name in DRAFTS if kind in name}
    assert allowed == {
        f"draft_{kind}": {"referent"},
        f"drop_{kind}_draft": {"referent"},
        f"endorse_{kind}": {"advisor", "facilitator", "referent", "manager"},
        f"publish_{kind}_draft": {"referent", "manager"},
        f"withdraw_{kind}_publication": {"referent", "manager"},
    }


def test_all_who_work_propose_mark_and_ask_the_referent_and_the_manager_write() -> None:
    allowed = {name: {role for role in ROLES if may(PEOPLE[role], name)} for name in KNOWLEDGE}
    team: set[Role] = {"advisor", "facilitator", "referent", "manager"}
    writing: set[Role] = {"referent", "manager"}
    theirs = ("propose_resource", "mark_resource", "ask_question", "drop_question")
    assert allowed == dict.fromkeys(theirs, team) | {"share_example": set()} | dict.fromkeys(
        (
            "share_resource", "revise_resource", "check_resource", "withdraw_resource", "decline_proposal",
            "answer_question",
        ), writing,
    )  # fmt: skip


OF_WORKSHOP = {name for name, one in DECISIONS.items() if one.roles.own == "workshop"}


def allowed_on(actor: Actor, decision: str, subject: Subject) -> bool:
    return authorization.allows(actor, DECISIONS[decision], subject, REFS, DAY)


RUN_BY_ADVISOR: Workshop = state_of("workshop", scheduled(), runs(ADVISOR))


@pytest.mark.parametrize(
    ("decision", "allowed"),
    [
        *((decision, {"advisor", "facilitator", "referent", "manager"}) for decision in (
            "schedule_workshop", "set_facilitators", "accept_facilitator", "move_workshop", "cancel_workshop",
            "follow_workshop",
        )),
        *((decision, {"advisor", "facilitator", "referent"}) for decision in (
            "book_seat", "release_seat", "undo_release",
        )),
        *((decision, {"advisor", "facilitator", "referent"}) for decision in sorted(OF_WORKSHOP)),
        ("lapse_offer", set()),
    ],
)  # fmt: skip
def test_who_decides_on_a_workshop(decision: str, allowed: set[Role]) -> None:
    def may_here(role: Role) -> bool:
        return allowed_on(Actor(str(PEOPLE[role])), decision, Subject(MINE, workshop=RUN_BY_ADVISOR))

    assert {role for role in ROLES if may_here(role)} == allowed


def test_an_advisor_books_for_their_own_and_marks_where_they_run_the_workshop() -> None:
    others: Workshop = state_of("workshop", scheduled(), runs(COLLEAGUE))
    colleague, me = Actor(str(COLLEAGUE)), Actor(str(ADVISOR))
    for decision in ("book_seat", "release_seat"):
        assert not allowed_on(colleague, decision, Subject(MINE, workshop=others))
        assert allowed_on(me, decision, Subject(MINE, workshop=others))
    for decision in sorted(OF_WORKSHOP):
        assert allowed_on(colleague, decision, Subject(MINE, workshop=others)), "whosever the dossier is"
        assert not allowed_on(me, decision, Subject(MINE, workshop=others)), "their own dossier is not enough"
        assert not allowed_on(me, decision, Subject(MINE))


@pytest.mark.parametrize("role", ["auditor", "facilitator"])
def test_who_only_reads_writes_nothing_about_dossiers(role: Role) -> None:
    written = {decision for decision in DECISIONS if decision not in BEYOND and may(PEOPLE[role], decision)}
    assert written == ({"issue_paper", "issue_readings"} if role == "auditor" else set())


def test_an_auditor_writes_nothing_but_that_they_took_a_paper() -> None:
    auditor = PEOPLE["auditor"]
    assert {decision for decision in DECISIONS if may(auditor, decision, member=auditor)} == READING
    both = References(team={ADVISOR: staff("advisor", "auditor")})
    assert may(ADVISOR, "take_pix", None, ADVISOR, both), "another role keeps its rights"


def test_an_administrator_keeps_accounts_and_absences_and_nothing_else() -> None:
    assert {
        decision for decision in DECISIONS if may(PEOPLE["administrator"], decision)
    } == ACCOUNTS | DAYS | LISTS | STOPPING


def test_a_manager_opens_reassigns_regroups_reviews_and_closes() -> None:
    steering = {decision for decision in DECISIONS if decision not in BEYOND and may(PEOPLE["manager"], decision)}
    importing = {
        "open_dossier",
        "correct_from_portfolio",
        "map_portfolio",
        "assign_advisor",
        "lend",
        "undo_assignment",
        "hand_over",
    } | {"return_dossier", "open_again"}
    merging = {"merge", "take_over", "move_match", "unmerge", "give_back_merged", "move_back"}
    grouping = {"correct_group", "undo_group"}
    assert steering == importing | merging | grouping | ERASING | STOPPING | {
        "confirm_team",
        "locate_sites",
        "review_late_event",
        "close",
        "reopen",
        "request_erasure",
        "issue_copy",
        "issue_paper",
        "issue_readings",
    }


def test_a_referent_decides_on_every_dossier_and_on_what_comes_from_pix() -> None:
    refused = {decision for decision in DECISIONS if not may(PEOPLE["referent"], decision, NOBODY_S)}
    by_the_clock = {name for name, one in DECISIONS.items() if not one.roles.reach}
    as_advisors = {"break_glass", "undo_return"}  # they read the dossier, and undo any assignment
    of_direction = {"confirm_team", "issue_readings", "issue_linked_log"}
    assert (
        refused
        == ACCOUNTS | OWN_CALENDAR | OWN_PAGE | HOUSE | ERASING | STOPPING | by_the_clock | as_advisors | of_direction
    )


def test_the_widest_of_several_roles_counts() -> None:
    assert roles(Actor(str(BOTH)), REFS, DAY) == {"advisor", "auditor"}
    assert may(BOTH, "present_pix", state_of("dossier", opened(), assigned(BOTH)))
    assert not may(BOTH, "present_pix")
    assert scope(Actor(str(BOTH)), REFS, DAY) == Scope("all")
    assert may(BOTH, "present_pix", refs=References(team={BOTH: staff("advisor", "referent")}))


@pytest.mark.parametrize(
    ("actor", "decisions"),
    [
        (OPERATOR, BY_SYSTEM[OPERATOR]),
        (IMPORT, frozenset({"match_by_number"})),
        (
            CLOCK,
            frozenset({"give_back", "lapse_offer", "seal_journal", "begin_register", "send_notice", "note_shortcut"})
            | {"remind_partner", "ask_outcome", "note_mailed_link", "note_returned_link", "miss_contact"},
        ),
        ("system:other", frozenset()),
        (
            "partner:viaformation",
            frozenset({"see_referral", "answer_by_link", "promise_answer", "report_outcome", "renew_link"})
            | {"propose_changes"},
        ),
        (str(UUID(int=0xEE)), frozenset()),
    ],
    ids=["operator", "import", "clock", "no such system", "partner", "stranger"],
)
def test_what_is_not_a_member_of_staff_decides_only_what_its_list_says(actor: str, decisions: frozenset[str]) -> None:
    assert {decision for decision in DECISIONS if may(actor, decision)} == decisions


def test_the_operator_opens_and_imports_but_does_not_follow_young_people() -> None:
    assert BY_SYSTEM[OPERATOR].isdisjoint({"present_pix", "hold_debrief", "build_prescription", "retract", "close"})


# --- who works here, and on whose days


def staff(*roles: Role, **changes: Any) -> Staff:
    return Staff(**{"version": 1, "name": "—", "roles": frozenset(roles), **changes})


@pytest.mark.parametrize("decision", sorted(DAYS | STEPS))
def test_everybody_says_their_own_absence_and_steps_and_some_say_others(decision: str) -> None:
    for role, person in PEOPLE.items():
        assert may(person, decision, None, person) == (role != "auditor"), role
        others = {"referent", "manager"} | ({"administrator"} if decision in DAYS else set())
        assert may(person, decision, None, COLLEAGUE) == (role in others), role


def test_nobody_replaces_the_calendar_address_of_somebody_else() -> None:
    for role, person in PEOPLE.items():
        assert may(person, "replace_calendar_address", None, person) == (role not in ("auditor", "administrator")), role
        assert not may(person, "replace_calendar_address", None, COLLEAGUE), role


def test_who_reads_the_figures_chooses_their_own_monthly_page() -> None:
    for role, person in PEOPLE.items():
        assert may(person, "choose_monthly_page", None, person) == (role in ("referent", "manager")), role
        assert not may(person, "choose_monthly_page", None, COLLEAGUE), role


def test_accounts_are_kept_by_the_direction_and_the_administrator() -> None:
    for decision in sorted(ACCOUNTS):
        allowed = {role for role, person in PEOPLE.items() if may(person, decision, None, COLLEAGUE)}
        assert allowed == {"manager", "administrator"}


def test_who_has_left_may_nothing_and_reads_nothing() -> None:
    refs = References(team={ADVISOR: staff("advisor", "referent", left=DAY)})
    assert may(ADVISOR, "present_pix", refs=refs)
    assert not may(ADVISOR, "present_pix", refs=refs, today=LATER)
    assert principal(Actor(str(ADVISOR)), refs, LATER) is None
    assert roles(Actor(str(ADVISOR)), refs, LATER) == frozenset()
    assert scope(Actor(str(ADVISOR)), refs, LATER) == Scope("none")


# --- acting for somebody who is away


def away(deputy: UUID | None, *roles: Role, **changes: Any) -> References:
    """The advisor is away today; the colleague, an advisor too, is somebody's deputy or not."""
    absence = Absence(UUID(int=1), DAY, DAY, deputy)
    team = {
        ADVISOR: staff(*(roles or ("advisor",)), absences={absence.id: absence}),
        COLLEAGUE: staff("advisor", **changes),
    }
    return References(team=team)


def test_a_deputy_may_what_the_absent_colleague_may_while_the_absence_lasts() -> None:
    refs = away(COLLEAGUE)
    assert may(COLLEAGUE, "present_pix", refs=refs, acting_for=ADVISOR)
    assert not may(COLLEAGUE, "present_pix", refs=refs)
    assert not may(COLLEAGUE, "assign_advisor", refs=refs, acting_for=ADVISOR)
    assert not may(COLLEAGUE, "take_pix", None, ADVISOR, refs=refs, acting_for=ADVISOR), "nothing about the team"
    assert not may(COLLEAGUE, "present_pix", NOBODY_S, refs=refs, acting_for=ADVISOR)
    assert not may(COLLEAGUE, "present_pix", refs=refs, acting_for=ADVISOR, today=LATER)


def test_nobody_acts_for_somebody_whose_deputy_they_are_not() -> None:
    assert not may(COLLEAGUE, "present_pix", refs=away(None), acting_for=ADVISOR)
    assert not may(COLLEAGUE, "present_pix", refs=away(PEOPLE["manager"]), acting_for=ADVISOR)
    assert not may(COLLEAGUE, "present_pix", acting_for=ADVISOR)
    assert not may(COLLEAGUE, "present_pix", refs=away(COLLEAGUE, left=date(2026, 9, 1)), acting_for=ADVISOR)
    assert not may(COLLEAGUE, "present_pix", refs=away(COLLEAGUE), acting_for=UUID(int=0xEE))


def test_a_deputy_of_a_referent_handles_results() -> None:
    refs = away(COLLEAGUE, "referent", roles=frozenset({"referent"}))
    assert may(COLLEAGUE, "dispatch_result", NOBODY_S, refs=refs, acting_for=ADVISOR)


def test_a_deputy_takes_over_no_role_that_they_do_not_hold() -> None:
    """Whatever roles were added or removed since the absence was declared."""
    for held in (("referent",), ("manager",), ("auditor",), ("advisor", "manager"), ("facilitator", "referent")):
        refs = away(COLLEAGUE, *held)
        assert roles(Actor(str(COLLEAGUE)), refs, DAY) == {"advisor"}, held
        assert not may(COLLEAGUE, "dispatch_result", NOBODY_S, refs=refs, acting_for=ADVISOR)
        assert scope(Actor(str(COLLEAGUE)), refs, DAY) == Scope("own", COLLEAGUE, DAY), held
    lost = away(COLLEAGUE, "advisor", roles=frozenset({"facilitator"}))
    waits = away(COLLEAGUE, "referent", roles=frozenset({"referent"}), awaiting={"referent": ""})
    for refs in (lost, waits):
        assert scope(Actor(str(COLLEAGUE)), refs, DAY) == Scope("none")
    administrator = away(COLLEAGUE, "administrator", "advisor")
    assert roles(Actor(str(COLLEAGUE)), administrator, DAY) == {"advisor"}, "accounts are nobody else's"


def test_a_deputy_decides_nothing_about_the_team_in_another_s_name() -> None:
    refs = away(COLLEAGUE, "manager", "advisor")
    for decision in sorted(TEAM):
        assert not may(COLLEAGUE, decision, None, ADVISOR, refs=refs, acting_for=ADVISOR)


def test_a_deputy_reads_the_dossiers_of_whom_they_deputise_for() -> None:
    deputy = Actor(str(COLLEAGUE))
    today, tomorrow = (scope(deputy, away(COLLEAGUE), day) for day in (DAY, LATER))
    assert today == Scope("own", COLLEAGUE, DAY, frozenset({ADVISOR}))
    assert [today.sees(MINE), tomorrow.sees(MINE)] == [True, False]
    assert [today.reads(one) for one in (ADVISOR, COLLEAGUE, BOTH, None)] == [True, True, False, False]
    assert scope(deputy, away(COLLEAGUE, "referent"), DAY) == Scope("own", COLLEAGUE, DAY)


# --- what they read


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("advisor", Scope("own", ADVISOR, DAY)),
        ("referent", Scope("all")),
        ("facilitator", Scope("none")),
        ("manager", Scope("all")),
        ("auditor", Scope("all")),
        ("administrator", Scope("none")),
    ],
)
def test_what_each_role_reads(role: Role, expected: Scope) -> None:
    assert scope(Actor(str(PEOPLE[role])), REFS, DAY) == expected


def test_the_operator_reads_all_and_strangers_nothing() -> None:
    assert scope(Actor(OPERATOR), REFS, DAY) == Scope("all")
    strangers = (CLOCK, IMPORT, "partner:x", str(UUID(int=0xEE)))
    assert [scope(Actor(who), REFS, DAY) for who in strangers] == [Scope("none")] * 4


def test_a_scope_sees_its_own_all_or_none() -> None:
    assert [Scope("own", who).sees(MINE) for who in (ADVISOR, COLLEAGUE)] == [True, False]
    assert [Scope("all").sees(MINE), Scope("none").sees(MINE)] == [True, False]
    assert [Scope("own", ADVISOR).sees(NOBODY_S), Scope("all").sees(NOBODY_S)] == [False, True]
    assert authorization.scope(Actor(str(ADVISOR)), REFS, DAY).sees(MINE)


def test_neither_a_subject_nor_a_scope_changes_on_its_way() -> None:
    for one, name in ((Subject(MINE), "dossier"), (Scope("own", ADVISOR, DAY), "whose")):
        with pytest.raises(AttributeError):
            setattr(one, name, "all")


def test_a_scope_reads_its_own_advisors_all_or_none() -> None:
    asked = (ADVISOR, COLLEAGUE, None)
    own, deputy = Scope("own", ADVISOR, DAY), Scope("own", ADVISOR, DAY, frozenset({COLLEAGUE}))
    assert [own.reads(one) for one in asked] == [True, False, False]
    assert [deputy.reads(one) for one in asked] == [True, True, False]
    assert [Scope("all").reads(one) for one in asked] == [True] * 3
    assert [Scope("none").reads(one) for one in asked] == [False] * 3


def test_a_broken_glass_opens_the_dossier_to_one_person_until_the_end_of_the_day() -> None:
    glass = GlassBroken(reason="Il est là", until=DAY, nth=1, on=DAY)
    received: Dossier = state_of("dossier", opened(), glass)
    assert [Scope("own", ADVISOR, day).sees(received) for day in (DAY, LATER)] == [True, False]
    assert not Scope("own", COLLEAGUE, DAY).sees(received)
    assert not Scope("own", COLLEAGUE, DAY, frozenset({ADVISOR})).sees(received), "a deputy breaks their own"
    given = {one for one in OF_A_DOSSIER if may(ADVISOR, one, received) and not may(ADVISOR, one, NOBODY_S)}
    assert given == {"issue_paper", *BESIDE}
    assert not may(ADVISOR, "issue_paper", received, today=LATER)
    assert not may(COLLEAGUE, "issue_paper", received)


def test_who_runs_a_workshop_is_entrusted_with_whom_they_read_and_whom_they_meet() -> None:
    workshop: Workshop = state_of("workshop", scheduled(), runs(COLLEAGUE))
    assert workshop.starts
    for now, entrusted in ((workshop.starts, [True, True]), (workshop.starts - timedelta(days=1), [True, False])):
        people = (ADVISOR, COLLEAGUE)
        assert [authorization.is_entrusted(Actor(str(one)), workshop, MINE, REFS, now) for one in people] == entrusted


if __name__ == "__main__":
    Path(PAGE).write_text(page())
