"""Who may take which decision on whose dossier: the table is total, and it is what is asked."""

import importlib
import pkgutil
from collections.abc import Iterator
from inspect import getmembers, isfunction
from typing import get_args, get_type_hints
from uuid import UUID

import pytest

import pixflow
from pixflow import people
from pixflow.dossier.state import Dossier
from pixflow.events import Event
from pixflow.events.values import Role
from pixflow.people import CLOCK, IMPORT, OPERATOR, SYSTEM, TABLE, Actor, Scope, check, roles, scope
from pixflow.references import References
from pixflow.refused import Refused
from pixflow.staff import Staff
from tests.given import ADVISOR, COLLEAGUE, assigned, opened, state_of

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

TAKEN_WITHIN = {
    "link_participation": "confirm_match",
    "advance_participation": "follow",
    "withdraw_participation": "vanish",
    "receive_result": "follow",
    "retract_participation": "unmatch",
    "retractions": "retract",
}
"""Functions that give events but are taken inside another decision, never by themselves."""

OF_A_DOSSIER = sorted(
    decision
    for decision, allowed in TABLE.items()
    if decision not in ("add", "open_structure", "start_program", "publish_protocol", "publish_grille") and allowed
)


def may(person: UUID | str, decision: str, dossier: Dossier | None = MINE) -> bool:
    try:
        check(Actor(str(person)), decision, REFS, dossier)
    except Refused as refused:
        said = refused
    else:
        return True
    assert (said.code, said.details) == ("not-allowed", {"decision": decision})
    return False


# --- the table is total


def decisions() -> Iterator[str]:
    """Every public function of pixflow that gives events, or events for several streams."""
    for found in pkgutil.walk_packages(pixflow.__path__, "pixflow."):
        module = importlib.import_module(found.name)
        for name, function in getmembers(module, isfunction):
            public = function.__module__ == module.__name__ and not name.startswith("_")
            if public and get_type_hints(function).get("return") in (list[Event], dict[str, list[Event]]):
                yield name


def test_every_decision_is_in_the_table_and_the_table_names_nothing_else() -> None:
    assert set(decisions()) - set(TAKEN_WITHIN) == set(TABLE)


def test_what_is_taken_within_another_decision_is_never_asked_for() -> None:
    assert set(TAKEN_WITHIN) <= set(decisions())
    assert set(TAKEN_WITHIN).isdisjoint(TABLE)
    assert set(TAKEN_WITHIN.values()) <= set(TABLE)


def test_the_system_s_decisions_are_in_the_table_too() -> None:
    assert set().union(*SYSTEM.values()) <= set(TABLE)


def test_every_decision_can_be_taken_by_somebody() -> None:
    by_system = set().union(*SYSTEM.values())
    assert [decision for decision, allowed in TABLE.items() if not allowed and decision not in by_system] == []


# --- who


@pytest.mark.parametrize("decision", OF_A_DOSSIER)
def test_an_advisor_decides_on_their_own_dossiers_not_on_a_colleague_s(decision: str) -> None:
    reach = TABLE[decision].get("advisor")
    assert may(ADVISOR, decision) == (reach is not None)
    assert may(COLLEAGUE, decision) == (reach == "all")
    assert may(ADVISOR, decision, NOBODY_S) == (reach == "all")
    assert may(ADVISOR, decision, None) == (reach == "all")


def test_an_advisor_opens_dossiers_and_that_is_all_they_do_beyond_their_own() -> None:
    assert [decision for decision in TABLE if may(COLLEAGUE, decision)] == ["open_dossier"]


def test_an_advisor_does_not_steer_nor_handle_results() -> None:
    mine = {decision for decision in TABLE if may(ADVISOR, decision)}
    assert mine.isdisjoint({"assign_advisor", "dispatch_result", "confirm_match", "unmatch", "import_participation"})
    assert {"present_pix", "build_prescription", "answer_referral", "retract", "close"} <= mine


@pytest.mark.parametrize("role", ["auditor", "facilitator"])
def test_who_only_reads_writes_nothing(role: Role) -> None:
    assert [decision for decision in TABLE if may(PEOPLE[role], decision)] == []


def test_an_administrator_keeps_accounts_and_nothing_else() -> None:
    assert [decision for decision in TABLE if may(PEOPLE["administrator"], decision)] == ["add"]


def test_a_manager_opens_reassigns_reviews_and_closes() -> None:
    steering = {decision for decision in TABLE if may(PEOPLE["manager"], decision)}
    assert steering == {"open_dossier", "assign_advisor", "review_late_event", "close", "reopen"}


def test_a_referent_decides_on_every_dossier_and_on_what_comes_from_pix() -> None:
    refused = {decision for decision in TABLE if not may(PEOPLE["referent"], decision, NOBODY_S)}
    assert refused == {"add", "open_structure", "start_program", "publish_protocol", "publish_grille"}


def test_the_widest_of_several_roles_counts() -> None:
    assert roles(Actor(str(BOTH)), REFS) == {"advisor", "auditor"}
    assert may(BOTH, "present_pix", state_of("dossier", opened(), assigned(BOTH)))
    assert not may(BOTH, "present_pix")
    assert scope(Actor(str(BOTH)), REFS) == Scope("all")


@pytest.mark.parametrize(
    ("actor", "decisions"),
    [
        (OPERATOR, SYSTEM[OPERATOR]),
        (IMPORT, frozenset({"match_by_number"})),
        (CLOCK, frozenset()),
        ("system:other", frozenset()),
        ("partner:viaformation", frozenset()),
        (str(UUID(int=0xEE)), frozenset()),
    ],
    ids=["operator", "import", "clock", "no such system", "partner", "stranger"],
)
def test_what_is_not_a_member_of_staff_decides_only_what_its_list_says(actor: str, decisions: frozenset[str]) -> None:
    assert {decision for decision in TABLE if may(actor, decision)} == decisions


def test_the_operator_opens_and_imports_but_does_not_follow_young_people() -> None:
    assert SYSTEM[OPERATOR].isdisjoint({"present_pix", "hold_debrief", "build_prescription", "retract", "close"})


# --- what they read


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("advisor", Scope("own", ADVISOR)),
        ("referent", Scope("all")),
        ("facilitator", Scope("none")),
        ("manager", Scope("all")),
        ("auditor", Scope("all")),
        ("administrator", Scope("none")),
    ],
)
def test_what_each_role_reads(role: Role, expected: Scope) -> None:
    assert scope(Actor(str(PEOPLE[role])), REFS) == expected


def test_the_operator_reads_all_and_strangers_nothing() -> None:
    assert scope(Actor(OPERATOR), REFS) == Scope("all")
    assert [scope(Actor(who), REFS) for who in (CLOCK, IMPORT, "partner:x", str(UUID(int=0xEE)))] == [Scope("none")] * 4


def test_a_scope_sees_its_own_all_or_none() -> None:
    assert [Scope("own", who).sees(MINE) for who in (ADVISOR, COLLEAGUE)] == [True, False]
    assert [Scope("all").sees(MINE), Scope("none").sees(MINE)] == [True, False]
    assert [Scope("own", ADVISOR).sees(NOBODY_S), Scope("all").sees(NOBODY_S)] == [False, True]
    assert people.scope(Actor(str(ADVISOR)), REFS).sees(MINE)
