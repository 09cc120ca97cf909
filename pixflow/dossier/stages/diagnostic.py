"""Stage 2: events that come from Pix. None is refused because of the dossier's state."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from pixflow.dossier.state import Dossier
from pixflow.events.base import Event
from pixflow.events.dossier import (
    CompleteDiagnosticTaken,
    ParticipationAdvanced,
    ParticipationLinked,
    ParticipationWithdrawn,
    ProfileReceived,
    ResultReceived,
)
from pixflow.events.values import Moment, Profile, Purpose, Result


def link_participation(
    dossier: Dossier,
    *,
    participation: UUID,
    campaign: UUID,
    purpose: Purpose,
    started: Moment | None,
    progress: Decimal | None,
    on: date,
    result: Result | None = None,
    profile: Profile | None = None,
    vanished: bool = False,
) -> list[Event]:
    """Links a participation to the dossier, with what it shared. One that vanished is marked withdrawn."""
    if participation in dossier.diagnostic.participations:
        return []
    events: list[Event] = [
        ParticipationLinked(
            participation=participation, campaign=campaign, purpose=purpose, started=started, progress=progress, on=on
        )
    ]
    if result:
        events += _received(participation, purpose, result, on, first=True)
    if profile:
        events.append(ProfileReceived(participation=participation, profile=profile, on=on))
    if vanished:
        events.append(ParticipationWithdrawn(participation=participation, on=on))
    return events


def advance_participation(dossier: Dossier, *, participation: UUID, progress: Decimal | None, on: date) -> list[Event]:
    """Records another progress, or the return of a participation that had vanished."""
    link = dossier.diagnostic.participations.get(participation)
    if link is None or (link.progress == progress and link.withdrawn is None):
        return []
    return [ParticipationAdvanced(participation=participation, progress=progress, on=on)]


def withdraw_participation(dossier: Dossier, *, participation: UUID, on: date) -> list[Event]:
    """Records that an export no longer shows it (docs/domain.md#later-exports).

    The result is kept, its open tasks stop.
    """
    link = dossier.diagnostic.participations.get(participation)
    if link is None or link.withdrawn:
        return []
    return [ParticipationWithdrawn(participation=participation, on=on)]


def receive_result(dossier: Dossier, *, participation: UUID, purpose: Purpose, result: Result, on: date) -> list[Event]:
    """Records a shared result. The same result is recorded once."""
    link = dossier.diagnostic.participations.get(participation)
    if link is None or (link.result == result and link.withdrawn is None):
        return []
    return _received(participation, purpose, result, on, first=link.result is None)


def receive_profile(dossier: Dossier, *, participation: UUID, profile: Profile, on: date) -> list[Event]:
    """Records a shared profile. The same profile is recorded once."""
    link = dossier.diagnostic.participations.get(participation)
    if link is None or (link.profile == profile and link.withdrawn is None):
        return []
    return [ProfileReceived(participation=participation, profile=profile, on=on)]


def _received(participation: UUID, purpose: Purpose, result: Result, on: date, *, first: bool) -> list[Event]:
    """Returns the result, and for a first complete result the event that it was taken."""
    received: list[Event] = [ResultReceived(participation=participation, purpose=purpose, result=result, on=on)]
    taken = first and purpose == "complete"
    return [*received, CompleteDiagnosticTaken(participation=participation, on=on)] if taken else received
