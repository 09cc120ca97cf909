"""Routes of Équipe: the board, a member, a new member, a milestone noted of several people."""

from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.authorization import Subject
from pixflow.engine import new_id
from pixflow.refused import Refused
from pixflow.team import membership, staff
from pixflow.team.membership import hold_briefing
from web.desk.commands import FormRefused, again, as_seen, check, must, read_form, record, recorded, take
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.receipts import UndoForm
from web.french import typography
from web.french.errors import missing
from web.http.addresses import PageNumber, Version
from web.http.forms import Form, FormData, OpenForm, validate
from web.http.pagination import address
from web.http.people import NOBODY
from web.http.templates import page, redirect, show
from web.pages.team import member, milestones, undo
from web.pages.team.board import STATES, board_page
from web.pages.team.forms import FORMS, JoinForm, TeamForm, offers, unknown_site

router = APIRouter()
MOVED = "Cela a changé entre-temps : relisez la fiche et votre saisie, puis enregistrez à nouveau."


@router.get("/equipe")
def read(
    request: Request,
    desk: AtDesk,
    etat: str = "here",
    role: str = "",
    site: str = "",
    p: PageNumber = 1,
    recu: str = "",
) -> Response:
    """Shows the board; `etat` is here, away or gone; `recu` names the command that just noted a milestone."""
    receipt = milestones.receipt(desk, recu)
    return page(request, board_page(desk, etat if etat in STATES else "here", role, site, p, receipt=receipt))


@router.post("/equipe/noter")
def note(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Notes a milestone of everybody ticked: one command and one result for each."""
    if not desk.may(hold_briefing):
        raise HTTPException(403)
    form, errors = validate(milestones.MilestoneForm, data)
    errors = missing.named(errors) or (milestones.missing_fields(form) if form else {})
    if form is None or errors:
        return page(request, board_page(desk, values=data, errors=errors), status=422)
    outcomes = milestones.record_milestones(desk, form)
    if any(one.refused for one in outcomes):
        desk.refresh()
        return page(request, board_page(desk, outcomes=outcomes), status=422)
    return _see_board(str(form.command_id))


@router.post("/equipe/annuler")
def take_back(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Takes back what a form about one member recorded, or about several, but for those whom something followed."""
    form, _ = validate(UndoForm, data)
    if form is None:
        raise HTTPException(422)
    outcomes = undo.undo(desk, form)
    desk.refresh()
    if len(outcomes.rows) != 1:
        board = board_page(desk, outcomes=outcomes.rows)
        return page(request, board, status=422) if outcomes.refused else _see_board(outcomes.reference)
    (row,) = outcomes.rows
    person = UUID(row.about)
    if row.refused:
        return member.member_page(request, desk, person, None, problem=typography.upper_first(row.refused))
    return RedirectResponse(f"/equipe/{person}?fait={row.recorded[-1].originator_version if row.recorded else 0}", 303)


def _see_board(reference: str) -> Response:
    return RedirectResponse(address("/equipe", {"recu": reference}), 303)


# --- a new member


def _new(request: Request, desk: Desk, form: OpenForm | None = None) -> Response:
    """Shows the form; with the member who has that e-mail already, when there is one."""
    must(desk, membership.add_member)
    form = form or OpenForm("new")
    taken = form.code == "taken"
    holder = desk.engine.claim_holders("email", [staff.address(str(form.get("email")))]) if taken else {}
    return show(
        request,
        "team/new.html",
        "form",
        NOBODY,
        values=form.values,
        errors=form.errors,
        holder=next(iter(holder.values()), ""),
        sites=member.sites(desk),
    )


@router.get("/equipe/nouveau")
def new(request: Request, desk: AtDesk) -> Response:
    return _new(request, desk)


@router.post("/equipe/nouveau")
@again(_new)
def add(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Adds a member. A leaver, known by their e-mail, comes back."""
    must(desk, membership.add_member)
    form = read_form(JoinForm, data)
    check(unknown_site(desk, form))
    person = _stream(desk, form)
    take(desk, {"staff": person}, membership.add_member, form, taken="email")
    return redirect(request, f"/equipe/{person}?fait=1")


def _stream(desk: Desk, form: JoinForm) -> UUID:
    """Returns the stream of a new member, or that of the leaver who has the e-mail."""
    try:
        held = desk.engine.claim_holders("email", [staff.address(form.email)])
    except Refused:
        held = {}
    for holder in held.values():
        if not desk.refs.team[holder].works(desk.today) or desk.engine.has_recorded(form.command_id):
            return holder
    return new_id(form.command_id, "staff")


# --- one member


@router.get("/equipe/{person:uuid}")
def read_member(
    request: Request, desk: AtDesk, person: UUID, formulaire: str = "", sur: str = "", fait: Version = -1
) -> Response:
    """Shows a member; `formulaire` opens a form, about the id or the version `sur`; `fait` is the version recorded."""
    _must_exist(desk, person)
    form = member.blank(desk, person, formulaire, sur) if formulaire in offers(desk, person) else None
    return member.member_page(request, desk, person, form, done=fait)


def _again(request: Request, desk: Desk, person: UUID, name: str, form: OpenForm) -> Response:
    return member.member_page(request, desk, person, member.refused_form(name, form.values, form.errors))


@router.post("/equipe/{person:uuid}/{name}")
@again(_again)
def act(request: Request, desk: AtDesk, person: UUID, name: str, data: FormData) -> Response:
    """Takes the decision of a form about a member."""
    _must_exist(desk, person)
    if name not in FORMS:
        raise HTTPException(404)
    spec = FORMS[name]
    if not desk.may(spec.decision, Subject(member=person)):
        raise HTTPException(403)
    form = read_form(spec.model, data)
    check(unknown_site(desk, form))
    if _moved(desk, person, spec, form):
        data["seen"] = desk.refs.team[person].version
        raise FormRefused({"": MOVED})
    outcome = record(desk, {"staff": person}, spec.decision, command_id=form.command_id, **spec.arguments(form))
    events = recorded(desk, outcome)
    version = events[-1].originator_version if events else 0
    return RedirectResponse(f"/equipe/{person}?fait={version}", 303)


def _moved(desk: Desk, person: UUID, spec: TeamForm, form: Form) -> bool:
    """Tells if what the form replaces was changed by somebody else since the form was drawn."""
    seen, now = as_seen(desk, "staff", person, form), desk.refs.team[person]
    about = str(getattr(form, spec.subject, "")) if spec.subject else ""
    moved = spec.initial(desk, seen, about) != spec.initial(desk, now, about)
    return moved and not desk.engine.has_recorded(form.command_id)


def _must_exist(desk: Desk, person: UUID) -> None:
    if person not in desk.refs.team:
        raise HTTPException(404)
