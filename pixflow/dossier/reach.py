"""Reach of a correction: who outside holds what a fact said, and the decision that they were informed.

Whoever received personal data is told of its correction (RGPD, article 19).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pixflow.decision import OWN_DOSSIERS, decision
from pixflow.dossier.state import Dossier, must_be_open
from pixflow.events import dossier as e
from pixflow.events.base import Event, Recorded
from pixflow.events.values import HeldPaper
from pixflow.folding import not_retracted
from pixflow.refused import required

_LEARNED = (
    e.PartnerLinkMailed, e.ReferralSeen, e.PartnerChased, e.AnswerPromised, e.ReferralAnswered, e.OutcomeReported,
)  # fmt: skip
"""Events by which a partner learned of a referral."""
_LEFT = (e.PaperIssued, e.CopyIssued, *_LEARNED)
_IDENTITY = (e.IdentityCorrected,)
_SHOWN: Mapping[str, tuple[type[Event], ...]] = {
    "fiche": (*_IDENTITY, e.DiagnosticPlanned),
    "convocation": (*_IDENTITY, e.SeatBooked),
    "prescription": (
        *_IDENTITY, e.ProjectStated, e.PrescriptionBuilt, e.ActionAdded, e.ReferralSent, e.ReferralAnswered,
        e.ActionDropped,
    ),
}  # fmt: skip
"""The events that each paper shows."""
_COPIED = (*_IDENTITY, e.ContactCorrected, e.ProjectStated, e.CommuneStated, e.ProgrammeJoined, e.NoteTaken)
"""The events without a stage whose correction matters to who holds a copy: not those about work of the team."""


def left_since(history: Sequence[Recorded], version: int) -> list[Recorded]:
    """Returns what left the house about the person after a version: papers, copies, what partners learned."""
    told = [one for one in not_retracted(history) if isinstance(one.event, _LEFT)]
    back = {one.event.link for one in history if isinstance(one.event, e.PartnerLinkReturned)}
    return [one for one in told if one.originator_version > version and _arrived(one.event, back)]


def told_since(history: Sequence[Recorded], fact: Recorded) -> list[Recorded]:
    """Returns what left the house since a fact was first said: an undo may have recorded it again."""
    return left_since(history, next(one.originator_version for one in history if one.event == fact.event))


def _arrived(event: Event, back: Iterable[UUID]) -> bool:
    match event:
        case e.PartnerLinkMailed(link=link):
            return link not in back
        case e.PartnerChased(reached=reached, automatic=automatic):
            return reached and not automatic
    return True


def holders(history: Sequence[Recorded], fact: Recorded) -> dict[str, Any]:
    """Returns who holds what an event says, as the fields of its retraction: `papers`, `referrals`, `partners`."""
    left = [one.event for one in told_since(history, fact)]
    papers = dict.fromkeys(_paper(one) for one in left)
    told = dict.fromkeys(one.referral for one in left if isinstance(one, _LEARNED))
    names = {one.event.referral: one.event.partner.name for one in history if isinstance(one.event, e.ReferralSent)}
    concerned = tuple(one for one in told if concerns(fact.event, one))
    return {
        "papers": tuple(paper for paper in papers if paper and _shows(paper, fact.event)),
        "referrals": concerned,
        "partners": tuple(names[one] for one in concerned),
    }


def holders_of_identity(dossier: Dossier, history: Sequence[Recorded]) -> dict[str, Any]:
    """Returns who has the name of the young person, as the fields of its correction."""
    papers = dict.fromkeys(_paper(one.event) for one in left_since(history, 0))
    return {"papers": tuple(paper for paper in papers if paper), **holders_of_contact(dossier, history)}


def holders_of_contact(dossier: Dossier, history: Sequence[Recorded]) -> dict[str, Any]:
    """Returns the partners that may call the young person, as the fields of a correction: their referral goes on."""
    learned = {one.event.referral for one in left_since(history, 0) if isinstance(one.event, _LEARNED)}
    actions = (action for action in dossier.parcours.actions.values() if not action.over)
    sent = [one for action in actions for one in action.referrals if one.id in learned and one.answer != "refused"]
    return {"referrals": tuple(one.id for one in sent), "partners": tuple(one.partner.name for one in sent)}


def _paper(event: Event) -> HeldPaper | None:
    if isinstance(event, e.PaperIssued):
        return event.paper
    return "copy" if isinstance(event, e.CopyIssued) else None


def says_else(paper: HeldPaper, event: Event) -> bool:
    """Tells if a paper that is printed again after an event is another one."""
    if isinstance(event, (e.Retracted, e.DuplicateJoined)):
        return paper in event.papers
    return _shows(paper, event)


def _shows(paper: HeldPaper, event: Event) -> bool:
    if paper == "copy":
        return event.STAGE is not None or isinstance(event, _COPIED)
    return isinstance(event, _SHOWN[paper])


def concerns(event: Event, referral: UUID) -> bool:
    """Tells if an event says something to the partner of a referral."""
    if isinstance(event, e.ReferralSent):
        return event.referral == referral
    return isinstance(event, (e.IdentityCorrected, e.ContactCorrected))


@decision("inform_holder", OWN_DOSSIERS)
def inform_holder(
    dossier: Dossier, *, referral: UUID | None, answer: Literal["told", "needless"], note: str, on: date
) -> list[Event]:
    """Records that a partner, or the young person (None), was told of a correction, or why they need not be."""
    must_be_open(dossier)
    if referral not in dossier.holders:
        return []
    note = note.strip() if answer == "told" else required(note, "note")
    return [e.HolderInformed(referral=referral, answer=answer, note=note, on=on)]
