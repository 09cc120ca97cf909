"""Dossiers: the list, and a dossier opened by hand."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response
from msgspec.structs import asdict

from pixflow.dossier import identity
from pixflow.dossier.grouping import correct_group
from pixflow.engine import new_id
from pixflow.refused import Refused
from projections import directory, dossier_sheet
from projections.directory import Found
from projections.dossier_sheet import Filter
from web.desk import receipts
from web.desk.commands import record
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import vocabulary
from web.french.errors import missing, refusals
from web.http import filters
from web.http.forms import Day, Form, FormData, validate
from web.http.pagination import SIZE, Pager, address
from web.http.templates import page, redirect
from web.pages.dossiers import groups
from web.pages.results.auto_match import match_waiting
from web.pages.search import lookup

router = APIRouter()
STATES = {"open": "Ouverts", "unassigned": "Sans conseiller·ère", "closed": "Clos", "all": "Tous"}
FACETS = (
    filters.Facet("stage", vocabulary.STAGES),
    filters.Facet("programme", vocabulary.PROGRAMMES),
    filters.Facet("site", {}),
)


class Opening(Form):
    """A dossier by hand."""

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


@router.get("/dossiers")
def read(
    request: Request,
    desk: AtDesk,
    etape: str = "",
    programme: str = "",
    site: str = "",
    groupe: str = "",
    etat: str = "open",
    fait: str = "",
    p: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """The dossiers this person reads, by name; `fait` says what was just done to a group."""
    if desk.scope.whose == "none":
        raise HTTPException(403)
    state = etat if etat in STATES else "all"
    wanted = Filter(etape, programme, site, state, groupe)
    asked = {name: value for name, value in asdict(wanted).items() if name != "state"}
    kept = {"etat": "" if state == "open" else state}
    counted = dossier_sheet.counts(desk.read, desk.scope)
    there = [row for row in counted if _in_state(row, state)]
    pager = Pager.at(filters.total(there, asked), p, "/dossiers", {**kept, **filters.parameters(asked)})
    rows = dossier_sheet.page(desk.read, desk.scope, wanted, SIZE, pager.offset)
    context = {
        "desk": desk,
        "state": state,
        "states": _states(desk, counted, asked, state),
        "chips": filters.chips("/dossiers", (*FACETS, filters.group(groupe)), there, asked, kept),
        "of_groups": filters.groups("/dossiers", there, asked, kept),
        "group": groupe,
        "regroup": address("/dossiers/groupe", {"groupe": groupe}) if groupe and desk.ever(correct_group) else "",
        "receipt": receipts.describe(desk, fait),
        "undo": fait if groups.undoable(desk, fait) else "",
        "errors": {},
        "filtered": any(asked.values()),
        "nothing": not counted,
        "clear": address("/dossiers", kept),
        "rows": [(row, lookup.advisor(desk, row.advisor)) for row in rows],
        "pager": pager,
    }
    return page(request, "dossiers/list.html", context, block="list")


def _in_state(row: Any, state: str) -> bool:
    if state == "all":
        return True
    return bool(row.closed) == (state == "closed") and (state != "unassigned" or bool(row.unassigned))


def _states(desk: Desk, counted: Sequence[Any], asked: Mapping[str, str], chosen: str) -> list[filters.Chip]:
    shown = [state for state in STATES if state != "unassigned" or desk.scope.whose == "all"]
    chips = []
    for state in shown:
        count = filters.total([row for row in counted if _in_state(row, state)], asked)
        href = address("/dossiers", {"etat": "" if state == "open" else state, **filters.parameters(asked)})
        chips.append(filters.Chip(STATES[state], href, count, state == chosen))
    return chips


# --- a dossier by hand


@router.get("/dossiers/nouveau")
def new(request: Request, desk: AtDesk) -> Response:
    """A blank dossier."""
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
    """Open it; what waits in Pix Orga's exports under its number is then matched."""
    _must_open(desk)
    form, errors = validate(Opening, data)
    errors = missing.named(errors) or (_unknown(desk, form) if form else {})
    if form is None or errors:
        return _form(request, desk, data, errors, status=422)
    dossier_id = new_id(form.command_id, "dossier")
    namesakes = _namesakes(desk, form, dossier_id)
    if namesakes and not form.anyway:
        return _form(request, desk, data, {"": _said_twice(len(namesakes))}, status=422, namesakes=namesakes)
    sent = form.model_dump(exclude={"command_id", "seen", "anyway"})
    sent |= {"programme": form.programme or "", "project": form.project or ""}
    outcome = record(desk, {"dossier": dossier_id}, identity.open_dossier, command_id=form.command_id, **sent)
    if outcome.refused:
        refused = outcome.refused
        return _form(request, desk, data, _refusal(desk, refused), status=422, taken=_holder(desk, refused))
    desk.refresh()
    number = identity.canonical_number(form.imilo_number)
    match_waiting(desk, dossier_id, number, command_id=form.command_id)
    return redirect(request, f"/dossiers/{dossier_id}?fait=1" if desk.scope.reads(form.advisor) else "/dossiers")


def _must_open(desk: Desk) -> None:
    if not desk.may(identity.open_dossier):
        raise HTTPException(403)


def _unknown(desk: Desk, form: Opening) -> dict[str, str]:
    """What is chosen from a list must be on it."""
    errors = {}
    if form.site not in desk.refs.structure.sites:
        errors["site"] = vocabulary.invalid("literal_error", {})
    if form.advisor and form.advisor not in dict(desk.staff("advisor")):
        errors["advisor"] = vocabulary.invalid("literal_error", {})
    return errors


def _namesakes(desk: Desk, form: Opening, opening: UUID) -> list[Found]:
    """Other dossiers of that name and birth date; one opened by this very press is none."""
    if form.birth_date is None:
        return []
    found = directory.same_person(desk.read, form.last_name, form.first_name, form.birth_date)
    return [one for one in found if one.stream != opening]


def _said_twice(count: int) -> str:
    holders = "Un dossier porte" if count == 1 else f"{vocabulary.number(count)} dossiers portent"
    return f"{holders} déjà ce nom et cette date de naissance."


def _refusal(desk: Desk, refused: Refused) -> dict[str, str]:
    field = "imilo_number" if refused.code == "taken" else str(refused.details.get("field", ""))
    return {field: refusals.refusal(refused.code, refused.details, names_for(desk))}


def _holder(desk: Desk, refused: Refused) -> UUID | None:
    """The dossier that has the number already, when this person may read it."""
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
    namesakes: Sequence[Found] = (),
) -> Response:
    advisors = [("", "à affecter plus tard"), *((str(id), name) for id, name in desk.staff("advisor"))]
    known = [lookup.line(desk, one) for one in namesakes if desk.scope.reads(one.advisor)]
    context = {
        "values": values,
        "errors": errors,
        "taken": taken,
        "known": known,
        "hidden": len(namesakes) - len(known),
        "command_id": desk.new_command(),
        "sites": [("", "à choisir"), *((site, site) for site in desk.refs.structure.sites)],
        "programmes": [("", "aucun pour l’instant"), *vocabulary.PROGRAMMES.items()],
        "advisors": advisors,
    }
    return page(request, "dossiers/new.html", context, block="form", status=status)
