"""A dossier opened by hand."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request, Response

from pixflow.dossier import identity
from pixflow.engine import new_id
from pixflow.unit_of_work import check_texts
from projections import directory
from projections.directory import YoungPerson
from web.desk import guesses, refusals
from web.desk.commands import check, form_refusals, must, read_form, record, redraw
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.team.proposals import advisors
from web.french import typography, validation, vocabulary
from web.http.forms import Day, Form, FormData, OpenForm
from web.http.people import listed
from web.http.templates import redirect, show
from web.pages.results.matching import match_waiting
from web.pages.search import lookup

router = APIRouter()


class NewDossier(Form):
    """A dossier opened by hand; `anyway` in spite of others with the same name and birth date."""

    last_name: str
    first_name: str
    birth_date: Day | None = None
    imilo_number: str | None = None
    site: str
    phone: str | None = None
    email: str | None = None
    commune: str | None = None
    programme: str | None = None
    programme_end: Day | None = None
    group: str | None = None
    collective_end: Day | None = None
    advisor: UUID | None = None
    project: str | None = None
    on: Day
    anyway: bool = False


def _page(
    request: Request, desk: Desk, form: OpenForm, *, taken: UUID | None = None, namesakes: Sequence[YoungPerson] = ()
) -> Response:
    """Shows a dossier to open. `taken` has its number; its `namesakes` are counted when this person reads them not."""
    rows = [lookup.found_row(desk, one) for one in namesakes if desk.scope.reads(one.advisor)]
    return show(
        request,
        "dossiers/new.html",
        "form",
        listed([taken], (row.stream for row in rows)),
        values=form.values,
        errors=form.errors,
        taken=taken,
        known=rows,
        hidden=len(namesakes) - len(rows),
        sites=[("", "à choisir"), *((site, site) for site in desk.refs.structure.sites)],
        programmes=[("", "aucun pour l’instant"), *vocabulary.PROGRAMMES.items()],
        advisors=[("", "à affecter plus tard"), *advisors(desk).options()],
    )


@router.get("/dossiers/nouveau")
def new(request: Request, desk: AtDesk) -> Response:
    """Shows a blank dossier."""
    must(desk, identity.open_dossier)
    sites, own = desk.refs.structure.sites, desk.refs.team[desk.me].site
    values = {
        "on": desk.today.isoformat(),
        "advisor": str(desk.me) if "advisor" in desk.roles else "",
        "site": own if own in sites else sites[0] if len(sites) == 1 else "",
    }
    return _page(request, desk, OpenForm("new", values=values))


@router.post("/dossiers/nouveau")
@redraw(_page)
def open_by_hand(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Opens it, then matches the participations of Pix Orga that have its number.

    All that can be refused whoever is followed here is refused first: after a look it would be a free question.
    """
    must(desk, identity.open_dossier)
    form = read_form(NewDossier, data)
    sites, staff, off = desk.refs.structure.sites, dict(desk.staff("advisor")), validation.invalid("literal_error", {})
    check(({} if form.site in sites else {"site": off}) | ({} if form.advisor in (None, *staff) else {"advisor": off}))
    dossier_id = new_id(form.command_id, "dossier")
    streams = {"dossier": dossier_id}
    sent = form.model_dump(exclude={"command_id", "seen", "anyway"})
    sent |= {"programme": form.programme or "", "project": form.project or "", "commune": form.commune or ""}
    with form_refusals(desk):
        check_texts(sent)
        desk.engine.preview(streams, identity.open_dossier, by=desk.by(identity.open_dossier), **sent)
    check({"": guesses.SPENT} if guesses.are_spent(desk) else {})
    name, born = (form.last_name, form.first_name), form.birth_date
    same = directory.same_person(desk.read, *name, born) if born else []
    namesakes = [one for one in same if one.stream != dossier_id]
    if namesakes and not form.anyway:
        hidden = [one.stream for one in namesakes if not desk.scope.reads(one.advisor)]
        check({"": guesses.SPENT} if hidden and not guesses.may_be_told(request, desk, hidden) else {})
        one = len(namesakes) == 1
        holders = "Un dossier porte" if one else f"{typography.number(len(namesakes))} dossiers portent"
        twice = OpenForm("new", values=data, errors={"": f"{holders} déjà ce nom et cette date de naissance."})
        return _page(request, desk, twice, namesakes=namesakes)
    outcome = record(desk, streams, identity.open_dossier, command_id=form.command_id, **sent)
    if refused := outcome.refused:
        other = guesses.hides(desk, refused)
        check({"": guesses.SPENT} if other and not guesses.may_be_told(request, desk, [other]) else {})
        errors = refusals.field_errors(desk, refused, taken="imilo_number")
        by = refused.details.get("by") if refused.code == "taken" and not other else None
        holder = by if isinstance(by, UUID) else None
        return _page(request, desk, OpenForm("new", values=data, errors=errors), taken=holder)
    desk.refresh()
    match_waiting(desk, dossier_id, identity.canonical_number(form.imilo_number), command_id=form.command_id)
    return redirect(request, f"/dossiers/{dossier_id}?fait=1" if desk.scope.reads(form.advisor) else "/dossiers")
