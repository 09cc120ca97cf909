"""Actions on the account of a member: invite, confirm, suspend, restore, reset."""

from uuid import UUID, uuid4

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.authorization import Subject
from web.accounts import invitations, sign_in
from web.accounts.site import Site
from web.desk import refusals
from web.desk.commands import record
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.signed_in import AtSite
from web.french.accounts import sign_in as french
from web.hosting.mail import Mail, Outbox, outbox_for
from web.hosting.settings import sound
from web.http.forms import Form, FormData, validate
from web.pages.account import factor_mails
from web.pages.team import member
from web.pages.team.access import ACTIONS, WITHDRAW

router = APIRouter()


@router.post("/equipe/{person:uuid}/compte/{action}")
def act(request: Request, desk: AtDesk, site: AtSite, person: UUID, action: str, data: FormData) -> Response:
    """Takes a decision about the account of a member, then does what follows from it in the accounts store."""
    if person not in desk.refs.team or action not in (*ACTIONS, WITHDRAW):
        raise HTTPException(404)
    asked = ACTIONS.get(action, ACTIONS["inviter"])
    if not desk.may(asked.decision, Subject(member=person)):
        raise HTTPException(403)
    form, _ = validate(Form, data)
    if form is None:
        raise HTTPException(422)
    if action == WITHDRAW:
        invitations.withdraw(site.store, desk.served.opened.id, person)
        return _back(person)
    outbox = outbox_for(sound(), desk.served.opened.folder, demo=False) if action == "inviter" else None
    if action == "inviter" and outbox is None:
        return _refuse(request, desk, person, french.NO_MAIL)
    outcome = record(desk, {"staff": person}, asked.decision, command_id=form.command_id, **asked.sent)
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
    return member.member_page(request, desk, person, None, problem=why)
