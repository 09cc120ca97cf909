"""What is owed: pure functions from state to tasks. No task knows what day it is (DOMAIN.md §6)."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from pixflow.campaign import Campaign
from pixflow.dossier.state import ActionState, Appointment, Dossier, Linked, Mark
from pixflow.events import Stage
from pixflow.events.values import Purpose, Role
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
    owing = _Owing(dossier, dossier.opened, refs)
    if dossier.closed:
        return [owing.task("review-late-event", "", "referent", dossier.late)] if dossier.late else []
    tasks = [*_assign(owing), *_orientation(owing), *_diagnostic(owing), *_prescription(owing), *_parcours(owing)]
    return tasks + list(_close(owing, tasks))


def of_participation(participation: Participation, refs: References) -> list[Task]:
    """A row of an export that waits for somebody to say whose it is."""
    if not participation.waiting or participation.imported is None or participation.settled is None:
        return []
    mark = max(participation.imported, participation.settled, key=_when)
    return [_task(refs, "match-participation", "", "referent", mark)]


def of_campaign(campaign: Campaign, refs: References) -> list[Task]:
    """A campaign that an export showed and nobody has declared."""
    if campaign.found is None or campaign.declared:
        return []
    return [_task(refs, "declare-campaign", "", "referent", campaign.found, {"campaign": campaign.name})]


class _Owing:
    """One dossier being asked what it owes. `exhausted` is the last of the tries to reach the young person."""

    def __init__(self, dossier: Dossier, opened: Mark, refs: References) -> None:
        self.dossier = dossier
        self.opened = opened
        self.refs = refs
        joined = dossier.joined or opened
        self.cej = joined if dossier.programme == "CEJ" and refs.protocol(joined.on).cej_mandatory else None
        self.tested = dossier.diagnostic.linked("initial")
        self.exhausted: Mark | None = None

    def task(
        self,
        kind: Kind,
        about: object,
        role: Role,
        mark: Mark,
        details: dict[str, str] | None = None,
        opens: date | None = None,
    ) -> Task:
        if role == "advisor" and kind != "close-or-plan":
            self._count_tries(_key(kind, about), mark)
        return _task(self.refs, kind, about, role, mark, details, opens, self.dossier)

    def chased(self, kind: Kind, about: UUID, mark: Mark, start: date, details: dict[str, str]) -> Iterator[Task]:
        """A task that each chase starts again, until the tries of the protocol are used up."""
        key = _key(kind, about)
        if self._count_tries(key, mark):
            return
        turn = max([start, *(chase.on for chase in _chases(self.dossier, key, mark))])
        delay: int = getattr(self.refs.protocol(mark.on).delays, f"{kind.replace('-', '_')}_opens")
        yield self.task(kind, about, "advisor", mark, details, self.refs.calendar.add(turn, delay))

    def _count_tries(self, key: str, mark: Mark) -> bool:
        chases = _chases(self.dossier, key, mark)
        used_up = len(chases) >= self.refs.protocol(mark.on).tries
        if used_up:
            self.exhausted = max(self.exhausted or chases[-1], chases[-1], key=_when)
        return used_up


def _assign(owing: _Owing) -> Iterator[Task]:
    if owing.dossier.advisor is None:
        yield owing.task("assign-advisor", "", "referent", owing.opened)


def _orientation(owing: _Owing) -> Iterator[Task]:
    state, to_all = owing.dossier.orientation, owing.refs.protocol(owing.opened.on).concerned == "all"
    concerned = owing.opened if to_all else owing.cej
    if owing.tested or state.declined:
        return
    if state.presented is None and concerned:
        yield owing.task("present-pix", "", "advisor", concerned)
    since = state.presented or owing.cej
    if state.plan is None and since:
        by = "presented" if state.presented else "cej"
        yield owing.task("plan-diagnostic", "", "advisor", since, {"by": by})


def _diagnostic(owing: _Owing) -> Iterator[Task]:
    state, orientation = owing.dossier.diagnostic, owing.dossier.orientation
    plan = orientation.plan
    if plan and plan.modality != "workshop" and not owing.tested and not orientation.declined:
        planned = {"planned": plan.planned_for.isoformat()}
        yield from owing.chased("chase-diagnostic", plan.id, plan.mark, plan.planned_for, planned)
    for participation, link in state.participations.items():
        finished = link.finished if link.result is None and not link.withdrawn else None
        if finished and not _overtaken(state.participations, link.purpose, finished):
            yield from owing.chased("chase-sharing", participation, finished, finished.on, {})


def _overtaken(links: dict[UUID, Linked], purpose: Purpose, finished: Mark) -> bool:
    """Another result of the same purpose came in since: nobody needs this one any more."""
    return any(
        other.received and other.purpose == purpose and other.received.on >= finished.on for other in links.values()
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
        yield owing.task("build-prescription", participation, "advisor", debrief, score)
    elif by_referent and dispatched is None:
        yield owing.task("dispatch-result", participation, "referent", received, score)
    else:
        mark, by = (dispatched.mark, "dispatched") if dispatched else (received, "received")
        yield owing.task("hold-debrief", participation, "advisor", mark, {"by": by, **score})


def _parcours(owing: _Owing) -> Iterator[Task]:
    for action, state in owing.dossier.parcours.actions.items():
        if state.over:
            continue
        label = {"label": state.action.label}
        if state.referral is None and state.started is None:
            refused = state.referrals[-1].answered if state.referrals else None
            by = {"by": "refused" if refused else "built"}
            yield owing.task("refer", action, "advisor", refused or state.built, label | by)
        mark = _under_way(state)
        if mark and state.ends:
            ends = {"ends": state.ends.isoformat()}
            yield owing.task("record-outcome", action, "advisor", mark, label | ends, state.ends)


def _under_way(state: ActionState) -> Mark | None:
    """The event since which the action runs: its start, or the referral that holds."""
    return state.started or (state.referral.mark if state.referral else None)


def _close(owing: _Owing, tasks: list[Task]) -> Iterator[Task]:
    """Nobody could be reached, or nothing is left to do and nothing has happened for long."""
    dossier, tried = owing.dossier, owing.exhausted
    if tried and not any(mark.version > tried.version for mark in _ways_on(dossier)):
        yield owing.task("close-or-plan", "", "advisor", tried, {"by": "tries"})
    elif not tasks and dossier.last:
        since = max([dossier.last.on, *(set_.day for set_ in _appointments(dossier))])
        opens = owing.refs.calendar.add(since, owing.refs.protocol(dossier.last.on).delays.close_or_plan_opens)
        yield owing.task("close-or-plan", "", "advisor", dossier.last, {"by": "quiet"}, opens)


def _ways_on(dossier: Dossier) -> Iterator[Mark]:
    """Every event that gave the dossier something to do."""
    orientation, prescription = dossier.orientation, dossier.prescription
    marks = [orientation.presented, orientation.plan.mark if orientation.plan else None]
    for link in dossier.diagnostic.participations.values():
        marks += [link.finished, link.received]
    marks += [sent.mark for sent in prescription.dispatched.values()]
    marks += [*prescription.debriefs.values(), *(built.mark for built in prescription.built.values())]
    for action in dossier.parcours.actions.values():
        marks += [action.started, *(mark for sent in action.referrals for mark in (sent.mark, sent.answered))]
    marks += [set_.mark for set_ in _appointments(dossier)]
    return filter(None, marks)


def _appointments(dossier: Dossier) -> list[Appointment]:
    """Those set and not missed, about anything but closing."""
    return [set_ for key, set_ in dossier.appointments.items() if key != "close-or-plan" and not set_.missed]


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
    dossier = dossier or Dossier()
    key = _key(kind, about)
    chases = _chases(dossier, key, mark)
    opens = max([opens or mark.on, *(chase.on for chase in chases)])
    due = add(opens, getattr(protocol.delays, kind.replace("-", "_")))
    appointment = _appointment(dossier.appointments.get(key), mark, chases)
    if appointment:
        due = appointment.missed.on if appointment.missed else appointment.day
    kept = appointment if appointment and not appointment.missed else None
    escalation = protocol.escalation
    return Task(
        key=key,
        kind=kind,
        stage=STAGE_OF[kind],
        role=role,
        opens=min(opens, due),
        due=due,
        why=Why(mark.version, mark.on, details or {}),
        escalations=((add(due, escalation.referent), "referent"), (add(due, escalation.manager), "manager")),
        appointment=kept.at if kept else None,
        place=kept.place if kept else "",
        chases=len(chases),
    )


def _key(kind: Kind, about: object) -> str:
    return f"{kind}:{about}" if about else kind


def _chases(dossier: Dossier, key: str, mark: Mark) -> list[Mark]:
    """The tries to reach the young person about a task since the event that opens it."""
    return [chase for chase in dossier.chases.get(key, ()) if chase.version > mark.version]


def _appointment(set_: Appointment | None, mark: Mark, chases: list[Mark]) -> Appointment | None:
    """The appointment that gives a task its day: not one that served an earlier turn of it."""
    if set_ is None:
        return None
    said = set_.missed or set_.mark
    if mark.version > said.version and mark.on >= set_.day:
        return None
    chased = [chase for chase in chases if chase.version > said.version]
    return None if chased and (set_.missed or chased[-1].on > set_.day) else set_


def _when(mark: Mark) -> tuple[date, int]:
    return mark.on, mark.version
