"""Mon compte: one's ways to sign in, one's sessions, one's structures; and signing out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from pixflow.access_journal.line import instant
from web import security_events
from web.accounts import accounts, sessions, tickets
from web.accounts.factors import passkeys, passwords, recovery
from web.accounts.factors.passkeys import BadPasskey
from web.accounts.oidc import identities
from web.accounts.site import Site
from web.accounts.types import Account, Session
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.signed_in import SESSION, AtSite, account_of, here
from web.french import dates, vocabulary
from web.french.accounts import access_journal
from web.french.accounts import sign_in as french
from web.http.forms import FormData, text_of
from web.http.people import NOBODY, note
from web.http.templates import Page, page, redirect
from web.pages.account import sign_in_lines
from web.pages.account.cookies import put
from web.pages.account.enrolment import (
    NewApplication,
    new_application,
    password_errors,
    prove_application,
    same_application,
    words_of,
)
from web.pages.account.factor_mails import warn
from web.pages.account.first_visit_routes import CodesPage
from web.pages.account.lock_routes import ACCOUNT, LOCK
from web.pages.account.sign_in_routes import OpenStructureChoice, memberships_served, structures_of

router = APIRouter()
HISTORY = 10
"""The number of lines of what happened to one's ways in."""


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    """A passkey: its id in hexadecimal, its name, the day it was made, the last day it served."""

    id: str
    name: str
    created: str
    used: str


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session: its id, its browser, its way in, since when; `mine` is this browser's."""

    id: str
    device: str
    way: str
    since: str
    mine: bool


@dataclass(frozen=True, kw_only=True)
class AccountPage(Page):
    """One's account. `application` is the new one that is being enrolled.

    `may_change`: a factor was proved within ten minutes, so factors may be changed. `lone`: there is a single way in.
    `history` are the latest sign-ins and changes of this account here, in words, each with its instant.
    """

    template = "account/account.html"
    shows = NOBODY

    email: str
    may_change: bool
    passkeys: Sequence[PasskeyRow]
    takes_passkeys: bool
    password: bool
    codes: bool
    recovery: int
    issuers: Sequence[str]
    at_issuer: bool
    sessions: Sequence[SessionRow]
    structures: Sequence[OpenStructureChoice]
    here: str
    application: NewApplication | None
    lone: bool
    history: Sequence[tuple[str, str]]
    errors: Mapping[str, str]


@router.get(ACCOUNT)
def read(request: Request, desk: AtDesk, site: AtSite, ajouter: str = "") -> Response:
    """Shows the account; `ajouter=application` begins to enrol another application."""
    if ajouter == "application":
        account = _fresh(request, site)
        return _account(request, desk, site, {}, new_application(site, account))
    return _account(request, desk, site, {})


@router.post(f"{ACCOUNT}/mot-de-passe")
def change_password(request: Request, desk: AtDesk, site: AtSite, data: FormData) -> Response:
    """Changes the password; the other sessions end."""
    account = _fresh(request, site)
    password = text_of(data, "password")
    errors = password_errors(site, password, text_of(data, "again"), words_of(desk.served, desk.me, account.email))
    if errors:
        return _account(request, desk, site, errors)
    accounts.set_password(site.store, account.id, passwords.hashed(password))
    security_events.note("authn_password_change", account=account.id)
    return _changed(request, site, account, "password")


@router.post(f"{ACCOUNT}/application")
def change_application(request: Request, desk: AtDesk, site: AtSite, data: FormData) -> Response:
    """Replaces the application that gives the codes; the other sessions end."""
    account, ticket = _fresh(request, site), text_of(data, "ticket")
    if not prove_application(site, account, ticket, text_of(data, "code")):
        shown = same_application(site, account, ticket)
        return _account(request, desk, site, {"code": french.WRONG_CODE}, shown)
    return _changed(request, site, account, "application")


@router.post(f"{ACCOUNT}/cle/options")
def passkey_options(request: Request, desk: AtDesk, site: AtSite) -> Response:
    """Returns the options of the browser's `create`."""
    options, challenge = passkeys.options_to_register(site.store, site.url, _fresh(request, site))
    note(request, NOBODY)
    return JSONResponse({"publicKey": msgspec.to_builtins(options), "challenge": challenge})


@router.post(f"{ACCOUNT}/cle")
def add_passkey(request: Request, desk: AtDesk, site: AtSite, data: FormData) -> Response:
    """Keeps another passkey; the other sessions end."""
    account = _fresh(request, site)
    try:
        passkeys.register(
            site.store, site.url, account, text_of(data, "challenge"), text_of(data, "answer"), text_of(data, "name")
        )
    except BadPasskey:
        return _account(request, desk, site, {"": french.WRONG_PASSKEY})
    return _changed(request, site, account, "passkey")


@router.post(f"{ACCOUNT}/cle/retirer")
def remove_passkey(request: Request, desk: AtDesk, site: AtSite, data: FormData) -> Response:
    """Removes a passkey, but not the last way in."""
    account = _fresh(request, site)
    if account.passkeys == 1 and not (account.password and account.totp):
        return _account(request, desk, site, {"": french.LAST_WAY})
    try:
        id = bytes.fromhex(text_of(data, "id"))
    except ValueError:
        raise HTTPException(404) from None
    if not passkeys.remove(site.store, account.id, id):
        raise HTTPException(404)
    return _changed(request, site, account, "passkey-gone")


@router.post(f"{ACCOUNT}/fournisseur/retirer")
def unlink_issuer(request: Request, desk: AtDesk, site: AtSite, data: FormData) -> Response:
    """Removes the identity at an issuer, but not the last way in."""
    account = _fresh(request, site)
    if not account.is_complete:
        return _account(request, desk, site, {"": french.LAST_WAY})
    if not identities.unlink(site.store, account.id, text_of(data, "issuer")):
        raise HTTPException(404)
    return _changed(request, site, account, "issuer-gone")


@router.post(f"{ACCOUNT}/secours")
def renew_codes(request: Request, desk: AtDesk, site: AtSite) -> Response:
    """Shows new recovery codes, once; those of before serve no more, and the other sessions end."""
    account = _fresh(request, site)
    if account.password is None:
        return _account(request, desk, site, {"": french.NO_USE})
    changed = _changed(request, site, account, "codes")
    shown = page(request, CodesPage(codes=recovery.renew(site.store, account.id), next=""))
    shown.background = changed.background
    return shown


@router.post(f"{ACCOUNT}/sessions/terminer")
def end_session(request: Request, desk: AtDesk, site: AtSite, data: FormData) -> Response:
    """Ends one session, or all others."""
    session, wanted = _session(request), text_of(data, "session")
    if not wanted:
        sessions.end_all(site.store, session.account, but=session.digest)
    else:
        mine = {one.digest.hex(): one.digest for one in sessions.of_account(site.store, session.account)}
        if wanted not in mine:
            raise HTTPException(404)
        sessions.end(site.store, mine[wanted])
    return redirect(request, ACCOUNT)


@router.post(f"{ACCOUNT}/structure")
def change_structure(request: Request, desk: AtDesk, site: AtSite, data: FormData) -> Response:
    """Moves this session to another structure of the account, under a new id."""
    session = _session(request)
    wanted = text_of(data, "structure")
    there = [one for one in memberships_served(request, site, session.account) if str(one.structure) == wanted]
    if not there:
        raise HTTPException(404)
    response = redirect(request, "/")
    put(response, SESSION, sessions.move(site.store, session, there[0]))
    return response


# --- parts


def _account(
    request: Request, desk: Desk, site: Site, errors: Mapping[str, str], application: NewApplication | None = None
) -> Response:
    session = _session(request)
    account = account_of(site, session.account)
    shown = AccountPage(
        email=account.email,
        may_change=sessions.is_fresh(site.store, session),
        passkeys=[
            PasskeyRow(one.id.hex(), one.name, _day(desk, site, one.created), _day(desk, site, one.used))
            for one in passkeys.of_account(site.store, account.id)
        ],
        takes_passkeys=site.takes_passkeys,
        password=account.password is not None,
        codes=account.totp is not None,
        recovery=account.recovery,
        issuers=identities.of_account(site.store, account.id),
        at_issuer=site.issuer is not None and sessions.id_token(site.store, session) is not None,
        sessions=[
            SessionRow(
                one.digest.hex(), one.device, vocabulary.WAYS[one.way], _instant(desk, site, one.created),
                one.digest == session.digest,
            )
            for one in sessions.of_account(site.store, account.id)
        ],
        structures=structures_of(request, site, account.id),
        here=str(desk.served.opened.id),
        application=application,
        lone=session.is_lone,
        history=[
            (access_journal.sentence(line), dates.instant(instant(line.at), desk.zone))
            for line in desk.served.journal.of_account(account.id, HISTORY)
        ],
        errors=errors,
    )  # fmt: skip
    return page(request, shown, status=422 if errors else 200)


def _fresh(request: Request, site: Site) -> Account:
    """Returns the account, if a factor was proved a moment ago; else asks for one first."""
    session = _session(request)
    if not sessions.is_fresh(site.store, session):
        back = here(request) if request.method == "GET" else ACCOUNT
        raise HTTPException(303, headers={"Location": f"{LOCK}?vers={quote(back)}"})
    return account_of(site, session.account)


def _changed(request: Request, site: Site, account: Account, change: str) -> Response:
    """Ends the other sessions and the sign-ins under way, and tells the owner by e-mail."""
    session = _session(request)
    sign_in_lines.write(request, "factor", session.account)
    sessions.end_all(site.store, session.account, but=session.digest)
    tickets.discard_of(site.store, session.account)
    security_events.note("user_updated", "factor", account=session.account)
    return warn(redirect(request, ACCOUNT), site, account, change)


def _session(request: Request) -> Session:
    session: Session = request.state.session
    return session


def _day(desk: Desk, site: Site, seconds: int) -> str:
    return dates.day(desk.refs.calendar.local_day(_utc(site, seconds)), year=True)


def _instant(desk: Desk, site: Site, seconds: int) -> str:
    return dates.instant(_utc(site, seconds), desk.zone)


def _utc(site: Site, seconds: int) -> datetime:
    return site.store.at(seconds)
