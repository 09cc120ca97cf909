"""Folds a stream: the events that count, now or at a moment. Retracted events never count, and no event is refused.

No other module compares the days of facts. By the clock "known", a fact counts from the day when it was recorded; by
"true", from its own day, as known today (docs/indicators.md#two-clocks).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from pixflow.events import dossier as d
from pixflow.events.base import Erased, Event, Recorded, as_erased, event_day
from pixflow.events.contact import ContactErased
from pixflow.events.dossier import ErasureStopped as DossierErasureStopped
from pixflow.events.dossier import PersonErased as DossierErased
from pixflow.events.dossier import Retracted as DossierRetracted
from pixflow.events.participation import ErasureStopped as ParticipationErasureStopped
from pixflow.events.participation import PersonErased as ParticipationErased
from pixflow.events.participation import Retracted as ParticipationRetracted
from pixflow.events.partner import Retracted as PartnerRetracted
from pixflow.events.staff import Retracted as StaffRetracted
from pixflow.events.workshop import Retracted as WorkshopRetracted
from pixflow.working_days import Calendar

S = TypeVar("S", bound=Struct)
ERASURES = (DossierErased, ParticipationErased, ContactErased)
STOPS = (DossierErasureStopped, ParticipationErasureStopped)
"""Events that stop an erasure: they retract it."""
RETRACTIONS = (
    DossierRetracted, ParticipationRetracted, StaffRetracted, WorkshopRetracted, PartnerRetracted, *STOPS,
)  # fmt: skip
_RETRACTIONS = frozenset(RETRACTIONS)


def retractions_by_version(events: Iterable[Recorded]) -> dict[int, Recorded]:
    """Returns the retracted versions, each with its retraction."""
    return {r.event.version: r for r in events if type(r.event) in _RETRACTIONS}  # type: ignore[attr-defined]


def not_retracted(events: Sequence[Recorded]) -> list[Recorded]:
    """Returns the events that count: neither retracted nor retractions."""
    retracted = retractions_by_version(events)
    return [r for r in events if r.originator_version not in retracted and not isinstance(r.event, RETRACTIONS)]


def erasure_of(events: Iterable[Recorded]) -> Recorded | None:
    """Returns the erasure that counts among the events of a stream: nobody stopped it."""
    found = list(events)
    stopped = {one.event.version for one in found if isinstance(one.event, STOPS)}
    counting = (one for one in found if isinstance(one.event, ERASURES) and one.originator_version not in stopped)
    return next(counting, None)


def concealed(events: Sequence[Recorded]) -> Sequence[Recorded]:
    """Returns the events of a whole stream as whoever reads them sees them: those of an erased person say nothing.

    Their keys may still be there.
    """
    return [replace(one, event=as_erased(one.event)) for one in events] if erasure_of(events) else events


def fold(initial: S, evolve: Callable[[S, Recorded], S], events: Sequence[Recorded]) -> S:
    """Returns the state after `events`, without the retracted ones. Its version is the last event's."""
    state, retracted = initial, retractions_by_version(events)
    for recorded in events:
        if recorded.originator_version not in retracted:
            state = evolve(state, recorded)
    return replace(state, version=events[-1].originator_version) if events else state


def after_last(history: Sequence[Recorded], changes: Callable[[Event], bool]) -> Sequence[Recorded]:
    """Returns the events after the last one that changes something, all of them when none does."""
    return history[max((n for n, one in enumerate(history, 1) if changes(one.event)), default=0) :]


def once_a_day(issued: Event, actor: str, history: Sequence[Recorded]) -> list[Event]:
    """Returns the event; nothing when this actor recorded an equal one that day: a reload is the same paper."""
    return [] if any(known.by == actor and known.event == issued for known in history) else [issued]


class Stamp(Struct, frozen=True):
    """The day of an event and its version."""

    on: date
    version: int


def stamp_of(recorded: Recorded) -> Stamp:
    return Stamp(event_day(recorded.event), recorded.originator_version)


# --- a day and a clock, and the facts that count then


Clock = Literal["known", "true"]
WITH_OWN_DAY = frozenset({"dossier", "participation", "workshop", "partner"})
"""Kinds of streams that follow the true clock. The team and the documents are always those known on the day."""


class Moment(Struct, frozen=True):
    """The end of a local day, by one of the two clocks."""

    day: date
    clock: Clock = "known"


def list_standing(events: Sequence[Recorded], moment: Moment, last: int) -> list[Recorded]:
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
