"""Se connecter: a passkey, or a password with a code, or the issuer; then the structure; and signing out."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from msgspec.structs import replace

from pixflow.access_journal.line import Line, What, micros
from pixflow.identity import normalise
from pixflow.refused import Refused
from pixflow.team.membership import seconds
from web import security_events
from web.accounts import accounts, invitations, sessions, sign_in, tickets
from web.accounts.accounts import Account
from web.accounts.factors import passkeys
from web.accounts.factors.passkeys import BadPasskey
from web.accounts.memberships import Membership
from web.accounts.oidc import identities
from web.accounts.oidc.answers import Arrival, IssuerError
from web.accounts.sign_in import Flow, Second
from web.accounts.site import Site
from web.accounts.site_key import digest
from web.desk.signed_in import (
    FLOW,
    KNOWN,
    SESSION,
    SIGN_IN,
    WAIT,
    AtSite,
    account_of,
    enters,
    member_of,
    safe_path,
    session_of,
    site_of,
)
from web.french.accounts import sign_in as french
from web.french.accounts.sign_in import device
from web.hosting.host import Host
from web.hosting.served_structure import ServedStructure
from web.http.forms import FormData, text_of
from web.http.people import NOBODY
from web.http.templates import Frame, redirect, show
from web.pages.account.factor_mails import warn

router = APIRouter()
_log = logging.getLogger("pixflow.accounts")

# --- the first factor


@router.get("/connexion")
def read(request: Request, site: AtSite, vers: str = "/") -> Response:
    """Shows the ways to sign in; the first page when this browser is signed in and opened no invitation."""
    session = session_of(request)
    if session and not session.is_locked and not _inviting(request, site, flow_of(request, site)):
        return redirect(request, safe_path(vers))
    return connect(request, site, {}, next=safe_path(vers))


@router.post("/connexion/mot-de-passe")
def password(request: Request, site: AtSite, data: FormData) -> Response:
    """Checks an e-mail and a password, then asks for the second factor."""
    email, typed, next = (text_of(data, name) for name in ("email", "password", "vers"))
    try:
        account = sign_in.prove_password(site, email, typed, place(request), request.cookies.get(KNOWN, ""))
    except Refused as refused:
        return connect(request, site, {"": french.wait(refused.details["seconds"])}, next=next, email=email)
    if account is None:
        known = accounts.find_email(site.store, email)
        write_line(request, "failed", known.id if known else None)
        return connect(request, site, {"": french.WRONG}, next=next, email=email)
    flow = replace(flow_of(request, site).by("password", safe_path(next)), account=account.id)
    return with_flow(redirect(request, f"{SIGN_IN}/code"), site, flow)


@router.post("/connexion/cle/options")
def passkey_options(request: Request, site: AtSite) -> Response:
    """Returns the options of the browser's `get`: of one account in a flow, else of any passkey."""
    return passkey_json(*passkeys.options_to_prove(site.store, site.url, flow_of(request, site).account))


@router.post("/connexion/cle")
def passkey(request: Request, site: AtSite, data: FormData) -> Response:
    """Checks the answer of a passkey: both factors at once, or the second one of a flow."""
    flow = flow_of(request, site)
    try:
        proved = passkeys.prove(site.store, site.url, text_of(data, "challenge"), text_of(data, "answer"), flow.account)
    except BadPasskey:
        write_line(request, "failed", flow.account)
        if flow.account:
            return _second(request, site, account_of(site, flow.account), {"": french.WRONG_PASSKEY})
        return connect(request, site, {"": french.WRONG_PASSKEY}, next=text_of(data, "vers"))
    if flow.account is None:
        flow = flow.by("passkey", safe_path(text_of(data, "vers")))
    return finish(request, site, replace(flow, account=proved, proved=True))


def connect(
    request: Request,
    site: Site,
    errors: Mapping[str, str],
    *,
    next: str = "/",
    email: str = "",
    flow: Flow | None = None,
) -> Response:
    """Shows the ways to sign in; a `flow` is kept for the one that is chosen."""
    response = show(
        request,
        "account/sign_in.html",
        None,
        NOBODY,
        next=safe_path(next),
        email=email,
        errors=errors,
        passkeys=site.takes_passkeys,
        issuer=site.issuer is not None,
        invited=_inviting(request, site, flow or flow_of(request, site)),
    )
    return with_flow(response, site, flow) if flow else response


def _inviting(request: Request, site: Site, flow: Flow) -> str:
    """Returns the name of the structure that a flow is invited to, "" without an invitation."""
    invitation = invitations.get(site.store, flow.invitation)
    served = served_at(request, invitation.structure) if invitation else None
    return served.refs.structure.name if served else ""


def passkey_json(options: Mapping[str, Any], challenge: str) -> Response:
    """Returns what a script hands to the browser; the challenge comes back with the answer of the passkey."""
    return JSONResponse({"publicKey": msgspec.to_builtins(options), "challenge": challenge})


# --- the second factor


@router.get("/connexion/code")
def ask_second(request: Request, site: AtSite) -> Response:
    """Asks for the second factor."""
    return _second(request, site, _account_under_way(request, site)[1], {})


@router.post("/connexion/code")
def second(request: Request, site: AtSite, data: FormData) -> Response:
    """Checks a code of the application."""
    return _prove_second(request, site, "totp", text_of(data, "code"))


@router.post("/connexion/secours")
def recover(request: Request, site: AtSite, data: FormData) -> Response:
    """Checks a recovery code; a factor must then be enrolled before anything else."""
    return _prove_second(request, site, "recovery", text_of(data, "recovery"))


def _prove_second(request: Request, site: Site, factor: Second, code: str) -> Response:
    flow, account = _account_under_way(request, site)
    name = "code" if factor == "totp" else "recovery"
    try:
        proved = sign_in.prove_second(site, account, factor, code, place(request), request.cookies.get(KNOWN, ""))
    except Refused as refused:
        return _second(request, site, account, {name: french.wait(refused.details["seconds"])})
    if not proved:
        write_line(request, "failed", account.id)
        wrong = french.WRONG_CODE if factor == "totp" else french.WRONG_RECOVERY
        return _second(request, site, account, {name: wrong})
    if not take_flow(request, site):
        return connect(request, site, {"": french.OVER})
    if factor == "totp":
        return finish(request, site, replace(flow, proved=True))
    write_line(request, "factor", account.id)
    sessions.end_all(site.store, account.id)
    tickets.discard_of(site.store, account.id)
    response = finish(request, site, replace(flow, proved=True, must_enrol=True))
    return warn(response, site, account, "recovery")


def _second(request: Request, site: Site, account: Account, errors: Mapping[str, str]) -> Response:
    return show(
        request,
        "account/second_factor.html",
        None,
        NOBODY,
        codes=account.totp is not None,
        passkeys=account.passkeys > 0 and site.takes_passkeys,
        recovery=account.recovery > 0,
        errors=errors,
    )


def _account_under_way(request: Request, site: Site) -> tuple[Flow, Account]:
    """Returns the flow whose second factor is asked. Redirects to the sign-in when there is none."""
    flow = flow_of(request, site)
    if flow.account is None or flow.proved:
        raise sign_in_first()
    return flow, account_of(site, flow.account)


# --- the issuer


@router.get(f"{SIGN_IN}/fournisseur")
def leave(request: Request, site: AtSite, vers: str = "/") -> Response:
    """Sends the browser to the issuer. A link, not a form: the policy of this site sends forms nowhere else."""
    if site.issuer is None:
        raise HTTPException(404)
    flow = flow_of(request, site).by("issuer", safe_path(vers))
    try:
        address, departure = site.issuer.leave(again=session_of(request) is not None)
    except IssuerError as error:
        return _failed(request, site, error, flow)
    response = Response(status_code=303, headers={"Location": address})
    return with_flow(response, site, replace(flow, departure=departure))


@router.get(f"{SIGN_IN}/retour")
def arrive(request: Request, site: AtSite) -> Response:
    """Checks what the browser brings back from the issuer."""
    flow = flow_of(request, site)
    if flow.departure is None or not take_flow(request, site) or site.issuer is None:
        return connect(request, site, {"": french.OVER})
    try:
        arrival = site.issuer.arrive(flow.departure, request.query_params)
    except IssuerError as error:
        return _failed(request, site, error, flow.by("issuer", flow.next))
    return _recognise(request, site, replace(flow, departure=None, arrival=arrival), arrival)


def _recognise(request: Request, site: Site, flow: Flow, arrival: Arrival) -> Response:
    """Goes on with the account of an identity. The e-mail that an issuer gives leads to none."""
    account = accounts.find(site.store, identities.find(site.store, arrival.issuer, arrival.subject))
    if account is None:
        return _first_visit(request, site, flow, arrival)
    flow = replace(flow, account=account.id)
    if arrival.is_strong:
        return finish(request, site, replace(flow, proved=True))
    if account.totp or account.passkeys:
        return with_flow(redirect(request, f"{SIGN_IN}/code"), site, flow)
    invitation = invitations.get(site.store, flow.invitation)
    invited = accounts.find_email(site.store, invitation.email) if invitation else None
    if invited and invited.id == account.id:
        return finish(request, site, replace(flow, must_enrol=True))
    return connect(request, site, {"": french.NO_SECOND_FACTOR}, next=flow.next)


def _first_visit(request: Request, site: Site, flow: Flow, arrival: Arrival) -> Response:
    """Opens an account for an identity that nobody has here: through an invitation of this browser alone."""
    invitation = invitations.get(site.store, flow.invitation)
    if invitation is None:
        return connect(request, site, {"": french.UNKNOWN_IDENTITY}, next=flow.next)
    account = accounts.new_or_empty(site.store, invitation.email)
    if account is None:
        return connect(request, site, {"": french.LINK_FIRST}, next=flow.next, flow=flow)
    accounts.forget_factors(site.store, account.id)  # of a visit that was begun and left
    flow = replace(flow, account=account.id, proved=arrival.is_strong, must_enrol=not arrival.is_strong)
    return finish(request, site, flow)


def _failed(request: Request, site: Site, error: IssuerError, flow: Flow) -> Response:
    security_events.note("authn_login_fail", "issuer")
    _log.warning("the issuer: %s: %s", type(error).__name__, error)
    return connect(request, site, {"": french.ISSUER[type(error).__name__]}, next=flow.next, flow=flow)


# --- the structure


@router.get("/connexion/structure")
def choose(request: Request, site: AtSite) -> Response:
    """Shows the structures of an account that proved both factors."""
    flow = flow_of(request, site)
    if flow.account is None or not flow.proved:
        return connect(request, site, {"": french.OVER})
    structures = structures_of(request, site, flow.account)
    return show(request, "account/structure.html", None, NOBODY, structures=structures)


@router.post("/connexion/structure")
def enter_structure(request: Request, site: AtSite, data: FormData) -> Response:
    """Begins the session in the structure chosen."""
    flow = take_flow(request, site)
    if flow is None or flow.account is None or not flow.proved or flow.must_enrol:
        return connect(request, site, {"": french.OVER})
    chosen = text_of(data, "structure")
    for membership in memberships_served(request, site, flow.account):
        if str(membership.structure) == chosen:
            return enter(request, redirect(request, flow.next), site, membership, flow)
    return connect(request, site, {"": french.NOBODY})


def finish(request: Request, site: Site, flow: Flow) -> Response:
    """Goes on after both factors: a factor to enrol, an invitation that stands, a structure, or the session."""
    assert flow.account
    if flow.must_enrol:
        return with_flow(redirect(request, "/premiere-visite"), site, flow)
    if invitations.get(site.store, flow.invitation):
        return with_flow(redirect(request, "/invitation/accepter"), site, flow)
    accounts.note_use(site.store, flow.account)
    there = memberships_served(request, site, flow.account)
    if not there:
        return connect(request, site, {"": french.NOBODY})
    if len(there) == 1:
        return enter(request, redirect(request, flow.next), site, there[0], flow)
    return with_flow(redirect(request, f"{SIGN_IN}/structure"), site, flow)


def structures_of(request: Request, site: Site, account: UUID) -> list[tuple[str, UUID]]:
    """Returns the names and ids of the structures that an account may enter."""
    host: Host = request.app.state.host
    there = {one.structure for one in memberships_served(request, site, account)}
    names = sorted((served.refs.structure.name, served.opened.id) for served in host.structures.values())
    return [(name, id) for name, id in names if id in there]


def memberships_served(request: Request, site: Site, account: UUID) -> list[Membership]:
    """Returns the open memberships of an account whose structure is served now, and whose member works there."""
    pairs = ((one, served_at(request, one.structure)) for one in sign_in.open_memberships(site.store, account))
    return [one for one, served in pairs if served and enters(served.present(), one.member)]


def served_at(request: Request, structure: UUID) -> ServedStructure | None:
    host: Host = request.app.state.host
    return host.at(structure)


@router.get(WAIT)
def wait(request: Request) -> Response:
    """Names who may confirm the account of a person that waits; goes on once it is confirmed."""
    _, person, now = member_of(request)
    member, structure = now.refs.team[person], now.refs.structure.name
    if member.access.confirmed:
        return redirect(request, "/")
    able = seconds(member, member.access.invited_by, now.refs.team, now.today, person=person)
    stewards = sorted((now.refs.team[one].name for one in able), key=normalise)
    request.state.frame = Frame(structure_name=structure)
    return show(request, "account/wait.html", None, NOBODY, name=member.name, structure=structure, stewards=stewards)


# --- signing out


@router.post("/deconnexion")
def sign_out(request: Request, site: AtSite, data: FormData) -> Response:
    """Ends the session, and the issuer's unless `here` alone is asked.

    On a shared computer what the browser keeps goes too.
    """
    session = session_of(request)
    if session is None:
        return redirect(request, SIGN_IN)
    there, id_token = None, sessions.id_token(site.store, session)
    if site.issuer and id_token:
        with suppress(IssuerError):  # it does not answer: its session stays
            there = site.issuer.sign_out(id_token.decode(), f"{site.url}{SIGN_IN}")
    sessions.end(site.store, session.digest)
    response: Response = redirect(request, SIGN_IN)
    if there:
        response = show(request, "account/signed_out.html", None, NOBODY, next=there)
    if there and not text_of(data, "here"):
        response.headers["Refresh"] = f"0; url={there}"  # a redirect would meet the policy of forms, of every host
    drop(response, SESSION)
    response.headers["Clear-Site-Data"] = '"cache", "storage"' if text_of(data, "shared") else '"cache"'
    return response


# --- flows and cookies: unreadable for scripts, for this host alone (RFC 6265bis, prefix `__Host-`)


def flow_of(request: Request, site: Site) -> Flow:
    """Returns the flow of this browser, an empty one when there is none."""
    return sign_in.find(site.store, request.cookies.get(FLOW, "")) or Flow("password")


def with_flow(response: Response, site: Site, flow: Flow) -> Response:
    """Keeps a flow, and gives the browser its token."""
    put(response, FLOW, sign_in.begin(site.store, flow), sign_in.FLOW_SECONDS)
    return response


def take_flow(request: Request, site: Site) -> Flow | None:
    """Takes the flow of this browser: of several answers at once, one gets it."""
    return tickets.take(site.store, sign_in.FLOW, request.cookies.get(FLOW, ""), Flow)


def sign_in_first() -> HTTPException:
    """Returns the redirection to the sign-in."""
    return HTTPException(303, headers={"Location": SIGN_IN})


def enter(request: Request, response: Response, site: Site, membership: Membership, flow: Flow) -> Response:
    """Begins a session, ends the one before, and remembers this browser for the counts of attempts."""
    agent, arrival = device(request.headers.get("user-agent", "")), flow.arrival
    at_issuer = arrival if flow.way == "issuer" else None
    is_proved_here = at_issuer is not None and not at_issuer.is_strong
    write_line_there(request, "signed-in", membership, f"{flow.way}+" if is_proved_here else flow.way)
    sessions.end(site.store, digest(request.cookies.get(SESSION, "")))
    id_token = arrival.id_token.encode() if arrival else None
    age = at_issuer.age if at_issuer and at_issuer.is_strong else 0
    put(response, SESSION, sessions.begin(site.store, membership, flow.way, agent, id_token, age))
    known = sign_in.known_device(site, membership.account, request.cookies.get(KNOWN, ""))
    put(response, KNOWN, known, sign_in.KNOWN_SECONDS)
    drop(response, FLOW)
    return response


def put(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Sets a cookie; until the browser closes without `seconds`."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def drop(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def place(request: Request) -> str | None:
    """Returns the address that a request comes from."""
    return request.client.host if request.client else None


# --- lines of the access journal: sign-ins, failures, changed factors (ASVS 16.3)


def write_line(request: Request, what: What, account: UUID | None) -> None:
    """Writes a line in every structure where an account is a member; none for an unknown one."""
    for membership in sign_in.open_memberships(site_of(request).store, account) if account else ():
        write_line_there(request, what, membership)


def write_line_there(request: Request, what: What, membership: Membership, how: str = "") -> None:
    """Writes a line in one structure; `how` is said after its page. Raises the errors of its store: nobody enters."""
    if served := served_at(request, membership.structure):
        page = f"{request.method} {request.scope['route'].path} {how}".rstrip()
        line = Line(micros(served.engine.clock()), what, page, membership.account, membership.member)
        served.journal.write(line, served.today())
