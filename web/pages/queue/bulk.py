"""A bulk of Ma boîte: several rows at once, with one command and one result for each row; and one row at once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse
from msgspec.structs import replace
from pydantic import Field

from pixflow.authorization import TASK_OWNERS, Subject
from pixflow.decision import Decision
from pixflow.dossier.follow_up import claim_task, hand_over_task, set_reminder
from projections import advisor_queue, piles
from projections.advisor_queue import QueueCount, QueueFilter
from web.desk import kept_seats, receipts, refusals, undo
from web.desk.bulk import BulkOutcome, RowOutcome, row_outcome
from web.desk.colleagues import takers
from web.desk.commands import ask_for_reauthentication, read_button, read_fields, record
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.receipts import Receipt, UndoForm
from web.desk.team.proposals import advisors
from web.french import bulk as french
from web.french import validation
from web.french.typography import lower_first
from web.http import filters
from web.http.addresses import address
from web.http.forms import ID, Form, FormData, Label, OpenForm, Text, every, validate
from web.http.forms import phrase_missing as empty_field
from web.http.people import listed
from web.http.templates import show
from web.pages.dossier import open_form, tasks
from web.pages.dossier.forms import (
    FORMS,
    AssignForm,
    Awaits,
    BookSeatForm,
    DossierForm,
    Note,
    PathForm,
    PlanForm,
    PresentForm,
    ThreeMonths,
    Until,
    Way,
    check_recall,
    recall,
)
from web.pages.queue.rows import PILED, QueueRow, queue_rows

router = APIRouter()
MOST = 50
PRESENTED = frozenset({"present-pix"})
PLANNED = frozenset({"plan-diagnostic"})
BOOKED = frozenset({"book-workshop", "rebook-absent"})
CHASED = frozenset({"chase-diagnostic", "chase-sharing"})
_PICK = f"{ID} [a-z-]{{3,40}}(:{ID})?"
Pick = Annotated[str, Field(pattern=f"^{_PICK}$")]


class BulkForm(Form):
    """The rows that were ticked, each a dossier and a task."""

    task: Annotated[tuple[Pick, ...], Field(max_length=MOST)] = ()


class BulkSnoozeForm(BulkForm, PathForm):
    until: Until = None
    awaits: Awaits = None
    reason: Annotated[str, Label("Motif", "textarea", hint="Le même pour toutes ces tâches.")]


class BulkHandOverForm(BulkForm, PathForm):
    to: Annotated[UUID, Label("À", "select", missing="Choisissez à qui confier ces tâches.", together=True)]
    until: ThreeMonths = None
    note: Note = ""


class BulkChaseForm(BulkForm, PathForm):
    channel: Way
    reached: Annotated[
        bool,
        Label(
            "Les jeunes ont répondu",
            "radio",
            {"true": "oui", "false": "non, ou pas encore"},
            missing="Dites si les jeunes ont répondu.",
            together=True,
        ),
    ]
    note: Note = ""


class BulkPresentForm(BulkForm, PresentForm):
    pass


class BulkPlanForm(BulkForm, PlanForm):
    place: Annotated[Text, Label("Lieu", hint="Vide, au bureau : le site de chaque dossier.")] = ""


class BulkBookForm(BulkForm, BookSeatForm):
    workshop: Annotated[UUID, Label("Atelier", "select", missing="Choisissez l’atelier.")]


class BulkAssignForm(BulkForm, AssignForm):
    pass


@dataclass(frozen=True, slots=True)
class BulkAction:
    """An action on several rows: it fills `form`, a form of a dossier, for each row.

    `kinds` are the tasks that it fits (empty: all); `alone` those that it takes when no row is ticked.
    """

    model: type[BulkForm]
    form: str
    kinds: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()

    @property
    def spec(self) -> DossierForm:
        return FORMS[self.form]

    def fits(self, row: QueueRow) -> bool:
        return bool(row.pick) and (row.task.kind in self.kinds if self.kinds else row.task.kind not in PILED)


BulkOffer = tuple[str, str, int]
"""A button of the bar: its action, its text, and the number of rows that the action takes when none is ticked."""


ACTIONS: dict[str, BulkAction] = {
    "present": BulkAction(BulkPresentForm, "present", PRESENTED, PRESENTED),
    "plan": BulkAction(BulkPlanForm, "plan", PLANNED, PLANNED),
    "book": BulkAction(BulkBookForm, "book", PLANNED | BOOKED, BOOKED),
    "chase": BulkAction(BulkChaseForm, "chase", CHASED, CHASED),
    "assign": BulkAction(BulkAssignForm, "assign", PILED, PILED),
    "snooze": BulkAction(BulkSnoozeForm, "snooze"),
    "hand": BulkAction(BulkHandOverForm, "hand"),
}


def offers(desk: Desk, counted: Sequence[QueueCount], filters_by_column: Mapping[str, str]) -> list[BulkOffer]:
    """Returns the actions that fit a row of the page, with its filters, and that the roles at the desk give."""
    wanted = filters_by_column.get("kind", "")
    kinds = {row.kind for row in counted if wanted in ("", row.kind)}
    buttons = []
    for name, action in ACTIONS.items():
        alone = sum(filters.total(counted, {**filters_by_column, "kind": kind}) for kind in action.alone & kinds)
        if alone or not action.alone:
            buttons.append((name, french.OFFERS[name], alone))
    return _permitted(desk, buttons)


def of_pile(desk: Desk, kind: str, count: int) -> list[BulkOffer]:
    """Returns the actions that fit the rows of a pile."""
    found = [(name, french.OFFERS[name], count) for name, one in ACTIONS.items() if kind in one.alone & PILED]
    return _permitted(desk, found) if count else []


def _permitted(desk: Desk, offered: Sequence[BulkOffer]) -> list[BulkOffer]:
    return [one for one in offered if desk.has_role_for(ACTIONS[one[0]].spec.decision)]


def find_rows(desk: Desk, picks: Sequence[str]) -> list[QueueRow]:
    """Returns the rows named that still are at this desk, or wait too long for it, the most urgent first."""
    read = (pick.partition(" ") for pick in picks if re.fullmatch(_PICK, pick))
    keys = [(UUID(stream), key) for stream, _, key in read]
    mine = advisor_queue.of_keys(desk.read, desk.owners, desk.today, keys[:MOST])
    late = piles.waiting_long_of(desk.read, desk.roles, desk.owners, desk.today, keys[:MOST])
    piled = piles.piled_of_keys(desk.read, desk.roles, desk.today, keys[:MOST])
    return queue_rows(desk, [*mine, *late, *piled])


def _unticked(desk: Desk, name: str, wanted: QueueFilter, band: str = "") -> list[str]:
    """Returns the rows that an action takes when none is ticked, or may take, the most urgent first.

    They are one more than MOST at most: those of its pile, of one band of lateness, or those of Ma boîte with filters.
    """
    action = ACTIONS[name]
    if name == "assign":
        late = filters.lateness(desk.refs.calendar, desk.today)
        piled = (
            piles.pile(desk.read, desk.roles, kind, desk.today, MOST + 1, 0, late, band)
            for kind in sorted(action.alone)
        )
        return [row.pick for row in queue_rows(desk, [row for rows in piled for row in rows])]
    own_rows = [
        row
        for kind in sorted(action.alone) or [""]
        for row in advisor_queue.page(desk.read, desk.owners, desk.today, replace(wanted, kind=kind), MOST + 1)
    ]
    own_rows.sort(key=lambda row: (row.due, row.sort))
    return [row.pick for row in queue_rows(desk, own_rows[: MOST + 1]) if action.fits(row)]


def _errors(desk: Desk, name: str, form: BulkForm) -> dict[str, str]:
    """Returns the errors that the form has for every row: an unknown colleague, a closed campaign."""
    if errors := check_recall(desk, form):
        return errors
    if isinstance(form, BulkSnoozeForm):
        return {} if form.until or form.awaits else {"until": empty_field(BulkSnoozeForm, "until")}
    found = [_check_row(desk, name, form, row)[1] for row in find_rows(desk, form.task)]
    return found[0] if found and all(found) else {}


def _take(desk: Desk, name: str, row: QueueRow, form: BulkForm) -> RowOutcome:
    """Sends the command of one row: the form of its dossier, with the reminder that goes with it."""
    action, stream = ACTIONS[name], row.task.stream
    if not action.fits(row):
        return RowOutcome(row.label, refused=french.UNFIT[name], about=row.pick, person=stream)
    filled, errors = _check_row(desk, name, form, row)
    if errors:
        why = lower_first(next(iter(errors.values())))
        return RowOutcome(row.label, refused=why, about=row.pick, person=stream)
    own, also = {"dossier": stream}, recall(stream, filled)
    outcome = action.spec.act(desk, own, desk.dossier(stream), filled, also=also)
    return row_outcome(desk, row.label, outcome, row.pick, stream)


def _check_row(desk: Desk, name: str, form: BulkForm, row: QueueRow) -> tuple[Form, dict[str, str]]:
    """Returns the form of one row, and what the data of the structure forbid."""
    spec = ACTIONS[name].spec
    about = {spec.about: row.task.key} if spec.about else {}
    command = receipts.row_command(form.command_id, row.task.stream, about.get(spec.about, ""))
    values = {field: getattr(form, field) for field in spec.model.model_fields if field not in about}
    filled = spec.model(**values | about | {"command_id": command})
    return filled, spec.check(desk, desk.dossier(row.task.stream), filled)


# --- the routes of a bulk of Ma boîte: its preview, its commands, its undo


UNDO = "/boite/annuler"
AtQueue = Annotated[Desk, allowed(*TASK_OWNERS, "manager")]


@dataclass(frozen=True, slots=True)
class QueueAsked:
    """The parameters that filter Ma boîte."""

    tache: str = ""
    etape: str = ""
    programme: str = ""
    site: str = ""
    pour: str = ""
    groupe: str = ""

    def make_filter(self, desk: Desk) -> QueueFilter:
        """Returns the filter; somebody whose tasks are not done at this desk is nobody."""
        doer = self.pour if self.pour in map(str, desk.owners) else ""
        return QueueFilter(self.tache, self.etape, self.programme, self.site, doer, self.groupe)


Asked = Annotated[QueueAsked, Depends()]


@router.get("/boite/plusieurs")
def preview(
    request: Request,
    desk: AtQueue,
    filtered: Asked,
    faire: str = "",
    tache: Annotated[Sequence[str], Query()] = (),
    retard: str = "",
) -> Response:
    """Shows the rows that were ticked, what would happen to each, and the form of the action `faire`.

    Without any, takes the rows of Ma boîte that the action is made for, with the filters of the page; or the rows of
    its pile, of the band of lateness `retard`. An action that is made for none shows those that it fits, to be ticked.
    """
    if faire not in ACTIONS:
        raise HTTPException(404)
    picks = tache or _unticked(desk, faire, filtered.make_filter(desk), retard)
    values = {"on": desk.today.isoformat(), "or_wait": "true", "channel": "sms"}
    waits = not tache and not ACTIONS[faire].alone
    return _preview(request, desk, faire, picks[:MOST], values, left=len(picks) > MOST, nothing_ticked=waits)


@router.post("/boite/plusieurs/{do}")
def act(request: Request, desk: AtQueue, do: str, data: FormData) -> Response:
    """Sends one command for each row. When one is refused, shows its form again, with the rows that are left."""
    if do not in ACTIONS:
        raise HTTPException(404)
    form, wrong = validate(ACTIONS[do].model, data)
    wrong = validation.phrase_empty_fields(wrong or (_errors(desk, do, form) if form else {}))
    picks = every(data, "task")
    if not picks:
        rest = _unticked(desk, do, QueueFilter())[:MOST]
        return _preview(request, desk, do, rest, data, wrong, 422, nothing_ticked=True)
    if form is None or wrong or not find_rows(desk, picks):
        return _preview(request, desk, do, picks, data, wrong, 422)
    rows = find_rows(desk, form.task)
    for row in rows:
        ask_for_reauthentication(
            desk, {"dossier": row.task.stream}, ACTIONS[do].spec.decision, **read_fields(form, "task")
        )
    outcomes = BulkOutcome([_take(desk, do, row, form) for row in rows], form.command_id)
    if not outcomes.refused:
        return _see(outcomes, "assign-advisor" if do == "assign" else "")
    refused = [row.about for row in outcomes.rows if row.refused]
    return _preview(request, desk, do, refused, data, receipt=_receipt(desk, outcomes), status=422)


@router.post("/boite/annuler")
def take_back(request: Request, desk: AtQueue, data: FormData) -> Response:
    """Undoes a bulk, but for the rows that something followed."""
    outcomes = undo.undo(desk, read_button(UndoForm, data))
    return _show_receipt(request, _receipt(desk, outcomes)) if outcomes.refused else _see(outcomes)


def _see(outcomes: BulkOutcome, pile: str = "") -> Response:
    return RedirectResponse(address("/boite", {"pile": pile, "recu": outcomes.reference}), 303)


def _show_receipt(request: Request, receipt: Receipt) -> Response:
    """Shows the result of every row, when one was refused."""
    return show(request, "queue/bulk_done.html", "bulk", listed(), status=422, receipt=receipt)


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
    wrong: Mapping[str, str] = {},
    status: int = 200,
    *,
    receipt: Receipt | None = None,
    left: bool = False,
    nothing_ticked: bool = False,
) -> Response:
    """Shows what a bulk would do. `receipt` is the result of the rows just sent, `left`: others wait for the next time.

    `unfit` labels the rows left out; `gone` counts those that are no more at this desk. `nothing_ticked`: the rows are
    there to be ticked. `choices` are the lists of the fields.
    """
    desk.refresh()
    rows = find_rows(desk, picks)
    fit = [row for row in rows if ACTIONS[do].fits(row)]
    unfit = [row.label for row in rows if row not in fit]
    kept = kept_seats.phrase_seats(desk, [row.task.stream for row in fit]) if do == "book" else {}
    effects = [
        kept.get(one.stream)
        or french.effect(do, one.chases + 1, desk.refs.protocol(one.why_on).tries, one.due, desk.today)
        for one in (row.task for row in fit)
    ]
    errors = {name: text for name, text in wrong.items() if name not in ("task", "command_id", "seen")}
    return show(
        request,
        "queue/bulk.html",
        "bulk",
        listed(row.task.stream for row in rows),
        status=status,
        form=OpenForm(do, values=sent, errors=errors),
        receipt=receipt,
        title=french.title(do, len(fit)) if fit and not nothing_ticked else french.TITLES[do],
        about=french.ABOUT[do],
        button=french.BUTTONS[do],
        rows=list(zip(fit, effects, strict=True)),
        left=left,
        nothing_ticked=nothing_ticked,
        unfit=unfit,
        why_unfit=french.UNFIT[do],
        gone=len(set(picks)) - len(rows),
        spec=ACTIONS[do],
        offers={"recall"} if desk.has_role_for(set_reminder) else set(),
        choices=_choices(desk, do, fit),
        today=desk.today,
    )


def _choices(desk: Desk, do: str, rows: Sequence[QueueRow]) -> dict[str, Sequence[tuple[object, str]]]:
    """Returns the choices of each field of an action's form."""
    first = [("", "Choisir…")]
    return {
        "to": [*first, *takers(desk)] if do == "hand" else [],
        "advisor": [*first, *advisors(desk).options()] if do == "assign" else [],
        "workshop": [*first, *tasks.bookable(desk)] if do == "book" else [],
        "campaign": open_form.campaigns(desk) if do == "plan" else [],
        "occasion": open_form.occasions(cej=any(row.task.programme == "CEJ" for row in rows))
        if do == "present"
        else [],
        "modality": open_form.modalities(desk) if do == "plan" else [],
    }


# --- routes that take a task of Ma boîte upon oneself, and give back one that was handed over


class ClaimForm(Form):
    """A task of a dossier."""

    dossier: UUID
    task: Annotated[str, Field(pattern=f"^[a-z-]{{3,40}}(:{ID})?$")]


@router.post("/boite/prendre")
def claim(request: Request, desk: AtQueue, data: FormData) -> Response:
    """Takes a task that waits too long upon oneself."""
    return _decide(request, desk, data, claim_task)


@router.post("/boite/rendre")
def give_back(request: Request, desk: AtQueue, data: FormData) -> Response:
    """Gives a task that was handed over back to the advisor of its dossier."""
    return _decide(request, desk, data, hand_over_task)


def _decide(request: Request, desk: Desk, data: Mapping[str, Any], decision: Decision[..., Any]) -> Response:
    if not desk.has_role_for(decision):
        raise HTTPException(403)
    form = read_button(ClaimForm, data)
    dossier = desk.dossier(form.dossier)
    if not desk.may(decision, Subject(dossier, sent=frozenset({form.task}))):
        raise HTTPException(403)
    back: dict[str, Any] = {"to": dossier.advisor, "until": None, "note": ""} if decision is hand_over_task else {}
    streams = {"dossier": form.dossier}
    outcome = record(desk, streams, decision, command_id=form.command_id, task=form.task, **back)
    if outcome.refused:
        return _show_receipt(request, Receipt(refusals.sentence(desk, outcome.refused), tone="late"))
    return RedirectResponse(f"/boite?recu={form.command_id}", 303)
