"""Permissions: who may take a decision on a subject, and whose dossiers somebody reads (docs/permissions.md)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from pixflow.actor import OPERATOR, Actor
from pixflow.decision import Decision, Owned, Reach
from pixflow.dossier.assignment import assign_advisor
from pixflow.dossier.closing import review_late_event
from pixflow.dossier.lending import lend_dossier
from pixflow.dossier.merging import undo_merge
from pixflow.dossier.stages.prescription import dispatch_result
from pixflow.dossier.state import Dossier
from pixflow.events.base import Event
from pixflow.events.dossier import (
    AdvisorAssigned,
    DossierLent,
    DossierMerged,
    DuplicateJoined,
    LateEventReviewed,
    ResultDispatched,
)
from pixflow.events.values import Role
from pixflow.reference_data import References
from pixflow.refused import Refused
from pixflow.team.absences import colleagues_deputised_by
from pixflow.workshop.state import Workshop

TASK_OWNERS = frozenset[Role]({"advisor", "facilitator", "referent"})
"""Who may have tasks of their own: an advisor's dossiers, the workshops that somebody runs, what was handed to them."""

RECORDED_BY: Mapping[str, Decision[..., list[Event]]] = {
    AdvisorAssigned.TOPIC: assign_advisor,
    DossierLent.TOPIC: lend_dossier,
    ResultDispatched.TOPIC: dispatch_result,
    LateEventReviewed.TOPIC: review_late_event,
    DossierMerged.TOPIC: undo_merge,
    DuplicateJoined.TOPIC: undo_merge,
}
"""The decisions that fewer roles may take than may retract: retracting their events asks for the same permission."""


class Subject(Struct, frozen=True):
    """The subject of a decision: a dossier, a member of staff, a workshop."""

    dossier: Dossier | None = None
    member: UUID | None = None
    workshop: Workshop | None = None


class Scope(Struct, frozen=True):
    """Whose dossiers somebody reads on a day: their own (`advisor`) and those of tasks handed to them, all, or none.

    `deputised` are the colleagues away that day whose dossiers they see to: they read them too.
    """

    whose: Literal["own", "all", "none"]
    advisor: UUID | None = None
    day: date = date.min
    deputised: frozenset[UUID] = frozenset()

    @property
    def advisors(self) -> frozenset[UUID]:
        """Whose dossiers are read, where only some are."""
        return self.deputised | ({self.advisor} if self.advisor else frozenset())

    def reads(self, advisor: UUID | None) -> bool:
        """Whether the dossiers of somebody are read; None is nobody's."""
        return self.whose == "all" or (self.whose == "own" and advisor in self.advisors)

    def sees(self, dossier: Dossier) -> bool:
        if self.whose != "own":
            return self.whose == "all"
        return any(follows(person, dossier, self.day) for person in self.advisors)


def follows(person: UUID, dossier: Dossier, day: date) -> bool:
    """Whether somebody follows this dossier: it is theirs, or a colleague handed them a task of it."""
    return dossier.advisor == person or any(h.to == person and h.is_active(day) for h in dossier.handovers.values())


def require(actor: Actor, decision: Decision[..., Any], subject: Subject, refs: References, today: date) -> None:
    """Raises Refused("not-allowed") unless this actor may take this decision on this subject."""
    if not allows(actor, decision, subject, refs, today):
        raise Refused("not-allowed", decision=decision.name)


def allows(actor: Actor, decision: Decision[..., Any], subject: Subject, refs: References, today: date) -> bool:
    """Tells if this actor may take this decision on this subject.

    A deputy may take the decisions of the absent colleague, but none about the team.
    """
    if actor.id in decision.system:
        return True
    person = principal(actor, refs, today)
    if person is None or (actor.acting_for and subject.member):
        return False
    reach = _reach(refs.team[person].roles_on(today), decision.roles.reach)
    return reach == "all" or (reach == "own" and _owns(person, decision.roles.own, subject, today))


def require_retraction(
    actor: Actor, retracted: Iterable[Event], dossier: Dossier, refs: References, today: date
) -> None:
    """Raises Refused("not-allowed") when the actor may not take a decision that recorded a retracted event."""
    for event in retracted:
        if recorded_by := RECORDED_BY.get(event.TOPIC):
            require(actor, recorded_by, Subject(dossier), refs, today)


def _owns(person: UUID, owned: Owned, subject: Subject, today: date) -> bool:
    match owned:
        case "dossier":
            return subject.dossier is not None and follows(person, subject.dossier, today)
        case "workshop":
            return subject.workshop is not None and subject.workshop.runs(str(person))
        case "member":
            return subject.member == person


def principal(actor: Actor, refs: References, today: date) -> UUID | None:
    """Returns whose roles and dossiers count: the actor's, or those of the absent colleague they deputise for.

    None for a stranger, for somebody who has left, and for somebody who acts for a colleague without being the deputy.
    """
    me = _member(actor.id, refs)
    if me is None or not refs.team[me].works(today):
        return None
    if actor.acting_for is None:
        return me
    other = _member(actor.acting_for, refs)
    return other if other in colleagues_deputised_by(refs.team, me, today) else None


def roles(actor: Actor, refs: References, today: date) -> frozenset[Role]:
    """The roles held that day, those of colleagues deputised for included; none for the system and for strangers."""
    me = _member(actor.id, refs)
    if me is None or not refs.team[me].works(today):
        return frozenset()
    held = (refs.team[person].roles_on(today) for person in (me, *colleagues_deputised_by(refs.team, me, today)))
    return frozenset[Role]().union(*held)


def scope(actor: Actor, refs: References, today: date) -> Scope:
    """Own for advisors, the structure for référents, managers and auditors, nothing for administrators.

    A deputy also reads what the absent colleague reads.
    """
    held = roles(actor, refs, today)
    if actor.id == OPERATOR or held & {"referent", "manager", "auditor"}:
        return Scope("all")
    if "advisor" in held:
        return Scope("own", me := UUID(actor.id), today, colleagues_deputised_by(refs.team, me, today))
    return Scope("none")


def _reach(held: frozenset[Role], allowed: Mapping[Role, Reach]) -> Reach | None:
    """The widest reach that these roles give; None when they give none."""
    reach = {allowed[role] for role in held if role in allowed}
    return "all" if "all" in reach else "own" if reach else None


def _member(id: str, refs: References) -> UUID | None:
    person = None if ":" in id else UUID(id)
    return person if person in refs.team else None
