"""Two clocks: facts known on a day, and facts true on that day as known today (docs/indicators.md#two-clocks)."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from pixflow.events import dossier as e
from pixflow.events.base import Event, Recorded, event_day
from pixflow.folding import not_retracted
from pixflow.working_days import Calendar

Clock = Literal["known", "true"]


def standing(events: Sequence[Recorded], day: date, clock: Clock, calendar: Calendar) -> list[Recorded]:
    """Returns the events of a stream that count on a day.

    "known": those recorded by the end of the day, but for those retracted by then. "true": those of today whose own day
    is not after it.
    """
    if clock == "known":
        return not_retracted([r for r in events if calendar.local_day(r.at) <= day])
    return [r for r in not_retracted(events) if day_of(r.event) <= day]


def day_of(event: Event) -> date:
    """Returns the day of an event: Pix's own for a test begun or a result shared, `on` for the others."""
    match event:
        case e.ParticipationLinked(started=started) if started:
            return started.day
        case e.ResultReceived(result=result):
            return result.shared.day
        case e.ProfileReceived(profile=profile):
            return profile.shared.day
    return event_day(event)
