"""Workshops closed in the period (I16, R11): places and size, who waited for a seat, who came without one."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from pixflow.events import workshop as e
from pixflow.events.base import Recorded
from pixflow.folding import not_retracted, stamp_of
from pixflow.indicators.entry import Basis, FigureEntry, happened
from pixflow.indicators.path import Mark
from pixflow.workshop.state import Workshop
from pixflow.workshop.undo import walk_ins


def of_workshop(id: UUID, workshop: Workshop, history: Sequence[Recorded], basis: Basis) -> Iterator[FigureEntry]:
    """Yields the entries of a closed workshop: none of another one."""
    if not workshop.closed or not workshop.day:
        return
    mark, size = Mark(workshop.day, workshop.closed.version), basis.protocol(workshop.day).workshops
    yield happened("I16", mark, "held", subject=id, value=workshop.capacity)
    fits = size.smallest <= workshop.count("present") <= size.largest
    if fits:
        yield happened("I16", mark, "fits", subject=id)
    for came in walk_ins(history).values():
        yield happened("I16", _mark(came), "walk-in", subject=id)
    for dossier, joined in _waited(history).items():
        yield happened("I16", _mark(joined), "waited", "done" if dossier in workshop.seats else "past", subject=id)
    if basis.definitions.judges("R11"):
        yield happened("I24", mark, "R11", "done" if fits else "out")


def _waited(history: Sequence[Recorded]) -> dict[UUID, Recorded]:
    """Returns the dossiers that were on the waiting list, each with the last event that put it there."""
    return {r.event.dossier: r for r in not_retracted(history) if isinstance(r.event, e.WaitlistJoined)}


def _mark(recorded: Recorded) -> Mark:
    stamp = stamp_of(recorded)
    return Mark(stamp.on, stamp.version)
