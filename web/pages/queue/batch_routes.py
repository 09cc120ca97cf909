"""Several rows of Ma boîte at once: the preview, the commands, the way back."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.authorization import TASK_OWNERS
from web.desk.bulk import Outcomes
from web.desk.colleagues import takers
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.receipts import UndoForm
from web.french import batches as french
from web.french import vocabulary
from web.french.errors import missing
from web.http.forms import FormData, validate
from web.http.pagination import address
from web.http.templates import page
from web.pages.queue import batch

router = APIRouter()
AtQueue = Annotated[Desk, allowed(*TASK_OWNERS)]


@router.get("/boite/plusieurs")
def preview(request: Request, desk: AtQueue, do: str = "", task: Annotated[Sequence[str], Query()] = ()) -> Response:
    """The rows chosen, what would happen to each, and what to say once for all."""
    return _page(request, desk, do, task, {})


@router.post("/boite/plusieurs/{do}")
def act(request: Request, desk: AtQueue, do: str, data: FormData) -> Response:
    """One command for each row; where one was refused, every row is told at once."""
    if do not in batch.BATCHES:
        raise HTTPException(404)
    form, errors = validate(batch.BATCHES[do].model, data)
    if form and not batch.known(desk, form):
        errors = {"to": vocabulary.invalid("literal_error", {})}
    sent = data.get("task", [])
    picks = [sent] if isinstance(sent, str) else sent
    if form is None or errors or not batch.chosen(desk, picks):
        return _page(request, desk, do, picks, data, missing.named(errors), 422)
    return _answer(request, desk, batch.act(desk, do, form))


@router.post("/boite/annuler")
def undo(request: Request, desk: AtQueue, data: FormData) -> Response:
    """Everything that was done at once is taken back, but what something followed."""
    form, _ = validate(UndoForm, data)
    if form is None:
        raise HTTPException(422)
    return _answer(request, desk, batch.undo(desk, form))


def _answer(request: Request, desk: Desk, outcomes: Outcomes) -> Response:
    """See Ma boîte with what was recorded; the result of every row when one was refused."""
    if not outcomes.refused:
        return RedirectResponse(address("/boite", {"fait": outcomes.reference}), 303)
    desk.refresh()
    undo = outcomes.reference if batch.undoable(desk, outcomes.reference) else ""
    context = {"desk": desk, "receipt": outcomes.receipt(), "undo": undo, "errors": {}}
    return page(request, "queue/batch_done.html", context, block="batch", status=422)


def _page(
    request: Request,
    desk: Desk,
    do: str,
    picks: Sequence[str],
    sent: Mapping[str, Any],
    errors: Mapping[str, str] = {},
    status: int = 200,
) -> Response:
    if do not in batch.BATCHES:
        raise HTTPException(404)
    desk.refresh()
    found = batch.chosen(desk, picks)
    fit = [line for line in found if batch.BATCHES[do].fits(line)]
    context = {
        "desk": desk,
        "do": do,
        "french": french,
        "lines": [(line, batch.effect(desk, do, line)) for line in fit],
        "unfit": [line for line in found if line not in fit],
        "gone": len(set(picks)) - len(found),
        "people": [("", "Choisir…"), *takers(desk)],
        "values": batch.initial(desk, sent),
        "errors": {name: said for name, said in errors.items() if name not in ("task", "command_id", "seen")},
    }
    return page(request, "queue/batch.html", context, block="batch", status=status)
