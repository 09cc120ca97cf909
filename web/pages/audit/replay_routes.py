"""Rejouer: a dossier event by event, as it was then, with what each event changed."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow import replay as pixflow_replay
from pixflow.events.base import Recorded
from pixflow.events.values import Role
from projections import audit_trail, directory
from projections.directory import YoungPerson
from projections.store.folds import StreamDamaged
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.past_desk import past_desk
from web.french import dates
from web.french.events import sentences
from web.http.people import People, listed
from web.http.templates import Page, page, redirect
from web.pages.audit.replay import AskedInstant, asked_instant, replay_page

router = APIRouter()
READERS: tuple[Role, ...] = ("auditor", "referent", "manager")
AtReplay = Annotated[Desk, allowed(*READERS)]
RECENT = 20
"""Length of the list of the dossiers changed last."""


@dataclass(frozen=True, slots=True)
class RecentRow:
    """A dossier and its last event: sentence, author, instant."""

    found: YoungPerson
    said: str
    who: str
    when: str


@dataclass(frozen=True, kw_only=True)
class ReplaysPage(Page):
    """A search, and the dossiers changed last."""

    template = "audit/replay_list.html"
    block = "replays"

    rows: Sequence[RecentRow]

    @property
    def shows(self) -> People:
        return listed(row.found.stream for row in self.rows)


@router.get("/rejouer")
def choose(request: Request, desk: AtReplay) -> Response:
    """Shows a search, and the dossiers changed last."""
    last = audit_trail.opened(desk.engine, audit_trail.recent(desk.read, RECENT))
    known = directory.named(desk.read, [one.originator_id for one in last])
    recent = ((known[one.originator_id], one) for one in last if one.originator_id in known)
    return page(request, ReplaysPage(rows=[_recent(desk, found, event) for found, event in recent]))


def _recent(desk: Desk, found: YoungPerson, event: Recorded) -> RecentRow:
    names, trail = names_for(desk), [event]
    with suppress(StreamDamaged):
        trail = [*desk.trail(found.stream)]
    said = sentences.sentence(event, names, zone=desk.zone, history=trail)
    return RecentRow(found, said, sentences.who(event, names), dates.instant(event.at, desk.zone))


@router.get("/rejouer/{dossier_id:uuid}")
def replay(
    request: Request, desk: AtReplay, dossier_id: UUID, version: int | None = None, le: str = "", h: str = ""
) -> Response:
    """Shows the dossier at a version, or at a local instant (`le` a day, `h` an hour); else at the last version."""
    if desk.erased(dossier_id):
        return redirect(request, f"/dossiers/{dossier_id}")
    desk.dossier(dossier_id)
    trail = desk.trail(dossier_id)
    asked = asked_instant(desk, trail, le, h) if le else AskedInstant()
    n = version if version is not None else asked.version or (1 if asked.at else len(trail))
    if not 1 <= n <= len(trail):
        raise HTTPException(404)
    position, day = _seen(desk, trail[n - 1], asked)
    refs = desk.engine.references_at(position)
    shown = pixflow_replay.at_version(trail, n, refs)
    with past_desk(desk, dossier_id, position, refs, day) as past:
        return replay_page(request, desk, past, dossier_id, shown, trail, asked)


def _seen(desk: Desk, recorded: Recorded, asked: AskedInstant) -> tuple[int, date]:
    """Returns the position and the day that the page is seen from: of the instant asked for, else of the event."""
    if not asked.at or asked.version != recorded.originator_version:
        return recorded.position, desk.refs.calendar.local_day(recorded.at)
    position = max(recorded.position, audit_trail.position_at(desk.read, asked.at))
    return position, desk.refs.calendar.local_day(asked.at)
