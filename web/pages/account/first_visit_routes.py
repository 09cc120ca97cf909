"""First visit: an invitation opens an account, a second factor is enrolled, the structure is joined."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from msgspec.structs import replace

from pixflow.actor import SITE, Actor
from pixflow.engine import new_id
from pixflow.refused import Refused
from pixflow.team.accounts import open_account
from web import security_events
from web.accounts import accounts, invitations, memberships, sign_in, tickets
from web.accounts.factors import passkeys, passwords, recovery
from web.accounts.factors.passkeys import BadPasskey
from web.accounts.invitations import Invitation
from web.accounts.oidc import identities
from web.accounts.sign_in import Flow
from web.accounts.site import Site
from web.accounts.types import Account
from web.desk.signed_in import FLOW, SIGN_IN, AtSite, account_of
from web.french.accounts import sign_in as french
from web.hosting.host import Host
from web.hosting.served_structure import ServedStructure
from web.http.forms import FormData, text_of
from web.http.people import NOBODY
from web.http.templates import Frame, Page, page, redirect
from web.pages.account import sign_in_lines
from web.pages.account.cookies import enter, put
from web.pages.account.enrolment import (
    NewApplication,
    new_application,
    password_errors,
    prove_application,
    same_application,
    words_of,
)
from web.pages.account.factor_mails import warn, warn_member
from web.pages.account.sign_in_routes import finish, with_flow

router = APIRouter()


@dataclass(frozen=True, kw_only=True)
class InvitationPage(Page):
    """An invitation: who is invited, where, and the ways to answer. `over` when its link serves no more."""

    template = "account/invitation.html"
    shows = NOBODY

    over: bool
    name: str
    structure: str
    email: str
    passkeys: bool
    issuer: bool
    errors: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class EnrolPage(Page):
    """The second factor to enrol: an application for codes, or a passkey."""

    template = "account/enrol.html"
    shows = NOBODY

    application: NewApplication
    passkeys: bool
    errors: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class CodesPage(Page):
    """The new recovery codes, shown once, and the form that goes on."""

    template = "account/codes.html"
    shows = NOBODY

    codes: Sequence[str]
    next: str


@dataclass(frozen=True, kw_only=True)
class AcceptPage(Page):
    """A structure to join with an account that proved both factors; `links` when an identity will lead to it."""

    template = "account/accept.html"
    shows = NOBODY

    name: str
    structure: str
    email: str
    links: bool


@router.get("/invitation/accepter")
def ask(request: Request, site: AtSite) -> Response:
    """Asks an account that proved both factors to join the structure it was invited to."""
    flow, invitation, served = _joining(request, site)
    request.state.frame = Frame()
    name, structure = _name(served, invitation), served.refs.structure.name
    shown = AcceptPage(
        name=name, structure=structure, email=account_of(site, flow.account).email, links=flow.arrival is not None
    )
    return page(request, shown)


@router.post("/invitation/accepter")
def accept(request: Request, site: AtSite) -> Response:
    """Joins the structure: of several answers at once, one does. One that was cut off is sent again."""
    flow, invitation, served = _joining(request, site)
    account = account_of(site, flow.account)
    streams, command = {"staff": invitation.member}, new_id(invitation.id, f"opened by {account.id}")
    try:
        served.engine.execute(streams, open_account, by=Actor(SITE), command_id=command, way=flow.way)
    except Refused:
        return _over(request)
    visit, is_new = request.cookies.get(FLOW, ""), not memberships.of_account(site.store, account.id)
    sign_in.end_other_visits(site.store, account.id, flow.way, but=visit)
    membership = memberships.join(site.store, account.id, invitation)
    tickets.take(site.store, sign_in.FLOW, visit, Flow)
    if membership is None:
        return _over(request)
    if flow.arrival:
        identities.link(site.store, account.id, flow.arrival.issuer, flow.arrival.subject)
        security_events.note("user_updated", "issuer", account=account.id)
    response = enter(request, redirect(request, "/"), site, membership, flow)
    told = "opened" if is_new else "issuer" if flow.arrival else ""
    return warn(response, site, account, told) if told else response


@router.get("/invitation/{token}")
def read(request: Request, site: AtSite, token: str) -> Response:
    """Shows an invitation. Opening it changes nothing: programs that look at mails do too."""
    invitation = invitations.find(site.store, token)
    served = _served(request, invitation)
    if invitation is None or served is None:
        return _over(request)
    response = _invitation(request, site, invitation, served, {})
    return with_flow(response, site, Flow("password", invitation=invitation.id))


@router.post("/premiere-visite/mot-de-passe")
def choose_password(request: Request, site: AtSite, data: FormData) -> Response:
    """Opens an account with a password; the second factor comes next."""
    flow, invitation, served = _invited(request, site)
    password, again = text_of(data, "password"), text_of(data, "again")
    errors = password_errors(site, password, again, words_of(served, invitation.member, invitation.email))
    account = None if errors else accounts.new_or_empty(site.store, invitation.email)
    if account is None:
        return _invitation(request, site, invitation, served, errors or {"": french.ALREADY})
    accounts.set_password(site.store, account.id, passwords.hashed(password))
    flow = replace(flow.by("password"), account=account.id, must_enrol=True)
    return warn_member(_go_on(request, site, flow, "/premiere-visite"), site, account, "password")


@router.post("/premiere-visite/cle/options")
def passkey_options(request: Request, site: AtSite) -> Response:
    """Returns the options of the browser's `create`: for a new account, or for one that must enrol a factor."""
    flow = _flow(request, site)
    account = accounts.find(site.store, flow.account)
    if account is None:
        _, invitation, _ = _invited(request, site)
        account = accounts.new_or_empty(site.store, invitation.email)
    if account is None or not (flow.must_enrol or flow.account is None):
        raise HTTPException(403)
    options, challenge = passkeys.options_to_register(site.store, site.url, account)
    return JSONResponse({"publicKey": msgspec.to_builtins(options), "challenge": challenge})


@router.post("/premiere-visite/cle")
def enrol_passkey(request: Request, site: AtSite, data: FormData) -> Response:
    """Keeps a new passkey: it is both factors."""
    flow = _flow(request, site)
    if flow.account:
        if not flow.must_enrol:
            raise HTTPException(403)
        account = account_of(site, flow.account)
    else:
        _, invitation, served = _invited(request, site)
        found = accounts.new_or_empty(site.store, invitation.email)
        if found is None:
            return _invitation(request, site, invitation, served, {"": french.ALREADY})
        account, flow = found, flow.by("passkey")
    try:
        passkeys.register(
            site.store, site.url, account, text_of(data, "challenge"), text_of(data, "answer"), text_of(data, "name")
        )
    except BadPasskey:
        if flow.account:
            return _enrol(request, site, account, {"": french.WRONG_PASSKEY})
        _, invitation, served = _invited(request, site)
        return _invitation(request, site, invitation, served, {"": french.WRONG_PASSKEY})
    return _enrolled(request, site, replace(flow, account=account.id), "passkey")


@router.get("/premiere-visite")
def ask_factor(request: Request, site: AtSite) -> Response:
    """Asks for the second factor to enrol."""
    return _enrol(request, site, _enrolling(request, site)[1], {})


@router.post("/premiere-visite/application")
def enrol_application(request: Request, site: AtSite, data: FormData) -> Response:
    """Keeps the application whose code is right."""
    flow, account = _enrolling(request, site)
    if not prove_application(site, account, text_of(data, "ticket"), text_of(data, "code")):
        return _enrol(request, site, account, {"code": french.WRONG_CODE}, text_of(data, "ticket"))
    return _enrolled(request, site, flow, "application")


@router.post("/premiere-visite/suite")
def go_on(request: Request, site: AtSite) -> Response:
    """Goes on after the recovery codes were noted."""
    flow = _flow(request, site)
    if not flow.proved or tickets.take(site.store, sign_in.FLOW, request.cookies.get(FLOW, ""), Flow) is None:
        return redirect(request, SIGN_IN)
    return finish(request, site, flow)


# --- parts


def _enrolled(request: Request, site: Site, flow: Flow, factor: str) -> Response:
    """Shows new recovery codes, once a factor is enrolled; an account without a password has no use for them."""
    account = account_of(site, flow.account)
    sign_in_lines.write(request, "factor", account.id)
    flow = replace(flow, proved=True, must_enrol=False)
    if account.password is None:
        return warn_member(_go_on(request, site, flow, "/invitation/accepter"), site, account, factor)
    response = page(request, CodesPage(codes=recovery.renew(site.store, account.id), next="/premiere-visite/suite"))
    return warn_member(_keep(request, response, site, flow), site, account, factor)


def _go_on(request: Request, site: Site, flow: Flow, path: str) -> Response:
    return _keep(request, redirect(request, path), site, flow)


def _keep(request: Request, response: Response, site: Site, flow: Flow) -> Response:
    token = sign_in.go_on(site.store, request.cookies.get(FLOW, ""), flow)
    if token is None:
        return redirect(request, SIGN_IN)
    put(response, FLOW, token, sign_in.FLOW_SECONDS)
    return response


def _flow(request: Request, site: Site) -> Flow:
    """Returns the flow of this browser. Redirects to the sign-in when there is none."""
    flow = sign_in.find(site.store, request.cookies.get(FLOW, ""))
    if flow is None:
        raise HTTPException(303, headers={"Location": SIGN_IN})
    return flow


def _invited(request: Request, site: Site) -> tuple[Flow, Invitation, ServedStructure]:
    """Returns the invitation that this browser opened. Redirects to the sign-in when it stands no more."""
    flow = _flow(request, site)
    invitation = invitations.get(site.store, flow.invitation) if flow.invitation else None
    served = _served(request, invitation)
    if invitation is None or served is None:
        raise HTTPException(303, headers={"Location": SIGN_IN})
    return flow, invitation, served


def _joining(request: Request, site: Site) -> tuple[Flow, Invitation, ServedStructure]:
    flow, invitation, served = _invited(request, site)
    if flow.account is None or not flow.proved or flow.must_enrol:
        raise HTTPException(303, headers={"Location": SIGN_IN})
    return flow, invitation, served


def _enrolling(request: Request, site: Site) -> tuple[Flow, Account]:
    flow = _flow(request, site)
    if flow.account is None or not flow.must_enrol:
        raise HTTPException(303, headers={"Location": SIGN_IN})
    return flow, account_of(site, flow.account)


def _served(request: Request, invitation: Invitation | None) -> ServedStructure | None:
    """Returns the structure of an invitation, if the member invited works there."""
    host: Host = request.app.state.host
    served = host.at(invitation.structure) if invitation else None
    return served if served and invitation and host.find(served.opened.slug, invitation.member) else None


def _name(served: ServedStructure, invitation: Invitation) -> str:
    return served.refs.team[invitation.member].name


def _over(request: Request) -> Response:
    request.state.frame = Frame()
    shown = InvitationPage(over=True, name="", structure="", email="", passkeys=False, issuer=False, errors={})
    return page(request, shown, status=410)


def _invitation(
    request: Request, site: Site, invitation: Invitation, served: ServedStructure, errors: Mapping[str, str]
) -> Response:
    request.state.frame = Frame()
    shown = InvitationPage(
        over=False,
        name=_name(served, invitation),
        structure=served.refs.structure.name,
        email=invitation.email,
        passkeys=site.takes_passkeys,
        issuer=site.issuer is not None,
        errors=errors,
    )
    return page(request, shown, status=422 if errors else 200)


def _enrol(request: Request, site: Site, account: Account, errors: Mapping[str, str], ticket: str = "") -> Response:
    request.state.frame = Frame()
    application = same_application(site, account, ticket) if ticket else new_application(site, account)
    shown = EnrolPage(application=application, passkeys=site.takes_passkeys, errors=errors)
    return page(request, shown, status=422 if errors else 200)
