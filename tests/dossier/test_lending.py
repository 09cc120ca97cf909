"""A dossier lent to a colleague until a day, given back, and a reassignment undone."""

from datetime import date
from uuid import UUID

import pytest
from msgspec.structs import replace

from pixflow.actor import Actor
from pixflow.authorization import Subject, allows
from pixflow.dossier.assignment import (
    assign_advisor,
    end_loan,
    lend_dossier,
    return_dossier,
    undo_assignment,
    undo_return,
)
from pixflow.dossier.state import Dossier, Transfer
from pixflow.events import dossier as d
from pixflow.events.values import Role
from pixflow.team.staff import Staff
from tests.given import ADVISOR, COLLEAGUE, DAY, LATER, assigned, closed, given, opened, references, retracted, state_of

THIRD = UUID(int=0xA3)
UNTIL = date(2026, 9, 30)
AFTER = date(2026, 10, 1)
TEAM = {ADVISOR: Staff(1, roles=frozenset({"advisor"}))}
MINE = (opened(), assigned())


def lent(to: UUID = COLLEAGUE, until: date = UNTIL, on: date = DAY) -> d.DossierLent:
    return d.DossierLent(advisor=to, until=until, on=on)


def test_a_colleague_follows_until_a_day() -> None:
    given(*MINE).when(lend_dossier, advisor=COLLEAGUE, until=UNTIL).then(lent())
    dossier: Dossier = state_of("dossier", *MINE, lent())
    assert dossier.advisor == COLLEAGUE
    assert dossier.lent is not None
    assert (dossier.lent.back_to, dossier.lent.until) == (ADVISOR, UNTIL)


def test_lent_again_it_still_goes_back_to_the_first() -> None:
    given(*MINE, lent()).when(lend_dossier, advisor=THIRD, until=UNTIL, on=LATER).then(lent(THIRD, on=LATER))
    dossier: Dossier = state_of("dossier", *MINE, lent(), lent(THIRD))
    assert dossier.lent is not None
    assert dossier.lent.back_to == ADVISOR


def test_another_day_may_be_said_and_lending_it_to_its_own_advisor_gives_it_back() -> None:
    given(*MINE, lent()).when(lend_dossier, advisor=COLLEAGUE, until=AFTER, on=LATER).then(lent(until=AFTER, on=LATER))
    given(*MINE, lent()).when(lend_dossier, advisor=ADVISOR, until=AFTER, on=LATER).then(assigned(ADVISOR, LATER))


def test_it_is_not_lent() -> None:
    said = {"advisor": COLLEAGUE, "until": UNTIL, "on": DAY}
    given(opened()).when(lend_dossier, **said).refused("followed-by-nobody")
    given(*MINE).when(lend_dossier, **said | {"advisor": ADVISOR}).then_nothing()
    given(*MINE).when(lend_dossier, **said | {"until": date(2026, 9, 14)}).refused("until-past", field="until")
    given(*MINE, closed()).when(lend_dossier, **said).refused("closed")
    given().when(lend_dossier, **said).refused("unknown-dossier")


def test_assigned_while_lent_it_is_followed_for_good() -> None:
    given(*MINE, lent()).when(assign_advisor, advisor=COLLEAGUE, on=LATER).then(assigned(COLLEAGUE, LATER))
    assert state_of("dossier", *MINE, lent(), assigned(COLLEAGUE)).lent is None


# --- giving back


def test_it_goes_back_the_day_after() -> None:
    given(*MINE, lent()).when(end_loan, on=UNTIL, team=TEAM).then_nothing()
    given(*MINE, lent()).when(end_loan, on=AFTER, team=TEAM).then(assigned(ADVISOR, AFTER))
    given(*MINE).when(end_loan, on=AFTER, team=TEAM).then_nothing()


def test_a_closed_dossier_goes_back_too() -> None:
    given(*MINE, lent(), closed()).when(end_loan, on=AFTER, team=TEAM).then(assigned(ADVISOR, AFTER))


@pytest.mark.parametrize("team", [{}, {ADVISOR: Staff(1, left=UNTIL)}], ids=["unknown", "left"])
def test_it_stays_where_it_is_when_its_advisor_has_left(team: dict[UUID, Staff]) -> None:
    given(*MINE, lent()).when(end_loan, on=AFTER, team=team).then(assigned(COLLEAGUE, AFTER))


# --- undoing


@pytest.mark.parametrize("event", [assigned(COLLEAGUE), lent()], ids=["for good", "until a day"])
def test_a_reassignment_is_undone(event: d.AdvisorAssigned | d.DossierLent) -> None:
    undone = d.Retracted(version=3, reason="annulé", on=LATER)
    given(*MINE, event).when(undo_assignment, version=3, reason="annulé", on=LATER).then(undone)
    dossier: Dossier = state_of("dossier", *MINE, event, undone)
    assert (dossier.advisor, dossier.lent) == (ADVISOR, None)


def test_it_is_not_undone_once_somebody_else_follows() -> None:
    since = (*MINE, assigned(COLLEAGUE), assigned(THIRD))
    given(*since).when(undo_assignment, version=3, reason="annulé", on=LATER).refused("reassigned-since", advisor=THIRD)
    given(*MINE, lent(), assigned()).when(undo_assignment, version=3, reason="annulé", on=LATER).refused(
        "reassigned-since", advisor=ADVISOR
    )


def test_only_a_reassignment_is_undone_and_once() -> None:
    given(*MINE).when(undo_assignment, version=1, reason="annulé", on=LATER).refused("unknown-event")
    given(*MINE).when(undo_assignment, version=9, reason="annulé", on=LATER).refused("unknown-event")
    given(*MINE, assigned(COLLEAGUE), retracted(3)).when(
        undo_assignment, version=3, reason="annulé", on=LATER
    ).then_nothing()


# --- given back before the day


def test_a_loan_is_given_back_before_its_day_with_the_command_that_moves_others() -> None:
    bulk = UUID(int=0xB1)
    back = d.AdvisorAssigned(advisor=ADVISOR, on=LATER, bulk=bulk)
    given(*MINE, lent()).when(return_dossier, on=LATER, team=TEAM, bulk=bulk).then(back)
    given(*MINE, lent(), closed()).when(return_dossier, on=LATER, team=TEAM).then(assigned(ADVISOR, LATER))
    given(*MINE).when(return_dossier, on=LATER, team=TEAM).then_nothing()
    gone = {ADVISOR: Staff(1, left=DAY)}
    given(*MINE, lent()).when(return_dossier, on=LATER, team=gone).refused("has-left")


def test_its_lender_its_borrower_and_who_steers_give_a_loan_back() -> None:
    dossier = state_of("dossier", *MINE, lent())
    roles: list[Role] = ["advisor", "advisor", "advisor", "referent", "manager", "facilitator"]
    people = [ADVISOR, COLLEAGUE, THIRD, UUID(int=0xA4), UUID(int=0xA5), UUID(int=0xA6)]
    team = {who: Staff(1, roles=frozenset({role})) for who, role in zip(people, roles, strict=True)}
    refs = replace(references(), team=team)
    may = [allows(Actor(str(who)), return_dossier, Subject(dossier), refs, DAY) for who in people]
    assert may == [True, True, False, True, True, False]
    back = state_of("dossier", *MINE, lent(), assigned(ADVISOR))
    assert not allows(Actor(str(COLLEAGUE)), return_dossier, Subject(back), refs, DAY)


def test_a_return_is_undone_on_its_day_by_who_recorded_it() -> None:
    undo = {"version": 4, "reason": "erreur", "on": LATER, "actor": ADVISOR}
    returned = given(*MINE, lent(), assigned(ADVISOR, LATER))
    returned.when(undo_return, **undo).then(retracted(4, LATER))
    returned.when(undo_return, **undo | {"actor": COLLEAGUE}).refused("unknown-event")
    returned.when(undo_return, **undo | {"on": UNTIL}).refused("unknown-event")
    returned.when(undo_return, **undo | {"version": 3}).refused("unknown-event")
    given(*MINE, lent(), assigned(ADVISOR, LATER), assigned(THIRD, LATER)).when(undo_return, **undo).refused(
        "reassigned-since"
    )
    given(*MINE, lent(), assigned(THIRD, LATER)).when(undo_return, **undo).refused("unknown-event")
    given(*MINE).when(undo_return, **undo | {"version": 2, "on": DAY}).refused("unknown-event")


def test_a_dossier_knows_the_command_that_moved_it_with_others_until_that_is_undone() -> None:
    bulk = UUID(int=0xB1)
    moved = (*MINE, d.AdvisorAssigned(advisor=COLLEAGUE, on=LATER, bulk=bulk))
    assert state_of("dossier", *moved).transfer == Transfer(bulk, ADVISOR)
    assert state_of("dossier", *moved, retracted(3)).transfer is None
    assert state_of("dossier", *moved, assigned(THIRD)).transfer is None
