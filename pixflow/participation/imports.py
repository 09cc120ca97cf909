"""Decisions that import the rows of exports: new, progressed, shared, vanished, purpose settled."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from msgspec.structs import replace

from pixflow.decision import REFERENT, Argument, decision
from pixflow.dossier.retraction import retract_from_pix
from pixflow.dossier.stages.diagnostic import (
    advance_participation,
    receive_profile,
    receive_result,
    withdraw_participation,
)
from pixflow.dossier.state import Dossier
from pixflow.events import participation as e
from pixflow.events.base import Event, Recorded
from pixflow.events.values import Moment, Profile, Purpose, Result
from pixflow.participation.matches import link_to_dossier
from pixflow.participation.state import Participation


@decision("import_participation", REFERENT)
def import_participation(
    participation: Participation,
    *,
    campaign: UUID,
    purpose: Purpose | None,
    last_name: str,
    first_name: str,
    external_id: str | None,
    imported: tuple[tuple[str, str], ...],
    started: Moment | None,
    progress: Decimal | None,
    ordinal: int,
    result: Result | None,
    exported_at: datetime,
    on: date,
    profile: Profile | None = None,
) -> list[Event]:
    """Imports a new row, with its result or profile when it is shared."""
    if participation.imported:
        return []
    first = e.ParticipationImported(
        campaign=campaign,
        purpose=purpose,
        last_name=last_name,
        first_name=first_name,
        external_id=external_id,
        imported=imported,
        started=started,
        progress=progress,
        ordinal=ordinal,
        exported_at=exported_at,
        on=on,
    )
    return [first, *_shared(Participation(), result, profile, ordinal, exported_at, on)]


@decision("follow", REFERENT, Argument.PARTICIPATION_ID, on_erased="ignore")
def record_progress(
    participation: Participation,
    dossier: Dossier | None = None,
    *,
    participation_id: UUID,
    progress: Decimal | None,
    result: Result | None,
    exported_at: datetime,
    on: date,
    profile: Profile | None = None,
    ordinal: int = 0,
) -> dict[str, list[Event]]:
    """Records the changes of a known row, on the participation and on its dossier.

    `ordinal` is that of a profile among those sent at the same time.
    """
    if participation.seen is None or exported_at <= participation.seen:
        return {}
    own = _shared(participation, result, profile, ordinal, exported_at, on)
    if not own and (progress != participation.progress or participation.vanished):
        own = [e.ParticipationProgressed(progress=progress, exported_at=exported_at, on=on)]
    if not own or dossier is None:
        return {"participation": own}
    return {"participation": own, "dossier": _learned(participation, dossier, participation_id, own[0], on)}


def _shared(
    known: Participation,
    result: Result | None,
    profile: Profile | None,
    ordinal: int,
    exported_at: datetime,
    on: date,
) -> list[Event]:
    """Returns the event of a newly shared result or profile."""
    if result and result != known.result:
        return [e.ResultShared(result=result, exported_at=exported_at, on=on)]
    if profile and profile != known.profile:
        return [e.ProfileShared(profile=profile, ordinal=ordinal, exported_at=exported_at, on=on)]
    return []


def _learned(known: Participation, dossier: Dossier, participation: UUID, event: Event, on: date) -> list[Event]:
    """Returns the events of the matched dossier for this event."""
    match event:
        case e.ResultShared(result=result) if known.purpose:
            return receive_result(dossier, participation=participation, purpose=known.purpose, result=result, on=on)
        case e.ProfileShared(profile=profile):
            return receive_profile(dossier, participation=participation, profile=profile, on=on)
        case e.ParticipationProgressed(progress=progress):
            return advance_participation(dossier, participation=participation, progress=progress, on=on)
    return []


@decision("vanish", REFERENT, Argument.PARTICIPATION_ID, on_erased="ignore")
def record_disappearance(
    participation: Participation,
    dossier: Dossier | None = None,
    *,
    participation_id: UUID,
    exported_at: datetime,
    on: date,
) -> dict[str, list[Event]]:
    """Records that an export no longer shows the row."""
    if participation.vanished or participation.seen is None or exported_at <= participation.seen:
        return {}
    own: list[Event] = [e.ParticipationVanished(exported_at=exported_at, on=on)]
    if dossier is None:
        return {"participation": own}
    theirs = withdraw_participation(dossier, participation=participation_id, on=on)
    return {"participation": own, "dossier": theirs}


@decision("settle_purpose", REFERENT, on_erased="ignore")
def settle_purpose(participation: Participation, *, purpose: Purpose, on: date) -> list[Event]:
    """Gives the row the declared purpose: it may be matched."""
    waits = participation.imported is not None and participation.purpose is None
    return [e.PurposeSettled(purpose=purpose, on=on)] if waits else []


@decision("resettle_purpose", REFERENT, Argument.HISTORY, Argument.PARTICIPATION_ID, on_erased="ignore")
def resettle_purpose(
    participation: Participation,
    dossier: Dossier | None = None,
    *,
    participation_id: UUID,
    purpose: Purpose,
    reason: str,
    on: date,
    history: Sequence[Recorded],
) -> dict[str, list[Event]]:
    """Corrects the purpose, and records again on the dossier what Pix Orga said.

    `history` is the dossier's stream. What people did about it stays.
    """
    if participation.imported is None or participation.purpose in (None, purpose):
        return {}
    own: list[Event] = [e.PurposeSettled(purpose=purpose, on=on)]
    if dossier is None:
        return {"participation": own}
    retracted = retract_from_pix(participation_id, reason=reason, on=on, history=history)
    again = link_to_dossier(replace(participation, purpose=purpose), Dossier(), participation_id, on)
    return {"participation": own, "dossier": [*retracted, *again]}
