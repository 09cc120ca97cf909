"""Folds a stream: retracted events never count, and no event is refused."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from pixflow.events.base import Event, Recorded, event_day
from pixflow.events.contact import ContactErased
from pixflow.events.dossier import PersonErased as DossierErased
from pixflow.events.dossier import Retracted as DossierRetracted
from pixflow.events.participation import PersonErased as ParticipationErased
from pixflow.events.participation import Retracted as ParticipationRetracted
from pixflow.events.partner import Retracted as PartnerRetracted
from pixflow.events.staff import Retracted as StaffRetracted
from pixflow.events.workshop import Retracted as WorkshopRetracted

S = TypeVar("S", bound=Struct)
ERASURES = (DossierErased, ParticipationErased, ContactErased)
RETRACTIONS = (DossierRetracted, ParticipationRetracted, StaffRetracted, WorkshopRetracted, PartnerRetracted)
_RETRACTIONS = frozenset(RETRACTIONS)


def retractions_by_version(events: Iterable[Recorded]) -> dict[int, Recorded]:
    """Returns the retracted versions, each with its retraction."""
    return {r.event.version: r for r in events if type(r.event) in _RETRACTIONS}  # type: ignore[attr-defined]


def not_retracted(events: Sequence[Recorded]) -> list[Recorded]:
    """Returns the events that count: neither retracted nor retractions."""
    retracted = retractions_by_version(events)
    return [r for r in events if r.originator_version not in retracted and not isinstance(r.event, RETRACTIONS)]


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
