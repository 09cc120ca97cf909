"""Presses of attendance, and those that waited for the network: a press that waits never beats a later one.

A page sends a press with the version of the dossier that it showed. A press that waited says for how long too: the
hour of the press is this instant without that time, whatever the clock of its browser.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from pixflow.dossier.state import Dossier
from pixflow.events import dossier as d
from pixflow.events.base import Recorded
from pixflow.events.values import Mark
from pixflow.folding import not_retracted
from pixflow.workshop.state import Workshop

EARLY = timedelta(minutes=30)
"""Margin before the start of a workshop: people arrive."""
LONGEST_WAIT = timedelta(days=1)
"""Longest time that a browser keeps a press (web/static/network.js)."""


class Press(Struct, frozen=True):
    """A press of attendance: its hour (UTC), and who made it. `version` is that of the event that recorded it."""

    mark: Mark
    by: str
    at: datetime
    version: int = 0


def hour_of(workshop: Workshop, waited: timedelta | None, now: datetime) -> datetime | None:
    """Returns the hour of a press that waited, None for one that did not.

    The wait is a claim of the browser: the hour is never in the future, nor before people arrive at the workshop.
    """
    if waited is None:
        return None
    begun = min(now, workshop.starts - EARLY) if workshop.starts else now
    return max(begun, now - min(max(waited, timedelta()), LONGEST_WAIT))


def last_press(history: Sequence[Recorded], workshop: UUID) -> Press | None:
    """Returns the last press about a presence, with the mark that counts since; None before the first one."""
    by_version = {one.originator_version: one for one in history}
    presses = [one for one in history if _is_about(one, workshop, by_version)]
    if not presses:
        return None
    counting = [one.event for one in not_retracted(presses) if is_mark(one, workshop)]
    mark = mark_of(counting[-1]) if counting else "none"
    return Press(mark, presses[-1].by, _hour(presses[-1]), presses[-1].originator_version)


def is_mark(recorded: Recorded, workshop: UUID) -> bool:
    event = recorded.event
    return isinstance(event, (d.WorkshopAttended, d.WorkshopMissed)) and event.workshop == workshop


def mark_of(event: object) -> Mark:
    """Returns the press that records this event."""
    match event:
        case d.WorkshopAttended(trouble=True):
            return "trouble"
        case d.WorkshopAttended(ease=True):
            return "ease"
        case d.WorkshopAttended():
            return "present"
        case d.WorkshopMissed(excused=True):
            return "excused"
        case d.WorkshopMissed():
            return "absent"
    return "none"


def contest(dossier: Dossier, workshop: UUID, early: Press, late: Press, on: date) -> list[d.AttendanceContested]:
    """Asks about the earlier one of two presses. Nothing where it is asked about already."""
    known = dossier.diagnostic.contested.get(workshop, ())
    if (early.mark, early.by, early.at) in ((one.mark, str(one.presser), one.at) for one in known):
        return []
    presser, noter = UUID(early.by), UUID(late.by)
    return [d.AttendanceContested(workshop=workshop, mark=early.mark, presser=presser, at=early.at, noter=noter, on=on)]


def settle(
    dossier: Dossier, workshop: UUID, seen: int, pressed: datetime | None, on: date
) -> list[d.AttendanceSettled]:
    """Ends the question about a presence, for somebody whose page asked it: version `seen` of the dossier."""
    asked = dossier.diagnostic.contested.get(workshop, ())
    read = asked and max(one.stamp.version for one in asked) <= seen
    return [d.AttendanceSettled(workshop=workshop, on=on, pressed=pressed)] if read else []


def _is_about(recorded: Recorded, workshop: UUID, by_version: dict[int, Recorded]) -> bool:
    event = recorded.event
    if isinstance(event, d.Retracted) and event.version in by_version:
        return is_mark(by_version[event.version], workshop)
    return is_mark(recorded, workshop) or (isinstance(event, d.AttendanceSettled) and event.workshop == workshop)


def _hour(recorded: Recorded) -> datetime:
    pressed: datetime | None = getattr(recorded.event, "pressed", None)
    return pressed or recorded.at
