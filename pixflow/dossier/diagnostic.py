"""Stage 2: what comes from Pix. Nothing here is refused for the state of the dossier."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from pixflow.dossier.state import Dossier
from pixflow.events import Event
from pixflow.events.dossier import ParticipationAdvanced, ParticipationLinked, ParticipationWithdrawn, ResultReceived
from pixflow.events.values import Moment, Purpose, Result


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
    vanished: bool = False,
) -> list[Event]:
    """A participation is this young person's, with its result when it was shared; one that vanished is marked so."""
    if participation in dossier.diagnostic.participations:
        return []
    linked = ParticipationLinked(
        participation=participation, campaign=campaign, purpose=purpose, started=started, progress=progress, on=on
    )
    received = ResultReceived(participation=participation, purpose=purpose, result=result, on=on) if result else None
    withdrawn = ParticipationWithdrawn(participation=participation, on=on) if vanished else None
    return [event for event in (linked, received, withdrawn) if event]


def advance_participation(dossier: Dossier, *, participation: UUID, progress: Decimal | None, on: date) -> list[Event]:
    """A later export shows another progress, or shows again what had vanished."""
    link = dossier.diagnostic.participations.get(participation)
    if link is None or (link.progress == progress and link.withdrawn is None):
        return []
    return [ParticipationAdvanced(participation=participation, progress=progress, on=on)]


def withdraw_participation(dossier: Dossier, *, participation: UUID, on: date) -> list[Event]:
    """A later export no longer shows it (DOMAIN.md §8: the result is kept, its open tasks stop)."""
    link = dossier.diagnostic.participations.get(participation)
    if link is None or link.withdrawn:
        return []
    return [ParticipationWithdrawn(participation=participation, on=on)]


def receive_result(dossier: Dossier, *, participation: UUID, purpose: Purpose, result: Result, on: date) -> list[Event]:
    """A result was shared and imported; saying it twice records it once."""
    link = dossier.diagnostic.participations.get(participation)
    if link is None or (link.result == result and link.withdrawn is None):
        return []
    return [ResultReceived(participation=participation, purpose=purpose, result=result, on=on)]
