"""An import: a file is chosen, its changes previewed, its questions answered, recorded or cancelled."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ConfigDict

from pixflow.documents.grille import percent
from pixflow.events.base import Recorded
from pixflow.events.intake import ExportReceived
from pixflow.events.values import CampaignKind
from pixflow.participation.campaign import receive_export
from pixflow.pix_orga import read_cells
from pixflow.refused import Refused
from pixflow.result_import import Answers, ImportPreview, KeptExport, PreparedExport, Question, RowChange, intake_id
from web.desk import imports, refusals
from web.desk.commands import check, form_refusals, read_form, redraw
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.french import dates, matching, typography, validation, vocabulary
from web.french.dossier import path, profiles
from web.french.errors import files
from web.french.typography import say
from web.http.addresses import SIZE, PageNumber, Pager
from web.http.forms import Form, FormData, OpenForm, UploadData, read_address, salvage
from web.http.people import NOBODY, listed
from web.http.templates import show
from web.pages.results import activity

router = APIRouter()
AtBoard = Annotated[Desk, allowed("referent")]
FIRST_QUESTIONS = ("external-id-column", "exported-at")
ORDER = ("vanished", "shared", "corrected", "progressed", "returned", "new", "left")
NOTHING = "-"


class AnswersForm(Form):
    """The answers. The column is a header; `-` means none of them, for an emptied field has no value.

    Headers and names keep their spaces: they are compared with those of the file.
    """

    model_config = ConfigDict(str_strip_whitespace=False)

    exported_at: str | None = None
    external_id_column: str | None = None
    vanished: Literal["accept"] | None = None
    doubtful: Literal["leave", "record"] | None = None
    organisation: str | None = None


SHARED: dict[CampaignKind, tuple[str, str]] = {
    "assessment": ("résultat partagé", "résultats partagés"),
    "profile": ("profil partagé", "profils partagés"),
}
FIELDS = {
    "external-id-column": "external_id_column",
    "exported-at": "exported_at",
    "organisation": "organisation",
    "vanished": "vanished",
    "doubtful-rows": "doubtful",
}


@router.post("/resultats/import")
def choose(request: Request, desk: AtBoard, data: UploadData) -> Response:
    """Keeps the file until it is recorded; one that is refused, or recorded already, is not kept."""
    sent = imports.sent_file(data, "export")
    if sent is None:
        return RedirectResponse("/resultats", 303)
    content, name = sent
    export = read_cells(content, name)
    prepared = imports.result_importer(desk.served).prepare(content, name, reader=lambda *_: export)
    if prepared.preview is None:
        problems = [(one.severity, files.problem(one.code, one.line, one.details)) for one in prepared.export.problems]
        return show(
            request,
            "results/refused.html",
            "refused",
            NOBODY,
            file=name,
            problems=[sentence for severity, sentence in problems if severity == "refused"],
            remarks=[sentence for severity, sentence in problems if severity != "refused"],
            status=422,
        )
    if prepared.preview.seen_before:
        return RedirectResponse(f"/resultats?deja={_recorded_at(desk, prepared)}", 303)
    uploads = imports.uploads_of(desk)
    token = uploads.keep(content, name)
    KeptExport(uploads, token).store(export)
    return RedirectResponse(f"/resultats/import/{token}", 303)


@router.get("/resultats/import/{token}")
def preview(request: Request, desk: AtBoard, token: str, p: PageNumber = 1) -> Response:
    """Shows what the file would change. The address has the answers to the first questions."""
    said = read_address(AnswersForm, request)
    return _page(request, desk, token, OpenForm("import", values=said.model_dump(exclude_none=True)), p)


def _page(request: Request, desk: Desk, token: str, form: OpenForm, number: int = 1) -> Response:
    """Draws the preview with the answers that can be read of a form."""
    said = salvage(AnswersForm, form.values)
    answers, errors = _answers(desk, said)
    errors |= form.errors
    try:
        name, _, preview = _prepare(desk, token, answers)
    except Refused as refused:
        if refused.code == "unknown-column":
            nothing = OpenForm("import", errors={"": refusals.sentence(desk, refused)})
            return _page(request, desk, token, nothing, number)
        return show(request, "results/gone.html", None, NOBODY, export=activity.export(desk), status=410)
    values = {field: value for field in FIELDS.values() if (value := getattr(said, field))}
    pager = Pager.at(len(preview.changes), number, f"/resultats/import/{token}", values, anchor="#lignes")
    changes = sorted(preview.changes, key=lambda change: ORDER.index(change.what))
    changes = changes[pager.offset : pager.offset + SIZE]
    return show(
        request,
        "results/import.html",
        "import",
        listed(one.participation for one in changes),
        token=token,
        file=name,
        misfit=profiles.KINDS[preview.kind] if preview.misfit else "",
        campaign_id=preview.campaign_id,
        facts=_facts(desk, preview),
        counts=preview.counts,
        first=[_question(one) for one in preview.questions if one.code in FIRST_QUESTIONS],
        last=[_question(one) for one in preview.questions if one.code not in FIRST_QUESTIONS],
        kept=values,
        form=OpenForm("import", values=values, errors=errors),
        errors=errors,
        changes=[(one, _phrase_change(one, preview.kind)) for one in changes],
        told=matching.CHANGES,
        doubts=matching.DOUBTS,
        part=path.part,
        pager=pager,
        problems=[files.problem(one.code, one.line, one.details) for one in preview.problems],
        older=dates.instant(preview.newest, desk.zone) if preview.older and preview.newest else "",
    )


def _prepare(desk: Desk, token: str, answers: Answers) -> tuple[str, PreparedExport, ImportPreview]:
    """Returns the file's name, and what it would change. Raises Refused; another page's file counts as gone."""
    uploads = imports.uploads_of(desk)
    content, name = uploads.get(token)
    reader = KeptExport(uploads, token)
    if not reader.is_stored():
        raise Refused("upload-gone")
    prepared = imports.result_importer(desk.served).prepare(content, name, answers, reader)
    assert prepared.preview, "only a file that can be read is stored"
    return name, prepared, prepared.preview


@router.post("/resultats/import/{token}")
@redraw(_page)
def record(request: Request, desk: AtBoard, token: str, data: FormData) -> Response:
    """Records the file, once every question is answered."""
    form = read_form(AnswersForm, data)
    if position := _received(desk.engine.events_of_command(form.command_id)):
        return RedirectResponse(f"/resultats?importe={position}", 303)  # this very form was sent before
    answers, errors = _answers(desk, form)
    with form_refusals(desk):
        _, prepared, preview = _prepare(desk, token, answers)
        check(
            {FIELDS[one.code]: f"Dites d’abord {matching.phrase_unanswered(one.code)}." for one in preview.questions}
            | errors
        )
        importer = imports.result_importer(desk.served)
        done = importer.record(prepared, by=desk.by(receive_export), command_id=form.command_id).done
    imports.uploads_of(desk).discard(token)
    if position := _received(done.recorded):
        return RedirectResponse(f"/resultats?importe={position}", 303)
    desk.refresh()
    return RedirectResponse(f"/resultats?deja={_recorded_at(desk, prepared)}", 303)


@router.post("/resultats/import/{token}/annuler")
def cancel(desk: AtBoard, token: str) -> Response:
    """Deletes the file; nothing was recorded."""
    return imports.cancel(desk, token, "/resultats")


# --- what the preview shows


def _answers(desk: Desk, form: AnswersForm) -> tuple[Answers, dict[str, str]]:
    """Returns the answers, and an error for each field that cannot be read."""
    at, errors = None, {}
    if form.exported_at:
        try:
            at = datetime.fromisoformat(form.exported_at).replace(tzinfo=ZoneInfo(desk.zone)).astimezone(UTC)
        except ValueError:
            errors["exported_at"] = validation.invalid("datetime_parsing", {})
        if at and at > desk.engine.clock():
            at, errors["exported_at"] = None, "Cette heure est à venir : écrivez celle de l’export."
    return Answers(
        exported_at=at,
        external_id_column="" if form.external_id_column == NOTHING else form.external_id_column,
        accept_vanished=form.vanished == "accept",
        doubtful=form.doubtful,
        organisation=form.organisation,
    ), errors


def _recorded_at(desk: Desk, prepared: PreparedExport) -> int:
    """Returns the position of the event that recorded this very file, 0 when there is none."""
    campaign = prepared.preview.campaign_id if prepared.preview else None
    trail = desk.trails([intake_id(campaign)]).get(intake_id(campaign), []) if campaign else []
    return _received([one for one in trail if getattr(one.event, "digest", None) == prepared.digest])


def _received(recorded: Iterable[Recorded]) -> int:
    """Returns the position of the first export among these events, 0 for none."""
    return next((one.position for one in recorded if isinstance(one.event, ExportReceived)), 0)


def _facts(desk: Desk, preview: ImportPreview) -> list[tuple[str, str]]:
    """Returns the facts of the file: campaign, kind, time of the export, number of rows."""
    campaign = preview.campaign
    code = f", code {campaign.code}" if campaign.code else ""
    undeclared = "pas encore déclarée : les résultats attendront qu’elle le soit"
    purpose = vocabulary.PURPOSES[preview.purpose] if preview.purpose else undeclared
    when = dates.instant(preview.exported_at, desk.zone) if preview.exported_at else "à préciser"
    rows = f"{typography.plural(preview.rows, 'participation')} de {typography.plural(preview.people, 'personne')}"
    shared = typography.plural(preview.with_result, *SHARED[preview.kind])
    organisation = preview.organisation
    if not preview.own:
        text = "{name} : elle sera reconnue comme celle de la structure, dont aucune n’est encore connue"
        organisation = say(text, name=organisation)
    return [
        ("Organisation", organisation),
        ("Campagne", f"{campaign.name} (n°{typography.NBSP}{campaign.id}{code})"),
        ("Usage", purpose),
        ("Genre", profiles.KINDS[preview.kind]),
        ("Exporté le", when),
        ("Contenu", f"{rows}, {shared}"),
    ]


def _phrase_change(change: RowChange, kind: CampaignKind) -> str:
    if change.what == "vanished":
        return ""
    if change.mastery is not None:
        return f"résultat {typography.percent(percent(change.mastery))}"
    if kind == "profile":
        return profiles.short(change.pix, change.certifiable) if change.shared else "pas encore partagé"
    if change.shared:
        return "résultat sans score"
    return "en cours" if change.progress is None else f"{path.part(change.progress)}, non partagé"


def _question(question: Question) -> dict[str, Any]:
    """Returns a question and its control: radios over `choices`, or a date and time when there is none."""
    code = question.code
    values = {"vanished": ("accept",), "external-id-column": (*question.choices[:-1], NOTHING)}.get(
        code, question.choices
    )
    return {
        "name": FIELDS[code],
        "question": matching.question(code, question.count, question.among),
        "explanation": matching.explanation(code),
        "choices": [(value, matching.choice(code, "" if value == NOTHING else value)) for value in values],
    }
