"""The free names of former referrals and of the grid, each with the partners that it may mean."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.engine import Step
from pixflow.identity import normalise
from pixflow.partners.listing import KnownName, attach_name, list_partner, matches
from projections import partners, referrals
from web.desk import receipts, refusals
from web.desk.commands import must, read_button, record_all
from web.desk.desk import Desk
from web.desk.receipts import Receipt
from web.french.territory import partners as french
from web.french.typography import typeset
from web.http.addresses import address
from web.http.forms import Form, FormData, Spaced
from web.http.people import NOBODY
from web.http.templates import show
from web.pages.partners.listing import LIST, AtPartners

router = APIRouter()
NAMES = "/partenaires/noms"
ALREADY = "Ces noms ont déjà un partenaire."
_Meaning = Annotated[tuple[UUID, str], Spaced]


class NamesForm(Form):
    """Names to attach, each as a partner's id, a space and the name. `alone` is the one whose button was pressed."""

    ticked: tuple[_Meaning, ...] = ()
    alone: _Meaning | None = None


def names_to_attach(desk: Desk) -> list[Any]:
    """Returns the names of former referrals, the most used first."""
    return _without_partner(desk, referrals.free_names(desk.read))


def _names_of_grid(desk: Desk) -> list[Any]:
    """Returns the names of the grid in force, as rows of names that nobody was referred to."""
    bands = desk.refs.grille(desk.today).document.bands
    names = {normalise(one.partner): one.partner for band in bands for one in band.proposals if one.partner}
    return _without_partner(
        desk, [SimpleNamespace(sort=sort, name=name, count=0, last=None) for sort, name in names.items()]
    )


def _without_partner(desk: Desk, rows: Sequence[Any]) -> list[Any]:
    known = partners.find_by_name(desk.read, [row.sort for row in rows])
    return [row for row in rows if row.sort and row.sort not in known]


@router.get("/partenaires/noms")
def read(
    request: Request, desk: AtPartners, recu: str = "", nom: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Shows the names to attach; `recu` names the command that attached some, `nom` is a name of the grid."""
    must(desk, attach_name)
    return _page(request, desk, nom, receipt=receipts.of_partners(desk, recu))


@router.post("/partenaires/noms")
def attach(request: Request, desk: AtPartners, data: FormData) -> Response:
    """Attaches the ticked names to their partners, or the one whose button was pressed, in one command."""
    must(desk, attach_name)
    form = read_button(NamesForm, data)
    names = {row.sort: row.name for row in (*_names_of_grid(desk), *names_to_attach(desk))}
    chosen = [form.alone] if form.alone else form.ticked
    steps = [Step({"partner": stream}, attach_name, {"name": names[sort]}) for stream, sort in chosen if sort in names]
    if not steps:
        return _page(request, desk, error=ALREADY if chosen else "Cochez au moins un nom.")
    told = sorted(f"{stream} {sort}" for stream, sort in chosen)
    outcome = record_all(desk, steps, ("attach names", told), command_id=form.command_id)
    if outcome.refused:
        desk.refresh()
        return _page(request, desk, error=refusals.sentence(desk, outcome.refused))
    return RedirectResponse(address(NAMES, {"recu": receipts.reference(outcome.recorded)}), 303)


def _page(request: Request, desk: Desk, name: str = "", *, error: str = "", receipt: Receipt | None = None) -> Response:
    """Draws the names of former referrals, and a `name` of the grid that nobody was referred to.

    Each comes with the partners that it may mean: value, stream, name, reason, True for one that is likely enough.
    """
    used = names_to_attach(desk)
    told = {row.sort for row in used}
    of_grid = [row for row in _names_of_grid(desk) if row.sort == normalise(name) and row.sort not in told]
    listed = {row.stream: row for row in partners.listed(desk.read)}
    partner_names = [KnownName(row.stream, row.sort, normalise(row.town)) for row in listed.values()]
    rows = []
    for row in (*of_grid, *used):
        meanings = [
            (
                f"{partner} {row.sort}",
                partner,
                typeset(", ".join(filter(None, (listed[partner].name, listed[partner].town)))),
                french.NAME_REASONS[reason],
                is_sure,
            )
            for partner, reason, is_sure in matches(row.sort, partner_names)
        ]
        why, new = french.name_used(row.count, row.last, desk.today), address(f"{LIST}/nouveau", {"nom": row.name})
        rows.append((row.name, why, meanings, new))
    return show(
        request,
        "partners/names.html",
        "names",
        NOBODY,
        rows=rows,
        choices=any(meanings for _, _, meanings, _ in rows),
        lists=desk.may(list_partner),
        error=error,
        receipt=receipt,
        status=422 if error else 200,
    )
