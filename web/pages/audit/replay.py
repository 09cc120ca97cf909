"""Rejouer: a dossier event by event, as it was then, with what each event changed."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow import replay as pixflow_replay
from pixflow.dossier.evolve import fold
from pixflow.events.base import Recorded
from pixflow.replay import Replay
from pixflow.tasks import Task
from projections import audit_trail, directory
from projections.directory import YoungPerson
from projections.store.folds import StreamDamaged
from web.desk.dependencies import allowed
from web.desk.desk import READERS, Desk, PastDesk, past_desk
from web.desk.names import names_for
from web.french import dates, typography, vocabulary
from web.french import tasks as french
from web.french.events import changes, details, sentences
from web.http.people import listed
from web.http.templates import redirect, show
from web.pages.dossier.history import History, HistoryEntry
from web.pages.dossier.sheet import people_of, sheet

router = APIRouter()
AtReplay = Annotated[Desk, allowed(*READERS)]
RECENT = 20
"""Length of the list of the dossiers changed last."""
WHOLE, NEAR = 14, 5
"""A list of up to WHOLE events is shown whole, a longer one NEAR the event."""

TaskWords = tuple[str, str]
"""Verb and details of a task."""


# --- the dossiers to replay


@router.get("/rejouer")
def choose(request: Request, desk: AtReplay) -> Response:
    """Shows a search, and the dossiers changed last: each with its last event, its author and its instant."""
    last = audit_trail.open_rows(desk.engine, audit_trail.recent(desk.read, RECENT))
    people = directory.find_people(desk.read, [one.originator_id for one in last])
    rows = [_describe_last(desk, people[one.originator_id], one) for one in last if one.originator_id in people]
    return show(request, "audit/replay_list.html", "replays", listed(person.stream for person, *_ in rows), rows=rows)


def _describe_last(desk: Desk, person: YoungPerson, event: Recorded) -> tuple[YoungPerson, str, str, str]:
    names, trail = names_for(desk), [event]
    with suppress(StreamDamaged):
        trail = [*desk.trail(person.stream)]
    sentence = sentences.sentence(event, names, zone=desk.zone, history=trail)
    return person, sentence, sentences.who(event, names), dates.instant(event.at, desk.zone)


# --- a dossier at one version


ReplayRow = tuple[HistoryEntry, int, str]
"""An event of the list as the history says it, its position, and its state: now, future, struck or ""."""


@dataclass(frozen=True, slots=True)
class AskedInstant:
    """An instant to replay. `version` is 0 before the first event; `wrong` is true for a text that is no instant."""

    day: str = ""
    hour: str = ""
    at: datetime | None = None
    version: int | None = None
    wrong: bool = False


def asked_instant(desk: Desk, trail: Sequence[Recorded], day: str, hour: str) -> AskedInstant:
    """Reads a local day and an hour; the end of the day without an hour."""
    try:
        at = datetime.combine(date.fromisoformat(day), time.fromisoformat(hour) if hour else time(23, 59))
        instant = at.replace(second=59, microsecond=999_999, tzinfo=ZoneInfo(desk.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return AskedInstant(day, hour, wrong=True)
    return AskedInstant(day, hour, instant, pixflow_replay.version_at(trail, instant))


def _list_earlier(past: PastDesk, shown: Replay, events: Sequence[Recorded]) -> list[ReplayRow]:
    """Returns the events known then, as they read that day."""
    history = History(past, names_for(past, shown.after), events)
    entries = [(history.entry(one), one.position) for one in events]
    rows = [(entry, position, "struck" if entry.retracted else "") for entry, position in entries]
    return [*rows[:-1], (*entries[-1], "now")]


def _list_later(desk: Desk, trail: Sequence[Recorded], version: int) -> list[ReplayRow]:
    """Returns the events recorded since, as they read today."""
    key = ("read today", trail[-1].originator_id, trail[-1].originator_version)
    rows: list[ReplayRow] | None = desk.memory.dossiers.get(key)
    if rows is None:
        history = History(desk, names_for(desk, fold(trail)), trail)
        rows = [(history.entry(one), one.position, "future") for one in trail]
        if not history.names_others:
            desk.memory.dossiers.put(key, rows)
    return rows[version:]


def _task(task: Task | None, day: date) -> TaskWords | None:
    """Returns what a task asks for, then its subject, its role, its days and its chases."""
    if task is None:
        return None
    until = f"pour le {dates.day(task.due, year=task.due.year != day.year)}"
    opens = f"à partir du {dates.day(task.opens, year=task.opens.year != day.year)}" if task.opens > day else ""
    who = "" if task.role == "advisor" else vocabulary.ROLES[task.role]
    tried = typography.plural(task.chases, "relance") if task.chases else ""
    label = task.why.details.get("label", "")
    return french.VERBS[task.kind], ", ".join(filter(None, (label, who, opens, until, tried)))


def _around(n: int, total: int) -> tuple[int, int]:
    """Returns the first and last versions to show around one of them; a long list folds the others away."""
    if total <= WHOLE:
        return 1, total
    first = max(1, min(n - NEAR, total - 2 * NEAR))
    return first, min(total, first + 2 * NEAR)


@router.get("/rejouer/{dossier_id:uuid}")
def replay(
    request: Request, desk: AtReplay, dossier_id: UUID, version: int | None = None, le: str = "", h: str = ""
) -> Response:
    """Shows the dossier at a version, or at a local instant (`le` a day, `h` an hour); else at the last version.

    `name` is the person's name of today, `on` the day of the event. `around` are the first and last versions that are
    not folded away. `program` has the versions of pixflow then and now; `grille` is the number of the grid, `protocol`
    the first day of the protocol.
    """
    if desk.erased(dossier_id):
        return redirect(request, f"/dossiers/{dossier_id}")
    dossier, trail = desk.dossier(dossier_id), desk.trail(dossier_id)
    instant = asked_instant(desk, trail, le, h) if le else AskedInstant()
    n = version if version is not None else instant.version or (1 if instant.at else len(trail))
    if not 1 <= n <= len(trail):
        raise HTTPException(404)
    position, day = _find_viewpoint(desk, trail[n - 1], instant)
    refs = desk.engine.references_at(position)
    shown = pixflow_replay.at_version(trail, n, refs)
    with past_desk(desk, dossier_id, position, refs, day) as past:
        names, events, protocol = names_for(past, shown.after), trail[:n], past.refs.protocol(day)
        history = History(past, names_for(past, past.dossier(dossier_id)), past.trail(dossier_id))
        drawn = sheet(past, dossier_id, history)
        return show(
            request,
            "audit/replay.html",
            "replay",
            people_of(drawn),
            name=f"{dossier.first_name} {dossier.last_name}",
            zone=past.zone,
            asked=instant,
            shown=shown,
            changes=changes.changes(shown.before, shown.after, names, day, zone=past.zone),
            task_changes=[(_task(old, day), _task(new, day)) for old, new in shown.changed],
            entries=[*_list_earlier(past, shown, events), *_list_later(desk, trail, n)],
            around=_around(n, shown.total),
            detail=details.detail(shown.recorded, names, zone=past.zone, history=events),
            on=getattr(shown.recorded.event, "on", None),
            who=sentences.who(shown.recorded, names),
            program=(past.refs.structure.pixflow, desk.refs.structure.pixflow),
            grille=past.refs.grille(day).number,
            protocol=[first for first, document in past.refs.protocols.published if document == protocol][-1],
            **drawn,
        )


def _find_viewpoint(desk: Desk, recorded: Recorded, instant: AskedInstant) -> tuple[int, date]:
    """Returns the position and the day that the page is seen from: of the instant asked for, else of the event."""
    if not instant.at or instant.version != recorded.originator_version:
        return recorded.position, desk.refs.calendar.local_day(recorded.at)
    position = max(recorded.position, audit_trail.position_at(desk.read, instant.at))
    return position, desk.refs.calendar.local_day(instant.at)
