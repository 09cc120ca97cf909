"""The list of partners with its map, as files, and a new partner."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from pixflow.engine import new_id
from pixflow.events.values import PartnerDetails
from pixflow.partners.catalogue import receive_catalogue
from pixflow.partners.listing import attach_name, join_partner, list_offer, list_partner, suggest_partner
from projections import partners
from web.desk import receipts
from web.desk.commands import must, read_form, record, redraw, require_events
from web.desk.desk import Desk
from web.desk.exports import ExportedList, as_file
from web.desk.imports import export_places
from web.french.territory.partners import STATUSES
from web.http.addresses import PageNumber, address
from web.http.filters import Chip
from web.http.forms import Form, FormData, OpenForm, Text
from web.http.people import NOBODY, note
from web.http.templates import redirect, show
from web.pages.partners import duplicates, listing
from web.pages.partners.forms import commune_of
from web.pages.partners.listing import LIST, AtPartners, PartnerSearch
from web.pages.partners.names import names_to_attach
from web.pages.partners.place_map import place_map
from web.pages.partners.proposed_offers import proposing

router = APIRouter()
Search = Annotated[PartnerSearch, Depends()]


@router.get("/partenaires")
def read(request: Request, desk: AtPartners, search: Search, p: PageNumber = 1, lieu: str = "") -> Response:
    """Shows the partners by commune, a page at a time; the search and the filters are the address.

    `lieu` is a place of the map: its card is open.
    """
    search = replace(search, q="") if desk.is_past else search  # no word of an earlier day is kept
    page, params = listing.find_partners(desk, search, p), search.params
    counts = partners.counts(desk.read)
    chips = [
        Chip(text, address(LIST, {"etat": "" if code == "listed" else code}), counts.get(code, 0), code == search.etat)
        for code, text in STATUSES.items()
        if counts.get(code) or code == search.etat
    ]
    return show(
        request,
        "partners/list.html",
        "list",
        NOBODY,
        chips=chips,
        menus=page.menus,
        filtered=bool(search.q) or any(params[name] for name in ("genre", "label", "fraicheur", "ouvert")),
        text=params["q"],
        kept={name: value for name, value in params.items() if value and name != "q"},
        towns=page.towns,
        pager=page.pager,
        lists=desk.may(list_partner),
        suggests=desk.may(suggest_partner),
        imports=desk.may(receive_catalogue),
        map=place_map(desk, page, lieu),
        names=len(names_to_attach(desk)) if desk.may(attach_name) else 0,
        duplicates=len(duplicates.proposed(desk)) if desk.may(join_partner) else 0,
        offers=sum(len(one.kinds) for one in proposing(desk)) if desk.may(list_offer) else 0,
    )


# --- as files

MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@as_file(router, LIST)
def export(desk: AtPartners, search: Search) -> ExportedList:
    """Returns all the partners found, with the search and the filters of the page. It names places, and nobody."""
    return listing.exported(desk, search)


@router.get("/partenaires/lieux.csv")
@router.get("/partenaires/lieux.json")
def places(request: Request, desk: AtPartners) -> Response:
    """Returns the listed partners, as "lieux de médiation numérique" (CSV) or structures of data·inclusion (JSON)."""
    note(request, NOBODY)
    kind = request.url.path.rpartition(".")[2]
    headers = {"Content-Disposition": f'attachment; filename="lieux-{desk.today}.{kind}"'}
    return Response(export_places(desk.served, kind), media_type=MEDIA[kind], headers=headers)


# --- a new one


class NewPartnerForm(Form):
    """A partner by hand; its commune is found by its name and postal code."""

    name: str
    town: str
    postal_code: str
    address: Text = ""
    phone: Text = ""
    email: Text = ""
    website: Text = ""
    hours: Text = ""


def _new(request: Request, desk: Desk, form: OpenForm) -> Response:
    values, errors = form.values, form.errors
    return show(
        request, "partners/new.html", "form", NOBODY, lists=desk.may(list_partner), values=values, errors=errors
    )


@router.get("/partenaires/nouveau")
def new(request: Request, desk: AtPartners, nom: str = "") -> Response:
    """Shows a blank form: an advisor suggests, a référent lists. `nom` is the name when it is known."""
    must(desk, list_partner, suggest_partner)
    return _new(request, desk, OpenForm("", values={"name": nom}))


@router.post("/partenaires/nouveau")
@redraw(_new)
def add(request: Request, desk: AtPartners, data: FormData) -> Response:
    """Lists a partner, or suggests it to the référent."""
    must(desk, list_partner, suggest_partner)
    form = read_form(NewPartnerForm, data)
    fields: dict[str, Any] = form.model_dump(exclude={"command_id", "seen"})
    details = PartnerDetails(**{**fields, **commune_of(form.town, form.postal_code)})
    decision = list_partner if desk.may(list_partner) else suggest_partner
    stream = new_id(form.command_id, "partner")
    outcome = record(desk, {"partner": stream}, decision, command_id=form.command_id, details=details)
    return redirect(request, address(f"{LIST}/{stream}", {"recu": receipts.reference(require_events(desk, outcome))}))
