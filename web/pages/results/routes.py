"""Résultats: the board of the référent, and the routes that dispatch results or act on many rows."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.dossier.stages import prescription
from web.desk import receipts, undo
from web.desk.bulk import BulkOutcome
from web.desk.commands import record
from web.desk.desk import Desk
from web.desk.receipts import UndoForm
from web.http.addresses import Number
from web.http.forms import Form, FormData, validate
from web.pages.results import board, bulk
from web.pages.results.board_place import BoardPlace
from web.pages.results.board_response import AtBoard, Where, answer, draw_board, see_board, show_errors

router = APIRouter()
UNDO = "/resultats/annuler"


class DispatchForm(Form):
    dossier: UUID
    participation: UUID
    advisor: UUID | None = None


@router.get("/resultats")
def read(
    request: Request,
    desk: AtBoard,
    where: Where,
    formulaire: str = "",
    sur: UUID | None = None,
    recu: str = "",
    importe: Number = 0,
    deja: Number = 0,
) -> Response:
    """Shows the board. `formulaire` opens a form on the row `sur`; the others name what was just recorded."""
    receipt = undo.offer(desk, receipts.of_command(desk, recu), recu, UNDO)
    receipt = receipt or receipts.of_export(desk, importe) or receipts.of_known_file(desk, deja)
    return draw_board(request, desk, where, receipt=receipt, opened=board.blank(desk, formulaire, sur) if sur else None)


@router.post("/resultats/transmettre")
def dispatch(request: Request, desk: AtBoard, where: Where, data: FormData) -> Response:
    """Dispatches a result to the dossier's advisor, or to another one, who then follows the dossier."""
    form, errors = validate(DispatchForm, data)
    if form is None:
        return show_errors(request, desk, where, errors)
    advisor = form.advisor or desk.dossier(form.dossier).advisor
    if advisor not in dict(desk.staff("advisor")):
        return show_errors(request, desk, where, {"": "Choisissez une conseillère ou un conseiller de l’équipe."})
    outcome = record(
        desk,
        {"dossier": form.dossier},
        prescription.dispatch_result,
        command_id=form.command_id,
        participation=form.participation,
        advisor=advisor,
    )
    return answer(request, desk, where, outcome.refused, receipts.reference(outcome.recorded))


@router.post("/resultats/annuler")
def take_back(request: Request, desk: AtBoard, where: Where, data: FormData) -> Response:
    """Takes back what the board just recorded, but for the rows that something followed."""
    form, _ = validate(UndoForm, data)
    if form is None:
        raise HTTPException(422)
    return _see_or_show(request, desk, where, undo.undo(desk, form))


# --- many at once


@router.post("/resultats/confirmer-surs")
def confirm_sure(request: Request, desk: AtBoard, where: Where, data: FormData) -> Response:
    """Confirms the nearly certain matches that were shown."""
    return _many(request, desk, where, data, bulk.confirm)


@router.post("/resultats/transmettre-surs")
def dispatch_sure(request: Request, desk: AtBoard, where: Where, data: FormData) -> Response:
    """Dispatches the results that were shown, each to the advisor who follows the dossier."""
    return _many(request, desk, where, data, bulk.dispatch)


def _many(
    request: Request,
    desk: Desk,
    where: BoardPlace,
    data: Mapping[str, Any],
    do: Callable[[Desk, bulk.MatchPairsForm], BulkOutcome],
) -> Response:
    """Sends one command for each row."""
    form, errors = validate(bulk.MatchPairsForm, data)
    if form is None:
        return show_errors(request, desk, where, errors)
    return _see_or_show(request, desk, where, do(desk, form))


def _see_or_show(request: Request, desk: Desk, where: BoardPlace, outcomes: BulkOutcome) -> Response:
    """Redirects to the receipt on the board, or shows the result of every row when one was refused."""
    if not outcomes.refused:
        return see_board(where, outcomes.reference)
    desk.refresh()
    receipt = undo.offer(desk, outcomes.receipt(), outcomes.reference, UNDO)
    return draw_board(request, desk, where, receipt=receipt, status=422)
