"""Permissions: the actors allowed to take a decision, and the dossiers an actor reads (docs/permissions.md)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from pixflow.actor import OPERATOR, PARTNER, Actor
from pixflow.decision import Decision
from pixflow.dossier.assignment import assign_advisor, lend_dossier
from pixflow.dossier.follow_up import review_late_event
from pixflow.dossier.identity import correct_identity, undo_merge
from pixflow.dossier.stages.prescription import dispatch_result
from pixflow.dossier.state import Dossier
from pixflow.events.base import Event, Recorded
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
from pixflow.tasks.kinds import TASK_KINDS
from pixflow.team.staff import colleagues_deputised_by, deputised_roles, standing_in
from pixflow.workshop.booking import may_meet_anybody
from pixflow.workshop.state import Workshop

ABOUT_A_TASK = frozenset({"set_appointment", "miss_appointment", "chase", "snooze", "hand_over"})
"""The decisions about any task: each names its key."""

BESIDE = frozenset({"take_note", "retract", "reinstate"})
"""The decisions that every receiver may take, and who broke a glass.

They retract and reinstate their own events alone.
"""


def gives(key: str, decision: str, sent: Collection[str] | None) -> bool:
    """Tells if a handed task gives a decision. `sent` are the values sent with it; None asks about any values."""
    if decision in BESIDE:
        return True
    if decision in ABOUT_A_TASK:
        return sent is None or key in sent
    kind, _, subject = key.partition(":")
    task_kind = TASK_KINDS.get(kind)
    if task_kind is None or (task_kind.with_subject and sent is not None and subject not in ("", *sent)):
        return False
    return decision in task_kind.decisions


# --- permissions: the actors allowed to take a decision, and the dossiers an actor reads (docs/permissions.md)


TASK_OWNERS = frozenset[Role]({"advisor", "facilitator", "referent"})
"""The roles that may have tasks of their own: of their dossiers, of workshops they run, or handed over to them."""

RECORDED_BY: Mapping[str, Decision[..., list[Event]]] = {
    AdvisorAssigned.TOPIC: assign_advisor,
    DossierLent.TOPIC: lend_dossier,
    ResultDispatched.TOPIC: dispatch_result,
    LateEventReviewed.TOPIC: review_late_event,
    DossierMerged.TOPIC: undo_merge,
    DuplicateJoined.TOPIC: undo_merge,
}
"""The decisions with stricter roles than `retract`. Retracting their events requires their permission."""


class Subject(Struct, frozen=True):
    """The subject of a decision: a dossier, a member of staff, a workshop.

    `sent` are the values sent with it, which name a task or what it is about; None asks about any values.
    """

    dossier: Dossier | None = None
    member: UUID | None = None
    workshop: Workshop | None = None
    sent: frozenset[str] | None = None


class Scope(Struct, frozen=True):
    """The dossiers that an actor reads on a day: all, none, or `own`.

    `own` are those of `advisor`, those with a task handed over to them, and those whose glass they broke. `deputised`
    are the absent colleagues whose dossiers they read too.
    """

    whose: Literal["own", "all", "none"]
    advisor: UUID | None = None
    day: date = date.min
    deputised: frozenset[UUID] = frozenset()

    @property
    def advisors(self) -> frozenset[UUID]:
        """The advisors whose dossiers are read, when only some are."""
        return self.deputised | ({self.advisor} if self.advisor else frozenset())

    def reads(self, advisor: UUID | None) -> bool:
        """Tells if the dossiers of an advisor are read. None is for dossiers without an advisor."""
        return self.whose == "all" or advisor in self.advisors

    def sees(self, dossier: Dossier) -> bool:
        if self.whose != "own":
            return self.whose == "all"
        received = receives(self.advisor, dossier, self.day)
        return received or any(follows(person, dossier, self.day) for person in self.advisors)


def follows(person: UUID, dossier: Dossier, day: date) -> bool:
    """Tells if a member of staff reads this dossier: as its advisor, or by a task handed over to them."""
    return dossier.advisor == person or any(h.to == person and h.is_active(day) for h in dossier.handovers.values())


def receives(person: UUID | None, dossier: Dossier, day: date) -> bool:
    """Tells if a member of staff broke the glass of this dossier that day."""
    glass = dossier.glasses.get(str(person))
    return glass is not None and day <= glass.until


def require(actor: Actor, decision: Decision[..., Any], subject: Subject, refs: References, today: date) -> None:
    """Raises Refused("not-allowed") unless this actor may take this decision on this subject."""
    if not allows(actor, decision, subject, refs, today):
        raise Refused("not-allowed", decision=decision.name)


def allows(actor: Actor, decision: Decision[..., Any], subject: Subject, refs: References, today: date) -> bool:
    """Tells if this actor may take this decision on this subject.

    A deputy may take the decisions of the absent colleague, but none about the team.
    """
    if (PARTNER if actor.id.startswith(PARTNER) else actor.id) in decision.system:
        return True
    person = principal(actor, refs, today)
    if person is None or (actor.acting_for and subject.member):
        return False
    member = refs.team[person]
    held = deputised_roles(member, today) if actor.acting_for else member.roles_on(today)
    reach = {decision.roles.reach.get(role) for role in held}
    if "all" in reach or "own" not in reach:
        return "all" in reach
    if _owns(person, decision, subject, today):
        return True
    received = decision.roles.own == "reading" or decision.name in BESIDE  # a paper, or a note: a broken glass gives it
    return received and subject.dossier is not None and receives(UUID(actor.id), subject.dossier, today)


def require_retraction(
    actor: Actor, retracted: Iterable[Recorded], dossier: Dossier, refs: References, today: date
) -> None:
    """Raises Refused("not-allowed") when the actor may not retract one of these events."""
    for one in retracted:
        if missing := lacks_to_retract(actor, one, dossier, refs, today):
            raise Refused("not-allowed", decision=missing)


def lacks_to_retract(actor: Actor, recorded: Recorded, dossier: Dossier, refs: References, today: date) -> str:
    """Returns the name of a decision that the actor lacks to retract this event, "" for none.

    They must be allowed the decision that recorded it. Who was handed a task retracts their own events alone.
    """
    recorded_by = RECORDED_BY.get(recorded.event.TOPIC)
    if recorded_by and not allows(actor, recorded_by, Subject(dossier), refs, today):
        return recorded_by.name
    whole = recorded.by == actor.id or allows(actor, correct_identity, Subject(dossier), refs, today)
    return "" if whole else "retract"


def _owns(person: UUID, decision: Decision[..., Any], subject: Subject, today: date) -> bool:
    match decision.roles.own:
        case "dossier":
            return subject.dossier is not None and _decides(person, decision.name, subject.dossier, subject.sent, today)
        case "reading":
            return subject.dossier is not None and follows(person, subject.dossier, today)
        case "loan":
            it = subject.dossier
            return it is not None and it.lent is not None and person in (it.lent.back_to, it.advisor)
        case "workshop":
            return subject.workshop is not None and subject.workshop.runs(str(person))
        case "member":
            return subject.member == person


def _decides(person: UUID, decision: str, dossier: Dossier, sent: frozenset[str] | None, today: date) -> bool:
    """Tells if this person is the advisor, or has a task of the dossier that gives this decision."""
    if dossier.advisor == person:
        return True
    mine = (key for key, handover in dossier.handovers.items() if handover.to == person and handover.is_active(today))
    return any(gives(key, decision, sent) for key in mine)


def is_entrusted(actor: Actor, workshop: Workshop, dossier: Dossier, refs: References, now: datetime) -> bool:
    """Tells if the actor may note more than presence on this dossier: one that they read, or a visitor's."""
    today = refs.calendar.local_day(now)
    return scope(actor, refs, today).sees(dossier) or may_meet_anybody(
        workshop, actor.id, now, standing_in(actor.id, refs.team, today)
    )


def principal(actor: Actor, refs: References, today: date) -> UUID | None:
    """Returns the member of staff whose roles and dossiers count: the actor, or the colleague they deputise for.

    None for a stranger, for a former member, and for an actor who is not the deputy of `acting_for`.
    """
    me = _member(actor.id, refs)
    if me is None or not refs.team[me].works(today):
        return None
    if actor.acting_for is None:
        return me
    other = _member(actor.acting_for, refs)
    return other if other in colleagues_deputised_by(refs.team, me, today) else None


def roles(actor: Actor, refs: References, today: date) -> frozenset[Role]:
    """Returns the roles held that day, with those of deputised colleagues. None for the system and for strangers."""
    me = _member(actor.id, refs)
    if me is None:
        return frozenset()
    away = (deputised_roles(refs.team[person], today) for person in colleagues_deputised_by(refs.team, me, today))
    return refs.team[me].roles_on(today).union(*away)


def scope(actor: Actor, refs: References, today: date) -> Scope:
    """Returns the dossiers that an actor reads.

    All for the operator, référents, managers and auditors; own for advisors; none for the others. A deputy also
    reads what the absent colleague reads.
    """
    held = roles(actor, refs, today)
    if actor.id == OPERATOR or held & {"referent", "manager", "auditor"}:
        return Scope("all")
    if "advisor" in held:
        away = colleagues_deputised_by(refs.team, me := UUID(actor.id), today)
        return Scope("own", me, today, frozenset(id for id in away if "advisor" in refs.team[id].roles_on(today)))
    return Scope("none")


def _member(id: str, refs: References) -> UUID | None:
    person = None if ":" in id else UUID(id)
    return person if person in refs.team else None
