"""The exports received for one campaign: the newest date and the known files."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from pixflow.decision import REFERENT, decision
from pixflow.events.base import Event, Recorded
from pixflow.events.intake import ExportReceived, ExportTakenBack
from pixflow.folding import fold as fold_events
from pixflow.refused import Refused


class ReceivedExport(Struct, frozen=True):
    """An export recorded at a version of the stream; `exported_at` is UTC."""

    version: int
    digest: str
    exported_at: datetime
    organisation: str


class Intake(Struct, frozen=True):
    version: int = 0
    campaign: UUID | None = None
    exports: tuple[ReceivedExport, ...] = ()

    @property
    def newest(self) -> datetime | None:
        """The latest export date recorded (UTC)."""
        return max((one.exported_at for one in self.exports), default=None)

    @property
    def digests(self) -> tuple[str, ...]:
        return tuple(one.digest for one in self.exports)


def fold(events: Sequence[Recorded]) -> Intake:
    return fold_events(Intake(), evolve, events)


def evolve(state: Intake, recorded: Recorded) -> Intake:
    version = recorded.originator_version
    match recorded.event:
        case ExportReceived(digest=digest, campaign=campaign, exported_at=at, organisation=organisation):
            return Intake(version, campaign, (*state.exports, ReceivedExport(version, digest, at, organisation)))
        case ExportTakenBack(version=taken):
            exports = tuple(one for one in state.exports if one.version != taken)
            return Intake(version, state.campaign, exports)
    return state


@decision("receive_export", REFERENT)
def receive_export(
    intake: Intake,
    *,
    digest: str,
    campaign: UUID,
    exported_at: datetime,
    counts: dict[str, int],
    on: date,
    organisation: str = "",
) -> list[Event]:
    """Records an export file, once. `counts` are the six of ExportReceived."""
    if digest in intake.digests:
        return []
    received: dict[str, Any] = {"digest": digest, "campaign": campaign, "exported_at": exported_at, **counts}
    return [ExportReceived(**received, organisation=organisation, on=on)]


@decision("take_back_export", REFERENT)
def take_back_export(intake: Intake, *, version: int, taken: int, left: int, on: date) -> list[Event]:
    """Takes back the export of that version, once. Raises Refused("later-export") while a later one counts."""
    found = next((one for one in intake.exports if one.version == version), None)
    if found is None or intake.campaign is None:
        return []
    if found != intake.exports[-1]:
        raise Refused("later-export")
    about: dict[str, Any] = {"version": version, "campaign": intake.campaign, "exported_at": found.exported_at}
    return [ExportTakenBack(**about, taken=taken, left=left, on=on)]
