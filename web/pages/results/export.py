"""One import: what it recorded, how to take it back, and the rows that stay with their reasons."""

from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.events.base import Recorded
from pixflow.events.intake import ExportReceived, ExportTakenBack
from pixflow.participation.campaign import take_back_export
from pixflow.result_import import RecordedImport, read_import
from projections import result_routing
from web.desk import task_links
from web.desk.commands import form_refusals, read_form, redraw
from web.desk.desk import Desk
from web.desk.imports import result_importer
from web.desk.names import names_for
from web.french import dates, matching
from web.french.events import sentences
from web.french.events.sentences import AT_ONCE
from web.http.forms import Form, FormData, OpenForm
from web.http.people import listed
from web.http.templates import show
from web.pages.results.files import BOARD, AtBoard

router = APIRouter()


def _page(request: Request, desk: Desk, imported: UUID, form: OpenForm | None = None) -> Response:
    """Shows an import, as it counts now. Raises 404 for a command that imported no export."""
    recorded_import = read_import(desk.engine.events_of_command(imported), desk.trails)
    if recorded_import is None:
        raise HTTPException(404)
    event, mine = recorded_import.received.event, recorded_import.received.originator_version
    assert isinstance(event, ExportReceived)
    trail = desk.trail(recorded_import.received.originator_id)
    taken_back = {undo.event.version: undo for undo in trail if isinstance(undo.event, ExportTakenBack)}
    exports = [known.originator_version for known in trail if isinstance(known.event, ExportReceived)]
    kept_rows = _list_remaining(desk, recorded_import)
    return show(
        request,
        "results/export.html",
        None,
        listed(stream for stream, _, _, _ in kept_rows),
        address=f"{BOARD}/exports/{imported}",
        title=f"Export du {dates.instant(event.exported_at, desk.zone)}",
        facts=[
            ("Campagne", desk.refs.campaigns[event.campaign].name),
            ("Organisation", event.organisation or "pas encore lue par pixflow ce jour-là"),
            ("Importé", _by(desk, recorded_import.received)),
            ("Lignes", sentences.counts(event)),
        ],
        campaign=event.campaign,
        free=len(recorded_import.free),
        kept=kept_rows,
        taken_back=_by(desk, taken_back[mine]) if mine in taken_back else "",
        later=mine not in taken_back and mine != max({*exports} - taken_back.keys()),
        errors=form.errors if form else {},
    )


def _by(desk: Desk, recorded: Recorded) -> str:
    return f"le {dates.instant(recorded.at, desk.zone)}, par {sentences.who(recorded, names_for(desk))}"


def _list_remaining(desk: Desk, one: RecordedImport) -> list[tuple[UUID, str, str, str]]:
    """Returns by name the participations that stay: their stream, name and reason, and the address of the undo."""
    rows = [row for row in one.rows if row.why]
    participations_by_id = result_routing.many(desk.read, {row.participation for row in rows})
    kept_rows = []
    for row in rows:
        stream, typed = row.participation, participations_by_id.get(row.participation)
        undo = task_links.dossier_form(row.dossier, "unmatch", str(stream)) if typed and row.dossier else ""
        name = f"{typed.last_name} {typed.first_name}" if typed else "une personne effacée"
        kept_rows.append((stream, name, matching.stays(row.why or ""), undo))
    return sorted(kept_rows, key=lambda row: row[1])


@router.get("/resultats/exports/{imported:uuid}")
def read(request: Request, desk: AtBoard, imported: UUID) -> Response:
    """Shows an import and what can be taken back of it."""
    return _page(request, desk, imported)


@router.post("/resultats/exports/{imported:uuid}/annuler")
@redraw(_page)
def take_back(request: Request, desk: AtBoard, imported: UUID, data: FormData) -> Response:
    """Takes an import back, but for the rows that something followed."""
    if not desk.engine.has_recorded(imported):
        raise HTTPException(404)
    form, by = read_form(Form, data), desk.by(take_back_export)
    with form_refusals(desk):
        importer = result_importer(desk.served)
        importer.take_back(imported, desk.trails, reason=AT_ONCE, by=by, command_id=form.command_id)
    return RedirectResponse(f"{BOARD}/exports/{imported}", 303)
