"""Signing in at the issuer: leaving for it, and being back."""

import logging

from fastapi import APIRouter, HTTPException, Request, Response
from msgspec.structs import replace

from web import security_events
from web.accounts import accounts, invitations, sign_in, tickets
from web.accounts.oidc import identities
from web.accounts.oidc.answers import IssuerError
from web.accounts.oidc.journey import Arrival
from web.accounts.sign_in import Flow
from web.accounts.site import Site
from web.accounts.types import Account
from web.desk.signed_in import FLOW, SIGN_IN, AtSite, safe_path, session_of
from web.french.accounts import sign_in as french
from web.http.templates import redirect
from web.pages.account.sign_in_routes import connect, finish, flow_of, with_flow

router = APIRouter()
_log = logging.getLogger("pixflow.accounts")


@router.get(f"{SIGN_IN}/fournisseur")
def leave(request: Request, site: AtSite, vers: str = "/") -> Response:
    """Sends the browser to the issuer. A link, not a form: the policy of this site sends forms nowhere else."""
    if site.issuer is None:
        raise HTTPException(404)
    try:
        address, departure = site.issuer.leave(again=session_of(request) is not None)
    except IssuerError as error:
        return _failed(request, site, error, flow_of(request, site).by("issuer", safe_path(vers)))
    flow = replace(flow_of(request, site).by("issuer", safe_path(vers)), departure=departure)
    return with_flow(Response(status_code=303, headers={"Location": address}), site, flow)


@router.get(f"{SIGN_IN}/retour")
def arrive(request: Request, site: AtSite) -> Response:
    """Checks what the browser brings back from the issuer."""
    flow, departure = flow_of(request, site), flow_of(request, site).departure
    taken = departure and tickets.take(site.store, sign_in.FLOW, request.cookies.get(FLOW, ""), Flow)
    if site.issuer is None or departure is None or taken is None:
        return connect(request, site, {"": french.OVER})
    try:
        arrival = site.issuer.arrive(departure, request.query_params)
    except IssuerError as error:
        return _failed(request, site, error, flow.by("issuer", flow.next))
    return _recognise(request, site, replace(flow, departure=None, arrival=arrival), arrival)


def _recognise(request: Request, site: Site, flow: Flow, arrival: Arrival) -> Response:
    """Goes on with the account of an identity. The e-mail that an issuer gives leads to none."""
    known = identities.find(site.store, arrival.issuer, arrival.subject)
    account = accounts.find(site.store, known)
    if account is None:
        return _first_visit(request, site, flow, arrival)
    flow = replace(flow, account=account.id)
    if arrival.is_strong:
        return finish(request, site, replace(flow, proved=True))
    if account.totp or account.passkeys:
        return with_flow(redirect(request, f"{SIGN_IN}/code"), site, flow)
    if _is_invited(site, flow, account):
        return finish(request, site, replace(flow, must_enrol=True))
    return connect(request, site, {"": french.NO_SECOND_FACTOR}, next=flow.next)


def _first_visit(request: Request, site: Site, flow: Flow, arrival: Arrival) -> Response:
    """Opens an account for an identity that nobody has here: through an invitation of this browser alone."""
    invitation = invitations.get(site.store, flow.invitation) if flow.invitation else None
    if invitation is None:
        return connect(request, site, {"": french.UNKNOWN_IDENTITY}, next=flow.next)
    account = accounts.new_or_empty(site.store, invitation.email)
    if account is None:
        return connect(request, site, {"": french.LINK_FIRST}, next=flow.next, flow=flow)
    accounts.forget_factors(site.store, account.id)  # of a visit that was begun and left
    return finish(
        request, site, replace(flow, account=account.id, proved=arrival.is_strong, must_enrol=not arrival.is_strong)
    )


def _is_invited(site: Site, flow: Flow, account: Account) -> bool:
    """Tells if the invitation of this browser was sent to this account."""
    invitation = invitations.get(site.store, flow.invitation) if flow.invitation else None
    invited = accounts.find_email(site.store, invitation.email) if invitation else None
    return invited is not None and invited.id == account.id


def _failed(request: Request, site: Site, error: IssuerError, flow: Flow) -> Response:
    security_events.note("authn_login_fail", "issuer")
    _log.warning("the issuer: %s: %s", type(error).__name__, error)
    return connect(request, site, {"": french.ISSUER[type(error).__name__]}, next=flow.next, flow=flow)
