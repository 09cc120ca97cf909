"""The exports received for one campaign: the newest date and the known files."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from pixflow.decision import REFERENT, decision
from pixflow.events.base import Event, Recorded
from pixflow.events.intake import ExportReceived
from pixflow.folding import fold as fold_events


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
