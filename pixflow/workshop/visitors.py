"""Visitors of a workshop: young people whom the one who runs it does not follow (docs/domain.md#visitors)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from pixflow.decision import OWN_WORKSHOPS, Argument, decision
from pixflow.events import workshop as e
from pixflow.events.base import Event, Recorded
from pixflow.refused import Refused
from pixflow.workshop.state import Workshop, must_be_on
from pixflow.workshop.undo import walk_ins

EARLY, LATE = timedelta(minutes=30), timedelta(hours=2)
"""Margins before the start and after the end of a workshop: people arrive, attendance is completed."""
LETTERS = 3
"""Fewest letters of a name to look for among all young people. Their birth date is asked too."""


@decision("look_among_all", OWN_WORKSHOPS, Argument.ACTOR, Argument.NOW)
def look_among_all(workshop: Workshop, *, shown: int, actor: str, now: datetime, on: date) -> list[Event]:
    """Records a search among all young people: its author and the number of names shown, not its text.

    Raises Refused("visitors-not-now").
    """
    must_be_on(workshop)
    if not may_meet_anybody(workshop, actor, now):
        raise Refused("visitors-not-now")
    return [e.YoungPeopleSearched(shown=shown, on=on)]


def may_meet_anybody(workshop: Workshop, actor: str, now: datetime) -> bool:
    """Tells if the actor may meet anybody: at the hours, give or take the margins, that somebody else set."""
    if workshop.starts is None or workshop.ends is None or workshop.announced_by == actor:
        return False
    return workshop.starts - EARLY <= now <= workshop.ends + LATE


def is_registered(workshop: Workshop, history: Sequence[Recorded], dossier: UUID, actor: str) -> bool:
    """Tells if this dossier has a seat or waits for one, by booking or because somebody else than the actor added it.

    A booking takes a dossier of one's own.
    """
    came = walk_ins(history).get(dossier)
    return dossier in workshop.waiting or (dossier in workshop.seats and (came is None or came.by != actor))
