"""The state of a participation: its data from Pix Orga, and its match."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from pixflow.events import participation as e
from pixflow.events.base import Event, Recorded
from pixflow.events.values import Moment, Profile, Purpose, Result
from pixflow.folding import Stamp, stamp_of


class Participation(Struct, frozen=True):
    """The state of a participation.

    `erased`: its person was erased, and all other fields but `row` are empty. `row` recognises their rows in later
    exports.
    """

    version: int = 0
    erased: Stamp | None = None
    row: str | None = None
    imported: Stamp | None = None
    campaign: UUID | None = None
    purpose: Purpose | None = None
    settled: Stamp | None = None
    last_name: str = ""
    first_name: str = ""
    external_id: str | None = None
    started: Moment | None = None
    ordinal: int = 0
    progress: Decimal | None = None
    result: Result | None = None
    profile: Profile | None = None
    shared: Stamp | None = None
    vanished: Stamp | None = None
    dossier: UUID | None = None
    matched: Stamp | None = None
    automatic: bool = False
    rejected: tuple[UUID, ...] = ()
    set_aside: Stamp | None = None
    seen: datetime | None = None

    @property
    def waiting(self) -> bool:
        """The participation waits for a match."""
        return self.imported is not None and self.dossier is None and self.set_aside is None and not self.vanished


def evolve(state: Participation, recorded: Recorded) -> Participation:
    stamp = stamp_of(recorded)
    if isinstance(recorded.event, e.PersonErased):
        return Participation(version=stamp.version, erased=stamp, row=recorded.event.row)
    if state.erased:
        return replace(state, version=stamp.version)
    return replace(state, version=stamp.version, **_changes(state, recorded.event, stamp))


def _changes(state: Participation, event: Event, stamp: Stamp) -> dict[str, object]:
    match event:
        case e.ParticipationImported():
            return {
                "imported": stamp,
                "campaign": event.campaign,
                "purpose": event.purpose,
                "settled": stamp if event.purpose else None,
                "last_name": event.last_name,
                "first_name": event.first_name,
                "external_id": event.external_id,
                "started": event.started,
                "ordinal": event.ordinal,
                "progress": event.progress,
                "seen": event.exported_at,
            }
        case e.PurposeSettled(purpose=purpose):
            return {"purpose": purpose, "settled": state.settled or stamp}
        case e.ParticipationProgressed(progress=progress, exported_at=seen):
            return {"progress": progress, "vanished": None, "seen": seen}
        case e.ResultShared(result=result, exported_at=seen):
            return {"result": result, "shared": stamp, "progress": Decimal(1), "vanished": None, "seen": seen}
        case e.ProfileShared(profile=profile, ordinal=ordinal, exported_at=seen):
            return {"profile": profile, "ordinal": ordinal, "shared": stamp, "vanished": None, "seen": seen}
        case e.ParticipationVanished(exported_at=seen):
            return {"vanished": stamp, "seen": seen}
        case e.MatchConfirmed(dossier=dossier, automatic=automatic):
            return {"dossier": dossier, "matched": stamp, "automatic": automatic, "set_aside": None}
        case e.MatchRejected(dossier=dossier):
            return {"rejected": (*state.rejected, dossier)}
        case e.ParticipationSetAside():
            return {"set_aside": stamp}
    return {}
