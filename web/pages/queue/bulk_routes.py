"""The routes of a bulk of Ma boîte: its preview, its commands, its undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.authorization import TASK_OWNERS
from projections.advisor_queue import QueueFilter
from web.desk import undo
from web.desk.bulk import BulkOutcome
from web.desk.colleagues import takers
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.receipts import Receipt, UndoForm
from web.desk.team.proposals import advisors
from web.french import bulk as french
from web.french.errors import missing
from web.http.forms import FormData, OpenForm, every, validate
from web.http.pagination import address
from web.http.people import People, listed
from web.http.templates import Page, page
from web.pages.dossier import open_form, tasks
from web.pages.queue import bulk
from web.pages.queue.rows import QueueRow

router = APIRouter()
UNDO = "/boite/annuler"
AtQueue = Annotated[Desk, allowed(*TASK_OWNERS, "manager")]


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
    """The preview of a bulk, whose form has the name of its action; `receipt` is the result of the rows just sent.

    `unfit` labels the rows left out; `gone` counts those that are no more at this desk. `left`: others wait for the
    next time. `nothing_ticked`: the rows are there to be ticked. `lists` are the choices of the fields.
    """

    template = "queue/bulk.html"
    block = "bulk"

    form: OpenForm
    receipt: Receipt | None
    title: str
    about: str
    button: str
    rows: Sequence[BulkRow]
    left: bool
    nothing_ticked: bool
    unfit: Sequence[str]
    why_unfit: str
    gone: int
    lists: Mapping[str, Sequence[tuple[object, str]]]
    today: date

    @property
    def shows(self) -> People:
        more = len(self.unfit) + (len(self.receipt.lines) if self.receipt else 0)
        return listed((UUID(row.pick.partition(" ")[0]) for row in self.rows), more=more)


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
    request: Request,
    desk: AtQueue,
    faire: str = "",
    tache: Annotated[Sequence[str], Query()] = (),
    etape: str = "",
    programme: str = "",
    site: str = "",
    pour: str = "",
    groupe: str = "",
    retard: str = "",
) -> Response:
    """Shows the rows that were ticked, what would happen to each, and the form of the action `faire`.

    Without any, takes the rows of Ma boîte that the action is made for, with the filters of the page; or the rows of
    its pile, of the band of lateness `retard`. An action that is made for none shows those that it fits, to be ticked.
    """
    if faire not in bulk.ACTIONS:
        raise HTTPException(404)
    wanted = QueueFilter("", etape, programme, site, pour if pour in map(str, desk.owners) else "", groupe)
    picks = tache or [row.pick for row in _unticked(desk, faire, wanted, retard)]
    values = {"on": desk.today.isoformat(), "or_wait": "true"}
    waits = not tache and not bulk.ACTIONS[faire].alone
    return _preview(request, desk, faire, picks[: bulk.MOST], values, left=len(picks) > bulk.MOST, nothing_ticked=waits)


def _unticked(desk: Desk, name: str, wanted: QueueFilter, band: str) -> list[QueueRow]:
    return bulk.unticked_of_pile(desk, name, band) if name == "assign" else bulk.unticked(desk, name, wanted)


@router.post("/boite/plusieurs/{do}")
def act(request: Request, desk: AtQueue, do: str, data: FormData) -> Response:
    """Sends one command for each row. When one is refused, shows its form again, with the rows that are left."""
    if do not in bulk.ACTIONS:
        raise HTTPException(404)
    form, errors = validate(bulk.ACTIONS[do].model, data)
    errors = errors or (bulk.errors(desk, do, form) if form else {})
    picks = every(data, "task")
    if not picks:
        rest = [row.pick for row in _unticked(desk, do, QueueFilter(), "")][: bulk.MOST]
        return _preview(request, desk, do, rest, data, missing.named(errors), 422, nothing_ticked=True)
    if form is None or errors or not bulk.chosen(desk, picks):
        return _preview(request, desk, do, picks, data, missing.named(errors), 422)
    outcomes = bulk.act(desk, do, form)
    if not outcomes.refused:
        return _see(outcomes, "assign-advisor" if do == "assign" else "")
    refused = [row.about for row in outcomes.rows if row.refused]
    return _preview(request, desk, do, refused, data, receipt=_receipt(desk, outcomes), status=422)


@router.post("/boite/annuler")
def take_back(request: Request, desk: AtQueue, data: FormData) -> Response:
    """Undoes a bulk, but for the rows that something followed."""
    form, _ = validate(UndoForm, data)
    if form is None:
        raise HTTPException(422)
    outcomes = undo.undo(desk, form)
    if not outcomes.refused:
        return _see(outcomes)
    return page(request, BulkDonePage(receipt=_receipt(desk, outcomes)), status=422)


def _see(outcomes: BulkOutcome, pile: str = "") -> Response:
    return RedirectResponse(address("/boite", {"pile": pile, "recu": outcomes.reference}), 303)


def _receipt(desk: Desk, outcomes: BulkOutcome) -> Receipt:
    """Returns the result of every row, with the undo of those that were recorded."""
    desk.refresh()
    receipt = outcomes.receipt()
    return undo.offer(desk, receipt, outcomes.reference, UNDO) or receipt


def _preview(
    request: Request,
    desk: Desk,
    do: str,
    picks: Sequence[str],
    sent: Mapping[str, Any],
    errors: Mapping[str, str] = {},
    status: int = 200,
    *,
    receipt: Receipt | None = None,
    left: bool = False,
    nothing_ticked: bool = False,
) -> Response:
    desk.refresh()
    found = bulk.chosen(desk, picks)
    fit = [row for row in found if bulk.ACTIONS[do].fits(row)]
    shown = {name: text for name, text in errors.items() if name not in ("task", "command_id", "seen")}
    preview = BulkPage(
        form=OpenForm(do, values=sent, errors=shown),
        receipt=receipt,
        title=french.title(do, len(fit)) if fit and not nothing_ticked else french.TITLES[do],
        about=french.ABOUT[do],
        button=french.BUTTONS[do],
        rows=[_bulk_row(row, bulk.effect(desk, do, row)) for row in fit],
        left=left,
        nothing_ticked=nothing_ticked,
        unfit=[french.row(row.name, row.line.verb) for row in found if row not in fit],
        why_unfit=french.UNFIT[do],
        gone=len(set(picks)) - len(found),
        lists=_lists(desk, do, fit),
        today=desk.today,
    )
    return page(request, preview, status=status)


def _lists(desk: Desk, do: str, rows: Sequence[QueueRow]) -> dict[str, Sequence[tuple[object, str]]]:
    """Returns the choices of each field of an action's form."""
    first = [("", "Choisir…")]
    return {
        "to": [*first, *takers(desk)] if do == "hand" else [],
        "advisor": [*first, *advisors(desk).options()] if do == "assign" else [],
        "workshop": [*first, *tasks.bookable(desk)] if do == "book" else [],
        "campaign": open_form.campaigns(desk) if do == "plan" else [],
        "occasion": open_form.occasions(cej=any(row.programme == "CEJ" for row in rows)) if do == "present" else [],
        "modality": open_form.modalities(desk) if do == "plan" else [],
    }


def _bulk_row(row: QueueRow, effect: str) -> BulkRow:
    label = french.row(row.name, row.line.verb)
    return BulkRow(row.pick, row.name, row.programme, label, row.line.verb, row.line.why, effect)
