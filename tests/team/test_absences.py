"""Absences and deputies."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from pixflow.events import staff as e
from pixflow.events.values import Role
from pixflow.team.absences import cancel_absence, declare_absence, uncovered_absences
from pixflow.team.staff import Absence, Staff, colleagues_deputised_by
from tests.given import ADVISOR, COLLEAGUE, DAY, given, state_of

AWAY = UUID(int=0xE1)
OTHER = UUID(int=0xE2)
THIRD = UUID(int=0xA3)
FIRST, LAST = date(2026, 9, 21), date(2026, 9, 25)
JOINED = (
    e.StaffJoined(name="Nadia", email="nadia@ml.fr", site=None, on=DAY), e.RoleGranted(role="advisor", on=DAY),
)  # fmt: skip
DECLARED = e.AbsenceDeclared(absence=AWAY, first=FIRST, last=LAST, deputy=COLLEAGUE, on=DAY)
SAID: dict[str, Any] = {
    "absence": AWAY, "first": FIRST, "last": LAST, "deputy": COLLEAGUE, "on": DAY, "actor": str(ADVISOR),
}  # fmt: skip


def colleague(**changes: Any) -> Staff:
    return Staff(**{"version": 2, "name": "Paul", "roles": frozenset({"advisor"}), **changes})


def away(first: date, last: date, deputy: UUID | None = None, id: UUID = OTHER) -> dict[UUID, Absence]:
    return {id: Absence(id, first, last, deputy)}


TEAM = {ADVISOR: state_of("staff", *JOINED), COLLEAGUE: colleague()}


def test_an_absence_has_its_days_and_a_deputy() -> None:
    given(*JOINED).when(declare_absence, **SAID, team=TEAM).then(DECLARED)
    staff = state_of("staff", *JOINED, DECLARED)
    covered = [staff.absence(day) is not None for day in (date(2026, 9, 20), FIRST, LAST, date(2026, 9, 26))]
    assert covered == [False, True, True, False]


def test_an_absence_may_have_no_deputy() -> None:
    given(*JOINED).when(declare_absence, **SAID | {"deputy": None}).then(replace(DECLARED, deputy=None))


def test_an_absence_lasts_a_day_or_ends_today_and_leaves_room_for_another() -> None:
    one_day = SAID | {"last": FIRST}
    given(*JOINED).when(declare_absence, **one_day, team=TEAM).then(replace(DECLARED, last=FIRST))
    today: dict[str, Any] = {"on": FIRST}
    given(*JOINED).when(declare_absence, **one_day | today, team=TEAM).then(replace(DECLARED, last=FIRST, **today))
    later: dict[str, Any] = {"absence": OTHER, "first": date(2026, 9, 26), "last": date(2026, 9, 28)}
    given(*JOINED, DECLARED).when(declare_absence, **SAID | later, team=TEAM).then(replace(DECLARED, **later))


def test_said_again_it_is_moved_cut_short_or_given_to_another_deputy() -> None:
    for changes in ({"last": date(2026, 9, 23)}, {"first": date(2026, 9, 18)}, {"deputy": None}):
        given(*JOINED, DECLARED).when(declare_absence, **SAID | changes, team=TEAM).then(replace(DECLARED, **changes))


def test_an_absence_under_way_ends_yesterday_when_somebody_is_back_sooner() -> None:
    back = SAID | {"last": date(2026, 9, 22), "on": date(2026, 9, 23)}
    given(*JOINED, DECLARED).when(declare_absence, **back, team=TEAM).then(
        replace(DECLARED, last=date(2026, 9, 22), on=date(2026, 9, 23))
    )


def test_an_absence_is_cancelled_unless_it_is_over() -> None:
    given(*JOINED, DECLARED).when(cancel_absence, absence=AWAY).then(e.AbsenceCancelled(absence=AWAY, on=DAY))
    given(*JOINED).when(cancel_absence, absence=AWAY).then_nothing()
    given(*JOINED, DECLARED).when(cancel_absence, absence=AWAY, on=LAST).then(e.AbsenceCancelled(absence=AWAY, on=LAST))
    given(*JOINED, DECLARED).when(cancel_absence, absence=AWAY, on=date(2026, 9, 26)).refused("absence-past")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"last": date(2026, 9, 18)}, "absence-backwards", "last"),
        ({"first": date(2026, 9, 1), "last": date(2026, 9, 14)}, "absence-past", "last"),
        ({"deputy": ADVISOR}, "deputy-self", "deputy"),
        ({"deputy": THIRD}, "unknown-deputy", "deputy"),
    ],
)
def test_an_absence_is_refused(changes: dict[str, Any], code: str, field: str) -> None:
    given(*JOINED).when(declare_absence, **SAID | changes, team=TEAM).refused(code, field=field)


def test_two_absences_of_one_person_do_not_overlap() -> None:
    again = SAID | {"absence": OTHER, "first": LAST, "last": date(2026, 10, 2)}
    given(*JOINED, DECLARED).when(declare_absence, **again, team=TEAM).refused(
        "absence-overlaps", first=FIRST, last=LAST, field="first"
    )


def test_who_has_left_declares_no_absence() -> None:
    left = e.StaffLeft(last_day=date(2026, 9, 20), on=DAY)
    given(*JOINED, left).when(declare_absence, **SAID, team=TEAM).refused("has-left")
    given(*JOINED, left).when(declare_absence, **SAID | {"on": FIRST}, team=TEAM).refused("has-left")
    before = {"first": date(2026, 9, 18), "last": FIRST, "on": FIRST}
    given(*JOINED, left).when(declare_absence, **SAID | before, team=TEAM).refused("has-left")


@pytest.mark.parametrize(
    ("deputy", "code"),
    [
        (colleague(roles=frozenset()), "unknown-deputy"),
        (colleague(left=date(2026, 9, 20)), "unknown-deputy"),
        (colleague(left=date(2026, 9, 24)), "deputy-leaves"),
        (colleague(absences=away(LAST, date(2026, 10, 2))), "deputy-absent"),
        (colleague(absences=away(date(2026, 9, 14), FIRST, THIRD)), "deputy-absent"),
        (colleague(roles=frozenset({"administrator"})), "deputy-role"),
    ],
    ids=["no role", "gone", "leaves meanwhile", "away on the last day", "away and deputised", "does no such work"],
)
def test_a_deputy_is_here_on_all_these_days_and_does_this_work(deputy: Staff, code: str) -> None:
    team = TEAM | {COLLEAGUE: deputy}
    given(*JOINED).when(declare_absence, **SAID, team=team).refused(code, field="deputy")


def test_a_deputy_may_be_away_on_other_days_and_a_referent() -> None:
    for deputy in (
        colleague(absences=away(date(2026, 9, 26), date(2026, 10, 2))),
        colleague(roles=frozenset({"referent"})),
    ):
        given(*JOINED).when(declare_absence, **SAID, team=TEAM | {COLLEAGUE: deputy}).then(DECLARED)


@pytest.mark.parametrize("role", ["referent", "manager", "auditor"])
def test_a_deputy_already_holds_every_role(role: Role) -> None:
    absent = (*JOINED, e.RoleGranted(role=role, on=DAY), e.RoleConfirmed(role=role, on=DAY))
    for held, waits in (({"advisor"}, {}), ({"advisor", "facilitator"}, {}), ({"advisor", role}, {role: ""})):
        team = TEAM | {COLLEAGUE: colleague(roles=frozenset(held), awaiting=waits)}
        given(*absent).when(declare_absence, **SAID, team=team).refused("deputy-role", field="deputy")
    team = TEAM | {COLLEAGUE: colleague(roles=frozenset({"advisor", role}))}
    given(*absent).when(declare_absence, **SAID, team=team).then(DECLARED)


def test_who_does_not_read_the_dossiers_chooses_no_deputy() -> None:
    """An administrator, an advisor with that role too: they declare days, cut them short, take the deputy away."""
    keeper = Staff(1, roles=frozenset({"administrator", "advisor"}))
    for deputy in (COLLEAGUE, THIRD):
        said = SAID | {"actor": str(THIRD), "team": TEAM | {THIRD: keeper}, "deputy": deputy}
        given(*JOINED).when(declare_absence, **said).refused("deputy-not-chosen", field="deputy")
        given(*JOINED, DECLARED).when(declare_absence, **said | {"last": date(2026, 9, 30)}).refused(
            "deputy-not-chosen"
        )
    said = SAID | {"actor": str(THIRD), "team": TEAM | {THIRD: keeper}}
    for changes in ({"deputy": None}, {"last": date(2026, 9, 23)}, {"deputy": None, "last": date(2026, 9, 30)}):
        given(*JOINED, DECLARED).when(declare_absence, **said | changes).then(replace(DECLARED, **changes))


@pytest.mark.parametrize("role", ["referent", "manager"])
def test_a_referent_or_a_manager_chooses_a_deputy(role: Role) -> None:
    said = SAID | {"actor": str(THIRD), "team": TEAM | {THIRD: Staff(1, roles=frozenset({role}))}}
    given(*JOINED).when(declare_absence, **said).then(DECLARED)
    waits = Staff(1, roles=frozenset({role}), awaiting={role: ""})
    given(*JOINED).when(declare_absence, **said | {"team": TEAM | {THIRD: waits}}).refused("deputy-not-chosen")


def test_somebody_s_deputy_goes_away_only_when_it_is_said_twice() -> None:
    """Paul is away and Nadia his deputy: with her away too, nobody would see to his dossiers."""
    team = TEAM | {COLLEAGUE: colleague(absences=away(date(2026, 9, 24), date(2026, 9, 30), ADVISOR))}
    alone = SAID | {"deputy": None}
    given(*JOINED).when(declare_absence, **alone, team=team).refused("deputises-then", person=COLLEAGUE)
    given(*JOINED).when(declare_absence, **alone, team=team, anyway=True).then(replace(DECLARED, deputy=None))


def test_a_deputy_s_days_begin_and_end_with_the_absence() -> None:
    team = TEAM | {ADVISOR: state_of("staff", *JOINED, DECLARED)}
    days = (date(2026, 9, 20), FIRST, LAST, date(2026, 9, 26))
    assert [colleagues_deputised_by(team, COLLEAGUE, day) for day in days] == [set(), {ADVISOR}, {ADVISOR}, set()]
    assert colleagues_deputised_by(team, THIRD, FIRST) == set()


def test_an_absence_is_uncovered_without_a_deputy_who_is_here_on_all_its_days() -> None:
    def left_alone(deputy: Staff, today: date = DAY, said: UUID | None = COLLEAGUE) -> list[UUID]:
        alone = state_of("staff", *JOINED, replace(DECLARED, deputy=said))
        return [id for id, _ in uncovered_absences({ADVISOR: alone, COLLEAGUE: deputy}, today)]

    assert left_alone(colleague()) == []
    assert left_alone(colleague(), said=None) == [ADVISOR]
    assert left_alone(colleague(left=date(2026, 9, 24))) == [ADVISOR]
    half = colleague(absences=away(date(2026, 9, 18), date(2026, 9, 21), THIRD))
    assert ADVISOR in left_alone(half)
    assert ADVISOR not in left_alone(half, today=date(2026, 9, 22))
    assert left_alone(colleague(), today=date(2026, 9, 26), said=None) == []


def test_nobody_deputises_for_somebody_who_has_left() -> None:
    left = e.StaffLeft(last_day=date(2026, 9, 22), on=DAY)
    team = TEAM | {ADVISOR: state_of("staff", *JOINED, DECLARED, left)}
    assert [colleagues_deputised_by(team, COLLEAGUE, day) for day in (FIRST, LAST)] == [{ADVISOR}, set()]


def test_nobody_stands_in_for_who_has_no_role_that_day() -> None:
    """Whoever keeps accounts alone has no deputy: accounts are nobody else's."""
    nobody = (JOINED[0], e.RoleGranted(role="administrator", on=DAY), e.RoleConfirmed(role="administrator", on=DAY))
    given(*nobody).when(declare_absence, **SAID, team=TEAM).refused("deputy-role", field="deputy")
    gone = colleague(absences=away(FIRST, LAST, ADVISOR), left=FIRST)
    team = TEAM | {COLLEAGUE: gone}
    assert colleagues_deputised_by(team, ADVISOR, FIRST) == {COLLEAGUE}
    assert not colleagues_deputised_by(team, ADVISOR, date(2026, 9, 22)), "left meanwhile"
    lost = {**team, ADVISOR: colleague(roles=frozenset({"auditor"}))}
    assert not colleagues_deputised_by(lost, ADVISOR, FIRST), "the deputy does this work no more"


def test_an_administrator_moves_days_and_never_widens_a_deputy_s() -> None:
    team = TEAM | {THIRD: colleague(roles=frozenset({"administrator"}))}
    by = {"actor": str(THIRD)}
    fewer: tuple[dict[str, Any], ...] = ({"first": date(2026, 9, 22)}, {"last": date(2026, 9, 24)})
    for narrower in fewer:
        moved = SAID | by | narrower
        given(*JOINED, DECLARED).when(declare_absence, **moved, team=team).then(replace(DECLARED, **narrower))
    for wider in ({"first": date(2026, 9, 20)}, {"last": date(2026, 9, 26)}, {"deputy": THIRD}):
        given(*JOINED, DECLARED).when(declare_absence, **SAID | by | wider, team=team).refused("deputy-not-chosen")


def test_an_absence_is_uncovered_when_its_deputy_does_this_work_no_more() -> None:
    absent = colleague(absences=away(FIRST, LAST, ADVISOR))
    team = {COLLEAGUE: absent, ADVISOR: colleague(roles=frozenset({"facilitator"}))}
    assert [id for id, _ in uncovered_absences(team, DAY)] == [COLLEAGUE]
    runs_workshops = colleague(roles=frozenset({"facilitator"}), absences=away(FIRST, LAST))
    assert not list(uncovered_absences({COLLEAGUE: runs_workshops}, DAY)), "nobody's dossiers wait"


def test_an_absence_that_ends_today_is_uncovered_until_tonight() -> None:
    team = {COLLEAGUE: colleague(absences=away(FIRST, LAST))}
    assert [len(list(uncovered_absences(team, day))) for day in (LAST, date(2026, 9, 26))] == [1, 0]


@pytest.mark.parametrize(("deputy", "first"), [(THIRD, FIRST), (ADVISOR, date(2026, 10, 5))])
def test_somebody_goes_away_while_others_are_deputised_by_a_colleague_or_later(deputy: UUID, first: date) -> None:
    paul = colleague(absences=away(first, max(first, LAST), deputy))
    said = SAID | {"deputy": None, "team": TEAM | {COLLEAGUE: paul}}
    given(*JOINED).when(declare_absence, **said).then(replace(DECLARED, deputy=None))
