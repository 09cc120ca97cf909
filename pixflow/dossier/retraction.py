"""Decisions that retract events of a dossier, with the events that depend on them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from uuid import UUID

import msgspec

from pixflow.decision import OWN_DOSSIERS, REFERENT, decision
from pixflow.dossier.reach import holders
from pixflow.dossier.state import Dossier
from pixflow.events import dossier as e
from pixflow.events.base import Event, Recorded
from pixflow.folding import not_retracted, retractions_by_version
from pixflow.refused import Refused, required

FROM_PIX = (
    e.ParticipationLinked, e.ParticipationAdvanced, e.ParticipationWithdrawn, e.ResultReceived, e.ProfileReceived,
)  # fmt: skip

AT_WORKSHOPS = (
    e.SeatBooked, e.SeatCancelled, e.WorkshopAttended, e.WorkshopMissed, e.AttendanceContested, e.AttendanceSettled,
)  # fmt: skip
"""Events of a seat: they are corrected from the workshop, whose stream records most of them too."""

OF_A_MERGE = (e.DossierMerged, e.DuplicateJoined)
"""Events of a merge: both dossiers are corrected at once, by undoing the merge."""

ISSUED = (
    e.CopyIssued, e.PaperIssued, e.GlassBroken, e.PartnerLinkMailed, e.PartnerLinkReturned, e.ReferralSeen,
)  # fmt: skip
"""Events of what was handed out or read: it cannot be taken back."""


_NEVER_BACK = (e.Retracted, e.PersonErased, e.ErasureStopped)
"""Events that are neither retracted nor recorded again here: an erasure takes its own two people each time."""


@decision("retract", OWN_DOSSIERS, checks_retracted=True)
def retract(dossier: Dossier, *, version: int, reason: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """Retracts one event and those that depend on it, the latest first.

    `history` is the dossier's whole stream. Events from a participation are retracted with its match
    (`undo_match`), those of a workshop from the workshop. The opening, a retraction and what was handed out cannot be
    retracted.
    """
    target = next((r for r in history if r.originator_version == version), None)
    if target is None:
        raise Refused("unknown-event", version=version)
    if version in retractions_by_version(history):
        return []
    if isinstance(target.event, (e.DossierOpened, *OF_A_MERGE, *ISSUED, *_NEVER_BACK)):
        raise Refused("not-retractable")
    if comes_from_pix(target.event):
        raise Refused("undo-the-match")
    if isinstance(target.event, AT_WORKSHOPS):
        raise Refused("correct-at-the-workshop")
    reason = required(reason, "reason")
    later = [r for r in history if r.originator_version > version]
    taken = [version, *dependents(later, new_ids(target.event, later))]
    return retractions(history, {*taken, *assignments_of_dispatches(history, taken)}, reason, on)


@decision("reinstate", OWN_DOSSIERS, checks_retracted=True)
def reinstate(dossier: Dossier, *, versions: tuple[int, ...], on: date, history: Sequence[Recorded]) -> list[Event]:
    """Records again retracted events, in their order and with their days: the undo of a retraction.

    Raises Refused("not-matched") for one about a participation that the dossier has no more.
    """
    struck, counting = retractions_by_version(history), [r.event for r in not_retracted(history)]
    wanted = [r.event for r in history if r.originator_version in versions and r.originator_version in struck]
    if any(isinstance(event, _NEVER_BACK) or is_corrected_elsewhere(event) for event in wanted):
        raise Refused("not-retractable")
    about = {one for event in wanted if (one := getattr(event, "participation", None))}
    if not about <= dossier.diagnostic.participations.keys():
        raise Refused("not-matched")
    recipients = {one for version, r in struck.items() if version in versions for one in _holders(r.event)}
    others = [r for version, r in struck.items() if version not in versions]
    informed = {r.event.referral: r.originator_version for r in history if isinstance(r.event, e.HolderInformed)}
    owed = {one for r in others for one in _holders(r.event) if r.originator_version > informed.get(one, 0)}
    needless = [one for one in dossier.holders if one in recipients - owed]
    return [
        *(event for event in wanted if event not in counting),
        *(e.HolderInformed(referral=one, answer="needless", note="", on=on) for one in needless),
    ]


def _holders(event: Event) -> list[UUID | None]:
    """Returns who was to be told of a retraction."""
    return [*event.referrals, *([None] if event.papers else [])] if isinstance(event, e.Retracted) else []


def retract_from_pix(participation: UUID, *, reason: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """Retracts what Pix Orga said of the participation. What people did about it stays."""
    return retractions(history, _learned(history, participation), reason, on)


@decision("take_back_from_pix", REFERENT, on_erased="ignore")
def take_back_from_pix(
    dossier: Dossier,
    *,
    participation: UUID,
    imported: UUID,
    whole: bool,
    reason: str,
    on: date,
    history: Sequence[Recorded],
) -> list[Event]:
    """Retracts what the command `imported` learned of a participation; `whole`: all that Pix Orga said of it.

    Raises Refused("moved") when something followed meanwhile.
    """
    if something_followed(history, participation, imported, whole=whole):
        raise Refused("moved")
    return retractions(history, _learned(history, participation, None if whole else imported), reason, on)


def something_followed(history: Sequence[Recorded], participation: UUID, imported: UUID, *, whole: bool) -> bool:
    """Tells if somebody did something about a participation since the command `imported` told of it."""
    learned = _learned(history, participation, None if whole else imported)
    done = {r.originator_version for r in history if not comes_from_pix(r.event)}
    return bool(learned) and any(one > learned[0] and one in done for one in dependents(history, {participation}))


def _learned(history: Sequence[Recorded], participation: UUID, imported: UUID | None = None) -> list[int]:
    """Returns the versions of what Pix Orga said of a participation, in one command or in all."""
    about = [r for r in not_retracted(history) if getattr(r.event, "participation", None) == participation]
    told = [r for r in about if comes_from_pix(r.event) and imported in (None, r.command)]
    return [r.originator_version for r in told]


def comes_from_pix(event: Event) -> bool:
    """Tells if an export recorded this event: its match or its campaign is corrected, not the event."""
    taken = isinstance(event, e.CompleteDiagnosticTaken) and event.participation is not None
    return taken or isinstance(event, FROM_PIX)


def is_corrected_elsewhere(event: Event) -> bool:
    """Tells if another stream records this event too: it is corrected from there."""
    return comes_from_pix(event) or isinstance(event, (*AT_WORKSHOPS, *OF_A_MERGE))


def retract_participation(
    dossier: Dossier, *, participation: UUID, reason: str, on: date, history: Sequence[Recorded]
) -> list[Event]:
    """Retracts every event that names the participation, or depends on one that does."""
    taken = dependents(history, {participation})
    return retractions(history, {*taken, *assignments_of_dispatches(history, taken)}, reason, on)


def assignments_of_dispatches(history: Sequence[Recorded], versions: Sequence[int]) -> list[int]:
    """Returns the versions of the assignments made by the commands that dispatched these results."""
    sent = {r.command for r in history if r.originator_version in versions and isinstance(r.event, e.ResultDispatched)}
    return [r.originator_version for r in history if r.command in sent and isinstance(r.event, e.AdvisorAssigned)]


def dependents(history: Sequence[Recorded], ids: set[UUID]) -> list[int]:
    """Returns the versions of the events that name one of these ids, or an id that such an event introduced."""
    versions = []
    for recorded in not_retracted(history):
        text = msgspec.json.encode(recorded.event)
        if any(str(known).encode() in text for known in ids):
            versions.append(recorded.originator_version)
            ids = ids | new_ids(recorded.event, history)
    return versions


def new_ids(event: Event, later: Iterable[Recorded] = ()) -> set[UUID]:
    """Returns the ids that this event introduces: later events may name them.

    Those of the actions that `later` events add to a prescription are among its own.
    """
    match event:
        case e.PrescriptionBuilt(participation=participation):
            added = (one.event for one in later if isinstance(one.event, e.ActionAdded))
            grown = [event, *(one for one in added if one.participation == participation)]
            return {action.id for one in grown for action in e.prescribed_by(one)}
        case e.ActionAdded(added=action):
            return {action.id}
        case e.ReferralSent(referral=referral):
            return {referral}
        case e.SelfStudyAssigned(study=study):
            return {study}
        case e.DiagnosticPlanned(plan=plan):
            return {plan}
    return set()


def retractions(history: Sequence[Recorded], versions: Collection[int], reason: str, on: date) -> list[Event]:
    """Returns the retractions of these versions, the latest first, each with who holds outside what it takes back."""
    taken = [one for one in reversed(history) if one.originator_version in versions]
    return [e.Retracted(version=one.originator_version, reason=reason, on=on, **holders(history, one)) for one in taken]
