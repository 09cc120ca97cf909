"""Matches waiting participations when a dossier gets its number, as the system (docs/domain.md#matching)."""

from uuid import UUID

from pixflow.importing import match_after_opening
from projections import match_proposals
from web.desk.desk import Desk


def match_waiting(desk: Desk, dossier_id: UUID, imilo_number: str | None, *, command_id: UUID) -> int:
    """A dossier was opened, or its identity corrected, by `command_id`: match what waits under its i-Milo number.

    Returns the number of events recorded. The desk must have been refreshed since.
    """
    numbers = [imilo_number] if imilo_number else []
    waiting = match_proposals.waiting_with_numbers(desk.read, numbers).get(imilo_number or "", [])
    done = match_after_opening(desk.engine, dossier_id, waiting, command_id=command_id)
    return len(done.recorded)
