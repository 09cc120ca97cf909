"""Dossiers: the list, its filters, what was just done to a group, and several assigned at once."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from msgspec.structs import asdict
from pydantic import Field

from pixflow.dossier import identity
from pixflow.dossier.assignment import assign_advisor
from projections import dossier_sheet
from projections.dossier_sheet import DossierFilter
from projections.statements import WITHOUT
from web.desk import receipts, undo
from web.desk.bulk import BulkOutcome, take_row
from web.desk.commands import read_button
from web.desk.dependencies import AtDesk, allowed, must_be_proved
from web.desk.desk import Desk
from web.desk.names import advisor_name, names_for
from web.desk.receipts import Receipt, UndoForm
from web.desk.team import proposals
from web.french import vocabulary
from web.french.typography import typeset
from web.http import filters
from web.http.addresses import PageNumber
from web.http.filters import Chip
from web.http.forms import Form, FormData, validate
from web.http.pagination import SIZE, Pager, address
from web.http.people import listed
from web.http.templates import show
from web.pages.dossiers import groups

router = APIRouter()
PATH = "/dossiers"
UNDO = f"{PATH}/affecter/annuler"
STATES = {"open": "Ouverts", "unassigned": "Sans conseiller·ère", "closed": "Clos", "all": "Tous"}
FACETS = (
    filters.Facet("stage", "Étape", vocabulary.STAGES, none="Parcours terminé"),
    filters.Facet("programme", "Programme", vocabulary.PROGRAMMES, none="Pas encore connu"),
    filters.Facet("site", "Site", {}, none="Sans site"),
    filters.OF_GROUP,
)


@router.get("/dossiers")
def read(
    request: Request,
    desk: AtDesk,
    etape: str = "",
    programme: str = "",
    site: str = "",
    groupe: str = "",
    etat: str = "open",
    recu: str = "",
    p: PageNumber = 1,
) -> Response:
    """Lists the dossiers that this person reads, by name; `recu` names what was just done to a group."""
    if desk.scope.whose == "none":
        raise HTTPException(403)
    wanted = DossierFilter(etape, programme, site, etat if etat in STATES else "all", groupe)
    return _list(request, desk, wanted, p, recu)


def _list(
    request: Request, desk: Desk, wanted: DossierFilter, number: int = 1, done: str = "", late: Receipt | None = None
) -> Response:
    """Shows one page of the list; `done` names what was just recorded, `late` says what was not."""
    asked = {name: value for name, value in asdict(wanted).items() if name != "state"}
    kept = {"etat": "" if wanted.state == "open" else wanted.state}
    counts = dossier_sheet.counts(desk.read, desk.scope)
    there = [row for row in counts if _is_in(row, wanted.state)]
    pager = Pager.at(filters.total(there, asked), number, PATH, {**kept, **filters.parameters(asked)})
    rows = dossier_sheet.page(desk.read, desk.scope, wanted, SIZE, pager.offset)
    receipt = late or undo.offer(desk, receipts.of_command(desk, done), done, UNDO)
    regroups = wanted.group not in ("", WITHOUT) and desk.has_role_for(identity.correct_group)
    assigns = wanted.state == "unassigned" and rows and desk.has_role_for(assign_advisor)
    return show(
        request,
        "dossiers/list.html",
        "list",
        listed((row.stream for row in rows), more=len(receipt.lines) if receipt else 0),
        status=422 if late else 200,
        today=desk.today,
        whose=desk.scope.whose,
        may=desk.names_of_allowed(identity.open_dossier, assign_advisor),
        states=[
            Chip(
                label,
                address(PATH, {"etat": "" if state == "open" else state, **filters.parameters(asked)}),
                filters.total([row for row in counts if _is_in(row, state)], asked),
                state == wanted.state,
            )
            for state, label in STATES.items()
            if state != "unassigned" or desk.scope.whose == "all"
        ],
        menus=filters.menus(PATH, FACETS, there, asked, kept),
        regroup=address(f"{PATH}/groupe", {"groupe": wanted.group}) if regroups else "",
        of_group=bool(wanted.group),
        receipt=receipt,
        undo=done if groups.undoable(desk, done) else "",
        filtered=any(asked.values()),
        nothing=not counts,
        clear=address(PATH, kept),
        rows=rows,
        advisors={row.advisor: advisor_name(desk, row.advisor) for row in rows},
        colleagues=[("", "Choisir…"), *proposals.advisors(desk).options()] if assigns else [],
        pager=pager,
    )


def _is_in(row: Any, state: str) -> bool:
    if state == "all":
        return True
    return bool(row.closed) == (state == "closed") and (state != "unassigned" or bool(row.unassigned))


# --- several without an advisor, assigned at once

AtAssignment = Annotated[Desk, allowed("referent", "manager")]


class AssignManyForm(Form):
    """The dossiers that were ticked, and their advisor."""

    advisor: UUID
    dossier: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=SIZE)]


@router.post("/dossiers/affecter")
def assign(request: Request, desk: AtAssignment, data: FormData) -> Response:
    """Assigns each dossier, with one command for each. To take one from its advisor asks for a proof."""
    form, _ = validate(AssignManyForm, data)
    if form is None or form.advisor not in dict(desk.staff("advisor")):
        sentence = typeset("Cochez des dossiers, et choisissez à qui les affecter.")
        return _list(request, desk, DossierFilter(state="unassigned"), late=Receipt(sentence, tone="late"))
    if any(getattr(desk.state(one), "advisor", None) not in (None, form.advisor) for one in form.dossier):
        must_be_proved(request, desk)
    names, bulk = names_for(desk), form.command_id
    rows = [take_row(desk, names, bulk, one, assign_advisor, advisor=form.advisor) for one in form.dossier]
    return _answer(request, desk, BulkOutcome(rows, bulk))


@router.post("/dossiers/affecter/annuler")
def take_back(request: Request, desk: AtAssignment, data: FormData) -> Response:
    """Takes back the assignments, but for the dossiers that something followed."""
    return _answer(request, desk, undo.undo(desk, read_button(UndoForm, data)))


def _answer(request: Request, desk: Desk, outcomes: BulkOutcome) -> Response:
    if not outcomes.refused:
        return RedirectResponse(address(PATH, {"etat": "unassigned", "recu": outcomes.reference}), 303)
    desk.refresh()
    receipt = outcomes.receipt()
    late = undo.offer(desk, receipt, outcomes.reference, UNDO) or receipt
    return _list(request, desk, DossierFilter(state="unassigned"), late=late)
