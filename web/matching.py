"""Whose the waiting participations are, once a dossier has a number: tried by the system itself (DOMAIN.md §8)."""

from uuid import UUID

from projections import result_routing
from web.dependencies import Desk


def match_waiting(desk: Desk, dossier_id: UUID, command_id: UUID) -> int:
    """Match what waits with this dossier's i-Milo number, after it was opened or its identity corrected.

    Returns how many were matched. `command_id` is that of the form: sent again, nothing is matched twice.
    """
    desk.refresh()
    number = desk.dossier(dossier_id).imilo_number
    waiting = result_routing.waiting_with_number(desk.read, number) if number else []
    if not waiting:
        return 0
    raise NotImplementedError(command_id)
