"""Decisions that retract events of a dossier, with what was built on them."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

import msgspec

from pixflow.decision import OWN_DOSSIERS, Need, decision
from pixflow.dossier.state import Dossier
from pixflow.events import dossier as e
from pixflow.events.base import Event, Recorded
from pixflow.folding import not_retracted, retractions_by_version
from pixflow.refused import Refused, required

FROM_PIX = (
    e.ParticipationLinked,
    e.ParticipationAdvanced,
    e.ParticipationWithdrawn,
    e.ResultReceived,
    e.ProfileReceived,
)

AT_WORKSHOPS = (e.SeatBooked, e.SeatCancelled, e.WorkshopAttended, e.WorkshopMissed)
"""What the stream of a workshop tells too: it is corrected there, on both sides at once."""

OF_A_MERGE = (e.DossierMerged, e.DuplicateJoined)
"""What the two dossiers of one person say of each other: they are parted again, both at once."""


@decision("retract", OWN_DOSSIERS, Need.HISTORY, checks_retracted=True)
def retract(dossier: Dossier, *, version: int, reason: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """Take back one event and what was built on it, the latest first.

    `history` is the dossier's whole stream. What came from a participation is taken back with its match
    (participation.unmatch), what a workshop said too is corrected there; the opening and a retraction stay.
    """
    target = next((r for r in history if r.originator_version == version), None)
    if target is None:
        raise Refused("unknown-event", version=version)
    if version in retractions_by_version(history):
        return []
    if isinstance(target.event, (e.DossierOpened, *OF_A_MERGE, e.Retracted)):
        raise Refused("not-retractable")
    if comes_from_pix(target.event):
        raise Refused("undo-the-match")
    if isinstance(target.event, AT_WORKSHOPS):
        raise Refused("correct-at-the-workshop")
    reason = required(reason, "reason")
    later = [r for r in history if r.originator_version > version]
    taken = [version, *dependents(later, new_ids(target.event))]
    return retractions({*taken, *assignments_of_dispatches(history, taken)}, reason, on)


def retract_from_pix(participation: UUID, *, reason: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """What Pix Orga said of the participation counts no more; what people did about it stays."""
    about = [r for r in not_retracted(history) if getattr(r.event, "participation", None) == participation]
    return retractions([r.originator_version for r in about if comes_from_pix(r.event)], reason, on)


def comes_from_pix(event: Event) -> bool:
    """Whether an export said it: it is corrected by its match, or by its campaign, never by itself."""
    taken = isinstance(event, e.CompleteDiagnosticTaken) and event.participation is not None
    return taken or isinstance(event, FROM_PIX)


def is_corrected_elsewhere(event: Event) -> bool:
    """Whether another stream tells it too: there it is corrected, never here alone."""
    return comes_from_pix(event) or isinstance(event, (*AT_WORKSHOPS, *OF_A_MERGE))


def retract_participation(
    dossier: Dossier, *, participation: UUID, reason: str, on: date, history: Sequence[Recorded]
) -> list[Event]:
    """The match was wrong: every event that names the participation, or what was built on it, is taken back."""
    taken = dependents(history, {participation})
    return retractions({*taken, *assignments_of_dispatches(history, taken)}, reason, on)


def assignments_of_dispatches(history: Sequence[Recorded], versions: Sequence[int]) -> list[int]:
    """The advisor assigned by the very command that dispatched one of these results goes back with it."""
    sent = {r.command for r in history if r.originator_version in versions and isinstance(r.event, e.ResultDispatched)}
    return [r.originator_version for r in history if r.command in sent and isinstance(r.event, e.AdvisorAssigned)]


def dependents(history: Sequence[Recorded], ids: set[UUID]) -> list[int]:
    """Versions of the standing events that name one of these ids, or an id that such an event introduced."""
    found = []
    for recorded in not_retracted(history):
        text = msgspec.json.encode(recorded.event)
        if any(str(known).encode() in text for known in ids):
            found.append(recorded.originator_version)
            ids = ids | new_ids(recorded.event)
    return found


def new_ids(event: Event) -> set[UUID]:
    """The ids that later events may name because of this one."""
    match event:
        case e.PrescriptionBuilt(actions=actions):
            return {action.id for action in actions}
        case e.ReferralSent(referral=referral):
            return {referral}
        case e.SelfStudyAssigned(study=study):
            return {study}
        case e.DiagnosticPlanned(plan=plan):
            return {plan}
    return set()


def retractions(versions: Iterable[int], reason: str, on: date) -> list[Event]:
    return [e.Retracted(version=version, reason=reason, on=on) for version in sorted(versions, reverse=True)]
