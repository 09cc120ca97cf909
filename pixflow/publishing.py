"""Publish a protocol or a grid: whole documents, in force from a day."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from pixflow.events import Event, Recorded
from pixflow.events.grille import GrillePublished
from pixflow.events.protocol import ProtocolPublished
from pixflow.folds import fold as fold_events
from pixflow.grille import Grille, problems
from pixflow.protocol import ProtocolDocument
from pixflow.refused import Refused


class Protocols(Struct, frozen=True):
    """Every protocol published, in order of publication, each with its first day."""

    version: int = 0
    published: tuple[tuple[date, ProtocolDocument], ...] = ()


class Numbered(Struct, frozen=True):
    number: int
    document: Grille


class Grilles(Struct, frozen=True):
    """Every grid published, in order of publication, each with its first day and its number."""

    version: int = 0
    published: tuple[tuple[date, Numbered], ...] = ()


def fold_protocols(events: Sequence[Recorded]) -> Protocols:
    return fold_events(Protocols(), evolve_protocols, events)


def evolve_protocols(state: Protocols, recorded: Recorded) -> Protocols:
    match recorded.event:
        case ProtocolPublished(document=document, from_day=day):
            return Protocols(recorded.originator_version, (*state.published, (day, document)))
    return state


def fold_grilles(events: Sequence[Recorded]) -> Grilles:
    return fold_events(Grilles(), evolve_grilles, events)


def evolve_grilles(state: Grilles, recorded: Recorded) -> Grilles:
    match recorded.event:
        case GrillePublished(document=document, number=number, from_day=day):
            return Grilles(recorded.originator_version, (*state.published, (day, Numbered(number, document))))
    return state


def publish_protocol(protocols: Protocols, *, document: ProtocolDocument, from_day: date) -> list[Event]:
    """The document counts from that day; saying the same one again publishes nothing."""
    if protocols.published and protocols.published[-1][1] == document:
        return []
    return [ProtocolPublished(document=document, from_day=from_day)]


def publish_grille(grilles: Grilles, *, document: Grille, from_day: date) -> list[Event]:
    """The grid counts from that day, under the next number; a gap or an overlap is refused with its numbers."""
    if grilles.published and grilles.published[-1][1].document == document:
        return []
    found = problems(document)
    if found:
        raise Refused("bad-grille", code=found[0].code, numbers=found[0].numbers)
    return [GrillePublished(document=document, number=len(grilles.published) + 1, from_day=from_day)]
