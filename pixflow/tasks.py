"""What is owed: pure functions from state to tasks. No task knows what day it is (DOMAIN.md §6)."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from pixflow.campaign import Campaign
from pixflow.dossier.state import ActionState, Dossier, Linked, Mark
from pixflow.events import Stage
from pixflow.events.values import Role
from pixflow.participation import Participation
from pixflow.references import References

Kind = Literal[
    "present-pix", "plan-diagnostic", "chase-diagnostic", "chase-sharing", "declare-campaign", "match-participation",
    "dispatch-result", "assign-advisor", "hold-debrief", "build-prescription", "refer", "record-outcome",
    "close-or-plan", "review-late-event",
]  # fmt: skip

STAGE_OF: dict[Kind, Stage | None] = {
    "present-pix": "orientation",
    "plan-diagnostic": "orientation",
    "chase-diagnostic": "diagnostic",
    "chase-sharing": "diagnostic",
    "declare-campaign": None,
    "match-participation": "diagnostic",
    "dispatch-result": "prescription",
    "assign-advisor": None,
    "hold-debrief": "prescription",
    "build-prescription": "prescription",
    "refer": "parcours",
    "record-outcome": "parcours",
    "close-or-plan": None,
    "review-late-event": None,
}


class Why(Struct, frozen=True):
    """Why a task stands: the event that opens it, on its day, and what its sentence names."""

    version: int
    on: date
    details: dict[str, str] = {}


class Task(Struct, frozen=True):
    """One thing owed. `key` is the kind and what it is about, never a version.

    Visible on days from `opens` (until `lapses`, excluded); in time through `due`; from each escalation's day
    that role sees it too. Days are the structure's; delays are working days.
    """

    key: str
    kind: Kind
    stage: Stage | None
    role: Role
    opens: date
    due: date
    why: Why
    lapses: date | None = None
    escalations: tuple[tuple[date, Role], ...] = ()
    appointment: datetime | None = None
    place: str = ""
    chases: int = 0


def of_dossier(dossier: Dossier, refs: References) -> list[Task]:
    """What this dossier owes, in the order of the path."""
    if dossier.opened is None:
        return []
    owing = _Owing(dossier, refs)
    if dossier.closed:
        return [owing.task("review-late-event", "", "referent", dossier.late)] if dossier.late else []
    tasks = [*_assign(owing), *_orientation(owing), *_diagnostic(owing), *_prescription(owing), *_parcours(owing)]
    return tasks + list(_close(owing, tasks))


def of_participation(participation: Participation, refs: References) -> list[Task]:
    """A row of an export that waits for somebody to say whose it is."""
    if not participation.waiting or participation.imported is None or participation.settled is None:
        return []
    mark = max(participation.imported, participation.settled, key=lambda mark: (mark.on, mark.version))
    return [_task(refs, "match-participation", "", "referent", mark)]


def of_campaign(campaign: Campaign, refs: References) -> list[Task]:
    """A campaign that an export showed and nobody has declared."""
    if campaign.found is None or campaign.declared:
        return []
    return [_task(refs, "declare-campaign", "", "referent", campaign.found, {"campaign": campaign.name})]


class _Owing:
    """One dossier being asked what it owes."""

    def __init__(self, dossier: Dossier, refs: References) -> None:
        self.dossier = dossier
        self.refs = refs
        assert dossier.opened is not None
        self.protocol = refs.protocol(dossier.opened.on)
        self.cej = dossier.programme == "CEJ" and self.protocol.cej_mandatory
        self.tested = dossier.diagnostic.linked("initial")
        self.exhausted: Mark | None = None

    def task(self, kind: Kind, about: object, role: Role, mark: Mark, opens: date | None = None, **details: str) -> Task:
        return _task(self.refs, kind, about, role, mark, details, opens, self.dossier)

    def chased(self, kind: Kind, about: UUID, mark: Mark, start: date, **details: str) -> Iterator[Task]:
        """A task that each chase starts again, until the tries of the protocol are used up."""
        chases = self.dossier.chases.get(f"{kind}:{about}", ())
        protocol = self.refs.protocol(mark.on)
        if len(chases) >= protocol.tries:
            last = chases[-1]
            self.exhausted = max(self.exhausted or last, last, key=lambda mark: (mark.on, mark.version))
            return
        turn = max(start, chases[-1].on) if chases else start
        delay: int = getattr(protocol.delays, f"{kind.replace('-', '_')}_opens")
        yield self.task(kind, about, "advisor", mark, self.refs.calendar.add(turn, delay), **details)


def _assign(owing: _Owing) -> Iterator[Task]:
    if owing.dossier.advisor is None and owing.dossier.opened:
        yield owing.task("assign-advisor", "", "referent", owing.dossier.opened)


def _orientation(owing: _Owing) -> Iterator[Task]:
    dossier, state = owing.dossier, owing.dossier.orientation
    if owing.tested or state.declined or dossier.opened is None:
        return
    if state.presented is None and (owing.protocol.concerned == "all" or owing.cej):
        yield owing.task("present-pix", "", "advisor", dossier.opened)
    if state.plan is None and (state.presented or owing.cej):
        since = state.presented or dossier.joined or dossier.opened
        yield owing.task("plan-diagnostic", "", "advisor", since, by="presented" if state.presented else "cej")


def _diagnostic(owing: _Owing) -> Iterator[Task]:
    state = owing.dossier.diagnostic
    plan = owing.dossier.orientation.plan
    if plan and plan.modality != "workshop" and not owing.tested and not owing.dossier.orientation.declined:
        yield from owing.chased("chase-diagnostic", plan.id, plan.mark, plan.planned_for, planned=plan.planned_for.isoformat())
    for participation, link in state.participations.items():
        if link.finished and link.result is None and not link.withdrawn and not _overtaken(state.participations, link):
            yield from owing.chased("chase-sharing", participation, link.finished, link.finished.on)


def _overtaken(links: dict[UUID, Linked], link: Linked) -> bool:
    """Another result of the same purpose came in since: nobody needs this one any more."""
    assert link.finished is not None
    return any(
        other.received and other.purpose == link.purpose and other.received.on >= link.finished.on
        for other in links.values()
    )


def _prescription(owing: _Owing) -> Iterator[Task]:
    current = owing.dossier.diagnostic.current("initial")
    if current is None or current[1].received is None or current[1].withdrawn:
        return
    participation, link = current
    state, received = owing.dossier.prescription, current[1].received
    dispatched, debrief = state.dispatched.get(participation), state.debriefs.get(participation)
    score = {"mastery": str(link.result.mastery)} if link.result and link.result.mastery is not None else {}
    by_referent = owing.refs.protocol(received.on).result_route == "referent"
    if participation in state.built:
        return
    if debrief:
        yield owing.task("build-prescription", participation, "advisor", debrief, **score)
    elif by_referent and dispatched is None:
        yield owing.task("dispatch-result", participation, "referent", received, **score)
    else:
        mark = dispatched.mark if dispatched else received
        yield owing.task("hold-debrief", participation, "advisor", mark, by="dispatched" if dispatched else "received", **score)


def _parcours(owing: _Owing) -> Iterator[Task]:
    for action, state in owing.dossier.parcours.actions.items():
        if state.over:
            continue
        if state.referral is None and state.started is None:
            refused = state.referrals[-1].answered if state.referrals else None
            yield owing.task("refer", action, "advisor", refused or state.built, label=state.action.label, by="refused" if refused else "built")
        mark = _under_way(state)
        if mark and state.ends:
            yield owing.task("record-outcome", action, "advisor", mark, state.ends, label=state.action.label, ends=state.ends.isoformat())


def _under_way(state: ActionState) -> Mark | None:
    """The event since which the action runs: its start, or the referral that holds."""
    return state.started or (state.referral.mark if state.referral else None)


def _close(owing: _Owing, tasks: list[Task]) -> Iterator[Task]:
    dossier = owing.dossier
    if owing.exhausted:
        yield owing.task("close-or-plan", "", "advisor", owing.exhausted, by="tries")
    elif not tasks and dossier.last and not any(a.started and not a.over for a in dossier.parcours.actions.values()):
        quiet = owing.refs.protocol(dossier.last.on).delays.close_or_plan_opens
        yield owing.task("close-or-plan", "", "advisor", dossier.last, owing.refs.calendar.add(dossier.last.on, quiet), by="quiet")


def _task(
    refs: References,
    kind: Kind,
    about: object,
    role: Role,
    mark: Mark,
    details: dict[str, str] | None = None,
    opens: date | None = None,
    dossier: Dossier | None = None,
) -> Task:
    protocol, add = refs.protocol(mark.on), refs.calendar.add
    key = f"{kind}:{about}" if about else kind
    opens = opens or mark.on
    due = add(opens, getattr(protocol.delays, kind.replace("-", "_")))
    appointment = dossier.appointments.get(key) if dossier else None
    if appointment:
        due = appointment.missed.on if appointment.missed else appointment.day
    kept = appointment if appointment and not appointment.missed else None
    return Task(
        key=key, kind=kind, stage=STAGE_OF[kind], role=role, opens=min(opens, due), due=due,
        why=Why(mark.version, mark.on, details or {}),
        escalations=((add(due, protocol.escalation.referent), "referent"), (add(due, protocol.escalation.manager), "manager")),
        appointment=kept.at if kept else None, place=kept.place if kept else "",
        chases=len(dossier.chases.get(key, ())) if dossier else 0,
    )  # fmt: skip
