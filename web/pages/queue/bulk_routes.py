"""The routes of a bulk of Ma boîte: its preview, its commands, its undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.authorization import TASK_OWNERS
from web.desk import undo
from web.desk.bulk import BulkOutcome
from web.desk.colleagues import takers
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.receipts import Receipt, UndoForm
from web.french import bulk as french
from web.french import validation
from web.french.errors import missing
from web.http.forms import FormData, OpenForm, every, validate
from web.http.pagination import address
from web.http.people import People, listed
from web.http.templates import Page, page
from web.pages.queue import bulk
from web.pages.queue.rows import QueueRow

router = APIRouter()
UNDO = "/boite/annuler"
AtQueue = Annotated[Desk, allowed(*TASK_OWNERS)]


@dataclass(frozen=True, slots=True)
class BulkRow:
    """A row of the preview: `label` names the young person and the task, `effect` says what would happen."""

    pick: str
    name: str
    programme: str | None
    label: str
    verb: str
    why: str
    effect: str


@dataclass(frozen=True, kw_only=True)
class BulkPage(Page):
    """The preview of a bulk, whose form has the name of its action. `unfit` labels the rows left out; `gone` counts
    those that are no more at this desk."""

    template = "queue/bulk.html"
    block = "bulk"

    form: OpenForm
    title: str
    about: str
    button: str
    rows: Sequence[BulkRow]
    unfit: Sequence[str]
    why_unfit: str
    gone: int
    people: Sequence[tuple[UUID | str, str]]
    today: date

    @property
    def shows(self) -> People:
        return listed(more=len(self.rows) + len(self.unfit))


@dataclass(frozen=True, kw_only=True)
class BulkDonePage(Page):
    """The result of every row of a bulk, when one was refused."""

    template = "queue/bulk_done.html"
    block = "bulk"

    receipt: Receipt

    @property
    def shows(self) -> People:
        return listed(more=len(self.receipt.lines))


@router.get("/boite/plusieurs")
def preview(
    request: Request, desk: AtQueue, faire: str = "", tache: Annotated[Sequence[str], Query()] = ()
) -> Response:
    """Shows the rows that were ticked, what would happen to each, and the form of the action `faire`."""
    return _preview(request, desk, faire, tache, {})


@router.post("/boite/plusieurs/{do}")
def act(request: Request, desk: AtQueue, do: str, data: FormData) -> Response:
    """Sends one command for each row. When one is refused, shows the result of every row."""
    if do not in bulk.ACTIONS:
        raise HTTPException(404)
    form, errors = validate(bulk.ACTIONS[do].model, data)
    if form and not bulk.known(desk, form):
        errors = {"to": validation.invalid("literal_error", {})}
    picks = every(data, "task")
    if form is None or errors or not bulk.chosen(desk, picks):
        return _preview(request, desk, do, picks, data, missing.named(errors), 422)
    return _answer(request, desk, bulk.act(desk, do, form))


@router.post("/boite/annuler")
def take_back(request: Request, desk: AtQueue, data: FormData) -> Response:
    """Undoes a bulk, but for the rows that something followed."""
    form, _ = validate(UndoForm, data)
    if form is None:
        raise HTTPException(422)
    return _answer(request, desk, undo.undo(desk, form))


def _answer(request: Request, desk: Desk, outcomes: BulkOutcome) -> Response:
    """Redirects to the receipt in Ma boîte, or shows the result of every row when one was refused."""
    if not outcomes.refused:
        return RedirectResponse(address("/boite", {"recu": outcomes.reference}), 303)
    desk.refresh()
    receipt = outcomes.receipt()
    shown = undo.offer(desk, receipt, outcomes.reference, UNDO) or receipt
    return page(request, BulkDonePage(receipt=shown), status=422)


def _preview(
    request: Request,
    desk: Desk,
    do: str,
    picks: Sequence[str],
    sent: Mapping[str, Any],
    errors: Mapping[str, str] = {},
    status: int = 200,
) -> Response:
    if do not in bulk.ACTIONS:
        raise HTTPException(404)
    desk.refresh()
    found = bulk.chosen(desk, picks)
    fit = [row for row in found if bulk.ACTIONS[do].fits(row)]
    shown = {name: text for name, text in errors.items() if name not in ("task", "command_id", "seen")}
    preview = BulkPage(
        form=OpenForm(do, values=sent, errors=shown),
        title=french.title(do, len(fit)) if fit else french.TITLES[do],
        about=french.ABOUT[do],
        button=french.BUTTONS[do],
        rows=[_bulk_row(row, bulk.effect(desk, do, row)) for row in fit],
        unfit=[french.row(row.name, row.line.verb) for row in found if row not in fit],
        why_unfit=french.UNFIT[do],
        gone=len(set(picks)) - len(found),
        people=[("", "Choisir…"), *takers(desk)],
        today=desk.today,
    )
    return page(request, preview, status=status)


def _bulk_row(row: QueueRow, effect: str) -> BulkRow:
    label = french.row(row.name, row.line.verb)
    return BulkRow(row.pick, row.name, row.programme, label, row.line.verb, row.line.why, effect)
