"""Résultats: the référent's board; whose each participation is, and which advisor each result goes to."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.dossier import identity
from pixflow.dossier.stages import prescription
from pixflow.engine import CommandResult, Step, new_id
from pixflow.participation import matches, matching
from pixflow.participation.matching import Person
from pixflow.refused import Refused
from projections import directory, match_proposals, result_routing
from web.desk import bulk as desk_bulk
from web.desk import receipts
from web.desk.commands import record
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import vocabulary
from web.french.errors import missing, refusals
from web.http.forms import Day, Form, FormData, validate
from web.http.pagination import address
from web.http.templates import page
from web.pages.results import board, bulk
from web.pages.results.auto_match import match_waiting
from web.pages.results.board import OpenForm, Place
from web.pages.search import lookup

router = APIRouter()
AtBoard = Annotated[Desk, allowed("referent")]
Number = Annotated[int, Query(ge=1)]


class Choice(Form):
    dossier: UUID


class Refusal(Form):
    dossier: tuple[UUID, ...]


class Aside(Form):
    reason: str


class Opening(Form):
    last_name: str
    first_name: str
    birth_date: Day | None = None
    imilo_number: str | None = None
    site: str
    programme: str | None = None
    advisor: UUID | None = None


class Dispatch(Form):
    dossier: UUID
    participation: UUID
    advisor: UUID | None = None


def place(p: Number = 1, t: Number = 1, e: Number = 1, d: Number = 1, s: Number = 1) -> Place:
    return Place(p, t, e, d, s)


Where = Annotated[Place, Depends(place)]


@router.get("/resultats")
def read(
    request: Request,
    desk: AtBoard,
    where: Where,
    form: str = "",
    sur: UUID | None = None,
    fait: str = "",
    importe: Annotated[int, Query(ge=0, le=2**53)] = 0,
    deja: int = 0,
) -> Response:
    """The board. `form` opens a form on the row `sur`; the others say what was just done."""
    said = receipts.describe(desk, fait) or receipts.imported(desk, importe) or receipts.already(desk, deja)
    return _board(request, desk, where, receipt=said, opened=board.blank(desk, form, sur) if sur else None)


# --- whose it is


@router.post("/resultats/{participation:uuid}/confirmer")
def confirm(request: Request, desk: AtBoard, where: Where, participation: UUID, data: FormData) -> Response:
    """It is this young person's."""
    form, errors = validate(Choice, data)
    row = result_routing.one(desk.read, participation)
    person = directory.named(desk.read, [form.dossier]).get(form.dossier) if form else None
    if form is None or row is None or person is None:
        return _refused(request, desk, where, errors or {"": refusals.refusal("unknown-dossier", {}, names_for(desk))})
    outcome = record(
        desk,
        {"participation": participation, "dossier": form.dossier},
        matches.confirm_match,
        command_id=form.command_id,
        context=bulk.confirmation(desk, row, person),
    )
    return _answer(request, desk, where, outcome.refused, receipts.reference(outcome.recorded))


@router.post("/resultats/{participation:uuid}/aucun")
def reject(request: Request, desk: AtBoard, where: Where, participation: UUID, data: FormData) -> Response:
    """None of those proposed."""
    form, errors = validate(Refusal, data)
    if form is None:
        return _refused(request, desk, where, errors)
    ids = form.dossier
    steps = [Step({"participation": participation}, matches.reject_match, {"dossier": id}) for id in ids]
    return _together(request, desk, where, steps, ("reject", participation, ids), form.command_id)


@router.post("/resultats/{participation:uuid}/chercher")
def search(request: Request, desk: AtBoard, where: Where, participation: UUID, data: FormData) -> Response:
    """Another dossier, by name or number: a POST, so that no name stands in an address or a log."""
    looked = lookup.look(desk, data.get("q", ""), 20)
    found = [board.candidate(desk, one) for one in looked.everyone]
    return _board(request, desk, where, opened=OpenForm("other", participation, {"q": looked.text}, found=found))


@router.post("/resultats/{participation:uuid}/nouveau")
def open_dossier(request: Request, desk: AtBoard, where: Where, participation: UUID, data: FormData) -> Response:
    """A dossier opened for this participation, and matched with it, in one transaction."""
    form, errors = validate(Opening, data)
    errors = missing.named(errors) or (_unknown(desk, form) if form else {})
    row = result_routing.one(desk.read, participation)
    if row is None:
        raise HTTPException(404)
    if form is None or errors:
        return _again(request, desk, where, OpenForm("new", participation, data, errors))
    id = new_id(form.command_id, "dossier")
    sent = form.model_dump(exclude={"command_id", "seen"}) | {"programme": form.programme or ""}
    person = Person(form.last_name, form.first_name, form.imilo_number, form.birth_date)
    match = matching.score(match_proposals.participant(row), person) or match_proposals.BY_HAND
    steps = [
        Step({"dossier": id}, identity.open_dossier, sent),
        Step(
            {"participation": participation, "dossier": id},
            matches.confirm_match,
            context=match_proposals.told(match),
        ),
    ]
    try:
        done = _execute(desk, steps, ("open", participation, sent), form.command_id)
    except Refused as refused:
        field = "imilo_number" if refused.code == "taken" else str(refused.details.get("field", ""))
        if not field:
            return _answer(request, desk, where, refused, "")
        errors = {field: refusals.refusal(refused.code, refused.details, names_for(desk))}
        return _again(request, desk, where, OpenForm("new", participation, data, errors))
    desk.refresh()
    match_waiting(desk, id, identity.canonical_number(form.imilo_number), command_id=form.command_id)
    return _next(where, receipts.reference(done.recorded))


@router.post("/resultats/{participation:uuid}/ecarter")
def set_aside(request: Request, desk: AtBoard, where: Where, participation: UUID, data: FormData) -> Response:
    """Nobody's here."""
    form, errors = validate(Aside, data)
    if form is None:
        return _again(request, desk, where, OpenForm("aside", participation, data, missing.named(errors)))
    streams = {"participation": participation}
    outcome = record(desk, streams, matches.set_participation_aside, command_id=form.command_id, reason=form.reason)
    return _answer(request, desk, where, outcome.refused, receipts.reference(outcome.recorded))


@router.post("/resultats/{participation:uuid}/reprendre")
def bring_back(request: Request, desk: AtBoard, where: Where, participation: UUID, data: FormData) -> Response:
    """It was set aside by mistake."""
    form, errors = validate(Form, data)
    if form is None:
        return _refused(request, desk, where, errors)
    outcome = record(
        desk,
        {"participation": participation},
        matches.undo_set_aside,
        command_id=form.command_id,
        reason="remise à rapprocher",
    )
    return _answer(request, desk, where, outcome.refused, receipts.reference(outcome.recorded))


# --- whom it goes to


@router.post("/resultats/transmettre")
def dispatch(request: Request, desk: AtBoard, where: Where, data: FormData) -> Response:
    """One result, to the dossier's advisor or to another one, who then follows the dossier."""
    form, errors = validate(Dispatch, data)
    if form is None:
        return _refused(request, desk, where, errors)
    advisor = form.advisor or desk.dossier(form.dossier).advisor
    if advisor not in dict(desk.staff("advisor")):
        return _refused(request, desk, where, {"": "Choisissez une conseillère ou un conseiller de l’équipe."})
    outcome = record(
        desk,
        {"dossier": form.dossier},
        prescription.dispatch_result,
        command_id=form.command_id,
        participation=form.participation,
        advisor=advisor,
    )
    return _answer(request, desk, where, outcome.refused, receipts.reference(outcome.recorded))


# --- many at once


@router.post("/resultats/confirmer-surs")
def confirm_sure(request: Request, desk: AtBoard, where: Where, data: FormData) -> Response:
    """The nearly certain matches that were shown."""
    return _many(request, desk, where, data, bulk.confirm)


@router.post("/resultats/transmettre-surs")
def dispatch_sure(request: Request, desk: AtBoard, where: Where, data: FormData) -> Response:
    """The results that were shown, each to the advisor who follows the dossier."""
    return _many(request, desk, where, data, bulk.dispatch)


def _many(
    request: Request,
    desk: Desk,
    where: Place,
    data: Mapping[str, Any],
    do: Callable[[Desk, bulk.Pairs], desk_bulk.Outcomes],
) -> Response:
    """One command for each, one result a row; where one was refused, every row is told at once."""
    form, errors = validate(bulk.Pairs, data)
    if form is None:
        return _refused(request, desk, where, errors)
    outcomes = do(desk, form)
    if outcomes.refused:
        desk.refresh()
        return _board(request, desk, where, receipt=outcomes.receipt(), status=422)
    return _next(where, outcomes.reference)


# --- answers


def _together(
    request: Request, desk: Desk, where: Place, steps: list[Step], said: object, command_id: UUID
) -> Response:
    try:
        done = _execute(desk, steps, said, command_id)
    except Refused as refused:
        return _answer(request, desk, where, refused, "")
    return _answer(request, desk, where, None, receipts.reference(done.recorded))


def _execute(desk: Desk, steps: list[Step], said: object, command_id: UUID) -> CommandResult:
    by = desk.by(steps[-1].decision)
    return desk.engine.execute_all(steps, said, by=by, command_id=command_id, via="web")


def _answer(request: Request, desk: Desk, where: Place, refused: Refused | None, fait: str) -> Response:
    if refused is None:
        return _next(where, fait)
    return _refused(request, desk, where, {"": refusals.refusal(refused.code, refused.details, names_for(desk))})


def _next(where: Place, fait: str) -> Response:
    return RedirectResponse(address("/resultats", {**where.params(), "fait": fait}), 303)


def _refused(request: Request, desk: Desk, where: Place, errors: Mapping[str, str]) -> Response:
    desk.refresh()
    return _board(request, desk, where, errors={"": " ".join(dict.fromkeys(errors.values()))}, status=422)


def _again(request: Request, desk: Desk, where: Place, opened: OpenForm) -> Response:
    desk.refresh()
    return _board(request, desk, where, opened=opened, status=422)


def _board(request: Request, desk: Desk, where: Place, *, status: int = 200, **shown: Any) -> Response:
    response = page(request, "results/board.html", board.context(desk, where, **shown), block="board", status=status)
    if status == 422:
        response.headers["HX-Replace-Url"] = "false"
    return response


def _unknown(desk: Desk, form: Opening) -> dict[str, str]:
    """What is chosen from a list must be on it."""
    off = vocabulary.invalid("literal_error", {})
    site = {} if form.site in desk.refs.structure.sites else {"site": off}
    unknown = form.advisor and form.advisor not in dict(desk.staff("advisor"))
    return site | ({"advisor": off} if unknown else {})
