"""A day and a clock, and the facts that count then. No other module compares the days of facts.

By the clock "known", a fact counts from the day when it was recorded; by "true", from its own day, as known today
(docs/indicators.md#two-clocks).
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from pixflow.events import dossier as d
from pixflow.events.base import Erased, Event, Recorded, event_day
from pixflow.folding import not_retracted
from pixflow.working_days import Calendar

Clock = Literal["known", "true"]
WITH_OWN_DAY = frozenset({"dossier", "participation", "workshop", "partner"})
"""Kinds of streams that follow the true clock. The team and the documents are always those known on the day."""


class Moment(Struct, frozen=True):
    """The end of a local day, by one of the two clocks."""

    day: date
    clock: Clock = "known"


def standing(events: Sequence[Recorded], moment: Moment, last: int) -> list[Recorded]:
    """Returns the events of a stream that count at a moment, without those retracted.

    `last` is the last position of the day (`audit_trail.last_of_day`): a clock that was ahead holds the day until the
    real one passes. "known": the events up to it, without those retracted by then. "true": those of today whose own day
    is not after the moment's.
    """
    if moment.clock == "known":
        return not_retracted([one for one in events if one.position <= last])
    return [one for one in not_retracted(events) if day_of(one.event) <= moment.day]


def day_of(event: Event) -> date:
    """Returns the day of an event: Pix's own for a test begun or a result shared, `on` for the others."""
    match event:
        case d.ParticipationLinked(started=started) if started:
            return started.day
        case d.ResultReceived(result=result):
            return result.shared.day
        case d.ProfileReceived(profile=profile):
            return profile.shared.day
    return event_day(event)


def day_elsewhere(recorded: Recorded, calendar: Calendar) -> date | None:
    """Returns the day of an event that was recorded on another day; None for those recorded on their day.

    None too for an erased one: nobody's day is told any more.
    """
    if getattr(recorded.event, "on", None) is None or isinstance(recorded.event, Erased):
        return None
    day = day_of(recorded.event)
    return day if day != calendar.local_day(recorded.at) else None


def end_of(day: date, calendar: Calendar) -> datetime:
    """Returns the first instant (UTC) after a local day."""
    return datetime.combine(day + timedelta(1), time(), ZoneInfo(calendar.zone)).astimezone(UTC)
