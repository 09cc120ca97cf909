"""The routes that match a participation with a dossier, or set it aside."""

from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import Field

from pixflow.dossier import identity
from pixflow.engine import CommandResult, Step, new_id
from pixflow.participation import matches, scoring
from pixflow.participation.scoring import Person
from pixflow.refused import Refused
from projections import directory, match_proposals, result_routing
from web.desk import receipts, refusals
from web.desk.commands import record
from web.desk.desk import Desk
from web.french import validation
from web.french.errors import missing
from web.http.forms import Day, Form, FormData, text_of, validate
from web.pages.results import board, bulk
from web.pages.results.auto_match import match_waiting
from web.pages.results.board import BoardForm
from web.pages.results.board_place import BoardPlace
from web.pages.results.board_response import AtBoard, Where, answer, draw_board, see_board, show_errors, show_form
from web.pages.search import lookup

router = APIRouter()


class ConfirmMatchForm(Form):
    dossier: UUID


class RejectForm(Form):
    dossier: tuple[UUID, ...] = Field(min_length=1)


class SetAsideForm(Form):
    reason: str


class NewDossierForm(Form):
    last_name: str
    first_name: str
    birth_date: Day | None = None
    imilo_number: str | None = None
    site: str
    programme: str | None = None
    advisor: UUID | None = None


@router.post("/resultats/{participation:uuid}/confirmer")
def confirm(request: Request, desk: AtBoard, where: Where, participation: UUID, data: FormData) -> Response:
    """Confirms that the participation is that young person's, and those that wait under the same name and number."""
    form, errors = validate(ConfirmMatchForm, data)
    row = result_routing.one(desk.read, participation)
    person = directory.named(desk.read, [form.dossier]).get(form.dossier) if form else None
    if form is None or row is None or person is None:
        return show_errors(request, desk, where, errors or refusals.field_errors(desk, Refused("unknown-dossier")))
    steps = [
        Step(
            {"participation": one.stream, "dossier": form.dossier},
            matches.confirm_match,
            context=bulk.confirmation(desk, one, person),
        )
        for one in (row, *bulk.alike(desk, row, form.dossier))
    ]
    return _together(request, desk, where, steps, ("confirm", participation, form.dossier), form.command_id)


@router.post("/resultats/{participation:uuid}/aucun")
def reject(request: Request, desk: AtBoard, where: Where, participation: UUID, data: FormData) -> Response:
    """Rejects the dossiers proposed."""
    form, errors = validate(RejectForm, data)
    if form is None:
        return show_errors(request, desk, where, errors)
    ids = form.dossier
    steps = [Step({"participation": participation}, matches.reject_match, {"dossier": id}) for id in ids]
    return _together(request, desk, where, steps, ("reject", participation, ids), form.command_id)


@router.post("/resultats/{participation:uuid}/chercher")
def search(request: Request, desk: AtBoard, where: Where, participation: UUID, data: FormData) -> Response:
    """Searches another dossier by name or number. A POST: no name stands in an address or a log."""
    looked = lookup.look(desk, text_of(data, "q"), 20)
    found = [board.candidate(desk, one) for one in looked.everyone]
    return draw_board(
        request, desk, where, opened=BoardForm("other", str(participation), {"q": looked.text}, found=found)
    )


@router.post("/resultats/{participation:uuid}/nouveau")
def open_dossier(request: Request, desk: AtBoard, where: Where, participation: UUID, data: FormData) -> Response:
    """Opens a dossier for the participation and matches them, in one transaction."""
    form, errors = validate(NewDossierForm, data)
    errors = missing.named(errors) or (_unknown(desk, form) if form else {})
    row = result_routing.one(desk.read, participation)
    if row is None:
        raise HTTPException(404)
    if form is None or errors:
        return show_form(request, desk, where, BoardForm("new", str(participation), data, errors))
    id = new_id(form.command_id, "dossier")
    sent = form.model_dump(exclude={"command_id", "seen"}) | {"programme": form.programme or ""}
    person = Person(form.last_name, form.first_name, form.imilo_number, form.birth_date)
    match = scoring.score(match_proposals.participant(row), person) or match_proposals.BY_HAND
    steps = [
        Step({"dossier": id}, identity.open_dossier, sent),
        Step(
            {"participation": participation, "dossier": id},
            matches.confirm_match,
            context=match_proposals.confirmation(match),
        ),
    ]
    try:
        done = _execute(desk, steps, ("open", participation, sent), form.command_id)
    except Refused as refused:
        errors = refusals.field_errors(desk, refused, taken="imilo_number")
        if "" in errors:
            return show_errors(request, desk, where, errors)
        return show_form(request, desk, where, BoardForm("new", str(participation), data, errors))
    desk.refresh()
    match_waiting(desk, id, identity.canonical_number(form.imilo_number), command_id=form.command_id)
    return see_board(where, receipts.reference(done.recorded))


@router.post("/resultats/{participation:uuid}/ecarter")
def set_aside(request: Request, desk: AtBoard, where: Where, participation: UUID, data: FormData) -> Response:
    """Sets the participation aside: it is nobody's here."""
    form, errors = validate(SetAsideForm, data)
    if form is None:
        return show_form(request, desk, where, BoardForm("aside", str(participation), data, missing.named(errors)))
    streams = {"participation": participation}
    outcome = record(desk, streams, matches.set_participation_aside, command_id=form.command_id, reason=form.reason)
    return answer(request, desk, where, outcome.refused, receipts.reference(outcome.recorded))


@router.post("/resultats/{participation:uuid}/reprendre")
def undo_set_aside(request: Request, desk: AtBoard, where: Where, participation: UUID, data: FormData) -> Response:
    """Undoes that it was set aside."""
    form, errors = validate(Form, data)
    if form is None:
        return show_errors(request, desk, where, errors)
    outcome = record(
        desk,
        {"participation": participation},
        matches.undo_set_aside,
        command_id=form.command_id,
        reason="remise à rapprocher",
    )
    return answer(request, desk, where, outcome.refused, receipts.reference(outcome.recorded))


def _together(
    request: Request, desk: Desk, where: BoardPlace, steps: list[Step], sent: object, command_id: UUID
) -> Response:
    try:
        done = _execute(desk, steps, sent, command_id)
    except Refused as refused:
        return answer(request, desk, where, refused, "")
    return answer(request, desk, where, None, receipts.reference(done.recorded))


def _execute(desk: Desk, steps: list[Step], sent: object, command_id: UUID) -> CommandResult:
    by = desk.by(steps[-1].decision)
    return desk.engine.execute_all(steps, sent, by=by, command_id=command_id, via="web")


def _unknown(desk: Desk, form: NewDossierForm) -> dict[str, str]:
    """Returns an error for each choice that is not on its list."""
    off = validation.invalid("literal_error", {})
    site = {} if form.site in desk.refs.structure.sites else {"site": off}
    unknown = form.advisor and form.advisor not in dict(desk.staff("advisor"))
    return site | ({"advisor": off} if unknown else {})
