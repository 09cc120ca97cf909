"""First visit: an invitation opens an account, a second factor is enrolled, the structure is joined."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from uuid import UUID

import msgspec
from fastapi import APIRouter, HTTPException, Request, Response
from msgspec.structs import replace

from pixflow.actor import SITE, Actor
from pixflow.engine import new_id
from pixflow.refused import Refused
from pixflow.team.accounts import open_account
from web import security_events
from web.accounts import accounts, invitations, memberships, sign_in, tickets
from web.accounts.accounts import Account
from web.accounts.factors import passkeys, passwords, recovery, totp
from web.accounts.factors.passkeys import BadPasskey
from web.accounts.invitations import Invitation
from web.accounts.oidc import identities
from web.accounts.sign_in import Flow
from web.accounts.site import Site
from web.desk.signed_in import FLOW, SIGN_IN, AtSite, account_of
from web.french.accounts import sign_in as french
from web.hosting.host import Host
from web.hosting.served_structure import ServedStructure
from web.http.forms import FormData, text_of
from web.http.papers import qr_code
from web.http.people import NOBODY
from web.http.templates import redirect, show
from web.pages.account.factor_mails import warn, warn_member
from web.pages.account.sign_in import enter, finish, passkey_json, put, sign_in_first, take_flow, with_flow, write_line

router = APIRouter()
SEED, SEED_SECONDS = "seed", 30 * 60

# --- the invitation


@router.get("/invitation/{token}")
def read(request: Request, site: AtSite, token: str) -> Response:
    """Shows an invitation. Opening it changes nothing: programs that look at mails do too."""
    invitation = invitations.find(site.store, token)
    served = _served(request, invitation)
    if invitation is None or served is None:
        return _over(request)
    response = _invitation(request, site, invitation, served, {})
    return with_flow(response, site, Flow("password", invitation=invitation.id))


def _invitation(
    request: Request, site: Site, invitation: Invitation, served: ServedStructure, errors: Mapping[str, str]
) -> Response:
    return show(
        request,
        "account/invitation.html",
        None,
        NOBODY,
        name=served.refs.team[invitation.member].name,
        structure=served.refs.structure.name,
        email=invitation.email,
        passkeys=site.takes_passkeys,
        issuer=site.issuer is not None,
        errors=errors,
    )


def _over(request: Request) -> Response:
    return show(request, "account/link_over.html", None, NOBODY, status=410)


@router.get("/invitation/accepter")
def ask(request: Request, site: AtSite) -> Response:
    """Asks an account that proved both factors to join the structure; `links` when an identity will lead to it."""
    flow, invitation, served = _joining(request, site)
    return show(
        request,
        "account/accept.html",
        None,
        NOBODY,
        name=served.refs.team[invitation.member].name,
        structure=served.refs.structure.name,
        email=account_of(site, flow.account).email,
        links=flow.arrival is not None,
    )


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
    is_new = not memberships.of_account(site.store, account.id)
    sign_in.end_other_visits(site.store, account.id, flow.way, but=request.cookies.get(FLOW, ""))
    membership = memberships.join(site.store, account.id, invitation)
    take_flow(request, site)
    if membership is None:
        return _over(request)
    if flow.arrival:
        identities.link(site.store, account.id, flow.arrival.issuer, flow.arrival.subject)
        security_events.note("user_updated", "issuer", account=account.id)
    response = enter(request, redirect(request, "/"), site, membership, flow)
    change = "opened" if is_new else "issuer" if flow.arrival else ""
    return warn(response, site, account, change) if change else response


def _joining(request: Request, site: Site) -> tuple[Flow, Invitation, ServedStructure]:
    flow, invitation, served = _invited(request, site)
    if flow.account is None or not flow.proved or flow.must_enrol:
        raise sign_in_first()
    return flow, invitation, served


def _invited(request: Request, site: Site) -> tuple[Flow, Invitation, ServedStructure]:
    """Returns the invitation that this browser opened. Redirects to the sign-in when it stands no more."""
    flow = _flow(request, site)
    invitation = invitations.get(site.store, flow.invitation)
    served = _served(request, invitation)
    if invitation is None or served is None:
        raise sign_in_first()
    return flow, invitation, served


def _served(request: Request, invitation: Invitation | None) -> ServedStructure | None:
    """Returns the structure of an invitation, if the member invited works there."""
    host: Host = request.app.state.host
    served = host.at(invitation.structure) if invitation else None
    return served if served and invitation and host.find(served.opened.slug, invitation.member) else None


# --- the first factor of an account


@router.post("/premiere-visite/mot-de-passe")
def choose_password(request: Request, site: AtSite, data: FormData) -> Response:
    """Opens an account with a password; the second factor comes next."""
    flow, invitation, served = _invited(request, site)
    errors = password_errors(site, data, words_of(served, invitation.member, invitation.email))
    account = None if errors else accounts.new_or_empty(site.store, invitation.email)
    if account is None:
        return _invitation(request, site, invitation, served, errors or {"": french.ALREADY})
    accounts.set_password(site.store, account.id, passwords.hashed(text_of(data, "password")))
    flow = replace(flow.by("password"), account=account.id, must_enrol=True)
    return warn_member(_keep(request, redirect(request, "/premiere-visite"), site, flow), site, account, "password")


def password_errors(site: Site, data: Mapping[str, object], words: Collection[str]) -> Mapping[str, str]:
    """Returns the rule that a new password breaks, by field of its form."""
    password = text_of(data, "password")
    try:
        passwords.check_strength(password, words, site.breached)
    except Refused as refused:
        return {"password": french.REFUSALS[refused.code].format(**refused.details)}
    return {} if password == text_of(data, "again") else {"again": french.NOT_THE_SAME}


def words_of(served: ServedStructure, member: UUID, email: str) -> list[str]:
    """Returns the words that a password must not contain: the person's, the structure's, its sites'."""
    structure, known = served.refs.structure, served.refs.team.get(member)
    return [email.partition("@")[0], known.name if known else "", structure.name, *structure.sites]


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
    return passkey_json(*passkeys.options_to_register(site.store, site.url, account))


@router.post("/premiere-visite/cle")
def enrol_passkey(request: Request, site: AtSite, data: FormData) -> Response:
    """Keeps a new passkey: it is both factors."""
    flow = _flow(request, site)
    draw: Callable[[Mapping[str, str]], Response]
    if flow.account:
        if not flow.must_enrol:
            raise HTTPException(403)
        account = account_of(site, flow.account)
        draw = partial(_enrol, request, site, account)
    else:
        _, invitation, served = _invited(request, site)
        draw = partial(_invitation, request, site, invitation, served)
        fresh = accounts.new_or_empty(site.store, invitation.email)
        if fresh is None:
            return draw({"": french.ALREADY})
        account, flow = fresh, flow.by("passkey")
    try:
        keep_passkey(site, account, data)
    except BadPasskey:
        return draw({"": french.WRONG_PASSKEY})
    return _enrolled(request, site, replace(flow, account=account.id), "passkey")


def keep_passkey(site: Site, account: Account, data: Mapping[str, object]) -> None:
    """Keeps the passkey of a form. Raises BadPasskey."""
    challenge, answer, name = (text_of(data, field) for field in ("challenge", "answer", "name"))
    passkeys.register(site.store, site.url, account, challenge, answer, name)


# --- the second one


@router.get("/premiere-visite")
def ask_factor(request: Request, site: AtSite) -> Response:
    """Asks for the second factor to enrol."""
    return _enrol(request, site, _enrolling(request, site)[1], {})


@router.post("/premiere-visite/application")
def enrol_application(request: Request, site: AtSite, data: FormData) -> Response:
    """Keeps the application whose code is right."""
    flow, account = _enrolling(request, site)
    if not prove_application(site, account, data):
        return _enrol(request, site, account, {"code": french.WRONG_CODE}, text_of(data, "ticket"))
    return _enrolled(request, site, flow, "application")


@router.post("/premiere-visite/suite")
def go_on(request: Request, site: AtSite) -> Response:
    """Goes on after the recovery codes were noted."""
    flow = _flow(request, site)
    if not flow.proved or take_flow(request, site) is None:
        return redirect(request, SIGN_IN)
    return finish(request, site, flow)


def _enrol(request: Request, site: Site, account: Account, errors: Mapping[str, str], ticket: str = "") -> Response:
    return show(
        request,
        "account/enrol.html",
        None,
        NOBODY,
        application=application_of(site, account, ticket),
        passkeys=site.takes_passkeys,
        errors=errors,
    )


def _enrolled(request: Request, site: Site, flow: Flow, factor: str) -> Response:
    """Shows new recovery codes, once a factor is enrolled; an account without a password has no use for them."""
    account = account_of(site, flow.account)
    write_line(request, "factor", account.id)
    flow = replace(flow, proved=True, must_enrol=False)
    if account.password is None:
        response = redirect(request, "/invitation/accepter")
    else:
        response = show_codes(request, site, account, next="/premiere-visite/suite")
    return warn_member(_keep(request, response, site, flow), site, account, factor)


def show_codes(request: Request, site: Site, account: Account, next: str) -> Response:
    """Shows new recovery codes, once; `next` is where their form goes on, "" without one."""
    codes = recovery.renew(site.store, account.id)
    return show(request, "account/codes.html", None, NOBODY, codes=codes, next=next)


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
        raise sign_in_first()
    return flow


def _enrolling(request: Request, site: Site) -> tuple[Flow, Account]:
    flow = _flow(request, site)
    if flow.account is None or not flow.must_enrol:
        raise sign_in_first()
    return flow, account_of(site, flow.account)


# --- an application that gives codes


class Seed(msgspec.Struct):
    """A seed that is not proved yet."""

    value: bytes


def application_of(site: Site, account: Account, ticket: str = "") -> Mapping[str, str]:
    """Returns the seed to give an application: as a QR code, as letters, and the ticket that keeps it meanwhile.

    It is that of a form sent with a wrong code; a new one without a ticket, or once it is over.
    """
    kept = tickets.read(site.store, SEED, ticket, Seed) if ticket else None
    seed = kept or Seed(totp.new_seed())
    if kept is None:
        ticket = tickets.issue(site.store, SEED, seed, SEED_SECONDS, account.id)
    qr = qr_code(totp.address(seed.value, account.email))
    return {"qr": qr, "letters": totp.letters(seed.value), "ticket": ticket}


def prove_application(site: Site, account: Account, data: Mapping[str, object]) -> bool:
    """Keeps the seed of an application that gave a right code."""
    ticket = text_of(data, "ticket")
    seed = tickets.read(site.store, SEED, ticket, Seed)
    step = totp.step_of(seed.value, text_of(data, "code"), site.store.read_clock()) if seed else None
    if seed is None or step is None or tickets.take(site.store, SEED, ticket, Seed) is None:
        return False
    accounts.set_totp(site.store, account.id, seed.value, step)
    return True
