"""The last events around the results: the export, the matches, the participations set aside or gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

from pixflow.events.base import Recorded
from pixflow.events.intake import ExportReceived
from pixflow.events.participation import MatchConfirmed, ParticipationSetAside
from pixflow.identity import list_name
from projections import audit_trail, directory, result_routing
from projections import exports as projections_exports
from web.desk import task_links
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import dates, matching
from web.french.events import sentences
from web.french.typography import say

SHOWN = 20
_DAYS = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class PastRow:
    """A participation that no longer waits; `why` is what became of it, `undo` the address where that is undone."""

    stream: UUID
    name: str
    why: str
    when: str = ""
    dossier: UUID | None = None
    person: str = ""
    undo: str = ""


def export(desk: Desk) -> dict[str, str] | None:
    """Returns the export made last in Pix Orga, of any campaign, whenever it was recorded."""
    return next(iter(exports(desk)), None)


def exports(desk: Desk, campaign: UUID | None = None) -> list[dict[str, str]]:
    """Returns the exports of a campaign, the one made last first; only the very last one of all campaigns.

    Each has its time in Pix Orga, its campaign, the counts of its rows, the address of its import.
    """
    lines = []
    for row in projections_exports.last_made(desk.read, campaign):
        recorded = desk.trail(row.stream)[row.version - 1]
        event = recorded.event
        assert isinstance(event, ExportReceived)
        day, at = desk.refs.calendar.local_day(event.exported_at), dates.clock(event.exported_at, desk.zone)
        lines.append(
            {
                "when": f"{dates.weekday_day(day, year=True)}, {at}",
                "campaign": desk.refs.campaigns[event.campaign].name,
                "counts": sentences.counts(event),
                "href": f"/resultats/exports/{recorded.command}",
            }
        )
    return lines


def matched(desk: Desk) -> list[PastRow]:
    """Returns the last matches of two weeks that still hold, at most SHOWN."""
    rows = audit_trail.list_since(desk.read, [MatchConfirmed.TOPIC], desk.now - _DAYS, 5 * SHOWN)
    events = audit_trail.open_rows(desk.engine, rows)
    participations_by_id = result_routing.many(desk.read, {recorded.originator_id for recorded in events})
    standing: dict[UUID, tuple[Recorded, MatchConfirmed]] = {}
    for recorded in events:
        row, event = participations_by_id.get(recorded.originator_id), recorded.event
        if row and isinstance(event, MatchConfirmed) and row.dossier == event.dossier:
            standing.setdefault(row.stream, (recorded, event))
    shown = list(standing.items())[:SHOWN]
    people = directory.find_people(desk.read, {event.dossier for _, (_, event) in shown})
    past_rows = []
    for stream, (recorded, event) in shown:
        by = "automatique" if event.automatic else sentences.who(recorded, names_for(desk))
        why = matching.reasons(event.reasons, event.warnings) or "choisi à la main"
        undo = task_links.dossier_form(event.dossier, "unmatch", str(stream))
        when, person = f"{by}, {dates.instant(recorded.at, desk.zone)}", people[event.dossier].name
        past_rows.append(
            PastRow(stream, list_name(participations_by_id[stream]), why, when, event.dossier, person, undo)
        )
    return past_rows


def set_aside(desk: Desk, rows: Sequence[Any]) -> list[PastRow]:
    """Returns participations set aside, with the reason."""
    trails = desk.trails([row.stream for row in rows])
    events = (recorded for trail in trails.values() for recorded in trail)
    last = {one.originator_id: one for one in events if isinstance(one.event, ParticipationSetAside)}
    names, past_rows = names_for(desk), []
    for row in rows:
        recorded = last[row.stream]
        assert isinstance(recorded.event, ParticipationSetAside)
        when = f"{sentences.who(recorded, names)}, {dates.instant(recorded.at, desk.zone)}"
        past_rows.append(PastRow(row.stream, list_name(row), recorded.event.reason, when))
    return past_rows


def list_vanished(desk: Desk, rows: Sequence[Any]) -> list[PastRow]:
    """Returns participations that an export no longer shows, with their dossiers."""
    people = directory.find_people(desk.read, {row.dossier for row in rows if row.dossier})
    past_rows = []
    for row in rows:
        at = row.seen.replace(tzinfo=UTC)
        why = say("plus dans l’export du {when}", when=dates.instant(at, desk.zone))
        person = people[row.dossier].name if row.dossier else ""
        past_rows.append(PastRow(row.stream, list_name(row), why, "", row.dossier, person))
    return past_rows
