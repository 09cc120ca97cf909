"""Se connecter: a passkey, or a password with a code; then the structure, when there are several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from msgspec.structs import replace

from pixflow.refused import Refused
from web.accounts import accounts, invitations, sessions, sign_in, tickets
from web.accounts.factors import passkeys
from web.accounts.factors.passkeys import BadPasskey
from web.accounts.sign_in import Flow, Second
from web.accounts.site import Site
from web.accounts.types import Account, Membership
from web.desk.signed_in import FLOW, KNOWN, SIGN_IN, AtSite, account_of, enters, safe_path, session_of
from web.french.accounts import sign_in as french
from web.hosting.host import Host
from web.http.forms import FormData, text_of
from web.http.people import NOBODY
from web.http.templates import Frame, Page, page, redirect
from web.pages.account import sign_in_lines
from web.pages.account.cookies import enter, place, put
from web.pages.account.factor_mails import warn

router = APIRouter()


@dataclass(frozen=True, kw_only=True)
class ConnectPage(Page):
    """The ways to sign in; `invited` names the structure that this browser was invited to."""

    template = "account/sign_in.html"
    shows = NOBODY

    next: str
    email: str
    errors: Mapping[str, str]
    passkeys: bool
    issuer: bool
    invited: str


@dataclass(frozen=True, kw_only=True)
class SecondFactorPage(Page):
    """The second factor of a sign-in: `codes` of an application, a passkey, or a recovery code."""

    template = "account/second_factor.html"
    shows = NOBODY

    codes: bool
    passkeys: bool
    recovery: bool
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OpenStructureChoice:
    """A structure where an account is a member."""

    id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class StructurePage(Page):
    """The structures among which an account chooses."""

    template = "account/structure.html"
    shows = NOBODY

    structures: Sequence[OpenStructureChoice]


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
        sign_in_lines.write(request, "failed", known.id if known else None)
        return connect(request, site, {"": french.WRONG}, next=next, email=email)
    flow = replace(flow_of(request, site).by("password", safe_path(next)), account=account.id)
    return with_flow(redirect(request, f"{SIGN_IN}/code"), site, flow)


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


@router.post("/connexion/cle/options")
def passkey_options(request: Request, site: AtSite) -> Response:
    """Returns the options of the browser's `get`: of one account in a flow, else of any passkey."""
    options, challenge = passkeys.options_to_prove(site.store, site.url, flow_of(request, site).account)
    return JSONResponse({"publicKey": msgspec.to_builtins(options), "challenge": challenge})


@router.post("/connexion/cle")
def passkey(request: Request, site: AtSite, data: FormData) -> Response:
    """Checks the answer of a passkey: both factors at once, or the second one of a flow."""
    flow = flow_of(request, site)
    try:
        proved = passkeys.prove(site.store, site.url, text_of(data, "challenge"), text_of(data, "answer"), flow.account)
    except BadPasskey:
        sign_in_lines.write(request, "failed", flow.account)
        if flow.account:
            return _second(request, site, account_of(site, flow.account), {"": french.WRONG_PASSKEY})
        return connect(request, site, {"": french.WRONG_PASSKEY}, next=text_of(data, "vers"))
    if flow.account is None:
        flow = flow.by("passkey", safe_path(text_of(data, "vers")))
    return finish(request, site, replace(flow, account=proved, proved=True))


@router.get("/connexion/structure")
def choose(request: Request, site: AtSite) -> Response:
    """Shows the structures of an account that proved both factors."""
    flow = flow_of(request, site)
    if flow.account is None or not flow.proved:
        return connect(request, site, {"": french.OVER})
    return page(request, StructurePage(structures=structures_of(request, site, flow.account)))


@router.post("/connexion/structure")
def enter_structure(request: Request, site: AtSite, data: FormData) -> Response:
    """Begins the session in the structure chosen."""
    flow = tickets.take(site.store, sign_in.FLOW, request.cookies.get(FLOW, ""), Flow)
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
    if flow.invitation and invitations.get(site.store, flow.invitation):
        return with_flow(redirect(request, "/invitation/accepter"), site, flow)
    accounts.note_use(site.store, flow.account)
    there = memberships_served(request, site, flow.account)
    if not there:
        return connect(request, site, {"": french.NOBODY})
    if len(there) == 1:
        return enter(request, redirect(request, flow.next), site, there[0], flow)
    return with_flow(redirect(request, f"{SIGN_IN}/structure"), site, flow)


def structures_of(request: Request, site: Site, account: UUID) -> list[OpenStructureChoice]:
    """Returns the structures that an account may enter, by name."""
    host: Host = request.app.state.host
    there = {one.structure for one in memberships_served(request, site, account)}
    names = [(served.refs.structure.name, served.opened.id) for served in host.structures.values()]
    return [OpenStructureChoice(id, name) for name, id in sorted(names) if id in there]


def memberships_served(request: Request, site: Site, account: UUID) -> list[Membership]:
    """Returns the open memberships of an account whose structure is served now, and whose member works there."""
    host: Host = request.app.state.host
    found = ((one, host.at(one.structure)) for one in sign_in.open_memberships(site.store, account))
    return [one for one, served in found if served and enters(served.present(), one.member)]


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
    request.state.frame = Frame()
    shown = ConnectPage(
        next=safe_path(next),
        email=email,
        errors=errors,
        passkeys=site.takes_passkeys,
        issuer=site.issuer is not None,
        invited=_inviting(request, site, flow or flow_of(request, site)),
    )
    response = page(request, shown, status=422 if errors else 200)
    return with_flow(response, site, flow) if flow else response


def with_flow(response: Response, site: Site, flow: Flow) -> Response:
    """Keeps a flow, and gives the browser its token."""
    put(response, FLOW, sign_in.begin(site.store, flow), sign_in.FLOW_SECONDS)
    return response


def flow_of(request: Request, site: Site) -> Flow:
    """Returns the flow of this browser, an empty one when there is none."""
    return sign_in.find(site.store, request.cookies.get(FLOW, "")) or Flow("password")


# --- parts


def _prove_second(request: Request, site: Site, factor: Second, code: str) -> Response:
    flow, account = _account_under_way(request, site)
    name = "code" if factor == "totp" else "recovery"
    try:
        proved = sign_in.prove_second(site, account, factor, code, place(request), request.cookies.get(KNOWN, ""))
    except Refused as refused:
        return _second(request, site, account, {name: french.wait(refused.details["seconds"])})
    if not proved:
        sign_in_lines.write(request, "failed", account.id)
        wrong = french.WRONG_CODE if factor == "totp" else french.WRONG_RECOVERY
        return _second(request, site, account, {name: wrong})
    if tickets.take(site.store, sign_in.FLOW, request.cookies.get(FLOW, ""), Flow) is None:
        return connect(request, site, {"": french.OVER})
    if factor == "totp":
        return finish(request, site, replace(flow, proved=True))
    sign_in_lines.write(request, "factor", account.id)
    sessions.end_all(site.store, account.id)
    tickets.discard_of(site.store, account.id)
    response = finish(request, site, replace(flow, proved=True, must_enrol=True))
    return warn(response, site, account, "recovery")


def _second(request: Request, site: Site, account: Account, errors: Mapping[str, str]) -> Response:
    request.state.frame = Frame()
    shown = SecondFactorPage(
        codes=account.totp is not None,
        passkeys=account.passkeys > 0 and site.takes_passkeys,
        recovery=account.recovery > 0,
        errors=errors,
    )
    return page(request, shown, status=422 if errors else 200)


def _account_under_way(request: Request, site: Site) -> tuple[Flow, Account]:
    """Returns the flow whose second factor is asked. Redirects to the sign-in when there is none."""
    flow = flow_of(request, site)
    if flow.account is None or flow.proved:
        raise HTTPException(303, headers={"Location": SIGN_IN})
    return flow, account_of(site, flow.account)


def _inviting(request: Request, site: Site, flow: Flow) -> str:
    """Returns the name of the structure that a flow is invited to, "" without an invitation."""
    host: Host = request.app.state.host
    found = invitations.get(site.store, flow.invitation) if flow.invitation else None
    served = host.at(found.structure) if found else None
    return served.refs.structure.name if served else ""
