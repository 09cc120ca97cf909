"""The free names of former referrals and of the grid, each with the partners that it may mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.engine import Step
from pixflow.identity import normalise
from pixflow.partners.listing import KnownName, attach_name, list_partner, matches
from projections.territory import partners
from web.desk import receipts, refusals
from web.desk.commands import record_all
from web.desk.desk import Desk
from web.desk.receipts import Receipt
from web.french.territory import partners as french
from web.french.typography import typeset
from web.http.forms import Form, FormData, validate
from web.http.pagination import address
from web.http.people import NOBODY
from web.http.templates import Page, page
from web.pages.partners.free_names import names_of_grid, names_to_attach
from web.pages.partners.routes import AtPartners

router = APIRouter()
NAMES = "/partenaires/noms"
ALREADY = "Ces noms ont déjà un partenaire."


class NamesForm(Form):
    """Names to attach, each as a partner's id, a space and the name. `alone` is the one whose button was pressed."""

    ticked: tuple[str, ...] = ()
    alone: str = ""


@dataclass(frozen=True, slots=True)
class NameChoice:
    """A partner that a name may mean; `ticked` when it is likely enough to be proposed so."""

    value: str
    stream: UUID
    name: str
    why: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class FreeName:
    name: str
    used: str
    choices: Sequence[NameChoice]
    listing: str


@dataclass(frozen=True, kw_only=True)
class NamesPage(Page):
    template = "partners/names.html"
    block = "names"
    shows = NOBODY

    rows: Sequence[FreeName]
    choices: bool
    lists: bool
    error: str
    receipt: Receipt | None


@router.get(NAMES)
def read(
    request: Request, desk: AtPartners, recu: str = "", nom: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Shows the names to attach; `recu` names the command that attached some, `nom` is a name of the grid."""
    _must(desk)
    return _page(request, desk, nom, receipt=receipts.of_partners(desk, recu))


@router.post(NAMES)
def attach(request: Request, desk: AtPartners, data: FormData) -> Response:
    """Attaches the ticked names to their partners, or the one whose button was pressed, in one command."""
    _must(desk)
    form, _ = validate(NamesForm, data)
    if form is None:
        raise HTTPException(422)
    names = {row.sort: row.name for row in (*names_of_grid(desk), *names_to_attach(desk))}
    chosen = [_pair(text) for text in ([form.alone] if form.alone else form.ticked)]
    steps = [Step({"partner": stream}, attach_name, {"name": names[sort]}) for stream, sort in chosen if sort in names]
    if not steps:
        return _page(request, desk, error=ALREADY if chosen else "Cochez au moins un nom.", status=422)
    told = sorted(f"{stream} {sort}" for stream, sort in chosen)
    outcome = record_all(desk, steps, ("attach names", told), command_id=form.command_id)
    if outcome.refused:
        desk.refresh()
        return _page(request, desk, error=refusals.sentence(desk, outcome.refused), status=422)
    return RedirectResponse(address(NAMES, {"recu": receipts.reference(outcome.recorded)}), 303)


def _must(desk: Desk) -> None:
    if not desk.may(attach_name):
        raise HTTPException(403)


def _pair(text: str) -> tuple[UUID, str]:
    """Returns a partner and a name. Raises 422 for anything that the page did not write."""
    stream, _, sort = text.partition(" ")
    try:
        return UUID(stream), sort
    except ValueError:
        raise HTTPException(422) from None


def _page(
    request: Request, desk: Desk, name: str = "", *, error: str = "", receipt: Receipt | None = None, status: int = 200
) -> Response:
    listed = {row.stream: row for row in partners.listed(desk.read)}
    known = [KnownName(row.stream, row.sort, normalise(row.town)) for row in listed.values()]
    rows = [_row(desk, row, known, listed) for row in _waiting(desk, name)]
    choices = any(row.choices for row in rows)
    shown = NamesPage(rows=rows, choices=choices, lists=desk.may(list_partner), error=error, receipt=receipt)
    return page(request, shown, status=status)


def _waiting(desk: Desk, name: str) -> list[Any]:
    """Returns the names of former referrals, and a name of the grid that nobody was referred to."""
    used = names_to_attach(desk)
    told = {row.sort for row in used}
    return [*(row for row in names_of_grid(desk) if row.sort == normalise(name) and row.sort not in told), *used]


def _row(desk: Desk, row: Any, known: Sequence[KnownName], listed: dict[UUID, Any]) -> FreeName:
    choices = [
        NameChoice(
            f"{one.partner} {row.sort}",
            one.partner,
            typeset(", ".join(filter(None, (listed[one.partner].name, listed[one.partner].town)))),
            french.NAME_REASONS[one.reason],
            one.sure,
        )
        for one in matches(row.sort, known)
    ]
    used = french.name_used(row.count, row.last, desk.today)
    return FreeName(row.name, used, choices, address("/partenaires/nouveau", {"nom": row.name}))
