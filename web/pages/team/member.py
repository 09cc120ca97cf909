"""A member: absences, roles, milestones, departure, history; the forms about them, their account; a new member."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID, uuid4

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.authorization import Subject
from pixflow.dossier.assignment import assign_advisor
from pixflow.engine import new_id
from pixflow.events.base import Recorded
from pixflow.events.values import Role
from pixflow.identity import normalise
from pixflow.refused import Refused
from pixflow.team import membership, staff
from pixflow.team.absences import chooses_deputies
from pixflow.team.accounts import invite_account
from pixflow.team.staff import absences_deputised_by, covers
from web.accounts import invitations, sign_in
from web.accounts.site import Site
from web.desk import refusals
from web.desk.colleagues import IDLE, absence_text, days_text, loads
from web.desk.commands import (
    FormRefused,
    as_seen,
    ask_for_reauthentication,
    check,
    must,
    read_button,
    read_form,
    record,
    redraw,
    require_events,
    take,
)
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.names import names_for, role_labels
from web.desk.receipts import Receipt
from web.desk.signed_in import AtSite
from web.desk.team.loans import loan_rows
from web.french import dates, typography
from web.french.accounts import sign_in as french
from web.french.events import sentences
from web.french.phrases import listed
from web.french.typography import plural
from web.hosting.mail import Mail, Outbox, outbox_for
from web.hosting.settings import sound
from web.http.addresses import Version, whole_number
from web.http.forms import Form, FormData, OpenForm, errors_shown
from web.http.people import NOBODY
from web.http.templates import redirect, show
from web.pages.account import factor_mails
from web.pages.team import undo
from web.pages.team.access import ACTIONS, WITHDRAW, access_row, let_in
from web.pages.team.forms import FORMS, MILESTONES, JoinForm, TeamForm, confirmable, confirmers, offers, unknown_site
from web.pages.team.handover import move_rows

router = APIRouter()
MOVED = "Cela a changé entre-temps : relisez la fiche et votre saisie, puis enregistrez à nouveau."
READERS: frozenset[Role] = frozenset({"referent", "manager", "administrator", "auditor"})
"""The roles that read the history of everybody. A member reads their own."""

_COMMON = ("Absence", "Adresse", "Annulé", "Rôle", "Téléphone")
"""The first words of the sentences of a member that do not begin with a name: they are small after a colon."""


def member_page(
    request: Request, desk: Desk, id: UUID, form: OpenForm | None, *, done: int = -1, problem: str = ""
) -> Response:
    """Shows a member. `form` is the one that is open; `problem` says why nothing was recorded.

    `done` is the version just recorded: 0 for no event, -1 for nothing to say.
    """
    member, load = desk.refs.team[id], loads(desk).get(id, IDLE)
    days = sorted(member.absences.values(), key=lambda away: away.first)
    deputised = sorted(absences_deputised_by(desk.refs.team, id, desk.today, date.max), key=lambda pair: pair[1].first)
    trail = desk.trail(id)
    names, zone = names_for(desk), desk.zone
    said = {r.originator_version: sentences.sentence(r, names, zone=zone, history=trail) for r in trail}
    history = [(said[r.originator_version], sentences.when(r, zone), sentences.who(r, names)) for r in trail[::-1]]
    refused = problem or (form and form.errors)
    site, keeps_accounts = desk.host.site, desk.may(invite_account, Subject(member=id))
    return show(
        request,
        "team/member.html",
        "person",
        NOBODY,
        status=422 if refused else 200,
        id=id,
        member=member,
        load=load,
        roles=role_labels(member, min(desk.today, member.left or desk.today)),
        waiting=_list_unconfirmed(desk, id),
        let_in=let_in(desk, id),
        is_me=id == desk.me,
        works=member.works(desk.today),
        today=desk.today,
        receipt=_receipt(desk, done, said, trail),
        problem=problem,
        access=access_row(desk, site, id) if site and keeps_accounts and member.works(desk.today) else None,
        loans=loan_rows(desk, [id]),
        moves=move_rows(desk, id),
        may_hand_over=desk.may(assign_advisor),
        offers=offers(desk, id),
        form=form,
        subject=FORMS[form.name].about if form else "",
        deputies=_deputies(desk, id),
        sites=_sites(desk),
        absences=[(away.id, absence_text(desk, away)) for away in days if away.last >= desk.today],
        past_absences=[absence_text(desk, away) for away in days[::-1] if away.last < desk.today],
        deputised=[(desk.refs.team[who].name, days_text(desk, away)) for who, away in deputised],
        latest=[(label, member.last(kind)) for kind, label in MILESTONES.items()],
        noted=sorted(member.milestones, key=lambda one: one.stamp.on, reverse=True),
        labels=MILESTONES,
        history=history if id == desk.me or desk.roles & READERS else [],
    )


def _sites(desk: Desk) -> list[tuple[str, str]]:
    """Returns the options of a list of sites."""
    return [("", "toute la structure"), *((site, site) for site in desk.refs.structure.sites)]


def _list_unconfirmed(desk: Desk, id: UUID) -> list[tuple[Role, str, str, bool, list[str]]]:
    """Returns the roles that wait for a second person: each with who granted it and since when.

    And if the person at the desk may confirm it, and the names of all who may.
    """
    member, may = desk.refs.team[id], confirmable(desk, id)
    return [
        (role, giver, dates.ago(member.awaiting_since[role], desk.today), role in may, confirmers(desk, id, role))
        for role, giver in (member.awaiting.items() if member.works(desk.today) else ())
    ]


def _receipt(desk: Desk, done: int, said: Mapping[int, str], trail: Sequence[Recorded]) -> Receipt | None:
    """Returns the receipt of the command that recorded a version, with its undo."""
    if done == 0:
        return Receipt("Rien de plus : c’était déjà noté.")
    command = next((one.command for one in trail if one.originator_version == done), None)
    told = [said[one.originator_version] for one in trail if one.command == command]
    lines = [typography.lower_first(one) if one.startswith(_COMMON) else one for one in told]
    return undo.offer(desk, "Enregistré :", lines, str(command)) if lines else None


def _deputies(desk: Desk, person: UUID) -> list[tuple[str, str]]:
    """Returns the colleagues who hold the roles of a member, by name, each with their tasks and absences.

    Those chosen already alone, for who chooses no deputy.
    """
    of, team, absent = loads(desk), desk.refs.team, desk.refs.team[person]
    chosen = {away.deputy for away in absent.absences.values()}
    chooses = chooses_deputies(team, desk.actor.id, person, desk.today)
    able = ((id, one.name) for id, one in team.items() if id != person and covers(one, absent, desk.today))
    deputies = [("", "personne")]
    for id, name in sorted(able, key=lambda pair: normalise(pair[1])):
        if chooses or id in chosen:
            tasks = of.get(id, IDLE).tasks
            coming = (away for away in team[id].absences.values() if away.last >= desk.today)
            absences = (f"absence {days_text(desk, away)}" for away in sorted(coming, key=lambda one: one.first))
            said = listed(plural(tasks, "tâche") if tasks else "aucune tâche", *absences)
            deputies.append((str(id), f"{name} ({said})"))
    return deputies


# --- its forms


@router.get("/equipe/{person:uuid}")
def read_member(
    request: Request, desk: AtDesk, person: UUID, formulaire: str = "", sur: str = "", fait: Version = -1
) -> Response:
    """Shows a member; `formulaire` opens a form, about the id or the version `sur`; `fait` is the version recorded."""
    _must_exist(desk, person)
    form = None
    if formulaire in offers(desk, person):
        member = desk.refs.team[person]
        form = OpenForm(formulaire, sur, FORMS[formulaire].initial(desk, member, sur), seen=member.version)
    return member_page(request, desk, person, form, done=fait)


def _show_again(request: Request, desk: Desk, person: UUID, name: str, form: OpenForm) -> Response:
    """Shows the member, with the form as it was sent."""
    subject = FORMS[name].about
    seen, about = whole_number(str(form.get("seen"))), str(form.get(subject))
    refused = OpenForm(name, about, form.values, errors_shown(form.errors, {subject}), seen)
    return member_page(request, desk, person, refused)


@router.post("/equipe/{person:uuid}/{name}")
@redraw(_show_again)
def act(request: Request, desk: AtDesk, person: UUID, name: str, data: FormData) -> Response:
    """Takes the decision of a form about a member."""
    _must_exist(desk, person)
    if name not in FORMS:
        raise HTTPException(404)
    spec = FORMS[name]
    if not desk.may(spec.decision, Subject(member=person)):
        raise HTTPException(403)
    form = spec.read(desk, desk.refs.team[person], data)
    if _has_changed(desk, person, spec, form):
        data["seen"] = desk.refs.team[person].version
        raise FormRefused({"": MOVED})
    events = require_events(desk, spec.act(desk, {"staff": person}, desk.refs.team[person], form), model=spec.model)
    version = events[-1].originator_version if events else 0
    return RedirectResponse(f"/equipe/{person}?fait={version}", 303)


def _has_changed(desk: Desk, person: UUID, spec: TeamForm, form: Form) -> bool:
    """Tells if what the form replaces was changed by somebody else since the form was drawn."""
    seen, now = as_seen(desk, "staff", person, form), desk.refs.team[person]
    about = str(getattr(form, spec.about, "")) if spec.about else ""
    moved = spec.initial(desk, seen, about) != spec.initial(desk, now, about)
    return moved and not desk.engine.has_recorded(form.command_id)


def _must_exist(desk: Desk, person: UUID) -> None:
    if person not in desk.refs.team:
        raise HTTPException(404)


# --- its account


@router.post("/equipe/{person:uuid}/compte/{action}")
def act_on_account(request: Request, desk: AtDesk, site: AtSite, person: UUID, action: str, data: FormData) -> Response:
    """Takes a decision about the account of a member, then does what follows from it in the accounts store."""
    _must_exist(desk, person)
    if action not in (*ACTIONS, WITHDRAW):
        raise HTTPException(404)
    access_action = ACTIONS.get(action, ACTIONS["inviter"])
    if not desk.may(access_action.decision, Subject(member=person)):
        raise HTTPException(403)
    form = read_button(Form, data)
    ask_for_reauthentication(desk, {"staff": person}, access_action.decision)
    if action == WITHDRAW:
        invitations.withdraw(site.store, desk.served.opened.id, person)
        return _back(person)
    outbox = outbox_for(sound(), desk.served.opened.folder, demo=False) if action == "inviter" else None
    if action == "inviter" and outbox is None:
        return _refuse(request, desk, person, french.NO_MAIL)
    outcome = record(desk, {"staff": person}, access_action.decision, command_id=form.command_id, **access_action.sent)
    if outcome.refused:
        return _refuse(request, desk, person, refusals.sentence(desk, outcome.refused))
    mails_again = outcome.repeated and action == "inviter"
    access, new = desk.engine.state("staff", person).access, () if outcome.repeated else outcome.recorded
    sign_in.follow(site.store, desk.served.opened.id, {person: access}, new)
    if outbox and not mails_again and (failed := _invite(desk, site, person, outbox)):
        return _refuse(request, desk, person, failed)
    response = _back(person, outcome.recorded[-1].originator_version if outcome.recorded else 0)
    for owner, change in factor_mails.resets(site, desk.served.opened.id, person, new):
        factor_mails.warn(response, site, owner, change)
    return response


def _invite(desk: Desk, site: Site, person: UUID, outbox: Outbox) -> str:
    """Mails a link that invites a member. Returns why the mail did not leave, else ""."""
    address, name = desk.refs.team[person].email, desk.refs.structure.name
    _, token = invitations.invite(site.store, desk.served.opened.id, person, address, desk.actor.id)
    sender = desk.refs.team[desk.me].name
    subject, text = french.invitation(sender, name, f"{site.url}/invitation/{token}")
    try:
        outbox(Mail(address, subject, text, f"invitation-{uuid4()}", desk.engine.clock(), name))
    except OSError:
        return french.MAIL_FAILED
    return ""


def _back(person: UUID, done: int = -1) -> Response:
    return RedirectResponse(f"/equipe/{person}?fait={done}", 303)


def _refuse(request: Request, desk: Desk, person: UUID, why: str) -> Response:
    desk.refresh()
    return member_page(request, desk, person, None, problem=why)


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
        sites=_sites(desk),
    )


@router.get("/equipe/nouveau")
def new(request: Request, desk: AtDesk) -> Response:
    return _new(request, desk)


@router.post("/equipe/nouveau")
@redraw(_new)
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
