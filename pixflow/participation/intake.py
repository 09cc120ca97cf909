"""The exports received for one campaign: the newest date and the known files."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from pixflow.decision import REFERENT, decision
from pixflow.events.base import Event, Recorded
from pixflow.events.intake import ExportReceived
from pixflow.folding import fold as fold_events


class Intake(Struct, frozen=True):
    """`newest` is the latest export date recorded (UTC)."""

    version: int = 0
    newest: datetime | None = None
    digests: tuple[str, ...] = ()


def fold(events: Sequence[Recorded]) -> Intake:
    return fold_events(Intake(), evolve, events)


def evolve(state: Intake, recorded: Recorded) -> Intake:
    match recorded.event:
        case ExportReceived(digest=digest, exported_at=at):
            newest = max(at, state.newest) if state.newest else at
            return Intake(recorded.originator_version, newest, (*state.digests, digest))
    return state


@decision("receive_export", REFERENT)
def receive_export(
    intake: Intake, *, digest: str, campaign: UUID, exported_at: datetime, counts: dict[str, int], on: date
) -> list[Event]:
    """Records an export file, once. `counts` are the six of ExportReceived."""
    if digest in intake.digests:
        return []
    return [ExportReceived(digest=digest, campaign=campaign, exported_at=exported_at, on=on, **counts)]
