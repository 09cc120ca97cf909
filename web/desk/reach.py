"""Reach of a correction, before it is pressed: the other streams, what has left the house, who is to be told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pixflow import tasks
from pixflow.dossier.reach import told_since
from pixflow.events import indicators as i
from pixflow.events.base import Recorded, event_day
from pixflow.events.dossier import CopyIssued, PaperIssued
from pixflow.events.structure import ListIssued
from pixflow.events.values import Role
from pixflow.events.workshop import PaperIssued as WorkshopPaperIssued
from pixflow.streams import kind_of
from pixflow.unit_of_work import LoadedStream
from projections import audit_trail
from web.desk.desk import Desk
from web.desk.names import ScopedNames
from web.french import dates, vocabulary
from web.french import tasks as french_tasks
from web.french.events import sentences
from web.french.typography import say

READERS: frozenset[Role] = frozenset({"auditor", "referent", "manager"})
"""The readers of the Journal: they alone see which lists and reports left the structure."""
MOST = 200
"""Lists, reports and papers of workshops that are looked at, the latest."""


@dataclass(frozen=True, slots=True)
class Handout:
    """Something that left the house: its day, its sentence with whoever received it, and who took it."""

    day: str
    said: str
    who: str


@dataclass(frozen=True, slots=True)
class Reach:
    """The reach of a correction. `streams` are the other streams that change, each with its new facts in words.

    `left` is about these young people for certain; `perhaps` may hold them. `told` are those to inform afterwards.
    """

    streams: Sequence[tuple[str, Sequence[str]]]
    left: Sequence[Handout]
    perhaps: Sequence[Handout]
    told: Sequence[str]


def of(
    desk: Desk,
    names: ScopedNames,
    changed: Mapping[UUID, tuple[LoadedStream, LoadedStream]],
    facts: Sequence[Recorded],
    shown: UUID,
) -> Reach:
    """Returns the reach of the changes of a preview, whose page tells of the dossier `shown` itself.

    `facts` are those that no longer count, or no longer alone: one of each dossier.
    """
    facts = [desk.trail(one.originator_id)[one.originator_version - 1] for one in facts]  # with its position
    left = [one for fact in facts for one in told_since(desk.trail(fact.originator_id), fact)]
    return Reach(
        [
            (vocabulary.STREAMS[before.kind], list(_phrase_events(desk, names, before, after)))
            for stream, (before, after) in changed.items()
            if stream != shown and after.version > before.version
        ],
        list(_handouts(desk, names, left)),
        list(_handouts(desk, names, _perhaps(desk, facts))),
        list(dict.fromkeys(one for pair in changed.values() for one in _to_tell(desk, *pair))),
    )


def _phrase_events(desk: Desk, names: ScopedNames, before: LoadedStream, after: LoadedStream) -> Iterator[str]:
    for one in after.events[len(before.events) :]:
        yield sentences.sentence(one, names, zone=desk.zone, history=after.events)


def _handouts(desk: Desk, names: ScopedNames, left: Iterable[Recorded]) -> Iterator[Handout]:
    for recorded in left:
        own = isinstance(recorded.event, (PaperIssued, CopyIssued))
        history = desk.trail(recorded.originator_id) if kind_of(recorded.event) == "dossier" else ()
        said = sentences.sentence(recorded, names, zone=desk.zone, history=history)
        day = dates.day(event_day(recorded.event), year=True, short=True)
        yield Handout(day, say("{said}, pour la personne", said=said) if own else said, sentences.who(recorded, names))


def _perhaps(desk: Desk, facts: Sequence[Recorded]) -> list[Recorded]:
    """Returns the papers of their workshops since these facts, and the lists and reports, which name nobody."""
    since = {one.originator_id: one.position for one in facts}
    workshops = {at: position for one, position in since.items() for at in audit_trail.workshops_of(desk.read, one)}
    rows = audit_trail.of_topics(desk.read, [*workshops], [WorkshopPaperIssued.TOPIC], MOST)
    papers = [row for row in rows if row.position > workshops[row.stream]]
    lists = list[Any]()
    if facts and not desk.roles.isdisjoint(READERS):
        streams = [desk.served.opened.stream(kind) for kind in ("structure", "indicators")]
        topics = [ListIssued.TOPIC, i.ReportIssued.TOPIC, i.EventLogIssued.TOPIC]
        found = audit_trail.of_topics(desk.read, streams, topics, MOST)
        lists = [row for row in found if row.position > min(since.values())]
    events = audit_trail.open_rows(desk.engine, sorted([*papers, *lists], key=lambda row: row.position))
    return [one for one in events if _may_hold(one, facts)]


def _may_hold(left: Recorded, facts: Sequence[Recorded]) -> bool:
    """Tells if a list names young people, or if a report counts the days of one of these facts."""
    match left.event:
        case ListIssued(people=people):
            return people > 0
        case i.ReportIssued(first=first, last=last) | i.EventLogIssued(first=first, last=last):
            return any(first <= event_day(fact.event) <= last for fact in facts)
    return True


def _to_tell(desk: Desk, before: LoadedStream, after: LoadedStream) -> Iterator[str]:
    """Yields who is to be told once it is done, and is not yet."""
    if before.kind == "dossier":
        known = {task.key: task.why.details for task in tasks.of_dossier(before.state, desk.refs)}
        for task in tasks.of_dossier(after.state, desk.refs):
            if task.kind == "inform-holder" and known.get(task.key) != task.why.details:
                yield french_tasks.name_holder(task.why.details)
