"""The session of a browser, and the person at work behind it."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, HTTPException, Request

from pixflow.actor import Actor
from web.accounts import accounts, sessions
from web.accounts.accounts import Account
from web.accounts.sessions import Session
from web.accounts.site import Site
from web.hosting.host import Host
from web.hosting.served_structure import Present, ServedStructure

SESSION, FLOW, KNOWN = "__Host-pixflow", "__Host-pixflow-flow", "__Host-pixflow-known"
"""Cookies: a session, a sign-in under way, a browser that signed in before."""
SIGN_IN, WAIT = "/connexion", "/attente"


class SessionLocked(Exception):
    """Raised when half an hour passed without a page: one factor opens the session again."""


class ReauthenticationAsked(SessionLocked):
    """Raised when an action asks for a factor that was proved a moment ago."""


def site_of(request: Request) -> Site:
    """Returns the accounts of the site. Raises 404 in a demonstration, which has none."""
    host: Host = request.app.state.host
    if host.site is None:
        raise HTTPException(404)
    return host.site


AtSite = Annotated[Site, Depends(site_of)]


def account_of(site: Site, id: UUID | None) -> Account:
    """Returns an account. Redirects to the sign-in when there is none."""
    account = accounts.find(site.store, id)
    if account is None:
        raise HTTPException(303, headers={"Location": SIGN_IN})
    return account


def session_of(request: Request) -> Session | None:
    """Returns the session of this browser, also when it is locked. None once its member enters no more."""
    found = _session_there(request)
    return found[0] if found else None


def _session_there(request: Request) -> tuple[Session, ServedStructure, Present] | None:
    host: Host = request.app.state.host
    site, token = site_of(request), request.cookies.get(SESSION)
    session = sessions.find(site.store, token) if token else None
    if session is None:
        return None
    served = host.at(session.structure)
    return (session, served, now) if served and enters(now := served.present(), session.member) else None


def signed_in(request: Request) -> tuple[ServedStructure, Actor, Present]:
    """Returns the structure and the member of this browser's session, whose account was confirmed, and the moment.

    Redirects to the sign-in without a session, to the wait without a confirmation. Raises SessionLocked.
    """
    served, member, now = member_of(request)
    if not now.refs.team[member].access.confirmed:
        raise HTTPException(303, headers={"Location": WAIT})
    return served, Actor(str(member)), now


def member_of(request: Request) -> tuple[ServedStructure, UUID, Present]:
    """Returns the structure and the member of this browser's session, and the moment that was looked at.

    Nothing of rights is in a session: a departure counts at the next request. Redirects to the sign-in. Raises
    SessionLocked.
    """
    visit = _session_there(request)
    if visit is None:
        raise HTTPException(303, headers={"Location": sign_in_address(request)})
    session, served, now = visit
    if session.is_locked:
        raise SessionLocked
    if "HX-PTag" not in request.headers:  # a page that asks whether it has changed is nobody's presence
        sessions.touch(site_of(request).store, session)
    request.state.session = session
    return served, session.member, now


def sign_in_address(request: Request) -> str:
    return f"{SIGN_IN}?vers={quote(read_return_path(request))}"


def read_return_path(request: Request) -> str:
    """Returns the path and the query to come back to; the first page for a form that was sent."""
    if request.method != "GET":
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def safe_path(text: str) -> str:
    """Returns a path of this site as it is, the first page for anything else."""
    plain = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable() and "\\" not in text
    return text if plain and not text.startswith(SIGN_IN) else "/"


def enters(now: Present, member: UUID) -> bool:
    """Tells if a member works in a structure at this moment, and their account is open."""
    return now.works(member) and now.refs.team[member].access.enters
