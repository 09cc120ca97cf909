"""Annuler after an import: closes the dossiers that it opened as a mistake, and takes its corrections back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from pixflow.dossier import assignment as lending
from pixflow.dossier import follow_up as closing
from pixflow.dossier import retraction
from pixflow.engine import Step
from pixflow.events import dossier as e
from pixflow.events.base import Recorded
from web.desk.commands import record_all
from web.desk.desk import Desk
from web.desk.receipts import row_command
from web.french.events.sentences import AT_ONCE
from web.pages.portfolio.choices import importer_of


@dataclass(frozen=True, slots=True)
class UndoneImport:
    """Numbers of the dossiers closed, of those whose corrections were taken back, of those left as they are."""

    closed: int = 0
    corrected: int = 0
    kept: int = 0


def may_undo(desk: Desk, command: UUID) -> bool:
    """Tells if the person at the desk imported it today."""
    first = next(iter(importer_of(desk.served).recorded(command)), None)
    return first is not None and first.by == desk.actor.id and _is_of_today(desk, first)


def undo(desk: Desk, imported: UUID, command: UUID) -> UndoneImport:
    """Takes back each dossier that nothing followed, with one command for each."""
    by_dossier: dict[UUID, list[Recorded]] = {}
    for one in importer_of(desk.served).recorded(imported):
        if one.event.TOPIC.startswith("dossier."):
            by_dossier.setdefault(one.originator_id, []).append(one)
    trails = desk.trails(by_dossier)
    closed = corrected = kept = 0
    for dossier, mine in by_dossier.items():
        done = _undo_one(desk, dossier, mine, trails[dossier], imported, row_command(command, dossier))
        opened = _is_opening(mine)
        closed, corrected, kept = closed + (done and opened), corrected + (done and not opened), kept + (not done)
    return UndoneImport(closed, corrected, kept)


def _undo_one(
    desk: Desk, dossier: UUID, mine: Sequence[Recorded], trail: Sequence[Recorded], imported: UUID, command: UUID
) -> bool:
    """Returns False when something followed on the dossier, or when this person may not take it back."""
    followed = trail[-1].originator_version != mine[-1].originator_version
    if followed and not desk.engine.has_recorded(command):
        return False
    if _is_opening(mine):
        steps = [Step({"dossier": dossier}, closing.close_dossier, {"reason": "mistake", "note": ""})]
    else:
        steps = list(_retractions(dossier, mine))
    return record_all(desk, steps, ("undo-import", imported), command_id=command).ok


def _is_opening(mine: Sequence[Recorded]) -> bool:
    return isinstance(mine[0].event, (e.DossierOpened, e.DossierReopened))


def _retractions(dossier: UUID, mine: Sequence[Recorded]) -> Iterator[Step]:
    for one in reversed(mine):
        moved = isinstance(one.event, e.AdvisorAssigned)
        decision = lending.undo_assignment if moved else retraction.retract
        yield Step({"dossier": dossier}, decision, {"version": one.originator_version, "reason": AT_ONCE})


def _is_of_today(desk: Desk, recorded: Recorded) -> bool:
    return desk.refs.calendar.local_day(recorded.at) == desk.today
