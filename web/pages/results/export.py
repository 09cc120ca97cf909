"""The page of one import: what it recorded, how to take it back, and the rows that stay with their reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pixflow.events.base import Recorded
from pixflow.events.intake import ExportReceived, ExportTakenBack
from pixflow.importing import RecordedImport, read_import
from projections import result_routing
from web.desk import task_links
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import dates, matching
from web.french.events import sentences
from web.http.people import People, listed
from web.http.templates import Page


@dataclass(frozen=True, slots=True)
class StayingRow:
    """A participation that stays; `undo` is the address where its match is undone, "" where nothing is."""

    stream: UUID
    name: str
    why: str
    undo: str


@dataclass(frozen=True, kw_only=True)
class ExportPage(Page):
    """An import. `free` counts the rows that can be taken back, `kept` are those that stay.

    `taken_back` says who took the import back and when, "" while it counts. `later`: another export of the campaign
    came after it, and is taken back first.
    """

    template = "results/export.html"

    address: str
    title: str
    facts: Sequence[tuple[str, str]]
    campaign: UUID
    free: int
    kept: Sequence[StayingRow]
    taken_back: str
    later: bool
    error: str
    command_id: UUID

    @property
    def shows(self) -> People:
        return listed(row.stream for row in self.kept)


def recorded_import(desk: Desk, command: UUID) -> RecordedImport | None:
    """Returns the import of a command, as it counts now; None when it imported no export."""
    return read_import(desk.engine.events_of_command(command), desk.trails)


def export_page(desk: Desk, found: RecordedImport, error: str = "") -> ExportPage:
    event, trail = found.received.event, desk.trail(found.received.originator_id)
    assert isinstance(event, ExportReceived)
    undone = [one for one in trail if isinstance(one.event, ExportTakenBack)]
    struck = {one.event.version: one for one in undone if isinstance(one.event, ExportTakenBack)}
    mine = found.received.originator_version
    counting = [
        one.originator_version
        for one in trail
        if isinstance(one.event, ExportReceived) and one.originator_version not in struck
    ]
    return ExportPage(
        address=f"/resultats/exports/{found.command}",
        title=f"Export du {dates.instant(event.exported_at, desk.zone)}",
        facts=_facts(desk, found.received, event),
        campaign=event.campaign,
        free=len(found.free),
        kept=_kept(desk, found),
        taken_back=_by(desk, struck[mine]) if mine in struck else "",
        later=mine not in struck and counting[-1] != mine,
        error=error,
        command_id=desk.new_command(),
    )


def _facts(desk: Desk, recorded: Recorded, event: ExportReceived) -> list[tuple[str, str]]:
    return [
        ("Campagne", desk.refs.campaigns[event.campaign].name),
        ("Organisation", event.organisation or "pas encore lue par pixflow ce jour-là"),
        ("Importé", _by(desk, recorded)),
        ("Lignes", sentences.counts(event)),
    ]


def _by(desk: Desk, recorded: Recorded) -> str:
    return f"le {dates.instant(recorded.at, desk.zone)}, par {sentences.who(recorded, names_for(desk))}"


def _kept(desk: Desk, found: RecordedImport) -> list[StayingRow]:
    rows = [one for one in found.rows if one.why]
    known = result_routing.many(desk.read, {one.participation for one in rows})
    made = []
    for one in rows:
        row = known.get(one.participation)
        undo = task_links.dossier_form(one.dossier, "unmatch", str(one.participation)) if row and one.dossier else ""
        name = f"{row.last_name} {row.first_name}" if row else "une personne effacée"
        made.append(StayingRow(one.participation, name, matching.stays(one.why or ""), undo))
    return sorted(made, key=lambda one: one.name)
