"""Dossiers: the list, and a dossier opened by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.dossier import identity
from pixflow.engine import new_id
from pixflow.refused import Refused, check_texts
from projections import directory
from projections.directory import YoungPerson
from projections.dossier_sheet import DossierFilter
from web.desk import guesses, refusals
from web.desk.commands import record
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.team.proposals import advisors
from web.french import typography, validation, vocabulary
from web.french.errors import missing
from web.http.addresses import PageNumber
from web.http.forms import Day, Form, FormData, validate
from web.http.people import People, listed
from web.http.templates import Page, page, redirect
from web.pages.dossiers.listing import STATES, dossiers_page
from web.pages.results.matching import match_waiting
from web.pages.search import lookup

router = APIRouter()
Options = Sequence[tuple[object, str]]


class NewDossier(Form):
    """A dossier opened by hand; `anyway` in spite of others with the same name and birth date."""

    last_name: str
    first_name: str
    birth_date: Day | None = None
    imilo_number: str | None = None
    site: str
    phone: str | None = None
    email: str | None = None
    programme: str | None = None
    group: str | None = None
    collective_end: Day | None = None
    advisor: UUID | None = None
    project: str | None = None
    on: Day
    anyway: bool = False


@dataclass(frozen=True, kw_only=True)
class NewDossierPage(Page):
    """A dossier to open. `taken` is the dossier that has its number; `known` and `hidden` (a count) are its namesakes.

    Hidden namesakes are those that this person does not read.
    """

    template = "dossiers/new.html"
    block = "form"

    values: Mapping[str, Any]
    errors: Mapping[str, str]
    taken: UUID | None
    known: Sequence[lookup.FoundRow]
    hidden: int
    command_id: UUID
    sites: Options
    programmes: Options
    advisors: Options

    @property
    def shows(self) -> People:
        return listed([self.taken], (row.stream for row in self.known))


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
    return page(request, dossiers_page(desk, wanted, p, recu))


# --- a dossier by hand


@router.get("/dossiers/nouveau")
def new(request: Request, desk: AtDesk) -> Response:
    """Shows a blank dossier."""
    _must_open(desk)
    sites = desk.refs.structure.sites
    own = desk.refs.team[desk.me].site
    values = {
        "on": desk.today.isoformat(),
        "advisor": str(desk.me) if "advisor" in desk.roles else "",
        "site": own if own in sites else sites[0] if len(sites) == 1 else "",
    }
    return _form(request, desk, values, {})


@router.post("/dossiers/nouveau")
def open_by_hand(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Opens it, then matches the participations of Pix Orga that have its number."""
    _must_open(desk)
    form, errors = validate(NewDossier, data)
    errors = missing.named(errors) or (_unknown(desk, form) if form else {})
    if form is None or errors:
        return _form(request, desk, data, errors, status=422)
    dossier_id = new_id(form.command_id, "dossier")
    sent = form.model_dump(exclude={"command_id", "seen", "anyway"})
    sent |= {"programme": form.programme or "", "project": form.project or ""}
    if refused := _refused(desk, dossier_id, sent):
        return _form(request, desk, data, refusals.field_errors(desk, refused), status=422)
    if guesses.are_spent(desk):
        return _form(request, desk, data, {"": guesses.SPENT}, status=422)
    namesakes = _namesakes(desk, form, dossier_id)
    if namesakes and not form.anyway:
        hidden = [one.stream for one in namesakes if not desk.scope.reads(one.advisor)]
        if hidden and not guesses.may_be_told(request, desk, hidden):
            return _form(request, desk, data, {"": guesses.SPENT}, status=422)
        return _form(request, desk, data, {"": _said_twice(len(namesakes))}, status=422, namesakes=namesakes)
    outcome = record(desk, {"dossier": dossier_id}, identity.open_dossier, command_id=form.command_id, **sent)
    if refused := outcome.refused:
        if (other := guesses.hides(desk, refused)) and not guesses.may_be_told(request, desk, [other]):
            return _form(request, desk, data, {"": guesses.SPENT}, status=422)
        errors = refusals.field_errors(desk, refused, taken="imilo_number")
        return _form(request, desk, data, errors, status=422, taken=_holder(desk, refused))
    desk.refresh()
    number = identity.canonical_number(form.imilo_number)
    match_waiting(desk, dossier_id, number, command_id=form.command_id)
    return redirect(request, f"/dossiers/{dossier_id}?fait=1" if desk.scope.reads(form.advisor) else "/dossiers")


def _must_open(desk: Desk) -> None:
    if not desk.may(identity.open_dossier):
        raise HTTPException(403)


def _unknown(desk: Desk, form: NewDossier) -> dict[str, str]:
    """Refuses a value that its list does not have."""
    errors = {}
    if form.site not in desk.refs.structure.sites:
        errors["site"] = validation.invalid("literal_error", {})
    if form.advisor and form.advisor not in dict(desk.staff("advisor")):
        errors["advisor"] = validation.invalid("literal_error", {})
    return errors


def _refused(desk: Desk, dossier_id: UUID, sent: Mapping[str, Any]) -> Refused | None:
    """Returns what can be refused whoever is followed here: a refusal after a look would be a free question."""
    try:
        check_texts(sent)
        by = desk.by(identity.open_dossier)
        desk.engine.preview({"dossier": dossier_id}, identity.open_dossier, by=by, **sent)
    except Refused as refused:
        return refused
    return None


def _namesakes(desk: Desk, form: NewDossier, opening: UUID) -> list[YoungPerson]:
    """Returns other dossiers of that name and birth date, without `opening`, the one of this command."""
    if form.birth_date is None:
        return []
    found = directory.same_person(desk.read, form.last_name, form.first_name, form.birth_date)
    return [one for one in found if one.stream != opening]


def _said_twice(count: int) -> str:
    holders = "Un dossier porte" if count == 1 else f"{typography.number(count)} dossiers portent"
    return f"{holders} déjà ce nom et cette date de naissance."


def _holder(desk: Desk, refused: Refused) -> UUID | None:
    """Returns the dossier that has the number already, when this person may read it."""
    by = refused.details.get("by") if refused.code == "taken" else None
    found = directory.named(desk.read, [by]).get(by) if isinstance(by, UUID) else None
    return found.stream if found and desk.scope.reads(found.advisor) else None


def _form(
    request: Request,
    desk: Desk,
    values: Mapping[str, object],
    errors: dict[str, str],
    *,
    status: int = 200,
    taken: UUID | None = None,
    namesakes: Sequence[YoungPerson] = (),
) -> Response:
    known = [lookup.found_row(desk, one) for one in namesakes if desk.scope.reads(one.advisor)]
    shown = NewDossierPage(
        values=values,
        errors=errors,
        taken=taken,
        known=known,
        hidden=len(namesakes) - len(known),
        command_id=desk.new_command(),
        sites=[("", "à choisir"), *((site, site) for site in desk.refs.structure.sites)],
        programmes=[("", "aucun pour l’instant"), *vocabulary.PROGRAMMES.items()],
        advisors=[("", "à affecter plus tard"), *advisors(desk).options()],
    )
    return page(request, shown, status=status)
