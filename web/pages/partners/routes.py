"""Routes of the list of partners, and of a new one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request, Response

from pixflow.engine import new_id
from pixflow.events.values import PartnerDetails
from pixflow.partners.catalogue import receive_catalogue
from pixflow.partners.listing import attach_name, list_partner, suggest_partner
from projections.territory import partners
from web.desk import receipts, refusals
from web.desk.commands import record
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.territory.contacts import READERS
from web.french.errors import missing
from web.french.territory.partners import STATUSES
from web.http.addresses import PageNumber
from web.http.filters import Chip, FilterMenu
from web.http.forms import Form, FormData, Text, validate
from web.http.pagination import Pager, address
from web.http.people import NOBODY, note
from web.http.templates import Page, page, redirect
from web.pages.indicators.files import workbook
from web.pages.partners import listing
from web.pages.partners.forms import commune_of
from web.pages.partners.free_names import names_to_attach
from web.pages.partners.listing import LIST, Town
from web.pages.partners.place_map import PlaceMap, place_map

router = APIRouter()
AtPartners = Annotated[Desk, allowed(*READERS)]
Status = Literal["listed", "suggested", "delisted"]
Open = Literal["", "oui", "non"]
Asked = Annotated[str, Query(max_length=200)]


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


@dataclass(frozen=True, kw_only=True)
class PartnersPage(Page):
    """The list and its map. `lists`: this person may add a partner; `suggests`: they may suggest one.

    `text` is the search, `kept` the parameters that it keeps. `names` counts the free names of former referrals to
    attach. `workbook` is the address of all that is found, as a file.
    """

    template = "partners/list.html"
    block = "list"
    shows = NOBODY

    chips: Sequence[Chip]
    menus: Sequence[FilterMenu]
    filtered: bool
    text: str
    kept: Mapping[str, str]
    towns: Sequence[Town]
    pager: Pager
    lists: bool
    suggests: bool
    imports: bool
    map: PlaceMap | None
    names: int
    workbook: str


@dataclass(frozen=True, kw_only=True)
class NewPartnerPage(Page):
    template = "partners/new.html"
    block = "form"
    shows = NOBODY

    lists: bool
    values: Mapping[str, Any]
    errors: Mapping[str, str]


@router.get(LIST)
def read(
    request: Request,
    desk: AtPartners,
    etat: Status = "listed",
    q: Asked = "",
    genre: str = "",
    label: str = "",
    fraicheur: str = "",
    ouvert: Open = "",
    p: PageNumber = 1,
) -> Response:
    """Shows the partners by commune, a page at a time; the search and the filters are the address."""
    wanted = {"genre": genre, "label": label, "fraicheur": fraicheur, "ouvert": ouvert}
    found = listing.found(desk, etat, q.strip(), wanted, p)
    counts = partners.counts(desk.read)
    chips = [
        Chip(text, address(LIST, {"etat": "" if code == "listed" else code}), counts.get(code, 0), code == etat)
        for code, text in STATUSES.items()
        if counts.get(code) or code == etat
    ]
    shown = PartnersPage(
        chips=chips,
        menus=found.menus,
        filtered=any((q, *wanted.values())),
        text=q.strip(),
        kept={name: value for name, value in found.pager.params.items() if value and name != "q"},
        towns=found.towns,
        pager=found.pager,
        lists=desk.may(list_partner),
        suggests=desk.may(suggest_partner),
        imports=desk.may(receive_catalogue),
        map=place_map(desk, found),
        names=len(names_to_attach(desk)) if desk.may(attach_name) else 0,
        workbook=address(f"{LIST}/liste.xlsx", found.pager.params),
    )
    return page(request, shown)


@router.get("/partenaires/liste.xlsx")
def table(
    request: Request,
    desk: AtPartners,
    etat: Status = "listed",
    q: Asked = "",
    genre: str = "",
    label: str = "",
    fraicheur: str = "",
    ouvert: Open = "",
) -> Response:
    """Returns all the partners found as a workbook, with the search and the filters of the page."""
    note(request, NOBODY)
    wanted = {"genre": genre, "label": label, "fraicheur": fraicheur, "ouvert": ouvert}
    return workbook(f"partenaires-{desk.today}", "Partenaires", listing.every(desk, etat, q.strip(), wanted))


@router.get("/partenaires/nouveau")
def new(request: Request, desk: AtPartners, nom: str = "") -> Response:
    """Shows a blank form: an advisor suggests, a référent lists. `nom` is the name when it is known."""
    _must_add(desk)
    return _new(request, desk, {"name": nom}, {})


@router.post("/partenaires/nouveau")
def add(request: Request, desk: AtPartners, data: FormData) -> Response:
    """Lists a partner, or suggests it to the référent."""
    _must_add(desk)
    form, errors = validate(NewPartnerForm, data)
    if form is None:
        return _new(request, desk, data, missing.named(errors), status=422)
    decide = list_partner if desk.may(list_partner) else suggest_partner
    stream = new_id(form.command_id, "partner")
    outcome = record(desk, {"partner": stream}, decide, command_id=form.command_id, details=_details(form))
    if outcome.refused:
        return _new(request, desk, data, refusals.field_errors(desk, outcome.refused), status=422)
    return redirect(request, address(f"{LIST}/{stream}", {"recu": receipts.reference(outcome.recorded)}))


def _must_add(desk: Desk) -> None:
    if not desk.may(list_partner) and not desk.may(suggest_partner):
        raise HTTPException(403)


def _details(form: NewPartnerForm) -> PartnerDetails:
    """Returns the file, with the code of the commune when INSEE's list is sure of it."""
    known = commune_of(form.town, form.postal_code)
    return PartnerDetails(
        name=form.name,
        commune=known["commune"],
        town=known["town"],
        postal_code=form.postal_code,
        address=form.address,
        phone=form.phone,
        email=form.email,
        website=form.website,
        hours=form.hours,
    )


def _new(
    request: Request, desk: Desk, values: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200
) -> Response:
    shown = NewPartnerPage(lists=desk.may(list_partner), values=values, errors=errors)
    return page(request, shown, status=status)
