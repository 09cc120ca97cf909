"""Every sequence of two decisions that an administrator may take: nobody reads a dossier more than before.

Accounts of the administrator's own making decide too, and a second administrator who acts with them.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple, get_args
from uuid import UUID

import pytest

from pixflow import authorization
from pixflow.actor import OPERATOR, Actor
from pixflow.authorization import Scope, Subject
from pixflow.dossier.assignment import break_glass
from pixflow.dossier.state import Dossier
from pixflow.events import staff as e
from pixflow.events.base import Event, Recorded
from pixflow.events.values import Role
from pixflow.reference_data import References, evolve
from pixflow.refused import Refused
from pixflow.team.staff import Staff
from tests.decisions import DECISIONS
from tests.given import AT, assigned, handed, opened, state_of

FIRST, TODAY = date(2026, 9, 1), date(2026, 9, 15)
ROLES: tuple[Role, ...] = get_args(Role)
AWAY, COMING = UUID(int=0xE1), UUID(int=0xE2)


class Person(NamedTuple):
    """Somebody of the team: roles, last day, and the number of their stream."""

    id: UUID
    roles: tuple[Role, ...] = ()
    left: date | None = None
    ended: tuple[Role, ...] = ()


ME, OTHER, NEW, NEWER = (UUID(int=n) for n in range(1, 5))
ADVISOR, COLLEAGUE, FACILITATOR = (UUID(int=n) for n in range(11, 14))
PEOPLE = [
    Person(ME, ("administrator",)),
    Person(OTHER, ("administrator",)),
    Person(ADVISOR, ("advisor",)),
    Person(COLLEAGUE, ("advisor",)),
    Person(FACILITATOR, ("facilitator",), ended=("advisor",)),
    Person(UUID(int=14), ("referent",)),
    Person(UUID(int=15), ("manager",)),
    Person(UUID(int=16), ("auditor",)),
    Person(UUID(int=17), ("advisor",), left=date(2026, 9, 10)),
    Person(UUID(int=18), ("referent", "manager"), left=date(2026, 9, 10)),
]
"""An advisor who is one no longer, and two who left, still have their dossiers."""
SUBJECTS = (*(one.id for one in PEOPLE), NEW, NEWER)
CONSPIRING = (ME, OTHER, NEW, NEWER)
"""Those who decide: two administrators, and the accounts that they make."""
DOSSIERS: Mapping[str, Dossier] = {
    "advisor": state_of("dossier", opened(), assigned(ADVISOR)),
    "colleague": state_of("dossier", opened(), assigned(COLLEAGUE)),
    "former advisor": state_of("dossier", opened(), assigned(FACILITATOR)),
    "leaver": state_of("dossier", opened(), assigned(UUID(int=17))),
    "handed to the facilitator": state_of("dossier", opened(), assigned(ADVISOR), handed("present-pix", FACILITATOR)),
    "nobody": state_of("dossier", opened()),
}
DAYS = (TODAY, TODAY + timedelta(days=1))
BARE = (
    "come_back", "take_pix", "invite_account", "confirm_account", "request_restoration", "restore_account",
    "request_factors_reset", "withdraw_factors_reset", "reset_factors",
)  # fmt: skip
"""Decisions with which nothing is sent."""
ONE_WAY: dict[str, dict[str, Any]] = {
    **{decision: {} for decision in BARE},
    "choose_monthly_page": {"wanted": True},
    "designate_referent": {"site": None},
    "replace_calendar_address": {"number": 1},
    "state_contact": {"phone": "01 99 00 12 34"},
    "suspend_account": {"reason": "colleague"},
}
"""Decisions of which one way to take them stands for all."""
LONG = {"first": TODAY, "last": TODAY + timedelta(days=40)}


def recorded(refs: References, person: UUID, event: Event, by: str) -> Recorded:
    version = refs.team.get(person, Staff()).version + 1
    return Recorded(person, version, event, AT, by, None, "web", UUID(int=version))


def team() -> References:
    """The team; the advisor is away today with the colleague as deputy, the manager later with nobody."""
    refs = References()
    for one in PEOPLE:
        events: list[Event] = [e.StaffJoined(name="—", email=f"{one.id}@ml.fr", site=None, on=FIRST)]
        for role in (*one.roles, *one.ended):
            events += [e.RoleGranted(role=role, on=FIRST), e.RoleConfirmed(role=role, on=FIRST)]
        events += [e.RoleEnded(role=role, on=FIRST) for role in one.ended]
        events += [e.StaffLeft(last_day=one.left, on=FIRST)] if one.left else []
        if one.id == ADVISOR:
            events.append(e.AbsenceDeclared(absence=AWAY, first=TODAY, last=TODAY, deputy=COLLEAGUE, on=FIRST))
        if one.id == UUID(int=15):
            events.append(e.AbsenceDeclared(absence=COMING, first=DAYS[1], last=DAYS[1], deputy=None, on=FIRST))
        for event in events:
            refs = evolve(refs, recorded(refs, one.id, event, OPERATOR))
    return refs


def sent_for(decision: str) -> Iterator[dict[str, Any]]:
    """Yields what an administrator may send with each decision, forged fields included."""
    several: tuple[tuple[Role, ...], ...] = (*((role,) for role in ROLES), ROLES)
    deputies = (None, ME, OTHER, NEW, COLLEAGUE, FACILITATOR)
    absences = [
        {"absence": absence, **LONG, "deputy": deputy, "anyway": True}
        for absence in (UUID(int=0xE3), AWAY, COMING)
        for deputy in deputies
    ]
    match decision:
        case "add":
            named = {"name": "—", "email": "n@ml.fr", "site": None}
            yield from ({**named, "roles": roles} for roles in several)
            yield {**named, "roles": ROLES, "until": DAYS[1]}
        case "change_roles":
            yield from ({"roles": roles, "anyway": True} for roles in several)
        case "confirm_role":
            yield from ({"role": role} for role in ROLES)
        case "leave":
            yield from ({"last_day": day, "anyway": True} for day in (FIRST, LONG["last"]))
        case "declare_absence":
            yield from absences
        case "cancel_absence":
            yield from ({"absence": absence} for absence in (AWAY, COMING))
        case _ if decision in ONE_WAY:
            yield ONE_WAY[decision]
        case "attend_training" | "hold_briefing":
            yield {"title": "Pix Orga"}
        case _:
            raise AssertionError(f"an administrator may {decision}: say what they send")


OF_NO_ACCOUNT = ("take_back", "issue_list", "stop_erasure", "bring_back_duplicate", "bring_back_participation")
STEPS = [
    (name, sent)
    for name, one in DECISIONS.items()
    if "administrator" in one.roles.reach and name not in OF_NO_ACCOUNT
    for sent in sent_for(name)
]
"""Each decision with each of its contents, but those about a milestone, a file, an erasure that is stopped."""


def after(refs: References, actor: UUID, person: UUID, name: str, sent: Mapping[str, Any]) -> References | None:
    """Returns the team after a decision; None when it is refused, or changes nothing."""
    decision, by = DECISIONS[name], Actor(str(actor))
    if not authorization.allows(by, decision, Subject(member=person), refs, TODAY):
        return None
    added = {"team": refs.team, "person": person, "actor": by.id, "now": AT}
    asked = {need.value: added[need.value] for need in decision.needs}
    try:
        events = decision(refs.team.get(person, Staff()), **sent, on=TODAY, **asked)
    except Refused:
        return None
    known = refs.team.get(person)
    for event in events:
        refs = evolve(refs, recorded(refs, person, event, by.id))
    return refs if events and rights(refs.team[person]) != (known and rights(known)) else None


def rights(one: Staff) -> tuple[Any, ...]:
    """Returns what gives rights: a milestone or a phone gives none, an account lets in whom the roles let read."""
    return one.roles, tuple(one.awaiting.items()), tuple(one.ends.items()), one.left, tuple(one.absences.values())


def reading(refs: References) -> set[tuple[UUID, str, date]]:
    """Returns who reads which dossier, the names of every workshop, or any dossier by a glass, on each day."""
    found = set()
    for person in refs.team:
        for day in DAYS:
            actor = Actor(str(person))
            found |= {(person, name, day) for name in seen_by(authorization.scope(actor, refs, day))}
            if "facilitator" in authorization.roles(actor, refs, day):
                found.add((person, "every workshop", day))
            if authorization.allows(actor, break_glass, Subject(DOSSIERS["nobody"]), refs, day):
                found.add((person, "a glass", day))
    return found


@cache
def seen_by(scope: Scope) -> frozenset[str]:
    return frozenset(name for name, dossier in DOSSIERS.items() if scope.sees(dossier))


def following(refs: References) -> Iterator[tuple[str, References]]:
    """Yields every decision of those who conspire that changes a right, with the team after it; equal teams once."""
    met = set()
    for actor in CONSPIRING:
        for person in SUBJECTS:
            for name, sent in STEPS:
                made = after(refs, actor, person, name, sent)
                if made and (person, rights(made.team[person])) not in met:
                    met.add((person, rights(made.team[person])))
                    yield f"{actor.int} {name} {person.int} {sent}", made


@pytest.mark.parametrize("one_of", [15, pytest.param(1, marks=pytest.mark.trial)])
def test_no_two_decisions_of_an_administrator_give_anybody_a_dossier(one_of: int) -> None:
    """After each first decision, or one of fifteen of them, each second one."""
    refs = team()
    before, met = reading(refs), set()
    firsts = dict(following(refs))
    for first, once in firsts.items():
        assert reading(once) <= before, first
    for first, once in list(firsts.items())[::one_of]:
        for second, twice in following(once):
            changed = frozenset((id, rights(one)) for id, one in twice.team.items() if one is not refs.team.get(id))
            if changed not in met:
                met.add(changed)
                assert reading(twice) <= before, f"{first}, then {second}"
    assert len(firsts) > 200
    assert len(met) > 20_000 / one_of


def test_the_people_of_the_walk_read_what_their_roles_say() -> None:
    """Without it, a walk in which nobody reads anything would pass."""
    reads = reading(team())
    all_of = {who for who in SUBJECTS if {name for one, name, day in reads if one == who} == set(DOSSIERS)}
    assert all_of == {UUID(int=14), UUID(int=15), UUID(int=16)}
    assert {name for one, name, day in reads if one == COLLEAGUE and day == TODAY} == {
        "advisor", "colleague", "handed to the facilitator", "a glass",
    }  # fmt: skip
    assert not [one for one, name, day in reads if one in CONSPIRING]
    assert {name for one, name, day in reads if one == FACILITATOR} == {"every workshop"}


def test_a_manager_or_the_operator_and_an_administrator_give_a_role_that_reads_everything() -> None:
    """Two people may do it together, as long as one of them is the direction or the operator."""
    refs = team()
    for giver, second in ((UUID(int=15), ME), (ME, UUID(int=15))):
        once = after(refs, giver, COLLEAGUE, "change_roles", {"roles": ("advisor", "auditor")})
        assert once is not None
        assert reading(once) <= reading(refs)
        twice = after(once, second, COLLEAGUE, "confirm_role", {"role": "auditor"})
        assert twice is not None
        assert {name for one, name, day in reading(twice) if one == COLLEAGUE} == {*DOSSIERS, "a glass"}
