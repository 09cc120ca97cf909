"""The personal data of one young person, gathered once for the file and for the paper."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from pixflow import erasing, tasks
from pixflow.authorization import Scope
from pixflow.dossier import retention
from pixflow.dossier.retraction import ISSUED, comes_from_pix
from pixflow.dossier.state import Dossier
from pixflow.engine import Engine
from pixflow.events import dossier as e
from pixflow.events.base import Recorded
from pixflow.folding import retractions_by_version
from pixflow.reference_data import References
from pixflow.tasks import Task
from projections import audit_trail
from web.desk import readings
from web.desk.names import ScopedNames
from web.desk.readings import Reading
from web.french import privacy
from web.french.events import details
from web.french.events import sentences as events
from web.french.events.fields import EMPTY, LABELS, UNNAMED
from web.hosting.served_structure import ServedStructure


@dataclass(frozen=True, slots=True)
class PersonalEvent:
    """An event with its stamps, in words and as it is stored; `details` are the labels and values of its fields.

    `retracted` is its retraction. A `withheld` event was about another person, and retracted: its content is not given.
    """

    recorded: Recorded
    title: str
    said: str
    when: str
    who: str
    details: Sequence[tuple[str, str]]
    retracted: Recorded | None
    retraction_said: str
    withheld: bool


@dataclass(frozen=True, slots=True)
class PersonalStream:
    """The events of a dossier, a participation or a workshop that are about this person."""

    id: UUID
    state: Any
    events: Sequence[PersonalEvent]


@dataclass(frozen=True, slots=True)
class PersonalData:
    """All that is stored of a person. `id` is the dossier that goes on, first in `dossiers`; its duplicates follow.

    `writers` are the authors, each with their number of events; `months` is the retention period. `readings` tell who
    opened the dossiers.
    """

    structure: str
    zone: str
    made_at: datetime
    id: UUID
    dossiers: Sequence[PersonalStream]
    participations: Sequence[PersonalStream]
    workshops: Sequence[PersonalStream]
    writers: Sequence[tuple[str, int]]
    owed: Sequence[Task]
    refs: References
    months: int
    readings: Sequence[Reading]

    @property
    def person(self) -> Dossier:
        state: Dossier = self.dossiers[0].state
        return state

    @property
    def event_count(self) -> int:
        return self.content + sum(len(one.events) for one in self.workshops)

    @property
    def content(self) -> int:
        """Returns the number of events of their dossiers and participations."""
        return sum(len(one.events) for one in (*self.dossiers, *self.participations))


def everything(served: ServedStructure, read: Connection, dossier: UUID) -> PersonalData:
    """Gathers the data of the person of a dossier, with its duplicates, whichever of them is named."""
    engine = served.engine
    gathered = _Streams(engine, read, dossier)
    dossiers = [gathered.dossier(id) for id in gathered.dossiers]
    participations = [gathered.participation(id) for id in gathered.participations]
    workshops = list(gathered.workshops())
    person: Dossier = dossiers[0].state
    refs, today = gathered.refs, engine.today()
    return PersonalData(
        refs.structure.name,
        refs.structure.zone,
        engine.clock(),
        gathered.dossiers[0],
        dossiers,
        participations,
        workshops,
        _writers((*dossiers, *participations, *workshops)),
        tasks.of_dossier(person, refs),
        refs,
        retention.months_of(refs.protocol(today).retention, person.programme),
        readings.of_dossiers(served, ScopedNames(refs, read, Scope("none")), gathered.dossiers),
    )


class _Streams:
    """The streams of one person, and the events of other people in them."""

    def __init__(self, engine: Engine, read: Connection, dossier: UUID) -> None:
        self._engine, self._read, self.refs = engine, read, engine.references()
        self._histories = dict(_joined(engine, dossier))
        self.dossiers = list(self._histories)
        self._states = engine.states("dossier", self.dossiers)
        known = engine.states("participation", self._named())
        self.participations = [id for id, state in known.items() if state.dossier in self._states]
        self._theirs = frozenset({*self.dossiers, *self.participations})

    def dossier(self, id: UUID) -> PersonalStream:
        history, state = self._histories[id], self._states[id]
        retracted = retractions_by_version(history)
        joined = (r for r in history if isinstance(r.event, e.DuplicateJoined))
        parted = {r.command for r in joined if r.originator_version in retracted}
        foreign = [r for r in history if self._is_of_another(r, parted)]
        return PersonalStream(id, state, self._events(history, self._names(state), foreign))

    def participation(self, id: UUID) -> PersonalStream:
        state = self._engine.state("participation", id)
        return PersonalStream(id, state, self._events(self._engine.history(id), self._names(), ()))

    def workshops(self) -> Iterator[PersonalStream]:
        """Yields their events in workshops: seats, waiting lists, attendance."""
        about = self._named_in_workshops()
        for id in dict.fromkeys(r.originator_id for r in about):
            events = [r for r in about if r.originator_id == id]
            retracted = retractions_by_version(self._engine.history(id))
            yield PersonalStream(
                id, self._engine.state("workshop", id), self._events(events, self._names(), (), retracted)
            )

    def _named_in_workshops(self) -> list[Recorded]:
        trail = audit_trail.table.c
        query = select(audit_trail.table).where(trail.dossier.in_(self.dossiers)).order_by(trail.position)
        return audit_trail.opened(self._engine, self._read.execute(query).all())

    def _named(self) -> list[UUID]:
        """Returns the participations that the events of their dossiers name."""
        events = (r.event for history in self._histories.values() for r in history)
        named = (getattr(event, "participation", None) for event in events)
        return list(dict.fromkeys(one for one in named if one))

    def _is_of_another(self, recorded: Recorded, parted: set[UUID]) -> bool:
        """True for an event from a participation or a dossier that turned out to be another person's."""
        if recorded.command in parted:
            return not isinstance(recorded.event, e.DuplicateJoined)
        participation = getattr(recorded.event, "participation", None)
        return comes_from_pix(recorded.event) and participation not in self._theirs

    def _events(
        self,
        events: Sequence[Recorded],
        names: ScopedNames,
        foreign: Sequence[Recorded],
        retracted: dict[int, Recorded] | None = None,
    ) -> list[PersonalEvent]:
        own = [r for r in events if r not in foreign]
        by = retractions_by_version(events) if retracted is None else retracted
        return [self._event(r, names, own, by.get(r.originator_version), r in foreign) for r in events]

    def _event(
        self, recorded: Recorded, names: ScopedNames, history: Sequence[Recorded], by: Recorded | None, withheld: bool
    ) -> PersonalEvent:
        zone, title = self.refs.structure.zone, events.TITLES[recorded.event.TOPIC]
        shown = () if withheld else details.detail(recorded, names, zone=zone, history=history)
        said = privacy.WITHHELD if withheld else events.sentence(recorded, names, zone=zone, history=history)
        return PersonalEvent(
            recorded,
            title,
            said,
            events.when(recorded, zone),
            events.who(recorded, names),
            [(label, value) for label, value in shown if value != EMPTY and label != LABELS["others"]],
            by,
            events.retraction(by, names, zone) if by else "",
            withheld,
        )

    def _names(self, state: Dossier | None = None) -> ScopedNames:
        return _OwnNames(self.refs, self._read, self._theirs, state)


class _OwnNames(ScopedNames):
    """Names that the person may read: their own and the team's, not those of other young people."""

    def __init__(self, refs: References, read: Connection, own: frozenset[UUID], dossier: Dossier | None) -> None:
        super().__init__(refs, read, Scope("all"), dossier)
        self._own = own

    def dossier(self, id: UUID) -> str:
        return super().dossier(id) if id in self._own else UNNAMED[1]


def _joined(engine: Engine, dossier: UUID) -> Iterator[tuple[UUID, list[Recorded]]]:
    """Yields the dossier that goes on, then each duplicate merged into it, with its events."""
    state: Dossier = engine.state("dossier", dossier)
    while state.merged:
        dossier = state.merged.into
        state = engine.state("dossier", dossier)
    for one in erasing.joined(engine, dossier):
        yield one, engine.history(one)


def _writers(streams: Iterable[PersonalStream]) -> list[tuple[str, int]]:
    """Returns the authors of these events, the one with most first. Who took a paper or a copy wrote nothing."""
    events = (event for stream in streams for event in stream.events)
    return Counter(one.who for one in events if not isinstance(one.recorded.event, ISSUED)).most_common()
