"""Builds the view of a day from the events of a structure, and parts it by a cut."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from uuid import UUID

from msgspec.structs import replace

from pixflow.dossier import evolve as dossier_evolve
from pixflow.events.base import Recorded, Unopened
from pixflow.indicators.clocks import Clock, day_of, standing
from pixflow.indicators.cohorts import View
from pixflow.indicators.path import Fact, Path, path_of, recorded_day
from pixflow.reference_data import References
from pixflow.tasks import Task, of_dossier
from pixflow.team import staff as staff_state
from pixflow.workshop import state as workshop_state

Streams = Mapping[UUID, Sequence[Recorded]]


def by_stream(events: Iterable[Recorded]) -> dict[str, dict[UUID, list[Recorded]]]:
    """Returns the events of each stream, by kind of stream. A stream stops where an event does not open."""
    kinds: defaultdict[str, dict[UUID, list[Recorded]]] = defaultdict(dict)
    damaged = set()
    for recorded in events:
        stream = recorded.originator_id
        if isinstance(recorded.event, Unopened):
            damaged.add(stream)
        if stream not in damaged:
            kinds[recorded.event.TOPIC.partition(".")[0]].setdefault(stream, []).append(recorded)
    return kinds


def view_of(kinds: Mapping[str, Streams], refs: References, day: date, clock: Clock = "known") -> View:
    """Returns the paths, tasks, workshops and team as they stand on a day, by one of the two clocks."""
    calendar = refs.calendar
    kept = {
        kind: {stream: there for stream, events in streams.items() if (there := standing(events, day, clock, calendar))}
        for kind, streams in kinds.items()
        if kind in ("dossier", "workshop", "staff", "structure")
    }
    dossiers = kept.get("dossier", {})

    @cache
    def tasks(dossier: UUID) -> Sequence[Task]:
        return of_dossier(dossier_evolve.fold(dossiers[dossier]), refs)

    days = day_of if clock == "true" else recorded_day
    ((structure, opening),) = list(kept.get("structure", {}).items())[:1] or ((UUID(int=0), ()),)
    return View(
        paths=[path_of(stream, events, refs.protocol, days) for stream, events in dossiers.items()],
        day=day,
        calendar=calendar,
        protocol=refs.protocol,
        grille=lambda on: refs.grille(on).document,
        tasks=tasks,
        workshops={id: workshop_state.fold(events) for id, events in kept.get("workshop", {}).items()},
        team={id: staff_state.fold(events) for id, events in kept.get("staff", {}).items()},
        sites=refs.structure.sites,
        opened=Fact(structure, recorded_day(opening[0].event) if opening else day, 1),
    )


CUTS = ("site", "programme", "modality", "mediator", "band", "group")


def cut_of(path: Path, cut: str) -> str:
    """Returns the cell of a cut where a path stands, "" where nothing is known of it."""
    if cut == "band":
        return f"{path.band[0]}-{path.band[1]}" if path.band else ""
    value = getattr(path, cut)
    return ("yes" if value else "no") if isinstance(value, bool) else value


def cells(view: View, cut: str) -> dict[str, View]:
    """Returns a view for each cell of a cut. Their paths together are those of the view."""
    parted: defaultdict[str, list[Path]] = defaultdict(list)
    for path in view.paths:
        parted[cut_of(path, cut)].append(path)
    return {cell: replace(view, paths=paths) for cell, paths in sorted(parted.items())}
