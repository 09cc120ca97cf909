"""Routes of Équipe: the board, a member, a new member, a milestone noted of several people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.authorization import Subject
from pixflow.engine import new_id
from pixflow.refused import Refused
from pixflow.team import membership, staff
from pixflow.team.milestones import hold_briefing
from web.desk import refusals
from web.desk.commands import as_seen, record
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.receipts import UndoForm
from web.french import typography
from web.french.errors import missing
from web.http.addresses import PageNumber, Version
from web.http.forms import Form, FormData, OpenForm, validate
from web.http.pagination import address
from web.http.people import NOBODY
from web.http.templates import Page, page, redirect
from web.pages.team import member, milestones, undo
from web.pages.team.board import STATES, board_page
from web.pages.team.forms import FORMS, JoinForm, TeamForm, offers, unknown_site

router = APIRouter()
MOVED = "Cela a changé entre-temps : relisez la fiche et votre saisie, puis enregistrez à nouveau."


@dataclass(frozen=True, kw_only=True)
class NewMemberPage(Page):
    """The form of a new member; `holder` is the id of the member who has that e-mail already, "" for nobody."""

    template = "team/new.html"
    block = "form"
    shows = NOBODY

    values: Mapping[str, Any]
    errors: Mapping[str, str]
    holder: str
    sites: Sequence[tuple[str, str]]


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
        shown = member.member_page(desk, person, None, problem=typography.upper_first(row.refused))
        return page(request, shown, status=422)
    return RedirectResponse(f"/equipe/{person}?fait={row.recorded[-1].originator_version if row.recorded else 0}", 303)


def _see_board(reference: str) -> Response:
    return RedirectResponse(address("/equipe", {"recu": reference}), 303)


# --- a new member


@router.get("/equipe/nouveau")
def new(request: Request, desk: AtDesk) -> Response:
    """Shows a blank form."""
    return _new(request, desk, {}, {})


@router.post("/equipe/nouveau")
def add(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Adds a member. A leaver, known by their e-mail, comes back."""
    form, errors = validate(JoinForm, data)
    errors = missing.named(errors) or (unknown_site(desk, form) if form else {})
    if form is None or errors:
        return _new(request, desk, data, errors, status=422)
    sent = form.model_dump(include={"name", "email", "phone", "site", "roles", "until"})
    person = _stream(desk, form)
    outcome = record(desk, {"staff": person}, membership.add_member, command_id=form.command_id, **sent)
    if outcome.refused:
        holder = str(outcome.refused.details.get("by") or "")
        field = "email" if outcome.refused.code == "taken" else str(outcome.refused.details.get("field", ""))
        return _new(request, desk, data, {field: refusals.sentence(desk, outcome.refused)}, status=422, holder=holder)
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


def _new(
    request: Request,
    desk: Desk,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    *,
    status: int = 200,
    holder: str = "",
) -> Response:
    if not desk.may(membership.add_member):
        raise HTTPException(403)
    shown = NewMemberPage(values=values, errors=errors, holder=holder, sites=member.sites(desk))
    return page(request, shown, status=status)


# --- one member


@router.get("/equipe/{person:uuid}")
def read_member(
    request: Request, desk: AtDesk, person: UUID, formulaire: str = "", sur: str = "", fait: Version = -1
) -> Response:
    """Shows a member; `formulaire` opens a form, about the id or the version `sur`; `fait` is the version recorded."""
    _must_exist(desk, person)
    form = member.blank(desk, person, formulaire, sur) if formulaire in offers(desk, person) else None
    return page(request, member.member_page(desk, person, form, done=fait))


@router.post("/equipe/{person:uuid}/{name}")
def act(request: Request, desk: AtDesk, person: UUID, name: str, data: FormData) -> Response:
    """Takes the decision of a form about a member."""
    _must_exist(desk, person)
    if name not in FORMS:
        raise HTTPException(404)
    spec = FORMS[name]
    if not desk.may(spec.decision, Subject(member=person)):
        raise HTTPException(403)
    form, errors = validate(spec.model, data)
    errors = missing.named(errors) or (unknown_site(desk, form) if form else {})
    if form is None or errors:
        return _again(request, desk, person, member.refused_form(name, data, errors))
    if _moved(desk, person, spec, form):
        sent = {**data, "seen": desk.refs.team[person].version}
        return _again(request, desk, person, member.refused_form(name, sent, {"": MOVED}))
    outcome = record(desk, {"staff": person}, spec.decision, command_id=form.command_id, **spec.arguments(form))
    if outcome.refused:
        field = str(outcome.refused.details.get("field", ""))
        errors = {field: refusals.sentence(desk, outcome.refused)}
        return _again(request, desk, person, member.refused_form(name, data, errors))
    version = outcome.recorded[-1].originator_version if outcome.recorded else 0
    return RedirectResponse(f"/equipe/{person}?fait={version}", 303)


def _moved(desk: Desk, person: UUID, spec: TeamForm, form: Form) -> bool:
    """Tells if what the form replaces was changed by somebody else since the form was drawn."""
    seen, now = as_seen(desk, "staff", person, form), desk.refs.team[person]
    about = str(getattr(form, spec.subject, "")) if spec.subject else ""
    moved = spec.initial(desk, seen, about) != spec.initial(desk, now, about)
    return moved and not desk.engine.has_recorded(form.command_id)


def _again(request: Request, desk: Desk, person: UUID, form: OpenForm) -> Response:
    desk.refresh()
    return page(request, member.member_page(desk, person, form), status=422)


def _must_exist(desk: Desk, person: UUID) -> None:
    if person not in desk.refs.team:
        raise HTTPException(404)
