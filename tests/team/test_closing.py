"""Closing accounts, and recording departures: who must be left, and how many one person closes alone."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from pixflow.actor import OPERATOR, SITE
from pixflow.decision import Decision
from pixflow.events import staff as e
from pixflow.events.base import Event, Recorded
from pixflow.events.values import Role
from pixflow.refused import Refused
from pixflow.team import accounts, membership
from pixflow.team.membership import stewards
from pixflow.team.staff import Staff, evolve
from tests.team.deciding import added_to

TODAY = date(2026, 9, 15)
HELENE, MARC, YANN, ZOE = (UUID(int=n) for n in range(1, 5))
OTHERS = [UUID(int=n) for n in range(11, 20)]
KINDS: dict[UUID, Role] = {HELENE: "manager", MARC: "manager", YANN: "administrator", ZOE: "administrator"}
SUSPENDED, LEFT, ASKED = ["AccountSuspended"], ["StaffLeft"], ["ClosingRequested"]
CLOSE = {"reason": "colleague"}


class Team:
    """Members with open accounts: two managers, two administrators, nine advisors; those `without` are not there.

    `also` are those who have another role.
    """

    def __init__(self, *without: UUID, also: Mapping[UUID, Role] = {}) -> None:
        self.now, self.today = datetime(2026, 9, 15, 8, 0, tzinfo=UTC), TODAY
        self.members: dict[UUID, Staff] = {}
        for id in {*KINDS, *OTHERS} - {*without}:
            role = {**KINDS, **also}.get(id, "advisor")
            for event in (
                e.StaffJoined(name="—", email=f"{id}@ml.fr", site=None, on=TODAY),
                e.RoleGranted(role=role, on=TODAY),
                e.RoleConfirmed(role=role, on=TODAY),
                e.AccountInvited(on=TODAY),
                e.AccountOpened(way="passkey", on=TODAY),
                e.AccountConfirmed(on=TODAY),
            ):
                self._record(id, event, OPERATOR)

    def _record(self, id: UUID, event: Event, by: UUID | str) -> None:
        known = self.members.get(id, Staff())
        version = known.version + 1
        self.members[id] = evolve(known, Recorded(id, version, event, self.now, str(by), None, "web", UUID(int=0)))

    def does(self, by: UUID | str, decide: Decision[..., Any], about: UUID, **sent: Any) -> list[str] | str:
        """Takes a decision; returns its events by name, or the code of its refusal."""
        added = {"on": self.today, "person": about, "team": self.members, "actor": str(by), "now": self.now}
        try:
            events = decide(self.members[about], **sent, **added_to(decide, **added))
        except Refused as refused:
            return refused.code
        for event in events:
            self._record(about, event, by)
        return [type(one).__name__ for one in events]

    def closes(self, by: UUID | str, about: UUID) -> list[str] | str:
        return self.does(by, accounts.suspend_account, about, **CLOSE)

    def leaves(self, about: UUID, by: UUID | str, last_day: date = TODAY, **sent: Any) -> list[str] | str:
        return self.does(by, membership.record_departure, about, last_day=last_day, **sent)

    def ends(self, by: UUID | str, about: UUID, *kept: Role) -> list[str] | str:
        """Ends the roles of a member but those that are kept; an auditor's comes, for whoever has none left."""
        return self.does(by, membership.change_roles, about, roles=kept or ("auditor",), anyway=True)

    @property
    def open(self) -> set[UUID]:
        """Those who still work tomorrow, and sign in."""
        return {id for id, one in self.members.items() if one.access.enters and one.works(TODAY + timedelta(days=1))}


def minutes(team: Team, count: int) -> Iterator[None]:
    for _ in range(count):
        yield
        team.now += timedelta(minutes=1)


@pytest.mark.parametrize("thief", [YANN, HELENE], ids=["administrator", "manager"])
def test_one_person_closes_three_of_thirteen_within_an_hour(thief: UUID) -> None:
    """Each minute they try every member, each way in which somebody is closed."""
    team = Team()
    for _ in minutes(team, 59):
        for about in team.members:
            team.ends(thief, about)
            team.closes(thief, about)
            team.leaves(about, thief)
            team.does(thief, membership.undo_departure, about)
    hold = {id for id in team.open if team.members[id].roles_on(TODAY) >= {KINDS.get(id, "advisor")}}
    assert len(team.members) - len(hold) == 3


@pytest.mark.parametrize("thief", [YANN, HELENE], ids=["administrator", "manager"])
def test_in_a_day_one_person_never_closes_the_last_who_can_act(thief: UUID) -> None:
    """They end roles, too: what is left without them is a manager, and a second one who keeps accounts."""
    team = Team()
    for _ in range(24):
        for about in reversed(team.members):
            team.closes(thief, about)
            team.leaves(about, thief)
            team.does(thief, membership.change_roles, about, roles=("advisor",), anyway=True)
        team.now += timedelta(hours=1)
    left = {one for one in stewards(team.members, TODAY + timedelta(days=1)) if one != thief}
    assert any("manager" in team.members[one].roles_on(TODAY) for one in left | ({thief} & {HELENE}))


def test_the_fourth_within_an_hour_takes_two_people() -> None:
    team = Team()
    for about in OTHERS[:2]:
        assert team.closes(YANN, about) == SUSPENDED
    assert team.leaves(OTHERS[2], HELENE) == LEFT, "by whomever, and whichever way"
    fourth, fifth = OTHERS[3:5]
    assert team.closes(YANN, fourth) == ASKED
    assert team.closes(YANN, fourth) == [], "asked already"
    assert fourth in team.open
    assert team.closes(ZOE, fourth) == SUSPENDED
    assert team.leaves(fifth, YANN) == ASKED
    assert team.leaves(fifth, YANN) == []
    assert team.leaves(fifth, ZOE) == LEFT
    team.now += timedelta(hours=1)
    assert team.closes(YANN, OTHERS[5]) == SUSPENDED


ENDED = ["RoleGranted", "RoleEnded"]


def test_the_end_of_a_role_that_counts_is_a_closing() -> None:
    team = Team()
    assert team.ends(YANN, OTHERS[0]) == ENDED
    assert team.ends(YANN, OTHERS[0], "facilitator") == ENDED, "one that waited counted for nothing"
    assert [team.closes(YANN, OTHERS[1]), team.ends(HELENE, OTHERS[2])] == [SUSPENDED, ENDED]
    fourth = OTHERS[3]
    for decide in (team.ends, team.closes):
        assert decide(YANN, fourth) in (ASKED, []), "asked once"
    assert team.ends(YANN, OTHERS[0]) == ENDED, "of a role that waits"
    assert team.does(YANN, membership.change_roles, fourth, roles=("advisor", "auditor")) == ["RoleGranted"]
    assert team.ends(MARC, fourth) == ["RoleEnded"], "a second person does"
    assert team.ends(YANN, OTHERS[4]) == ASKED
    team.now += timedelta(hours=1)
    assert team.ends(ZOE, OTHERS[4]) == ENDED


def test_a_departure_taken_back_hides_no_role_that_ended() -> None:
    team = Team()
    for about in OTHERS[:3]:
        assert team.ends(YANN, about) == ENDED
        team.leaves(about, YANN, TODAY + timedelta(days=30))
        team.does(YANN, membership.undo_departure, about)
    assert team.ends(YANN, OTHERS[3]) == ASKED


def test_the_direction_alone_ends_a_role_of_the_direction() -> None:
    team = Team()
    assert team.ends(YANN, HELENE, "administrator") == "direction-ends"
    assert team.ends(MARC, HELENE, "administrator") == ENDED
    waiting = team.does(YANN, membership.change_roles, OTHERS[0], roles=("advisor", "manager"))
    assert waiting == ["RoleGranted"]
    assert team.does(ZOE, membership.change_roles, OTHERS[0], roles=("advisor",)) == ["RoleEnded"], "it never counted"
    team = Team()
    for about in OTHERS[:3]:
        team.closes(MARC, about)
    assert team.ends(MARC, HELENE) == ASKED
    assert team.ends(YANN, HELENE) == ENDED, "a manager asked"


@pytest.mark.parametrize(
    ("without", "by", "about", "kept", "refused"),
    [
        ((ZOE,), MARC, YANN, "advisor", False),  # Marc and Hélène are left
        ((HELENE, ZOE), MARC, YANN, "advisor", True),  # Marc alone
        ((ZOE, YANN), MARC, HELENE, "advisor", True),  # Marc alone
        ((), YANN, ZOE, "advisor", False),  # Marc and Hélène
        ((MARC,), YANN, ZOE, "advisor", True),  # Hélène, and who ends it
    ],
)
def test_the_end_of_a_role_leaves_a_manager_and_another_steward(
    without: tuple[UUID, ...], by: UUID, about: UUID, kept: Role, *, refused: bool
) -> None:
    assert (Team(*without).ends(by, about, kept) == "last-steward") is refused


def test_who_keeps_accounts_by_another_role_is_left_herself() -> None:
    for without in ((MARC, ZOE), (MARC, ZOE, YANN)):
        team = Team(*without)
        both = (e.RoleGranted(role="administrator", on=TODAY), e.RoleConfirmed(role="administrator", on=TODAY))
        for event in both:
            team._record(HELENE, event, OPERATOR)
        alone = YANN in without
        assert team.ends(OPERATOR, HELENE, "manager") == ("last-steward" if alone else ["RoleEnded"])


def test_a_request_stands_an_hour_and_as_long_as_who_made_it() -> None:
    team = Team()
    for about in OTHERS[:3]:
        team.closes(YANN, about)
    team.closes(YANN, OTHERS[3])
    assert team.closes(OPERATOR, YANN) == SUSPENDED
    assert team.closes(ZOE, OTHERS[3]) == ASKED, "a stolen account asked: its request is nobody's"
    team.now += timedelta(hours=1)
    for about in OTHERS[4:7]:
        assert team.closes(HELENE, about) == SUSPENDED
    assert team.closes(MARC, OTHERS[3]) == ASKED, "of an hour ago"


def test_the_operator_and_the_program_close_without_being_counted() -> None:
    team = Team()
    for about in OTHERS[:4]:
        assert team.closes(OPERATOR, about) == SUSPENDED
    assert team.does(SITE, accounts.suspend_account, OTHERS[4], reason="mass-reading") == SUSPENDED
    assert team.leaves(OTHERS[5], OPERATOR) == LEFT
    for about in OTHERS[6:8]:
        assert team.closes(YANN, about) == SUSPENDED
    assert team.closes(YANN, MARC) == SUSPENDED
    assert team.leaves(OTHERS[8], OPERATOR) == LEFT, "after three by a colleague, too"


def test_a_departure_that_is_taken_back_is_not_counted() -> None:
    """But for whom was closed too: else a departure, and its undo, would hide each closing."""
    team = Team()
    for about in OTHERS[:3]:
        assert team.leaves(about, YANN, TODAY + timedelta(days=30)) == LEFT
        team.does(YANN, membership.undo_departure, about)
    for about in OTHERS[:3]:
        assert team.closes(YANN, about) == SUSPENDED
        assert team.leaves(about, YANN, TODAY + timedelta(days=30)) == LEFT
        team.does(YANN, membership.undo_departure, about)
    assert team.closes(YANN, OTHERS[3]) == ASKED


BOTH = [
    pytest.param(lambda team, by, about: team.closes(by, about), id="closed"),
    pytest.param(lambda team, by, about: team.leaves(about, by), id="left"),
    pytest.param(lambda team, by, about: team.leaves(about, by, TODAY - timedelta(days=400)), id="left long ago"),
]


@pytest.mark.parametrize("ends", BOTH)
@pytest.mark.parametrize(
    ("without", "by", "about", "refused"),
    [
        ((ZOE,), YANN, HELENE, True),  # Marc alone would be left, without who closes
        ((ZOE,), MARC, HELENE, False),  # Marc and Yann
        ((ZOE,), MARC, YANN, False),  # Marc and Hélène
        ((), YANN, HELENE, False),  # Marc and Zoé
        ((MARC,), YANN, HELENE, True),  # no manager
        ((MARC, ZOE), HELENE, YANN, True),  # Hélène alone
        ((YANN, ZOE), HELENE, MARC, True),  # Hélène alone
        ((MARC, YANN, ZOE), HELENE, OTHERS[0], False),  # an advisor keeps no accounts
    ],
)
def test_a_manager_and_another_steward_are_left(
    ends: Any, without: tuple[UUID, ...], by: UUID, about: UUID, refused: bool
) -> None:
    team = Team(*without)
    found = ends(team, by, about)
    assert (found in ("last-steward", "last-of-direction")) is refused, found
    assert Team(*without).closes(OPERATOR, about) == SUSPENDED
    assert Team(*without).leaves(about, OPERATOR, anyway=True) == LEFT


def test_in_a_house_of_one_the_terminal_closes_and_opens_again() -> None:
    team = Team(MARC, YANN, ZOE)
    assert team.leaves(HELENE, OPERATOR) == "last-of-direction"
    assert team.closes(OPERATOR, HELENE) == SUSPENDED
    assert team.does(OPERATOR, accounts.request_restoration, HELENE) == ["RestorationRequested"]
    assert team.does(OPERATOR, accounts.restore_account, HELENE) == ["AccountRestored"]
    assert team.does(OPERATOR, accounts.request_factors_reset, HELENE) == ["FactorsResetRequested"]
    assert team.does(OPERATOR, accounts.reset_factors, HELENE) == ["FactorsReset", "RoleGranted", "RoleConfirmed"]
    assert team.does(OPERATOR, accounts.invite_account, HELENE) == ["AccountInvited", "AccountConfirmed"]
    assert team.does(SITE, accounts.open_account, HELENE, way="passkey") == ["AccountOpened"]
    assert list(stewards(team.members, TODAY)) == [HELENE]
    assert team.leaves(HELENE, OPERATOR, anyway=True) == LEFT


def test_a_manager_whose_account_is_closed_replaces_nobody() -> None:
    """Else closing one, and ending the role of the other, would leave nobody of the direction who enters."""
    team = Team()
    assert team.closes(YANN, HELENE) == SUSPENDED
    assert team.does(YANN, membership.change_roles, MARC, roles=("advisor",)) == "last-of-direction"
    assert team.leaves(MARC, YANN) == "last-of-direction"
    assert team.closes(YANN, MARC) == "last-steward"


def test_administrators_alone_are_no_direction() -> None:
    team = Team(MARC)
    for event in (e.RoleGranted(role="administrator", on=TODAY), e.RoleConfirmed(role="administrator", on=TODAY)):
        team._record(OTHERS[0], event, OPERATOR)
    assert team.closes(YANN, HELENE) == "last-steward", "two administrators are left, and no manager"


def test_who_keeps_no_accounts_is_closed_whoever_is_left() -> None:
    assert Team(MARC, YANN, ZOE).closes(HELENE, OTHERS[0]) == SUSPENDED
