"""The path of a young person as figures read it: the first standing fact of each milestone, and what repeats."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct

from pixflow.documents.grille import percent
from pixflow.documents.protocol import ProtocolDocument
from pixflow.dossier.evolve import NO_ACTIVITY, NO_PROJECT, diagnose
from pixflow.dossier.state import Diagnostic
from pixflow.events import dossier as e
from pixflow.events.base import Erased, Event, Recorded, event_day
from pixflow.events.values import Action
from pixflow.folding import Stamp

Milestone = Literal[
    "concerned", "presented", "planned", "begun", "shared", "received", "dispatched", "debriefed", "prescribed",
    "referred", "started", "done", "at-ease", "complete", "certifiable", "proposed", "registered", "taken",
    "obtained", "retaken",
]  # fmt: skip
Out = Literal["not-needed", "diagnostic-declined", "withdrawn", "complete-declined", "certification-declined", "closed"]
Band = tuple[int, int]
ProtocolOn = Callable[[date], ProtocolDocument]


class Mark(Struct, frozen=True):
    """The fact behind a figure: its day and its version in the stream."""

    on: date
    version: int


class ReferralPath(Struct):
    action: UUID
    partner: str
    sent: Mark
    starts: date | None
    listed: UUID | None = None
    answer: Literal["accepted", "refused"] | None = None
    answered: Mark | None = None


class ActionPath(Struct):
    action: Action
    started: Mark | None = None
    ends: date | None = None
    ended: Mark | None = None
    outcome: Literal["done", "abandoned"] | None = None
    dropped: Mark | None = None


class ResultPath(Struct):
    """A shared result of the initial diagnostic. `band` is that of its prescription, None before."""

    participation: UUID
    received: Mark
    percent: int | None
    band: Band | None = None


class Path(Struct):
    """One dossier. `erased`: topics and days of events that cannot be read any more; `outs`: its ways out, by kind."""

    dossier: UUID
    opened: Mark | None = None
    advisor: UUID | None = None
    site: str = ""
    programme: str = ""
    group: str = ""
    collective_end: date | None = None
    project: str = ""
    modality: str = ""
    mediator: bool = False
    merged: bool = False
    erased: list[tuple[str, Mark]] = []
    last: date | None = None
    marks: dict[Milestone, Mark] = {}
    outs: dict[Out, tuple[Mark, str]] = {}
    referrals: dict[UUID, ReferralPath] = {}
    actions: dict[UUID, ActionPath] = {}
    results: list[ResultPath] = []
    prescriptions: list[tuple[Mark, e.PrescriptionBuilt]] = []
    additions: list[tuple[Mark, e.ActionAdded]] = []
    seats: list[tuple[Mark, e.WorkshopAttended | e.WorkshopMissed]] = []
    chases: list[tuple[Mark, e.YoungPersonChased | e.PartnerChased]] = []
    debriefed_by: str = ""
    difficulty: Mark | None = None
    explored: Mark | None = None
    joined: Mark | None = None
    workshop_presents: bool = True
    diagnostic: Diagnostic = Diagnostic()

    @property
    def counts(self) -> bool:
        """Tells if cohorts hold this dossier: opened, not by mistake, no duplicate, nothing of it erased."""
        return self.opened is not None and not (self.merged or self.mistaken or self.erased)

    @property
    def mistaken(self) -> bool:
        return self.outs.get("closed", (None, ""))[1] == "mistake"

    @property
    def closed(self) -> Mark | None:
        return self.outs["closed"][0] if "closed" in self.outs else None

    @property
    def band(self) -> Band | None:
        """The band of the first prescription."""
        return _band(self.prescriptions[0][1]) if self.prescriptions else None

    def actions_of(self, mark: Mark, built: e.PrescriptionBuilt) -> list[tuple[Mark, ActionPath]]:
        """Returns the actions of a prescription, each with the fact that chose it or added it."""
        added = [(at, one.added) for at, one in self.additions if one.participation == built.participation]
        chosen = [*((mark, one) for one in built.actions), *added]
        return [(at, self.actions[action.id]) for at, action in chosen]


def path_of(
    dossier: UUID,
    events: Sequence[Recorded],
    protocol: ProtocolOn,
    day_of: Callable[[Event], date] = event_day,
    *,
    workshop_presents: bool = True,
) -> Path:
    """Folds the standing events of a dossier. `day_of` gives the day of each, by the clock in use.

    `workshop_presents`: a workshop attended counts as Pix presented, and planned.
    """
    path = Path(dossier, workshop_presents=workshop_presents)
    for recorded in events:
        event, mark = recorded.event, Mark(day_of(recorded.event), recorded.originator_version)
        if isinstance(event, e.DebriefHeld):
            path.debriefed_by = path.debriefed_by or recorded.by
        if isinstance(event, Erased):
            path.erased.append((event.TOPIC, mark))
        else:
            _who(path, event, mark)
            for milestone, on in _milestones(path, event, mark, protocol):
                path.marks.setdefault(milestone, Mark(on, mark.version))
            _way_out(path, event, mark)
            _repeated(path, event, mark)
            _of_an_action(path, event, mark)
            if event.STAGE == "diagnostic":
                path.diagnostic = diagnose(path.diagnostic, event, Stamp(mark.on, mark.version))
        if type(event) not in NO_ACTIVITY:
            path.last = max(path.last or mark.on, mark.on)
    if since := _certifiable(path):
        path.marks["certifiable"] = since
    return path


def _certifiable(path: Path) -> Mark | None:
    """Returns the first fact that shows a certifiable person. Who took the certification was: Pix lets nobody else."""
    known = path.diagnostic.certifiable
    shown = Mark(known.on, known.version) if known else None
    found = filter(None, (shown, path.marks.get("taken"), path.marks.get("obtained")))
    return min(found, key=lambda one: (one.on, one.version), default=None)


def _who(path: Path, event: object, mark: Mark) -> None:
    match event:
        case e.DossierOpened(site=site):
            path.opened, path.site = path.opened or mark, site
        case e.IdentityCorrected(site=site):
            path.site = site
        case e.ProgrammeJoined():
            path.programme, path.group = event.programme, event.group or ""
            path.collective_end = event.collective_end
            path.joined = path.joined or mark
        case e.ProjectStated(project=project) | e.PrescriptionBuilt(project=project) if project != NO_PROJECT:
            path.project = project
        case e.DiagnosticPlanned(modality=modality, mediator=mediator) if "planned" not in path.marks:
            path.modality, path.mediator = modality, mediator
        case e.AdvisorAssigned(advisor=advisor) | e.DossierLent(advisor=advisor):
            path.advisor = advisor
        case e.DossierMerged():
            path.merged = True


PASSED: dict[type, Milestone] = {
    e.PixPresented: "presented",
    e.DiagnosticPlanned: "planned",
    e.ResultDispatched: "dispatched",
    e.DebriefHeld: "debriefed",
    e.PrescriptionBuilt: "prescribed",
    e.ReferralSent: "referred",
    e.ActionStarted: "started",
    e.CompleteDiagnosticTaken: "complete",
    e.CertificationProposed: "proposed",
    e.CertificationRegistered: "registered",
    e.CertificationTaken: "taken",
    e.CertificationNotObtained: "taken",
    e.CertificationObtained: "obtained",
}
"""Events that each pass one milestone, on their day."""


def _milestones(path: Path, event: object, mark: Mark, protocol: ProtocolOn) -> Iterator[tuple[Milestone, date]]:
    on = mark.on
    if passed := PASSED.get(type(event)):
        yield passed, on
    if isinstance(event, e.ActionEnded) and event.outcome == "done":
        yield "done", on
    if _concerns(event, protocol(on)):
        yield "concerned", on
    match event:
        case e.WorkshopAttended(ease=ease):
            if path.workshop_presents:
                yield "presented", on
                yield "planned", on
            if ease:
                yield "at-ease", on
        case e.ParticipationLinked(purpose="initial", started=started):
            yield "begun", started.day if started else on
        case e.ResultReceived(purpose="initial", result=result):
            yield "shared", result.shared.day
            yield "received", on
            if any(one.outcome == "done" for one in path.actions.values()):
                yield "retaken", on
        case e.PrescriptionBuilt() | e.ActionAdded() if any(one.kind == "complete" for one in e.prescribed_by(event)):
            yield "at-ease", on


def _concerns(event: object, protocol: ProtocolDocument) -> bool:
    match event:
        case e.DossierOpened():
            return protocol.concerned == "all"
        case e.NeedAssessed(needed=needed):
            return needed
        case e.ProgrammeJoined(programme="CEJ"):
            return protocol.cej_mandatory
    return False


OUT_BY: dict[type, Out] = {
    e.DiagnosticDeclined: "diagnostic-declined",
    e.ParticipationWithdrawn: "withdrawn",
    e.CompleteDiagnosticDeclined: "complete-declined",
    e.CertificationDeclined: "certification-declined",
    e.DossierClosed: "closed",
}
"""Events that each take one way out."""


def _way_out(path: Path, event: object, mark: Mark) -> None:
    if out := OUT_BY.get(type(event)):
        path.outs[out] = mark, getattr(event, "reason", "")
    match event:
        case e.NeedAssessed(needed=False, reason=reason):
            path.outs["not-needed"] = mark, reason
        case e.NeedAssessed():
            path.outs.pop("not-needed", None)
        case e.DiagnosticPlanned():
            path.outs.pop("diagnostic-declined", None)
        case e.ParticipationLinked(purpose="initial"):
            path.outs.pop("withdrawn", None)
        case e.DossierReopened():
            path.outs.pop("closed", None)


def _repeated(path: Path, event: object, mark: Mark) -> None:
    path.actions |= {action.id: ActionPath(action) for action in e.prescribed_by(event)}
    match event:
        case e.ResultReceived(purpose="initial", participation=participation, result=result):
            score = percent(result.mastery) if result.mastery is not None else None
            path.results.append(ResultPath(participation, mark, score))
        case e.PrescriptionBuilt():
            path.prescriptions.append((mark, event))
            for read in path.results:
                if read.participation == event.participation:
                    read.band = _band(event)
        case e.ActionAdded():
            path.additions.append((mark, event))
        case e.WorkshopAttended(trouble=trouble):
            path.seats.append((mark, event))
            path.difficulty = path.difficulty or (mark if trouble else None)
        case e.DifficultyExplored():
            path.explored = path.explored or mark
        case e.WorkshopMissed():
            path.seats.append((mark, event))
        case e.YoungPersonChased() | e.PartnerChased():
            path.chases.append((mark, event))


def _band(built: e.PrescriptionBuilt) -> Band | None:
    return (built.low, built.high) if built.low is not None and built.high is not None else None


def _of_an_action(path: Path, event: object, mark: Mark) -> None:
    match event:
        case e.ReferralSent():
            listed = event.partner_id or event.partner.id
            sent = ReferralPath(event.action, event.partner.name, mark, event.starts, listed)
            path.referrals[event.referral] = sent
        case e.ReferralAnswered(referral=id, answer=answer) if referral := path.referrals.get(id):
            referral.answer, referral.answered = answer, mark
        case e.ActionStarted(action=id, ends=ends) if action := path.actions.get(id):
            action.started, action.ends = action.started or mark, ends
        case e.ActionEnded(action=id, outcome=outcome) if action := path.actions.get(id):
            action.ended, action.outcome = mark, outcome
        case e.ActionDropped(action=id) if action := path.actions.get(id):
            action.dropped = mark
