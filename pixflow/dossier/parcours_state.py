"""Stage 4 of a dossier, its fold: actions, referrals, complete diagnostic, certification, retake."""

from collections.abc import Callable
from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from pixflow.events import dossier as e
from pixflow.events.values import Action, LinkChannel, LinkPurpose, Partner, PartnerRefusal
from pixflow.folding import Stamp


class PartnerLink(Struct, frozen=True):
    """A link of a referral. `asked`: the partner asked for it. `mailed` and `revoked` are what happened to it."""

    id: UUID
    stamp: Stamp
    purpose: LinkPurpose
    channel: LinkChannel
    address: str
    until: date
    asked: bool = False
    mailed: Stamp | None = None
    returned: Stamp | None = None
    revoked: Stamp | None = None


class Report(Struct, frozen=True):
    """The partner's word about the young person: they came, finished or stopped, on `day`."""

    stamp: Stamp
    outcome: Literal["came", "done", "stopped"]
    day: date
    note: str


class Referral(Struct, frozen=True):
    """A referral. `email` was typed with it; `promised` is the day by which the partner said to answer.

    `reminders` are the e-mails that the clock sent while the partner was silent. `contact` is who is asked there.
    """

    id: UUID
    stamp: Stamp
    partner: Partner
    starts: date | None
    ends: date | None
    answer: Literal["accepted", "refused"] | None = None
    answered: Stamp | None = None
    reason: str = ""
    note: str = ""
    email: str = ""
    place: str = ""
    refusal: PartnerRefusal | None = None
    seen: Stamp | None = None
    promised: date | None = None
    reminders: tuple[Stamp, ...] = ()
    links: tuple[PartnerLink, ...] = ()
    report: Report | None = None
    offer: UUID | None = None
    contact: UUID | None = None

    @property
    def link(self) -> PartnerLink | None:
        """The latest link: it ended those before it."""
        return self.links[-1] if self.links else None

    @property
    def address(self) -> str:
        """The e-mail address typed last, with the referral or with a link."""
        typed = [link.address for link in self.links if link.address]
        return typed[-1] if typed else self.email


class ActionState(Struct, frozen=True):
    """One action of a prescription, its referrals and its outcome."""

    action: Action
    built: Stamp
    referrals: tuple[Referral, ...] = ()
    started: Stamp | None = None
    ends: date | None = None
    ended: Stamp | None = None
    outcome: Literal["done", "abandoned"] | None = None
    dropped: Stamp | None = None

    @property
    def over(self) -> bool:
        return self.ended is not None or self.dropped is not None

    @property
    def reported(self) -> Referral | None:
        """The current referral, when its partner said something that the advisor has not recorded yet."""
        told = self.referral.report if self.referral and not self.over else None
        return None if told is None or (told.outcome == "came" and self.started) else self.referral

    @property
    def referral(self) -> Referral | None:
        """The current referral: an accepted one, else the latest one, unless the partner refused it."""
        accepted = [one for one in self.referrals if one.answer == "accepted"]
        last = [*self.referrals[-1:], *accepted][-1] if self.referrals else None
        return last if last and last.answer != "refused" else None


class Answer(Struct, frozen=True):
    """The complete diagnostic: taken or declined."""

    stamp: Stamp
    accepted: bool


class Certification(Struct, frozen=True):
    """The step of the certification, and the event that set it."""

    stamp: Stamp
    step: Literal["proposed", "registered", "taken", "obtained", "not-obtained", "declined"]
    session: date | None = None
    place: str = ""
    level: str = ""


class Retake(Struct, frozen=True):
    """The second diagnostic, planned with a campaign for a day, or declined."""

    stamp: Stamp
    campaign: UUID | None = None
    planned_for: date | None = None


class Parcours(Struct, frozen=True):
    actions: dict[UUID, ActionState] = {}
    complete: Answer | None = None
    certification: Certification | None = None
    on_cv: Stamp | None = None
    retake: Retake | None = None

    @property
    def last_training(self) -> tuple[Stamp, Action] | None:
        """The latest remediation or training done, and when. Checks, CV and certification do not count."""
        mine = (a for a in self.actions.values() if a.action.kind == "action" and a.outcome == "done")
        done = ((a.ended, a.action) for a in mine if a.ended)
        return max(done, key=lambda one: (one[0].on, one[0].version), default=None)


def with_actions(state: Parcours, event: e.PrescriptionBuilt, stamp: Stamp) -> Parcours:
    made = {action.id: _under_way(state, ActionState(action, stamp)) for action in event.actions}
    return replace(state, actions={**state.actions, **made})


def _under_way(state: Parcours, made: ActionState) -> ActionState:
    """Marks a new action as started or done when the dossier shows it was, as after a workshop."""
    kind, step = made.action.kind, state.certification.step if state.certification else ""
    done = (
        (kind == "complete" and state.complete is not None and state.complete.accepted)
        or (kind == "cv" and state.on_cv is not None)
        or (kind == "certification" and step == "obtained")
    )
    begun = kind == "certification" and step in ("proposed", "registered", "taken")
    ended = {"ended": made.built, "outcome": "done"} if done else {}
    return replace(made, started=made.built if begun else None, **ended)


def evolve(state: Parcours, event: object, stamp: Stamp) -> Parcours:
    match event:
        case e.ReferralSent(action=action):
            sent = Referral(
                event.referral,
                stamp,
                event.partner,
                event.starts,
                event.ends,
                note=event.note,
                email=event.email,
                offer=event.offer,
                contact=event.contact,
            )
            return _changed(state, action, lambda a: _referred(a, sent))
        case e.ReferralAnswered(referral=referral):
            about = _of_referral(state, referral)
            return _changed(state, about, lambda a: _answered(a, event, stamp))
        case e.ActionStarted(action=action, ends=ends):
            return _changed(state, action, lambda a: replace(a, started=stamp, ends=ends))
        case e.ActionEnded(action=action, outcome=outcome):
            return _changed(state, action, lambda a: replace(a, ended=stamp, outcome=outcome))
        case e.ActionDropped(action=action):
            return _changed(state, action, lambda a: replace(a, dropped=stamp))
        case e.CompleteDiagnosticTaken():
            answer = state.complete
            ended = _each(
                _again(state, "complete", answer), "complete", lambda a: replace(a, ended=stamp, outcome="done")
            )
            return replace(ended, complete=answer if answer and answer.accepted else Answer(stamp, True))
        case e.CompleteDiagnosticDeclined():
            return replace(_each(state, "complete", lambda a: replace(a, dropped=stamp)), complete=Answer(stamp, False))
        case e.ResultAddedToCv():
            return replace(_each(state, "cv", lambda a: replace(a, ended=stamp, outcome="done")), on_cv=stamp)
        case e.RetakePlanned(campaign=campaign, planned_for=day):
            return replace(state, retake=Retake(stamp, campaign, day))
        case e.RetakeDeclined():
            return replace(state, retake=Retake(stamp))
    return _certification(evolve_links(state, event, stamp), event, stamp)


def evolve_links(state: Parcours, event: object, stamp: Stamp) -> Parcours:
    """Returns the state after an event about a link, or of a partner who answers by one."""
    match event:
        case e.PartnerLinkIssued(referral=referral, link=link):
            made = PartnerLink(link, stamp, event.purpose, event.channel, event.address, event.until, event.asked)
            return of_referral(state, referral, lambda r: replace(r, links=(*r.links, made)))
        case e.PartnerLinkMailed(referral=referral, link=link):
            return _of_link(state, referral, link, lambda one: replace(one, mailed=stamp))
        case e.PartnerLinkReturned(referral=referral, link=link):
            return _of_link(state, referral, link, lambda one: replace(one, returned=stamp))
        case e.PartnerLinkRevoked(referral=referral, link=link):
            return _of_link(state, referral, link, lambda one: replace(one, revoked=stamp))
        case e.ReferralSeen(referral=referral):
            return of_referral(state, referral, lambda r: replace(r, seen=r.seen or stamp))
        case e.AnswerPromised(referral=referral, until=until):
            return of_referral(state, referral, lambda r: replace(r, promised=until))
        case e.OutcomeReported(referral=referral, outcome=outcome, day=day, note=note):
            return of_referral(state, referral, lambda r: replace(r, report=Report(stamp, outcome, day, note)))
    return state


def of_referral(state: Parcours, referral: UUID, change: Callable[[Referral], Referral]) -> Parcours:
    """Changes one referral."""
    return _changed(
        state,
        _of_referral(state, referral),
        lambda a: replace(a, referrals=tuple(change(r) if r.id == referral else r for r in a.referrals)),
    )


def _of_link(state: Parcours, referral: UUID, link: UUID, change: Callable[[PartnerLink], PartnerLink]) -> Parcours:
    return of_referral(
        state, referral, lambda r: replace(r, links=tuple(change(one) if one.id == link else one for one in r.links))
    )


def _certification(state: Parcours, event: object, stamp: Stamp) -> Parcours:
    match event:
        case e.CertificationProposed():
            again = _again(state, "certification", state.certification)
            begun = _each(again, "certification", lambda a: replace(a, started=a.started or stamp))
            return replace(begun, certification=Certification(stamp, "proposed"))
        case e.CertificationRegistered(session=session, place=place):
            return replace(state, certification=Certification(stamp, "registered", session, place))
        case e.CertificationTaken():
            return replace(state, certification=Certification(stamp, "taken"))
        case e.CertificationObtained(level=level):
            over = _each(state, "certification", lambda a: replace(a, ended=stamp, outcome="done"))
            return replace(over, certification=Certification(stamp, "obtained", level=level))
        case e.CertificationNotObtained():
            over = _each(state, "certification", lambda a: replace(a, ended=stamp, outcome="done"))
            return replace(over, certification=Certification(stamp, "not-obtained"))
        case e.CertificationDeclined():
            over = _each(state, "certification", lambda a: replace(a, dropped=stamp))
            return replace(over, certification=Certification(stamp, "declined"))
    return state


def _changed(state: Parcours, action: UUID | None, change: Callable[[ActionState], ActionState]) -> Parcours:
    if action is None or action not in state.actions:
        return state
    return replace(state, actions={**state.actions, action: change(state.actions[action])})


def _each(state: Parcours, kind: str, change: Callable[[ActionState], ActionState]) -> Parcours:
    """Changes every action of a kind that is not over."""
    actions = {
        id: change(known) if known.action.kind == kind and not known.over else known
        for id, known in state.actions.items()
    }
    return replace(state, actions=actions)


def _again(state: Parcours, kind: str, answer: Answer | Certification | None) -> Parcours:
    """Reopens the actions of a kind that were dropped when it was declined."""
    dropped = {
        id: replace(known, dropped=None)
        for id, known in state.actions.items()
        if known.action.kind == kind and answer and known.dropped == answer.stamp
    }
    return replace(state, actions={**state.actions, **dropped})


def _of_referral(state: Parcours, referral: UUID) -> UUID | None:
    return next((id for id, known in state.actions.items() if any(r.id == referral for r in known.referrals)), None)


def _referred(state: ActionState, sent: Referral) -> ActionState:
    """Adds a referral, with its end. The end given by a partner who refused is dropped."""
    return replace(state, referrals=(*state.referrals, sent), ends=sent.ends or (state.ends if state.started else None))


def _answered(state: ActionState, event: e.ReferralAnswered, stamp: Stamp) -> ActionState:
    """Records a partner's answer. The end comes from the accepted referral."""
    said = {"answer": event.answer, "answered": stamp, "reason": event.reason, "place": event.place}
    referrals = (
        replace(r, starts=event.starts or r.starts, refusal=event.refusal, **said) if r.id == event.referral else r
        for r in state.referrals
    )
    answered = replace(state, referrals=tuple(referrals))
    held = answered.referral
    if state.started or held is None or held.answer != "accepted":
        return answered
    return replace(answered, ends=held.ends)
