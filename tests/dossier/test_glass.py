"""A glass: an advisor receives a young person whom a colleague follows, and reads the dossier for that day."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from pixflow import authorization
from pixflow.actor import Actor
from pixflow.authorization import Scope, Subject, scope
from pixflow.decision import Decision
from pixflow.dossier import assignment, follow_up, privacy, retraction
from pixflow.dossier.stages import orientation
from pixflow.dossier.state import Dossier
from pixflow.events import dossier as e
from pixflow.reference_data import References
from pixflow.streams import KINDS
from pixflow.team.staff import Absence, Staff
from tests.given import ADVISOR, COLLEAGUE, DAY, LATER, assigned, closed, given, opened, state_of

WHY = "Elle est à l’accueil, sa conseillère est en formation"
BREAK: dict[str, Any] = {"reason": f" {WHY} ", "nth": 1, "actor": str(ADVISOR)}
DEPUTY = UUID(int=0xA3)
REFS = References(
    team={
        ADVISOR: Staff(1, name="Nadia", roles=frozenset({"advisor"})),
        COLLEAGUE: Staff(1, name="Paul", roles=frozenset({"advisor"})),
        DEPUTY: Staff(1, name="Yann", roles=frozenset({"administrator"})),
    }
)


def broken(on: date = DAY, nth: int = 1) -> e.GlassBroken:
    return e.GlassBroken(reason=WHY, until=on, nth=nth, on=on)


OPEN: Dossier = state_of("dossier", opened(), assigned(COLLEAGUE), broken())
"""A dossier of COLLEAGUE whose glass ADVISOR broke."""


@pytest.mark.parametrize("before", [(opened(),), (opened(), assigned(COLLEAGUE)), (opened(), closed())])
def test_a_glass_opens_a_dossier_until_the_end_of_the_day(before: tuple[Any, ...]) -> None:
    given(*before).when(assignment.break_glass, **BREAK).then(broken())
    given(*before, broken()).when(assignment.break_glass, **BREAK | {"nth": 2}).then_nothing()
    given(*before, broken()).when(assignment.break_glass, **BREAK, on=LATER).then(broken(LATER))


def test_another_person_needs_a_glass_of_their_own_and_who_follows_needs_none() -> None:
    of_another = BREAK | {"actor": str(DEPUTY)}
    given(opened(), broken()).when(assignment.break_glass, **of_another).then_each_time(broken())
    given(opened(), assigned(ADVISOR)).when(assignment.break_glass, **BREAK).then_nothing()


@pytest.mark.parametrize(
    ("changes", "code"), [({"reason": "  "}, "required"), ({"nth": 6}, "glass-limit"), ({"nth": 0}, "glass-limit")]
)
def test_a_glass_has_a_reason_and_a_day_has_five(changes: dict[str, Any], code: str) -> None:
    given(opened(), assigned(COLLEAGUE)).when(assignment.break_glass, **BREAK | changes).refused(code)


def test_there_is_no_glass_without_a_dossier() -> None:
    given().when(assignment.break_glass, **BREAK).refused("unknown-dossier")


def test_who_broke_it_reads_the_dossier_that_day_and_nobody_else_does() -> None:
    mine, tomorrow = (scope(Actor(str(ADVISOR)), REFS, day) for day in (DAY, LATER))
    assert [mine.sees(OPEN), tomorrow.sees(OPEN)] == [True, False]
    assert not mine.sees(state_of("dossier", opened(), assigned(COLLEAGUE)))
    assert not mine.reads(COLLEAGUE), "lists and searches stay as they were"
    assert not Scope("own", DEPUTY, DAY).sees(OPEN)
    assert not Scope("none", ADVISOR, DAY).sees(OPEN), "who is no advisor any more reads nothing"


def may(decision: Decision[..., Any], person: UUID = ADVISOR, day: date = DAY) -> bool:
    return authorization.allows(Actor(str(person)), decision, Subject(OPEN), REFS, day)


def test_a_glass_gives_papers_and_notes_and_no_step_of_the_path() -> None:
    assert [may(one) for one in (follow_up.take_note, privacy.issue_paper, retraction.retract)] == [True] * 3
    assert not may(orientation.present_pix)
    assert not may(follow_up.snooze_task)
    assert not may(privacy.issue_copy)
    assert [may(one, day=LATER) for one in (follow_up.take_note, privacy.issue_paper)] == [False] * 2


def test_advisors_break_glasses_and_nobody_else() -> None:
    assert may(assignment.break_glass)
    for role in ("facilitator", "referent", "manager", "auditor", "administrator"):
        team = References(team={DEPUTY: Staff(1, name="—", roles=frozenset({role}))})
        assert not authorization.allows(Actor(str(DEPUTY)), assignment.break_glass, Subject(OPEN), team, DAY), role


def test_the_glass_of_an_absent_colleague_is_not_their_deputy_s() -> None:
    absence = Absence(UUID(int=1), DAY, DAY, DEPUTY)
    away = replace(REFS.team[ADVISOR], absences={absence.id: absence})
    refs = References(team={ADVISOR: away, DEPUTY: Staff(1, name="Yann", roles=frozenset({"advisor"}))})
    deputy = Actor(str(DEPUTY), str(ADVISOR))
    assert scope(Actor(str(DEPUTY)), refs, DAY).advisors == {ADVISOR, DEPUTY}
    assert not scope(Actor(str(DEPUTY)), refs, DAY).sees(OPEN)
    for decision in (privacy.issue_paper, follow_up.take_note):
        assert not authorization.allows(deputy, decision, Subject(OPEN), refs, DAY)


def test_a_glass_cannot_be_taken_back_and_is_no_activity() -> None:
    before = (opened(), assigned(COLLEAGUE), broken(LATER))
    given(*before).when(retraction.retract, version=3, reason="erreur", on=LATER).refused("not-retractable")
    assert state_of("dossier", *before).last == state_of("dossier", *before[:2]).last


def test_each_glass_of_a_day_claims_its_number() -> None:
    """Of two pages that count at once, the store lets one have the number."""
    assert ("glass", f"{ADVISOR} {DAY} 1") in KINDS["dossier"].claims(OPEN)
    next_day = state_of("dossier", opened(), broken(), broken(LATER, nth=4))
    assert {value for kind, value in KINDS["dossier"].claims(next_day) if kind == "glass"} == {f"{ADVISOR} {LATER} 4"}
