"""Pourquoi cette ligne ?: the fact that opened a task, its due day counted, and what closed it since."""

from collections.abc import Iterator, Sequence
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow import tasks
from pixflow.documents.protocol import in_force
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded, Unopened
from pixflow.folding import WITH_OWN_DAY, Moment, list_standing, not_retracted
from pixflow.reference_data import References
from pixflow.replay import closing
from pixflow.streams import KINDS, kind_of
from pixflow.tasks import Task
from projections import audit_trail
from projections.store.folds import StreamDamaged, position_of_tables
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk, PastDesk
from web.desk.names import ScopedNames
from web.french import past as french
from web.french import tasks as words
from web.french.events import sentences
from web.http.addresses import read_day
from web.http.day_bar import WHY
from web.http.people import listed
from web.http.templates import show

router = APIRouter()
OF_NO_FACT = ("designate-referent",)
"""The kinds that the calendar opens: no fact of their stream does."""


@router.get(f"{WHY}/{{subject:uuid}}")
def explain(request: Request, desk: AtDesk, subject: UUID, tache: str = "") -> Response:
    """Shows why a task is owed, on its day; 404 for one that is not this person's to see.

    A task that is owed no more says so.
    """
    events = audit_trail.of_streams(desk.tables.connection, [subject], desk.engine).get(subject, [])
    if any(isinstance(one.event, Unopened) for one in events):
        raise StreamDamaged
    kind, counted_events = kind_of(events[0].event) if events else "", _filter_events(desk, events)
    if not counted_events or kind not in tasks.OF:
        raise HTTPException(404)
    state = KINDS[kind].fold(counted_events)
    task = _owed(kind, state, desk.refs, tache)
    task = None if task and _lapsed(task, desk.today) else task
    if not _sees(desk, subject, state, task):
        raise HTTPException(404)
    names, now = _names(desk, state), _names(desk, KINDS[kind].fold(events))
    lines = (
        [*_explain_due_day(desk, state, counted_events, task, names), *_end(desk, events, counted_events, task, now)]
        if task
        else []
    )
    return show(
        request,
        "queue/why.html",
        "why",
        listed([subject] if kind in ("dossier", "participation") else [], names.people, now.people),
        title=words.title(task.kind, task.why.details) if task else "",
        told=lines,
    )


def _filter_events(desk: Desk, events: Sequence[Recorded]) -> Sequence[Recorded]:
    """Returns the events of a stream that count at the desk."""
    if not isinstance(desk, PastDesk) or not desk.moment or not events:
        return events
    follows = kind_of(events[0].event) in WITH_OWN_DAY
    return list_standing(events, desk.moment if follows else Moment(desk.today), position_of_tables(desk.read)[0])


def _sees(desk: Desk, stream: UUID, state: Any, task: Task | None) -> bool:
    """Tells if this person reads the dossier of a task, or has it: by a role, late or not, or as its owner."""
    if isinstance(state, Dossier):
        return state.opened is not None and desk.scope.sees(state)
    if task is None:
        return False
    roles = {task.role, *(role for day, role in task.escalations if day <= desk.today)}
    return not desk.roles.isdisjoint(roles) or not desk.owners.isdisjoint({stream, task.owner})


def _explain_due_day(
    desk: Desk, state: Any, counted_events: Sequence[Recorded], task: Task, names: ScopedNames
) -> Iterator[tuple[str, str]]:
    """Yields what a reader needs to count the due day again: a label and its text."""
    calendar, protocol = desk.refs.calendar, desk.refs.protocol(task.why.on)
    fact = next((one for one in counted_events if one.originator_version == task.why.version), None)
    if fact and task.kind not in OF_NO_FACT:
        yield french.FACT, french.fact(*_phrase_event(fact, names, desk, counted_events))
    name = task.kind.replace("-", "_")
    opens = getattr(protocol.delays, f"{name}_opens", 0)
    chased = state.chases.get(task.key, ()) if isinstance(state, Dossier) else ()
    planned = read_day(task.why.details.get("planned", ""))
    starts = filter(None, (*(one.on for one in chased[-1:]), planned, task.why.on))
    if opening := words.opening(task, opens, starts, calendar, today=desk.today):
        yield french.OPENING, opening
    yield french.DUE, words.rule(task, getattr(protocol.delays, name, 0), calendar, desk.today.year)
    if off := words.holidays(task.why.on, task.due, calendar, today=desk.today):
        yield french.OFF, off
    first, _ = in_force([(one[0], one) for one in desk.refs.protocols.published], task.why.on)
    yield french.RULES, french.rules(first, desk.refs.grille(task.why.on).number)


def _names(desk: Desk, state: Any) -> ScopedNames:
    """Returns the names of today: who acted since may have joined since."""
    dossier = state if isinstance(state, Dossier) else None
    return ScopedNames(desk.served.refs, desk.tables.connection, desk.scope, dossier)


def _phrase_event(
    recorded: Recorded, names: ScopedNames, desk: Desk, history: Sequence[Recorded]
) -> tuple[str, str, str]:
    """Returns what an event says, when and by whom."""
    said = sentences.sentence(recorded, names, zone=desk.zone, history=history)
    return said, sentences.when(recorded, desk.zone), sentences.who(recorded, names)


def _owed(kind: str, state: Any, refs: References, key: str) -> Task | None:
    return next((one for one in tasks.OF[kind](state, refs) if one.key == key), None)


def _lapsed(task: Task, today: date) -> bool:
    return task.lapses is not None and task.lapses <= today


def _end(
    desk: Desk, events: Sequence[Recorded], counted_events: Sequence[Recorded], task: Task, names: ScopedNames
) -> Iterator[tuple[str, str]]:
    """Yields what became of a task of an earlier day: the fact that closed it, its last day, or that it is owed."""
    if not isinstance(desk, PastDesk) or desk.moment is None:
        return
    kind, last = kind_of(events[0].event), position_of_tables(desk.read)[0]
    fold, references = KINDS[kind].fold, desk.engine.references_at
    if desk.moment.clock == "true":
        events, there = not_retracted(events), {one.position for one in counted_events}
    else:
        there = {one.position for one in events if one.position <= last}
    then = [one for one in events if one.position in there]
    since = [one for one in events if one.position not in there]

    def owes(some: Sequence[Recorded], position: int) -> bool:
        in_order = sorted(some, key=attrgetter("position"))
        return _owed(kind, fold(in_order), references(max(position, last)), task.key) is not None

    closed = closing(then, since, owes)
    now = _owed(kind, fold(events), desk.served.refs, task.key)
    lapsed = next((one for one in (now, task) if one and _lapsed(one, desk.served.today())), None)
    if closed:
        yield french.END, french.phrase_closing(*_phrase_event(closed, names, desk, events))
    elif lapsed and lapsed.lapses:
        yield french.END, french.lapsed(lapsed.lapses)
    else:
        yield french.END, french.OWED if now else french.CLOSED_ELSEWHERE
